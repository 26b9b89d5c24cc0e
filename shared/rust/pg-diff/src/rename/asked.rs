//! Renames that were asked for and are not done yet.
//!
//! Must never: choose between two names that are both there.

use std::collections::BTreeMap;

use super::{Renamed, step};
use crate::catalog::{Catalog, Id, Kind, Object};
use crate::ddl;
use crate::declared::{Intents, PartRename, Rename, Span, Word};
use crate::plan::Step;

/// A rename that cannot be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Without a full stop.
    pub message: String,
    pub hint: String,
    pub span: Option<Span>,
}

/// What of the renames of `intents` is still to be done in `current`.
///
/// # Errors
/// Every rename whose old and new names are both there, or that PostgreSQL has
/// no statement for.
pub fn asked(
    current: &Catalog,
    desired: &Catalog,
    intents: &Intents,
) -> Result<Vec<Renamed>, Vec<Conflict>> {
    let mut names = Names { current, given: BTreeMap::new(), moved: Vec::new() };
    let (mut renamed, mut conflicts) = (Vec::new(), Vec::new());
    let mut sorted: Vec<&Rename> = intents.renames.iter().collect();
    // What holds others is renamed before them: they are named in it.
    sorted.sort_by_key(|it| (it.to.kind != Kind::Namespace, it.to.kind.is_part()));
    // A name that moves on makes room for one that takes its place: what finds
    // its new name free is done first, until nothing is left that does.
    let mut waiting = sorted;
    loop {
        let (free, taken): (Vec<&Rename>, Vec<&Rename>) =
            waiting.iter().partition(|it| names.get(&it.to).is_none());
        let mut is_stuck = true;
        for rename in free {
            let span = || intents.places.get(&(Word::Renamed, rename.to.clone())).cloned();
            match names.find(desired, rename) {
                Ok(None) => {}
                Ok(Some(from)) => match names.rename(from, &rename.to) {
                    Some(it) => {
                        is_stuck = false;
                        renamed.push(it);
                    }
                    None => conflicts.push(Conflict {
                        message: format!("PostgreSQL cannot rename {from} to {}", rename.to),
                        hint: "take `@renamed` away: the old one goes and the new one comes"
                            .to_owned(),
                        span: span(),
                    }),
                },
                Err(from) => conflicts.push(both(&from, &rename.to.to_string(), span())),
            }
        }
        waiting = taken;
        if is_stuck {
            break;
        }
    }
    for rename in waiting {
        let span = intents.places.get(&(Word::Renamed, rename.to.clone())).cloned();
        if let Err(from) = names.find(desired, rename) {
            conflicts.push(both(&from, &rename.to.to_string(), span));
        }
    }
    for rename in &intents.part_renames {
        match names.part(desired, rename) {
            Ok(it) => renamed.extend(it),
            Err(from) => {
                let span = Some(rename.span.clone());
                conflicts.push(both(&from, &format!("{} of {}", rename.to, rename.of), span));
            }
        }
    }
    if conflicts.is_empty() { Ok(renamed) } else { Err(conflicts) }
}

fn both(from: &str, to: &str, span: Option<Span>) -> Conflict {
    Conflict {
        message: format!("both {from} and {to} are there: which of them is it now"),
        hint: "move what is in the old one and drop it, or take `@renamed` away".to_owned(),
        span,
    }
}

/// The current side while it is being renamed.
struct Names<'a> {
    current: &'a Catalog,
    /// What was renamed: by its new name, its old one in `current`.
    given: BTreeMap<Id, Id>,
    /// Namespaces that were renamed, new and old.
    moved: Vec<(Id, Id)>,
}

