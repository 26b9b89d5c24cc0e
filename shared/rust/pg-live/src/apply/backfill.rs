//! Backfills: many short transactions instead of a long one.
//!
//! Passes over the table until no row matches. The size of a batch follows
//! the time the last one took. Killed anywhere, the next run finds what is
//! left: the condition says.
//!
//! Must never: keep a row locked for long, or go round for ever.

use std::time::{Duration, Instant};

use pg_diff::plan::Backfill;

use super::Run;
use super::event::Event;
use super::lookout::watched;
use super::outcome::{Halt, Why};
use super::pressure::{Gauge, Pressure};
use super::retry::Retry;
use crate::batch::{Batches, Done, Key, done};
use crate::error::{Error, ErrorKind};

/// A batch that takes longer is ended, and tried again with fewer rows.
const BATCH_LIMIT: Duration = Duration::from_secs(10);
/// Counting what is to be done is only for the progress.
const COUNT_LIMIT: Duration = Duration::from_secs(2);
/// The first batch has so many rows at most: how long one takes here is not
/// known yet, and whoever wants one of its rows waits until it is committed.
const FIRST_ROWS: u32 = 500;
/// Keys that are walked for each row that may be set.
const KEYS_PER_ROW: u64 = 20;
/// Of a table without a key: rows that a page is taken to hold.
const ROWS_PER_PAGE: u32 = 50;
/// While clients go on writing rows that match, there is always one more
/// pass. What is left then is for the next step to complain about.
const PASSES: usize = 20;
const LOST_AT_MOST: u32 = 2;
const LOOK: Duration = Duration::from_millis(200);
const TELL: Duration = Duration::from_millis(500);
const TELL_PRESSURE: Duration = Duration::from_secs(5);

/// One backfill under way.
struct Course {
    step: usize,
    batches: Batches,
    /// Rows, or pages, of the next batch, and at most.
    size: u32,
    ceiling: u32,
    updated: u64,
    estimated: u64,
    started: Instant,
    told: Instant,
    gauge: Gauge,
    gauged: Instant,
    retry: Retry,
    lost: u32,
}

/// What a pass over the table did.
#[derive(Default)]
struct Pass {
    seen: u64,
    /// Rows that do not match any more.
    settled: u64,
}

