//! How an object is made, of any kind.
//!
//! Must never: add what has a step of its own: comments, grants, owners.

use super::constraint::{Adding, add_constraint, add_to_domain};
use super::{
    Inline, Statement, column, create_index, create_table, create_view, policy, replace_routine,
    routine, search, sequence, set_default, set_fires, set_owner_column, types, view,
};
use crate::catalog::{Body, Catalog, Fires, Id};

/// The statements that make `id` as `catalog` has it, without its parts that
/// are objects; the columns of a table are its parts.
pub fn create(catalog: &Catalog, id: &Id, inline: &Inline) -> Vec<Statement> {
    let Some(object) = catalog.get(id) else { return Vec::new() };
    match &object.body {
        Body::Namespace => {
            vec![Statement::whole(format!("CREATE SCHEMA {}", super::ident(&id.name)))]
        }
        Body::Extension(it) => vec![search::create_extension(id, it)],
        Body::Collation(it) => {
            vec![types::create_from_list("CREATE COLLATION %", id, &it.definition)]
        }
        Body::Enum(it) => vec![types::create_enum(id, it)],
        Body::Domain(it) => vec![types::create_domain(id, it)],
        Body::DomainConstraint(it) => vec![add_to_domain(id, it, !it.is_validated)],
        Body::Composite(it) => types::create_composite(id, it),
        Body::Range(it) => {
            vec![types::create_from_list("CREATE TYPE % AS RANGE", id, &it.definition)]
        }
        Body::Sequence(it) => vec![sequence::create(id, it)],
        Body::SequenceOwner(it) => vec![set_owner_column(id, &it.column)],
        Body::Table(_) | Body::ForeignTable(_) => create_table(catalog, id, inline),
        Body::Column(it) => column::add_column(catalog, id, it, inline),
        Body::Default(it) => vec![set_default(id, &it.expression)],
        Body::Constraint(it) => {
            let adding = Adding { not_valid: !it.is_validated, using_index: None, only: false };
            vec![add_constraint(id, it, adding)]
        }
        Body::Index(it) => {
            let mut all = vec![create_index(it, &id.name, false)];
            all.extend(super::alter_index(id, &[], &it.statistics));
            all
        }
        Body::View(it) => vec![create_view(id, it, false)],
        Body::MaterializedView(it) => vec![view::create_materialized_view(id, it)],
        Body::Routine(it) => vec![replace_routine(it)],
        Body::Aggregate(it) => vec![Statement::whole(&it.definition)],
        Body::Trigger(it) => {
            let made = Statement::whole(&it.definition);
            let mut all = firing(id, it.fires, made);
            all.extend(routine::set_exceptions(id, it));
            all
        }
        Body::EventTrigger(it) => {
            let mut all = vec![routine::create_event_trigger(id, it)];
            if it.fires != Fires::Origin {
                all.push(super::alter_event_trigger(id, it.fires));
            }
            all
        }
        Body::Rule(it) => firing(id, it.fires, Statement::whole(&it.definition)),
        Body::Policy(it) => vec![policy::create_policy(id, it)],
        Body::Statistics(it) => {
            let mut all = vec![Statement::whole(&it.definition)];
            if let Some(target) = it.target {
                let place = super::qualified(id);
                let set = format!("ALTER STATISTICS {place} SET STATISTICS {target}");
                all.push(Statement::whole(set));
            }
            all
        }
        Body::Publication(it) => vec![search::create_publication(id, it)],
        Body::TextSearchConfiguration(it) => search::create_configuration(id, it),
        Body::Cast(it) => vec![search::create_cast(it)],
        Body::DefaultPrivilege(_) => Vec::new(),
        Body::Definition(it) => vec![Statement::whole(&it.create)],
    }
}

/// A trigger or rule fires as usual when it is made.
fn firing(id: &Id, fires: Fires, made: Statement) -> Vec<Statement> {
    let mut all = vec![made];
    if fires != Fires::Origin {
        all.push(set_fires(id, fires));
    }
    all
}
