//! Who is told how a job ended: a URL, or a command.
//!
//! `XTASK_SUCCESS_URL` hears of what went well (a dead man's switch),
//! `XTASK_FAILURE_URL` and `XTASK_FAILURE_COMMAND` of what did not.
//!
//! Must never: let a job fail because nobody could be told, or show a URL.

use std::time::Duration;

use super::record::LastRun;
use crate::context::Ctx;
use crate::proc::Run;

const PATIENCE: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 3;

pub fn notify(ctx: &Ctx, run: &LastRun) {
    let name = if run.is_good() { "XTASK_SUCCESS_URL" } else { "XTASK_FAILURE_URL" };
    if let Some(url) = ctx.config.value(name)
        && let Err(why) = post(&url, run)
    {
        ctx.term.warn(&format!("nobody was told at `{name}`: {why}"));
    }
    let command = ctx.config.value("XTASK_FAILURE_COMMAND").filter(|_| !run.is_good());
    if let Some(command) = command {
        let told = Run::new("sh")
            .args(["-c", &command])
            .env("XTASK_JOB", &run.job)
            .env("XTASK_EXIT", run.exit.to_string())
            .env("XTASK_SAYS", &run.says)
            .timeout(PATIENCE);
        match ctx.proc.capture(&told) {
            Ok(finished) if finished.is_success() => {}
            Ok(finished) => ctx.term.warn(&format!(
                "`XTASK_FAILURE_COMMAND` ended with {}: {}",
                finished.status,
                finished.last_words()
            )),
            Err(error) => ctx.term.warn(&format!("`XTASK_FAILURE_COMMAND`: {error:#}")),
        }
    }
}

/// What stands in the way, without the URL.
fn post(url: &str, run: &LastRun) -> Result<(), String> {
    let body = format!("{} on {}: {}\n{}", run.job, run.target, run.exit, run.says);
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build();
    let agent = ureq::Agent::new_with_config(config);
    let mut why = String::new();
    for _ in 0..ATTEMPTS {
        match agent.post(url).send(body.as_str()) {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string().replace(url, "the URL"),
        }
    }
    Err(why)
}
