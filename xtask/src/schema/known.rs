//! What earlier runs found out, so that this one need not ask again.
//!
//! ```text
//! .xtask/schema/
//!   equal-<16 hex>.json     fingerprints known to equal what a file declares
//!   declared-<16 hex>.json  what a file declares: its catalog and seed rows
//!   read-<16 hex>.json      the fingerprint of what was read at a footprint
//! ```
//!
//! All of it can be deleted at any time. Each entry is named by the hash of
//! everything that shapes it.
//!
//! Must never: be what correctness rests on: what cannot be read is not there.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Result;
use pg_diff::Catalog;
use pg_live::seeds::DeclaredSeeds;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rules::Rules;
use crate::context::Ctx;
use crate::init_file::{InitFile, hex};
use crate::private_file::{ensure_private_dir, write_private};

/// Fingerprints of one file, and files, that stay: of a few branches and
/// targets.
const KEEP_FINGERPRINTS: usize = 16;
const KEEP_FILES: usize = 4;
/// Live schemas: they are tiny.
const KEEP_READ: usize = 64;
/// Of the tool that wrote it: what it means may change with the tool.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " 3");

pub struct Known {
    pub dir: PathBuf,
}

/// What a file declares on a server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeclaredSide {
    pub catalog: Catalog,
    pub seeds: DeclaredSeeds,
}

/// Live schemas that were found equal to a file, newest first, and its rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Equal {
    /// Server major and fingerprint.
    schemas: Vec<(u32, String)>,
    pub seeds: DeclaredSeeds,
}

impl Known {
    pub fn of(ctx: &Ctx) -> Known {
        Known { dir: ctx.config.state_dir().join("schema") }
    }

    /// What is known to equal this file, if anything is.
    pub fn equal(&self, init: &InitFile, role: &str, rules: &Rules) -> Option<Equal> {
        let file = self.file("equal", &equal_key(init, role, rules));
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// Notes that a live schema equals a file.
    pub fn note_equal(
        &self,
        (init, role, rules): (&InitFile, &str, &Rules),
        (major, fingerprint): (u32, &str),
        seeds: &DeclaredSeeds,
    ) -> Result<()> {
        let known = self.equal(init, role, rules).map(|it| it.schemas).unwrap_or_default();
        let schema = (major, fingerprint.to_owned());
        let others = known.into_iter().filter(|it| *it != schema);
        let schemas: Vec<_> =
            std::iter::once(schema.clone()).chain(others).take(KEEP_FINGERPRINTS).collect();
        let note = Equal { schemas, seeds: seeds.clone() };
        self.write("equal", &equal_key(init, role, rules), &note)
    }

    /// What a file declares, if it was read before. `key` holds everything
    /// that shapes it.
    pub fn declared(&self, key: &str) -> Option<DeclaredSide> {
        serde_json::from_slice(&fs::read(self.file("declared", key)).ok()?).ok()
    }

    pub fn note_declared(&self, key: &str, side: &DeclaredSide) -> Result<()> {
        self.write("declared", key, side)
    }

    /// Server major and fingerprint of the catalog that this very program
    /// read where the rows had this footprint.
    pub fn read_at(&self, footprint: &str) -> Option<(u32, String)> {
        let file = self.file("read", &read_key(footprint)?);
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    pub fn note_read(&self, footprint: &str, seen: &(u32, String)) -> Result<()> {
        match read_key(footprint) {
            Some(key) => self.write("read", &key, seen),
            None => Ok(()),
        }
    }

    fn write(&self, word: &str, key: &str, value: &impl Serialize) -> Result<()> {
        ensure_private_dir(&self.dir)?;
        write_private(&self.file(word, key), &serde_json::to_vec(value)?)?;
        self.sweep(word);
        Ok(())
    }

    fn file(&self, word: &str, key: &str) -> PathBuf {
        let hash = hex(&Sha256::digest(format!("{VERSION}\n{key}").as_bytes())[..8]);
        self.dir.join(format!("{word}-{hash}.json"))
    }

    /// Removes all but the newest few.
    fn sweep(&self, word: &str) {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let is_one = |name: &str| name.starts_with(&format!("{word}-"));
        let mut found: Vec<(SystemTime, PathBuf)> = entries
            .filter(|entry| is_one(&entry.file_name().to_string_lossy()))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        found.sort();
        let keep = if word == "read" { KEEP_READ } else { KEEP_FILES };
        for (_, path) in found.iter().rev().skip(keep) {
            // What cannot be removed now is tried again next time.
            let _ = fs::remove_file(path);
        }
    }
}

impl Equal {
    pub fn is_of(&self, major: u32, fingerprint: &str) -> bool {
        self.schemas.iter().any(|it| it.0 == major && it.1 == fingerprint)
    }
}

/// Another build may see more in the same rows.
fn read_key(footprint: &str) -> Option<String> {
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let built = program.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("{footprint}\n{} {}", program.len(), built.as_nanos()))
}

fn equal_key(init: &InitFile, role: &str, rules: &Rules) -> String {
    format!("{}\n{role}\n{}", init.hash, rules.hash())
}
