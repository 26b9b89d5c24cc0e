//! Physical backups: made, listed, looked after.
//!
//! Must never: begin a backup whose archive does not work. It could not be
//! restored.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::lag::lag;
use super::listing::{Kind, Listing, Physical, moment};
use super::setup::{self, Missing};
use super::{Repository, require_local};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::target::local::Slot;
use crate::target::{ServerState, Target};
use crate::term::Mark;

#[derive(Debug)]
pub struct Wish {
    kind: Option<Kind>,
    /// Archiving is to end.
    off: bool,
    /// Retention is left alone.
    keep_all: bool,
}

pub const FLAGS: [(&str, &str); 4] = [
    (
        "--full",
        "pgbackrest: every file (default when the last such backup is older than retention's days)",
    ),
    ("--diff", "pgbackrest: what changed since the last full one (default else)"),
    ("--incr", "pgbackrest: what changed since the last one of any kind"),
    ("--off", "pgbackrest: turn archiving off; backups and archive stay"),
];

impl Wish {
    pub fn of(rest: &mut Rest, keep_all: bool) -> Result<Wish> {
        let wanted = [
            (rest.flag("--full"), Kind::Full),
            (rest.flag("--diff"), Kind::Diff),
            (rest.flag("--incr"), Kind::Incr),
        ];
        let mut kinds =
            wanted.into_iter().filter_map(|(is_wanted, kind)| is_wanted.then_some(kind));
        let kind = kinds.next();
        if kinds.next().is_some() {
            return Err(Fault::usage("--full, --diff and --incr exclude each other").into());
        }
        Ok(Wish { kind, off: rest.flag("--off"), keep_all })
    }

    pub fn is_none(&self) -> bool {
        self.kind.is_none() && !self.off
    }
}

pub fn make(ctx: &Ctx, target: &Target, wish: &Wish) -> Result<Answer> {
    let local = require_local(target)?;
    if wish.off {
        return turn_off(ctx, target);
    }
    let repository = Repository::of(ctx, local)?;
    let address = target.require_running(ctx)?;
    let (missing, listing) = Missing::look(ctx, &repository, &address)?;
    let kind = |listing: &Listing| {
        wish.kind.unwrap_or_else(|| usual(ctx, listing, local.system_identifier(Slot::Live)))
    };
    if ctx.globals.dry_run {
        let mut would = missing.would(&repository);
        would.push("check that a segment comes into the archive".to_owned());
        would.push(format!("make a {} backup of the whole server", kind(&listing).name()));
        let text = format!("would {}\nnothing was changed", would.join("\nwould "));
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": would })));
    }
    let address = if missing.is_nothing() {
        address
    } else {
        setup::complete(ctx, target, &repository, &missing)?;
        target.require_running(ctx)?
    };
    archive_works(ctx, &repository, &address)?;
    let kind = kind(&repository.listing()?);
    let started = Instant::now();
    let progress = ctx.term.progress("backup");
    let mut run = repository.run_with_server(&address).arg(format!("--type={}", kind.name()));
    if wish.keep_all {
        run = run.arg("--no-expire-auto");
    }
    let made = repository.require("backing the server up", &run.arg("backup"));
    drop(progress);
    let mark = if made.is_ok() { Mark::Ok } else { Mark::Fail };
    let finished = made.inspect_err(|_| ctx.term.step(mark, "backup", started.elapsed(), ""))?;
    let listing = repository.listing()?;
    let Some(backup) = listing.backups.first() else {
        return Err(Fault::failed(format!(
            "pgBackRest made a backup and lists none: {}",
            finished.last_words()
        ))
        .into());
    };
    ctx.term.step(mark, "backup", started.elapsed(), &backup.label);
    let exit = if backup.has_errors { Exit::Attention } else { Exit::Done };
    let text = format!(
        "{}\nin `{}`\nany moment from {} on can be had back: `cargo xtask restore --engine pgbackrest --to-time 'TIME'`",
        backup.line(listing.system_identifier),
        repository.place().display(),
        moment(earliest(&listing).unwrap_or(backup.stopped)),
    );
    Ok(Answer { exit, text, data: json!({ "backup": backup.document() }) })
}

