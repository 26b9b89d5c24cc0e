//! SQL text cut into tokens, by PostgreSQL's own rules.
//!
//! Every byte that is not white space belongs to exactly one token, and every
//! text has tokens: what is never closed becomes one that says so and runs to
//! the end, as it does for the server. Source: `src/backend/parser/scan.l` and
//! `src/fe_utils/psqlscan.l` of PostgreSQL 18, with
//! `standard_conforming_strings` on.
//!
//! Must never: know what a statement means, or fail.

mod cursor;
mod list;
mod literal;
mod name;
mod split;

pub use cursor::{Cursor, deeper};
pub use list::{mentions, replace_word, split_list, until_closed};
pub use name::{MAX_NAME, folded, truncated};
pub use split::{Splitter, starts};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a name without quotes.
    Word,
    /// `"..."` or `U&"..."`.
    QuotedName,
    /// Any string constant: `''`, `E''`, `U&''`, `B''`, `X''`, `N''`, `$$ $$`.
    Text,
    Number,
    /// `$1`
    Parameter,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Semicolon,
    /// A `:` that is part of neither `::` nor `:=`.
    Colon,
    /// Where psql sees one of its own commands.
    Backslash,
    /// Up to the end of its line, which does not belong to it.
    LineComment,
    BlockComment,
    /// `::`, `:=`, or one character of anything else.
    Operator,
    /// What began here runs to the end of the text.
    Unclosed(Unclosed),
}

/// What may be opened and never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclosed {
    Text,
    DollarText,
    QuotedName,
    BlockComment,
}

/// A piece of the text: bytes `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// True for this keyword, in any case of letters.
    pub fn is(&self, text: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(text).eq_ignore_ascii_case(word)
    }

    /// True for what can name something, keywords included.
    pub fn is_name(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::QuotedName)
    }

    /// True for comments, the one that is never closed included.
    pub fn is_comment(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::LineComment
                | TokenKind::BlockComment
                | TokenKind::Unclosed(Unclosed::BlockComment)
        )
    }
}

/// Gives the tokens of a text, comments included.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    /// Goes on at `at`, which must be the boundary of a character.
    pub fn jump(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    fn token(&self, start: usize, first: u8) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        let next = bytes.get(start + 1).copied();
        let one = |kind| (kind, start + 1);
        match first {
            b'-' if next == Some(b'-') => {
                (TokenKind::LineComment, literal::line_end(bytes, start + 2))
            }
            b'/' if next == Some(b'*') => closed(
                TokenKind::BlockComment,
                Unclosed::BlockComment,
                literal::block_comment(bytes, start),
                bytes,
            ),
            b'\'' => self.quoted_text(start),
            b'"' => self.quoted_name(start),
            b'$' => self.dollar(start),
            b'0'..=b'9' => (TokenKind::Number, literal::number(bytes, start)),
            b'(' => one(TokenKind::OpenParenthesis),
            b')' => one(TokenKind::CloseParenthesis),
            b'[' => one(TokenKind::OpenBracket),
            b']' => one(TokenKind::CloseBracket),
            b',' => one(TokenKind::Comma),
            b'.' => one(TokenKind::Dot),
            b';' => one(TokenKind::Semicolon),
            b'\\' => one(TokenKind::Backslash),
            b':' if matches!(next, Some(b':' | b'=')) => (TokenKind::Operator, start + 2),
            b':' => one(TokenKind::Colon),
            _ if literal::begins_word(first) => self.word(start, first, next),
            _ => one(TokenKind::Operator),
        }
    }

    fn word(&self, start: usize, first: u8, next: Option<u8>) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        match (first.to_ascii_lowercase(), next, bytes.get(start + 2)) {
            (b'e', Some(b'\''), _) => {
                closed(TokenKind::Text, Unclosed::Text, literal::escaped(bytes, start + 1), bytes)
            }
            (b'b' | b'x' | b'n', Some(b'\''), _) => self.quoted_text(start + 1),
            (b'u', Some(b'&'), Some(b'\'')) => self.quoted_text(start + 2),
            (b'u', Some(b'&'), Some(b'"')) => self.quoted_name(start + 2),
            _ => (TokenKind::Word, literal::run(bytes, start, literal::continues_word)),
        }
    }

    fn quoted_text(&self, quote: usize) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        closed(TokenKind::Text, Unclosed::Text, literal::quoted(bytes, quote), bytes)
    }

    fn quoted_name(&self, quote: usize) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        closed(TokenKind::QuotedName, Unclosed::QuotedName, literal::quoted(bytes, quote), bytes)
    }

    fn dollar(&self, start: usize) -> (TokenKind, usize) {
        let bytes = self.text.as_bytes();
        if let Some(tag) = literal::dollar_tag(bytes, start) {
            let end = literal::dollar_end(self.text, start, tag);
            return closed(TokenKind::Text, Unclosed::DollarText, end, bytes);
        }
        match bytes.get(start + 1) {
            Some(b'0'..=b'9') => (TokenKind::Parameter, literal::number(bytes, start + 1)),
            _ => (TokenKind::Operator, start + 1),
        }
    }
}

fn closed(kind: TokenKind, open: Unclosed, end: Option<usize>, bytes: &[u8]) -> (TokenKind, usize) {
    end.map_or((TokenKind::Unclosed(open), bytes.len()), |end| (kind, end))
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        let start = literal::run(bytes, self.at, literal::is_blank);
        self.at = start;
        let (kind, end) = self.token(start, *bytes.get(start)?);
        self.at = end;
        Some(Token { kind, start, end })
    }
}

#[cfg(test)]
mod tests;
