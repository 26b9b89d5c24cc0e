//! `ci`: everything the gate runs, in the order that fails fastest.
//!
//! Must never: pass while something it should run could not. Under `CI=true`
//! a missing Docker engine or PostgreSQL is a failure.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use xshell::cmd;

use crate::commands::{Command, images};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::term::Mark;
use crate::tools::python::Environment;
use crate::tools::{docker, postgres};

pub const COMMAND: Command = Command {
    name: "ci",
    summary: "Everything the gate runs: format, lints, layout, all tests on local and compose",
    usage: "[--fast]",
    flags: &[("--fast", "without the tests that need servers and containers")],
    examples: &["cargo xtask ci", "cargo xtask ci --fast"],
    run,
};

/// Name, words behind `cargo`. Tests are built as `cargo xtask` is: what was
/// built for it is not built twice, and the engine is optimised.
const CHECKS: [(&str, &str); 4] = [
    ("format", "fmt --all --check"),
    (
        "lints",
        "clippy --quiet --workspace --all-targets --features=xtask/offsite-tests -- --deny warnings",
    ),
    ("layout and pure tests", "test --quiet --profile=xtask --workspace --lib --bins --test tidy"),
    ("rules about SQL", "test --quiet --profile=xtask --package pg-lint --test cases --test files"),
];

/// Name, words behind `python -m`.
const PYTHON_CHECKS: [(&str, &str); 3] = [
    ("python format", "ruff format --check --quiet ."),
    ("python lints", "ruff check --quiet ."),
    ("python types", "mypy ."),
];

const RINGS: [(&str, &str); 5] = [
    (
        "laws of the schema engine",
        "test --quiet --profile=xtask --package pg-live --test cases --test properties",
    ),
    ("tests on local", "test --quiet --profile=xtask --package xtask --test cli"),
    (
        "tests of encryption and copies",
        "test --quiet --profile=xtask --package xtask --features=offsite-tests --bins --test offsite",
    ),
    (
        "tests of the platform",
        "test --quiet --profile=xtask --package xtask --test platform -- --test-threads=1",
    ),
    ("tests on compose", "test --quiet --profile=xtask --package xtask --test compose"),
];

/// One line of the table: what is run, and by what.
struct Check {
    name: &'static str,
    program: PathBuf,
    words: Vec<&'static str>,
}

impl Check {
    fn cargo((name, words): &(&'static str, &'static str)) -> Check {
        let words = words.split_whitespace().collect();
        Check { name, program: PathBuf::from("cargo"), words }
    }

    fn shown(&self) -> String {
        let program = self.program.file_name().unwrap_or_default().to_string_lossy();
        format!("{program} {}", self.words.join(" "))
    }
}

fn checks(ctx: &Ctx, fast: bool) -> Result<Vec<Check>> {
    let python = Environment::checks(ctx)?.python();
    let python_checks = PYTHON_CHECKS.iter().map(|(name, words)| Check {
        name,
        program: python.clone(),
        words: ["-m"].into_iter().chain(words.split_whitespace()).collect(),
    });
    let rings = RINGS.iter().filter(|_| !fast).map(Check::cargo);
    Ok(CHECKS.iter().map(Check::cargo).chain(python_checks).chain(rings).collect())
}

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let fast = rest.flag("--fast");
    rest.no_words(COMMAND.name)?;
    let checks = checks(ctx, fast)?;
    if ctx.globals.dry_run {
        let lines: Vec<String> = checks.iter().map(Check::shown).collect();
        return Ok(Answer::done(lines.join("\n"), json!({ "dry_run": true, "would": lines })));
    }
    if !fast {
        require_rings(ctx)?;
    }
    Environment::checks(ctx)?.ensure(ctx)?;
    let shell = ctx.proc.shell()?;
    let mut failed = Vec::new();
    for check in checks {
        ctx.interrupt.check()?;
        let started = Instant::now();
        let (program, words) = (&check.program, &check.words);
        // Our stdout is for the answer.
        let ran = cmd!(shell, "sh -c 'exec \"$@\" >&2' sh {program} {words...}").quiet().run();
        let mark = if ran.is_ok() { Mark::Ok } else { Mark::Fail };
        ctx.term.step(mark, check.name, started.elapsed(), &check.shown());
        if ran.is_err() {
            failed.push(check.name);
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
        return images::ensure_bases(ctx);
    }
    let missing = missing.join(", ");
    if ctx.config.is_ci() {
        return Err(Fault::unavailable(format!("the tests cannot all run: {missing}")).into());
    }
    ctx.term.warn(&format!("some tests will say that they were skipped: {missing}"));
    Ok(())
}
