//! The questions of a plan, asked of the real rows before anything changes.
//!
//! Must never: write, wait long for a lock, or let one question that fails
//! end the others.

use std::time::{Duration, Instant};

use pg_diff::plan::Probe;
use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;

/// Keys that are shown of what is in the way.
const SAMPLES: usize = 5;

/// A reader waits only for whoever changes the schema right now.
const LOCK_TIMEOUT_MS: u32 = 2_000;

#[derive(Clone, Copy, Debug)]
pub struct ProbeOptions {
    /// For all questions together; what is not answered by then is told.
    pub budget: Duration,
}

impl Default for ProbeOptions {
    fn default() -> ProbeOptions {
        ProbeOptions { budget: Duration::from_secs(60) }
    }
}

/// What the rows say to one question.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing is in the way.
    Clear,
    /// Rows are in the way, and some of their keys.
    InTheWay { rows: u64, samples: Vec<String> },
    /// So many and more; there was no time to count them.
    AtLeast { samples: Vec<String> },
    /// The question itself fails on the rows as the step would: a cast.
    Fails { sqlstate: String, message: String },
    /// There was no time, or no right to read.
    Unknown { why: String },
}

#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Index into `Plan::probes`.
    pub probe: usize,
    pub answer: Answer,
    pub millis: u64,
}

/// Asks every question, each in a transaction of its own: a snapshot that is
/// kept open keeps dead rows from being cleaned away.
pub async fn probe(
    live: &Session,
    probes: &[Probe],
    options: ProbeOptions,
) -> Result<Vec<Finding>> {
    let started = Instant::now();
    let mut findings = Vec::with_capacity(probes.len());
    live.execute("SET row_security = off").await?;
    for (index, probe) in probes.iter().enumerate() {
        let asked = Instant::now();
        let left = options.budget.saturating_sub(started.elapsed());
        // What is left is shared out; what one does not need the next has.
        let share = left / u32::try_from(probes.len() - index).unwrap_or(u32::MAX);
        let begin = format!("BEGIN READ ONLY; SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}");
        live.execute(&begin).await?;
        let answered = ask(live, probe, share).await;
        live.execute("ROLLBACK").await?;
        let answer = answered.or_else(|error| refusal(error, asked.elapsed() >= share))?;
        findings.push(Finding { probe: index, answer, millis: asked.elapsed().as_millis() as u64 });
    }
    Ok(findings)
}

async fn ask(live: &Session, probe: &Probe, time: Duration) -> Result<Answer> {
    let started = Instant::now();
    limit(live, time).await?;
    let sample = format!("SELECT * FROM ({}) AS xtask_probe LIMIT {SAMPLES}", probe.sql);
    let samples = read(live, &sample).await?;
    let rows = samples.len() as u64;
    if rows == 0 {
        return Ok(Answer::Clear);
    }
    if samples.len() < SAMPLES {
        return Ok(Answer::InTheWay { rows, samples });
    }
    let count = format!("SELECT count(*) FROM ({}) AS xtask_probe", probe.sql);
    limit(live, time.saturating_sub(started.elapsed())).await?;
    match live.query_one(&count, &[]).await {
        Ok(row) => Ok(Answer::InTheWay { rows: row.get::<_, i64>(0).max(0) as u64, samples }),
        Err(error) if error.kind == ErrorKind::Cancelled && started.elapsed() >= time => {
            Ok(Answer::AtLeast { samples })
        }
        Err(error) => Err(error),
    }
}

async fn limit(live: &Session, time: Duration) -> Result<()> {
    // Zero would be no limit at all.
    live.execute(&format!("SET LOCAL statement_timeout = {}", time.as_millis().max(1))).await
}

async fn read(live: &Session, sql: &str) -> Result<Vec<String>> {
    let rows = live.query(sql, &[]).await?;
    let text = |row: &tokio_postgres::Row| {
        let text = row.try_get::<_, Option<String>>(0);
        text.map(|it| it.unwrap_or_else(|| "NULL".to_owned()))
    };
    rows.iter().map(|row| text(row).map_err(|_| Error::shape("a probe must answer text"))).collect()
}

/// `read_only_sql_transaction`.
const READ_ONLY: &str = "25006";

/// What it means that the question failed. The server gives its timeouts and
/// the user's wish the same code: only the clock tells them apart.
fn refusal(error: Error, is_late: bool) -> Result<Answer> {
    let unknown = |why: String| Ok(Answer::Unknown { why });
    match error.kind {
        ErrorKind::Cancelled if is_late => unknown("there was no time".to_owned()),
        ErrorKind::InUse => unknown("somebody keeps the table locked".to_owned()),
        ErrorKind::Permission | ErrorKind::OutOfResources => unknown(error.message),
        // A default that calls what writes says nothing of the rows.
        ErrorKind::Statement if error.sqlstate.as_deref() == Some(READ_ONLY) => {
            unknown(error.message)
        }
        ErrorKind::Statement => Ok(Answer::Fails {
            sqlstate: error.sqlstate.unwrap_or_default(),
            message: error.message,
        }),
        ErrorKind::Cancelled
        | ErrorKind::Unreachable
        | ErrorKind::NotReady
        | ErrorKind::Authentication
        | ErrorKind::NoDatabase
        | ErrorKind::Address
        | ErrorKind::Deadline
        | ErrorKind::Incomplete => Err(error),
    }
}
