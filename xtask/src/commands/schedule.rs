//! `schedule`: installed for systemd or cron, shown, removed; and one job run
//! as a timer would.
//!
//! Must never: install what does not work where timers run it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::proc::Run;
use crate::schedule::job::{self, Job};
use crate::schedule::place::Place;
use crate::schedule::record::{self, How, Installed};
use crate::schedule::units::Manager;
use crate::schedule::{crontab, run as running, units};
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "schedule",
    summary: "Backup, proof, retention and doctor by themselves: systemd timers or crontab lines",
    usage: "[show | install [--systemd | --cron] [--into DIR] | remove | run JOB]",
    flags: &[
        ("--systemd", "timers of systemd: the machine's for root, else the user's"),
        ("--cron", "lines of the user's crontab"),
        ("--into DIR", "write the units into DIR and start nothing"),
    ],
    examples: &[
        "cargo xtask schedule",
        "cargo xtask schedule install",
        "cargo xtask schedule install --cron",
        "cargo xtask schedule run backup",
        "cargo xtask schedule remove",
    ],
    run,
};

const SUBCOMMANDS: [&str; 4] = ["show", "install", "remove", "run"];
/// How many times of each job are shown.
const SHOWN: usize = 3;

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (systemd, cron) = (rest.flag("--systemd"), rest.flag("--cron"));
    let into = rest.value("--into")?.map(PathBuf::from);
    let words = rest.words(COMMAND.name, 2)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let jobs = job::configured(&ctx.config.metadata.schedule)?;
    match words.as_slice() {
        [] | ["show"] => show(ctx, &jobs),
        ["run", name] => running::run(ctx, job::find(&jobs, name)?),
        ["run"] => Err(Fault::usage("which job? `cargo xtask schedule show`").into()),
        ["remove"] => remove(ctx),
        ["install"] if systemd && cron => {
            Err(Fault::usage("--systemd and --cron exclude each other").into())
        }
        ["install"] if into.is_some() && cron => {
            Err(Fault::usage("--into writes units of systemd").into())
        }
        ["install"] => install(ctx, &jobs, how(ctx, systemd || into.is_some(), cron)?, into),
        [word, ..] => {
            let fault = Fault::usage(format!("`schedule` has no `{}`", words.join(" ")));
            Err(match nearest(word, SUBCOMMANDS) {
                Some(near) => fault.hint(format!("did you mean `cargo xtask schedule {near}`?")),
                None => fault.hint("cargo xtask schedule --help"),
            }
            .into())
        }
    }
}

fn how(ctx: &Ctx, systemd: bool, cron: bool) -> Result<How, Fault> {
    match (systemd, cron) {
        (true, _) => Ok(How::Systemd),
        (_, true) if ctx.proc.has("crontab") => Ok(How::Cron),
        (_, true) => Err(Fault::unavailable("there is no `crontab` on this machine")
            .hint("install cron, or take `--systemd`")),
        (false, false) if Manager::is_there(ctx) => Ok(How::Systemd),
        (false, false) if ctx.proc.has("crontab") => Ok(How::Cron),
        (false, false) => Err(Fault::unavailable(
            "neither systemd nor cron runs on this machine: nobody would start a job",
        )
        .hint("write the units for another: `cargo xtask schedule install --into DIR`")),
    }
}

