//! Annotations that have done their work and can go.
//!
//! Must never: call one stale that a plan for this database would still read.

use super::annotation::Word;
use super::find::parts;
use super::intents::Intents;
use super::source::Span;
use crate::catalog::{Body, Catalog, Column, Id};

/// An annotation that this database needs no more. Another database may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    pub word: Word,
    pub about: Id,
    /// One sentence, without a full stop.
    pub why: String,
    pub span: Option<Span>,
}

/// Every annotation that would change nothing about a plan from `live` to
/// `desired`. Of `@deprecated` and `@seed` there are none: they hold as long
/// as their object does.
pub fn stale(intents: &Intents, desired: &Catalog, live: &Catalog) -> Vec<Stale> {
    let mut found = Vec::new();
    let mut add = |word: Word, about: &Id, why: String| {
        let span = intents.places.get(&(word, about.clone())).cloned();
        found.push(Stale { word, about: about.clone(), why, span });
    };
    for rename in &intents.renames {
        let may_be = |id: &Id| live.contains(id) || is_under_old_name(intents, live, id);
        if !rename.from.iter().any(may_be) {
            let names: Vec<&str> = rename.from.iter().map(Id::own_name).collect();
            add(Word::Renamed, &rename.to, format!("nothing is called {} any more", or(&names)));
        }
    }
    for id in intents.using.keys() {
        if let (Some(live), Some(desired)) = (column(live, id), column(desired, id))
            && live.type_name == desired.type_name
        {
            add(Word::Using, id, format!("it is {} already", live.type_name));
        }
    }
    for id in intents.backfills.keys() {
        if let (Some(live), Some(desired)) = (column(live, id), column(desired, id))
            && live.type_name == desired.type_name
            && live.not_null == desired.not_null
            && live.generated == desired.generated
        {
            add(Word::Backfill, id, "the column is as it should be already".to_owned());
        }
    }
    for rename in &intents.part_renames {
        let object = live.get(&rename.of);
        let is_there = |name: &String| object.is_some_and(|it| parts(it).contains(&name.as_str()));
        // The type may be there under an old name of its own.
        if object.is_some() && !rename.from.iter().any(is_there) {
            let names: Vec<&str> = rename.from.iter().map(String::as_str).collect();
            found.push(Stale {
                word: Word::Renamed,
                about: rename.of.clone(),
                why: format!("{} has no part called {} any more", rename.of, or(&names)),
                span: Some(rename.span.clone()),
            });
        }
    }
    found
}

/// True when the relation of a part is there under an old name, and the part
/// with it.
fn is_under_old_name(intents: &Intents, live: &Catalog, part: &Id) -> bool {
    if part.part.is_empty() {
        return false;
    }
    intents.renames.iter().any(|rename| {
        rename.to.part.is_empty()
            && rename.to.namespace == part.namespace
            && rename.to.name == part.name
            && rename.from.iter().any(|old| live.contains(&old.with(part.kind, &part.part)))
    })
}

fn column<'a>(catalog: &'a Catalog, id: &Id) -> Option<&'a Column> {
    if let Body::Column(column) = &catalog.get(id)?.body { Some(column) } else { None }
}

/// `a`, `b` or `c`
fn or(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        other => other.join(""),
    }
}
