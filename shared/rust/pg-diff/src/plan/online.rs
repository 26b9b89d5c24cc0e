//! Which changes take more than one operation, so that nobody waits.
//!
//! Sources: the locks of each form of ALTER TABLE and CREATE INDEX in the
//! manual; SET NOT NULL reads no row when a valid CHECK says the same (12 and
//! later); NOT NULL can be NOT VALID since 18.
//!
//! Must never: choose a way that PostgreSQL has not for this kind of table.

use super::fate::Fate;
use super::node::{Nodes, Op};
use crate::catalog::{
    Body, Catalog, Column, Constraint, ConstraintKind, Id, Kind, ReplicaIdentity, TableKind,
};
use crate::ddl::{self, Statement, ident};
use crate::diff::Property;

/// Operations beside the object's own CREATE, ALTER and DROP.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is done by one operation")]
pub fn extra_ops(nodes: &Nodes<'_>, id: &Id, fate: &Fate) -> Vec<Op> {
    match id.kind {
        Kind::Index => index_ops(nodes, id, fate),
        Kind::Constraint => constraint_ops(nodes, id, fate),
        Kind::Column => column_ops(nodes, id, fate),
        Kind::DomainConstraint => domain_ops(nodes, id, fate),
        Kind::Table | Kind::ForeignTable | Kind::MaterializedView => table_ops(nodes, id, fate),
        Kind::Sequence => sequence_ops(fate),
        _ => Vec::new(),
    }
}

/// What a name begins with that a plan gives for a while.
pub const TEMPORARY: &str = "xtask_tmp_";

/// A name for a while, of 63 bytes at most; long ones are told apart by a hash.
pub fn temporary(prefix: &str, name: &str) -> String {
    const LIMIT: usize = 63;
    let whole = format!("{TEMPORARY}{prefix}{name}");
    if whole.len() <= LIMIT {
        return whole;
    }
    // FNV-1a: only to tell two names apart.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut end = LIMIT - 9;
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:08x}", &whole[..end], hash & 0xffff_ffff)
}

fn index_ops(nodes: &Nodes<'_>, id: &Id, _fate: &Fate) -> Vec<Op> {
    let mut ops = Vec::new();
    if nodes.swapped.contains(id) {
        ops.push(Op::Prepare);
    }
    if let Some(Body::Index(index)) = nodes.fates.new.get(id).map(|it| &it.body)
        && let Some(parent) = &index.parent
        && attaches(nodes, id, &index.table, parent)
    {
        ops.push(Op::Attach);
    }
    ops
}

/// True when a partition's index has to be made part of its parent's. When the
/// table is attached while the parent's index is there, the server does it.
fn attaches(nodes: &Nodes<'_>, id: &Id, table: &Id, parent: &Id) -> bool {
    let old_parent = nodes.fates.old.body(id).and_then(|it| it.parent());
    let table_attaches = is_attached(nodes, table);
    if nodes.comes(parent) {
        return true;
    }
    !table_attaches && (nodes.comes(id) || old_parent != Some(parent))
}

/// The table becomes a partition in this plan.
fn is_attached(nodes: &Nodes<'_>, table: &Id) -> bool {
    let Some(fate) = nodes.fates.get(table) else { return false };
    let becomes = nodes.fates.new.body(table).is_some_and(|it| it.partition().is_some());
    becomes
        && (fate.comes() || fate.differences().iter().any(|it| it.property == Property::Partition))
}

/// The table stays and gets another parent.
fn joins(nodes: &Nodes<'_>, table: &Id) -> bool {
    matches!(nodes.fates.get(table), Some(Fate::Alter(_)))
        && !nodes.parents_joined(table).is_empty()
}

fn table_ops(nodes: &Nodes<'_>, id: &Id, fate: &Fate) -> Vec<Op> {
    let mut ops = Vec::new();
    if is_attached(nodes, id) || joins(nodes, id) {
        ops.push(Op::Attach);
    }
    // The rows of a partition come with those of the table it is of.
    let whole = nodes.fates.old.body(id).and_then(|it| it.partition()).map(|it| &it.parent);
    let comes_with_whole =
        whole.is_some_and(|it| matches!(nodes.fates.get(it), Some(Fate::Aside(_))));
    if matches!(fate, Fate::Aside(_)) && id.kind == Kind::Table && !comes_with_whole {
        ops.push(Op::Move);
    }
    if let Some(index) = names_index(nodes.fates.new, id)
        && (fate.comes()
            || fate.differences().iter().any(|it| is_about_index(it.property))
            || nodes.comes(&index))
    {
        ops.push(Op::Finish);
    } else if !toast_options(nodes, id).is_empty() {
        ops.push(Op::Finish);
    }
    ops
}

