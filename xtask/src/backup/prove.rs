//! Proving a backup: restored into a scratch database, and compared with its
//! manifest.
//!
//! Must never: restore over anything, or leave the scratch database behind.

use std::time::Instant;

use anyhow::Result;
use pg_live::Session;

use super::fit::{require_fit, require_room};
use super::manifest::{PROOF, Proof};
use super::reading::{Unpacked, read_back};
use super::refill::{Purpose, create_empty, discard, proof_name, refill, sweep_proofs};
use super::store::{Backup, InUse, manifest_sha256};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::stamp::now;
use crate::target::Target;

/// Reads it back, restores it beside the live database, compares everything,
/// and notes the proof.
pub fn prove(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Proof> {
    let _reading = reading(backup)?;
    let mut unpacked = Unpacked::wanted(ctx, target, backup)?;
    read_back(ctx, target, backup, unpacked.as_mut())?;
    restored(ctx, target, backup, unpacked)
}

/// Like [`prove`], of one that this run has made, and read back a moment ago.
pub fn prove_new(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Proof> {
    let _reading = reading(backup)?;
    let mut unpacked = Unpacked::wanted(ctx, target, backup)?;
    if let Some(unpacked) = &mut unpacked {
        unpacked.fill(backup)?;
    }
    restored(ctx, target, backup, unpacked)
}

fn reading(backup: &Backup) -> Result<InUse> {
    let removed = || Fault::unavailable(format!("{} is being removed", backup.label));
    Ok(InUse::take(&backup.dir, true)?.ok_or_else(removed)?)
}

fn restored(
    ctx: &Ctx,
    target: &Target,
    backup: &Backup,
    unpacked: Option<Unpacked>,
) -> Result<Proof> {
    let live = target.require_answering(ctx)?;
    require_fit(ctx, &live, &backup.manifest)?;
    require_room(ctx, target, &backup.manifest)?;
    let started = Instant::now();
    sweep_proofs(ctx, &live)?;
    let name = proof_name(&backup.label);
    let scratch = live.with_database(&name);
    create_empty(ctx, &live, &name, &backup.manifest)?;
    let restored = (|| {
        // While somebody is in it, another proof's sweep leaves it alone.
        let _inside = ctx.wait(Session::connect(&scratch, "proof"))?;
        refill(ctx, target, (&scratch, Purpose::Proof), backup, unpacked)
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
