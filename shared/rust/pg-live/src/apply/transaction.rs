//! What is run together: one transaction, tried again as a whole.
//!
//! Must never: keep a lock over a failed statement, or leave open whether the
//! COMMIT that was not answered happened.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use pg_diff::plan::{Action, Step};
use tokio_postgres::SimpleQueryMessage;

use super::Run;
use super::connection::Fate;
use super::event::Event;
use super::journal::Entry;
use super::lookout::watched;
use super::outcome::{Halt, Why};
use super::retry::Retry;
use crate::error::{Error, ErrorKind};
use crate::lock::Blocks;

/// The first look at who is in the way; those after it come as often.
const LOOK: Duration = Duration::from_millis(200);
/// A statement that takes its server with it is not repeated for ever.
const LOST_AT_MOST: u32 = 2;
/// Somebody else holds a lock; we were chosen to end a deadlock.
const RETRIED: [&str; 2] = ["55P03", "40P01"];

/// True for what goes away by itself.
pub(super) fn is_retried(error: &Error) -> bool {
    error.sqlstate.as_deref().is_some_and(|it| RETRIED.contains(&it))
}

/// All statements of a transaction as they are sent: at once and with COMMIT,
/// so that no lock is held while a word is on its way to us and back. What
/// stands behind an error the server does not run.
struct Message {
    sql: String,
    /// Where each step begins, in characters.
    starts: Vec<usize>,
    /// What each completed command was.
    answers: Vec<Answer>,
}

#[derive(Clone, Copy)]
enum Answer {
    Setting,
    Step(usize),
}

impl Message {
    fn new(steps: &[Step], limits: &[Option<Duration>]) -> Message {
        let mut it = Message { sql: String::new(), starts: Vec::new(), answers: Vec::new() };
        let mut current = None;
        for (place, (step, limit)) in steps.iter().zip(limits).enumerate() {
            if current != Some(*limit) {
                let millis = limit.map_or(0, |limit| limit.as_millis());
                it.sql.push_str(&format!("SET LOCAL statement_timeout = {millis};\n"));
                it.answers.push(Answer::Setting);
                current = Some(*limit);
            }
            it.starts.push(it.sql.chars().count());
            // On a line of its own: the statement may end with a comment.
            it.sql.push_str(&step.sql());
            it.sql.push_str("\n;\n");
            it.answers.push(Answer::Step(place));
        }
        it.sql.push_str("COMMIT");
        it
    }
}

/// Why a try did not come to its end.
enum Miss {
    Moved,
    Failed {
        step: usize,
        error: Error,
        /// Of the transaction, once COMMIT was on its way.
        xid: Option<String>,
        /// The limit of the statement, when it was over.
        limit: Option<Duration>,
    },
}

