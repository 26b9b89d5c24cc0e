//! `test`: pytest where the services run, on databases of its own.
//!
//! Must never: let a test near the platform's database. The plugin makes one
//! for each test and refuses any other name.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::services::{self, test_databases};
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "test",
    summary: "Run the Python tests, each on a database cloned from init.sql",
    usage: "[--junit FILE] [-- PYTEST ARGUMENTS]",
    flags: &[("--junit FILE", "also write the results as JUnit XML")],
    examples: &[
        "cargo xtask test",
        "cargo xtask test -- services/api -k search",
        "cargo xtask test --junit results.xml -- -n 2",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let junit = rest.value("--junit")?.map(PathBuf::from);
    let trailing = std::mem::take(&mut rest.trailing);
    rest.no_words(COMMAND.name)?;
    let target = Target::resolve(ctx)?;
    if let Some(mark) = target.configured_protection() {
        return Err(Fault::refused(format!(
            "tests make databases of their own, and {mark} is protected"
        ))
        .hint("run them on another target: `cargo xtask test --target local`")
        .into());
    }
    target.require_answering(ctx)?;
    services::prepare_python(ctx, &target)?;
    let mut words: Vec<std::ffi::OsString> = vec!["-m".into(), "pytest".into()];
    let report =
        junit.as_ref().map(|file| services::Report::new(ctx, &target, file.clone())).transpose()?;
    if let Some(report) = &report {
        words.push(format!("--junitxml={}", report.inside.display()).into());
    }
    words.extend(trailing);
    let run = services::python(ctx, &target, words)?;
    if ctx.globals.dry_run {
        let would = format!("would run `{}`\nnothing was changed", run.shown());
        return Ok(Answer::done(would, json!({ "dry_run": true })));
    }
    let status = match ctx.globals.json {
        true => ctx.proc.streamed(&run)?.status,
        false => ctx.proc.interactive(&run)?,
    };
    if let Some(report) = report {
        report.fetch(ctx)?;
    }
    let dropped = ctx.interrupt.shield(|| test_databases::drop_leaked(ctx, &target))?;
    if dropped > 0 {
        ctx.term.status(&format!("dropped {dropped} databases that tests had left"));
    }
    let data = json!({ "pytest": status, "junit": junit, "leaked_databases_dropped": dropped });
    // pytest: 1 red, 2 interrupted, 3 its own error, 4 usage, 5 no test found.
    match status {
        0 => Ok(Answer::done("", data)),
        1 | 3 => Ok(Answer { exit: Exit::Failed, text: String::new(), data }),
        2 => Ok(Answer { exit: Exit::Interrupted, text: String::new(), data }),
        4 => Err(Fault::usage("pytest does not understand what stands behind `--`").into()),
        5 => Err(Fault::failed("no test was found")
            .hint("paths are seen from the project's folder")
            .into()),
        other => Err(Fault::failed(format!("pytest ended with {other}")).into()),
    }
}
