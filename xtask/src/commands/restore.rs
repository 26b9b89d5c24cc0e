//! `restore`: a backup in the place of the live database, which is kept.
//!
//! Must never: do the work of `backup/restore.rs`.

use anyhow::Result;

use crate::backup::restore::{self, Options};
use crate::backup::store::Store;
use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::Answer;
use crate::services::{SCOPE_FLAG, Scope};
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "restore",
    summary: "Serve a backup: restored beside, compared, swapped in; the present database is kept",
    usage: "[LABEL | latest] [--into DATABASE] [--foreign] [--services all|db|none]",
    flags: &[
        ("--into DATABASE", "restore into a new database of that name and swap nothing"),
        ("--foreign", "a backup of another cluster is meant, as after a rebuild"),
        SCOPE_FLAG,
    ],
    examples: &[
        "cargo xtask restore latest --dry-run",
        "cargo xtask restore 20261122T092258",
        "cargo xtask restore latest --into yesterday",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let options = Options {
        into: rest.value("--into")?,
        foreign: rest.flag("--foreign"),
        services: Scope::of(ctx, rest.value("--services")?)?,
    };
    let words = rest.words(COMMAND.name, 1)?;
    let target = Target::resolve(ctx)?;
    let store = Store::of(ctx, target.name(), &target.database(ctx));
    let label = words.first().map_or("latest", String::as_str);
    restore::restore(ctx, &target, &store.find(label)?, &options)
}
