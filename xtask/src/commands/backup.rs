//! `backup`: made, listed, shown, proved, copied, pruned, and asked whether
//! there is a good one.
//!
//! Must never: prune after a failure, or call a backup good that was not read
//! back.

mod copying;
mod listing;
mod pruning;

use std::fmt::Write as _;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use crate::backup::copies::Copies;
use crate::backup::create::{self, shown};
use crate::backup::encryption::Keyring;
use crate::backup::manifest::Level;
use crate::backup::prove;
use crate::backup::reading;
use crate::backup::store::{Backup, Store};
use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::physical::backup::{self as physical, FLAGS as PHYSICAL, Wish};
use crate::physical::{ENGINE_FLAG, Engine};
use crate::span;
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "backup",
    summary: "Back the database up, prove it by a restore, list, prune, check",
    usage: "[list [--remote] | show LABEL | verify [LABEL | --all] | copy [LABEL | --all] | fetch LABEL | prune | check | pin LABEL | unpin LABEL] [--prove] [--identity FILE] [--engine pgbackrest [--full | --diff | --incr | --off]]",
    flags: &[
        ("--prove", "also restore what was made into a scratch database and compare everything"),
        ("--no-prune", "leave older backups alone, whatever retention says"),
        ("--identity FILE", "verify: the key of age that opens encrypted backups"),
        ("--all", "verify or copy every backup, not only the newest"),
        ("--remote", "list what is in the store of copies, whatever is here"),
        ("--max-age HOURS", "check: the newest good one may be so old (default 26h)"),
        ("--min-level LEVEL", "check: decoded, or proven by a restore (default decoded)"),
        ENGINE_FLAG,
        PHYSICAL[0],
        PHYSICAL[1],
        PHYSICAL[2],
        PHYSICAL[3],
    ],
    examples: &[
        "cargo xtask backup",
        "cargo xtask backup --prove",
        "cargo xtask backup list",
        "cargo xtask backup verify latest",
        "cargo xtask backup copy --all",
        "cargo xtask backup list --remote",
        "cargo xtask backup check --max-age 26h --min-level proven",
        "cargo xtask backup --engine pgbackrest",
    ],
    run,
};

/// Seconds that clocks of machines with one disk may differ.
const CLOCK_DRIFT: i64 = 300;
/// A night, and a margin.
const MAX_AGE: &str = "26h";

