//! `restore`: a backup in the place of the live database, which is kept.
//!
//! Must never: do the work of `backup/restore.rs`.

use anyhow::Result;
use serde_json::json;

use crate::backup::copies::Copies;
use crate::backup::create::shown;
use crate::backup::encryption::Keyring;
use crate::backup::restore::{self, Options};
use crate::backup::source::Source;
use crate::backup::store::Store;
use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::physical::{self, ENGINE_FLAG, Engine, moment, undo};
use crate::services::{SCOPE_FLAG, Scope};
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "restore",
    summary: "Serve a backup: restored beside, compared, swapped in; the present database is kept",
    usage: "[LABEL | latest | PATH] [--into DATABASE [--table NAME]... [--partial]] [--foreign] [--identity FILE] [--services all|db|none] [--engine pgbackrest [--to-time TIME] [--timeline NUMBER] [--undo | --forget]]",
    flags: &[
        ("--into DATABASE", "restore into a new database of that name and swap nothing"),
        ("--table NAME", "with --into: the rows of this table only; may be repeated"),
        ("--partial", "with --into: what is left of a dump that was cut"),
        ("--identity FILE", "the key of age that opens an encrypted backup"),
        ("--foreign", "a backup of another cluster is meant, as after a rebuild"),
        SCOPE_FLAG,
        ENGINE_FLAG,
        ("--to-time TIME", "pgbackrest: as the server was at this moment; UTC, or with an offset"),
        ("--timeline NUMBER", "pgbackrest: along this timeline, not the one that is served"),
        ("--undo", "pgbackrest: serve the cluster again that the last restore set aside"),
        ("--forget", "pgbackrest: remove the clusters that restores set aside"),
    ],
    examples: &[
        "cargo xtask restore latest --dry-run",
        "cargo xtask restore 20261122T092258",
        "cargo xtask restore latest --into yesterday",
        "cargo xtask restore old/backup_20261122.sql.gz --into old",
        "cargo xtask restore latest --into rescue --table channels",
        "cargo xtask restore --engine pgbackrest --to-time '2026-11-30 12:00:00+00'",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let engine = Engine::of(&mut rest)?;
    let time = rest.value("--to-time")?;
    let timeline = rest.value("--timeline")?;
    let (is_undo, is_forget) = (rest.flag("--undo"), rest.flag("--forget"));
    match engine {
        Engine::Pgbackrest => {
            let services = Scope::of(ctx, rest.value("--services")?)?;
            let foreign = rest.flag("--foreign");
            let words = rest.words(COMMAND.name, 1)?;
            let target = Target::resolve(ctx)?;
            let has_more = !words.is_empty() || time.is_some() || timeline.is_some() || foreign;
            if (is_undo || is_forget) && has_more {
                let fault = Fault::usage("--undo and --forget take no backup, moment or timeline");
                return Err(fault
                    .hint("--undo serves the newest cluster that was set aside, --forget removes all: `cargo xtask status` names them")
                    .into());
            }
            return match (is_undo, is_forget) {
                (true, true) => Err(Fault::usage("--undo and --forget exclude each other").into()),
                (true, false) => undo::undo(ctx, &target, services),
                (false, true) => undo::forget(ctx, &target),
                (false, false) => {
                    let label = words.into_iter().next().filter(|word| word != "latest");
                    let time = time.as_deref().map(moment::parse_time).transpose()?;
                    let timeline = timeline.as_deref().map(moment::parse_timeline).transpose()?;
                    let options =
                        physical::restore::Options { label, time, timeline, foreign, services };
                    physical::restore::restore(ctx, &target, &options)
                }
            };
        }
        Engine::Dump if time.is_some() || timeline.is_some() || is_undo || is_forget => {
            let fault = Fault::usage(
                "a dump is of one moment, and a restore of it is undone by `rollback`",
            );
            return Err(fault.hint("add `--engine pgbackrest`").into());
        }
        Engine::Dump => {}
    }
    let options = Options {
        into: rest.value("--into")?,
        tables: rest.values("--table")?,
        foreign: rest.flag("--foreign"),
        services: Scope::of(ctx, rest.value("--services")?)?,
    };
    let keyring = Keyring::of(ctx, rest.value("--identity")?)?;
    let is_partial = rest.flag("--partial");
    let words = rest.words(COMMAND.name, 1)?;
    if options.into.is_none() && !options.tables.is_empty() {
        let hint = "name a new database for them: `--into rescue`";
        return Err(Fault::usage("--table takes single tables out of a backup").hint(hint).into());
    }
    if options.into.is_none() && is_partial {
        let hint = "name a new database for it: `--into rescue`";
        return Err(Fault::usage("--partial saves what is left of a dump").hint(hint).into());
    }
    let target = Target::resolve(ctx)?;
    let database = target.database(ctx);
    let store = Store::of(ctx, target.name(), &database);
    let label = words.first().map_or("latest", String::as_str);
    if !Source::is_path(ctx, label)? && store.find(label).is_err() {
        let copies = Copies::wanted(ctx, target.name(), &database)?;
        if let Some(answer) = fetch_first(ctx, copies.as_ref(), &store, label)? {
            return Ok(answer);
        }
    }
    let source = Source::find(ctx, &store, label)?;
    source.require_whole(is_partial)?;
    // How many rows it has stands in the manifest, for everybody.
    let source = if ctx.globals.dry_run { source } else { source.unlocked(&keyring)? };
    restore::restore(ctx, &target, &source, &options)
}

/// What is not here comes from the store, where there is one. Some: that is
/// all that can be told without doing it.
fn fetch_first(
    ctx: &Ctx,
    copies: Option<&Copies>,
    store: &Store,
    label: &str,
) -> Result<Option<Answer>> {
    let Some(copies) = copies else { return Ok(None) };
    let copy = copies.find(ctx, label)?;
    if ctx.globals.dry_run {
        let (label, bytes, there) = (&copy.label, shown(copy.bytes()), &copies.shown);
        let would = format!("fetch {label}, {bytes}, from {there}, and restore it");
        let text = format!("would {would}\nnothing was changed");
        return Ok(Some(Answer::done(text, json!({ "dry_run": true, "would": [would] }))));
    }
    copies.fetch(ctx, store, &copy)?;
    Ok(None)
}
