//! The second session: it looks at what the first one waits for, and says so.
//!
//! Must never: end a run because it sees nothing. Without it a run is only
//! less talkative.

use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::event::{Blocker, Event};
use super::journal::Entry;
use super::literals::without_literals;
use super::{LOCK, Story};
use crate::address::Address;
use crate::session::Session;

/// The same people are named again after so long.
const REPEAT: Duration = Duration::from_secs(5);
/// One look that takes longer is given up.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// What a session is doing.
pub(super) struct Look {
    pub(super) blockers: Vec<Blocker>,
    building: Option<Building>,
}

/// An index, as far as it is.
struct Building {
    phase: String,
    done: u64,
    total: u64,
}

pub(super) struct Lookout {
    address: Address,
    session: Option<Session>,
    /// Who was seen to be in the way of the last statement.
    last: Vec<Blocker>,
}

impl Lookout {
    pub(super) fn new(address: &Address) -> Lookout {
        Lookout { address: address.clone(), session: None, last: Vec::new() }
    }

    /// Before a statement: nobody is in its way yet.
    pub(super) fn forget(&mut self) {
        self.last.clear();
    }

    /// Who was in the way of the last statement when it was looked at last.
    pub(super) fn named(&self) -> Vec<Blocker> {
        self.last.clone()
    }

    /// Asks; no rows when the server does not answer. The next look connects
    /// again.
    pub(super) async fn rows(&mut self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        let look = async {
            let session = match self.session.take() {
                Some(session) => session,
                None => Session::connect(&self.address, "db-migrate/lookout").await?,
            };
            let rows = session.query(sql, parameters).await?;
            Ok::<_, crate::Error>((session, rows))
        };
        match tokio::time::timeout(LOOK_TIMEOUT, look).await {
            Ok(Ok((session, rows))) => {
                self.session = Some(session);
                rows
            }
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    }

    /// Who keeps this session waiting, the oldest first.
    pub(super) async fn blockers(&mut self, pid: i32) -> Vec<Blocker> {
        let rows = self.rows(include_str!("blockers.sql"), &[&pid]).await;
        let blockers: Vec<Blocker> = rows.iter().map(blocker).collect();
        if !blockers.is_empty() {
            self.last = blockers.clone();
        }
        blockers
    }

    /// Who keeps this session waiting, and how far it is.
    pub(super) async fn look(&mut self, pid: i32) -> Look {
        let blockers = self.blockers(pid).await;
        let rows = self.rows(include_str!("progress.sql"), &[&pid]).await;
        let building = rows.first().map(|row| Building {
            phase: row.get(0),
            done: row.get::<_, i64>(1).max(0) as u64,
            total: row.get::<_, i64>(2).max(0) as u64,
        });
        Look { blockers, building }
    }

    /// Who holds the lock of a run.
    pub(super) async fn rivals(&mut self) -> Vec<Blocker> {
        let rows = self.rows(include_str!("rivals.sql"), &[&LOCK]).await;
        rows.iter().map(blocker).collect()
    }
}

/// The first six columns of every query that names people.
pub(super) fn blocker(row: &Row) -> Blocker {
    let query: String = row.get(4);
    Blocker {
        pid: row.get(0),
        application: row.get(1),
        user: row.get(2),
        state: row.get(3),
        query: without_literals(&query),
        age_ms: row.get::<_, Option<i64>>(5).unwrap_or_default().max(0) as u64,
    }
}

/// Waits for `work`, and looks at it again and again meanwhile.
pub(super) async fn watched<T>(
    work: impl Future<Output = T>,
    every: Duration,
    mut look: impl AsyncFnMut(),
) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        let looking = std::pin::pin!(async {
            tokio::time::sleep(every).await;
            look().await;
        });
        match select(work.as_mut(), looking).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), _)) => {}
        }
    }
}

/// Where a run tells what it does, without saying the same thing all the time.
pub(super) struct Voice<'a> {
    story: Story<'a>,
    named: Vec<i32>,
    named_at: Instant,
}

impl<'a> Voice<'a> {
    pub(super) fn new(story: Story<'a>) -> Voice<'a> {
        Voice { story, named: Vec::new(), named_at: Instant::now() }
    }

    pub(super) fn tell(&mut self, event: Event) {
        (self.story.tell)(event);
    }

    pub(super) fn note(&mut self, entry: Entry) {
        self.story.journal.note(entry);
    }

    /// Tells what was seen of a statement.
    pub(super) fn seen(&mut self, step: usize, look: Look) {
        self.waiting(step, &look.blockers);
        if let Some(Building { phase, done, total }) = look.building {
            self.tell(Event::IndexProgress { step, phase, done, total });
        }
    }

    /// Names who is in the way, when they are others than before.
    pub(super) fn waiting(&mut self, step: usize, blockers: &[Blocker]) {
        let pids: Vec<i32> = blockers.iter().map(|it| it.pid).collect();
        if pids.is_empty() || (pids == self.named && self.named_at.elapsed() < REPEAT) {
            return;
        }
        self.named = pids;
        self.named_at = Instant::now();
        self.tell(Event::Waiting { step, blockers: blockers.to_vec() });
    }
}