fn install(ctx: &Ctx, jobs: &[Job], how: How, into: Option<PathBuf>) -> Result<Answer> {
    if jobs.is_empty() {
        let why = "`[workspace.metadata.xtask.schedule]` of Cargo.toml names no job";
        return Err(Fault::usage(why).hint("such as: backup = \"daily 02:00\"").into());
    }
    let target = Target::resolve(ctx)?;
    let place = Place::of(ctx, target.name())?;
    let manager = Manager::own(ctx)?;
    if how == How::Systemd {
        units::require_path(&place)?;
    }
    if ctx.globals.dry_run {
        let text = match how {
            How::Cron => crontab::lines(&place, jobs),
            How::Systemd => units::files(&place, jobs)
                .into_iter()
                .map(|(name, text)| format!("== {name}\n{text}"))
                .collect(),
        };
        let would = format!("{text}nothing was changed");
        return Ok(Answer::done(would, json!({ "dry_run": true, "how": how })));
    }
    place.install_program()?;
    require_working(ctx, &place, jobs)?;
    if let Some(dir) = into {
        units::write(&dir, &place, jobs)?;
        let text =
            format!("{} units are in `{}`; nobody starts them yet", 2 * jobs.len(), dir.display());
        return Ok(Answer::done(text, json!({ "into": dir })));
    }
    // One of both: a job that two start would be told twice.
    take_away(ctx, &place)?;
    match how {
        How::Systemd => {
            units::write(&manager.dir, &place, jobs)?;
            manager.enable(ctx, &place, jobs)?;
        }
        How::Cron => {
            let others = crontab::without(&crontab::read(ctx)?, &place)?;
            crontab::write(ctx, &(others + &crontab::lines(&place, jobs)))?;
        }
    }
    let named = jobs.iter().map(|it| (it.name.to_owned(), it.when.to_string())).collect();
    record::remember_installed(ctx, &Installed { how, place, jobs: named, at: Timestamp::now() })?;
    if how == How::Systemd && manager.is_users() {
        ctx.term.hint("they run while you are logged in, or always: `loginctl enable-linger`");
    }
    show(ctx, jobs)
}

