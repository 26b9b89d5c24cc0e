//! Steps that change something in place.
//!
//! Must never: alter what the object's parent alters.

use super::draft::Drafts;
use super::node::Nodes;
use super::online::{self, Enforcing};
use super::{Action, Backfill, HazardKind, Mode, adorn, retype};
use crate::catalog::{Body, Catalog, Fires, Id, Kind};
use crate::ddl::{self, Statement, ident, qualified, table_head};
use crate::diff::{Difference, Property};

pub fn alter(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let (old, new) = (nodes.fates.old, nodes.fates.new);
    let (Some(before), Some(after)) = (old.get(id), new.get(id)) else { return };
    let Some(differences) = nodes.own.get(id) else { return };
    let has = |property: Property| differences.iter().any(|it| it.property == property);
    let mut add = |statement: Statement, mode: Mode| {
        drafts.add(id, Action::Alter, statement).mode_unless_together(mode).on_table(nodes, id);
    };
    match (&before.body, &after.body) {
        (Body::Extension(a), Body::Extension(b)) => {
            ddl::alter_extension(id, a, b).into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::Enum(a), Body::Enum(b)) => {
            // A new value can be used only once it is committed.
            ddl::add_labels(id, a, b).into_iter().for_each(|it| add(it, Mode::Alone));
        }
        (Body::Domain(a), Body::Domain(b)) => {
            ddl::alter_domain(id, a, b).into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::Composite(a), Body::Composite(b)) => {
            for statement in ddl::alter_composite(id, a, b) {
                let drops = statement.body.contains(" DROP ATTRIBUTE ");
                let added = drafts.add(id, Action::Alter, statement);
                if drops {
                    let why = format!("the attribute's values go wherever {id} is used");
                    added.hazard(HazardKind::DataLoss, why);
                }
            }
        }
        (Body::Sequence(a), Body::Sequence(b)) => {
            ddl::alter_sequence(id, a, b).into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::SequenceOwner(_), Body::SequenceOwner(b)) => {
            add(ddl::set_owner_column(id, &b.column), Mode::Together);
        }
        (Body::Table(a), Body::Table(b)) => {
            leave(nodes, id, differences).into_iter().for_each(|it| add(it, Mode::Together));
            for difference in differences {
                let about_index =
                    matches!(&b.replica_identity, crate::catalog::ReplicaIdentity::Index(_))
                        && difference.property == Property::ReplicaIdentity
                        || b.cluster_on.is_some() && difference.property == Property::ClusterOn;
                if !about_index {
                    ddl::alter_table(difference.property, id, (a, b))
                        .into_iter()
                        .for_each(|it| add(it, Mode::Together));
                }
            }
        }
        (Body::ForeignTable(_), Body::ForeignTable(_)) => {
            leave(nodes, id, differences).into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::Column(_), Body::Column(b)) => {
            alter_column(nodes, drafts, id, differences);
            // The sequence comes with the identity.
            if let Some(identity) = b.identity.as_ref().filter(|it| nodes.comes(&it.sequence)) {
                adorn::adorn(nodes, drafts, &identity.sequence);
            }
        }
        (Body::Default(_), Body::Default(b)) => {
            add(ddl::set_default(id, &b.expression), Mode::Together);
        }
        (Body::Constraint(_), Body::Constraint(b)) => {
            if has(Property::Deferrable) {
                add(ddl::alter_constraint(id, b), Mode::Together);
            }
            if has(Property::Local) && b.is_local {
                // The table has it from a parent: it becomes its own as well.
                let adding = ddl::Adding { not_valid: true, using_index: None, only: false };
                add(ddl::add_constraint(id, b, adding), Mode::Together);
            }
        }
        (Body::Index(a), Body::Index(b)) => {
            let statistics = ddl::alter_index(id, &a.statistics, &b.statistics);
            statistics.into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::View(_), Body::View(b)) => {
            if has(Property::Definition) || has(Property::Options) {
                add(ddl::create_view(id, b, true), Mode::Together);
            }
        }
        (Body::MaterializedView(a), Body::MaterializedView(b)) => {
            for difference in differences {
                let about_index =
                    b.cluster_on.is_some() && difference.property == Property::ClusterOn;
                if !about_index {
                    ddl::alter_materialized_view(difference.property, id, (a, b))
                        .into_iter()
                        .for_each(|it| add(it, Mode::Together));
                }
            }
        }
        (Body::Routine(_), Body::Routine(b)) => {
            if has(Property::Definition) {
                add(ddl::replace_routine(b), Mode::Together);
            }
        }
        (Body::Trigger(_), Body::Trigger(b)) => {
            if has(Property::Definition) {
                add(Statement::whole(ddl::or_replace(&b.definition)), Mode::Together);
            }
            // A replaced one fires as usual again, and its clones with it.
            if has(Property::Fires) || b.fires != Fires::Origin || !b.exceptions.is_empty() {
                add(ddl::set_fires(id, b.fires), Mode::Together);
                ddl::set_exceptions(id, b).for_each(|it| add(it, Mode::Together));
            }
        }
        (Body::Rule(_), Body::Rule(b)) => {
            if has(Property::Definition) {
                add(Statement::whole(ddl::or_replace(&b.definition)), Mode::Together);
            }
            if has(Property::Fires) || b.fires != Fires::Origin {
                add(ddl::set_fires(id, b.fires), Mode::Together);
            }
        }
        (Body::EventTrigger(_), Body::EventTrigger(b)) => {
            if has(Property::Fires) {
                add(ddl::alter_event_trigger(id, b.fires), Mode::Together);
            }
        }
        (Body::Policy(_), Body::Policy(b)) => {
            if has(Property::Roles) || has(Property::Using) || has(Property::Check) {
                add(ddl::alter_policy(id, b), Mode::Together);
            }
        }
        (Body::Statistics(_), Body::Statistics(b)) => {
            if has(Property::Statistics) {
                let target = b.target.unwrap_or(-1);
                let place = qualified(id);
                let text = format!("ALTER STATISTICS {place} SET STATISTICS {target}");
                add(Statement::whole(text), Mode::Together);
            }
        }
        (Body::Publication(a), Body::Publication(b)) => {
            let all = ddl::alter_publication(id, (a, b), differences);
            all.into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::TextSearchConfiguration(a), Body::TextSearchConfiguration(b)) => {
            let all = ddl::alter_configuration(id, a, b);
            all.into_iter().for_each(|it| add(it, Mode::Together));
        }
        (Body::DefaultPrivilege(_), Body::DefaultPrivilege(_)) => {
            adorn::default_privileges(nodes, drafts, id);
        }
        // The rest is made again, never altered.
        (_, _) => {}
    }
    adorn::adorn(nodes, drafts, id);
}

