//! `data-migrate`: runs `scripts/migrate_NAME.py` where the services run.
//!
//! The script itself keeps the journal in the database and takes its lock;
//! here it is started, watched, asked to stop, and its end is told.
//!
//! Must never: run beside another changing command of this checkout, or call
//! a run finished that the journal does not.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use pg_live::journal::{self, DataMigration};
use pg_live::{Address, Session, protection};
use serde_json::json;

use crate::commands::{Command, nearest};
use crate::consent;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::services;
use crate::steps::Steps;
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "data-migrate",
    summary: "Run a data migration, scripts/migrate_NAME.py; without NAME list them",
    usage: "[NAME] [--again] [-- SCRIPT ARGUMENTS]",
    flags: &[("--again", "run one that has finished, from its beginning")],
    examples: &[
        "cargo xtask data-migrate",
        "cargo xtask data-migrate add_new_field --dry-run",
        "cargo xtask data-migrate add_new_field -- --batch 5000",
    ],
    run,
};

/// What a script's exit status means (`shared/python/data_migration.py`).
const BUSY: i32 = 75;
const STOPPED: i32 = 130;
const TICK: Duration = Duration::from_millis(100);

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let again = rest.flag("--again");
    let trailing = std::mem::take(&mut rest.trailing);
    let words = rest.words(COMMAND.name, 1)?;
    let scripts = scripts(ctx)?;
    let target = Target::resolve(ctx)?;
    let Some(name) = words.first() else { return list(ctx, &target, &scripts) };
    let name = name.strip_prefix("migrate_").unwrap_or(name).trim_end_matches(".py");
    if !scripts.iter().any(|it| it == name) {
        let fault = Fault::failed(format!("there is no `scripts/migrate_{name}.py`"));
        return Err(match nearest(name, scripts.iter().map(String::as_str)) {
            Some(near) => fault.hint(format!("did you mean `cargo xtask data-migrate {near}`?")),
            None => fault.hint("`cargo xtask data-migrate` lists them"),
        }
        .into());
    }
    let address = target.require_answering(ctx)?;
    services::prepare_python(ctx, &target)?;
    let mut arguments = vec![format!("scripts/migrate_{name}.py").into()];
    if again {
        arguments.push("--again".into());
    }
    arguments.extend(trailing);
    if ctx.globals.dry_run {
        arguments.push("--dry-run".into());
        let said = ctx.proc.read(&services::python(ctx, &target, arguments)?)?;
        let would = json!({ "dry_run": true, "would": said.trim() });
        return Ok(Answer::done(said, would));
    }
    agree(ctx, &target, &address, name)?;
    let mut steps = Steps::begin(ctx, target.name())?;
    steps.run.at_step(name)?;
    let status = drive(ctx, &target, name, arguments);
    steps.end();
    conclude(ctx, &address, name, status?)
}

/// The NAMEs of `scripts/migrate_NAME.py`.
fn scripts(ctx: &Ctx) -> Result<Vec<String>> {
    let dir = ctx.root.join("scripts");
    let entries =
        std::fs::read_dir(&dir).with_context(|| format!("reading `{}`", dir.display()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut scripts: Vec<String> = names
        .filter_map(|name| Some(name.strip_prefix("migrate_")?.strip_suffix(".py")?.to_owned()))
        .collect();
    scripts.sort();
    Ok(scripts)
}

fn agree(ctx: &Ctx, target: &Target, address: &Address, name: &str) -> Result<()> {
    let inside =
        ctx.wait(async { protection(&Session::connect(address, "data-migrate").await?).await })?;
    let mark = target.configured_protection().or(inside);
    let what = format!("run scripts/migrate_{name}.py on the rows of `{}`", address.database);
    consent::agree_to_change(ctx, &address.database, mark.as_deref(), &what)
}

/// The script's exit status. Asked to stop, it finishes the batch in hand.
fn drive(
    ctx: &Ctx,
    target: &Target,
    name: &str,
    arguments: Vec<std::ffi::OsString>,
) -> Result<i32> {
    let mut running = ctx.proc.start_streamed(services::python(ctx, target, arguments)?)?;
    let mut asked = false;
    loop {
        if let Some(status) = running.ended()? {
            return Ok(status);
        }
        if !asked && ctx.interrupt.is_raised() {
            asked = true;
            ctx.term.status("stopping after the batch in hand");
            running.ask(Signal::SIGTERM);
            ctx.interrupt.shield(|| services::end_inside(ctx, target, name))?;
        }
        std::thread::sleep(TICK);
    }
}

fn conclude(ctx: &Ctx, address: &Address, name: &str, status: i32) -> Result<Answer> {
    let entries = ctx.interrupt.shield(|| entries(ctx, address))?;
    let entry = entries.into_iter().find(|it| it.name == name);
    let rows = entry.as_ref().map_or(0, |it| it.rows_done);
    let again = format!("go on with `cargo xtask data-migrate {name}`");
    match (status, entry) {
        (0, Some(entry)) if entry.outcome == "finished" => Ok(Answer::done(
            format!("{name} has finished: {rows} rows changed"),
            json!({ "migration": entry }),
        )),
        // A script that does not use the journal.
        (0, None) => Ok(Answer::done(
            format!("{name} ended well; it keeps no journal"),
            json!({ "migration": null }),
        )),
        (BUSY, _) => Err(Fault::unavailable(format!("{name} is running already, elsewhere"))
            .hint("wait for it: `cargo xtask data-migrate` lists what runs")
            .into()),
        (STOPPED, _) => Err(Fault::partial(format!(
            "{name} was stopped after {rows} rows; what is done is committed"
        ))
        .hint(again)
        .into()),
        (status, _) => Err(Fault::new(
            if rows > 0 { Exit::Partial } else { Exit::Failed },
            format!("{name} ended with {status} after {rows} rows; its words are above"),
        )
        .hint(again)
        .into()),
    }
}

fn entries(ctx: &Ctx, address: &Address) -> Result<Vec<DataMigration>> {
    Ok(ctx.wait(async {
        let session = Session::connect(address, "data-migrate").await?;
        journal::data_migrations(&session).await
    })?)
}

fn list(ctx: &Ctx, target: &Target, scripts: &[String]) -> Result<Answer> {
    let entries = entries(ctx, &target.require_answering(ctx)?)?;
    let mut text = String::new();
    let mut rows = Vec::new();
    for name in scripts {
        let entry = entries.iter().find(|it| it.name == *name);
        let story = match entry {
            None => "not run on this database".to_owned(),
            Some(it) if it.is_alive => format!("running, {} rows done", it.rows_done),
            Some(it) => match &it.finished_at {
                Some(at) => format!("finished at {at}, {} rows", it.rows_done),
                None if it.outcome == "running" => {
                    format!("was killed after {} rows; it resumes there", it.rows_done)
                }
                None => format!("{} after {} rows; it resumes there", it.outcome, it.rows_done),
            },
        };
        let _ = writeln!(text, "{name:<24} {story}");
        rows.push(json!({ "name": name, "journal": entry }));
    }
    if scripts.is_empty() {
        text.push_str("there is no scripts/migrate_*.py");
    }
    Ok(Answer::done(text, json!({ "migrations": rows })))
}
