//! CREATE INDEX.
//!
//! Must never: read an expression further than its spelling.

use std::ops::Range;

use pg_diff::scan::TokenKind;

use super::{Guard, Name, Reader, Start};

#[derive(Clone, Debug)]
pub struct Index {
    pub at: usize,
    /// None: PostgreSQL makes one up.
    pub name: Option<Name>,
    pub table: Name,
    pub guard: Guard,
    pub is_unique: bool,
    pub is_concurrent: bool,
    /// ON ONLY: nothing is scanned.
    pub is_only: bool,
    /// Where CONCURRENTLY would stand.
    pub behind_index: usize,
    /// `btree` where nothing is said.
    pub method: String,
    pub keys: Vec<Key>,
    pub include: Vec<String>,
    /// Spelled; None for a whole table.
    pub predicate: Option<String>,
    pub range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// With direction and operator class.
    pub spelled: String,
    /// None of an expression.
    pub column: Option<String>,
}

pub fn read(start: &Start, mut reader: Reader<'_>) -> Option<Index> {
    let range = reader.range();
    let is_unique = reader.accept("unique");
    reader.accept("index").then_some(())?;
    let behind_index = reader.behind();
    let is_concurrent = reader.accept("concurrently");
    let guard = Guard::read(&mut reader);
    let name = if reader.sees("on") { None } else { Some(reader.name()?) };
    reader.accept("on").then_some(())?;
    let is_only = reader.accept("only");
    let table = reader.qualified()?;
    let method = match reader.accept("using") {
        true => reader.name()?.name,
        false => "btree".to_owned(),
    };
    let keys = reader.list()?.items().into_iter().map(key).collect();
    let include = match reader.accept("include") {
        true => reader.list().map(|list| list.names()).unwrap_or_default(),
        false => Vec::new(),
    };
    let predicate = reader.seek("where").then(|| reader.spelled());
    Some(Index {
        at: start.at,
        name,
        table,
        guard,
        is_unique,
        is_concurrent,
        is_only,
        behind_index,
        method,
        keys,
        include,
        predicate,
        range,
    })
}

fn key(mut reader: Reader<'_>) -> Key {
    let spelled = reader.spelled();
    let name = reader.name();
    let is_call = reader.list().is_some() || reader.accept_kind(TokenKind::Dot);
    Key { spelled, column: name.filter(|_| !is_call).map(|name| name.name) }
}
