//! Statements of which little more than the name matters.
//!
//! Must never: guess a name that is not written.

use std::ops::Range;

use super::{Guard, Name, Reader, Start};

#[derive(Clone, Debug)]
pub struct Trigger {
    pub at: usize,
    pub name: Name,
    pub table: Name,
    pub replaces: bool,
    pub verb_end: usize,
    /// CREATE OR REPLACE CONSTRAINT TRIGGER there is not.
    pub is_constraint: bool,
}

#[derive(Clone, Debug)]
pub struct Policy {
    pub at: usize,
    pub name: Name,
    pub table: Name,
}

#[derive(Clone, Debug)]
pub struct View {
    pub at: usize,
    pub name: Name,
    pub replaces: bool,
    pub verb_end: usize,
    pub is_materialized: bool,
    pub guard: Guard,
    pub is_invoker: bool,
    /// Names that the query mentions, folded.
    pub mentions: Vec<String>,
}

/// What has a name and no rule of its own.
#[derive(Clone, Debug)]
pub struct Object {
    pub at: usize,
    pub kind: ObjectKind,
    pub name: Option<Name>,
    pub guard: Guard,
    pub replaces: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Namespace,
    Extension,
    Sequence,
    Type,
    Domain,
    Statistics,
    ForeignTable,
    Server,
    Publication,
    EventTrigger,
    Rule,
    /// Casts, operators, text search, languages, roles: neither guard.
    Other,
}

#[derive(Clone, Debug)]
pub struct Insert {
    pub at: usize,
    pub table: Name,
    pub says_conflict: bool,
    /// WHERE NOT EXISTS: rows that are there are passed over.
    pub asks_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropKind {
    Table,
    Index,
    Database,
    Namespace,
    Other,
}

#[derive(Clone, Debug)]
pub struct Drop {
    pub at: usize,
    pub kind: DropKind,
    /// `materialized view`, in small letters.
    pub word: String,
    pub names: Vec<Name>,
    pub is_concurrent: bool,
    /// Where CONCURRENTLY would stand.
    pub behind_kind: usize,
    pub range: Range<usize>,
}

pub fn trigger(start: &Start, mut reader: Reader<'_>) -> Option<Trigger> {
    let is_constraint = reader.accept("constraint");
    reader.accept("trigger").then_some(())?;
    let name = reader.name()?;
    reader.seek("on").then_some(())?;
    let table = reader.qualified()?;
    let Start { at, replaces, verb_end, .. } = *start;
    Some(Trigger { at, name, table, replaces, verb_end, is_constraint })
}

pub fn policy(start: &Start, mut reader: Reader<'_>) -> Option<Policy> {
    let name = reader.name()?;
    reader.accept("on").then_some(())?;
    Some(Policy { at: start.at, name, table: reader.qualified()? })
}

pub fn view(start: &Start, mut reader: Reader<'_>) -> Option<View> {
    let is_materialized = reader.accept("materialized");
    reader.accept("view").then_some(())?;
    let guard = Guard::read(&mut reader);
    let name = reader.qualified()?;
    let mut is_invoker = false;
    let mut head = reader;
    if head.seek("with")
        && let Some(options) = head.list()
    {
        is_invoker = options.items().iter().any(|option| {
            let said = option.spelled();
            said.starts_with("security_invoker")
                && !said.ends_with("false")
                && !said.ends_with("off")
        });
    }
    let mentions = if reader.seek("as") { reader.words().collect() } else { Vec::new() };
    let Start { at, replaces, verb_end, .. } = *start;
    Some(View { at, name, replaces, verb_end, is_materialized, guard, is_invoker, mentions })
}

pub fn object(start: &Start, mut reader: Reader<'_>) -> Option<Object> {
    const KINDS: [(&str, ObjectKind); 11] = [
        ("schema", ObjectKind::Namespace),
        ("extension", ObjectKind::Extension),
        ("sequence", ObjectKind::Sequence),
        ("type", ObjectKind::Type),
        ("domain", ObjectKind::Domain),
        ("statistics", ObjectKind::Statistics),
        ("foreign table", ObjectKind::ForeignTable),
        ("server", ObjectKind::Server),
        ("publication", ObjectKind::Publication),
        ("event trigger", ObjectKind::EventTrigger),
        ("rule", ObjectKind::Rule),
    ];
    let found = KINDS.iter().find(|(words, _)| reader.accept(words));
    let kind = found.map_or(ObjectKind::Other, |(_, kind)| *kind);
    let guard = Guard::read(&mut reader);
    let name = if kind == ObjectKind::Other { None } else { reader.qualified() };
    Some(Object { at: start.at, kind, name, guard, replaces: start.replaces })
}

/// INSERT, also behind WITH.
pub fn inserted(at: usize, mut reader: Reader<'_>) -> Option<Insert> {
    reader.seek("insert into").then_some(())?;
    let table = reader.qualified()?;
    let asks_first = reader.has("where not exists") || reader.has("except");
    Some(Insert { at, table, says_conflict: reader.has("on conflict"), asks_first })
}

pub fn dropped(at: usize, mut reader: Reader<'_>) -> Option<Drop> {
    let range = reader.range();
    let from = reader;
    let kind = if reader.accept("table") {
        DropKind::Table
    } else if reader.accept("index") {
        DropKind::Index
    } else if reader.accept("database") {
        DropKind::Database
    } else if reader.accept("schema") {
        DropKind::Namespace
    } else {
        let _ = reader.accept_any(&["materialized", "foreign", "event", "text search"]);
        reader.advance();
        DropKind::Other
    };
    let words = from.tokens().len() - reader.tokens().len();
    let word = Reader::new(from.source(), from.tokens().get(..words)?).spelled();
    let behind_kind = reader.behind();
    let is_concurrent = reader.accept("concurrently");
    let _ = reader.accept("if exists");
    let names = reader.items().into_iter().filter_map(|mut item| item.qualified()).collect();
    Some(Drop { at, kind, word, names, is_concurrent, behind_kind, range })
}
