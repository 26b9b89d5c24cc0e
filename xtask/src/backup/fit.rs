//! Whether a server can hold a backup, asked before anything is made.
//!
//! Must never: call a backup bad because a server cannot take it.

use anyhow::Result;
use pg_live::{Address, Session, content};

use super::manifest::Manifest;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;
use crate::verify::size;

/// Dumps go to the same major or a newer one, and to a server that has the
/// same extensions installed. Source: manual, pg_dump.
pub fn require_fit(ctx: &Ctx, server: &Address, manifest: &Manifest) -> Result<()> {
    let names: Vec<&str> = manifest.origin.extensions.iter().map(|(name, _)| &**name).collect();
    let (here, missing) = ctx.wait(async {
        let session = Session::connect(server, "restore").await?;
        let missing = content::missing_extensions(&session, &names).await?;
        pg_live::Result::Ok((session.server_version().await? / 10_000, missing))
    })?;
    let label = &manifest.label;
    if manifest.origin.major().is_some_and(|was| was > here) {
        let was = &manifest.origin.server_version;
        return Err(Fault::unavailable(format!(
            "{label} was made by PostgreSQL {was}, and this server is {here}: rows go to the same major or a newer one"
        ))
        .hint("restore it on a server of that major: `--target NAME`, or `--db-url URL`")
        .into());
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join("`, `");
    Err(Fault::unavailable(format!(
        "{label} needs the extensions `{names}`, which this server does not have"
    ))
    .hint("install their packages beside the server, then again; the backup itself is good")
    .into())
}

/// A server whose disk is full serves nobody. How much of the database it was
/// is room that nothing used, nobody knows: below half of it is too little.
pub fn require_room(ctx: &Ctx, target: &Target, manifest: &Manifest) -> Result<()> {
    let Some(free) = target.room(ctx) else { return Ok(()) };
    let free = i64::try_from(free).unwrap_or(i64::MAX);
    let needed = manifest.origin.database_bytes;
    let what = format!(
        "{} was {} in its database, and the disk of the server has {} left",
        manifest.label,
        size(needed),
        size(free)
    );
    if free < needed / 2 {
        return Err(Fault::unavailable(what)
            .hint("make room; `cargo xtask db-rebuild --forget` drops databases that are kept")
            .into());
    }
    if free < needed {
        ctx.term.warn(&format!("{what}: it may become full"));
    }
    Ok(())
}
