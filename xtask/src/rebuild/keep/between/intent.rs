//! What this checkout is about to make on other servers, written down before:
//! a kill may fall between CREATE DATABASE and the mark in the new database.
//!
//! Whose such a database is stands in its name (`making`), which comes into
//! being with it; this file lets `status` and `doctor` name it.
//!
//! Must never: be why something is dropped.

use std::path::PathBuf;

use anyhow::Result;
use pg_live::Address;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::context::Ctx;
use crate::init_file::hex;
use crate::private_file::{ensure_private_dir, write_private};
use crate::rebuild::beside::{beside, is_beside};

/// For whoever meets one.
pub const NEXT: &str = "the same `cargo xtask db-rebuild --keep-data --online --to` again drops it; `cargo xtask db-rebuild --reopen` forgets it";

/// A database on another server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub database: String,
    server: String,
}

impl Intent {
    fn of(address: &Address) -> Intent {
        let server = format!("{}:{}", address.host, address.port);
        Intent { database: address.database.clone(), server }
    }

    pub fn story(&self) -> String {
        format!(
            "a move that was stopped may have left the empty database `{}` on {}",
            self.database, self.server
        )
    }
}

/// The middle of the name of a database that becomes another's copy: which one's.
pub fn word(identity: &str) -> String {
    format!("move{}", hex(&Sha256::digest(identity.as_bytes())[..8]))
}

/// What it is called before it has the name `database`.
pub fn making(database: &str, identity: &str) -> String {
    beside(database, &word(identity))
}

fn path(ctx: &Ctx) -> PathBuf {
    ctx.config.state_dir().join("moving.json")
}

pub fn all(ctx: &Ctx) -> Vec<Intent> {
    let text = std::fs::read(path(ctx)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn write(ctx: &Ctx, all: &[Intent]) -> Result<()> {
    if all.is_empty() {
        let _ = std::fs::remove_file(path(ctx));
        return Ok(());
    }
    ensure_private_dir(&ctx.config.state_dir())?;
    write_private(&path(ctx), serde_json::to_string_pretty(all)?.as_bytes())
}

pub fn note(ctx: &Ctx, address: &Address) -> Result<()> {
    let mut noted = all(ctx);
    noted.push(Intent::of(address));
    write(ctx, &noted)
}

/// It has come to its name.
pub fn done(ctx: &Ctx, address: &Address) -> Result<()> {
    let mut noted = all(ctx);
    noted.retain(|it| *it != Intent::of(address));
    write(ctx, &noted)
}

/// What was made of this identity for this address was looked at; `stays` is
/// still there.
pub fn settle(ctx: &Ctx, (there, identity): (&Address, &str), stays: &[String]) -> Result<()> {
    let (server, word) = (Intent::of(there).server, word(identity));
    let mut noted = all(ctx);
    noted.retain(|it| {
        it.server != server
            || !is_beside(&there.database, &word, &it.database)
            || stays.contains(&it.database)
    });
    write(ctx, &noted)
}

/// Whoever was told looks after it.
pub fn forget(ctx: &Ctx) -> Result<Vec<Intent>> {
    let noted = all(ctx);
    write(ctx, &[])?;
    Ok(noted)
}
