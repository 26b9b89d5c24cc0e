//! pgBackRest: physical backups and the archive of the write-ahead log.
//!
//! Must never: be led to another repository by a variable of the environment;
//! `proc.rs` takes all of them away.

use std::path::PathBuf;

use anyhow::Result;

use crate::context::Ctx;
use crate::outcome::{Exit, Fault};
use crate::proc::Finished;

pub const PROGRAM: &str = "pgbackrest";

/// The exit code of a program that found the lock of another one.
const LOCKED: i32 = 50;

pub fn require(ctx: &Ctx) -> Result<PathBuf> {
    match ctx.proc.find(PROGRAM) {
        Some(program) => Ok(program),
        None => Err(Fault::unavailable("physical backups need pgBackRest, which is not installed")
            .hint("install the package `pgbackrest` (`apt-get install pgbackrest` on Debian)")
            .into()),
    }
}

/// A status that is not 0, with what the program said.
pub fn require_success(doing: &str, finished: &Finished) -> Result<()> {
    if finished.is_success() {
        return Ok(());
    }
    let said = finished.last_words();
    if finished.status == LOCKED {
        return Err(Fault::new(
            Exit::Unavailable,
            format!("{doing}: another pgBackRest works on the same repository: {said}"),
        )
        .hint("wait for it to end, then run the command again")
        .into());
    }
    Err(Fault::failed(format!("{doing}: pgBackRest ended with {}: {said}", finished.status)).into())
}