/// A full one when there is none, or the last is as old as one may go back.
fn usual(ctx: &Ctx, listing: &Listing, system: Option<u64>) -> Kind {
    let days = ctx.config.metadata.retention.days.max(1);
    let oldest = Timestamp::now().as_second() - days * 24 * 3600;
    let is_base = |it: &&Physical| {
        it.kind == Kind::Full
            && Some(it.system_identifier) == system
            && it.stopped.as_second() > oldest
    };
    if listing.backups.iter().any(|it| is_base(&it)) { Kind::Diff } else { Kind::Full }
}

/// A segment is ended and has to arrive.
fn archive_works(ctx: &Ctx, repository: &Repository<'_>, address: &pg_live::Address) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("check");
    let checked = repository
        .require("checking the archive", &repository.run_with_server(address).arg("check"));
    drop(progress);
    match checked {
        Ok(_) => {
            ctx.term.step(Mark::Ok, "check", started.elapsed(), "a segment came into the archive");
            Ok(())
        }
        Err(error) => {
            ctx.term.step(Mark::Fail, "check", started.elapsed(), "");
            if crate::outcome::exit_of(&error) != Exit::Failed {
                return Err(error);
            }
            let log = repository.local.log();
            Err(Fault::failed(format!("{error:#}"))
                .hint(format!(
                    "the server goes on and keeps its log until archiving works; what it says: `tail {}`",
                    log.display()
                ))
                .into())
        }
    }
}

fn turn_off(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let local = require_local(target)?;
    if !local.has_archived() {
        return Ok(Answer::done("archiving is off already", json!({ "archiving": false })));
    }
    target.require_running(ctx)?;
    if ctx.globals.dry_run {
        let text = "would turn archiving off, which restarts the server\nnothing was changed";
        return Ok(Answer::done(text, json!({ "dry_run": true })));
    }
    setup::turn_off(ctx, target, local)?;
    let text = "archiving is off; the next `cargo xtask backup --engine pgbackrest` turns it on";
    Ok(Answer::done(text, json!({ "archiving": false })))
}

fn earliest(listing: &Listing) -> Option<Timestamp> {
    let ours = listing.good_of(listing.system_identifier);
    ours.map(|it| it.stopped).min()
}

/// How many there are of the cluster that is served, and when the last ended.
/// None where there is no repository, or nobody can ask.
pub fn newest(ctx: &Ctx, target: &Target) -> Option<(usize, Timestamp)> {
    let Target::Local(local) = target else { return None };
    let listing = Repository::existing(ctx, local).ok()??.listing().ok()?;
    let system = local.system_identifier(Slot::Live);
    let ours = listing.good_of(system);
    let ended: Vec<Timestamp> = ours.map(|it| it.stopped).collect();
    Some((ended.len(), ended.into_iter().max()?))
}

/// `backup list`: behind the dumps, where there is a repository.
pub fn listed(ctx: &Ctx, target: &Target, mut answer: Answer) -> Result<Answer> {
    let Target::Local(local) = target else { return Ok(answer) };
    let listing = match Repository::existing(ctx, local) {
        Ok(None) => return Ok(answer),
        Ok(Some(repository)) => repository.listing(),
        Err(error) => Err(error),
    };
    let listing = match listing {
        Ok(listing) => listing,
        Err(error) => {
            ctx.term.warn(&format!("nobody knows which physical backups there are: {error:#}"));
            answer.exit = Exit::Attention;
            return Ok(answer);
        }
    };
    let mut text = answer.text.trim_end().to_owned();
    for it in &listing.backups {
        let _ = write!(text, "\n{}", it.line(local.system_identifier(Slot::Live)));
    }
    let mut data = json!({
        "backups": listing.backups.iter().map(Physical::document).collect::<Vec<Value>>(),
        "archive": listing.archive.as_ref().map(|(first, last)| json!({ "first": first, "last": last })),
        "earliest": earliest(&listing),
    });
    if let (Some(from), Some((_, last))) = (earliest(&listing), &listing.archive) {
        let _ = write!(
            text,
            "\npgbackrest: any moment from {} until {last}, the last archived segment",
            moment(from)
        );
    }
    if let ServerState::Running(address) = target.state(ctx)?
        && let Ok(Some(lag)) = lag(ctx, local, &address)
    {
        let _ = write!(text, "\narchiving: {}", lag.story);
        data["archiving"] = lag.data;
        if lag.wrong.is_some() {
            answer.exit = Exit::Attention;
        }
    }
    answer.text = format!("{}\n", text.trim_start());
    answer.data["physical"] = data;
    Ok(answer)
}

