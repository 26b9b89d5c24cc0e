//! `ci`: everything the gate runs, in the order that fails fastest.
//!
//! Must never: pass while something it should run could not. Under `CI=true`
//! a missing Docker engine or PostgreSQL is a failure.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use xshell::cmd;

use crate::commands::{Command, images};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::term::Mark;
use crate::tools::{docker, postgres};

pub const COMMAND: Command = Command {
    name: "ci",
    summary: "Everything the gate runs: format, lints, layout, all tests on local and compose",
    usage: "[--fast]",
    flags: &[("--fast", "without the tests that need servers and containers")],
    examples: &["cargo xtask ci", "cargo xtask ci --fast"],
    run,
};

/// Name, words behind `cargo`.
const CHECKS: [(&str, &[&str]); 3] = [
    ("format", &["fmt", "--all", "--check"]),
    ("lints", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    (
        "layout and pure tests",
        &["test", "--quiet", "--workspace", "--lib", "--bins", "--test", "tidy"],
    ),
];

const RINGS: [(&str, &[&str]); 3] = [
    ("tests on local", &["test", "--quiet", "--package", "xtask", "--test", "cli"]),
    (
        "tests of the platform",
        &["test", "--quiet", "--package", "xtask", "--test", "platform", "--", "--test-threads=1"],
    ),
    ("tests on compose", &["test", "--quiet", "--package", "xtask", "--test", "compose"]),
];

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let fast = rest.flag("--fast");
    rest.no_words(COMMAND.name)?;
    let checks: Vec<_> = CHECKS.iter().chain(RINGS.iter().filter(|_| !fast)).collect();
    if ctx.globals.dry_run {
        let lines: Vec<String> =
            checks.iter().map(|(_, words)| format!("cargo {}", words.join(" "))).collect();
        return Ok(Answer::done(lines.join("\n"), json!({ "dry_run": true, "would": lines })));
    }
    if !fast {
        require_rings(ctx)?;
    }
    let shell = ctx.proc.shell()?;
    let mut failed = Vec::new();
    for (name, words) in checks {
        ctx.interrupt.check()?;
        let started = Instant::now();
        let arguments = words.iter();
        // Our stdout is for the answer.
        let ran = cmd!(shell, "sh -c 'exec cargo \"$@\" >&2' sh {arguments...}").quiet().run();
        let mark = if ran.is_ok() { Mark::Ok } else { Mark::Fail };
        ctx.term.step(mark, name, started.elapsed(), &format!("cargo {}", words.join(" ")));
        if ran.is_err() {
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        return Ok(Answer::done("all green", json!({ "failed": [] })));
    }
    Err(Fault::failed(format!("red: {}", failed.join(", "))).into())
}

/// What the rings need is there, or they would only say that they were
/// skipped.
fn require_rings(ctx: &Ctx) -> Result<()> {
    let mut missing = Vec::new();
    if postgres::installations(ctx).is_empty() {
        missing.push("no PostgreSQL server (14 to 18)".to_owned());
    }
    if let Some(why) = docker::why_not(ctx) {
        missing.push(format!("no Docker engine ({why})"));
    }
    if missing.is_empty() {
        return images::ensure_postgres(ctx);
    }
    let missing = missing.join(", ");
    if ctx.config.is_ci() {
        return Err(Fault::unavailable(format!("the tests cannot all run: {missing}")).into());
    }
    ctx.term.warn(&format!("some tests will say that they were skipped: {missing}"));
    Ok(())
}
