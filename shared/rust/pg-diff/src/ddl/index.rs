//! Indexes that no constraint makes.
//!
//! Must never: say IF NOT EXISTS: an invalid leftover would pass for the index.

use super::{Statement, ident, qualified, relation};
use crate::catalog::{Id, Index};

/// `name` may be another than the id's, while the old one is still there.
pub fn create_index(index: &Index, name: &str, concurrently: bool) -> Statement {
    let unique = if index.is_unique { "UNIQUE " } else { "" };
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    // The partitions' own are built one by one and attached.
    let only = if index.is_partitioned { "ONLY " } else { "" };
    Statement::whole(format!(
        "CREATE {unique}INDEX {concurrently}{} ON {only}{} {}",
        ident(name),
        qualified(&index.table),
        index.definition
    ))
}

pub fn drop_index(namespace: &str, name: &str, concurrently: bool) -> Statement {
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    Statement::whole(format!("DROP INDEX {concurrently}{}", relation(namespace, name)))
}

pub fn rename_index(namespace: &str, from: &str, to: &str) -> Statement {
    Statement::whole(format!("ALTER INDEX {} RENAME TO {}", relation(namespace, from), ident(to)))
}

/// Statistics targets of expression columns.
pub fn alter_index(id: &Id, old: &[(i16, i32)], new: &[(i16, i32)]) -> Vec<Statement> {
    let place = qualified(id);
    let set = |column: i16, target: i32| {
        Statement::whole(format!(
            "ALTER INDEX {place} ALTER COLUMN {column} SET STATISTICS {target}"
        ))
    };
    let gone = old.iter().filter(|(column, _)| !new.iter().any(|it| it.0 == *column));
    gone.map(|(column, _)| set(*column, -1))
        .chain(new.iter().filter(|it| !old.contains(it)).map(|it| set(it.0, it.1)))
        .collect()
}
