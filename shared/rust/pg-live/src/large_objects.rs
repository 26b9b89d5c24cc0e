//! Large objects, carried into another database of the same server: first the
//! objects, each with its owner and who may use it, then the pages that their
//! bytes lie in, as rows.
//!
//! `COPY` into `pg_largeobject` is what a superuser may do; an object is made
//! by the server, which notes whom it depends on.
//!
//! Must never: hold a whole object, or take an object's owner, rights or
//! comment for a detail.

use std::pin::pin;

use futures_util::StreamExt;
use tokio_postgres::types::ToSql;

use crate::error::Result;
use crate::session::Session;
use crate::stream::{self, Stream, Sum};

/// Where the bytes of all of them lie.
pub const PAGES: &str = "pg_catalog.pg_largeobject";

pub async fn count(session: &Session) -> Result<i64> {
    let sql = "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata";
    Ok(session.query_one(sql, &[]).await?.get(0))
}

/// Their bytes, of some pages of [`PAGES`] (`o`).
#[must_use]
pub fn bytes(pages: &str) -> Stream {
    Stream {
        from: format!("SELECT o.loid, o.pageno, o.data FROM {PAGES} AS o{pages}"),
        into: format!("{PAGES} (loid, pageno, data)"),
        is_binary: true,
    }
}

/// Makes every object, empty, with its number, owner, rights, comment and
/// labels.
pub async fn make((from, to): (&Session, &Session)) -> Result<()> {
    let none: [&(dyn ToSql + Sync); 0] = [];
    let owned = from.client().query_raw(include_str!("large_objects/owned.sql"), none).await?;
    let mut owned = pin!(owned);
    while let Some(row) = owned.next().await {
        let row = row?;
        let (owner, numbers): (String, Vec<u32>) = (row.get(0), row.get(1));
        to.execute(&format!("BEGIN; SET LOCAL ROLE {owner}")).await?;
        let sql = "SELECT count(pg_catalog.lo_create(it)) FROM pg_catalog.unnest($1::oid[]) AS it";
        to.query_one(sql, &[&numbers]).await?;
        to.execute("COMMIT").await?;
    }
    // What default privileges gave goes before what was granted comes.
    for row in to.query(include_str!("large_objects/plain.sql"), &none).await? {
        to.execute(row.get(0)).await?;
    }
    let said = from.client().query_raw(include_str!("large_objects/said.sql"), none).await?;
    let mut said = pin!(said);
    while let Some(row) = said.next().await {
        to.execute(row?.get(0)).await?;
    }
    Ok(())
}

/// Everything that is known of them beside their bytes.
pub async fn descriptions(session: &Session) -> Result<Sum> {
    let from = include_str!("large_objects/described.sql").to_owned();
    stream::sum(session, &Stream { from, into: String::new(), is_binary: false }).await
}
