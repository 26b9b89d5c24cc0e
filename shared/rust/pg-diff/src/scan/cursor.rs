//! A place among the tokens of a statement, for reading its beginning.
//!
//! Must never: see a comment. They are taken out before.

use super::{Token, TokenKind, folded};

#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Cursor<'a> {
        Cursor { text, tokens, at: 0 }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Another one, for these tokens of the statement only.
    pub fn within(&self, tokens: std::ops::Range<usize>) -> Cursor<'a> {
        Cursor::new(self.text, self.tokens.get(tokens).unwrap_or_default())
    }

    pub fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// How many tokens are behind it.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub fn next_token(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// True when these keywords come next.
    pub fn sees(&self, words: &[&str]) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        rest.len() >= words.len()
            && rest.iter().zip(words).all(|(token, word)| token.is(self.text, word))
    }

    pub fn sees_kind(&self, kind: TokenKind) -> bool {
        self.peek().is_some_and(|token| token.kind == kind)
    }

    /// Passes these keywords if they come next, all of them.
    pub fn accept(&mut self, words: &[&str]) -> bool {
        let sees = self.sees(words);
        if sees {
            self.at += words.len();
        }
        sees
    }

    /// Passes a token of this kind if it comes next.
    pub fn accept_kind(&mut self, kind: TokenKind) -> bool {
        let sees = self.sees_kind(kind);
        if sees {
            self.at += 1;
        }
        sees
    }

    /// A name, folded; with the UESCAPE clause that may follow.
    pub fn name(&mut self) -> Option<String> {
        let token = self.peek()?;
        if !token.is_name() {
            return None;
        }
        self.at += 1;
        let mut escape = '\\';
        if token.text(self.text).starts_with(['u', 'U']) && self.accept(&["uescape"]) {
            let said = self.next_token().map(|token| token.text(self.text)).unwrap_or_default();
            escape = said.chars().nth(1).unwrap_or('\\');
        }
        Some(folded(token.text(self.text), escape))
    }

    /// `name`, `namespace.name` or `database.namespace.name`: the namespace
    /// and the name.
    pub fn qualified(&mut self) -> Option<(Option<String>, String)> {
        let mut namespace = None;
        let mut name = self.name()?;
        while self.accept_kind(TokenKind::Dot) {
            namespace = Some(name);
            name = self.name()?;
        }
        Some((namespace, name))
    }

    /// Goes to this keyword outside of parentheses, and behind it.
    pub fn seek(&mut self, word: &str) -> bool {
        let mut depth = 0_usize;
        while let Some(token) = self.next_token() {
            if depth == 0 && token.is(self.text, word) {
                return true;
            }
            depth = deeper(depth, token.kind);
        }
        false
    }

    /// The tokens between the parenthesis that comes next and the one that
    /// closes it, by number; passes both.
    pub fn parenthesised(&mut self) -> Option<std::ops::Range<usize>> {
        if !self.accept_kind(TokenKind::OpenParenthesis) {
            return None;
        }
        let first = self.at;
        let mut depth = 1_usize;
        while let Some(token) = self.next_token() {
            depth = deeper(depth, token.kind);
            if depth == 0 {
                return Some(first..self.at - 1);
            }
        }
        Some(first..self.at)
    }
}

/// How many parentheses and brackets are open behind a token.
pub fn deeper(depth: usize, kind: TokenKind) -> usize {
    if matches!(kind, TokenKind::OpenParenthesis | TokenKind::OpenBracket) {
        depth + 1
    } else if matches!(kind, TokenKind::CloseParenthesis | TokenKind::CloseBracket) {
        depth.saturating_sub(1)
    } else {
        depth
    }
}
