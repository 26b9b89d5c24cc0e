//! `backup`: made, listed, shown, proved, pruned, and asked whether there is a
//! good one.
//!
//! Must never: prune after a failure, or call a backup good that was not read
//! back.

use std::fmt::Write as _;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::backup::create::{self, shown};
use crate::backup::manifest::Level;
use crate::backup::prove;
use crate::backup::retention::{Reason, judge};
use crate::backup::store::{Backup, Store};
use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "backup",
    summary: "Back the database up, prove it by a restore, list, prune, check",
    usage: "[list | show LABEL | verify [LABEL | --all] | prune | check | pin LABEL | unpin LABEL] [--prove]",
    flags: &[
        ("--prove", "also restore what was made into a scratch database and compare everything"),
        ("--no-prune", "leave older backups alone, whatever retention says"),
        ("--all", "verify every backup, not only the newest"),
        ("--max-age HOURS", "check: the newest good one may be so old (default 26h)"),
        ("--min-level LEVEL", "check: decoded, or proven by a restore (default decoded)"),
    ],
    examples: &[
        "cargo xtask backup",
        "cargo xtask backup --prove",
        "cargo xtask backup list",
        "cargo xtask backup verify latest",
        "cargo xtask backup check --max-age 26h --min-level proven",
    ],
    run,
};

const SUBCOMMANDS: [&str; 7] = ["list", "show", "verify", "prune", "check", "pin", "unpin"];

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (prove, keep_all, all) =
        (rest.flag("--prove"), rest.flag("--no-prune"), rest.flag("--all"));
    let max_age = rest.value("--max-age")?;
    let min_level = rest.value("--min-level")?;
    let words = rest.words(COMMAND.name, 2)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let Some(first) = words.first().filter(|first| !SUBCOMMANDS.contains(first)) {
        let fault = Fault::usage(format!("`backup` has no `{first}`"));
        return Err(match nearest(first, SUBCOMMANDS) {
            Some(near) => fault.hint(format!("did you mean `cargo xtask backup {near}`?")),
            None => fault.hint("cargo xtask backup --help"),
        }
        .into());
    }
    let target = Target::resolve(ctx)?;
    let store = Store::of(ctx, target.name(), &target.database(ctx));
    match words.as_slice() {
        [] => make(ctx, &target, &store, prove, keep_all),
        ["list"] => list(&store),
        ["show", label] => show(&store.find(label)?),
        ["verify"] if all => verify(ctx, &target, store.list()?.0),
        ["verify"] => verify(ctx, &target, vec![store.find("latest")?]),
        ["verify", label] => verify(ctx, &target, vec![store.find(label)?]),
        ["prune"] => prune(ctx, &store),
        ["check"] => check(&store, max_age.as_deref(), min_level.as_deref()),
        ["pin", label] => pin(ctx, &store, label, true),
        ["unpin", label] => pin(ctx, &store, label, false),
        ["show" | "pin" | "unpin"] => {
            Err(Fault::usage("which one? `cargo xtask backup list` shows the labels").into())
        }
        [word, more, ..] => Err(Fault::usage(format!("`{word}` does not take `{more}`")).into()),
        [word] => Err(Fault::usage(format!("`backup` has no `{word}`")).into()),
    }
}

fn make(ctx: &Ctx, target: &Target, store: &Store, prove: bool, keep_all: bool) -> Result<Answer> {
    create::require_room(ctx, target, store)?;
    if ctx.globals.dry_run {
        let would = format!("would back up into `{}`\nnothing was changed", store.dir.display());
        return Ok(Answer::done(would, json!({ "dry_run": true })));
    }
    let mut made = create::create(ctx, target, store)?;
    if prove {
        made.proof = Some(prove::prove(ctx, target, &made)?);
    }
    let mut text = format!(
        "{}: {} rows, {}, {}\n{}",
        made.label,
        made.manifest.content.rows(),
        shown(made.manifest.bytes()),
        made.level().name(),
        shown_dir(ctx, &made)
    );
    // A backup that could not be made must not cost an old one; one that was
    // made is good, whatever becomes of the old ones.
    let removed = if keep_all { Ok(Vec::new()) } else { remove_old(ctx, store) };
    let (exit, gone) = match removed {
        Ok(gone) => (Exit::Done, gone),
        Err(error) => {
            ctx.term.warn(&format!("the backup is good; older ones were not looked at: {error:#}"));
            ctx.term.hint("cargo xtask backup prune");
            (Exit::Attention, Vec::new())
        }
    };
    if !gone.is_empty() {
        let _ = write!(text, "\nremoved by retention: {}", gone.join(", "));
    }
    Ok(Answer { exit, text, data: json!({ "backup": summary(&made), "removed": gone }) })
}

