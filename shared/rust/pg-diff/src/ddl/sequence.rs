//! Sequences.
//!
//! Must never: move a sequence's value, unless it turns round.

use super::{Statement, ident, qualified};
use crate::catalog::{Id, Sequence};

/// Everything but the type, which an identity takes from its column.
pub fn options(sequence: &Sequence) -> String {
    format!(
        "START WITH {} INCREMENT BY {} MINVALUE {} MAXVALUE {} CACHE {}{}",
        sequence.start,
        sequence.increment,
        sequence.min,
        sequence.max,
        sequence.cache,
        if sequence.cycles { " CYCLE" } else { " NO CYCLE" }
    )
}

pub fn create(id: &Id, sequence: &Sequence) -> Statement {
    let unlogged = if sequence.is_unlogged { "UNLOGGED " } else { "" };
    Statement::whole(format!(
        "CREATE {unlogged}SEQUENCE {} AS {} {}",
        qualified(id),
        sequence.type_name,
        options(sequence)
    ))
}

pub fn alter_sequence(id: &Id, old: &Sequence, new: &Sequence) -> Vec<Statement> {
    let mut all = Vec::new();
    let mut clauses = Vec::new();
    if old.type_name != new.type_name && !new.is_identity {
        clauses.push(format!("AS {}", new.type_name));
    }
    let counts = |it: &Sequence| Sequence {
        type_name: String::new(),
        is_unlogged: false,
        is_identity: false,
        ..it.clone()
    };
    if counts(old) != counts(new) || old.type_name != new.type_name {
        clauses.push(options(new));
        // Its value is outside of the new bounds when it turns round.
        if old.increment.signum() != new.increment.signum() {
            clauses.push("RESTART".to_owned());
        }
    }
    if !clauses.is_empty() {
        all.push(Statement::whole(format!(
            "ALTER SEQUENCE {} {}",
            qualified(id),
            clauses.join(" ")
        )));
    }
    if old.is_unlogged != new.is_unlogged && !new.is_identity {
        let how = if new.is_unlogged { "UNLOGGED" } else { "LOGGED" };
        all.push(Statement::whole(format!("ALTER SEQUENCE {} SET {how}", qualified(id))));
    }
    all
}

pub fn set_owner_column(sequence: &Id, column: &Id) -> Statement {
    Statement::whole(format!(
        "ALTER SEQUENCE {} OWNED BY {}.{}",
        qualified(sequence),
        qualified(column),
        ident(&column.part)
    ))
}

pub fn rename(from: &Id, to: &Id) -> Statement {
    Statement::whole(format!("ALTER SEQUENCE {} RENAME TO {}", qualified(from), ident(&to.name)))
}
