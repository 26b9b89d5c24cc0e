//! `db-rebuild`: the whole database from init.sql, proved equal to it.
//!
//! Must never: do a way's work. `rebuild/` has one room for each.

use anyhow::Result;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Fault};
use crate::rebuild::{self, Options};
use crate::target::{Target, env_file};

pub const COMMAND: Command = Command {
    name: "db-rebuild",
    summary: "Build the whole database from init.sql and prove it equal to it",
    usage: "[--no-backup | --swap | --undo]",
    flags: &[
        ("--no-backup", "make no safety dump of the rows that would be lost"),
        ("--swap", "build beside the served database, then swap by rename; the old one is kept"),
        ("--undo", "put the database from before the last swap back"),
    ],
    examples: &[
        "cargo xtask db-rebuild",
        "cargo xtask db-rebuild --target compose --yes",
        "cargo xtask db-rebuild --swap --explain",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let options = Options { backup: !rest.flag("--no-backup") };
    let (swap, undo) = (rest.flag("--swap"), rest.flag("--undo"));
    rest.no_words(COMMAND.name)?;
    if swap && undo || (swap || undo) && !options.backup {
        return Err(Fault::usage("--swap, --undo and --no-backup exclude each other").into());
    }
    if !undo {
        // The file is the cheapest thing to be wrong: look there first.
        InitFile::read(ctx)?;
    }
    let target = Target::resolve(ctx)?;
    if let Target::Compose(_) = &target
        && !ctx.globals.dry_run
        && env_file::ensure(ctx)?
    {
        // The new `.env` decides port, project and password: read it.
        let ctx = ctx.reloaded()?;
        return run_on(&ctx, &Target::named(&ctx, "compose")?, options, swap, undo);
    }
    run_on(ctx, &target, options, swap, undo)
}

fn run_on(ctx: &Ctx, target: &Target, options: Options, swap: bool, undo: bool) -> Result<Answer> {
    if undo {
        return rebuild::swap::undo(ctx, target);
    }
    if swap {
        return rebuild::swap::run(ctx, target);
    }
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
