//! A backup in the place of the live database: restored beside it, compared,
//! and swapped in by rename. The one that was served stays.
//!
//! Must never: restore in place, or swap in what was not compared.

use anyhow::Result;
use pg_live::content::TableContent;
use pg_live::{Address, Session, content, database, protection};
use serde_json::json;

use super::card::{By, card};
use super::fit::require_room;
use super::refill::discard;
use super::some;
use super::source::Source;
use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::NAME_LIMIT;
use crate::rebuild::{self, beside, keep, swap};
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{self, counted};
use crate::ways;

#[derive(Debug)]
pub struct Options {
    /// Another database to restore into, which must not be there yet.
    pub into: Option<String>,
    /// With `into`: the rows of these alone.
    pub tables: Vec<String>,
    /// A backup of another cluster is meant.
    pub foreign: bool,
    pub services: Scope,
}

pub fn restore(ctx: &Ctx, target: &Target, source: &Source, options: &Options) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    require_same_cluster(ctx, &live, source, options)?;
    source.require_fit(ctx, &live)?;
    if let Some(into) = &options.into {
        require_name(into)?;
        require_absent(ctx, &live, into)?;
    }
    let mark = ctx.wait(async { protection(&Session::connect(&live, "restore").await?).await })?;
    let tables = some::chosen(source, &options.tables)?;
    let name_of = source.name();
    let what = match &options.into {
        Some(name) if !tables.is_empty() => format!(
            "restore {} of {name_of} into a new database `{name}`",
            counted(tables.len(), "table"),
        ),
        Some(name) => format!("restore {name_of} into a new database `{name}`"),
        None => format!(
            "serve {name_of} as `{}`; the present database is kept beside it",
            live.database
        ),
    };
    if let Source::Backup(backup) = source {
        require_room(ctx, target, &backup.manifest)?;
    }
    if ctx.globals.dry_run {
        let told = card(ctx, &live, source, By::Hash)?.text;
        let text = format!("would {what}\n{told}nothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [what] })));
    }
    let mark = target.configured_protection().or(mark);
    match options.into {
        Some(_) => consent::agree_to_change(ctx, &live.database, None, &what)?,
        None => agree(ctx, &live, source, (mark.as_deref(), &what))?,
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let scope = if options.into.is_some() { Scope::None } else { options.services };
    let mut around = Around::new(target, scope);
    let kept = match &options.into {
        Some(_) => String::new(),
        None => ways::kept_name(ctx, target, &live, "before")?,
    };
    let into = options.into.as_deref();
    let going = Going {
        command: "restore",
        source,
        into,
        tables: &tables,
        code: source.code(),
        kept: &kept,
        look: &|| Ok(()),
    };
    match run(ctx, &mut steps, &mut around, &live, &going) {
        Ok(()) => {
            let started = around.start(ctx, &mut steps);
            let records = steps.end();
            let text = match &options.into {
                Some(name) if !tables.is_empty() => some::story(&live, name, &tables),
                Some(name) => format!("{name_of} is in `{name}`, {}", source.compared()),
                None => format!(
                    "{name_of} serves as {}, {}\nthe one before is kept as {kept} (back: `cargo xtask rollback`)",
                    live.database,
                    source.compared()
                ),
            };
            let data = json!({ "label": name_of, "kept": kept, "steps": records });
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
    pub source: &'a Source,
    /// See [`Options::into`].
    pub into: Option<&'a str>,
    /// See [`Options::tables`]; none: everything.
    pub tables: &'a [TableContent],
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
    let (target, source) = (around.target, going.source);
    let _reading = source.in_use()?;
    let unpacked = source.read_back(ctx, target, going.tables.is_empty())?;
    // Half a database under a name of the user's own would be taken for one.
    let name = beside::beside(&live.database, "new");
    let new = live.with_database(&name);
    let tending = steps.step("new database", |_| {
        let swept = swap::drop_unfinished(ctx, live);
        let tending = match going.into {
            // Whoever is at work is in nobody's way.
            Some(into) => {
                require_absent(ctx, live, into)?;
                None
            }
            // What is being filled looks like left behind to who sweeps.
            None => {
                swept?;
                Some(keep::tend(ctx, live, &format!("`cargo xtask {}`", going.command))?)
            }
        };
        source.create_empty(ctx, live, &name)?;
        Ok(told(tending, name.clone()))
    })?;
    // While somebody is in it, another checkout's run leaves it alone.
    let inside = ctx.wait(Session::connect(&new, "restore"))?;
    let filled = match source.backup().filter(|_| !going.tables.is_empty()) {
        Some(backup) => some::fill(ctx, target, &new, (backup, going.tables)),
        None => source.fill(ctx, target, &new, unpacked),
    };
    if let Err(error) = filled {
        // The next run sweeps what cannot be dropped now: a server that broke
        // down is told as that.
        let _ = discard(ctx, live, &name);
        return Err(error);
    }
    if let Some(into) = going.into {
        return steps.step("name", |_| {
            drop(inside);
            let named = ctx.wait(async {
                database::rename(&verify::maintenance(live).await?, &name, into).await
            });
            if let Err(error) = named {
                discard(ctx, live, &name)?;
                return Err(error.into());
            }
            Ok(told((), into))
        });
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
        // The swap takes it itself.
        drop(tending);
        ways::exchange(ctx, target, live, (&name, kept), newcomer)?;
        // The swap has ended it.
        drop(inside);
        Ok(told((), format!("the old one is {kept}")))
    })
}

/// Reads every row that is served for who still has to agree.
fn agree(
    ctx: &Ctx,
    live: &Address,
    source: &Source,
    (mark, what): (Option<&str>, &str),
) -> Result<()> {
    let by = if ctx.globals.yes { By::Count } else { By::Hash };
    let card = card(ctx, live, source, by)?;
    ctx.term.plain(card.text.trim_end());
    if !card.loses {
        return consent::agree_to_change(ctx, &live.database, mark, what);
    }
    let story = format!("This will {what}. What is told above as of now is not served then.");
    let loss = Loss { database: &live.database, story: &story, is_empty: false, protected: mark };
    consent::agree_to_loss(ctx, &loss).map(|_| ())
}

/// The server would cut a longer one, and say so to nobody.
fn require_name(name: &str) -> Result<(), Fault> {
    if (1..=NAME_LIMIT).contains(&name.len()) {
        return Ok(());
    }
    let what = format!("`{name}` has {} bytes, and names have 1 to {NAME_LIMIT}", name.len());
    Err(Fault::usage(what).hint("name a shorter one: `--into NAME`"))
}

fn require_absent(ctx: &Ctx, live: &Address, name: &str) -> Result<()> {
    let found = ctx.wait(async {
        let session = verify::maintenance(live).await?;
        database::list(&session, name).await
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
    source: &Source,
    options: &Options,
) -> Result<()> {
    let Some(backup) = source.backup() else { return Ok(()) };
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