impl<'a> Names<'a> {
    /// The object that is called `id` by now.
    fn get(&self, id: &Id) -> Option<&'a Object> {
        let was = self.was(id);
        // An old name that was given up belongs to nobody.
        let is_given_up =
            self.given.values().any(|old| *old == was) && !self.given.contains_key(id);
        if is_given_up { None } else { self.current.get(&was) }
    }

    /// What it is called in `current`.
    fn was(&self, id: &Id) -> Id {
        if let Some(old) = self.given.get(id) {
            return old.clone();
        }
        if id.kind.is_part() {
            let wholes =
                [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::Domain];
            let old = wholes.into_iter().find_map(|kind| self.given.get(&id.of(kind)));
            if let Some(old) = old {
                return old.with(id.kind, &id.part);
            }
        }
        match self.moved.iter().find(|(new, _)| new.name == id.namespace) {
            Some((_, old)) => Id { namespace: old.name.clone(), ..id.clone() },
            None => id.clone(),
        }
    }

    /// The old name that is to go; an error names one that must not.
    fn find<'r>(&self, desired: &Catalog, rename: &'r Rename) -> Result<Option<&'r Id>, String> {
        // Under an old name there may be something new by now.
        let is_left = |id: &&Id| self.get(id).is_some() && !desired.contains(id);
        let there: Vec<&Id> = rename.from.iter().filter(|id| self.get(id).is_some()).collect();
        let left: Vec<&Id> = there.iter().copied().filter(is_left).collect();
        if self.get(&rename.to).is_some() {
            return match left.first() {
                Some(from) => Err(from.to_string()),
                None => Ok(None),
            };
        }
        match (left.as_slice(), there.as_slice()) {
            ([_, second, ..], _) => Err(second.to_string()),
            ([from], _) => Ok(Some(from)),
            ([], [from, ..]) => Ok(Some(from)),
            ([], []) => Ok(None),
        }
    }

    fn rename(&mut self, from: &Id, to: &Id) -> Option<Renamed> {
        let object = self.get(from)?;
        let table = relation(self.current, &self.was(from));
        let steps = steps((from, to), object, table)?;
        // Asked before the new name is given.
        let was = self.was(from);
        if to.kind == Kind::Namespace {
            self.moved.push((to.clone(), was.clone()));
        }
        self.given.insert(to.clone(), was);
        Some(Renamed { from: from.clone(), to: to.clone(), part: None, steps, passage: None })
    }

    fn part(&self, desired: &Catalog, rename: &PartRename) -> Result<Option<Renamed>, String> {
        let parts = |object: Option<&Object>| -> Vec<String> {
            let body = object.map(|it| &it.body);
            let labels = body.and_then(|it| it.enumeration()).map(|it| it.labels.clone());
            let fields = body
                .and_then(|it| it.composite())
                .map(|it| it.attributes.iter().map(|field| field.name.clone()).collect());
            labels.or(fields).unwrap_or_default()
        };
        let (old, new) = (parts(self.get(&rename.of)), parts(desired.get(&rename.of)));
        let is_left = |name: &&String| old.contains(name) && !new.contains(name);
        let left: Vec<&String> = rename.from.iter().filter(is_left).collect();
        let from = match (old.contains(&rename.to), left.as_slice()) {
            (_, []) => return Ok(None),
            (true, [from, ..]) | (false, [_, from, ..]) => {
                return Err(format!("{from} of {}", rename.of));
            }
            (false, [from]) => *from,
        };
        let why = format!("whoever says {from} fails from then on");
        let sql = ddl::rename_in_type(&rename.of, from, &rename.to);
        Ok(sql.map(|sql| Renamed {
            from: rename.of.clone(),
            to: rename.of.clone(),
            part: Some((from.clone(), rename.to.clone())),
            steps: vec![step(&rename.of, sql.text(), None, Some(&why))],
            passage: None,
        }))
    }
}

/// From one name to another, which may be in another namespace.
fn steps((from, to): (&Id, &Id), object: &Object, table: Option<Id>) -> Option<Vec<Step>> {
    let why = format!("whoever says {} fails from then on", from.own_name());
    let breaks = breaks_clients(from.kind).then_some(why.as_str());
    let mut steps = Vec::new();
    let mut at = from.clone();
    if from.namespace != to.namespace && !from.kind.is_part() {
        let sql = ddl::move_to(&at, object, &to.namespace)?.text();
        steps.push(step(&at, sql, table.clone(), breaks));
        at.namespace = to.namespace.clone();
    }
    if at.own_name() != to.own_name() {
        let sql = ddl::rename(&at, object, to.own_name())?.text();
        steps.push(step(&at, sql, table, breaks));
    }
    Some(steps)
}

/// The way back of one rename.
pub fn back(it: &Renamed, desired: &Catalog) -> Vec<Step> {
    if let Some(passage) = &it.passage {
        return passage.undo.clone();
    }
    // It followed by itself, and does so again.
    if it.steps.is_empty() {
        return Vec::new();
    }
    if let Some((from, to)) = &it.part {
        let sql = ddl::rename_in_type(&it.to, to, from);
        return sql.map(|sql| step(&it.to, sql.text(), None, None)).into_iter().collect();
    }
    let Some(object) = desired.get(&it.to) else { return Vec::new() };
    let table = relation(desired, &it.to);
    steps((&it.to, &it.from), object, table).unwrap_or_default()
}

/// What clients say in what they send.
fn breaks_clients(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Index
            | Kind::Constraint
            | Kind::DomainConstraint
            | Kind::Trigger
            | Kind::Rule
            | Kind::Policy
            | Kind::Statistics
            | Kind::EventTrigger
    )
}

/// The table whose rows' readers wait, by the name it has in `current`.
fn relation(current: &Catalog, id: &Id) -> Option<Id> {
    let index = current.body(id).and_then(|body| body.index()).map(|it| it.table.clone());
    index.or_else(|| current.contains(&id.of(Kind::Table)).then(|| id.of(Kind::Table)))
}
