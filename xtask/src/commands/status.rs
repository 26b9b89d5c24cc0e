//! `status`: one screen about the target, its database and this checkout.
//!
//! Must never: change anything, or fail because something is not running:
//! that is what it is there to say.

mod running;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use pg_live::database::KeptDatabase;
use pg_live::facts::{Facts, facts};
use pg_live::feed::{self, between};
use pg_live::{Address, Probe, Session, is_ready, protection};
use serde_json::{Value, json};

use crate::backup::manifest::EXTENSION;
use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::rebuild::{beside, keep};
use crate::run_state::interrupted_run;
use crate::span;
use crate::target::{ServerState, Target};
use crate::tools::docker;
use crate::verify::{self, Proven, local_leftovers, size};

pub const COMMAND: Command = Command {
    name: "status",
    summary: "One screen: target, server, schema, services, queue, dumps, and what to do next",
    usage: "[--config | --watch]",
    flags: &[
        ("--config", "every setting and where its value comes from; secrets masked"),
        ("--watch", "again every two seconds, until Ctrl-C"),
    ],
    examples: &["cargo xtask status", "cargo xtask status --config", "cargo xtask status --watch"],
    run,
};

/// Between two screens of `--watch`.
const PAUSE: Duration = Duration::from_secs(2);

/// The screen being written, with what to do next.
struct Screen {
    text: String,
    exit: Exit,
    next: Option<String>,
}

impl Screen {
    fn line(&mut self, label: &str, value: impl AsRef<str>) {
        let _ = writeln!(self.text, "{label:<10} {}", value.as_ref());
    }

    fn attention(&mut self, label: &str, value: impl AsRef<str>, next: &str) {
        self.line(label, value);
        self.exit = Exit::Attention;
        self.next.get_or_insert_with(|| next.to_owned());
    }
}

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (config, watch) = (rest.flag("--config"), rest.flag("--watch"));
    rest.no_words(COMMAND.name)?;
    match (config, watch) {
        (true, true) => Err(Fault::usage("--config and --watch exclude each other").into()),
        (true, false) => Ok(settings(ctx)),
        (false, true) => again_and_again(ctx),
        (false, false) => look(ctx),
    }
}

