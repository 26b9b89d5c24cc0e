//! What runs outside of a transaction: CONCURRENTLY.
//!
//! It keeps no client waiting, and itself waits for everybody who was there
//! before it: without a limit of its own, but not for a transaction that is
//! too old. What it left half-built, now or in a run that was killed, is
//! removed before the next try.
//!
//! Must never: drop an index that is valid, or that somebody is building.

use std::time::{Duration, Instant};

use pg_diff::ddl;

use super::Run;
use super::event::{Blocker, Event};
use super::index_name::{Name, Statement};
use super::journal::Entry;
use super::lookout::{blocker, watched};
use super::outcome::{Halt, Why};
use super::retry::Retry;
use super::transaction::is_retried;
use crate::error::{Error, ErrorKind};

const LOOK: Duration = Duration::from_millis(500);
/// Tidying up after the user said stop takes no longer.
const CLEANING_LIMIT: Duration = Duration::from_secs(5);
const LOST_AT_MOST: u32 = 2;

/// What is there before a try.
enum Ready {
    Run,
    /// A try that seemed to fail came to its end.
    Done,
    /// Only the last bit is missing.
    Finish(String),
}

/// How a try ended that did not end well.
struct Miss {
    error: Error,
    /// We ended it ourselves: these were too old to wait for.
    too_old: Option<Vec<Blocker>>,
}

/// An index as it is now.
struct Found {
    is_valid: bool,
    /// Somebody has a lock on its table as a build has.
    is_at_work: bool,
}

