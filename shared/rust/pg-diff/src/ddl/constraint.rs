//! Constraints of tables and of domains.
//!
//! Must never: say VALID where rows have not been asked.

use super::{Statement, ident, qualified, relation, table_head};
use crate::catalog::{Constraint, ConstraintKind, DomainConstraint, Id};

/// How a constraint is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adding<'a> {
    /// Say NOT VALID; it is validated later, or stays so.
    pub not_valid: bool,
    /// By an index that is there: its name.
    pub using_index: Option<&'a str>,
    /// Of a partitioned table: the partitions' own follow.
    pub only: bool,
}

pub fn add_constraint(id: &Id, constraint: &Constraint, adding: Adding<'_>) -> Statement {
    let name = ident(&id.part);
    let head = table_head(id, adding.only);
    let valid = if adding.not_valid { " NOT VALID" } else { "" };
    let action = match adding.using_index {
        Some(index) => {
            let kind = match constraint.kind {
                ConstraintKind::Primary => "PRIMARY KEY",
                ConstraintKind::Unique
                | ConstraintKind::Exclude
                | ConstraintKind::Check
                | ConstraintKind::Foreign => "UNIQUE",
            };
            let deferral = deferral(constraint);
            format!("ADD CONSTRAINT {name} {kind} USING INDEX {}{deferral}", ident(index))
        }
        None => format!("ADD CONSTRAINT {name} {}{valid}", constraint.definition),
    };
    Statement::action(head, action)
}

fn deferral(constraint: &Constraint) -> &'static str {
    match (constraint.is_deferrable, constraint.is_deferred) {
        (true, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        (false, _) => "",
    }
}

pub fn alter_constraint(id: &Id, new: &Constraint) -> Statement {
    let how = match (new.is_deferrable, new.is_deferred) {
        (true, true) => "DEFERRABLE INITIALLY DEFERRED",
        (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
        (false, _) => "NOT DEFERRABLE",
    };
    Statement::action(table_head(id, false), format!("ALTER CONSTRAINT {} {how}", ident(&id.part)))
}

pub fn validate(id: &Id) -> Statement {
    let head = table_head(id, false);
    Statement::action(head, format!("VALIDATE CONSTRAINT {}", ident(&id.part)))
}

pub fn attach_index(parent: &Id, namespace: &str, index: &str) -> Statement {
    let name = if parent.part.is_empty() { &parent.name } else { &parent.part };
    let parent = relation(&parent.namespace, name);
    Statement::whole(format!(
        "ALTER INDEX {parent} ATTACH PARTITION {}",
        relation(namespace, index)
    ))
}

pub fn add_to_domain(id: &Id, constraint: &DomainConstraint, not_valid: bool) -> Statement {
    let valid = if not_valid { " NOT VALID" } else { "" };
    Statement::whole(format!(
        "ALTER DOMAIN {} ADD CONSTRAINT {} {}{valid}",
        qualified(id),
        ident(&id.part),
        constraint.definition
    ))
}

pub fn validate_domain(id: &Id) -> Statement {
    let (domain, name) = (qualified(id), ident(&id.part));
    Statement::whole(format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name}"))
}