/// What leaves its parents; the new ones come by attaching.
fn leave(nodes: &Nodes<'_>, id: &Id, differences: &[Difference]) -> Vec<Statement> {
    let was = nodes.fates.old.body(id).and_then(|it| it.partition());
    let moves = differences.iter().any(|it| it.property == Property::Partition);
    let detach = was.filter(|_| moves).map(|it| ddl::detach(id, it));
    let left = nodes.parents_left(id);
    detach.into_iter().chain(left.iter().map(|it| ddl::no_inherit(id, it))).collect()
}

fn alter_column(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id, differences: &[Difference]) {
    let (old, new) = (nodes.fates.old, nodes.fates.new);
    let (Some(before), Some(after)) = (online::column(old, id), online::column(new, id)) else {
        return;
    };
    let head = table_head(id, false);
    let name = ident(&id.part);
    let has = |property: Property| differences.iter().any(|it| it.property == property);
    let gone = |property: Property| {
        has(property)
            && (property == Property::NotNull && after.not_null.is_none()
                || property == Property::Identity && after.identity.is_none())
    };
    let retyped = nodes.fates.retyped.contains_key(id);
    // What is taken away may be in the way of the new type.
    for (property, what) in
        [(Property::Identity, "DROP IDENTITY"), (Property::NotNull, "DROP NOT NULL")]
    {
        if gone(property) {
            let statement = Statement::action(&head, format!("ALTER COLUMN {name} {what}"));
            // An identity's sequence would take the new type in the same one.
            let alone = retyped && property == Property::Identity;
            let statement = if alone { statement.alone() } else { statement };
            drafts.add(id, Action::Alter, statement).on_table(nodes, id);
        }
    }
    if has(Property::Generated) && after.generated.is_none() {
        // A generated column takes no USING, in the same statement either.
        let action = format!("ALTER COLUMN {name} DROP EXPRESSION");
        let statement = Statement::action(&head, action);
        let statement = if retyped { statement.alone() } else { statement };
        drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    }
    if retyped && !retype::comes_from_parent(nodes, id) {
        retype::retype(nodes, drafts, id);
    }
    let enforced = online::enforcing(nodes, id).is_some();
    for difference in differences {
        let property = difference.property;
        // A new type brings its own storage, and takes the old one's away.
        let by_type = retyped
            && (property == Property::Storage && after.storage.is_none()
                || property == Property::Compression && after.compression.is_none());
        let done = gone(property) || by_type || property == Property::NotNull && enforced;
        if !done {
            for statement in ddl::alter_column(property, new, id, (before, after)) {
                drafts.add(id, Action::Alter, statement).on_table(nodes, id);
            }
        }
    }
}

