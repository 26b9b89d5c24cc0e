//! A column changes its type, or is moved to a type made anew.
//!
//! Must never: cast so that a value is cut off silently.

use super::cast::{cast, labels, loses_attributes, moves_to_new_type, rounds};
use super::draft::Drafts;
use super::node::Nodes;
use super::rows::tightened;
use super::{Action, HazardKind, online};
use crate::catalog::{Id, Kind};
use crate::ddl::{self, Statement, ident, table_head};

/// A parent's column changes in the same way, and ALTER TABLE goes down.
pub fn comes_from_parent(nodes: &Nodes<'_>, id: &Id) -> bool {
    nodes.reaching(nodes.fates.new, id).iter().any(|it| nodes.fates.retyped.contains_key(it))
}

pub fn retype(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let (Some(old), Some(new)) =
        (online::column(nodes.fates.old, id), online::column(nodes.fates.new, id))
    else {
        return;
    };
    let using = expression(nodes, id);
    let statement = match &using {
        Some(using) => ddl::type_change(id, new, using),
        None => {
            let collation = new.collation.as_ref().map(|it| format!(" COLLATE {it}"));
            let action = format!(
                "ALTER COLUMN {} TYPE {}{}",
                ident(&id.part),
                new.type_name,
                collation.unwrap_or_default()
            );
            Statement::action(table_head(id, false), action)
        }
    };
    let mut added = drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    for why in losses(nodes, id, (&old.type_name, &new.type_name)) {
        added = added.hazard(HazardKind::DataLoss, why);
    }
    if let Some(settings) = ddl::settings_after_type(id, new) {
        drafts.add(id, Action::Alter, settings).on_table(nodes, id);
    }
}

/// What USING says, when it says something. A foreign table has no rows to
/// convert.
pub fn expression(nodes: &Nodes<'_>, id: &Id) -> Option<String> {
    if nodes.fates.old.contains(&id.of(Kind::ForeignTable)) {
        return None;
    }
    let (old, new) = (online::column(nodes.fates.old, id)?, online::column(nodes.fates.new, id)?);
    // It is computed again.
    if new.generated.is_some() {
        return None;
    }
    if let Some(rows) = tightened(nodes, id) {
        return Some(rows);
    }
    let asked = nodes.options.using.get(id).map(|it| format!("({it})"));
    asked.or_else(|| cast(nodes, &ident(&id.part), (&old.type_name, &new.type_name)))
}

/// What values lose on their way to another type.
fn losses(nodes: &Nodes<'_>, id: &Id, (old, new): (&str, &str)) -> Vec<String> {
    let mut all = Vec::new();
    if loses_attributes(nodes, (old, new)) {
        all.push(format!("values of {id} lose attributes that {new} has no more"));
    }
    if rounds(old, new) {
        all.push(format!("values of {id} lose digits: {old} to {new}"));
    }
    all
}

/// What rows lose that are moved from a table to the one made anew, by column.
pub fn lost_by_moving(nodes: &Nodes<'_>, table: &Id) -> Vec<(Id, String)> {
    let mut all = Vec::new();
    for (id, old) in nodes.old().columns(table).filter(|(_, old)| old.generated.is_none()) {
        match online::column(nodes.fates.new, &id) {
            None => all.push((id.clone(), format!("every value of {id} goes"))),
            Some(new) if new.generated.is_some() => {
                all.push((
                    id.clone(),
                    format!("the values of {id} go: it becomes a generated one"),
                ));
            }
            Some(new) => {
                let found = losses(nodes, &id, (&old.type_name, &new.type_name));
                all.extend(found.into_iter().map(|why| (id.clone(), why)));
            }
        }
    }
    all
}

/// The value that a column of a table made anew takes from the old table's.
pub fn moved(nodes: &Nodes<'_>, id: &Id) -> String {
    let name = ident(&id.part);
    let (Some(old), Some(new)) =
        (online::column(nodes.fates.old, id), online::column(nodes.fates.new, id))
    else {
        return name;
    };
    let stays = old.type_name == new.type_name && !moves_to_new_type(nodes, &new.type_name);
    if stays { name } else { expression(nodes, id).unwrap_or(name) }
}

/// Labels that an enum column's new type does not have.
pub fn labels_gone(nodes: &Nodes<'_>, id: &Id) -> Option<Vec<String>> {
    let (old, new) = (online::column(nodes.fates.old, id)?, online::column(nodes.fates.new, id)?);
    let new = labels(nodes.fates.new, &new.type_name)?;
    let old = labels(nodes.fates.old, &old.type_name)?;
    Some(old.into_iter().filter(|label| !new.contains(label)).collect())
}