fn shown_dir(ctx: &Ctx, backup: &Backup) -> String {
    backup.dir.strip_prefix(&ctx.root).unwrap_or(&backup.dir).display().to_string()
}

fn summary(backup: &Backup) -> Value {
    json!({
        "label": backup.label.to_string(),
        "level": backup.level(),
        "pinned": backup.is_pinned,
        "bytes": backup.manifest.bytes(),
        "rows": backup.manifest.content.rows(),
        "server_version": backup.manifest.origin.server_version,
        "git": backup.manifest.git,
        "dir": backup.dir,
    })
}

fn list(store: &Store) -> Result<Answer> {
    let (complete, broken) = store.list()?;
    let mut text = String::new();
    for it in &complete {
        let pin = if it.is_pinned { ", pinned" } else { "" };
        let _ = writeln!(
            text,
            "{}  {:>10}  {:>10} rows  {}{pin}",
            it.label,
            shown(it.manifest.bytes()),
            it.manifest.content.rows(),
            it.level().name()
        );
    }
    if complete.is_empty() {
        let _ = writeln!(text, "there is no backup in `{}`", store.dir.display());
    }
    for it in &broken {
        let _ = writeln!(text, "not a backup: {it}");
    }
    let data = json!({
        "backups": complete.iter().map(summary).collect::<Vec<_>>(),
        "broken": broken,
    });
    let exit = if broken.is_empty() { Exit::Done } else { Exit::Attention };
    Ok(Answer { exit, text, data })
}

fn show(backup: &Backup) -> Result<Answer> {
    let it = &backup.manifest;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line("label", backup.label.to_string());
    line("database", format!("{} on target {}", it.database, it.target));
    line(
        "server",
        format!("PostgreSQL {}, system {}", it.origin.server_version, it.origin.system_identifier),
    );
    line(
        "level",
        match &backup.proof {
            Some(proof) => {
                format!("proven at {} in {:.1} s", proof.at, proof.milliseconds as f64 / 1000.0)
            }
            None => "decoded: read back to its end, not restored yet".to_owned(),
        },
    );
    if let Some(git) = &it.git {
        line("git", format!("{}{}", git.commit, if git.dirty { ", with changes" } else { "" }));
    }
    line("rows", format!("{} in {} tables", it.content.rows(), it.content.tables.len()));
    for file in &it.files {
        line("file", format!("{} ({})", file.name, shown(file.bytes)));
    }
    line("folder", backup.dir.display().to_string());
    line("by hand", "zstd -dc data.dump.zst | pg_restore --exit-on-error --dbname=NEW".to_owned());
    Ok(Answer::done(text, json!({ "manifest": it, "proof": backup.proof })))
}

fn verify(ctx: &Ctx, target: &Target, backups: Vec<Backup>) -> Result<Answer> {
    if ctx.globals.dry_run {
        let labels: Vec<String> = backups.iter().map(|it| it.label.to_string()).collect();
        let would =
            format!("would restore and compare: {}\nnothing was changed", labels.join(", "));
        return Ok(Answer::done(would, json!({ "dry_run": true, "would": labels })));
    }
    let mut proved = Vec::new();
    let mut failed = Vec::new();
    for it in &backups {
        match prove::prove(ctx, target, it) {
            Ok(_) => proved.push(it.label.to_string()),
            Err(error) if backups.len() == 1 => return Err(error),
            Err(error) => {
                ctx.interrupt.check()?;
                ctx.term.error(&format!("{}: {error:#}", it.label));
                failed.push(it.label.to_string());
            }
        }
    }
    if !failed.is_empty() {
        return Err(Fault::failed(format!("not what they were: {}", failed.join(", "))).into());
    }
    Ok(Answer::done(format!("proven: {}", proved.join(", ")), json!({ "proven": proved })))
}

