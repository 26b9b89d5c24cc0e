//! The statements of init.sql, taken apart just far enough to change one
//! column or constraint.
//!
//! Must never: take for a column what begins like a constraint.

use pg_diff::scan::{Lexer, Token, TokenKind, deeper, folded, starts};

use super::blank_before;

/// Words that end a column's type or its default.
const CLAUSES: [&str; 13] = [
    "COLLATE",
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "CHECK",
    "REFERENCES",
    "GENERATED",
    "CONSTRAINT",
    "STORAGE",
    "COMPRESSION",
    "DEFERRABLE",
];
/// Words that begin an item of a table that is no column.
const CONSTRAINTS: [&str; 7] =
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE", "LIKE"];

/// A statement with its semicolon.
pub struct Statement<'a> {
    text: &'a str,
    pub start: usize,
    pub end: usize,
    /// Without comments.
    pub tokens: Vec<Token>,
}

/// The statements of a file, in order.
pub fn statements(text: &str) -> impl Iterator<Item = Statement<'_>> {
    let starts = starts(text);
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(move |(start, next)| {
        let mut lexer = Lexer::new(&text[..next]);
        lexer.jump(start);
        let tokens: Vec<Token> = lexer.filter(|it| !it.is_comment()).collect();
        let last = tokens.iter().rfind(|it| it.kind == TokenKind::Semicolon).or(tokens.last());
        Statement { text, start, end: last.map_or(next, |it| it.end), tokens }
    })
}

impl Statement<'_> {
    /// `CREATE ... TABLE` and the like, whatever stands between.
    pub fn creates(&self, kinds: &[&str]) -> bool {
        let mut words = self.tokens.iter();
        words.next().is_some_and(|it| it.is(self.text, "CREATE"))
            && words.take(4).any(|it| kinds.iter().any(|kind| it.is(self.text, kind)))
    }

    /// Mentions this name.
    pub fn names(&self, name: &str) -> bool {
        self.tokens.iter().any(|it| it.is_name() && folded(it.text(self.text), '\\') == name)
    }

    /// Makes this table.
    pub fn is_of(&self, table: (&str, &str)) -> bool {
        self.creates(&["TABLE"]) && CreateTable::of(self, table).is_some()
    }
}

/// A CREATE TABLE, by what stands in its parentheses.
pub struct CreateTable {
    pub items: Vec<Item>,
}

/// A column or a constraint of a table; never empty.
pub struct Item {
    pub tokens: Vec<Token>,
}

impl CreateTable {
    pub fn find(text: &str, table: (&str, &str)) -> Option<CreateTable> {
        statements(text)
            .filter(|it| it.creates(&["TABLE"]))
            .find_map(|it| CreateTable::of(&it, table))
    }

    pub fn of(statement: &Statement<'_>, (namespace, name): (&str, &str)) -> Option<CreateTable> {
        let text = statement.text;
        let open = statement.tokens.iter().position(|it| it.kind == TokenKind::OpenParenthesis)?;
        let head = &statement.tokens[..open];
        let own = |back: usize| {
            let token = head.get(head.len().checked_sub(back)?)?;
            token.is_name().then(|| folded(token.text(text), '\\'))
        };
        let is_qualified =
            head.len() > 2 && head.get(head.len() - 2).is_some_and(|it| it.kind == TokenKind::Dot);
        let said = if is_qualified { own(3)? } else { "public".to_owned() };
        if own(1)? != name || said != namespace {
            return None;
        }
        let mut items = vec![Item { tokens: Vec::new() }];
        let mut depth = 0;
        for token in &statement.tokens[open..] {
            let before = depth;
            depth = deeper(depth, token.kind);
            if before == 0 {
                continue;
            }
            if depth == 0 {
                break;
            }
            if depth == 1 && token.kind == TokenKind::Comma {
                items.push(Item { tokens: Vec::new() });
            } else if let Some(item) = items.last_mut() {
                item.tokens.push(*token);
            }
        }
        items.retain(|it| !it.tokens.is_empty());
        Some(CreateTable { items })
    }

    pub fn column(&self, text: &str, name: &str) -> Option<&Item> {
        self.items.iter().find(|it| it.is_column(text, name))
    }

    /// An item with the comma and the blanks that go with it. What is said
    /// behind it on its line stays with the one before.
    pub fn gap(&self, text: &str, at: usize) -> Option<(usize, usize)> {
        let item = self.items.get(at)?;
        match self.items.get(at + 1) {
            Some(next) => {
                // Its own line, and the comment behind it.
                let start = blank_before(text, item.start());
                Some((start, blank_before(text, next.start())))
            }
            None => {
                let before = self.items.get(at.checked_sub(1)?)?;
                Some((before.end(), item.end()))
            }
        }
    }
}

impl Item {
    pub fn start(&self) -> usize {
        self.tokens.first().map_or(0, |it| it.start)
    }

    pub fn end(&self) -> usize {
        self.tokens.last().map_or(0, |it| it.end)
    }

    pub fn is_constraint(&self, text: &str) -> bool {
        self.tokens.first().is_some_and(|it| CONSTRAINTS.iter().any(|word| it.is(text, word)))
    }

    pub fn is_column(&self, text: &str, name: &str) -> bool {
        !self.is_constraint(text)
            && self.tokens.first().is_some_and(|it| folded(it.text(text), '\\') == name)
    }

    pub fn is_constraint_of(&self, text: &str, name: &str) -> bool {
        self.tokens.first().is_some_and(|it| it.is(text, "CONSTRAINT"))
            && self.tokens.get(1).is_some_and(|it| folded(it.text(text), '\\') == name)
    }

    /// The bytes of a column's type.
    pub fn kind(&self, text: &str) -> Option<(usize, usize)> {
        let tokens = self.tokens.get(1..)?;
        let end = tokens.iter().position(|it| CLAUSES.iter().any(|word| it.is(text, word)));
        let own = &tokens[..end.unwrap_or(tokens.len())];
        Some((own.first()?.start, own.last()?.end))
    }

    /// The bytes of REFERENCES with its actions, which hold words that begin
    /// clauses elsewhere.
    pub fn references(&self, text: &str) -> Option<(usize, usize)> {
        let at = self.tokens.iter().position(|it| it.is(text, "REFERENCES"))?;
        let mut end = self.tokens[at].end;
        for (before, token) in self.tokens[at..].iter().zip(&self.tokens[at + 1..]) {
            let is_action = before.is(text, "SET") || before.is(text, "NOT");
            let is_timing = token.is(text, "DEFERRABLE");
            let begins = CLAUSES.iter().any(|word| token.is(text, word));
            if begins && !is_action && !is_timing {
                break;
            }
            end = token.end;
        }
        Some((self.tokens[at].start, end))
    }

    /// The bytes of a clause, to the next one.
    pub fn clause(&self, text: &str, word: &str) -> Option<(usize, usize)> {
        let mut depth = 0;
        let mut found: Option<(usize, usize)> = None;
        for token in self.tokens.iter().skip(1) {
            depth = deeper(depth, token.kind);
            let begins = depth == 0 && CLAUSES.iter().any(|it| token.is(text, it));
            match &mut found {
                // `NOT NULL` is one clause, and a default may be NULL.
                Some((start, end))
                    if !begins || text[*start..token.start].trim().len() == word.len() =>
                {
                    *end = token.end;
                }
                Some(_) => break,
                None if begins && token.is(text, word) => found = Some((token.start, token.end)),
                None => {}
            }
        }
        found
    }
}
