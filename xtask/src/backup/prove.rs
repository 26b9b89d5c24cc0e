//! Proving a backup: restored into a scratch database, and compared with its
//! manifest.
//!
//! Must never: restore over anything, or leave the scratch database behind.

use std::time::{Duration, Instant};

use anyhow::Result;
use pg_live::content;
use pg_live::{Address, Session, database, health, quote_ident};

use super::archive;
use super::create::{read_back, schema_sha256};
use super::manifest::{DATA, Manifest, PROOF, Proof};
use super::store::{Backup, InUse, manifest_sha256};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::run_state::now;
use crate::target::Target;
use crate::term::Mark;
use crate::verify;

const TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// Reads it back, restores it beside the live database, compares everything,
/// and notes the proof.
pub fn prove(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Proof> {
    let Some(_reading) = InUse::take(&backup.dir, true)? else {
        return Err(Fault::unavailable(format!("{} is being removed", backup.label)).into());
    };
    read_back(ctx, target, &backup.dir, &backup.manifest)?;
    let live = target.require_answering(ctx)?;
    let started = Instant::now();
    let name =
        format!("xtask_proof_{}", backup.label.to_string().to_lowercase().replace(['.', '-'], "_"));
    let scratch = live.with_database(&name);
    let restored = create_scratch(ctx, &live, &name, &backup.manifest)
        .and_then(|()| restore(ctx, target, &scratch, backup))
        .and_then(|()| compare(ctx, target, &scratch, &backup.manifest));
    let dropped = ctx.interrupt.shield(|| {
        Ok::<_, anyhow::Error>(ctx.wait(async {
            database::drop_scratch(&verify::maintenance(&live).await?, &name).await
        })?)
    });
    let server_version = restored?;
    dropped?;
    let proof = Proof {
        at: now(),
        server_version,
        milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        manifest_sha256: manifest_sha256(&backup.dir)?,
    };
    write_private(&backup.dir.join(PROOF), serde_json::to_string_pretty(&proof)?.as_bytes())?;
    Ok(proof)
}

fn create_scratch(ctx: &Ctx, live: &Address, name: &str, manifest: &Manifest) -> Result<()> {
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

fn restore(ctx: &Ctx, target: &Target, scratch: &Address, backup: &Backup) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("restore");
    // A scratch copy need not survive a crash of the server.
    let settings =
        format!("ALTER DATABASE {} SET synchronous_commit = off", quote_ident(&scratch.database));
    ctx.wait(async { verify::maintenance(scratch).await?.execute(&settings).await })?;
    let run = target
        .program(ctx, "pg_restore", scratch)?
        .args(["--exit-on-error", "--no-password"])
        .arg(format!("--dbname={}", scratch.database))
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
    ctx.term.step(Mark::Ok, "restore", started.elapsed(), &scratch.database);
    Ok(())
}

/// Rows, hashes, sequences, schema, and that nothing in it is broken. Gives
/// the version of the server that did it.
fn compare(ctx: &Ctx, target: &Target, scratch: &Address, manifest: &Manifest) -> Result<String> {
    let started = Instant::now();
    let progress = ctx.term.progress("compare");
    let schema = schema_sha256(ctx, target.program(ctx, "pg_dump", scratch)?)?;
    let (found, faults, origin) = ctx.wait(async {
        let session = Session::connect(scratch, "proof").await?;
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
