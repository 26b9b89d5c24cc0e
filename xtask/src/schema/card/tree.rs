//! What differs, by namespace and by what it belongs to.
//!
//! Must never: order by anything but names and kinds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pg_diff::catalog::{Body, Id, Kind};
use pg_diff::{Catalog, Change};

use super::words;
use crate::schema::outlook::Outlook;
use crate::verify::counted;

/// A relation, type or other whole, with what differs in it.
#[derive(Default)]
struct Branch<'a> {
    own: Option<&'a Change>,
    parts: Vec<&'a Change>,
}

pub fn tree(outlook: &Outlook) -> String {
    let mut text = String::new();
    for it in &outlook.renamed {
        match &it.part {
            Some((from, to)) => {
                let _ = writeln!(text, "  > {}: {from} -> {to}", it.to);
            }
            None => {
                let _ = writeln!(text, "  > {} -> {}", it.from, words::place_of(&it.to));
            }
        }
    }
    let mut namespaces: BTreeMap<&str, BTreeMap<Id, Branch<'_>>> = BTreeMap::new();
    for change in &outlook.changes {
        let whole = whole(outlook, change.object());
        let branch = namespaces
            .entry(&change.object().namespace)
            .or_default()
            .entry(whole.clone())
            .or_default();
        if whole == *change.object() {
            branch.own = Some(change);
        } else {
            branch.parts.push(change);
        }
    }
    for (namespace, branches) in &namespaces {
        if !namespace.is_empty() {
            let _ = writeln!(text, "{namespace}");
        }
        for (whole, branch) in branches {
            show(&mut text, outlook, whole, branch);
        }
    }
    text
}

/// What a change is shown under.
fn whole(outlook: &Outlook, id: &Id) -> Id {
    let sides = [&outlook.desired, &outlook.current];
    let body = |id: &Id| sides.iter().find_map(|side| side.body(id));
    let owner = match body(id) {
        Some(Body::Index(index)) => Some(index.table.clone()),
        Some(Body::Statistics(statistics)) => Some(statistics.table.clone()),
        Some(Body::SequenceOwner(_)) => Some(id.of(Kind::Sequence)),
        _ if id.kind.is_part() => {
            let kinds =
                [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::Domain];
            let is_there = |whole: &Id| sides.iter().any(|side| side.contains(whole));
            kinds.into_iter().map(|kind| id.of(kind)).find(is_there)
        }
        _ => None,
    };
    owner.unwrap_or_else(|| id.clone())
}

fn show(text: &mut String, outlook: &Outlook, whole: &Id, branch: &Branch<'_>) {
    let name = &whole.name;
    let word = whole.kind.word();
    match branch.own {
        Some(change @ (Change::Create { .. } | Change::Drop { .. })) => {
            let _ = writeln!(
                text,
                "  {} {word} {}{}",
                change.mark(),
                own_name(whole),
                summary(&branch.parts)
            );
        }
        own => {
            let differences = match own {
                Some(Change::Alter { differences, .. }) => differences.as_slice(),
                _ => &[],
            };
            let said: Vec<String> = differences.iter().map(words::difference).collect();
            let said =
                if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
            let name = if branch.parts.is_empty() { own_name(whole) } else { name.to_string() };
            let _ = writeln!(text, "  ~ {word} {name}{said}");
            for line in differences.iter().flat_map(words::lines) {
                let _ = writeln!(text, "        {line}");
            }
            let mut parts = branch.parts.clone();
            parts.retain(|part| !is_said(outlook, &branch.parts, part));
            for part in parts {
                show_part(text, part);
            }
        }
    }
}

/// A default that comes or goes with its column is no line of its own.
fn is_said(outlook: &Outlook, all: &[&Change], part: &Change) -> bool {
    let id = part.object();
    let column = id.with(Kind::Column, &id.part);
    let same = |other: &&&Change| *other.object() == column && other.mark() == part.mark();
    let side: &Catalog = if part.mark() == '+' { &outlook.desired } else { &outlook.current };
    id.kind == Kind::Default
        && part.mark() != '~'
        && side.contains(&column)
        && all.iter().any(|it| same(&it))
}

fn show_part(text: &mut String, change: &Change) {
    let id = change.object();
    let (said, lines) = match change {
        Change::Alter { differences, .. } => {
            let said: Vec<String> = differences.iter().map(words::difference).collect();
            (format!(": {}", said.join(", ")), differences.iter().flat_map(words::lines).collect())
        }
        Change::Create { .. } | Change::Drop { .. } => (String::new(), Vec::new()),
    };
    let _ = writeln!(text, "      {} {} {}{said}", change.mark(), id.kind.word(), own_name(id));
    for line in lines {
        let _ = writeln!(text, "            {line}");
    }
}

/// A name with what tells it apart from others of the same.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest has one of each name")]
fn own_name(id: &Id) -> String {
    match id.kind {
        Kind::Routine | Kind::Aggregate | Kind::Operator => format!("{}({})", id.name, id.part),
        Kind::DefaultPrivilege => format!("of {} on {}", id.name, id.part),
        _ => id.own_name().to_owned(),
    }
}

/// ` (7 columns, 2 constraints)`
fn summary(parts: &[&Change]) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for part in parts.iter().filter(|it| it.object().kind != Kind::Default) {
        *counts.entry(part.object().kind).or_default() += 1;
    }
    if counts.is_empty() {
        return String::new();
    }
    let plural = |(kind, count): (Kind, usize)| match (kind, count) {
        (Kind::Index, 2..) => format!("{count} indexes"),
        (Kind::Policy, 2..) => format!("{count} policies"),
        (Kind::Statistics, _) => format!("{count} statistics"),
        _ => counted(count, kind.word()),
    };
    let counted: Vec<String> = counts.into_iter().map(plural).collect();
    format!(" ({})", counted.join(", "))
}
