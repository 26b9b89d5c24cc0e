//! Columns that hold rows of a table. PostgreSQL does not change the type of
//! a column of that table while they do: meanwhile they hold text.
//!
//! Source: `find_composite_type_dependencies` of tablecmds.c.
//!
//! Must never: rewrite a column that holds no such rows.

use std::collections::BTreeSet;

use super::cast::rounds;
use super::draft::Drafts;
use super::edges::Edges;
use super::fate::{Fate, Fates};
use super::node::{Node, Nodes, Op};
use super::retype::comes_from_parent;
use super::{Action, HazardKind, online};
use crate::catalog::{Catalog, Id, Kind};
use crate::ddl::{Statement, ident, qualified, table_head};

impl Fates<'_> {
    /// The holders of rows change their type as well, and what holds rows of
    /// theirs.
    pub(super) fn loosen_holders(&mut self) {
        loop {
            let tables = self.retyped.keys().filter(|column| self.changes_in_place(column));
            let tables: BTreeSet<Id> = tables.map(|column| column.of(Kind::Table)).collect();
            let holders: Vec<Id> = tables
                .iter()
                .flat_map(|table| holders(self.old, table))
                .filter(|it| !self.retyped.contains_key(it) && self.new.contains(it))
                .filter(|it| self.get(it).is_none_or(|fate| matches!(fate, Fate::Alter(_))))
                .collect();
            if holders.is_empty() {
                return;
            }
            for holder in holders {
                self.loosened.insert(holder.clone());
                self.map.entry(holder.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
                self.retype_and_spread(&holder);
                // None of them could be built on the text.
                let standing: Vec<Id> =
                    self.old_graph.needed_by(&holder).map(|(id, _)| id.clone()).collect();
                for id in standing {
                    self.recreate_and_spread(&id);
                }
            }
        }
    }

    fn changes_in_place(&self, column: &Id) -> bool {
        let is_altered = matches!(self.get(column), Some(Fate::Alter(_)));
        is_altered && self.old.contains(&column.of(Kind::Table))
    }
}

/// Columns of other tables whose values are rows of `table`, or contain some.
fn holders(catalog: &Catalog, table: &Id) -> Vec<Id> {
    let mut names = BTreeSet::from([qualified(table)]);
    let holds = |names: &BTreeSet<String>, name: &str| names.contains(name.trim_end_matches("[]"));
    loop {
        let wider = catalog.objects.iter().filter(|(_, object)| {
            let body = &object.body;
            let base = body.domain().map(|it| &it.base_type);
            let parts = body.composite().map(|it| it.attributes.as_slice()).unwrap_or_default();
            base.into_iter().chain(parts.iter().map(|it| &it.type_name)).any(|it| holds(&names, it))
        });
        let wider: Vec<String> =
            wider.map(|(id, _)| qualified(id)).filter(|it| !names.contains(it)).collect();
        if wider.is_empty() {
            break;
        }
        names.extend(wider);
    }
    let columns = catalog.objects.iter().filter(|(id, object)| {
        object.body.column().is_some_and(|it| holds(&names, &it.type_name))
            && catalog.contains(&id.of(Kind::Table))
            && id.of(Kind::Table) != *table
    });
    columns.map(|(id, _)| id.clone()).collect()
}

/// Text before the table changes, rows again after it.
pub fn rows(nodes: &Nodes<'_>, edges: &mut Edges) {
    let changing: Vec<&Id> = nodes
        .fates
        .retyped
        .keys()
        .filter(|column| matches!(nodes.fates.get(column), Some(Fate::Alter(_))))
        .collect();
    let tables: BTreeSet<Id> = changing.iter().map(|it| it.of(Kind::Table)).collect();
    for table in &tables {
        let columns = || changing.iter().filter(|it| it.of(Kind::Table) == *table);
        for holder in holders(nodes.old(), table) {
            let gives_up = match nodes.fates.get(&holder) {
                Some(fate) if fate.goes() => nodes.dropper(&holder),
                Some(Fate::Alter(_)) if nodes.fates.loosened.contains(&holder) => {
                    Node { op: Op::Loosen, id: holder.clone() }
                }
                Some(Fate::Alter(_)) => nodes.alterer(&holder),
                Some(_) | None => continue,
            };
            for column in columns() {
                edges.edge(gives_up.clone(), nodes.alterer(column));
                edges.edge(gives_up.clone(), Node { op: Op::Loosen, id: (*column).clone() });
            }
            if gives_up.op == Op::Loosen {
                as_many_parts(nodes, edges, table, &holder);
            }
        }
        for holder in holders(nodes.new_side(), table) {
            let Some(maker) = nodes.maker(&holder) else { continue };
            if nodes.fates.loosened.contains(&holder) || nodes.comes(&holder) {
                for column in columns() {
                    edges.edge(nodes.alterer(column), maker.clone());
                }
            }
        }
    }
    for holder in &nodes.fates.loosened {
        let loosen = Node { op: Op::Loosen, id: holder.clone() };
        for (id, _) in nodes.old_graph.needed_by(holder).filter(|(id, _)| nodes.goes(id)) {
            edges.edge(nodes.dropper(id), loosen.clone());
        }
    }
}

/// A row must be read from its text with the columns it was written with.
fn as_many_parts(nodes: &Nodes<'_>, edges: &mut Edges, table: &Id, holder: &Id) {
    let columns = nodes.fates.map.iter().filter(|(id, _)| id.kind == Kind::Column);
    for (id, fate) in columns.filter(|(id, _)| id.of(Kind::Table) == *table) {
        if fate.comes() {
            let loosen = Node { op: Op::Loosen, id: holder.clone() };
            edges.edge(nodes.creator(id), loosen);
        } else if fate.goes() {
            edges.wish(nodes.alterer(holder), nodes.dropper(id));
        }
    }
}

pub fn loosen(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    if comes_from_parent(nodes, id) {
        return;
    }
    let name = ident(&id.part);
    let action = format!("ALTER COLUMN {name} TYPE text USING {name}::text");
    let statement = Statement::action(table_head(id, false), action).alone();
    let mut added = drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    for why in lost_in_rows(nodes, id) {
        added = added.hazard(HazardKind::DataLoss, why);
    }
}

/// Rows are read from their text by the new types: digits are rounded off
/// there too, and nobody runs USING on them.
fn lost_in_rows(nodes: &Nodes<'_>, holder: &Id) -> Vec<String> {
    let mut all = Vec::new();
    for column in nodes.fates.retyped.keys() {
        if !holders(nodes.old(), &column.of(Kind::Table)).contains(holder) {
            continue;
        }
        let types = (online::column(nodes.old(), column), online::column(nodes.new_side(), column));
        let (Some(old), Some(new)) = types else { continue };
        if rounds(&old.type_name, &new.type_name) {
            all.push(format!("rows in {holder} lose digits of {column}"));
        }
        if nodes.options.using.contains_key(column) {
            all.push(format!("rows in {holder} keep {column} as it is: USING is not for them"));
        }
    }
    all
}

/// The rows from their text.
pub fn tightened(nodes: &Nodes<'_>, id: &Id) -> Option<String> {
    let column = online::column(nodes.fates.new, id)?;
    let is_held = nodes.fates.loosened.contains(id);
    is_held.then(|| format!("{}::{}", ident(&id.part), column.type_name))
}
