//! Statements that are run and are no part of a schema.
//!
//! Must never: forbid one. The scratch database bears it; people are told
//! that the live one will not see it.

use super::error::NoteKind;
use crate::ddl;
use crate::scan::{Token, TokenKind, folded};

/// Functions of PostgreSQL that a declaration may well call at its top.
const QUIET: [&str; 6] =
    ["set_config", "current_setting", "now", "version", "current_database", "pg_typeof"];

/// What there is to tell about a statement.
pub fn note(text: &str, tokens: &[Token]) -> Option<(NoteKind, String)> {
    let first = tokens.first()?;
    if first.kind != TokenKind::Word {
        return None;
    }
    let verb = first.text(text).to_ascii_uppercase();
    match verb.as_str() {
        "UPDATE" | "DELETE" | "TRUNCATE" | "MERGE" | "COPY" => Some(changes_rows(&verb)),
        "CALL" => Some(may_have_effects(&verb)),
        "WITH" => changing_word(text, tokens).map(|word| changes_rows(&word)),
        "SELECT" | "VALUES" | "TABLE" => {
            called(text, tokens).map(|name| may_have_effects(&format!("{verb} {name}(...)")))
        }
        _ => None,
    }
}

fn changes_rows(what: &str) -> (NoteKind, String) {
    let message = format!(
        "{what} runs on scratch databases only: rows of the live database are not changed by it"
    );
    (NoteKind::ChangesRows, message)
}

fn may_have_effects(what: &str) -> (NoteKind, String) {
    let message = format!(
        "{what} runs on scratch databases only: of its effects, the plan sees what the schema shows"
    );
    (NoteKind::MayHaveEffects, message)
}

/// UPDATE, DELETE or MERGE as the main verb of a WITH, or in one of its parts.
/// Behind FOR and ON they are no verbs.
fn changing_word(text: &str, tokens: &[Token]) -> Option<String> {
    let begins = |before: &Token| {
        matches!(before.kind, TokenKind::OpenParenthesis | TokenKind::CloseParenthesis)
    };
    tokens.windows(2).find_map(|pair| {
        let [before, word] = pair else { return None };
        let is_verb = ["update", "delete", "merge"].iter().any(|verb| word.is(text, verb));
        (begins(before) && is_verb).then(|| word.text(text).to_ascii_uppercase())
    })
}

/// The first function that is called and could do something.
fn called<'a>(text: &'a str, tokens: &[Token]) -> Option<&'a str> {
    tokens.windows(2).find_map(|pair| {
        let [name, open] = pair else { return None };
        if !name.is_name() || open.kind != TokenKind::OpenParenthesis {
            return None;
        }
        let word = folded(name.text(text), '\\');
        let is_keyword = name.kind == TokenKind::Word && ddl::is_reserved(&word);
        (!is_keyword && !QUIET.contains(&word.as_str())).then(|| name.text(text))
    })
}
