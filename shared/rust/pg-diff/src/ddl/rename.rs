//! How an object gets another name, or another namespace.
//!
//! Must never: rename what PostgreSQL cannot: there is no statement then.

use super::{Statement, address, ident, literal, qualified};
use crate::catalog::{Id, Kind, Object};

/// Of `id`, by the name it has now.
pub fn rename(id: &Id, object: &Object, to: &str) -> Option<Statement> {
    let (part, to) = (ident(&id.part), ident(to));
    let sql = match id.kind {
        Kind::Column => format!("ALTER TABLE {} RENAME COLUMN {part} TO {to}", qualified(id)),
        Kind::Constraint => {
            format!("ALTER TABLE {} RENAME CONSTRAINT {part} TO {to}", qualified(id))
        }
        Kind::DomainConstraint => {
            format!("ALTER DOMAIN {} RENAME CONSTRAINT {part} TO {to}", qualified(id))
        }
        Kind::Namespace
        | Kind::Language
        | Kind::ForeignDataWrapper
        | Kind::Server
        | Kind::Collation
        | Kind::Enum
        | Kind::Domain
        | Kind::Composite
        | Kind::Range
        | Kind::OperatorFamily
        | Kind::OperatorClass
        | Kind::TextSearchParser
        | Kind::TextSearchTemplate
        | Kind::TextSearchDictionary
        | Kind::TextSearchConfiguration
        | Kind::Sequence
        | Kind::Routine
        | Kind::Aggregate
        | Kind::Table
        | Kind::ForeignTable
        | Kind::Index
        | Kind::View
        | Kind::MaterializedView
        | Kind::Rule
        | Kind::Trigger
        | Kind::Policy
        | Kind::Statistics
        | Kind::Publication
        | Kind::EventTrigger => format!("ALTER {} RENAME TO {to}", address(id, object)),
        Kind::Extension
        | Kind::UserMapping
        | Kind::Cast
        | Kind::Operator
        | Kind::Default
        | Kind::SequenceOwner
        | Kind::DefaultPrivilege => return None,
    };
    Some(Statement::whole(sql))
}

/// Into another namespace, under its own name.
pub fn move_to(id: &Id, object: &Object, namespace: &str) -> Option<Statement> {
    let is_movable = matches!(
        id.kind,
        Kind::Collation
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
            | Kind::Operator
            | Kind::OperatorFamily
            | Kind::OperatorClass
            | Kind::TextSearchParser
            | Kind::TextSearchTemplate
            | Kind::TextSearchDictionary
            | Kind::TextSearchConfiguration
            | Kind::Sequence
            | Kind::Routine
            | Kind::Aggregate
            | Kind::Table
            | Kind::ForeignTable
            | Kind::View
            | Kind::MaterializedView
            | Kind::Statistics
    );
    is_movable.then(|| {
        Statement::whole(format!("ALTER {} SET SCHEMA {}", address(id, object), ident(namespace)))
    })
}

/// A label of an enum, or a field of a composite type.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other type has parts with names")]
pub fn rename_in_type(id: &Id, from: &str, to: &str) -> Option<Statement> {
    let place = qualified(id);
    let sql = match id.kind {
        Kind::Enum => {
            format!("ALTER TYPE {place} RENAME VALUE {} TO {}", literal(from), literal(to))
        }
        // What uses the type by rows follows.
        Kind::Composite => {
            format!("ALTER TYPE {place} RENAME ATTRIBUTE {} TO {} CASCADE", ident(from), ident(to))
        }
        _ => return None,
    };
    Some(Statement::whole(sql))
}
