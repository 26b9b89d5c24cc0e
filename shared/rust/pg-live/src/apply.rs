//! Applying a plan to the live database while others use it.
//!
//! One run at a time: a session-level advisory lock ([`LOCK`]). What is run
//! together is one transaction: it waits one to three seconds for each lock,
//! gives everything back when it does not come, and tries again later, until
//! the budget of the step is used up. Whoever is in the way is named. A
//! statement that runs outside of a transaction waits for others without
//! keeping anybody waiting, is given up when they are too old, and what it
//! left half-built is removed. Backfills go in small batches and make room for
//! others. A lost connection is opened again; the server then says whether the
//! last transaction became true.
//!
//! Needs a connection of its own to the server: behind a pooler that hands out
//! connections per transaction neither the lock nor the settings hold.
//!
//! When the user says stop ([`cancel_running`](crate::cancel::cancel_running)),
//! the run ends by itself with [`Why::Cancelled`]; until then the caller keeps
//! waiting for it: it may be removing a half-built index.
//!
//! Must never: go on when the schema is not the one the plan was made for;
//! hold a lock while it waits for anything but the server; call something
//! undone that may be done.

mod backfill;
mod concurrent;
mod connection;
mod event;
mod index_name;
mod journal;
mod literals;
mod lookout;
mod moment;
mod outcome;
mod pressure;
mod retry;
mod transaction;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use pg_diff::plan::{Mode, Plan, Step, Work};

pub use event::{Blocker, Event};
pub use journal::{Entry, Journal};
pub use outcome::{Outcome, State, Stopped, Why};
pub use pressure::{Pace, Pressure};

use crate::address::Address;
use crate::cancel::Wish;
use crate::error::{Error, Result};
use crate::prove::Certificate;
use crate::session::Session;
use connection::Link;
use lookout::{Lookout, Voice};
use outcome::Halt;

/// The advisory lock of a run, held by its session, one per database. Beside
/// us only a plan that psql runs takes it.
pub const LOCK: i64 = pg_diff::plan::file::RUN_LOCK;

/// What a plan calls what it makes for its own use begins so: a later plan
/// knows them as leftovers.
pub const TEMPORARY_PREFIX: &str = "xtask_tmp_";

#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// What was observed of this plan: which locks to look for before they are
    /// asked for, and which statements read rows. Without it every statement
    /// that is not a VALIDATE is taken to lock its tables for everybody.
    pub certificate: Option<&'a Certificate>,
    /// How long a transaction waits for one lock, at the first try and at
    /// most. Never below the server's `deadlock_timeout`: before that an
    /// autovacuum does not give way.
    pub lock_timeout: (Duration, Duration),
    /// How long a step may be tried.
    pub budget: Duration,
    /// How long a statement may run that was seen to read no rows and keeps
    /// clients waiting: longer means that it does something else here.
    pub surprise: Duration,
    /// A build gives up when it waits for a transaction older than this.
    pub oldest: Duration,
    /// How often a concurrent build is tried.
    pub builds: u32,
    /// How long a lost server is called again.
    pub reconnect: Duration,
    pub pace: Pace,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            certificate: None,
            lock_timeout: (Duration::from_secs(1), Duration::from_secs(3)),
            budget: Duration::from_secs(300),
            surprise: Duration::from_secs(30),
            oldest: Duration::from_secs(600),
            builds: 3,
            reconnect: Duration::from_secs(60),
            pace: Pace::default(),
        }
    }
}

/// Asks whether the schema is still the one the plan was made for. Called in
/// the first transaction, before its first statement, again when that is tried
/// again; in one of its own when the plan begins outside of a transaction.
/// An async closure from a session to `Result<bool>` is one. It must not end
/// the transaction (a run whose question did is stopped); it may use a session
/// of its own.
pub trait Recheck {
    fn is_same<'a>(&'a self, session: &'a Session) -> Checking<'a>;
}

pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<bool>> + 'a>>;

impl<F: AsyncFn(&Session) -> Result<bool>> Recheck for F {
    fn is_same<'a>(&'a self, session: &'a Session) -> Checking<'a> {
        Box::pin(async move { self(session).await })
    }
}

/// Where a run tells what it does.
pub struct Story<'a> {
    pub tell: &'a mut dyn FnMut(Event),
    pub journal: &'a mut dyn Journal,
}

