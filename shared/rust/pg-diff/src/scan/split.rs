//! Where statements end, by the rules psql sends them by.
//!
//! A semicolon ends a statement outside of parentheses and of the
//! `BEGIN ATOMIC ... END` body of a routine.
//!
//! Must never: be used to run a file piece by piece. It finds places.

use super::{Lexer, Token, TokenKind};

/// Byte offsets of the first token of each statement.
pub fn starts(sql: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut splitter = Splitter::default();
    for token in Lexer::new(sql).filter(|token| !token.is_comment()) {
        if splitter.is_between() && token.kind != TokenKind::Semicolon {
            starts.push(token.start);
        }
        splitter.see(sql, token);
    }
    starts
}

/// Follows the tokens of one statement after the other.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    is_inside: bool,
    open: Vec<Open>,
    /// Depth of `BEGIN ATOMIC ... END` and `CASE ... END` in a routine.
    bodies: usize,
    words: usize,
    head: Head,
    last: Last,
}

/// What is open, and where.
#[derive(Clone, Copy, Debug)]
struct Open {
    at: usize,
    /// A colon is an operator in an array's subscript and in the JSON
    /// constructors, whatever stands behind it.
    has_colons: bool,
    is_bracket: bool,
}

/// How the statement begins: `CREATE [OR REPLACE] FUNCTION | PROCEDURE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Other,
    Create,
    Routine,
}

/// What the token before was, where that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Begin,
    JsonObject,
}

impl Splitter {
    /// True between statements.
    pub fn is_between(&self) -> bool {
        !self.is_inside
    }

    /// True where parentheses and bodies are closed. Brackets do not count:
    /// psql does not see them.
    pub fn is_outermost(&self) -> bool {
        self.open_parenthesis().is_none() && self.bodies == 0
    }

    /// True where psql's variables cannot be told from operators.
    pub fn has_colons(&self) -> bool {
        self.open.last().is_some_and(|open| open.has_colons)
    }

    /// The innermost parenthesis that is open.
    pub fn open_parenthesis(&self) -> Option<usize> {
        self.open.iter().rev().find(|open| !open.is_bracket).map(|open| open.at)
    }

    /// Takes the next token, which is no comment. True when it ends the
    /// statement, or stands alone between two.
    pub fn see(&mut self, sql: &str, token: Token) -> bool {
        let last = std::mem::take(&mut self.last);
        match token.kind {
            TokenKind::Semicolon if self.is_outermost() => {
                *self = Splitter::default();
                return true;
            }
            TokenKind::OpenParenthesis => self.open.push(Open {
                at: token.start,
                has_colons: last == Last::JsonObject,
                is_bracket: false,
            }),
            TokenKind::OpenBracket => {
                self.open.push(Open { at: token.start, has_colons: true, is_bracket: true });
            }
            TokenKind::CloseParenthesis => {
                // Brackets that are still open are a syntax error.
                if self.open_parenthesis().is_some() {
                    while self.open.pop().is_some_and(|open| open.is_bracket) {}
                }
            }
            TokenKind::CloseBracket => {
                self.open.pop_if(|open| open.is_bracket);
            }
            TokenKind::Word => self.word(sql, token, last),
            TokenKind::QuotedName
            | TokenKind::Text
            | TokenKind::Number
            | TokenKind::Parameter
            | TokenKind::Comma
            | TokenKind::Dot
            | TokenKind::Semicolon
            | TokenKind::Colon
            | TokenKind::Backslash
            | TokenKind::LineComment
            | TokenKind::BlockComment
            | TokenKind::Operator
            | TokenKind::Unclosed(_) => {}
        }
        self.is_inside = true;
        false
    }

    fn word(&mut self, sql: &str, token: Token, last: Last) {
        let is = |word: &str| token.is(sql, word);
        self.words += 1;
        match self.words {
            1 if is("create") => self.head = Head::Create,
            2..=4 if self.head == Head::Create && (is("function") || is("procedure")) => {
                self.head = Head::Routine;
            }
            _ => {}
        }
        if is("json_object") || is("json_objectagg") {
            self.last = Last::JsonObject;
        }
        if self.head != Head::Routine || self.open_parenthesis().is_some() {
            return;
        }
        match self.bodies {
            0 if is("begin") => self.last = Last::Begin,
            0 if is("atomic") && last == Last::Begin => self.bodies = 1,
            0 => {}
            _ if is("case") => self.bodies += 1,
            _ if is("end") => self.bodies -= 1,
            _ => {}
        }
    }
}
