//! Installed jobs that failed, or that nobody started.
//!
//! Must never: call a job late that has had no time to run.

use anyhow::Result;
use jiff::Timestamp;

use super::job::Job;
use super::record::{self, Installed};
use crate::context::Ctx;

/// How much later than its time a job may end well.
const GRACE_HOURS: i64 = 2;

/// One line each; none where nothing is installed.
pub fn troubles(ctx: &Ctx, installed: &Installed, jobs: &[Job]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for job in jobs {
        let last = record::last_run(ctx, job.name)?;
        if let Some(run) = last.as_ref().filter(|run| !run.is_good()) {
            found.push(format!("{} ended with {} at {}", job.name, run.exit, run.began));
            continue;
        }
        let good = last.and_then(|it| it.good).unwrap_or(installed.at).max(installed.at);
        let hours = (Timestamp::now().as_second() - good.as_second()) / 3600;
        if hours > job.when.longest_gap() + GRACE_HOURS {
            found.push(format!("{} ({}) has not run for {hours} hours", job.name, job.when));
        }
    }
    Ok(found)
}
