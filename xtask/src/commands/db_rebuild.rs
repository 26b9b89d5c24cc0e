//! `db-rebuild`: the whole database from init.sql, proved equal to it.
//!
//! Must never: do a way's work. `rebuild/` has one room for each.

use std::rc::Rc;

use anyhow::Result;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::NAME_LIMIT;
use crate::rebuild::{self, Fate, Options, keep};
use crate::schema::allow::{self, Allowed};
use crate::schema::rules::{self, Rules};
use crate::services::{SCOPE_FLAG, Scope};
use crate::target::{Target, env_file};

pub const COMMAND: Command = Command {
    name: "db-rebuild",
    summary: "Build the whole database from init.sql and prove it equal to it",
    usage: "[--no-backup | --swap | --keep-data [--way clone|copy | --online [--to TARGET|URL]] | --undo | --forget [--overdue] | --reopen] [--services all|db|none]",
    flags: &[
        ("--no-backup", "make no safety dump of the rows that would be lost"),
        ("--swap", "build beside the served database, then swap by rename; the old one is kept"),
        (
            "--keep-data",
            "the rows stay: a copy of the database becomes what init.sql says, then takes its name",
        ),
        (
            "--way",
            "with --keep-data: clone (its files, then the plan) or copy (its rows, into a new database)",
        ),
        (
            "--online",
            "with --keep-data: copy the rows while everybody writes; changes follow by replication",
        ),
        (
            "--to",
            "with --online: into a database of another server (a target's name or a URL), which takes over",
        ),
        (
            "--source-url",
            "with --to: the source as the other server reaches it, where that differs",
        ),
        ("--undo", "put the database from before the last swap back"),
        ("--forget", "drop the databases that swaps kept"),
        ("--overdue", "with --forget: only those kept longer than `keep-replaced` says"),
        ("--reopen", "let a database that was moved with --to take writes again"),
        SCOPE_FLAG,
        allow::FLAG,
        ("--sql", "with --keep-data: show the SQL also of long plans"),
        rules::FLAGS[0],
        rules::FLAGS[1],
    ],
    examples: &[
        "cargo xtask db-rebuild",
        "cargo xtask db-rebuild --target compose --yes",
        "cargo xtask db-rebuild --swap --explain",
        "cargo xtask db-rebuild --keep-data --dry-run",
        "cargo xtask db-rebuild --keep-data --way copy",
        "cargo xtask db-rebuild --keep-data --online --dry-run",
        "cargo xtask db-rebuild --keep-data --online --to production",
    ],
    run,
};

/// What is asked for: one of these, never two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Rebuild(Fate),
    Swap,
    Undo,
    Forget { overdue: bool },
    Reopen,
}

/// None is `--keep-data`, which has flags of its own.
fn way(rest: &mut Rest) -> Result<Option<Way>, Fault> {
    let overdue = rest.flag("--overdue");
    let chosen: Vec<Option<Way>> = [
        ("--no-backup", Some(Way::Rebuild(Fate::Lost))),
        ("--swap", Some(Way::Swap)),
        ("--keep-data", None),
        ("--undo", Some(Way::Undo)),
        ("--forget", Some(Way::Forget { overdue })),
        ("--reopen", Some(Way::Reopen)),
    ]
    .into_iter()
    .filter_map(|(flag, way)| rest.flag(flag).then_some(way))
    .collect();
    match chosen.as_slice() {
        [Some(Way::Forget { .. })] => {}
        _ if overdue => return Err(Fault::usage("--overdue goes with --forget")),
        _ => {}
    }
    match chosen.as_slice() {
        [] => Ok(Some(Way::Rebuild(Fate::Dumped))),
        [way] => Ok(*way),
        _ => Err(Fault::usage(
            "--no-backup, --swap, --keep-data, --undo, --forget and --reopen exclude each other",
        )),
    }
}

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let way = way(&mut rest)?;
    let services = Scope::of(ctx, rest.value("--services")?)?;
    let Some(way) = way else { return keep_data(ctx, rest, services) };
    rest.no_words(COMMAND.name)?;
    if matches!(way, Way::Rebuild(_) | Way::Swap) {
        // The file is the cheapest thing to be wrong: look there first.
        InitFile::read(ctx)?;
    }
    let target = Target::resolve(ctx)?;
    check_name(ctx, &target)?;
    if let Target::Compose(_) = &target
        && let Some(ctx) = env_file::settle(ctx)?
    {
        // The new `.env` decides port, project and password.
        return go(&ctx, &Target::named(&ctx, "compose")?, way, services);
    }
    go(ctx, &target, way, services)
}

