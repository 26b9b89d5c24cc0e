//! A backup back into a database: an empty one, filled, and compared with the
//! manifest.
//!
//! Must never: fill a database that holds anything.

use std::time::{Duration, Instant};

use anyhow::Result;
use pg_live::content;
use pg_live::{Address, Session, database, health, quote_ident};

use super::archive;
use super::create::schema_sha256;
use super::manifest::{DATA, Manifest};
use super::store::Backup;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;
use crate::term::Mark;
use crate::verify;

/// Long enough for the largest database this is meant for.
const TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// An empty database with the encoding and locale of the one backed up.
pub fn create_empty(ctx: &Ctx, live: &Address, name: &str, manifest: &Manifest) -> Result<()> {
    let origin = &manifest.origin;
    let create = format!(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        quote_ident(name),
        pg_live::quote_literal(&origin.encoding),
        pg_live::quote_literal(&origin.collate),
        pg_live::quote_literal(&origin.ctype)
    );
    ctx.wait(async {
        let session = verify::maintenance(live).await?;
        database::drop_scratch(&session, name).await?;
        session.execute(&create).await
    })?;
    Ok(())
}

/// Everything that was dumped, into an empty database. The first error ends
/// it.
pub fn fill(ctx: &Ctx, target: &Target, empty: &Address, backup: &Backup) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("restore");
    let run = target
        .program(ctx, "pg_restore", empty)?
        .args(["--exit-on-error", "--no-password"])
        .arg(format!("--dbname={}", empty.database))
        .timeout(TIMEOUT);
    let finished = ctx.proc.feed(&run, |stdin| archive::unpack(&backup.dir.join(DATA), stdin))?;
    if !finished.is_success() {
        return Err(Fault::failed(format!(
            "{} does not restore: {}",
            backup.label,
            finished.last_words()
        ))
        .hint("it is no backup; make another one: `cargo xtask backup`")
        .into());
    }
    drop(progress);
    ctx.term.step(Mark::Ok, "restore", started.elapsed(), &empty.database);
    Ok(())
}

/// Rows, hashes, sequences, schema, and that nothing in it is broken. Gives
/// the version of the server that did it.
pub fn compare(
    ctx: &Ctx,
    target: &Target,
    restored: &Address,
    manifest: &Manifest,
) -> Result<String> {
    let started = Instant::now();
    let progress = ctx.term.progress("compare");
    let schema = schema_sha256(ctx, target.program(ctx, "pg_dump", restored)?)?;
    let (found, faults, origin) = ctx.wait(async {
        let session = Session::connect(restored, "proof").await?;
        let found = content::content(&session).await?;
        let faults = health::check(&session).await?;
        pg_live::Result::Ok((found, faults, content::origin(&session).await?))
    })?;
    let mut wrong = manifest.content.differences(&found);
    let is_same_major = major(&origin.server_version) == major(&manifest.origin.server_version);
    if is_same_major && schema != manifest.schema_sha256 {
        wrong.push("the schema is spelled otherwise than it was".to_owned());
    }
    wrong.extend(faults.iter().map(|fault| format!("{}: {}", fault.object, fault.message)));
    drop(progress);
    if wrong.is_empty() {
        let story = format!("{} rows, every hash, sequence and key", found.rows());
        ctx.term.step(Mark::Ok, "compare", started.elapsed(), &story);
        return Ok(origin.server_version);
    }
    Err(Fault::failed(format!("what was restored is not what was backed up: {}", wrong.join("; ")))
        .hint("make another backup: `cargo xtask backup --prove`")
        .into())
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}
