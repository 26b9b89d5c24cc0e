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

/// Longer definitions are in the plan.
const GIST: usize = 90;

/// A relation, type or other whole, with what differs in it.
#[derive(Default)]
struct Branch<'a> {
    own: Option<&'a Change>,
    parts: Vec<&'a Change>,
}

/// The tree, and how many lines of it have which mark.
#[derive(Default)]
pub struct Tree {
    pub text: String,
    pub added: usize,
    pub altered: usize,
    pub dropped: usize,
}

impl Tree {
    fn count(&mut self, change: &Change) {
        match change {
            Change::Create { .. } => self.added += 1,
            Change::Alter { .. } => self.altered += 1,
            Change::Drop { .. } => self.dropped += 1,
        }
    }
}

pub fn tree(outlook: &Outlook) -> Tree {
    let mut tree = Tree::default();
    let text = &mut tree.text;
    for it in outlook.renamed.iter().filter(|it| !it.steps.is_empty()) {
        let _ = match (&it.part, &it.passage) {
            (Some((from, to)), _) => writeln!(text, "  > {}: {from} -> {to}", it.to),
            (None, Some(passage)) => writeln!(text, "  = {}", words::passage(it, passage)),
            (None, None) => writeln!(text, "  > {} -> {}", it.from, words::place_of(&it.to)),
        };
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
            let _ = writeln!(tree.text, "{namespace}");
        }
        for (whole, branch) in branches {
            show(&mut tree, outlook, whole, branch);
        }
    }
    tree
}

/// What a change is shown under.
pub fn whole(outlook: &Outlook, id: &Id) -> Id {
    let sides = [&outlook.desired, &outlook.current];
    let body = |id: &Id| sides.iter().find_map(|side| side.body(id));
    let owner = match body(id) {
        Some(Body::Index(index)) => Some(index.table.clone()),
        Some(Body::Statistics(statistics)) => Some(statistics.table.clone()),
        Some(Body::Sequence(_) | Body::SequenceOwner(_)) => {
            let sequence = id.of(Kind::Sequence);
            Some(sides.iter().find_map(|side| owner(side, &sequence)).unwrap_or(sequence))
        }
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

/// The table of the column that a sequence goes with.
fn owner(side: &Catalog, sequence: &Id) -> Option<Id> {
    let said = side.body(&sequence.of(Kind::SequenceOwner));
    if let Some(Body::SequenceOwner(owner)) = said {
        return Some(owner.column.of(Kind::Table));
    }
    let columns = side.objects.iter().filter(|(id, _)| id.kind == Kind::Column);
    let mut owners = columns.filter(|(_, object)| {
        let identity = object.body.column().and_then(|it| it.identity.as_ref());
        identity.is_some_and(|it| it.sequence == *sequence)
    });
    owners.next().map(|(id, _)| id.of(Kind::Table))
}

fn show(tree: &mut Tree, outlook: &Outlook, whole: &Id, branch: &Branch<'_>) {
    let name = &whole.name;
    let word = whole.kind.word();
    match branch.own {
        Some(change @ (Change::Create { .. } | Change::Drop { .. })) => {
            tree.count(change);
            let _ = writeln!(
                tree.text,
                "  {} {word} {}{}",
                change.mark(),
                own_name(whole),
                summary(&branch.parts)
            );
        }
        own => {
            let differences = match own {
                Some(change @ Change::Alter { differences, .. }) => {
                    tree.count(change);
                    differences.as_slice()
                }
                _ => &[],
            };
            let said: Vec<String> = differences.iter().map(words::difference).collect();
            let said =
                if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
            let name = if branch.parts.is_empty() { own_name(whole) } else { name.to_string() };
            let _ = writeln!(tree.text, "  ~ {word} {name}{said}");
            for line in differences.iter().flat_map(words::lines) {
                let _ = writeln!(tree.text, "        {line}");
            }
            let mut parts = branch.parts.clone();
            parts.retain(|part| !is_said(outlook, &branch.parts, part));
            for part in parts {
                show_part(tree, outlook, part);
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

fn show_part(tree: &mut Tree, outlook: &Outlook, change: &Change) {
    tree.count(change);
    let text = &mut tree.text;
    let id = change.object();
    let (said, lines) = match change {
        Change::Alter { differences, .. } => {
            let said: Vec<String> = differences.iter().map(words::difference).collect();
            (format!(": {}", said.join(", ")), differences.iter().flat_map(words::lines).collect())
        }
        Change::Create { .. } => (gist(&outlook.desired, id), Vec::new()),
        Change::Drop { .. } => (gist(&outlook.current, id), Vec::new()),
    };
    let _ = writeln!(text, "      {} {} {}{said}", change.mark(), id.kind.word(), own_name(id));
    for line in lines {
        let _ = writeln!(text, "            {line}");
    }
}

/// What it is, in so far as that fits on the line.
fn gist(side: &Catalog, id: &Id) -> String {
    let words = match side.body(id) {
        Some(Body::Column(it)) if it.not_null.is_some() => format!("{} NOT NULL", it.type_name),
        Some(Body::Column(it)) => it.type_name.clone(),
        Some(Body::Default(it)) => it.expression.clone(),
        Some(Body::Constraint(it)) => it.definition.clone(),
        Some(Body::Index(it)) => it.definition.clone(),
        _ => String::new(),
    };
    let fits = !words.is_empty() && words.len() <= GIST && !words.contains('\n');
    if fits { format!(" {words}") } else { String::new() }
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
    let goes_along =
        |kind: Kind| matches!(kind, Kind::Default | Kind::Sequence | Kind::SequenceOwner);
    for part in parts.iter().filter(|it| !goes_along(it.object().kind)) {
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