/// One screen after the other, one document a line with `--json`.
fn again_and_again(ctx: &Ctx) -> Result<Answer> {
    loop {
        let screen = look(ctx)?;
        let shown = if ctx.term.look.json { screen.data.to_string() } else { screen.text };
        ctx.term.redraw(&shown)?;
        let drawn = Instant::now();
        while drawn.elapsed() < PAUSE {
            if ctx.interrupt.is_raised() {
                return Ok(Answer::done("", json!({})));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn look(ctx: &Ctx) -> Result<Answer> {
    let mut screen = Screen { text: String::new(), exit: Exit::Done, next: None };
    let mut data = json!({});
    if let Some(note) = interrupted_run(ctx) {
        let gone = if note.old_is_gone {
            "; the old database is gone"
        } else {
            "; the old database was not touched"
        };
        let story = format!(
            "`cargo xtask {}` of {} was stopped during `{}`{gone}",
            note.command, note.started, note.step
        );
        screen.attention("stopped", story, &format!("cargo xtask {}", note.command));
        if let Some(dump) = &note.safety_dump {
            screen.line("dump", dump.display().to_string());
        }
        data["interrupted"] = json!(note);
    }
    let unfilled = keep::between::unfilled(ctx);
    for it in &unfilled {
        screen.attention("unfilled", it.story(), keep::between::NEXT_OF_UNFILLED);
    }
    data["unfilled"] = json!(unfilled);
    match Target::resolve(ctx) {
        Ok(target) => about_target(ctx, &target, &mut screen, &mut data)?,
        Err(error) => screen.attention("target", format!("{error:#}"), "cargo xtask target local"),
    }
    about_dumps(ctx, &mut screen, &mut data);
    if let Some(next) = &screen.next {
        let _ = writeln!(screen.text, "next: {next}");
    }
    Ok(Answer { exit: screen.exit, text: screen.text, data })
}

fn about_target(ctx: &Ctx, target: &Target, screen: &mut Screen, data: &mut Value) -> Result<()> {
    screen.line("target", target.name());
    data["target"] = json!(target.name());
    running::about_backups(ctx, target, screen, data)?;
    running::about_schedule(ctx, screen, data)?;
    for name in local_leftovers(target) {
        screen.attention(
            "leftover",
            format!("{name}, of a run that was stopped"),
            "cargo xtask db-rebuild",
        );
    }
    let address = match target.state(ctx)? {
        ServerState::Running(address) => address,
        ServerState::Stopped => {
            screen.attention("server", "stopped; its data is there", "cargo xtask up");
            data["server"] = json!("stopped");
            return Ok(());
        }
        ServerState::Absent => {
            screen.attention("server", "no database yet", "cargo xtask db-rebuild");
            data["server"] = json!("absent");
            return Ok(());
        }
    };
    match look_inside(ctx, target, &address) {
        Ok(inside) => {
            if !inside.complete {
                let why = half_initialised(ctx, target, &address, &inside.facts);
                screen.attention("init.sql", why, "cargo xtask db-rebuild");
            }
            about_database(target, &address, &inside, screen, data);
            about_kept(ctx, &inside.kept, screen);
            running::about_archive(ctx, target, &address, screen, data)?;
            if inside.complete {
                running::about_schema(ctx, target, &address, screen, data)?;
                running::about_quarantine(ctx, &address, screen, data)?;
                running::about_work(ctx, &address, screen, data)?;
            }
            running::about_services(ctx, target, screen, data)?;
        }
        Err(error) if exit_of(&error) == Exit::Interrupted => return Err(error),
        Err(error) => {
            screen.attention("server", format!("{address}: {error:#}"), "cargo xtask up");
            data["server"] = json!("unreachable");
        }
    }
    Ok(())
}

struct Inside {
    facts: Facts,
    complete: bool,
    mark: Option<String>,
    kept: Vec<KeptDatabase>,
    /// By a move that is not at its end.
    incoming: bool,
    /// Where a move took it.
    moved: Option<String>,
    /// The feed of a run that was stopped.
    abandoned: Option<feed::Abandoned>,
}

fn look_inside(ctx: &Ctx, target: &Target, address: &Address) -> Result<Inside> {
    target.require_answering(ctx)?;
    let inside = ctx.wait(async {
        let session = Session::connect(address, "status").await?;
        let kept = beside::kept(&session, &address.database).await?;
        pg_live::Result::Ok(Inside {
            facts: facts(&session).await?,
            complete: is_ready(address, &ctx.config.metadata.ready).await? == Probe::Ready,
            mark: protection(&session).await?,
            incoming: between::incoming(&session, &address.database).await?.is_some(),
            moved: between::moved(&session, &address.database).await?,
            abandoned: feed::abandoned(&session).await?,
            kept,
        })
    })?;
    Ok(inside)
}

fn about_database(
    target: &Target,
    address: &Address,
    inside: &Inside,
    screen: &mut Screen,
    data: &mut Value,
) {
    let Inside { facts, complete, mark, kept, incoming, moved, abandoned } = inside;
    screen.line("server", format!("{address}, PostgreSQL {}", facts.server_version));
    let about = if facts.is_estimated() { "about " } else { "" };
    let content = format!(
        "{} tables, {about}{} rows, {}",
        facts.tables.len(),
        facts.rows(),
        size(facts.bytes)
    );
    screen.line("database", content);
    if let Some(mark) = target.configured_protection().as_ref().or(mark.as_ref()) {
        screen.line("protected", mark);
    }
    if *incoming {
        let story = "a move from another server has not come to its end: not all rows are here";
        screen.attention("incoming", story, "run that move again, on the source");
    }
    if let Some(mark) = moved {
        let story = format!("to {}; here it is only read", keep::between::place(mark));
        screen.attention("moved", story, keep::between::NEXT);
    }
    if let Some(it) = abandoned {
        let story = keep::between::abandoned_story(it);
        screen.attention("leftover", story, "cargo xtask db-rebuild --reopen # sweeps it");
    }
    data["incoming"] = json!(incoming);
    data["moved"] = json!(moved);
    data["abandoned_feed_bytes"] = json!(abandoned.as_ref().map(|it| it.bytes));
    data["server"] = json!("running");
    data["host"] = json!(address.host);
    data["port"] = json!(address.port);
    data["database"] = json!(address.database);
    data["facts"] = json!(facts);
    data["complete"] = json!(complete);
    data["protected"] = json!(mark);
    data["kept"] = json!(kept);
}

/// Databases that were replaced; those that are kept for too long need a word.
fn about_kept(ctx: &Ctx, kept: &[KeptDatabase], screen: &mut Screen) {
    let hours = beside::hours_to_keep(ctx).unwrap_or_else(|fault| {
        screen.attention("kept", fault.to_string(), "look at `keep-replaced` in Cargo.toml");
        None
    });
    for it in kept {
        let (bytes, age) = (size(it.bytes), span::shown(beside::age(&it.name)));
        match beside::is_overdue(&it.name, hours) {
            false => screen.line("kept", format!("{} ({bytes}, {age})", it.name)),
            true => {
                let story =
                    format!("{} ({bytes}, {age}): longer than `keep-replaced` says", it.name);
                screen.attention("kept", story, "cargo xtask db-rebuild --forget --overdue");
            }
        }
    }
}

/// `init.sql stopped at line 1873: relation ... does not exist; 31 of 54
/// tables exist`.
fn half_initialised(ctx: &Ctx, target: &Target, address: &Address, found: &Facts) -> String {
    let stopped = match target {
        Target::Compose(compose) => {
            let container = compose.container(ctx).ok().flatten();
            container.and_then(|it| docker::init_complaint(&docker::logs(ctx, &it.id)))
        }
        Target::Local(_) | Target::Url(_) => None,
    };
    let stopped = stopped.unwrap_or_else(|| "init.sql did not run to its end".to_owned());
    match InitFile::read(ctx).and_then(|init| verify::prove(ctx, target, address, &init)) {
        Ok(Proven { facts: declared, .. }) => {
            format!(
                "{stopped}; {} of {} tables exist",
                verify::present(&declared, found),
                declared.tables.len()
            )
        }
        Err(error) => format!("{stopped}; {} tables exist; now: {error:#}", found.tables.len()),
    }
}

fn about_dumps(ctx: &Ctx, screen: &mut Screen, data: &mut Value) {
    let entries = std::fs::read_dir(ctx.config.state_dir().join("backups"));
    let mut names: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.trim_end_matches(EXTENSION).ends_with(".dump"))
        .collect();
    names.sort();
    if let Some(last) = names.last() {
        screen.line("dumps", format!("{} in .xtask/backups, the last is {last}", names.len()));
    }
    data["dumps"] = json!(names);
}

fn settings(ctx: &Ctx) -> Answer {
    let settings = ctx.config.explain();
    let mut text = String::new();
    let mut data = serde_json::Map::new();
    for (name, setting) in settings {
        let _ = writeln!(text, "{name:<22} {:<32} {}", setting.value, setting.origin);
        data.insert(name, json!({ "value": setting.value, "origin": setting.origin }));
    }
    Answer::done(text, Value::Object(data))
}