const SUBCOMMANDS: [&str; 9] =
    ["list", "show", "verify", "copy", "fetch", "prune", "check", "pin", "unpin"];

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (prove, keep_all, all) =
        (rest.flag("--prove"), rest.flag("--no-prune"), rest.flag("--all"));
    let is_remote = rest.flag("--remote");
    let max_age = rest.value("--max-age")?;
    let min_level = rest.value("--min-level")?;
    let keyring = Keyring::of(ctx, rest.value("--identity")?)?;
    let (engine, wish) = (Engine::of(&mut rest)?, Wish::of(&mut rest, keep_all)?);
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
    match engine {
        Engine::Pgbackrest if prove || all || is_remote || min_level.is_some() => {
            return Err(Fault::usage("--prove, --all, --remote and --min-level are for dumps")
                .hint("`cargo xtask backup verify --engine pgbackrest` reads every file")
                .into());
        }
        Engine::Pgbackrest => {
            let hours = span::hours("an age", max_age.as_deref().unwrap_or(MAX_AGE))?;
            return by_pgbackrest(ctx, &target, &words, &wish, hours);
        }
        Engine::Dump if !wish.is_none() => {
            let hint = "add `--engine pgbackrest`";
            return Err(Fault::usage("a dump is always whole").hint(hint).into());
        }
        Engine::Dump => {}
    }
    let database = target.database(ctx);
    let store = Store::of(ctx, target.name(), &database);
    let wanted = || Copies::wanted(ctx, target.name(), &database);
    let required = || Copies::required(ctx, target.name(), &database);
    match words.as_slice() {
        [] => {
            let copies = wanted();
            // Who is not built to copy makes no backup that nobody copies.
            match copies {
                Err(error) if exit_of(&error) == Exit::Refused => Err(error),
                copies => make(ctx, (&target, &store, copies), prove, keep_all),
            }
        }
        ["list"] if is_remote => listing::list_remote(ctx, &required()?),
        ["list"] => physical::listed(ctx, &target, listing::list(ctx, &store, wanted())?),
        ["show", label] => listing::show(&store.find(label)?),
        ["copy"] if all => copying::copy(ctx, &required()?, &store.list()?.0, false),
        ["copy"] => copying::copy(ctx, &required()?, &[store.find("latest")?], false),
        ["copy", label] => copying::copy(ctx, &required()?, &[store.find(label)?], true),
        ["fetch", label] => copying::fetch(ctx, &required()?, &store, label),
        ["verify"] if all => verify_all(ctx, &target, &keyring, &store),
        ["verify"] => verify(ctx, &target, &keyring, vec![store.find("latest")?]),
        ["verify", label] => verify(ctx, &target, &keyring, vec![store.find(label)?]),
        ["prune"] => pruning::prune(ctx, &store, wanted()),
        ["check"] => {
            let asked = (max_age.as_deref(), min_level.as_deref());
            let answer = physical::checked(ctx, &target, check(&store, asked)?)?;
            copying::check(
                ctx,
                wanted()?.as_ref(),
                answer,
                span::hours("an age", asked.0.unwrap_or(MAX_AGE))?,
            )
        }
        ["pin", label] => pin(ctx, &store, label, true),
        ["unpin", label] => pin(ctx, &store, label, false),
        ["show" | "fetch" | "pin" | "unpin"] => {
            Err(Fault::usage("which one? `cargo xtask backup list` shows the labels").into())
        }
        [word, more, ..] => Err(Fault::usage(format!("`{word}` does not take `{more}`")).into()),
        [word] => Err(Fault::usage(format!("`backup` has no `{word}`")).into()),
    }
}

fn by_pgbackrest(
    ctx: &Ctx,
    target: &Target,
    words: &[&str],
    wish: &Wish,
    hours: i64,
) -> Result<Answer> {
    match words {
        [] => physical::make(ctx, target, wish),
        ["list"] => {
            let none = Answer::done("", json!({}));
            physical::listed(ctx, target, none)
        }
        ["check"] => physical::check(ctx, target, hours),
        ["verify"] => physical::verify(ctx, target),
        ["prune"] => physical::prune(ctx, target),
        [word, ..] => Err(Fault::usage(format!("`--engine pgbackrest` has no `{word}`"))
            .hint("it has list, check, verify and prune")
            .into()),
    }
}