impl Run<'_> {
    pub(super) async fn backfill(&mut self, step: usize, it: &Backfill) -> Result<(), Halt> {
        if !self.is_checked {
            self.check_alone(step).await?;
        }
        self.voice.tell(Event::StepStarted { step });
        let mut course = self.course(step, it).await?;
        for _ in 0..PASSES {
            let pass = self.pass(&mut course).await?;
            let left = self.ask(&mut course, |course| course.batches.is_left()).await?;
            if !left.get::<_, bool>(0) {
                break;
            }
            if pass.seen > 0 && pass.settled == 0 {
                return Err(Halt { step, why: Why::Stuck { rows: pass.seen } });
            }
            if pass.seen == 0 {
                // Others hold every row that is left.
                let error = Error::new(ErrorKind::InUse, "others keep the last rows locked");
                self.again(step, &mut course.retry, error).await?;
            }
        }
        self.progress(&mut course, true);
        let millis = course.started.elapsed().as_millis() as u64;
        self.voice.tell(Event::StepDone { step, millis });
        Ok(())
    }

    async fn course(&mut self, step: usize, it: &Backfill) -> Result<Course, Halt> {
        let halt = |error| Halt { step, why: Why::Refused(error) };
        let session = &self.link.session;
        let batches = Batches::read(session, it).await.map_err(halt)?;
        let rows = it.batch.max(1);
        let pages = (rows / ROWS_PER_PAGE).max(1);
        let (size, ceiling) = if batches.has_key() {
            (rows.min(FIRST_ROWS), rows)
        } else {
            (pages.min(FIRST_ROWS / ROWS_PER_PAGE), pages * 4)
        };
        let limit = format!("SET statement_timeout = {}", COUNT_LIMIT.as_millis());
        session.execute(&limit).await.map_err(halt)?;
        let counted = match session.query_one(&batches.count(), &[]).await {
            Ok(row) => Ok(row),
            Err(error) if error.kind == ErrorKind::Cancelled && !self.wish.is_stop() => {
                session.query_one(&batches.guess(), &[]).await
            }
            Err(error) => Err(error),
        };
        let counted = counted.map_err(|error| Halt { step, why: self.refused(error) })?;
        self.settle().await.map_err(halt)?;
        let now = Instant::now();
        Ok(Course {
            step,
            batches,
            size,
            ceiling,
            updated: 0,
            estimated: counted.get::<_, i64>(0).max(0) as u64,
            started: now,
            told: now,
            gauge: Gauge::read(&mut self.lookout).await,
            gauged: now,
            retry: self.retry(),
            lost: 0,
        })
    }

    /// The settings of a session that runs batches.
    async fn settle(&self) -> crate::Result<()> {
        let (lock, statement) = (self.retry().lock_timeout(), BATCH_LIMIT);
        let (lock, statement) = (lock.as_millis(), statement.as_millis());
        let sql = format!("SET lock_timeout = {lock}; SET statement_timeout = {statement}");
        self.link.session.execute(&sql).await
    }

    async fn pass(&mut self, course: &mut Course) -> Result<Pass, Halt> {
        let mut pass = Pass::default();
        if !course.batches.has_key() {
            for (leaf, pages) in course.batches.pages().into_iter().enumerate() {
                let mut page = 0;
                while page < pages {
                    let (size, _) = self
                        .batch(course, &mut pass, |batches, size| {
                            batches.by_page(leaf, page, size).unwrap_or_default()
                        })
                        .await?;
                    page += u64::from(size);
                }
            }
            return Ok(pass);
        }
        let mut last: Option<Key> = None;
        loop {
            let keys = u64::from(course.size) * KEYS_PER_ROW;
            let upper = self.walk(course, last.as_ref(), keys).await?;
            loop {
                let (size, done) = self
                    .batch(course, &mut pass, |batches, size| {
                        batches.by_key(last.as_ref(), upper.as_ref(), size)
                    })
                    .await?;
                if done.seen < i64::from(size) {
                    break;
                }
                last = done.last;
            }
            match upper {
                Some(upper) => last = Some(upper),
                None => return Ok(pass),
            }
        }
    }

    /// The key so many rows on; None near the end.
    async fn walk(
        &mut self,
        course: &mut Course,
        last: Option<&Key>,
        keys: u64,
    ) -> Result<Option<Key>, Halt> {
        let row = self.ask(course, |course| course.batches.walk(last, keys)).await?;
        Ok(row.get(0))
    }

    /// One batch, again until it is done. Answers the size it had.
    async fn batch(
        &mut self,
        course: &mut Course,
        pass: &mut Pass,
        sql: impl Fn(&Batches, u32) -> String,
    ) -> Result<(u32, Done), Halt> {
        self.make_room(course).await?;
        let (size, took, row) = self.sized(course, sql).await?;
        let done = done(&row);
        let (updated, stuck) = (done.updated.max(0) as u64, done.stuck.max(0) as u64);
        pass.seen += done.seen.max(0) as u64;
        pass.settled += updated.saturating_sub(stuck);
        if updated > 0 {
            self.is_changed = true;
            course.updated += updated.saturating_sub(stuck);
            // Time that a batch waited before is no longer counted.
            course.retry = self.retry();
        }
        course.size = next_size(course.size, course.ceiling, took, self.options.pace.batch);
        self.progress(course, false);
        Ok((size, done))
    }

    /// Runs a question until it is answered, whatever happens between.
    async fn ask(
        &mut self,
        course: &mut Course,
        sql: impl Fn(&Course) -> String,
    ) -> Result<tokio_postgres::Row, Halt> {
        // A question locks nothing: it may take its time.
        loop {
            let question = sql(course);
            let asked = async {
                self.link.session.execute("SET statement_timeout = 0").await?;
                let row = self.link.session.query_one(&question, &[]).await;
                let limit = format!("SET statement_timeout = {}", BATCH_LIMIT.as_millis());
                self.link.session.execute(&limit).await?;
                row
            };
            match asked.await {
                Ok(row) => return Ok(row),
                Err(error) => self.recover(course, error).await?,
            }
        }
    }

    async fn sized(
        &mut self,
        course: &mut Course,
        sql: impl Fn(&Batches, u32) -> String,
    ) -> Result<(u32, Duration, tokio_postgres::Row), Halt> {
        loop {
            let size = course.size;
            let statement = sql(&course.batches, size);
            let started = Instant::now();
            let Run { link, lookout, voice, .. } = self;
            let answer = watched(link.session.query_one(&statement, &[]), LOOK, async || {
                let blockers = lookout.blockers(link.pid).await;
                voice.waiting(course.step, &blockers);
            })
            .await;
            match answer {
                Ok(row) => {
                    course.lost = 0;
                    return Ok((size, started.elapsed(), row));
                }
                Err(error)
                    if error.kind == ErrorKind::Cancelled
                        && !self.wish.is_stop()
                        && started.elapsed() >= BATCH_LIMIT
                        && size > 1 =>
                {
                    course.size = (size / 4).max(1);
                }
                Err(error) => self.recover(course, error).await?,
            }
        }
    }

    /// After an error: Ok when the batch is to be tried again. Whether it
    /// became true does not matter: rows that are done match no more.
    async fn recover(&mut self, course: &mut Course, error: Error) -> Result<(), Halt> {
        let step = course.step;
        if error.kind == ErrorKind::Unreachable {
            course.lost += 1;
            self.reconnect(step, error.clone(), None).await?;
            if course.lost > LOST_AT_MOST {
                return Err(Halt { step, why: Why::Lost { error, is_known: true } });
            }
            self.settle().await.map_err(|error| Halt { step, why: Why::Refused(error) })?;
        } else if !super::transaction::is_retried(&error) {
            return Err(Halt { step, why: self.refused(error) });
        }
        self.again(step, &mut course.retry, error).await
    }

    /// Waits while others have no room.
    async fn make_room(&mut self, course: &mut Course) -> Result<(), Halt> {
        let (step, pace) = (course.step, self.options.pace);
        let before = course.gauge;
        course.gauge = Gauge::read(&mut self.lookout).await;
        let elapsed = course.gauged.elapsed();
        course.gauged = Instant::now();
        if let Some((why, pause)) = course.gauge.wal_pause(&before, elapsed, &pace) {
            self.voice.tell(Event::Throttled { step, why });
            self.pause(step, pause).await?;
        }
        let deadline = Instant::now() + self.options.budget;
        let mut told: Option<Instant> = None;
        while let Some(why) = course.gauge.pressure(&pace) {
            if Instant::now() > deadline {
                return Err(Halt { step, why: Why::Pressed(why) });
            }
            if told.is_none_or(|told| told.elapsed() > TELL_PRESSURE) {
                self.voice.tell(Event::Throttled { step, why });
                told = Some(Instant::now());
            }
            if matches!(why, Pressure::Clients { .. }) {
                course.size = (course.size / 2).max(1);
            }
            self.pause(step, TELL).await?;
            course.gauge = Gauge::read(&mut self.lookout).await;
            course.gauged = Instant::now();
        }
        if self.wish.is_stop() { Err(Halt { step, why: Why::Cancelled }) } else { Ok(()) }
    }

    fn progress(&mut self, course: &mut Course, is_over: bool) {
        if course.told.elapsed() < TELL && !is_over {
            return;
        }
        course.told = Instant::now();
        let (done, estimated) = (course.updated, course.estimated.max(course.updated));
        let per_row = course.started.elapsed().as_secs_f64() / done.max(1) as f64;
        let left = (estimated - done) as f64 * per_row * 1000.0;
        let eta_ms = (done > 0).then_some(left as u64);
        let (step, batch) = (course.step, course.size);
        self.voice.tell(Event::BackfillProgress { step, done, estimated, eta_ms, batch });
    }
}

/// As many as would have taken as long as wanted; not much more at once.
fn next_size(size: u32, ceiling: u32, took: Duration, wanted: Duration) -> u32 {
    let ratio = wanted.as_secs_f64() / took.as_secs_f64().max(0.001);
    let next = match ratio {
        // Between half and twice as long nothing needs to change.
        0.66..2.0 => size,
        _ => (f64::from(size) * ratio.clamp(0.1, 2.0)) as u32,
    };
    next.clamp(1, ceiling.max(1))
}

#[cfg(test)]
mod tests {
    //! The size of the next batch.

    use super::*;

    #[test]
    fn batches_take_as_long_as_wanted() {
        let wanted = Duration::from_millis(100);
        let next = |size, ms| next_size(size, 5000, Duration::from_millis(ms), wanted);
        assert_eq!(next(5000, 20), 5000, "never above the ceiling");
        assert_eq!(next(1000, 20), 2000, "not more than twice as many at once");
        assert_eq!(next(1000, 120), 1000);
        assert_eq!(next(1000, 400), 250);
        assert_eq!(next(1, 10_000), 1);
    }
}
