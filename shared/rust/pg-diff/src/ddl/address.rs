//! What COMMENT, OWNER and DROP call an object.
//!
//! Must never: use CASCADE. What goes is known, and goes by its own step.

use super::{Statement, ident, qualified, table_head};
use crate::catalog::{Id, Kind, Object, RoutineKind};

/// `TABLE public.messages`, `CONSTRAINT c ON public.messages`,
/// `FUNCTION public.f(integer)`.
pub fn address(id: &Id, object: &Object) -> String {
    if let Some(definition) = object.body.definition() {
        return definition.address.clone();
    }
    if let Some(cast) = object.body.cast() {
        return format!("CAST ({} AS {})", cast.source, cast.target);
    }
    let place = qualified(id);
    let part = ident(&id.part);
    match id.kind {
        Kind::Namespace => format!("SCHEMA {}", ident(&id.name)),
        Kind::Extension => format!("EXTENSION {}", ident(&id.name)),
        Kind::Publication => format!("PUBLICATION {}", ident(&id.name)),
        Kind::EventTrigger => format!("EVENT TRIGGER {}", ident(&id.name)),
        Kind::Collation => format!("COLLATION {place}"),
        Kind::Enum | Kind::Composite | Kind::Range => format!("TYPE {place}"),
        Kind::Domain => format!("DOMAIN {place}"),
        Kind::DomainConstraint => format!("CONSTRAINT {part} ON DOMAIN {place}"),
        Kind::TextSearchConfiguration => format!("TEXT SEARCH CONFIGURATION {place}"),
        Kind::Sequence => format!("SEQUENCE {place}"),
        Kind::Routine => format!("{} {place}({})", routine_word(object), id.part),
        Kind::Aggregate => {
            let arguments = if id.part.is_empty() { "*" } else { &id.part };
            format!("AGGREGATE {place}({arguments})")
        }
        Kind::Table => format!("TABLE {place}"),
        Kind::ForeignTable => format!("FOREIGN TABLE {place}"),
        Kind::Column => format!("COLUMN {place}.{part}"),
        Kind::Constraint => format!("CONSTRAINT {part} ON {place}"),
        Kind::Index => format!("INDEX {place}"),
        Kind::View => format!("VIEW {place}"),
        Kind::MaterializedView => format!("MATERIALIZED VIEW {place}"),
        Kind::Rule => format!("RULE {part} ON {place}"),
        Kind::Trigger => format!("TRIGGER {part} ON {place}"),
        Kind::Policy => format!("POLICY {part} ON {place}"),
        Kind::Statistics => format!("STATISTICS {place}"),
        // Without comment and DROP of their own, or handled above.
        Kind::Default
        | Kind::SequenceOwner
        | Kind::DefaultPrivilege
        | Kind::Language
        | Kind::ForeignDataWrapper
        | Kind::Server
        | Kind::UserMapping
        | Kind::Cast
        | Kind::Operator
        | Kind::OperatorFamily
        | Kind::OperatorClass
        | Kind::TextSearchParser
        | Kind::TextSearchTemplate
        | Kind::TextSearchDictionary => place,
    }
}

/// `FUNCTION`, for aggregates too, or `PROCEDURE`.
pub fn routine_word(object: &Object) -> &'static str {
    let procedure = |it: &crate::catalog::Routine| it.kind == RoutineKind::Procedure;
    if object.body.routine().is_some_and(procedure) { "PROCEDURE" } else { "FUNCTION" }
}

/// How an object goes.
pub fn drop_statement(id: &Id, object: &Object) -> Statement {
    let part = ident(&id.part);
    match id.kind {
        Kind::Column => Statement::action(table_head(id, false), format!("DROP COLUMN {part}")),
        Kind::Default => {
            Statement::action(table_head(id, true), format!("ALTER COLUMN {part} DROP DEFAULT"))
        }
        Kind::SequenceOwner => {
            Statement::whole(format!("ALTER SEQUENCE {} OWNED BY NONE", qualified(id)))
        }
        Kind::Constraint => {
            Statement::action(table_head(id, false), format!("DROP CONSTRAINT {part}"))
        }
        Kind::DomainConstraint => {
            Statement::whole(format!("ALTER DOMAIN {} DROP CONSTRAINT {part}", qualified(id)))
        }
        Kind::DefaultPrivilege
        | Kind::Namespace
        | Kind::Extension
        | Kind::Language
        | Kind::ForeignDataWrapper
        | Kind::Server
        | Kind::UserMapping
        | Kind::Collation
        | Kind::Enum
        | Kind::Domain
        | Kind::Composite
        | Kind::Range
        | Kind::Cast
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
        | Kind::Index
        | Kind::View
        | Kind::MaterializedView
        | Kind::Rule
        | Kind::Trigger
        | Kind::Policy
        | Kind::Statistics
        | Kind::Publication
        | Kind::EventTrigger => Statement::whole(format!("DROP {}", address(id, object))),
    }
}

/// `ALTER ... OWNER TO`, of kinds that have an owner.
pub fn owner_statement(id: &Id, object: &Object, owner: &str) -> Statement {
    let owner = ident(owner);
    if matches!(id.kind, Kind::Table | Kind::ForeignTable) {
        Statement::action(table_head(id, false), format!("OWNER TO {owner}"))
    } else {
        Statement::whole(format!("ALTER {} OWNER TO {owner}", address(id, object)))
    }
}
