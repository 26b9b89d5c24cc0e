//! A place among the tokens of a statement, with the ranges of what was read.
//!
//! Must never: fail on a broken statement. What cannot be read is not there.

use std::ops::Range;

use pg_diff::scan::{Token, TokenKind, deeper, folded};

use super::Name;

#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Reader<'a> {
        Reader { text, tokens, at: 0 }
    }

    pub fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub fn advance(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub fn text_of(&self, token: Token) -> &'a str {
        token.text(self.text)
    }

    /// Where the next token begins, or where the last one ended.
    pub fn here(&self) -> usize {
        self.peek().map_or_else(|| self.behind(), |token| token.start)
    }

    /// Where the token before ended.
    pub fn behind(&self) -> usize {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.or(self.tokens.first()).map_or(0, |token| token.end)
    }

    /// From the first token to the last.
    pub fn range(&self) -> Range<usize> {
        let start = self.tokens.first().map_or(0, |token| token.start);
        start..self.tokens.last().map_or(start, |token| token.end)
    }

    /// True when these keywords, separated by blanks, come next.
    pub fn sees(&self, words: &str) -> bool {
        let mut at = self.at;
        words.split(' ').all(|word| {
            let is_next = self.tokens.get(at).is_some_and(|token| token.is(self.text, word));
            at += 1;
            is_next
        })
    }

    /// Passes these keywords if all of them come next.
    pub fn accept(&mut self, words: &str) -> bool {
        let sees = self.sees(words);
        if sees {
            self.at += words.split(' ').count();
        }
        sees
    }

    /// Passes one of these, each maybe several keywords.
    pub fn accept_any(&mut self, all: &[&str]) -> bool {
        all.iter().any(|words| self.accept(words))
    }

    pub fn accept_kind(&mut self, kind: TokenKind) -> bool {
        let is_next = self.peek().is_some_and(|token| token.kind == kind);
        self.at += usize::from(is_next);
        is_next
    }

    /// A name, folded as the server folds it, but at its full length.
    pub fn name(&mut self) -> Option<Name> {
        let token = self.peek().filter(Token::is_name)?;
        self.at += 1;
        let written = self.text_of(token);
        Some(Name {
            namespace: None,
            name: folded(written, '\\'),
            range: token.start..token.end,
            bytes: length(written),
        })
    }

    /// `name`, `namespace.name` or `database.namespace.name`.
    pub fn qualified(&mut self) -> Option<Name> {
        let mut name = self.name()?;
        while self.accept_kind(TokenKind::Dot) {
            let start = name.range.start;
            let last = self.name()?;
            let range = start..last.range.end;
            name = Name { namespace: Some(name.name), range, ..last };
        }
        Some(name)
    }

    /// Goes to these keywords outside of parentheses, and behind them.
    pub fn seek(&mut self, words: &str) -> bool {
        let mut depth = 0;
        while let Some(token) = self.peek() {
            if depth == 0 && self.accept(words) {
                return true;
            }
            self.at += 1;
            depth = deeper(depth, token.kind);
        }
        false
    }

    /// True when these keywords come somewhere, outside of parentheses.
    pub fn has(&self, words: &str) -> bool {
        self.clone().seek(words)
    }

    /// The inside of the parentheses that come next; passes both.
    pub fn list(&mut self) -> Option<Reader<'a>> {
        if !self.accept_kind(TokenKind::OpenParenthesis) {
            return None;
        }
        let first = self.at;
        let mut depth = 1;
        while let Some(token) = self.advance() {
            depth = deeper(depth, token.kind);
            if depth == 0 {
                return Some(Reader::new(self.text, self.tokens.get(first..self.at - 1)?));
            }
        }
        Some(Reader::new(self.text, self.tokens.get(first..)?))
    }

    /// Pieces between the commas that are in no parentheses.
    pub fn items(&self) -> Vec<Reader<'a>> {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let (mut all, mut depth, mut first) = (Vec::new(), 0, 0);
        for (at, token) in rest.iter().enumerate() {
            if depth == 0 && token.kind == TokenKind::Comma {
                all.push(Reader::new(self.text, &rest[first..at]));
                first = at + 1;
            }
            depth = deeper(depth, token.kind);
        }
        all.push(Reader::new(self.text, &rest[first..]));
        all.retain(|item| !item.is_at_end());
        all
    }

    /// Names of a list like `(a, PERIOD b)`; what is no plain name is left out.
    pub fn names(&self) -> Vec<String> {
        let name = |mut item: Reader<'a>| {
            let is_period = item.sees("period") && item.tokens().len() > 1;
            let _ = is_period && item.accept("period");
            item.name()
        };
        self.items().into_iter().filter_map(name).map(|it| it.name).collect()
    }

    /// What is left, spelled so that two spellings of it are equal: keywords
    /// and names in small letters, one blank between tokens.
    pub fn spelled(&self) -> String {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let words = rest.iter().map(|token| {
            let text = token.text(self.text);
            if token.is_name() { folded(text, '\\') } else { text.to_owned() }
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// True when this name stands among what is left.
    pub fn mentions(&self, name: &str) -> bool {
        let mut names = self.tokens().iter().filter(|token| token.is_name());
        names.any(|token| folded(token.text(self.text), '\\') == name)
    }

    /// The names and keywords that are left, folded.
    pub fn words(&self) -> impl Iterator<Item = String> + 'a {
        let (text, tokens) = (self.text, self.tokens());
        let names = tokens.iter().filter(|token| token.is_name());
        names.map(move |token| folded(token.text(text), '\\'))
    }

    /// The tokens that are left.
    pub fn tokens(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    pub fn source(&self) -> &'a str {
        self.text
    }
}

/// Bytes of a name before the server cuts it.
fn length(written: &str) -> usize {
    let inner = written.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.map_or(written.len(), |inner| inner.replace("\"\"", "\"").len())
}
