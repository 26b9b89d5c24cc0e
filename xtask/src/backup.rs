//! Backups: one folder each, complete under its final name or not there.
//!
//! ```text
//! backups/<target>/<database>/
//!   lock                            held (flock) while a backup is made or one is removed
//!   20261122T092258.123Z-1f0c/      0700, files 0600
//!     data.dump.zst                 pg_dump --format=custom --compress=0, through zstd with checksums
//!     globals.sql                   roles and what is set on them, without passwords
//!     properties.sql                what ALTER DATABASE had set
//!     SHA256SUMS                    of all of them, for `sha256sum --check`
//!     manifest.json                 written last; what is not in it is not claimed
//!     proof.json                    made when a restore has proved it
//!     pin                           while this is here, retention leaves it alone
//!   20261122T101500.000Z-77aa.partial/    being made, or left by a kill: the next run removes it
//! ```
//!
//! `zstd -dc data.dump.zst | pg_restore --dbname=...` restores it without us.
//! Of an encrypted one every file but the manifest and the sums ends in `.age`,
//! and `content.json.age` has the hashes that its manifest has not.
//!
//! Must never: count a backup that was not read back, or remove one that
//! retention does not name.

pub mod archive;
mod card;
pub mod copies;
pub mod create;
pub mod encryption;
pub mod fit;
mod inventory;
pub mod label;
pub mod manifest;
mod plain;
pub mod prove;
pub mod reading;
pub mod refill;
pub mod restore;
pub mod retention;
pub mod safety;
mod some;
pub mod source;
pub mod store;

/// What is wanted and this program was built without.
#[cfg(not(feature = "offsite"))]
fn not_built(what: &str) -> crate::outcome::Fault {
    crate::outcome::Fault::refused(format!("{what}, and this program was built without that")).hint(
        "add `--features offsite` behind `--package xtask` in the alias of `.cargo/config.toml`",
    )
}
