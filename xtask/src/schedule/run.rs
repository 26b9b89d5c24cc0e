//! One job, now: what a timer starts. How it ended is written down and told.
//!
//! Must never: run a job twice at once, or end well when the job did not.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::json;

use super::job::Job;
use super::notify::notify;
use super::record::{self, LastRun};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit, Fault};
use crate::private_file::{open_lock, take_lock};
use crate::proc::Run;
use crate::target::Target;

/// A backup of a large database takes hours, not days.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

pub fn run(ctx: &Ctx, job: &Job) -> Result<Answer> {
    let target = Target::resolve(ctx)?;
    let program = std::env::current_exe().context("finding this program")?;
    let words = ["--target", target.name()].into_iter().chain(job.words.iter().copied());
    let child = Run::new(program).args(words).timeout(PATIENCE);
    if ctx.globals.dry_run {
        let child = child.arg("--dry-run");
        let finished = ctx.proc.capture(&child)?;
        ctx.proc.require_success(&child, &finished)?;
        let text = format!("would run `{}`\nnothing was changed", job.words.join(" "));
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": job.words })));
    }
    let path = record::dir(ctx)?.join(format!("{}.lock", job.name));
    let lock = open_lock(&path)?;
    if !take_lock(&lock, &path)? {
        let why = format!("the job {} is running already", job.name);
        return Err(Fault::unavailable(why).hint("cargo xtask schedule show").into());
    }
    let before = record::last_run(ctx, job.name).ok().flatten();
    let (began, started) = (now()?, Instant::now());
    let finished = ctx.proc.capture(&child)?;
    let mut last = LastRun {
        job: job.name.to_owned(),
        target: target.name().to_owned(),
        began,
        seconds: started.elapsed().as_secs_f64(),
        exit: finished.status,
        says: finished.last_words(),
        good: before.and_then(|it| it.good),
    };
    if last.is_good() {
        last.good = Some(now()?);
    }
    record::remember_run(ctx, &last)?;
    let words = format!("{}{}", finished.stderr, finished.stdout);
    let log = record::log(ctx, &last, &words)?;
    notify(ctx, &last);
    if last.is_good() {
        let exit = if last.exit == 0 { Exit::Done } else { Exit::Attention };
        let text = format!("{} in {:.1} s", job.name, last.seconds);
        return Ok(Answer { exit, text, data: json!(last) });
    }
    let shown = log.strip_prefix(&ctx.root).unwrap_or(&log).display().to_string();
    let why = format!("the job {} ended with {}: {}", job.name, last.exit, last.says);
    Err(Fault::new(exit_of(last.exit), why).hint(format!("its log: `{shown}`")).into())
}

/// The same end as the command's own, where it is one of ours.
fn exit_of(status: i32) -> Exit {
    let all = [Exit::Refused, Exit::Unavailable, Exit::Partial, Exit::Usage, Exit::Interrupted];
    all.into_iter().find(|it| i32::from(it.code()) == status).unwrap_or(Exit::Failed)
}

/// In whole seconds: people read it.
fn now() -> Result<Timestamp> {
    Ok(Timestamp::from_second(Timestamp::now().as_second())?)
}
