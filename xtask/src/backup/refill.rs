//! A backup back into a database: an empty one, filled, and compared with the
//! manifest.
//!
//! Must never: fill a database that holds anything.

use std::time::Instant;

use anyhow::Result;
use pg_live::content;
use pg_live::{Address, Session, database, health, quote_ident};

use super::archive;
use super::create::schema_sha256;
use super::label::Label;
use super::manifest::{DATA, Manifest};
use super::store::Backup;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;
use crate::term::Mark;
use crate::tools::pg_dump::DUMP_TIMEOUT;
use crate::verify;

/// How the names of databases begin that [`super::prove`] restores into.
const PROOF: &str = "xtask_proof_";

pub fn proof_name(label: &Label) -> String {
    format!("{PROOF}{}", label.to_string().to_lowercase().replace(['.', '-'], "_"))
}

/// True for a name that only a proof gives. A user's database may begin alike.
pub fn is_proof(name: &str) -> bool {
    let label = name.strip_prefix(PROOF).and_then(|rest| {
        let (time, random) = rest.rsplit_once('_')?;
        Label::parse(&format!("{}-{random}", time.to_uppercase().replacen('_', ".", 1)))
    });
    label.is_some_and(|label| proof_name(&label) == name)
}

/// Drops the scratch databases of proofs that were killed. One that somebody
/// works in stays.
pub fn sweep_proofs(ctx: &Ctx, live: &Address) -> Result<()> {
    Ok(ctx.wait(async {
        let session = verify::maintenance(live).await?;
        for it in database::list(&session, PROOF).await? {
            if !is_proof(&it.name) {
                continue;
            }
            match database::drop_unused(&session, &it.name).await {
                Err(error) if !database::is_in_use(&error) => return Err(error),
                _ => {}
            }
        }
        pg_live::Result::Ok(())
    })?)
}

/// Gives up a database that was made here.
pub fn discard(ctx: &Ctx, live: &Address, name: &str) -> Result<()> {
    ctx.interrupt.shield(|| {
        Ok(ctx.wait(async {
            database::drop_scratch(&verify::maintenance(live).await?, name).await
        })?)
    })
}

/// An empty database with the encoding and locale of the one backed up. One
/// of that name is left alone, and an error.
pub fn create_empty(ctx: &Ctx, live: &Address, name: &str, manifest: &Manifest) -> Result<()> {
    let origin = &manifest.origin;
    let create = format!(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        quote_ident(name),
        pg_live::quote_literal(&origin.encoding),
        pg_live::quote_literal(&origin.collate),
        pg_live::quote_literal(&origin.ctype)
    );
    Ok(ctx.wait(async { verify::maintenance(live).await?.execute(&create).await })?)
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
        .timeout(DUMP_TIMEOUT);
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

#[cfg(test)]
mod tests {
    //! Only what a proof made is taken for one.

    use super::is_proof;

    #[test]
    fn a_proof_is_known_by_the_whole_of_its_name() {
        assert!(is_proof("xtask_proof_20261123t015728_439z_eaed"));
        for name in [
            "xtask_proof_",
            "xtask_proof_mine",
            "xtask_proof_20261123t015728_439z_eae",
            "xtask_proof_20261123T015728_439Z_eaed",
            "xtask_proof_20261123t015728.439z_eaed",
        ] {
            assert!(!is_proof(name), "{name}");
        }
    }
}
