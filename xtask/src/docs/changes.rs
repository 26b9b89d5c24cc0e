//! What changed in the schema since a commit, table by table, in the words of
//! somebody who uses it.
//!
//! Must never: leave out a change that the comparison found.

mod told;
mod touched;

use std::collections::BTreeMap;

use anyhow::Result;
use pg_diff::Change;
use pg_diff::catalog::{Id, Kind};
use serde::Serialize;

use super::model::Model;
use super::source::shown;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::schema::card::whole;
use crate::schema::outlook::{Outlook, outlook};
use crate::schema::reading::{Reading, declared};
use crate::schema::rules::Rules;
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;

pub use touched::importers;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    New,
    Renamed,
    Changed,
    Removed,
}

impl Fate {
    pub fn word(self) -> &'static str {
        match self {
            Fate::New => "new",
            Fate::Renamed => "renamed",
            Fate::Changed => "changed",
            Fate::Removed => "removed",
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Changes {
    /// The commit, as it was typed.
    pub since: String,
    pub objects: Vec<Changed>,
    /// What the migration could hurt.
    pub hazards: Vec<Told>,
    /// What clients of the old schema run into.
    pub breaks: Vec<Told>,
}

/// Something that could hurt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// A hazard's word.
    pub kind: &'static str,
    pub about: String,
    pub why: String,
}

/// A table, view, function or other whole.
#[derive(Debug, Serialize)]
pub struct Changed {
    pub fate: Fate,
    pub kind: &'static str,
    pub name: String,
    /// The name before a rename.
    pub was: Option<String>,
    pub comment: Option<String>,
    pub lines: Vec<Line>,
    pub model: Option<Model>,
    /// Whose code imports that model.
    pub services: Vec<String>,
}

/// One thing about it.
#[derive(Debug, Serialize)]
pub struct Line {
    pub fate: Fate,
    pub kind: &'static str,
    pub name: String,
    pub words: String,
}

/// Reads both sides in a workshop and tells what differs.
pub fn since(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    (reference, init): (&str, &InitFile),
    models: &BTreeMap<String, Model>,
) -> Result<Changes> {
    let side = Side::parse(ctx, &format!("git:{reference}"))?;
    let from = Reading::of(ctx, workshop, &side)?;
    let to = declared(ctx, workshop, init.clone())?;
    let found = outlook(ctx, workshop, (from, to), &Rules::configured(ctx)?, false)?;
    let importers = importers(ctx)?;
    Ok(Changes {
        since: reference.to_owned(),
        objects: objects(&found, models, &importers),
        hazards: hazards(&found),
        breaks: told::breaks(&found),
    })
}

fn objects(
    found: &Outlook,
    models: &BTreeMap<String, Model>,
    importers: &BTreeMap<String, Vec<String>>,
) -> Vec<Changed> {
    let mut wholes: BTreeMap<Id, Vec<&Change>> = BTreeMap::new();
    for change in &found.changes {
        wholes.entry(whole(found, change.object())).or_default().push(change);
    }
    let renames = told::renames(found);
    for (id, _) in renames.iter() {
        wholes.entry(id.clone()).or_default();
    }
    let one = |(id, changes): (Id, Vec<&Change>)| {
        let name = shown(&id.namespace, &id.name);
        let own = changes.iter().find(|it| *it.object() == id);
        let renamed = renames.get(&id);
        let was = renamed.and_then(|it| it.was.clone());
        let fate = match own {
            Some(Change::Create { .. }) => Fate::New,
            Some(Change::Drop { .. }) => Fate::Removed,
            _ if was.is_some() => Fate::Renamed,
            _ => Fate::Changed,
        };
        let mut lines = renamed.map(|it| it.lines()).unwrap_or_default();
        lines.extend(told::lines(found, &id, fate, &changes));
        let side = if fate == Fate::Removed { &found.current } else { &found.desired };
        let model = models.get(&name).or_else(|| was.as_ref().and_then(|it| models.get(it)));
        let model = model.map(|it| Model { class: it.class.clone(), place: it.place.clone() });
        let services = model.as_ref().and_then(|it| importers.get(&it.class).cloned());
        Changed {
            fate,
            kind: id.kind.word(),
            comment: side.get(&id).and_then(|it| it.comment.clone()),
            name,
            was,
            lines,
            model,
            services: services.unwrap_or_default(),
        }
    };
    let mut all: Vec<(usize, Changed)> =
        wholes.into_iter().map(|(id, changes)| (rank(id.kind), one((id, changes)))).collect();
    all.retain(|(_, it)| it.fate != Fate::Changed || !it.lines.is_empty());
    all.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    all.into_iter().map(|(_, it)| it).collect()
}

/// Tables first: they are what most readers look for.
fn rank(kind: Kind) -> usize {
    const ORDER: [&[Kind]; 4] = [
        &[Kind::Table, Kind::ForeignTable],
        &[Kind::View, Kind::MaterializedView],
        &[Kind::Routine, Kind::Aggregate],
        &[Kind::Enum, Kind::Domain, Kind::Composite, Kind::Range],
    ];
    ORDER.iter().position(|kinds| kinds.contains(&kind)).unwrap_or(ORDER.len())
}

fn hazards(found: &Outlook) -> Vec<Told> {
    let all = found.plan.hazards();
    let harmful = all.into_iter().filter(|it| !it.kind.is_harmless());
    harmful
        .map(|it| Told { kind: it.kind.word(), about: it.about.to_string(), why: it.why.clone() })
        .collect()
}
