//! What is left alone: rules by kind and glob, applied to both catalogs.
//!
//! ```text
//! audit.*            everything in the namespace audit, and the namespace
//! table:audit.*      its tables, with what belongs to them
//! messages           whatever is called so, in any namespace
//! column:*.old_*     of all kinds one; `type`, `function` mean all of theirs
//! !table:audit.keep  but not this one: the last rule that fits decides
//! ```
//!
//! What is ignored counts as equal on both sides, so that whatever depends on
//! it is planned as it is: its desired state is its current one. What lies in
//! quarantine is left alone without a rule.
//!
//! Must never: change the current side. That is what is really there.

mod glob;
mod owner;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::{Catalog, Id, Kind};
use crate::quarantine;

use glob::Glob;

/// A rule that cannot be read, with what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRule {
    pub rule: String,
    /// Without a full stop.
    pub why: String,
}

#[derive(Clone, Debug)]
struct Rule {
    is_negated: bool,
    /// None: every kind.
    kinds: Option<Vec<Kind>>,
    glob: Glob,
}

/// Rules in their order; the last one that fits an object decides.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    rules: Vec<Rule>,
}

/// What a filter did to two catalogs.
#[derive(Clone, Debug, Default)]
pub struct Filtered {
    /// Ignored and different: what would have been planned.
    pub ignored: BTreeSet<Id>,
    /// In quarantine.
    pub kept: BTreeSet<Id>,
    /// Wanted, and in need of something that is ignored and not there.
    pub starved: Vec<(Id, Id)>,
}

impl Filter {
    /// Reads rules; `ignore` from the configuration, then `only`, then
    /// `exclude` of one run.
    pub fn read(ignore: &[String], only: &[String], exclude: &[String]) -> Result<Filter, BadRule> {
        let mut rules = Vec::new();
        if !only.is_empty() {
            rules.push(Rule { is_negated: false, kinds: None, glob: Glob::everything() });
            for text in only {
                rules.push(Rule { is_negated: true, ..rule(text)? });
            }
        }
        // Behind `only`: it does not bring back what the project leaves alone.
        for text in ignore.iter().chain(exclude) {
            rules.push(rule(text)?);
        }
        Ok(Filter { rules })
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Makes the ignored part of `desired` what it is in `current`.
    pub fn apply(&self, current: &Catalog, desired: &mut Catalog) -> Filtered {
        let kept = quarantine::leave_alone(current, desired);
        if self.is_empty() {
            return Filtered { kept, ..Filtered::default() };
        }
        let owners = owner::Owners::new(current, desired);
        let ids: BTreeSet<&Id> = current.objects.keys().chain(desired.objects.keys()).collect();
        let differs = |id: &&Id| current.objects.get(*id) != desired.objects.get(*id);
        let ignored: BTreeSet<Id> = ids
            .into_iter()
            .filter(differs)
            .filter(|id| self.ignores(&owners, id))
            .cloned()
            .collect();
        let starved = starved(current, desired, &ignored);
        take_over(current, desired, &ignored);
        Filtered { ignored, kept, starved }
    }

    /// True for what a rule leaves alone, or what belongs to such a thing.
    fn ignores(&self, owners: &owner::Owners, id: &Id) -> bool {
        let chain = owners.chain(id);
        // Later rules first: the first that fits anything of the chain counts.
        let fits = |rule: &&Rule| chain.iter().any(|id| rule.fits(id));
        self.rules.iter().rev().find(fits).is_some_and(|rule| !rule.is_negated)
    }
}

impl Rule {
    fn fits(&self, id: &Id) -> bool {
        if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&id.kind)) {
            return false;
        }
        self.glob.fits(id, self.kinds.is_some())
    }
}

fn rule(text: &str) -> Result<Rule, BadRule> {
    let bad = |why: String| BadRule { rule: text.to_owned(), why };
    let (is_negated, rest) = match text.trim().strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text.trim()),
    };
    let (kinds, glob) = match rest.split_once(':') {
        None | Some(("*", _)) => (None, rest.strip_prefix("*:").unwrap_or(rest)),
        Some((word, glob)) => (Some(kinds(word).map_err(bad)?), glob),
    };
    if glob.is_empty() {
        return Err(bad("names nothing: write `kind:glob`, `table:audit.*`".to_owned()));
    }
    Ok(Rule { is_negated, kinds, glob: Glob::new(glob) })
}

/// The kinds that a word means: `table`, `materialized-view`, `type`.
fn kinds(word: &str) -> Result<Vec<Kind>, String> {
    let plain = word.replace(['-', '_'], " ").to_lowercase();
    let found: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kind.word() == plain).collect();
    let also = match plain.as_str() {
        "enum" => Some(Kind::Enum),
        "procedure" | "routine" => Some(Kind::Routine),
        "namespace" => Some(Kind::Namespace),
        _ => None,
    };
    let found: Vec<Kind> = found.into_iter().chain(also).collect();
    if found.is_empty() { Err(format!("there is no kind `{word}`")) } else { Ok(found) }
}

/// Who stays wanted and needs what stays away.
fn starved(current: &Catalog, desired: &Catalog, ignored: &BTreeSet<Id>) -> Vec<(Id, Id)> {
    let absent = ignored.iter().filter(|id| !current.contains(id));
    absent
        .flat_map(|id| desired.dependencies.needed_by(id).map(move |(who, _)| (who, id)))
        .filter(|(who, _)| !ignored.contains(*who) && desired.contains(who))
        .map(|(who, id)| (who.clone(), id.clone()))
        .collect()
}

fn take_over(current: &Catalog, desired: &mut Catalog, ignored: &BTreeSet<Id>) {
    for id in ignored {
        put(&mut desired.objects, id, current.objects.get(id));
        put(&mut desired.column_order, id, current.column_order.get(id));
    }
    // An ignored column is part of an order that may be wanted.
    for id in ignored.iter().filter(|id| id.kind == Kind::Column) {
        for kind in [Kind::Table, Kind::ForeignTable] {
            let Some(order) = desired.column_order.get_mut(&id.of(kind)) else { continue };
            order.retain(|name| *name != id.part);
            if current.contains(id) {
                order.push(Arc::clone(&id.part));
            }
        }
    }
    let concerns = |from: &Id, to: &Id| ignored.contains(from) || ignored.contains(to);
    let wanted = desired.dependencies.iter().filter(|(from, to, _)| !concerns(from, to));
    let kept = current.dependencies.iter().filter(|(from, to, _)| concerns(from, to));
    let is_there = |id: &Id| desired.objects.contains_key(id);
    let mut dependencies = crate::catalog::Dependencies::default();
    for (from, to, link) in
        wanted.chain(kept).filter(|(from, to, _)| is_there(from) && is_there(to))
    {
        dependencies.insert(from.clone(), to.clone(), link);
    }
    desired.dependencies = dependencies;
}

fn put<V: Clone>(map: &mut BTreeMap<Id, V>, id: &Id, value: Option<&V>) {
    match value {
        Some(value) => {
            map.insert(id.clone(), value.clone());
        }
        None => {
            map.remove(id);
        }
    }
}

#[cfg(test)]
mod tests;