/// `backup check`: an archive that fails is no backup.
pub fn checked(ctx: &Ctx, target: &Target, mut answer: Answer) -> Result<Answer> {
    let Target::Local(local) = target else { return Ok(answer) };
    let ServerState::Running(address) = target.state(ctx)? else { return Ok(answer) };
    let Some(lag) = lag(ctx, local, &address)? else { return Ok(answer) };
    answer.text = format!("{}\narchiving: {}", answer.text.trim_end(), lag.story);
    answer.data["archiving"] = lag.data;
    if lag.is_failing {
        answer.exit = Exit::Failed;
    } else if lag.wrong.is_some() && answer.exit == Exit::Done {
        answer.exit = Exit::Attention;
    }
    Ok(answer)
}

/// `backup check --engine pgbackrest`: a segment arrives, and the newest is
/// young enough.
pub fn check(ctx: &Ctx, target: &Target, hours: i64) -> Result<Answer> {
    let repository = Repository::require_existing(ctx, require_local(target)?)?;
    let address = target.require_running(ctx)?;
    archive_works(ctx, &repository, &address)?;
    let listing = repository.listing()?;
    let system = repository.local.system_identifier(Slot::Live);
    let newest = listing.good_of(system).next();
    let age = newest.map(|it| Timestamp::now().as_second() - it.stopped.as_second());
    let data =
        json!({ "label": newest.map(|it| &it.label), "age_seconds": age, "max_age_hours": hours });
    let answer = match (newest, age) {
        (Some(it), Some(age)) => {
            let exit = if age <= hours * 3600 { Exit::Done } else { Exit::Failed };
            let text = format!(
                "{} is {:.1} h old; {hours} h are allowed; a segment came into the archive",
                it.label,
                age as f64 / 3600.0
            );
            Answer { exit, text, data }
        }
        _ => {
            let text =
                "there is no physical backup of this cluster without damaged pages".to_owned();
            Answer { exit: Exit::Failed, text, data }
        }
    };
    checked(ctx, target, answer)
}

/// `backup verify --engine pgbackrest`: every file and segment is read.
pub fn verify(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let repository = Repository::require_existing(ctx, require_local(target)?)?;
    if ctx.globals.dry_run {
        let text = "would read every file of the repository\nnothing was changed";
        return Ok(Answer::done(text, json!({ "dry_run": true })));
    }
    let run = repository.run().args(["--output=text", "--verbose", "verify"]);
    let finished = repository.require("reading the repository", &run)?;
    let said = finished.stdout.trim();
    // Its status says only that it ran; what it found, it prints.
    if !said.lines().any(|line| line.trim() == "status: ok") {
        let said = if said.is_empty() { finished.last_words() } else { said.to_owned() };
        return Err(Fault::failed(format!(
            "the repository in `{}` is damaged: {said}",
            repository.place().display()
        ))
        .hint(
            "begin anew with every file: `cargo xtask backup --engine pgbackrest --full`, and \
             keep the damaged repository until that is verified",
        )
        .into());
    }
    let text = format!("every file in the repository is what was written\n{said}");
    Ok(Answer::done(text.trim_end().to_owned(), json!({ "verified": true })))
}

/// `backup prune --engine pgbackrest`.
pub fn prune(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let repository = Repository::require_existing(ctx, require_local(target)?)?;
    let before = repository.listing()?;
    // The configuration is written with the next backup only.
    let mut run = repository.run().args(repository.retention());
    if ctx.globals.dry_run {
        run = run.args(["--dry-run", "--log-level-stderr=info"]);
    }
    let finished = repository.require("letting go of old backups", &run.arg("expire"))?;
    if ctx.globals.dry_run {
        let text = format!("{}\nnothing was changed", finished.stderr.trim());
        return Ok(Answer::done(text, json!({ "dry_run": true })));
    }
    let after = repository.listing()?;
    let is_gone = |it: &&Physical| !after.backups.iter().any(|left| left.label == it.label);
    let gone: Vec<&str> =
        before.backups.iter().filter(is_gone).map(|it| it.label.as_str()).collect();
    let text = match gone.is_empty() {
        true => format!("{} stay", after.backups.len()),
        false => format!("removed: {}; {} stay", gone.join(", "), after.backups.len()),
    };
    Ok(Answer::done(text, json!({ "removed": gone })))
}
