//! Keeping writers out of a database while it is dumped and given up.
//!
//! Every table is locked in SHARE mode by one transaction of ours: readers and
//! `pg_dump` go on, writers wait, and nothing they were told is committed can
//! be missing from the dump. The lock ends with the connection, so a tool
//! that is killed fences nobody.
//!
//! Must never: be left behind as a setting of the database.

use crate::error::Result;
use crate::facts::Facts;
use crate::session::{Session, quote_ident};

/// Writers wait while this lives.
pub struct Fence {
    _session: Session,
}

/// Locks every table; waits at most the session's `lock_timeout` for writers
/// that are under way.
pub async fn fence(session: Session, facts: &Facts) -> Result<Fence> {
    let name = |table: &crate::facts::TableFacts| {
        format!("{}.{}", quote_ident(&table.namespace), quote_ident(&table.name))
    };
    let names: Vec<String> = facts.tables.iter().map(name).collect();
    session.execute("BEGIN").await?;
    if !names.is_empty() {
        session.execute(&format!("LOCK TABLE {} IN SHARE MODE", names.join(", "))).await?;
    }
    Ok(Fence { _session: session })
}
