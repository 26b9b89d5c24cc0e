//! Proving a backup: restored into a scratch database, and compared with its
//! manifest.
//!
//! Must never: restore over anything, or leave the scratch database behind.

use std::time::Instant;

use anyhow::Result;
use pg_live::Session;

use super::create::read_back;
use super::fit::require_fit;
use super::manifest::{PROOF, Proof};
use super::refill::{Purpose, compare, create_empty, discard, fill, proof_name, sweep_proofs};
use super::store::{Backup, InUse, manifest_sha256};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::run_state::now;
use crate::target::Target;

/// Reads it back, restores it beside the live database, compares everything,
/// and notes the proof.
pub fn prove(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Proof> {
    let _reading = reading(backup)?;
    read_back(ctx, target, backup)?;
    restored(ctx, target, backup)
}

/// Like [`prove`], of one that this run has made, and read back a moment ago.
pub fn prove_new(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Proof> {
    let _reading = reading(backup)?;
    restored(ctx, target, backup)
}

fn reading(backup: &Backup) -> Result<InUse> {
    let removed = || Fault::unavailable(format!("{} is being removed", backup.label));
    Ok(InUse::take(&backup.dir, true)?.ok_or_else(removed)?)
}

fn restored(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Proof> {
    let live = target.require_answering(ctx)?;
    require_fit(ctx, &live, &backup.manifest)?;
    let started = Instant::now();
    sweep_proofs(ctx, &live)?;
    let name = proof_name(&backup.label);
    let scratch = live.with_database(&name);
    create_empty(ctx, &live, &name, &backup.manifest)?;
    let restored = (|| {
        // While somebody is in it, another proof's sweep leaves it alone.
        let _inside = ctx.wait(Session::connect(&scratch, "proof"))?;
        fill(ctx, target, &scratch, backup)?;
        compare(ctx, target, (&scratch, Purpose::Proof), &backup.manifest)
    })();
    let dropped = discard(ctx, &live, &name);
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
