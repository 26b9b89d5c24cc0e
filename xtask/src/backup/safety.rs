//! The safety dump before a loss: one file in `.xtask/backups`, encrypted where
//! backups are.
//!
//! Must never: believe a dump that was not read back to its end. A dump whose
//! producer died passes `gzip -t` and `pg_restore --list` (measured).

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pg_live::Address;

use super::encryption::{Seal, Sink, reader};
use super::manifest::EXTENSION;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::ensure_private_dir;
use crate::stamp::stamp;
use crate::target::Target;
use crate::tools::pg_dump::{DUMP_TIMEOUT, ending_strays};

/// A complete dump at its final name, private, read back to the end, on disk.
pub fn safety_dump(ctx: &Ctx, target: &Target, address: &Address) -> Result<PathBuf> {
    let seal = Seal::wanted(ctx)?;
    let dir = ensure_private_dir(&ctx.config.state_dir().join("backups"))?;
    let end = if seal.is_some() { EXTENSION } else { "" };
    let name = format!("{}-{}.dump{end}", stamp(), target.name());
    let (partial, complete) = (dir.join(format!("{name}.partial")), dir.join(name));
    let made = dump_and_read_back(ctx, target, (address, seal.as_ref()), &partial);
    if let Err(error) = made {
        let _ = std::fs::remove_file(&partial);
        return Err(error.context("making the safety dump"));
    }
    std::fs::rename(&partial, &complete)
        .with_context(|| format!("naming `{}`", complete.display()))?;
    File::open(&dir)?.sync_all()?;
    Ok(complete)
}

/// What reads it, for people.
pub fn what_reads(dump: &Path) -> &'static str {
    let is_encrypted = dump.to_string_lossy().ends_with(EXTENSION);
    if is_encrypted {
        "`age --decrypt --identity KEY FILE | pg_restore` reads it"
    } else {
        "pg_restore reads it"
    }
}

fn dump_and_read_back(
    ctx: &Ctx,
    target: &Target,
    (address, seal): (&Address, Option<&Seal>),
    partial: &Path,
) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(partial)?;
    let mut sink = match seal {
        Some(seal) => Sink::Sealed(seal.around(file)?),
        None => Sink::Clear(file),
    };
    // Level 1: a tenth of the default's time for a fifth more bytes (measured).
    let run = target
        .program(ctx, "pg_dump", address)?
        .args(["--format=custom", "--compress=1", "--lock-wait-timeout=30s", "--no-password"])
        .timeout(DUMP_TIMEOUT);
    let dumped = ctx.proc.pour(&run, &mut sink);
    let dumped = dumped.and_then(|finished| ctx.proc.require_success(&run, &finished));
    ending_strays(ctx, address, dumped)?;
    sink.flush()?;
    sink.finish()?.sync_all()?;
    let run = target.offline_program(ctx, "pg_restore")?.arg("--file=-").timeout(DUMP_TIMEOUT);
    let witness = seal.map(|it| &*it.witness);
    let finished = ctx.proc.feed(&run, |stdin| {
        io::copy(&mut reader(File::open(partial)?, witness)?, stdin)?;
        Ok(())
    })?;
    if !finished.is_success() {
        let words = finished.last_words();
        return Err(Fault::failed(format!("the dump cannot be read back: {words}")).into());
    }
    Ok(())
}
