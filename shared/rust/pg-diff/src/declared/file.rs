//! One file, cut into statements, comments and commands of psql.
//!
//! Must never: look into another file, or stop at what is broken: the next
//! mistake is told in the same run.

use std::ops::Range;

use super::command::{self, Command};
use super::error::DeclaredErrorKind;
use super::expression;
use crate::scan::{Lexer, Splitter, Token, TokenKind, Unclosed};

/// The pieces of a file, in order.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Without comments.
    pub tokens: Vec<Token>,
    pub comments: Vec<Token>,
    pub statements: Vec<Statement>,
    pub commands: Vec<Command>,
    pub mistakes: Vec<Mistake>,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Of [`Parts::tokens`]; the closing semicolon is none of them.
    pub tokens: Range<usize>,
    /// Bytes, with the semicolon.
    pub range: Range<usize>,
    pub is_closed: bool,
}

#[derive(Clone, Debug)]
pub struct Mistake {
    pub kind: DeclaredErrorKind,
    pub range: Range<usize>,
    pub message: String,
    pub hint: Option<&'static str>,
}

impl Mistake {
    pub fn new(
        kind: DeclaredErrorKind,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Mistake {
        Mistake { kind, range, message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: &'static str) -> Mistake {
        self.hint = Some(hint);
        self
    }
}

pub fn parts(text: &str) -> Parts {
    let mut cutter = Cutter {
        text,
        lexer: Lexer::new(text),
        splitter: Splitter::default(),
        parts: Parts::default(),
        first: 0,
    };
    while let Some(token) = cutter.lexer.next() {
        cutter.see(token);
    }
    cutter.finish()
}

struct Cutter<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    splitter: Splitter,
    parts: Parts,
    /// The first token of the statement that is open.
    first: usize,
}

impl Cutter<'_> {
    fn see(&mut self, token: Token) {
        if let TokenKind::Unclosed(what) = token.kind {
            self.unclosed(token, what);
        }
        if token.is_comment() {
            self.parts.comments.push(token);
            return;
        }
        if token.kind == TokenKind::Backslash {
            return self.command(token);
        }
        self.variable(token);
        if self.splitter.see(self.text, token) {
            self.statement(Some(token));
        } else {
            self.parts.tokens.push(token);
        }
    }

    fn command(&mut self, token: Token) {
        let is_inside = !self.splitter.is_between();
        let command = command::read(self.text, token.start, is_inside);
        self.lexer.jump(command.range.end);
        self.parts.commands.push(command);
    }

    /// A colon that touches what is behind it.
    fn variable(&mut self, token: Token) {
        let last = self.parts.tokens.last();
        if !expression::is_variable(self.text, &self.splitter, last, token) {
            return;
        }
        let message = format!(
            "`:{}` is a variable of psql: the file is run without psql",
            token.text(self.text)
        );
        let range = token.start.saturating_sub(1)..token.end;
        self.parts
            .mistakes
            .push(Mistake::new(DeclaredErrorKind::Variable, range, message).hint(
                "write the value itself: the file describes one schema, the same everywhere",
            ));
    }

    fn unclosed(&mut self, token: Token, what: Unclosed) {
        let (what, close) = match what {
            Unclosed::Text => ("this string is", "close it with `'`"),
            Unclosed::DollarText => ("this dollar-quoted string is", "close it with the same tag"),
            Unclosed::QuotedName => ("this quoted name is", "close it with `\"`"),
            Unclosed::BlockComment => {
                ("this comment is", "close it with `*/`, once for each `/*` inside")
            }
        };
        let message = format!("{what} never closed");
        let range = token.start..token.start + 1;
        self.parts
            .mistakes
            .push(Mistake::new(DeclaredErrorKind::Unclosed, range, message).hint(close));
    }

    fn statement(&mut self, semicolon: Option<Token>) {
        let tokens = self.first..self.parts.tokens.len();
        self.first = tokens.end;
        let own = self.parts.tokens.get(tokens.clone()).unwrap_or_default();
        let (Some(start), Some(last)) = (own.first(), own.last()) else { return };
        let end = semicolon.map_or(last.end, |semicolon| semicolon.end);
        let range = start.start..end;
        let is_closed = semicolon.is_some();
        match copy(self.text, own) {
            Some(Copy::FromStdin) => {
                self.parts.mistakes.push(
                    Mistake::new(
                        DeclaredErrorKind::Copy,
                        range.clone(),
                        "COPY ... FROM stdin reads rows that only psql can send",
                    )
                    .hint("write the rows as INSERT: they are seed rows"),
                );
                self.lexer.jump(behind_rows(self.text, end));
            }
            Some(Copy::ToStdout) => self.parts.mistakes.push(
                Mistake::new(
                    DeclaredErrorKind::Copy,
                    range.clone(),
                    "COPY ... TO stdout sends rows that nobody reads",
                )
                .hint("take it away"),
            ),
            None => {}
        }
        self.parts.statements.push(Statement { tokens, range, is_closed });
    }

    fn finish(mut self) -> Parts {
        let is_broken = self.parts.mistakes.iter().any(|it| it.kind == DeclaredErrorKind::Unclosed);
        // An unclosed string leaves parentheses open: one mistake is enough.
        if let (Some(at), false) = (self.splitter.open_parenthesis(), is_broken) {
            self.parts.mistakes.push(
                Mistake::new(
                    DeclaredErrorKind::Unclosed,
                    at..at + 1,
                    "this parenthesis is never closed",
                )
                .hint("close it with `)`"),
            );
        }
        self.statement(None);
        self.parts
    }
}

enum Copy {
    FromStdin,
    ToStdout,
}

fn copy(text: &str, tokens: &[Token]) -> Option<Copy> {
    if !tokens.first()?.is(text, "copy") {
        return None;
    }
    tokens.windows(2).find_map(|pair| match pair {
        [from, what] if from.is(text, "from") && what.is(text, "stdin") => Some(Copy::FromStdin),
        [to, what] if to.is(text, "to") && what.is(text, "stdout") => Some(Copy::ToStdout),
        _ => None,
    })
}

/// Behind the rows that follow a COPY: they begin with the next line and end
/// with a line that is `\.`, or with the file.
fn behind_rows(text: &str, at: usize) -> usize {
    let mut at = at;
    let mut is_first = true;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        at += line.len();
        if line.is_empty() || (!is_first && line.trim_end_matches(['\r', '\n']) == "\\.") {
            return at;
        }
        is_first = false;
    }
}