/// What a table that stays says of its TOAST table.
pub fn toast_options(nodes: &Nodes<'_>, id: &Id) -> Vec<Statement> {
    let table = |side: &'_ Catalog| side.body(id).and_then(|it| it.table()).cloned();
    match (nodes.fates.get(id), table(nodes.fates.old), table(nodes.fates.new)) {
        (Some(Fate::Alter(_)), Some(old), Some(new)) => ddl::toast_options(id, &old, &new),
        (_, _, _) => Vec::new(),
    }
}

/// One that becomes an identity's, or is one no more.
fn sequence_ops(fate: &Fate) -> Vec<Op> {
    match fate {
        Fate::Aside(all) if all.iter().any(|it| it.property == Property::Identity) => {
            vec![Op::Move]
        }
        Fate::Aside(_) | Fate::Create | Fate::Drop | Fate::Alter(_) | Fate::Recreate(_) => {
            Vec::new()
        }
    }
}

fn is_about_index(property: Property) -> bool {
    matches!(property, Property::ReplicaIdentity | Property::ClusterOn)
}

/// The index that a table names, as object: an index or a constraint.
pub fn names_index(catalog: &Catalog, table: &Id) -> Option<Id> {
    let body = catalog.body(table)?;
    let name = match (body.table(), body.materialized_view()) {
        (Some(it), _) => match &it.replica_identity {
            ReplicaIdentity::Index(name) => Some(name),
            ReplicaIdentity::Default | ReplicaIdentity::Full | ReplicaIdentity::Nothing => {
                it.cluster_on.as_ref()
            }
        },
        (_, Some(it)) => it.cluster_on.as_ref(),
        (None, None) => None,
    }?;
    let index = Id::new(Kind::Index, &table.namespace, name);
    Some(if catalog.contains(&index) { index } else { table.with(Kind::Constraint, name) })
}

fn constraint_ops(nodes: &Nodes<'_>, id: &Id, fate: &Fate) -> Vec<Op> {
    let Some(constraint) = nodes.new_constraint(id) else { return Vec::new() };
    let mut ops = Vec::new();
    let is_index = is_index(constraint);
    // The indexes of exclusions cannot be compared, nor attached.
    if let Some(parent) = &constraint.parent
        && is_index
        && constraint.kind != ConstraintKind::Exclude
        && attaches(nodes, id, &id.of(Kind::Table), parent)
    {
        ops.push(Op::Attach);
    }
    let own = nodes.own.get(id);
    let validates = own.is_some_and(|all| all.iter().any(|it| it.property == Property::Validated));
    if validates || (creates_itself(nodes, id, fate) && is_validated_later(nodes, id)) {
        ops.push(Op::Validate);
    }
    if creates_itself(nodes, id, fate) && is_built_before(nodes, id) {
        ops.push(Op::Prepare);
    }
    ops
}

fn creates_itself(nodes: &Nodes<'_>, id: &Id, fate: &Fate) -> bool {
    fate.comes() && nodes.creator(id).id == *id
}

pub fn is_index(constraint: &Constraint) -> bool {
    matches!(
        constraint.kind,
        ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclude
    )
}

fn is_partitioned(catalog: &Catalog, table: &Id) -> bool {
    matches!(
        catalog.get(table).map(|it| &it.body),
        Some(Body::Table(it)) if it.kind == TableKind::Partitioned
    )
}

/// The index of a constraint is built concurrently first.
pub fn is_built_before(nodes: &Nodes<'_>, id: &Id) -> bool {
    let table = id.of(Kind::Table);
    nodes.new_constraint(id).is_some_and(|it| {
        matches!(it.kind, ConstraintKind::Primary | ConstraintKind::Unique) && !it.has_period
    }) && nodes.is_live(&table)
        && !is_partitioned(nodes.fates.new, &table)
        && (!nodes.goes(id) || nodes.stands_still(id))
}

/// A constraint is added NOT VALID and asked of the rows afterwards.
pub fn is_validated_later(nodes: &Nodes<'_>, id: &Id) -> bool {
    let table = id.of(Kind::Table);
    let Some(constraint) = nodes.new_constraint(id) else { return false };
    if !nodes.is_live(&table) || !constraint.is_validated || !constraint.is_enforced {
        return false;
    }
    match constraint.kind {
        ConstraintKind::Check => true,
        // Source: manual 14 to 17, ALTER TABLE: not on partitioned tables.
        ConstraintKind::Foreign => {
            nodes.fates.old.major >= 18 || !is_partitioned(nodes.fates.new, &table)
        }
        ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclude => false,
    }
}

fn domain_ops(nodes: &Nodes<'_>, id: &Id, fate: &Fate) -> Vec<Op> {
    let validates = match fate {
        Fate::Create | Fate::Recreate(_) => is_domain_validated_later(nodes, id),
        Fate::Alter(all) => all.iter().any(|it| it.property == Property::Validated),
        Fate::Drop | Fate::Aside(_) => false,
    };
    if validates { vec![Op::Validate] } else { Vec::new() }
}