pub fn fill(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let Some(fill) = nodes.options.backfills.get(id) else { return };
    let name = ident(&id.part);
    let table = id.of(Kind::Table);
    let backfill = Backfill {
        key: key_of(nodes.fates.old, &table),
        set: format!("{name} = ({})", fill.expression),
        condition: format!("{name} IS NULL"),
        batch: fill.batch,
        table,
    };
    drafts.backfill(id, backfill).on_table(nodes, id);
}

/// Columns of the primary key, or of a unique constraint that is never null.
pub fn key_of(catalog: &Catalog, table: &Id) -> Vec<String> {
    use crate::catalog::ConstraintKind;
    let from = table.with(Kind::Constraint, "");
    let constraints = catalog.objects.range(from..).take_while(|(id, _)| {
        id.kind == Kind::Constraint && id.namespace == table.namespace && id.name == table.name
    });
    let mut found: Vec<String> = Vec::new();
    for (id, object) in constraints {
        let Body::Constraint(it) = &object.body else { continue };
        let never_null = || {
            it.columns.iter().all(|column| {
                online::column(catalog, &id.with(Kind::Column, column))
                    .is_some_and(|column| column.not_null.is_some())
            })
        };
        match it.kind {
            ConstraintKind::Primary => return it.columns.clone(),
            ConstraintKind::Unique if found.is_empty() && never_null() => {
                found.clone_from(&it.columns);
            }
            ConstraintKind::Unique
            | ConstraintKind::Exclude
            | ConstraintKind::Check
            | ConstraintKind::Foreign => {}
        }
    }
    found
}

/// The name of a NOT NULL that is added NOT VALID: 18.
pub fn native_name(nodes: &Nodes<'_>, id: &Id) -> String {
    let not_null = online::column(nodes.fates.new, id).and_then(|it| it.not_null.as_ref());
    not_null.map(|it| ddl::not_null_name(id, it)).unwrap_or_default()
}

pub fn guard(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let name = ident(&id.part);
    let action = match online::enforcing(nodes, id) {
        Some(Enforcing::Native) => {
            let guard = ident(&native_name(nodes, id));
            format!("ADD CONSTRAINT {guard} NOT NULL {name} NOT VALID")
        }
        _ => {
            let guard = ident(&online::guard_name(nodes, id));
            format!("ADD CONSTRAINT {guard} CHECK ({name} IS NOT NULL) NOT VALID")
        }
    };
    let statement = Statement::action(table_head(id, false), action);
    drafts.add(id, Action::Alter, statement).on_table(nodes, id);
}

/// NOT NULL, then away with the guard: in one ALTER TABLE the guard would go
/// first, and the rows would be read.
pub fn enforce(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let head = table_head(id, false);
    let not_null = online::column(nodes.fates.new, id).and_then(|it| it.not_null.as_ref());
    let is_named = nodes.named.contains(id) || not_null.is_some_and(|it| it.name.is_some());
    let column = ident(&id.part);
    let set = match not_null.filter(|_| is_named) {
        Some(it) => {
            let name = ident(&ddl::not_null_name(id, it));
            format!("ADD CONSTRAINT {name} NOT NULL {column}")
        }
        None => format!("ALTER COLUMN {column} SET NOT NULL"),
    };
    let statement = Statement::action(&head, set).alone();
    drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    if online::enforcing(nodes, id) == Some(Enforcing::ByCheck) {
        let guard = ident(&online::guard_name(nodes, id));
        let statement = Statement::action(&head, format!("DROP CONSTRAINT {guard}"));
        drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    }
}
