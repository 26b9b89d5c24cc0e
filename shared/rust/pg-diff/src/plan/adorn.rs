//! What every object has: owner, comment, grants.
//!
//! Must never: give what the object has anyway.

use super::draft::Drafts;
use super::fate::Fate;
use super::node::Nodes;
use super::{Action, HazardKind};
use crate::catalog::{Body, Catalog, Grant, GrantList, Id, Kind, built_in_grants};
use crate::ddl;

/// Owner, comment and grants, of what comes and of what stays.
pub fn adorn(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let (old, new) = (nodes.fates.old, nodes.fates.new);
    let Some(after) = new.get(id) else { return };
    let comes = nodes.comes(id) || (nodes.fates.get(id).is_none() && !old.contains(id));
    let before = if comes { None } else { old.get(id) };
    // What was somebody's stays his when it is made again.
    let had = old.get(id).and_then(|it| it.owner.clone());
    let owner = after.owner.clone().or_else(|| if comes { had.clone() } else { None });
    if let Some(owner) = &owner
        && before.is_none_or(|it| it.owner.as_ref() != Some(owner))
        && *owner != new.role
        && !follows_table(nodes, id)
    {
        let statement = ddl::owner_statement(id, after, owner);
        drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    }
    let lost = nodes.fates.miscommented.contains(id);
    let said = before.and_then(|it| it.comment.clone());
    if said != after.comment || lost && after.body.index().is_some() {
        drafts.add(id, Action::Alter, ddl::comment(id, after));
    }
    let index_comment = |object: &crate::catalog::Object| {
        object.body.constraint().and_then(|it| it.index_comment.clone())
    };
    let said = before.and_then(index_comment);
    if said != index_comment(after) || lost && after.body.constraint().is_some() {
        let statement = ddl::comment_on_index(id, index_comment(after).as_deref());
        drafts.add(id, Action::Alter, statement);
    }
    let from = match before {
        Some(before) => effective(id, before.grants.as_ref(), old.major),
        None => initial_grants(old, id),
    };
    let to = effective(id, after.grants.as_ref(), new.major);
    if from != to && id.kind != Kind::DefaultPrivilege {
        let owner = owner.or(had).unwrap_or_else(|| old.role.clone());
        let widens = before.is_some() && ddl::widens(&from, &to);
        for statement in ddl::change_grants(id, after, &from, &to, &owner) {
            let grants = statement.body.starts_with("GRANT");
            let added = drafts.add(id, Action::Alter, statement);
            if widens && grants {
                added.hazard(HazardKind::PrivilegeWidening, format!("more may be done with {id}"));
            }
        }
        grant_columns_again(nodes, drafts, id, &from, &to);
    }
}

/// REVOKE on a table takes the same away from its columns. Source: manual,
/// REVOKE.
fn grant_columns_again(
    nodes: &Nodes<'_>,
    drafts: &mut Drafts,
    id: &Id,
    from: &GrantList,
    to: &GrantList,
) {
    let is_relation =
        [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView].contains(&id.kind);
    if !is_relation || from.iter().all(|it| to.contains(it)) {
        return;
    }
    for (column, _) in nodes.fates.new.columns(id) {
        let Some(object) = nodes.fates.new.get(&column) else { continue };
        let Some(grants) = &object.grants else { continue };
        if nodes.fates.old.contains(&column) && !nodes.comes(&column) {
            let owner = object.owner.clone().unwrap_or_else(|| nodes.fates.old.role.clone());
            for statement in
                ddl::change_grants(&column, object, &GrantList::default(), grants, &owner)
            {
                drafts.add(&column, Action::Alter, statement);
            }
        }
    }
}

/// A sequence that belongs to a column has the owner of its table.
fn follows_table(nodes: &Nodes<'_>, id: &Id) -> bool {
    if id.kind != Kind::Sequence {
        return false;
    }
    let link = id.of(Kind::SequenceOwner);
    let is_linked = nodes.fates.old.contains(&link) && !nodes.goes(&link);
    is_linked || nodes.identity_column(nodes.fates.new, id).is_some()
}

fn effective(id: &Id, grants: Option<&GrantList>, major: u32) -> GrantList {
    let mut list = grants.cloned().unwrap_or_else(|| built_in_grants(id.kind, major));
    list.sort();
    list
}

/// What a new object gets before anybody says GRANT: what PostgreSQL gives,
/// or what default privileges say instead, and what they add for its
/// namespace. Source: manual, ALTER DEFAULT PRIVILEGES.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest has no default privileges")]
fn initial_grants(old: &Catalog, id: &Id) -> GrantList {
    let what = match id.kind {
        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView => "tables",
        Kind::Sequence => "sequences",
        Kind::Routine | Kind::Aggregate => "functions",
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => "types",
        Kind::Namespace => "schemas",
        _ => return effective(id, None, old.major),
    };
    let said = |namespace: &str| {
        let place = Id::part(Kind::DefaultPrivilege, namespace, &old.role, what);
        match old.get(&place).map(|it| &it.body) {
            Some(Body::DefaultPrivilege(it)) => Some(it.grants.clone()),
            _ => None,
        }
    };
    let mut list: Vec<Grant> = said("").unwrap_or_else(|| built_in_grants(id.kind, old.major));
    if !id.namespace.is_empty() {
        list.extend(said(&id.namespace).unwrap_or_default());
    }
    list.sort();
    list.dedup();
    list
}

/// `ALTER DEFAULT PRIVILEGES`, from nothing, to nothing, or from one to
/// another. Without a namespace, nothing is what PostgreSQL gives.
pub fn default_privileges(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let list = |catalog: &Catalog| match catalog.get(id).map(|it| &it.body) {
        Some(Body::DefaultPrivilege(it)) => it.grants.clone(),
        _ if id.namespace.is_empty() => {
            let kind = match &*id.part {
                "sequences" => Kind::Sequence,
                "functions" => Kind::Routine,
                "types" => Kind::Enum,
                "schemas" => Kind::Namespace,
                _ => Kind::Table,
            };
            built_in_grants(kind, catalog.major)
        }
        _ => Vec::new(),
    };
    let (from, to) = (list(nodes.fates.old), list(nodes.fates.new));
    let action =
        if nodes.fates.get(id) == Some(&Fate::Drop) { Action::Drop } else { Action::Alter };
    for statement in ddl::default_privileges(id, &from, &to) {
        drafts.add(id, action, statement);
    }
}