pub fn is_domain_validated_later(nodes: &Nodes<'_>, id: &Id) -> bool {
    let domain = id.of(Kind::Domain);
    let valid = matches!(
        nodes.fates.new.get(id).map(|it| &it.body),
        Some(Body::DomainConstraint(it)) if it.is_validated
    );
    valid && nodes.options.online && nodes.fates.old.contains(&domain) && !nodes.comes(&domain)
}

/// How NOT NULL comes to a column of a table that holds rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcing {
    /// At once: nobody waits, or nothing is read.
    Plain,
    /// CHECK NOT VALID, VALIDATE, SET NOT NULL.
    ByCheck,
    /// The CHECK is there, and not valid yet.
    ByOldCheck,
    /// A valid CHECK is there.
    Proved,
    /// NOT NULL NOT VALID, VALIDATE: 18.
    Native,
}

/// None when the column does not become NOT NULL by itself.
pub fn enforcing(nodes: &Nodes<'_>, id: &Id) -> Option<Enforcing> {
    let new = column(nodes.fates.new, id)?;
    let not_null = new.not_null.as_ref()?;
    let is_filled = nodes.options.backfills.contains_key(id);
    match nodes.fates.get(id)? {
        Fate::Create if is_filled && nodes.creator(id).id == *id => {}
        Fate::Alter(_) => {
            let own = nodes.own.get(id)?;
            // An identity wants it at once.
            let gets_identity = own.iter().any(|it| it.property == Property::Identity);
            let is_new = column(nodes.fates.old, id).is_some_and(|it| it.not_null.is_none())
                && !gets_identity;
            if !is_new || !own.iter().any(|it| it.property == Property::NotNull) {
                return None;
            }
        }
        Fate::Create | Fate::Drop | Fate::Recreate(_) | Fate::Aside(_) => return None,
    }
    if id.kind != Kind::Column || !nodes.is_live(&id.of(Kind::Table)) || !not_null.is_validated {
        return Some(Enforcing::Plain);
    }
    if let Some(check) = old_check(nodes.fates.old, id) {
        let valid = nodes.old_constraint(&check).is_some_and(|it| it.is_validated);
        return Some(if valid { Enforcing::Proved } else { Enforcing::ByOldCheck });
    }
    Some(if nodes.fates.old.major >= 18 { Enforcing::Native } else { Enforcing::ByCheck })
}

/// A CHECK on the current side that says `column IS NOT NULL` and nothing
/// else: the guard of a run that was stopped, or the user's own.
pub fn old_check(catalog: &Catalog, column: &Id) -> Option<Id> {
    let says = format!("CHECK (({} IS NOT NULL))", ident(&column.part));
    let from = column.with(Kind::Constraint, "");
    catalog
        .objects
        .range(from..)
        .take_while(|(id, _)| {
            id.kind == Kind::Constraint
                && id.namespace == column.namespace
                && id.name == column.name
        })
        .find(|(_, object)| matches!(&object.body, Body::Constraint(it) if it.definition == says))
        .map(|(id, _)| id.clone())
}

/// The constraint that guards a column until it is NOT NULL.
pub fn guard_name(nodes: &Nodes<'_>, column: &Id) -> String {
    match old_check(nodes.fates.old, column) {
        Some(check) => check.part.to_string(),
        None => temporary("not_null_", &column.part),
    }
}

fn column_ops(nodes: &Nodes<'_>, id: &Id, _fate: &Fate) -> Vec<Op> {
    let mut ops = Vec::new();
    let filled = nodes.options.backfills.contains_key(id) && is_filled(nodes, id);
    let how = enforcing(nodes, id);
    if filled {
        ops.push(Op::Fill);
        if matches!(how, Some(Enforcing::ByCheck | Enforcing::Native)) {
            ops.push(Op::Refill);
        }
    }
    match how {
        Some(Enforcing::Plain | Enforcing::Proved) => ops.push(Op::Enforce),
        Some(Enforcing::ByCheck) => ops.extend([Op::Guard, Op::Validate, Op::Enforce]),
        Some(Enforcing::ByOldCheck) => ops.extend([Op::Validate, Op::Enforce]),
        Some(Enforcing::Native) => ops.extend([Op::Guard, Op::Validate]),
        None => {}
    }
    ops
}

/// The rows are given a value: the column is new, or becomes NOT NULL.
fn is_filled(nodes: &Nodes<'_>, id: &Id) -> bool {
    let old_table = nodes.fates.old.contains(&id.of(Kind::Table));
    match nodes.fates.get(id) {
        Some(Fate::Create) => old_table && nodes.creator(id).id == *id,
        Some(Fate::Alter(_)) => enforcing(nodes, id).is_some(),
        Some(Fate::Drop | Fate::Recreate(_) | Fate::Aside(_)) | None => false,
    }
}

pub fn column<'a>(catalog: &'a Catalog, id: &Id) -> Option<&'a Column> {
    catalog.body(id)?.column()
}
