//! `db-migrate`: makes the live database what init.sql declares, while others
//! use it.
//!
//! Must never: do the work of `schema/migrate.rs`.

use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Result;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::quarantine;
use crate::schema::allow::{self, Allowed};
use crate::schema::migrate::{Request, Written, migrate};
use crate::schema::rules::{self, Rules};
use crate::schema::side::typed_path;
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "db-migrate",
    summary: "Make the live database what init.sql says, online: plan, proof, consent, apply",
    usage: "[--allow HAZARD] [--plan FILE] [--resume] [--keep-dropped TIME] [--snapshot] [--no-backup] [--init FILE]",
    flags: &[
        allow::FLAG,
        (
            "--plan FILE",
            "the plan that `db-diff --out` wrote; refused when the schema is another by now",
        ),
        ("--resume", "go on after a run that was stopped: tells how far it came, plans the rest"),
        ("--snapshot", "copy the database first; `rollback` goes back to the copy"),
        ("--no-backup", "make no backup before data goes"),
        ("--init FILE", "another file than the project's, with --db-url for any database"),
        ("--sql", "show the SQL also of long plans"),
        quarantine::FLAG,
        rules::FLAGS[0],
        rules::FLAGS[1],
    ],
    examples: &[
        "cargo xtask db-migrate --dry-run",
        "cargo xtask db-migrate",
        "cargo xtask db-migrate --allow data-loss --yes",
        "cargo xtask db-migrate --keep-dropped 14d",
        "cargo xtask db-migrate --db-url URL --init schema.sql --allow all --yes",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let rules = Rules::of(ctx, &mut rest)?;
    let init = rest.value("--init")?.map(|file| typed_path(ctx, &file)).transpose()?;
    let plan = rest.value("--plan")?.map(|file| Written::File(PathBuf::from(file)));
    if plan.is_some() && init.is_some() {
        return Err(Fault::usage("--plan and --init exclude each other").into());
    }
    let keep = rest.value("--keep-dropped")?;
    if plan.is_some() && keep.is_some() {
        let hint =
            "say it when the plan is made: `cargo xtask db-diff --keep-dropped 14d --out FILE`";
        return Err(Fault::usage("--plan and --keep-dropped exclude each other").hint(hint).into());
    }
    let by = init.as_ref().unwrap_or(&ctx.config.metadata.init).display().to_string();
    let rules = rules.keeping(quarantine::asked(ctx, keep, &by)?);
    let (resume, no_backup, sql) =
        (rest.flag("--resume"), rest.flag("--no-backup"), rest.flag("--sql"));
    let snapshot = rest.flag("--snapshot");
    let target = Rc::new(Target::resolve(ctx)?);
    let allowed = Allowed::of(ctx, &mut rest, &target)?;
    rest.no_words(COMMAND.name)?;
    let request = Request {
        target,
        init: init.unwrap_or_else(|| ctx.config.metadata.init.clone()),
        plan,
        command: COMMAND.name,
        snapshot,
        rules,
        allowed,
        backup: !no_backup,
        resume,
        sql,
    };
    migrate(ctx, &request)
}
