//! Changes in words: what is new, gone, otherwise, and what that breaks.
//!
//! Must never: drop a property it has no phrase for.

use std::collections::BTreeMap;

use pg_diff::catalog::{Body, ConstraintKind, Id, Kind};
use pg_diff::{Catalog, Change, Difference, Property};

use super::{Fate, Line, Told};
use crate::docs::source::shown;
use crate::docs::words;
use crate::schema::card;
use crate::schema::outlook::Outlook;

/// What renames did to one whole.
#[derive(Default)]
pub struct Renames {
    pub was: Option<String>,
    /// Kind, name before, name now.
    parts: Vec<(&'static str, String, String)>,
}

impl Renames {
    pub fn lines(&self) -> Vec<Line> {
        let line = |(kind, from, to): &(&'static str, String, String)| Line {
            fate: Fate::Renamed,
            kind,
            name: from.clone(),
            words: format!("is called {to} now"),
        };
        self.parts.iter().map(line).collect()
    }
}

/// By the whole, under its name of now.
pub fn renames(found: &Outlook) -> BTreeMap<Id, Renames> {
    let mut all: BTreeMap<Id, Renames> = BTreeMap::new();
    for it in &found.renamed {
        let whole = card::whole(found, &it.to);
        let entry = all.entry(whole.clone()).or_default();
        match &it.part {
            Some((from, to)) => entry.parts.push(("label or field", from.clone(), to.clone())),
            None if whole == it.to => entry.was = Some(shown(&it.from.namespace, &it.from.name)),
            None => {
                let names = (it.from.own_name().to_owned(), it.to.own_name().to_owned());
                entry.parts.push((it.to.kind.word(), names.0, names.1));
            }
        }
    }
    all
}

/// One line for each change of a whole.
pub fn lines(found: &Outlook, whole: &Id, fate: Fate, changes: &[&Change]) -> Vec<Line> {
    if matches!(fate, Fate::New | Fate::Removed) {
        let side = if fate == Fate::New { &found.desired } else { &found.current };
        return columns(side, whole, fate).into_iter().collect();
    }
    let is_along = |change: &&&Change| !goes_along(changes, change.object(), change.mark());
    changes.iter().filter(is_along).flat_map(|change| told(found, whole, change)).collect()
}

/// The columns of a table that comes or goes, on one line.
fn columns(side: &Catalog, whole: &Id, fate: Fate) -> Option<Line> {
    let names = side.column_order.get(whole)?;
    let each = names.iter().map(|name| {
        let column = side.body(&whole.with(Kind::Column, name)).and_then(Body::column);
        format!("{name} {}", column.map_or("", |it| &it.type_name))
    });
    Some(Line {
        fate,
        kind: "columns",
        name: names.len().to_string(),
        words: each.collect::<Vec<_>>().join(", "),
    })
}

/// What comes or goes with a column of the same table is said with it.
fn goes_along(all: &[&Change], id: &Id, mark: char) -> bool {
    let same = |it: &&&Change| it.mark() == mark && it.object().kind == Kind::Column;
    let mut columns = all.iter().filter(same);
    if id.kind == Kind::Default {
        return columns.any(|it| it.object().part == id.part);
    }
    let is_sequence = matches!(id.kind, Kind::Sequence | Kind::SequenceOwner);
    is_sequence && mark != '~' && columns.next().is_some()
}

fn told(found: &Outlook, whole: &Id, change: &Change) -> Vec<Line> {
    let id = change.object();
    let (kind, name) =
        if id == whole { ("", String::new()) } else { (id.kind.word(), id.own_name().to_owned()) };
    let line = |fate: Fate, words: String| Line { fate, kind, name: name.clone(), words };
    match change {
        Change::Create { .. } => vec![line(Fate::New, gist(&found.desired, id))],
        Change::Drop { .. } => vec![line(Fate::Removed, gist(&found.current, id))],
        Change::Alter { differences, .. } => {
            let is_shape = |it: &&Difference| it.property == Property::Definition;
            let redefined = differences.iter().find(is_shape).map(|_| gist(&found.desired, id));
            let all = differences.iter().map(|it| match (&redefined, it.property) {
                (Some(now), Property::Definition) if !now.is_empty() => format!("is now: {now}"),
                _ => phrase(it),
            });
            all.map(|words| line(Fate::Changed, words)).collect()
        }
    }
}

/// What it is, with its comment.
fn gist(side: &Catalog, id: &Id) -> String {
    let words = match side.body(id) {
        Some(Body::Column(it)) => {
            let null = if it.not_null.is_some() { ", never NULL" } else { "" };
            let default = side.body(&id.with(Kind::Default, &id.part)).and_then(Body::default);
            let default =
                default.map_or_else(String::new, |it| format!(", by default {}", it.expression));
            format!("{}{null}{default}", it.type_name)
        }
        Some(Body::Default(it)) => it.expression.clone(),
        Some(Body::Constraint(it)) => words::constraint(it),
        Some(Body::Index(it)) => words::index(it),
        Some(Body::Trigger(it)) => {
            let fired = words::trigger(&it.definition);
            format!("{}: {}()", fired.when, fired.function)
        }
        Some(_) | None => String::new(),
    };
    let comment = side.get(id).and_then(|it| it.comment.as_deref());
    match comment {
        Some(comment) if words.is_empty() => comment.to_owned(),
        Some(comment) => format!("{words} ({comment})"),
        None => words,
    }
}

fn phrase(it: &Difference) -> String {
    let (from, to) = (it.from.as_str(), it.to.as_str());
    match it.property {
        Property::Type | Property::BaseType => format!("is {to} now, was {from}"),
        Property::NotNull if to.is_empty() => "may be NULL now".to_owned(),
        Property::NotNull if from.is_empty() => "is never NULL now".to_owned(),
        Property::Default if to.is_empty() => format!("has no default any more, was {from}"),
        Property::Default if from.is_empty() => format!("is by default {to} now"),
        Property::Default => format!("is by default {to} now, was {from}"),
        Property::Comment if to.is_empty() => "has no comment any more".to_owned(),
        Property::Comment => format!("says: {to}"),
        Property::Labels => labels(from, to),
        Property::Definition => "is defined anew".to_owned(),
        Property::Validated if to == "yes" => "holds for the old rows too now".to_owned(),
        Property::Validated => "is not checked for the old rows any more".to_owned(),
        Property::Owner
        | Property::IndexComment
        | Property::Grants
        | Property::Signature
        | Property::Version
        | Property::Namespace
        | Property::Collation
        | Property::NotNull
        | Property::NotNullName
        | Property::Identity
        | Property::Generated
        | Property::Storage
        | Property::Compression
        | Property::Statistics
        | Property::Options
        | Property::ForeignOptions
        | Property::Attributes
        | Property::Sequence
        | Property::Column
        | Property::Kind
        | Property::PartitionKey
        | Property::Partition
        | Property::Inherits
        | Property::Unlogged
        | Property::AccessMethod
        | Property::ReplicaIdentity
        | Property::RowSecurity
        | Property::ForceRowSecurity
        | Property::ClusterOn
        | Property::OfType
        | Property::Server
        | Property::Deferrable
        | Property::Parent
        | Property::Local
        | Property::Fires
        | Property::Event
        | Property::Command
        | Property::Roles
        | Property::Using
        | Property::Check
        | Property::Tables
        | Property::Mappings
        | Property::Populated => card::difference(it),
    }
}

/// Which values a type takes on and which it loses.
fn labels(from: &str, to: &str) -> String {
    let (added, gone) = (only(to, from), only(from, to));
    match (added.is_empty(), gone.is_empty()) {
        (true, true) => format!("orders its values otherwise: {to}"),
        (false, true) => format!("also takes {added}"),
        (true, false) => format!("takes {gone} no more"),
        (false, false) => format!("takes {added} now, and {gone} no more"),
    }
}

/// The values of one list that another does not have.
fn only(of: &str, not: &str) -> String {
    let not: Vec<&str> = not.split(", ").collect();
    let values = of.split(", ").filter(|it| !it.is_empty() && !not.contains(it));
    values.collect::<Vec<_>>().join(", ")
}

/// What statements of the old schema run into.
pub fn breaks(found: &Outlook) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    let mut tell = |id: &Id, why: &str| {
        let told = Told { kind: "breaks-clients", about: id.to_string(), why: why.to_owned() };
        all.push(told);
    };
    for it in found.renamed.iter().filter(|it| is_named(it.to.kind)) {
        tell(&it.from, "statements that use the old name fail");
    }
    for change in &found.changes {
        let id = change.object();
        let is_whole_gone = |id: &Id| {
            [Kind::Table, Kind::View, Kind::MaterializedView, Kind::ForeignTable].iter().any(
                |kind| {
                    found.current.contains(&id.of(*kind)) && !found.desired.contains(&id.of(*kind))
                },
            )
        };
        let is_whole_new = |id: &Id| !found.current.contains(&id.of(Kind::Table));
        match change {
            Change::Drop { .. } if is_named(id.kind) => {
                if id.kind != Kind::Column || !is_whole_gone(id) {
                    tell(id, "statements that use it fail");
                }
            }
            Change::Create { .. } if id.kind == Kind::Column && !is_whole_new(id) => {
                if needs_value(&found.desired, id) {
                    tell(
                        id,
                        "inserts that do not name it fail: it is never NULL and has no default",
                    );
                }
            }
            Change::Create { .. } if id.kind == Kind::Constraint && !is_whole_new(id) => {
                tell(id, REFUSED);
            }
            Change::Alter { differences, .. } => {
                for it in differences {
                    if let Some(why) = breaking(&found.desired, id, it) {
                        tell(id, why);
                    }
                }
            }
            Change::Create { .. } | Change::Drop { .. } => {}
        }
    }
    all.sort();
    all.dedup();
    all
}

