//! Which materialized views have to be filled again after the last change.
//!
//! Filling can take long, and is done before anybody waits. What the changes
//! behind it wrote is counted by the server, table by table; a view is filled
//! again where one that it reads was written to, and where nobody can tell.
//!
//! Must never: call a view filled that a change came after.

use std::time::{Duration, Instant};

use crate::address::Address;
use crate::error::Result;
use crate::session::Session;

const PURPOSE: &str = "feed";
const PAUSE: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_secs(5);

/// A view by its quoted name, and what was written to all that it reads.
#[derive(Clone, Debug)]
pub struct Reading {
    pub view: String,
    /// None: it reads what is not counted.
    written: Option<String>,
}

/// Looks before the views are filled. What is not counted yet is found later
/// as a change: that fills once too often.
pub async fn read(new: &Address, views: &[String]) -> Result<Vec<Reading>> {
    look(&Session::connect(new, PURPOSE).await?, views).await
}

/// The views to fill again; one that reads another stands behind it. For when
/// the feed is closed.
pub async fn outdated(new: &Address, before: &[Reading]) -> Result<Vec<String>> {
    let session = Session::connect(new, PURPOSE).await?;
    // Who takes the changes counts them at the end of its session.
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity \
               WHERE datname = current_database() AND backend_type LIKE 'logical replication%')";
    let deadline = Instant::now() + PATIENCE;
    let mut is_taking = true;
    while is_taking && Instant::now() < deadline {
        is_taking = session.query_one(sql, &[]).await?.get(0);
        if is_taking {
            tokio::time::sleep(PAUSE).await;
        }
    }
    let views: Vec<String> = before.iter().map(|it| it.view.clone()).collect();
    let now = look(&session, &views).await?;
    let is_same = |it: &Reading| {
        let was = before.iter().find(|was| was.view == it.view);
        !is_taking && it.written.is_some() && was.is_some_and(|was| was.written == it.written)
    };
    Ok(now.into_iter().filter(|it| !is_same(it)).map(|it| it.view).collect())
}

async fn look(session: &Session, views: &[String]) -> Result<Vec<Reading>> {
    let rows = session.query(include_str!("views.sql"), &[&views]).await?;
    Ok(rows.iter().map(|row| Reading { view: row.get(0), written: row.get(1) }).collect())
}
