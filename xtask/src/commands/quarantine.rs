//! `quarantine`: what was dropped and is kept, back or gone for good.
//!
//! Must never: do the work of `quarantine/`.

use std::rc::Rc;

use anyhow::Result;

use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::quarantine::{self, Options};
use crate::schema::allow::{self, Allowed};
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "quarantine",
    summary: "What `db-migrate --keep-dropped` kept: list it, take it back, let go what is overdue",
    usage: "[list | restore NAME... | purge [NAME... [--early]]] [--no-backup]",
    flags: &[
        ("NAME", "what it was called: messages.notes, archive.messages"),
        ("--early", "purge: also what is not overdue yet; it has to be named"),
        ("--no-backup", "purge: make no backup before the rows go"),
        allow::FLAG,
    ],
    examples: &[
        "cargo xtask quarantine",
        "cargo xtask quarantine restore messages.notes",
        "cargo xtask quarantine purge --dry-run",
        "cargo xtask quarantine purge",
    ],
    run,
};

const SUBCOMMANDS: [&str; 3] = ["list", "restore", "purge"];

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (early, no_backup) = (rest.flag("--early"), rest.flag("--no-backup"));
    let target = Rc::new(Target::resolve(ctx)?);
    let allowed = Allowed::of(ctx, &mut rest, &target)?;
    let words = rest.words(COMMAND.name, usize::MAX)?;
    let options = Options { early, backup: !no_backup, allowed };
    match words.split_first().map(|(word, names)| (word.as_str(), names)) {
        None | Some(("list", [])) => quarantine::list(ctx, &target.require_answering(ctx)?),
        Some(("list", [more, ..])) => {
            Err(Fault::usage(format!("`list` does not take `{more}`")).into())
        }
        Some(("purge", [])) if early => {
            Err(Fault::usage("--early wants the names of what is to go").into())
        }
        Some(("purge", names)) => quarantine::purge(ctx, &target, names, options),
        Some(("restore", names)) => quarantine::restore(ctx, &target, names, options),
        Some((word, _)) => {
            let fault = Fault::usage(format!("`quarantine` has no `{word}`"));
            Err(match nearest(word, SUBCOMMANDS) {
                Some(near) => fault.hint(format!("did you mean `cargo xtask quarantine {near}`?")),
                None => fault.hint("cargo xtask quarantine --help"),
            }
            .into())
        }
    }
}