impl Run<'_> {
    pub(super) async fn concurrent(&mut self, step: usize, sql: &str) -> Result<(), Halt> {
        if !self.is_checked {
            self.check_alone(step).await?;
        }
        self.voice.tell(Event::StepStarted { step });
        let started = Instant::now();
        let statement = Statement::read(sql);
        let (mut retry, mut tries, mut lost) = (self.retry(), 0, 0);
        let before = self.is_changed;
        loop {
            let sql = match self.prepare(step, &statement, tries + lost > 0).await? {
                Ready::Run => sql.to_owned(),
                Ready::Finish(rest) => rest,
                Ready::Done => break,
            };
            // Whatever was left is gone; what this try leaves is not known yet.
            self.is_changed = true;
            tries += 1;
            let miss = match self.run_outside(step, &sql).await {
                Ok(()) if self.is_whole(step, &statement).await? => break,
                Ok(()) => Miss { error: Error::shape("the index is not valid"), too_old: None },
                Err(miss) => miss,
            };
            if miss.error.kind == ErrorKind::Unreachable {
                lost += 1;
                self.reconnect(step, miss.error.clone(), None).await?;
                // What this statement did cannot be seen: it may be done.
                if lost > LOST_AT_MOST || statement == Statement::Other {
                    let is_known = statement != Statement::Other;
                    return Err(Halt { step, why: Why::Lost { error: miss.error, is_known } });
                }
            } else {
                let is_again = miss.too_old.is_some() || is_retried(&miss.error);
                if !is_again || tries >= self.options.builds || self.wish.is_stop() {
                    if self.clean(step, &statement).await {
                        self.is_changed = before;
                    }
                    return Err(self.give_up(step, miss));
                }
            }
            self.again(step, &mut retry, miss.error).await?;
        }
        let millis = started.elapsed().as_millis() as u64;
        self.voice.tell(Event::StepDone { step, millis });
        Ok(())
    }

    /// Removes what is in the way of a try, or finds that none is needed.
    async fn prepare(
        &mut self,
        step: usize,
        statement: &Statement,
        is_again: bool,
    ) -> Result<Ready, Halt> {
        let mut retry = self.retry();
        match statement {
            Statement::Build(index) => {
                self.wait_for_snapshots(step).await?;
                loop {
                    match self.find(step, index).await? {
                        None => return Ok(Ready::Run),
                        // A name that was taken all along is the server's to refuse.
                        Some(found) if found.is_valid && is_again => return Ok(Ready::Done),
                        Some(found) if found.is_valid => return Ok(Ready::Run),
                        Some(_) => self.drop_leftover(step, index, &mut retry).await?,
                    }
                }
            }
            Statement::Drop(index) => {
                let is_gone = is_again && self.find(step, index).await?.is_none();
                Ok(if is_gone { Ready::Done } else { Ready::Run })
            }
            Statement::Reindex(index) => {
                self.wait_for_snapshots(step).await?;
                for leftover in self.reindexed(step, index).await? {
                    self.drop_leftover(step, &leftover, &mut retry).await?;
                }
                Ok(Ready::Run)
            }
            Statement::Detach { parent, part } if is_again => {
                self.detached(step, parent, part).await
            }
            Statement::Detach { .. } | Statement::Other => Ok(Ready::Run),
        }
    }

    /// Runs one statement, tells how far it is, and ends it when it waits for
    /// a transaction that is too old.
    async fn run_outside(&mut self, step: usize, sql: &str) -> Result<(), Miss> {
        let plain = |error| Miss { error, too_old: None };
        let unlimited = "SET lock_timeout = 0; SET statement_timeout = 0";
        self.link.session.execute(unlimited).await.map_err(plain)?;
        let oldest = self.options.oldest.as_millis();
        let Run { link, lookout, voice, .. } = self;
        let mut too_old = None;
        lookout.forget();
        let ended = watched(link.session.execute(sql), LOOK, async || {
            let look = lookout.look(link.pid).await;
            let blockers = look.blockers.clone();
            voice.seen(step, look);
            if blockers.iter().any(|it| u128::from(it.age_ms) > oldest) {
                // Said first: we are not asked again once the statement ends.
                too_old = Some(blockers);
                lookout.rows("SELECT pg_catalog.pg_cancel_backend($1)", &[&link.pid]).await;
            }
        })
        .await;
        ended.map_err(|error| Miss { error, too_old })
    }

    /// Why there is no other try.
    fn give_up(&self, step: usize, miss: Miss) -> Halt {
        let why = match miss.too_old {
            _ if self.wish.is_stop() => Why::Cancelled,
            Some(blockers) => Why::Locked { blockers, error: miss.error },
            None if is_retried(&miss.error) => {
                Why::Locked { blockers: self.lookout.named(), error: miss.error }
            }
            None => Why::Refused(miss.error),
        };
        Halt { step, why }
    }

    /// One short try to remove what the last try left; the next plan knows it
    /// else. True when nothing of ours is there.
    async fn clean(&mut self, step: usize, statement: &Statement) -> bool {
        let leftovers = match statement {
            Statement::Build(index) => Ok(vec![index.clone()]),
            Statement::Reindex(index) => self.reindexed(step, index).await,
            // A half-done one is of no use to anybody, and changed.
            Statement::Drop(_) | Statement::Detach { .. } | Statement::Other => return false,
        };
        let Ok(leftovers) = leftovers else { return false };
        for index in leftovers {
            match self.find(step, &index).await {
                Ok(Some(found)) if !found.is_valid && !found.is_at_work => {}
                // Gone, or somebody else's.
                Ok(_) => continue,
                Err(_) => return false,
            }
            let name = ddl::relation(&index.namespace, &index.name);
            let session = &self.link.session;
            let limit = format!("SET statement_timeout = {}", CLEANING_LIMIT.as_millis());
            let dropped = match session.execute(&limit).await {
                Ok(()) => session.execute(&format!("DROP INDEX CONCURRENTLY {name}")).await,
                Err(error) => Err(error),
            };
            if dropped.is_err() {
                return false;
            }
            self.dropped(step, &index);
        }
        true
    }

    /// Drops an invalid index that nobody is building, or waits for who is.
    async fn drop_leftover(
        &mut self,
        step: usize,
        index: &Name,
        retry: &mut Retry,
    ) -> Result<(), Halt> {
        let Some(found) = self.find(step, index).await?.filter(|found| !found.is_valid) else {
            return Ok(());
        };
        if found.is_at_work {
            let error = Error::new(ErrorKind::InUse, "somebody is at work on this index's table");
            return self.again(step, retry, error).await;
        }
        let name = ddl::relation(&index.namespace, &index.name);
        match self.run_outside(step, &format!("DROP INDEX CONCURRENTLY {name}")).await {
            Ok(()) => {
                self.dropped(step, index);
                Ok(())
            }
            Err(miss) if miss.error.kind == ErrorKind::Unreachable => {
                self.reconnect(step, miss.error.clone(), None).await?;
                self.again(step, retry, miss.error).await
            }
            Err(miss) if miss.too_old.is_some() || is_retried(&miss.error) => {
                self.again(step, retry, miss.error).await
            }
            Err(miss) => Err(Halt { step, why: self.refused(miss.error) }),
        }
    }

    fn dropped(&mut self, step: usize, index: &Name) {
        let index = ddl::relation(&index.namespace, &index.name);
        self.voice.note(Entry::LeftoverDropped { step, index: index.clone() });
        self.voice.tell(Event::LeftoverDropped { step, index });
    }

    /// Waits until no snapshot is there that is older than a build waits for:
    /// building first and giving up then helps nobody.
    async fn wait_for_snapshots(&mut self, step: usize) -> Result<(), Halt> {
        let end = Instant::now() + self.options.budget;
        let oldest = self.options.oldest.as_millis() as i64;
        loop {
            let rows =
                self.lookout.rows(include_str!("snapshots.sql"), &[&self.link.pid, &oldest]).await;
            let blockers: Vec<Blocker> = rows.iter().map(blocker).collect();
            if blockers.is_empty() {
                return Ok(());
            }
            self.voice.waiting(step, &blockers);
            if Instant::now() > end {
                let error = Error::new(ErrorKind::InUse, "a transaction is too old to wait for");
                return Err(Halt { step, why: Why::Locked { blockers, error } });
            }
            self.pause(step, LOOK).await?;
        }
    }

    /// After a statement that reported success.
    async fn is_whole(&mut self, step: usize, statement: &Statement) -> Result<bool, Halt> {
        match statement {
            Statement::Build(index) | Statement::Reindex(index) => {
                Ok(self.find(step, index).await?.is_some_and(|found| found.is_valid))
            }
            Statement::Drop(_) | Statement::Detach { .. } | Statement::Other => Ok(true),
        }
    }

    async fn find(&self, step: usize, index: &Name) -> Result<Option<Found>, Halt> {
        let Name { namespace, name } = index;
        let sql = include_str!("index_state.sql");
        let rows = self.link.session.query(sql, &[namespace, name]).await;
        let rows = rows.map_err(|error| Halt { step, why: self.refused(error) })?;
        let found =
            |row: &tokio_postgres::Row| Found { is_valid: row.get(0), is_at_work: row.get(1) };
        Ok(rows.first().map(found))
    }

    /// Invalid indexes that a REINDEX of this one left.
    async fn reindexed(&self, step: usize, index: &Name) -> Result<Vec<Name>, Halt> {
        let Name { namespace, name } = index;
        let sql = include_str!("reindexed.sql");
        let rows = self.link.session.query(sql, &[namespace, name]).await;
        let rows = rows.map_err(|error| Halt { step, why: self.refused(error) })?;
        let leftover = |row: &tokio_postgres::Row| Name { namespace: row.get(0), name: row.get(1) };
        Ok(rows.iter().map(leftover).collect())
    }

    /// Where a DETACH that was interrupted stands.
    async fn detached(&self, step: usize, parent: &Name, part: &Name) -> Result<Ready, Halt> {
        let parent = ddl::relation(&parent.namespace, &parent.name);
        let part = ddl::relation(&part.namespace, &part.name);
        let sql = "SELECT inhdetachpending FROM pg_catalog.pg_inherits \
                   WHERE inhparent = $1::text::regclass AND inhrelid = $2::text::regclass";
        let rows = self.link.session.query(sql, &[&parent, &part]).await;
        let rows = rows.map_err(|error| Halt { step, why: self.refused(error) })?;
        Ok(match rows.first().map(|row| row.get::<_, bool>(0)) {
            None => Ready::Done,
            Some(false) => Ready::Run,
            Some(true) => {
                Ready::Finish(format!("ALTER TABLE {parent} DETACH PARTITION {part} FINALIZE"))
            }
        })
    }
}
