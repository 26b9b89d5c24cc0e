//! `lint`: init.sql and plans under rules, with places, reasons and fixes.
//!
//! Must never: change a file without `--fix`, or a database at all.

use anyhow::Result;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::lint::{self, Format, Request};
use crate::outcome::{Answer, Fault};
use crate::schema::side::typed_path;

pub const COMMAND: Command = Command {
    name: "lint",
    summary: "Check init.sql, its annotations and plans under rules; exit 1 errors, 2 warnings",
    usage: "[FILE] [--fix] [--prove] [--staged] [--list] [--format HOW]",
    flags: &[
        ("FILE", "a plan of `db-diff --out`, or another migration (default: init.sql)"),
        ("--as init", "FILE is a declaration like init.sql, not a plan"),
        ("--fix", "mend what can be mended without changing what the file makes"),
        (
            "--prove",
            "also run init.sql twice on a scratch database, and ask the models whether they say the same",
        ),
        ("--staged", "init.sql as git will commit it; no server is asked"),
        ("--list", "every rule"),
        Format::FLAG,
    ],
    examples: &[
        "cargo xtask lint",
        "cargo xtask lint --fix",
        "cargo xtask lint plan.sql --format github",
        "cargo xtask lint --prove",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let format = Format::parse(rest.value("--format")?.as_deref())?;
    let (fix, prove) = (rest.flag("--fix"), rest.flag("--prove"));
    let (staged, list) = (rest.flag("--staged"), rest.flag("--list"));
    let is_declaration = match rest.value("--as")?.as_deref() {
        None | Some("plan") => false,
        Some("init") => true,
        Some(other) => {
            return Err(Fault::usage(format!("--as is init or plan, not `{other}`")).into());
        }
    };
    let words = rest.words(COMMAND.name, 1)?;
    if list {
        return Ok(lint::list());
    }
    let path = words.first().map(|typed| typed_path(ctx, typed)).transpose()?;
    if staged && (fix || prove || path.is_some()) {
        return Err(Fault::usage(
            "--staged looks at init.sql in git's index: no FILE, --fix or --prove with it",
        )
        .into());
    }
    if prove && path.as_ref().is_some_and(|path| *path != ctx.config.metadata.init) {
        return Err(Fault::usage("--prove runs the project's init.sql: no FILE with it").into());
    }
    let source = lint::named(path, is_declaration, staged);
    lint::lint(ctx, &Request { source, format, fix, prove })
}
