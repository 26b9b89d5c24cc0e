//! What is a relation, whose child it is, and tables.
//!
//! Must never: read TOAST or temporary tables, or those of extensions.

use pg_diff::catalog::{
    Body, ForeignTable, Id, Kind, Partition, ReplicaIdentity, Table, TableKind,
};
use tokio_postgres::Row;

use super::draft::{Draft, Relation, sorted, text};
use super::{Moved, Read, Section};

pub(super) const RELATIONS: Section =
    Section { sql: include_str!("relation.sql"), since: 14, read: read_relation };

pub(super) const INHERITANCE: Section =
    Section { sql: include_str!("inheritance.sql"), since: 14, read: read_inheritance };

pub(super) const TABLES: Section =
    Section { sql: include_str!("table.sql"), since: 14, read: read_table };

pub(super) const FOREIGN_TABLES: Section =
    Section { sql: include_str!("foreign_table.sql"), since: 14, read: read_foreign_table };

fn read_relation(draft: &mut Draft, row: &Row) -> Read {
    let kind = match row.get(3) {
        "f" => Kind::ForeignTable,
        "v" => Kind::View,
        "m" => Kind::MaterializedView,
        "S" => Kind::Sequence,
        _ => Kind::Table,
    };
    let Some(id) = draft.id(kind, row.get(1), row.get(2)) else { return Ok(()) };
    let (oid, is_extensions): (u32, bool) = (row.get(0), row.get(6));
    if is_extensions {
        draft.members.insert(oid, id);
    } else {
        draft.relations.insert(oid, Relation { id, owner: row.get(4), acl: row.get(5) });
    }
    Ok(())
}

fn read_inheritance(draft: &mut Draft, row: &Row) -> Read {
    let (child, parent): (u32, u32) = (row.get(0), row.get(1));
    draft.parents.entry(child).or_default().push(parent);
    Ok(())
}

fn read_table(draft: &mut Draft, row: &Row) -> Read {
    let oid: u32 = row.get(0);
    if draft.relation(oid).is_none() {
        return Ok(());
    }
    let (is_partitioned, is_partition): (bool, bool) = (row.get(1), row.get(4));
    let (partition, inherits) = lineage(parents(draft, oid), is_partition, row.get(5))?;
    let mut options = sorted(row, 6);
    options.extend(sorted(row, 7).into_iter().map(|option| format!("toast.{option}")));
    let replica_identity = match row.get(9) {
        "f" => ReplicaIdentity::Full,
        "n" => ReplicaIdentity::Nothing,
        // The index may be gone: then nothing identifies a row.
        "i" => match row.get(10) {
            Some(index) => ReplicaIdentity::Index(index),
            None => ReplicaIdentity::Nothing,
        },
        _ => ReplicaIdentity::Default,
    };
    let table = Table {
        kind: if is_partitioned { TableKind::Partitioned } else { TableKind::Ordinary },
        is_unlogged: row.get(2),
        partition_key: if is_partitioned { Some(text(row, 3)?) } else { None },
        partition,
        inherits,
        options,
        access_method: row.get(8),
        replica_identity,
        row_security: row.get(11),
        force_row_security: row.get(12),
        cluster_on: row.get(13),
        of_type: row.get(14),
    };
    draft.add_relation(oid, Body::Table(table));
    Ok(())
}

/// What a table is a partition of, or else what it inherits from.
fn lineage(
    parents: Vec<Id>,
    is_partition: bool,
    bound: Option<String>,
) -> Result<(Option<Partition>, Vec<Id>), Moved> {
    if !is_partition {
        return Ok((None, parents));
    }
    let parent = parents.into_iter().next().ok_or(Moved)?;
    Ok((Some(Partition { parent, bound: bound.ok_or(Moved)? }), Vec::new()))
}

/// Tables that a table is a child of, in order.
fn parents(draft: &Draft, oid: u32) -> Vec<Id> {
    let parents = draft.parents.get(&oid).map(Vec::as_slice).unwrap_or_default();
    parents.iter().filter_map(|parent| draft.any_relation(*parent).cloned()).collect()
}

fn read_foreign_table(draft: &mut Draft, row: &Row) -> Read {
    let oid: u32 = row.get(0);
    if draft.relation(oid).is_none() {
        return Ok(());
    }
    let (partition, inherits) = lineage(parents(draft, oid), row.get(3), row.get(4))?;
    let table = ForeignTable { server: row.get(1), options: sorted(row, 2), partition, inherits };
    draft.add_relation(oid, Body::ForeignTable(table));
    Ok(())
}
