//! CREATE FUNCTION and CREATE PROCEDURE.
//!
//! Must never: read a body.

use pg_diff::scan::TokenKind;

use super::{Name, Reader, Start};

#[derive(Clone, Debug)]
pub struct Routine {
    pub at: usize,
    pub name: Name,
    pub replaces: bool,
    /// Where OR REPLACE would stand.
    pub verb_end: usize,
    pub returns_trigger: bool,
    pub is_definer: bool,
    pub sets_search_path: bool,
    /// Small letters; `sql` for a body behind RETURN or BEGIN ATOMIC.
    pub language: String,
}

pub fn read(start: &Start, mut reader: Reader<'_>) -> Option<Routine> {
    let name = reader.qualified()?;
    let _ = reader.list();
    let returns_trigger = reader.has("returns trigger");
    let mut language = "sql".to_owned();
    let mut options = reader;
    if options.seek("language")
        && let Some(token) = options.advance()
    {
        language = Reader::new(options.source(), &[token]).spelled();
        if token.kind == TokenKind::Text {
            language = language.trim_matches('\'').to_lowercase();
        }
    }
    Some(Routine {
        at: start.at,
        name,
        replaces: start.replaces,
        verb_end: start.verb_end,
        returns_trigger,
        is_definer: reader.has("security definer"),
        sets_search_path: reader.has("set search_path"),
        language,
    })
}
