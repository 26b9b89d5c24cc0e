//! `rollback`: the state before the last change, by the way that loses least.
//!
//! Must never: do the work of `ways/`.

use std::rc::Rc;

use anyhow::Result;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::schema::allow::{self, Allowed};
use crate::services::{SCOPE_FLAG, Scope};
use crate::target::Target;
use crate::ways::code::Wish;
use crate::ways::{self, Options};

pub const COMMAND: Command = Command {
    name: "rollback",
    summary: "Go back to the state before the last change: database, then code; the least lossy way",
    usage: "[--list] [--to WAY] [--discard-newer] [--with-code REF | --db-only] [--services all|db|none]",
    flags: &[
        ("--list", "the ways there are and what each would take; nothing is changed"),
        (
            "--to WAY",
            "`previous`, a way that `--list` names, a backup's label, `latest`, or a plan.sql",
        ),
        ("--discard-newer", "give up what was written since that state"),
        ("--with-code REF", "init.sql and models as in this commit, not as in the recorded one"),
        ("--db-only", "leave init.sql and models as they are"),
        allow::FLAG,
        ("--sql", "show the SQL also of long plans"),
        SCOPE_FLAG,
    ],
    examples: &[
        "cargo xtask rollback --list",
        "cargo xtask rollback --dry-run",
        "cargo xtask rollback",
        "cargo xtask rollback --to 20261122T092258 --discard-newer",
        "cargo xtask rollback --with-code HEAD~1",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let to = rest.value("--to")?;
    let (named, db_only) = (rest.value("--with-code")?, rest.flag("--db-only"));
    let code = match (named, db_only) {
        (Some(_), true) => {
            return Err(Fault::usage("--with-code and --db-only exclude each other").into());
        }
        (Some(word), false) => Wish::Named(word),
        (None, true) => Wish::Leave,
        (None, false) => Wish::Recorded,
    };
    let (discard_newer, list, sql) =
        (rest.flag("--discard-newer"), rest.flag("--list"), rest.flag("--sql"));
    let services = Scope::of(ctx, rest.value("--services")?)?;
    let target = Rc::new(Target::resolve(ctx)?);
    let allowed = Allowed::of(ctx, &mut rest, &target)?;
    rest.no_words(COMMAND.name)?;
    let options = Options { to, code, discard_newer, list, services, allowed, sql };
    ways::rollback(ctx, &target, &options)
}