/// Runs the plan. An error is one from before the first step: nothing was
/// changed. Everything later is an [`Outcome`].
pub async fn apply<'a>(
    live: &Address,
    plan: &'a Plan,
    options: &'a Options<'a>,
    recheck: &'a dyn Recheck,
    story: Story<'a>,
) -> Result<Outcome> {
    let started = Instant::now();
    require_runnable(plan)?;
    let link = Link::open(live).await?;
    let mut run = Run {
        options,
        recheck,
        lookout: Lookout::new(live),
        voice: Voice::new(story),
        wish: Wish::now(),
        link,
        is_checked: false,
        is_changed: false,
    };
    run.voice.note(Entry::Began { steps: plan.steps.len(), pid: run.link.pid });
    if !run.link.lock().await? {
        let blockers = run.lookout.rivals().await;
        return Ok(run.stopped(Halt { step: 0, why: Why::Busy(blockers) }, 0));
    }
    let mut done = 0;
    for group in plan.groups() {
        if let Err(halt) = run.group(done, group).await {
            return Ok(run.stopped(halt, done));
        }
        done += group.len();
    }
    let millis = started.elapsed().as_millis() as u64;
    run.voice.note(Entry::Ended { millis });
    Ok(Outcome::Applied { steps: done, millis })
}

/// A backfill commits after every batch: it shares a transaction with nobody.
fn require_runnable(plan: &Plan) -> Result<()> {
    let is_batched = |step: &Step| matches!(step.work, Work::Backfill(_));
    let is_wrong = |group: &&[Step]| group.len() > 1 && group.iter().any(is_batched);
    if plan.groups().iter().any(is_wrong) {
        return Err(Error::shape("a backfill must not share a transaction with other steps"));
    }
    Ok(())
}

/// One run and what it needs at every step.
struct Run<'a> {
    options: &'a Options<'a>,
    recheck: &'a dyn Recheck,
    link: Link,
    lookout: Lookout,
    voice: Voice<'a>,
    wish: Wish,
    /// The schema was found to be the right one, and a step was done since.
    is_checked: bool,
    /// Something is there that was not there before.
    is_changed: bool,
}

impl Run<'_> {
    async fn group(&mut self, first: usize, steps: &[Step]) -> std::result::Result<(), Halt> {
        let Some(step) = steps.first() else { return Ok(()) };
        if self.wish.is_stop() {
            return Err(Halt { step: first, why: Why::Cancelled });
        }
        let last = first + steps.len() - 1;
        self.voice.note(Entry::GroupBegan { first, last });
        let started = Instant::now();
        match (&step.work, step.mode) {
            (Work::Backfill(backfill), _) => self.backfill(first, backfill).await?,
            (Work::Statement(sql), Mode::Outside) => self.concurrent(first, sql).await?,
            (Work::Statement(_), Mode::Together | Mode::Alone) => {
                self.transaction(first, steps).await?;
            }
        }
        self.is_checked = true;
        self.is_changed = true;
        let millis = started.elapsed().as_millis() as u64;
        self.voice.note(Entry::Committed { first, last });
        self.voice.tell(Event::GroupCommitted { first, last, millis });
        Ok(())
    }

    fn stopped(&mut self, halt: Halt, done: usize) -> Outcome {
        self.voice.note(Entry::Stopped { step: halt.step, why: halt.why.to_string() });
        let state = if matches!(halt.why, Why::Lost { is_known: false, .. }) {
            State::Unknown
        } else if self.is_changed {
            State::Partial
        } else {
            State::NothingChanged
        };
        Outcome::Stopped(Box::new(Stopped { done, step: halt.step, why: halt.why, state }))
    }

    /// Waits, unless the user says stop.
    async fn pause(&self, step: usize, pause: Duration) -> std::result::Result<(), Halt> {
        const SLICE: Duration = Duration::from_millis(50);
        let end = Instant::now() + pause;
        while !self.wish.is_stop() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(left.min(SLICE)).await;
        }
        Err(Halt { step, why: Why::Cancelled })
    }

    /// The user's wish reaches a statement as an error like any other.
    fn refused(&self, error: Error) -> Why {
        if self.wish.is_stop() { Why::Cancelled } else { Why::Refused(error) }
    }
}
