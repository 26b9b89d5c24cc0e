//! What a rebuild that takes a whole cluster away must look at beyond the one
//! database, and how nothing is lost between the last look and the end.
//!
//! Must never: let a row that was acknowledged go without being in the dump.

use std::path::PathBuf;

use anyhow::{Context, Result};
use pg_live::facts::{beside_rows, facts};
use pg_live::scratch::is_scratch;
use pg_live::seeds::DeclaredSeeds;
use pg_live::shadow::is_shadow;
use pg_live::{Address, Fence, Session, database, fence, quote_ident};

use crate::backup::refill::is_proof;
use crate::backup::safety::safety_dump;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::rebuild::beside::is_beside;
use crate::rebuild::{self, Old, Options};
use crate::run_state::RunState;
use crate::services::test_databases::is_test_database;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{self, size};

/// Like [`rebuild::assess`]; other databases are refused, roles and large
/// objects count as something to lose.
pub fn assess(ctx: &Ctx, address: &Address, seeds: &DeclaredSeeds) -> Result<Old> {
    let (beside, properties) = ctx.wait(async {
        let session = verify::maintenance(address).await?;
        let mut beside = Vec::new();
        for it in database::list(&session, "").await? {
            if is_users(address, &it.name) || holds_tables(address, &it.name).await? {
                beside.push(it.name);
            }
        }
        let properties =
            database::properties(&session, &address.database, &address.database).await?;
        pg_live::Result::Ok((beside, properties))
    })?;
    if let [first, ..] = beside.as_slice() {
        return Err(Fault::refused(format!(
            "the same server holds more than `{}`, and all of it would be lost: {}",
            address.database,
            beside.join(", ")
        ))
        .hint(format!(
            "leave it alone with `cargo xtask db-rebuild --swap`; give up what swaps kept with \
             `cargo xtask db-rebuild --forget`; drop others: `cargo xtask psql -- -c 'DROP DATABASE {}'`",
            quote_ident(first)
        ))
        .into());
    }
    let mut old = rebuild::assess(ctx, address, seeds)?;
    if let Old::Known { risk, properties: kept, .. } = &mut old {
        *kept = properties;
        let counted = ctx.wait(async {
            match Session::connect(address, "db-rebuild").await {
                Err(error) if error.kind == pg_live::ErrorKind::NoDatabase => Ok((0, 0)),
                session => beside_rows(&session?).await,
            }
        })?;
        for (name, count) in [("large objects", counted.0), ("roles", counted.1)] {
            if count > 0 {
                risk.rows += count;
                risk.tables.push((name.to_owned(), count));
            }
        }
    }
    Ok(old)
}

/// A database that is neither the system's, nor the one, nor our scratch.
fn is_users(address: &Address, name: &str) -> bool {
    let known = ["postgres", "template0", "template1", address.database.as_str()];
    let is_ours = is_shadow(name)
        || is_scratch(name)
        || is_test_database(name)
        || is_proof(name)
        || is_beside(&address.database, "new", name);
    !known.contains(&name) && !is_ours
}

/// The system's own databases are empty, unless somebody put tables there.
async fn holds_tables(address: &Address, name: &str) -> pg_live::Result<bool> {
    if !["postgres", "template1"].contains(&name) {
        return Ok(false);
    }
    let session = Session::connect(&address.with_database(name), "db-rebuild").await?;
    Ok(!facts(&session).await?.tables.is_empty())
}

/// Settings, limits, comment and mark of the old database, on the new one. A
/// role that is not there any more is told.
pub fn carry_properties(ctx: &Ctx, old: &Old, new: &Address) -> Result<()> {
    let Old::Known { properties, .. } = old else { return Ok(()) };
    for statement in properties {
        ctx.term.equivalent("sql>", statement);
        let done = ctx.wait(async { verify::maintenance(new).await?.execute(statement).await });
        if let Err(error) = done {
            let error = anyhow::Error::from(error);
            ctx.term.warn(&format!("not carried over: `{statement}`: {error:#}"));
        }
    }
    Ok(())
}

/// Keeps writers out, looks again, and dumps. Whoever holds the fence until
/// the old server is stopped loses nothing that was acknowledged.
pub fn fence_and_dump(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    last: &Last<'_>,
) -> Result<Option<Fence>> {
    let Old::Known { address, .. } = last.old else { return Ok(None) };
    if !last.options.backup() {
        return Ok(None);
    }
    ctx.term.equivalent(
        "sql>",
        "BEGIN; LOCK TABLE <each table> IN SHARE MODE; -- until the old server stops",
    );
    let held = ctx.wait(async {
        match Session::connect(address, "db-rebuild").await {
            Err(error) if error.kind == pg_live::ErrorKind::NoDatabase => Ok(None),
            session => {
                let session = session?;
                let facts = facts(&session).await?;
                fence(session, &facts).await.map(Some)
            }
        }
    });
    let held =
        held.map_err(anyhow::Error::from).context("waiting for the writers of the old database")?;
    let now = assess(ctx, address, last.seeds)?;
    if last.old.is_empty() && !now.is_empty() {
        return Err(Fault::refused(
            "rows came into the database while it was being rebuilt; nothing was changed",
        )
        .hint("stop what writes, or run it again to be asked about them")
        .into());
    }
    if !now.is_empty() {
        dump(ctx, steps, target, address)?;
    }
    Ok(held)
}

/// What was known when consent was given.
pub struct Last<'a> {
    pub old: &'a Old,
    pub seeds: &'a DeclaredSeeds,
    pub options: Options,
}

/// The safety dump. Its path is noted, so that also a later run can name it.
fn dump(ctx: &Ctx, steps: &mut Steps<'_>, target: &Target, address: &Address) -> Result<PathBuf> {
    steps.step("safety dump", |run: &mut RunState| {
        let path = safety_dump(ctx, target, address)?;
        run.safety_dump(&path)?;
        let bytes = path.metadata().map_or(0, |meta| meta.len());
        let shown = path.strip_prefix(&ctx.root).unwrap_or(&path).display().to_string();
        let detail = format!("{shown}, {}, read back", size(i64::try_from(bytes).unwrap_or(0)));
        Ok(told(path, detail))
    })
}
