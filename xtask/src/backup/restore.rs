//! A backup in the place of the live database: restored beside it, compared,
//! and swapped in by rename. The one that was served stays.
//!
//! Must never: restore in place, or swap in what was not compared.

use std::fmt::Write as _;

use anyhow::Result;
use pg_live::facts::{Facts, facts};
use pg_live::{Address, Session, content, protection};
use serde_json::json;

use super::create::read_back;
use super::refill::{compare, create_empty, discard, fill};
use super::store::{Backup, InUse};
use crate::consent;
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::{self, beside, swap};
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify;
use crate::ways;

#[derive(Debug)]
pub struct Options {
    /// Another database to restore into, which must not be there yet.
    pub into: Option<String>,
    /// A backup of another cluster is meant.
    pub foreign: bool,
    pub services: Scope,
}

pub fn restore(ctx: &Ctx, target: &Target, backup: &Backup, options: &Options) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    require_same_cluster(ctx, &live, backup, options)?;
    let (found, mark) = ctx.wait(async {
        let session = Session::connect(&live, "restore").await?;
        pg_live::Result::Ok((facts(&session).await?, protection(&session).await?))
    })?;
    let what = match &options.into {
        Some(name) => format!("restore {} into a new database `{name}`", backup.label),
        None => format!(
            "serve {} as `{}`; the present database is kept beside it",
            backup.label, live.database
        ),
    };
    if ctx.globals.dry_run {
        let text = format!("would {what}\n{}nothing was changed", differences(&found, backup));
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [what] })));
    }
    if options.into.is_none() {
        ctx.term.plain(differences(&found, backup).trim_end());
    }
    let mark = target.configured_protection().or(mark).filter(|_| options.into.is_none());
    consent::agree_to_change(ctx, &live.database, mark.as_deref(), &what)?;
    let mut steps = Steps::begin(ctx, "restore", target.name())?;
    let scope = if options.into.is_some() { Scope::None } else { options.services };
    let mut around = Around::new(target, scope);
    let kept = match &options.into {
        Some(_) => String::new(),
        None => beside::beside(&live.database, "before"),
    };
    let into = options.into.as_deref();
    let going = Going {
        command: "restore",
        backup,
        into,
        code: ways::Served::Known(ways::code::of_backup(&backup.manifest)),
        kept: &kept,
        look: &|| Ok(()),
    };
    match run(ctx, &mut steps, &mut around, &live, &going) {
        Ok(()) => {
            let started = around.start(ctx, &mut steps);
            let records = steps.end();
            let text = match &options.into {
                Some(name) => {
                    format!("{} is in `{name}`, compared with its manifest", backup.label)
                }
                None => format!(
                    "{} serves as {}, compared with its manifest\nthe one before is kept as {kept} (back: `cargo xtask db-rebuild --undo`)",
                    backup.label, live.database
                ),
            };
            let data = json!({ "label": backup.label.to_string(), "kept": kept, "steps": records });
            around.conclude(ctx, started, Answer::done(text, data))
        }
        Err(error) => {
            // The next run sweeps what cannot be dropped now.
            let _ = ctx.interrupt.shield(|| swap::drop_unfinished(ctx, &live));
            around.put_back(ctx);
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

/// Who restores, and what becomes of the database that is served.
pub struct Going<'a> {
    pub command: &'a str,
    pub backup: &'a Backup,
    /// See [`Options::into`].
    pub into: Option<&'a str>,
    /// The code that will be beside it.
    pub code: ways::Served,
    /// The name it is kept under.
    pub kept: &'a str,
    /// The last look before the swap, with the services stopped.
    pub look: &'a dyn Fn() -> Result<()>,
}

/// Restored beside, compared, swapped in; or left beside with `--into`.
pub fn run(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    around: &mut Around<'_>,
    live: &Address,
    going: &Going<'_>,
) -> Result<()> {
    let (target, backup) = (around.target, going.backup);
    let Some(_reading) = InUse::take(&backup.dir, true)? else {
        return Err(Fault::unavailable(format!("{} is being removed", backup.label)).into());
    };
    read_back(ctx, target, &backup.dir, &backup.manifest)?;
    let name = going.into.map_or_else(|| beside::beside(&live.database, "new"), str::to_owned);
    let new = live.with_database(&name);
    steps.step("new database", |_| {
        swap::drop_unfinished(ctx, live)?;
        require_absent(ctx, live, &name)?;
        create_empty(ctx, live, &name, &backup.manifest)?;
        Ok(told((), name.clone()))
    })?;
    let filled = fill(ctx, target, &new, backup)
        .and_then(|()| compare(ctx, target, &new, &backup.manifest))
        .and_then(|_| analyze(ctx, &new));
    if let Err(error) = filled {
        // Half a database under a name of the user's own would be taken for one.
        discard(ctx, live, &name)?;
        return Err(error);
    }
    if going.into.is_some() {
        return Ok(());
    }
    let newcomer = ways::Newcomer {
        command: going.command,
        code: going.code.clone(),
        baseline: ways::loss::baseline(ctx, &new)?,
    };
    around.prepare(ctx, steps)?;
    around.stop(ctx, steps)?;
    (going.look)()?;
    let kept = going.kept;
    steps.step("swap", |_| {
        ways::exchange(ctx, target, live, (&name, kept), newcomer)?;
        Ok(told((), format!("the old one is {kept}")))
    })
}

fn analyze(ctx: &Ctx, new: &Address) -> Result<()> {
    Ok(ctx.wait(async { Session::connect(new, "restore").await?.execute("ANALYZE").await })?)
}

fn require_absent(ctx: &Ctx, live: &Address, name: &str) -> Result<()> {
    let found = ctx.wait(async {
        let session = verify::maintenance(live).await?;
        pg_live::database::list(&session, name).await
    })?;
    if found.iter().any(|it| it.name == name) {
        return Err(Fault::refused(format!("there is a database `{name}` already"))
            .hint("name one that is not there")
            .into());
    }
    Ok(())
}

/// The right file on the wrong server is how archives get lost.
fn require_same_cluster(
    ctx: &Ctx,
    live: &Address,
    backup: &Backup,
    options: &Options,
) -> Result<()> {
    if options.foreign || options.into.is_some() {
        return Ok(());
    }
    let origin = ctx.wait(async {
        let session = Session::connect(live, "restore").await?;
        content::origin(&session).await
    })?;
    let was = &backup.manifest.origin.system_identifier;
    if was.is_empty() || origin.system_identifier.is_empty() || *was == origin.system_identifier {
        return Ok(());
    }
    Err(Fault::refused(format!(
        "{} was made on another cluster (system {was}; this is {})",
        backup.label, origin.system_identifier
    ))
    .hint("a rebuild makes a new cluster; if this one is meant, add `--foreign`")
    .into())
}

/// What would be other rows than now, table by table.
fn differences(now: &Facts, backup: &Backup) -> String {
    let mut text = String::new();
    let mut same = 0;
    for table in &backup.manifest.content.tables {
        let live =
            now.tables.iter().find(|it| it.namespace == table.namespace && it.name == table.name);
        let rows = live.map_or(0, |it| it.rows);
        if rows == table.rows {
            same += 1;
        } else {
            let name = format!("{}.{}", table.namespace, table.name);
            let _ = writeln!(text, "  {name:<40} {rows:>12} now, {:>12} then", table.rows);
        }
    }
    let known = |it: &&pg_live::facts::TableFacts| {
        let tables = &backup.manifest.content.tables;
        tables.iter().any(|table| table.namespace == it.namespace && table.name == it.name)
    };
    for it in now.tables.iter().filter(|it| !known(it) && it.rows > 0) {
        let name = format!("{}.{}", it.namespace, it.name);
        let _ = writeln!(text, "  {name:<40} {:>12} now, not there then", it.rows);
    }
    let _ = writeln!(text, "  {same} tables have as many rows as then");
    text
}