fn make(
    ctx: &Ctx,
    (target, store, copies): (&Target, &Store, Result<Option<Copies>>),
    prove: bool,
    keep_all: bool,
) -> Result<Answer> {
    create::require_room(ctx, target, store)?;
    if ctx.globals.dry_run {
        let copied = copies?.map(|it| format!(", and copy it to {}", it.shown));
        let (dir, copied) = (store.dir.display(), copied.unwrap_or_default());
        let would = format!("would back up into `{dir}`{copied}\nnothing was changed");
        return Ok(Answer::done(would, json!({ "dry_run": true })));
    }
    let mut made = create::create(ctx, target, store)?;
    if prove {
        made.proof = Some(prove::prove_new(ctx, target, &made).map_err(|it| unproven(&made, it))?);
    }
    let mut text = format!(
        "{}: {} rows, {}, {}\n{}",
        made.label,
        made.manifest.content.rows(),
        shown(made.manifest.bytes()),
        made.level().name(),
        listing::shown_dir(ctx, &made)
    );
    // A backup that could not be made must not cost an old one; one that was
    // made is good, whatever becomes of the old ones.
    let unfinished = copies.as_ref().ok().and_then(Option::as_ref);
    let removed = match keep_all {
        true => Ok(Vec::new()),
        // What is being read goes the next time.
        false => pruning::remove_old(ctx, store, unfinished).map(|removed| removed.gone),
    };
    let (mut exit, gone) = match removed {
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
    if !copying::after(ctx, copies, store, &made) {
        exit = Exit::Attention;
    }
    let data = json!({ "backup": listing::summary(&made), "removed": gone });
    Ok(Answer { exit, text, data })
}

/// What is none any more is told as well: it was one, and nobody would know.
fn verify_all(ctx: &Ctx, target: &Target, keyring: &Keyring, store: &Store) -> Result<Answer> {
    let (complete, broken) = store.list()?;
    for it in &broken {
        ctx.term.error(&format!("not a backup: {it}"));
    }
    let verified = match complete.is_empty() {
        true => {
            let what = format!("there is no backup in `{}`", store.dir.display());
            Err(Fault::failed(what).hint("make one: `cargo xtask backup`").into())
        }
        false => verify(ctx, target, keyring, complete),
    };
    let answer = verified?;
    match broken.len() {
        0 => Ok(answer),
        count => Err(Fault::failed(format!("{}; {count} are none any more", answer.text))
            .hint("`cargo xtask backup list` names them")
            .into()),
    }
}

fn verify(ctx: &Ctx, target: &Target, keyring: &Keyring, backups: Vec<Backup>) -> Result<Answer> {
    if ctx.globals.dry_run {
        let labels: Vec<String> = backups.iter().map(|it| it.label.to_string()).collect();
        let would =
            format!("would restore and compare: {}\nnothing was changed", labels.join(", "));
        return Ok(Answer::done(would, json!({ "dry_run": true, "would": labels })));
    }
    let mut proved = Vec::new();
    let (mut failed, mut sealed) = (Vec::new(), Vec::new());
    for it in &backups {
        let mut is_sealed = false;
        let opened = keyring.unlock(it.clone()).or_else(|error| {
            // Without the key it can still be told that nothing was damaged.
            reading::require_checksums(it)?;
            ctx.term.status(&format!("every checksum of {} holds; it was not decrypted", it.label));
            is_sealed = true;
            Err(error)
        });
        match opened.and_then(|it| prove::prove(ctx, target, &it)) {
            Ok(_) => proved.push(it.label.to_string()),
            Err(_) if is_sealed && backups.len() > 1 => sealed.push(it.label.to_string()),
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
    let data = json!({ "proven": proved, "not_decrypted": sealed });
    let text = format!("proven: {}", proved.join(", "));
    if sealed.is_empty() {
        return Ok(Answer::done(text, data));
    }
    ctx.term.hint("`--identity FILE` proves those that were not decrypted");
    let text = format!("{text}\nundamaged, and not decrypted: {}", sealed.join(", "));
    Ok(Answer { exit: Exit::Attention, text, data })
}

/// It is made, and the error is about its proof.
fn unproven(made: &Backup, error: anyhow::Error) -> anyhow::Error {
    let label = &made.label;
    let what = format!("{label} is made and read back, and not proven");
    match exit_of(&error) {
        Exit::Interrupted => Fault::partial(format!("interrupted: {what}"))
            .hint(format!("cargo xtask backup verify {label}"))
            .into(),
        Exit::Done
        | Exit::Failed
        | Exit::Attention
        | Exit::Refused
        | Exit::Unavailable
        | Exit::Partial
        | Exit::Usage => error.context(what),
    }
}

fn check(store: &Store, (max_age, min_level): (Option<&str>, Option<&str>)) -> Result<Answer> {
    let hours = span::hours("an age", max_age.unwrap_or(MAX_AGE))?;
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
        (Some(it), Some(age)) if age < -CLOCK_DRIFT => {
            let text = format!(
                "{} is of a later time than now: the clock of this machine is wrong, or was, and no age can be told; \
                 set it right, make another backup, and move that one's folder out of `backups`",
                it.label
            );
            Ok(Answer { exit: Exit::Failed, text, data })
        }
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