fn prune(ctx: &Ctx, store: &Store) -> Result<Answer> {
    let (complete, _) = store.list()?;
    let judged = judge(
        complete.iter().map(Backup::candidate).collect(),
        &ctx.config.metadata.retention,
        Timestamp::now(),
    );
    let mut text = String::new();
    for (it, reasons) in &judged {
        let why: Vec<&str> = reasons.iter().copied().map(Reason::story).collect();
        let fate =
            if why.is_empty() { "goes".to_owned() } else { format!("stays: {}", why.join(", ")) };
        let _ = writeln!(text, "{}  {fate}", it.label);
    }
    if ctx.globals.dry_run {
        text.push_str("nothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true })));
    }
    let gone = remove_old(ctx, store)?;
    Ok(Answer::done(text, json!({ "removed": gone })))
}

/// What retention lets go of; the labels.
fn remove_old(ctx: &Ctx, store: &Store) -> Result<Vec<String>> {
    let _lock = store.lock()?;
    let (complete, _) = store.list()?;
    let candidates = complete.iter().map(Backup::candidate).collect();
    let judged = judge(candidates, &ctx.config.metadata.retention, Timestamp::now());
    let mut gone = Vec::new();
    for (candidate, _) in judged.iter().filter(|(_, reasons)| reasons.is_empty()) {
        let Some(it) = complete.iter().find(|it| it.label.to_string() == candidate.label) else {
            continue;
        };
        match store.remove(it) {
            Ok(()) => gone.push(candidate.label.clone()),
            Err(error) => ctx.term.warn(&format!("{} stays for now: {error:#}", candidate.label)),
        }
    }
    Ok(gone)
}

fn check(store: &Store, max_age: Option<&str>, min_level: Option<&str>) -> Result<Answer> {
    let hours = hours(max_age.unwrap_or("26h"))?;
    let level = Level::parse(min_level.unwrap_or("decoded"))?;
    let (complete, _) = store.list()?;
    let newest = complete.iter().find(|it| it.level() >= level);
    let age = newest.map(|it| Timestamp::now().as_second() - it.label.time.as_second());
    let data = json!({
        "label": newest.map(|it| it.label.to_string()),
        "age_seconds": age,
        "min_level": level,
        "max_age_hours": hours,
    });
    let name = level.name();
    match (newest, age) {
        (Some(it), Some(age)) if age <= hours * 3600 => {
            let text = format!("{} is {name} and {:.1} h old", it.label, age as f64 / 3600.0);
            Ok(Answer::done(text, data))
        }
        (Some(it), Some(age)) => {
            let text = format!(
                "the newest {name} backup, {}, is {:.1} h old; {hours} h are allowed",
                it.label,
                age as f64 / 3600.0
            );
            Ok(Answer { exit: Exit::Failed, text, data })
        }
        _ => {
            let text = format!("there is no {name} backup in `{}`", store.dir.display());
            Ok(Answer { exit: Exit::Failed, text, data })
        }
    }
}

/// `26h` or `7d`.
fn hours(text: &str) -> Result<i64, Fault> {
    let wrong = || Fault::usage(format!("an age is like 26h or 7d, not `{text}`"));
    let (number, factor) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 24),
        (None, None) => return Err(wrong()),
    };
    let number: i64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|hours| (0..1_000_000).contains(hours)).ok_or_else(wrong)
}

fn pin(ctx: &Ctx, store: &Store, label: &str, on: bool) -> Result<Answer> {
    let backup = store.find(label)?;
    if ctx.globals.dry_run {
        let would = format!("would {} {}", if on { "pin" } else { "unpin" }, backup.label);
        let text = format!("{would}\nnothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [would] })));
    }
    store.pin(&backup, on)?;
    let story = if on { "is pinned: retention leaves it alone" } else { "is not pinned any more" };
    Ok(Answer::done(
        format!("{} {story}", backup.label),
        json!({ "label": backup.label.to_string(), "pinned": on }),
    ))
}
