//! The `search_path` at each statement, as far as the file itself says it.
//!
//! Must never: follow a DO block or a function. A file that hides its
//! `search_path` there has to qualify the names it annotates.

use std::sync::Arc;

use crate::scan::{Cursor, Lexer, Token, TokenKind, folded, truncated};

/// Namespaces in order; `$user` stands for the role's own.
pub type Path = Arc<[String]>;

#[derive(Clone, Debug)]
pub struct SearchPath {
    session: Path,
    /// Until the end of the transaction.
    local: Option<Path>,
}

impl Default for SearchPath {
    fn default() -> SearchPath {
        SearchPath { session: initial(), local: None }
    }
}

/// `"$user", public`
fn initial() -> Path {
    ["$user".to_owned(), "public".to_owned()].into()
}

impl SearchPath {
    pub fn current(&self) -> Path {
        self.local.clone().unwrap_or_else(|| self.session.clone())
    }

    /// Takes the next statement.
    pub fn see(&mut self, text: &str, tokens: &[Token]) {
        let mut cursor = Cursor::new(text, tokens);
        if cursor.accept(&["set"]) {
            let is_local = cursor.accept(&["local"]);
            let _ = cursor.accept(&["session"]);
            if let Some(path) = assigned(text, cursor) {
                self.set(path, is_local);
            }
        } else if cursor.accept(&["reset"]) {
            if cursor.sees(&["search_path"]) || cursor.sees(&["all"]) {
                self.set(initial(), false);
            }
        } else if cursor.accept(&["select"]) {
            if let Some((path, is_local)) = set_config(text, cursor) {
                self.set(path, is_local);
            }
        } else if ["commit", "end", "rollback", "abort"].iter().any(|end| cursor.sees(&[end])) {
            self.local = None;
        }
    }

    fn set(&mut self, path: Path, is_local: bool) {
        if is_local {
            self.local = Some(path);
        } else {
            self.session = path;
            self.local = None;
        }
    }
}

/// What stands behind SET: `search_path = a, 'b'`, `SCHEMA 'a'`.
fn assigned(text: &str, mut cursor: Cursor<'_>) -> Option<Path> {
    if cursor.accept(&["schema"]) {
        return Some([name(cursor.next_token()?.text(text))?].into());
    }
    if !cursor.accept(&["search_path"]) {
        return None;
    }
    // `=` or TO.
    cursor.next_token()?;
    if cursor.accept(&["default"]) {
        return Some(initial());
    }
    let mut path = Vec::new();
    while let Some(token) = cursor.next_token() {
        if token.kind == TokenKind::Text {
            path.push(name(token.text(text))?);
        } else if token.is_name() {
            path.push(folded(token.text(text), '\\'));
        }
    }
    path.retain(|name| !name.is_empty());
    Some(path.into())
}

/// `[pg_catalog.]set_config('search_path', '...', true | false)`
fn set_config(text: &str, mut cursor: Cursor<'_>) -> Option<(Path, bool)> {
    let (_, name) = cursor.qualified()?;
    let arguments = cursor.parenthesised()?;
    let mut inside = cursor.within(arguments);
    let setting = constant(inside.next_token()?.text(text))?;
    if name != "set_config" || !setting.eq_ignore_ascii_case("search_path") {
        return None;
    }
    inside.accept_kind(TokenKind::Comma).then_some(())?;
    let list = constant(inside.next_token()?.text(text))?;
    inside.accept_kind(TokenKind::Comma).then_some(())?;
    let is_local = inside.sees(&["true"]);
    Some((listed(&list), is_local))
}

/// The names in the text of a setting: `"$user", public`.
fn listed(list: &str) -> Path {
    let names = Lexer::new(list).filter(Token::is_name);
    let names = names.map(|token| folded(token.text(list), '\\'));
    names.filter(|name| !name.is_empty()).collect()
}

/// A name that is written as a string constant.
fn name(token: &str) -> Option<String> {
    Some(truncated(&constant(token)?).to_owned())
}

/// The value of a plain string constant.
fn constant(token: &str) -> Option<String> {
    let inside = token.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inside.replace("''", "'"))
}