/// Runs the first job's checks as a timer does: without this shell's
/// environment.
fn require_working(ctx: &Ctx, place: &Place, jobs: &[Job]) -> Result<()> {
    let Some(job) = jobs.first() else { return Ok(()) };
    let mut run = Run::new("env").args(["-i", &format!("PATH={}", place.path)]);
    if let Some(home) = ctx.config.ambient("HOME") {
        run = run.arg(format!("HOME={home}"));
    }
    let run = run.args(place.words(job)).arg("--dry-run");
    let finished = ctx.proc.capture(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    let why =
        format!("the job {} would not work from a timer: {}", job.name, finished.last_words());
    Err(Fault::refused(why)
        .hint("a timer has none of this shell's variables: put them into `.env`")
        .into())
}

fn remove(ctx: &Ctx) -> Result<Answer> {
    let target = record::installed(ctx)?.map_or_else(String::new, |it| it.place.target);
    let place = Place::of(ctx, &target)?;
    if ctx.globals.dry_run {
        let text =
            "would take the timers and crontab lines of this project away\nnothing was changed";
        return Ok(Answer::done(text, json!({ "dry_run": true })));
    }
    let gone = take_away(ctx, &place)?;
    let text = if gone { "nothing happens by itself any more" } else { "nothing was installed" };
    Ok(Answer::done(text, json!({ "removed": gone })))
}

/// Of both kinds, whatever was noted. True when there was something.
fn take_away(ctx: &Ctx, place: &Place) -> Result<bool> {
    let mut gone = false;
    let manager = Manager::own(ctx)?;
    let ours = units::ours(&manager.dir, place)?;
    if !ours.is_empty() {
        let timers: Vec<String> =
            ours.iter().filter(|it| it.ends_with(".timer")).cloned().collect();
        if Manager::is_there(ctx) {
            manager.disable(ctx, &timers)?;
        }
        units::remove(&manager.dir, &ours)?;
        gone = true;
    }
    if ctx.proc.has("crontab") {
        let text = crontab::read(ctx)?;
        if crontab::has_ours(&text, place) {
            crontab::write(ctx, &crontab::without(&text, place)?)?;
            gone = true;
        }
    }
    record::forget_installed(ctx)?;
    Ok(gone)
}

fn show(ctx: &Ctx, jobs: &[Job]) -> Result<Answer> {
    let installed = record::installed(ctx)?;
    let now = Zoned::now();
    let (mut text, mut exit) = (String::new(), Exit::Done);
    let mut rows: Vec<Value> = Vec::new();
    for job in jobs {
        let last = record::last_run(ctx, job.name)?;
        let next = next_times(job, &now);
        let shown: Vec<String> =
            next.iter().map(|it| it.strftime("%a %Y-%m-%d %H:%M %Z").to_string()).collect();
        let _ = writeln!(
            text,
            "{:<8} {:<22} next {}",
            job.name,
            job.when.to_string(),
            shown.join(", ")
        );
        match &last {
            Some(run) if run.is_good() => {
                let _ =
                    writeln!(text, "         last {}: well, in {:.1} s", run.began, run.seconds);
            }
            Some(run) => {
                exit = Exit::Attention;
                let _ = writeln!(
                    text,
                    "         last {}: ended with {}: {}",
                    run.began, run.exit, run.says
                );
            }
            None => text.push_str("         never run yet\n"),
        }
        rows.push(json!({
            "job": job.name,
            "when": job.when.to_string(),
            "next": next.iter().map(|it| it.timestamp().to_string()).collect::<Vec<_>>(),
            "last": last,
        }));
    }
    let making = jobs.iter().filter(|it| it.makes_a_backup());
    let often = making.min_by_key(|it| it.when.longest_gap());
    let hours = often.map(|it| it.when.longest_gap());
    if let (Some(job), Some(hours)) = (often, hours) {
        let took = record::last_run(ctx, job.name)?.map(|it| it.seconds).unwrap_or_default();
        let _ = writeln!(
            text,
            "at worst {hours} h and the time of a backup ({took:.0} s) of writes are in no backup"
        );
    }
    if jobs.iter().any(|it| it.name == "physical") {
        let check = "cargo xtask backup check --engine pgbackrest";
        let _ = writeln!(text, "and in no archive of pgbackrest only what `{check}` tells");
    }
    let notes = match &installed {
        Some(it) => what_is_wrong(ctx, it, jobs)?,
        None => vec!["nobody starts these jobs: `cargo xtask schedule install`".to_owned()],
    };
    if let Some(it) = &installed {
        let _ = writeln!(text, "by {}, on target {}", it.how.name(), it.place.target);
    }
    for note in &notes {
        exit = Exit::Attention;
        let _ = writeln!(text, "{note}");
    }
    let data =
        json!({ "jobs": rows, "installed": installed, "notes": notes, "at_worst_hours": hours });
    Ok(Answer { exit, text: text.trim_end().to_owned(), data })
}

fn next_times(job: &Job, now: &Zoned) -> Vec<Zoned> {
    let mut times = Vec::new();
    let mut from = now.clone();
    while times.len() < SHOWN {
        let Some(next) = job.when.next(&from) else { break };
        times.push(next.clone());
        from = next;
    }
    times
}

/// What was installed is not what is configured, or is gone.
fn what_is_wrong(ctx: &Ctx, installed: &Installed, jobs: &[Job]) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    let place = &installed.place;
    let is_there = match installed.how {
        How::Systemd => {
            let wanted = units::files(place, jobs).len();
            units::ours(&Manager::own(ctx)?.dir, place)?.len() >= wanted
        }
        How::Cron => ctx.proc.has("crontab") && crontab::has_ours(&crontab::read(ctx)?, place),
    };
    let named: Vec<(String, String)> =
        jobs.iter().map(|it| (it.name.to_owned(), it.when.to_string())).collect();
    let mut note = |what: &str| {
        notes.push(format!("{what}: `cargo xtask schedule install` puts it right"));
    };
    if !is_there {
        note(&format!("{} no longer have our jobs", installed.how.name()));
    }
    if named != installed.jobs {
        note("Cargo.toml names other jobs or times than were installed");
    }
    if place.root != ctx.root {
        note(&format!("the project was at `{}` when this was installed", place.root.display()));
    }
    if !is_same_program(&place.program)? {
        note("the program that jobs run is not this one");
    }
    Ok(notes)
}

fn is_same_program(installed: &Path) -> Result<bool> {
    let Ok(theirs) = std::fs::read(installed) else { return Ok(false) };
    Ok(std::fs::read(std::env::current_exe()?)? == theirs)
}
