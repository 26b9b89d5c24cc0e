//! Proving a backup: restored into a scratch database, and compared with its
//! manifest.
//!
//! Must never: restore over anything, or leave the scratch database behind.

use std::time::Instant;

use anyhow::Result;
use pg_live::database;

use super::create::read_back;
use super::manifest::{PROOF, Proof};
use super::refill::{compare, create_empty, fill};
use super::store::{Backup, InUse, manifest_sha256};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::run_state::now;
use crate::target::Target;
use crate::verify;

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
    let restored = create_empty(ctx, &live, &name, &backup.manifest)
        .and_then(|()| fill(ctx, target, &scratch, backup))
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
