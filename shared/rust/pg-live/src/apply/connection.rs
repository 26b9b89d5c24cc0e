//! The session that changes things: opened, opened again when it is lost, and
//! what became of a transaction that it did not live to see the end of.
//!
//! Must never: leave an old session of ours at work beside a new one.

use std::time::{Duration, Instant};

use super::LOCK;
use super::Run;
use super::event::Event;
use super::journal::Entry;
use super::outcome::{Halt, Why};
use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::prove::SETTINGS;
use crate::session::Session;

/// How long an old session may take to end after it was told to.
const END_DEADLINE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);
/// Autovacuum gives way, and a deadlock ends, after so long; ours should end
/// first. The server's own is one second, and only a superuser may shorten it.
const DEADLOCK_TIMEOUT_MS: u64 = 200;

/// What the server says of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Committed,
    Aborted,
}

pub(super) struct Link {
    pub(super) session: Session,
    pub(super) pid: i32,
    /// With the pid it names a session for ever.
    started: String,
    pub(super) deadlock_timeout: Duration,
}

impl Link {
    pub(super) async fn open(address: &Address) -> Result<Link> {
        let session = Session::connect(address, "db-migrate").await?;
        session.execute(SETTINGS).await?;
        session.execute(include_str!("settings.sql")).await?;
        let shorter = format!("SET deadlock_timeout = {DEADLOCK_TIMEOUT_MS}");
        match session.execute(&shorter).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Permission => {}
            Err(error) => return Err(error),
        }
        let row = session.query_one(include_str!("connection.sql"), &[]).await?;
        let deadlock_timeout = Duration::from_millis(row.get::<_, i64>(2).max(0) as u64);
        Ok(Link { pid: row.get(0), started: row.get(1), deadlock_timeout, session })
    }

    /// Takes the lock of a run; false when another run has it.
    pub(super) async fn lock(&self) -> Result<bool> {
        let sql = "SELECT pg_catalog.pg_try_advisory_lock($1)";
        Ok(self.session.query_one(sql, &[&LOCK]).await?.get(0))
    }
}

impl Run<'_> {
    /// Opens a new session in place of a lost one. Answers what became of the
    /// transaction `xid`; without one, there was none.
    pub(super) async fn reconnect(
        &mut self,
        step: usize,
        lost: Error,
        xid: Option<&str>,
    ) -> std::result::Result<Fate, Halt> {
        let is_known = xid.is_none();
        let gone = |error: Error| Halt { step, why: Why::Lost { error, is_known } };
        let deadline = Instant::now() + self.options.reconnect;
        let address = self.link.session.address().clone();
        let link = loop {
            match Link::open(&address).await {
                Ok(link) => break link,
                Err(error)
                    if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotReady)
                        && Instant::now() < deadline =>
                {
                    self.pause(step, LOOK * 5).await.map_err(|_| gone(error))?;
                }
                Err(_) if Instant::now() >= deadline => return Err(gone(lost)),
                Err(error) => return Err(gone(error)),
            }
        };
        end_session(&link, &self.link).await.map_err(gone)?;
        let fate = match xid {
            None => Fate::Aborted,
            Some(xid) => fate(&link, xid).await.map_err(gone)?,
        };
        self.link = link;
        // Known from here on: what the fate was is a fact, only not the end.
        let deadline = Instant::now() + END_DEADLINE;
        while !self
            .link
            .lock()
            .await
            .map_err(|error| Halt { step, why: Why::Lost { error, is_known: true } })?
        {
            if Instant::now() > deadline {
                self.is_changed |= fate == Fate::Committed;
                let blockers = self.lookout.rivals().await;
                return Err(Halt { step, why: Why::Busy(blockers) });
            }
            tokio::time::sleep(LOOK).await;
        }
        let committed = fate == Fate::Committed;
        self.voice.note(Entry::Reconnected { pid: self.link.pid, committed });
        self.voice.tell(Event::Reconnected { step, committed });
        Ok(fate)
    }
}

/// Ends the old session, which may not know yet that nobody listens, and
/// waits until it is gone.
async fn end_session(new: &Link, old: &Link) -> Result<()> {
    let deadline = Instant::now() + END_DEADLINE;
    loop {
        let sql = include_str!("end_session.sql");
        if new.session.query(sql, &[&old.pid, &old.started]).await?.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Error::new(ErrorKind::Deadline, "the old session does not end"));
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn fate(link: &Link, xid: &str) -> Result<Fate> {
    let deadline = Instant::now() + END_DEADLINE;
    loop {
        let sql = "SELECT pg_catalog.pg_xact_status($1::text::xid8)";
        let status: Option<String> = link.session.query_one(sql, &[&xid]).await?.get(0);
        match status.as_deref() {
            Some("committed") => return Ok(Fate::Committed),
            Some("aborted") => return Ok(Fate::Aborted),
            Some(_) if Instant::now() < deadline => tokio::time::sleep(LOOK).await,
            Some(_) => return Err(Error::new(ErrorKind::Deadline, "the transaction does not end")),
            None => return Err(Error::shape("the server has forgotten the transaction")),
        }
    }
}