/// A plan is made here: what holds for plans holds.
fn keep_data(ctx: &Ctx, mut rest: Rest, services: Scope) -> Result<Answer> {
    let rules = Rules::of(ctx, &mut rest)?;
    let sql = rest.flag("--sql");
    let online = rest.flag("--online");
    let way = match rest.value("--way")? {
        None => None,
        Some(name) => match keep::Way::NAMES.iter().find(|it| it.0 == name) {
            Some((_, way)) => Some(*way),
            None => return Err(Fault::usage(format!("`{name}` is no way: clone or copy")).into()),
        },
    };
    let way = match (way, online) {
        (Some(keep::Way::Clone), true) => {
            return Err(Fault::usage("--online copies rows: it is no clone").into());
        }
        (_, true) => Some(keep::Way::Copy),
        (way, false) => way,
    };
    let (to, source_url) = (rest.value("--to")?, rest.value("--source-url")?);
    if to.is_some() && !online || source_url.is_some() && to.is_none() {
        let hint = "`--keep-data --online --to TARGET --source-url URL`";
        return Err(Fault::usage("--to goes with --online, --source-url with --to")
            .hint(hint)
            .into());
    }
    let target = Rc::new(Target::resolve(ctx)?);
    let to = to.map(|to| keep::between::To::of(ctx, &to, source_url.as_deref())).transpose()?;
    let allowed = Allowed::of(ctx, &mut rest, &target)?;
    rest.no_words(COMMAND.name)?;
    check_name(ctx, &target)?;
    keep::run(ctx, &target, keep::Options { way, online, to, services, rules, allowed, sql })
}

/// The system's own databases cannot be ours, and a name has its length.
fn check_name(ctx: &Ctx, target: &Target) -> Result<()> {
    let name = target.database(ctx);
    if ["postgres", "template0", "template1"].contains(&name.as_str()) {
        let hint = "name another one: POSTGRES_DB in .env";
        return Err(Fault::failed(format!("`{name}` is the server's own database"))
            .hint(hint)
            .into());
    }
    if name.is_empty() || name.len() > NAME_LIMIT {
        return Err(
            Fault::failed(format!("`{name}` is not a name of 1 to {NAME_LIMIT} bytes")).into()
        );
    }
    Ok(())
}

fn go(ctx: &Ctx, target: &Target, way: Way, services: Scope) -> Result<Answer> {
    let options = match way {
        Way::Rebuild(fate) => Options { fate, services },
        Way::Swap => return rebuild::swap::run(ctx, target, services),
        Way::Undo => return rebuild::swap::undo(ctx, target, services),
        Way::Forget { overdue } => return rebuild::beside::forget(ctx, target, overdue),
        Way::Reopen => return keep::between::reopen(ctx, target),
    };
    match target {
        Target::Local(local) => rebuild::local::run(ctx, target, local, options),
        Target::Compose(compose) => rebuild::compose::run(ctx, target, compose, options),
        Target::Url(_) => Err(Fault::refused(format!(
            "target `{}` is a server that is not ours to take down",
            target.name()
        ))
        .hint("build beside and swap: `cargo xtask db-rebuild --swap`")
        .into()),
    }
}