impl Run<'_> {
    pub(super) fn retry(&self) -> Retry {
        let (shortest, longest) = self.options.lock_timeout;
        let decent = self.link.deadlock_timeout + Duration::from_millis(200);
        Retry::new(self.options.budget, shortest.max(decent), longest)
    }

    pub(super) async fn transaction(&mut self, first: usize, steps: &[Step]) -> Result<(), Halt> {
        let mut retry = self.retry();
        let mut lost = 0;
        loop {
            self.moment(first, steps).await?;
            let miss = match self.attempt(first, steps, retry.lock_timeout()).await {
                Ok(()) => return Ok(()),
                Err(miss) => miss,
            };
            let Miss::Failed { step, error, xid, limit } = miss else {
                return Err(Halt { step: first, why: Why::Moved });
            };
            if error.kind == ErrorKind::Unreachable {
                lost += 1;
                if self.reconnect(step, error.clone(), xid.as_deref()).await? == Fate::Committed {
                    return Ok(());
                }
                if lost > LOST_AT_MOST {
                    return Err(Halt { step, why: Why::Lost { error, is_known: true } });
                }
            } else if !is_retried(&error) {
                let why = match limit {
                    Some(limit) if !self.wish.is_stop() => {
                        Why::TooLong { millis: limit.as_millis() as u64 }
                    }
                    Some(_) | None => self.refused(error),
                };
                return Err(Halt { step, why });
            }
            self.again(step, &mut retry, error).await?;
        }
    }

    /// Waits for the next try, or ends the run.
    pub(super) async fn again(
        &mut self,
        step: usize,
        retry: &mut Retry,
        error: Error,
    ) -> Result<(), Halt> {
        let attempt = retry.attempt();
        let sqlstate = error.sqlstate.clone().unwrap_or_default();
        let Some(pause) = retry.next() else {
            let blockers = self.lookout.named();
            return Err(Halt { step, why: Why::Locked { blockers, error } });
        };
        self.voice.note(Entry::Retried { step, sqlstate: sqlstate.clone() });
        let in_ms = pause.as_millis() as u64;
        self.voice.tell(Event::Retrying { step, attempt, in_ms, sqlstate });
        self.pause(step, pause).await
    }

    async fn attempt(
        &mut self,
        first: usize,
        steps: &[Step],
        lock_timeout: Duration,
    ) -> Result<(), Miss> {
        let done = self.statements(first, steps, lock_timeout).await;
        if done.is_err() {
            // A lost connection has rolled back by itself.
            let _ = self.link.session.execute("ROLLBACK").await;
        }
        done
    }

    async fn statements(
        &mut self,
        first: usize,
        steps: &[Step],
        lock_timeout: Duration,
    ) -> Result<(), Miss> {
        let failed = |error| Miss::Failed { step: first, error, xid: None, limit: None };
        let begin = format!("BEGIN; SET LOCAL lock_timeout = {}", lock_timeout.as_millis());
        self.link.session.execute(&begin).await.map_err(failed)?;
        let sql = "SELECT pg_catalog.pg_current_xact_id()::text";
        let row = self.link.session.query_one(sql, &[]).await.map_err(failed)?;
        let xid: String = row.get(0);
        if !self.is_checked {
            if !self.recheck.is_same(&self.link.session).await.map_err(failed)? {
                return Err(Miss::Moved);
            }
            self.require_same(&xid).await.map_err(failed)?;
        }
        let last = first + steps.len() - 1;
        self.voice.note(Entry::Committing { first, last, xid: xid.clone() });
        let limits = (first..).zip(steps).map(|(index, step)| self.limit(index, step));
        let limits: Vec<Option<Duration>> = limits.collect();
        let message = Message::new(steps, &limits);
        let sent = self.send(first, &message).await;
        sent.map_err(|(at, took, error)| {
            let is_late = error.kind == ErrorKind::Cancelled;
            let limit = limits[at].filter(|limit| is_late && took >= *limit);
            Miss::Failed { step: first + at, error, xid: Some(xid), limit }
        })
    }

    /// Sends the statements and COMMIT, tells which are done and who keeps
    /// them waiting. An error comes with the place of its statement and how
    /// long that ran.
    async fn send(
        &mut self,
        first: usize,
        message: &Message,
    ) -> Result<(), (usize, Duration, Error)> {
        let Run { link, lookout, voice, .. } = self;
        lookout.forget();
        let voice = RefCell::new(voice);
        let at = Cell::new(0);
        let started = Cell::new(Instant::now());
        let begin = |place: usize| {
            at.set(place);
            started.set(Instant::now());
            voice.borrow_mut().tell(Event::StepStarted { step: first + place });
        };
        begin(0);
        let work = async {
            let stream = link.session.client().simple_query_raw(&message.sql).await?;
            let mut stream = std::pin::pin!(stream);
            let mut answers = message.answers.iter();
            while let Some(answer) = stream.next().await {
                if !matches!(answer?, SimpleQueryMessage::CommandComplete(_)) {
                    continue;
                }
                if let Some(Answer::Step(place)) = answers.next() {
                    let millis = started.get().elapsed().as_millis() as u64;
                    voice.borrow_mut().tell(Event::StepDone { step: first + place, millis });
                    if place + 1 < message.starts.len() {
                        begin(place + 1);
                    }
                }
            }
            Ok::<(), tokio_postgres::Error>(())
        };
        let sent = watched(work, LOOK, async || {
            let blockers = lookout.look(link.pid).await;
            voice.borrow_mut().seen(first + at.get(), blockers);
        })
        .await;
        sent.map_err(|error| {
            let mut error = Error::from(error);
            // Of the statement, not of all that was sent.
            error.position = error.position.map(|it| it.saturating_sub(message.starts[at.get()]));
            (at.get(), started.get().elapsed(), error)
        })
    }

    /// Behind a question that ended our transaction every statement would be
    /// true at once.
    async fn require_same(&self, xid: &str) -> crate::Result<()> {
        let sql =
            "SELECT pg_catalog.pg_current_xact_id_if_assigned()::text IS NOT DISTINCT FROM $1";
        let row = self.link.session.query_one(sql, &[&xid]).await?;
        if row.get(0) { Ok(()) } else { Err(Error::shape("the recheck ended the transaction")) }
    }

    /// The question before the first step, where no transaction comes.
    pub(super) async fn check_alone(&mut self, step: usize) -> Result<(), Halt> {
        let halt = |error: Error| {
            let is_lost = error.kind == ErrorKind::Unreachable;
            let why =
                if is_lost { Why::Lost { error, is_known: true } } else { self.refused(error) };
            Halt { step, why }
        };
        let session = &self.link.session;
        session.execute("BEGIN").await.map_err(halt)?;
        let is_same = self.recheck.is_same(session).await.map_err(halt)?;
        session.execute("COMMIT").await.map_err(halt)?;
        if !is_same {
            return Err(Halt { step, why: Why::Moved });
        }
        self.is_checked = true;
        Ok(())
    }

    /// How long a statement may run that keeps clients waiting and was seen to
    /// read and write no rows. What reads rows may take its time: that was
    /// weighed before.
    fn limit(&self, index: usize, step: &Step) -> Option<Duration> {
        let seen = self.options.certificate?.steps.get(index)?;
        let is_quick =
            seen.scans.is_empty() && seen.rewrites.is_empty() && seen.indexes_built.is_empty();
        let is_felt = seen.locks.iter().chain(&seen.held).any(|it| it.blocks > Blocks::Ddl);
        (is_quick && is_felt && step.action != Action::Validate).then_some(self.options.surprise)
    }
}