/// What statements name.
fn is_named(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Namespace
            | Kind::Table
            | Kind::ForeignTable
            | Kind::Column
            | Kind::View
            | Kind::MaterializedView
            | Kind::Routine
            | Kind::Aggregate
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
    )
}

const REFUSED: &str = "rows that were allowed may be refused";

/// Every kind of constraint but a foreign key whose actions alone changed
/// could; those are told as they are now.
fn refuses(side: &Catalog, id: &Id) -> bool {
    let constraint = side.body(id).and_then(Body::constraint);
    constraint.is_some_and(|it| it.kind != ConstraintKind::Foreign)
}

fn needs_value(side: &Catalog, id: &Id) -> bool {
    let column = side.body(id).and_then(Body::column);
    column
        .is_some_and(|it| it.not_null.is_some() && it.identity.is_none() && it.generated.is_none())
        && !side.contains(&id.with(Kind::Default, &id.part))
}

/// What statements run into for one property; None where it changes none.
fn breaking(desired: &Catalog, id: &Id, it: &Difference) -> Option<&'static str> {
    let is = |property: Property| it.property == property;
    if is(Property::Type) && id.kind == Kind::Column {
        Some("what reads or writes it gets another type")
    } else if is(Property::NotNull) && it.from.is_empty() && needs_value(desired, id) {
        Some("writes of NULL fail, and inserts that do not name it")
    } else if is(Property::NotNull) && it.from.is_empty() {
        Some("writes of NULL fail")
    } else if is(Property::Generated) && !it.to.is_empty() {
        Some("writes to it fail: it is generated")
    } else if is(Property::Signature) && id.kind == Kind::Routine {
        Some("its parameters or its answer differ")
    } else if is(Property::Labels) && !only(&it.from, &it.to).is_empty() {
        Some("statements that use a value that is gone fail")
    } else if is(Property::Definition) && refuses(desired, id) {
        Some(REFUSED)
    } else {
        None
    }
}
