//! The mark a protected database carries inside itself.
//!
//! It is a database-level setting (`ALTER DATABASE ... SET xtask.protected`):
//! no table, no extension, kept by restarts and renames, readable by every
//! session. A wrong URL in a configuration is caught by the database it
//! reaches.
//!
//! Must never: be trusted alone. The configuration's own mark counts as well.

use crate::error::Result;
use crate::session::{Session, quote_ident, quote_literal};

/// The mark's text (who set it and when), if there is one.
pub async fn protection(session: &Session) -> Result<Option<String>> {
    let row = session
        .query_one("SELECT nullif(current_setting('xtask.protected', true), '')", &[])
        .await?;
    Ok(row.get(0))
}

/// Sets or takes away the mark; sessions opened afterwards see it.
pub async fn set_protection(session: &Session, mark: Option<&str>) -> Result<()> {
    let database = quote_ident(&session.address().database);
    let sql = match mark {
        Some(mark) => {
            format!("ALTER DATABASE {database} SET xtask.protected = {}", quote_literal(mark))
        }
        None => format!("ALTER DATABASE {database} RESET xtask.protected"),
    };
    session.execute(&sql).await
}
