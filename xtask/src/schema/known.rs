//! What earlier runs found out, so that this one need not ask again.
//!
//! ```text
//! .xtask/schema/
//!   equal.json              fingerprints known to equal what a file declares
//!   declared-<16 hex>.json  what a file declares: its catalog and seed rows
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

/// Fingerprints and catalogs that stay: of a few branches and targets.
const KEEP_EQUAL: usize = 32;
const KEEP_DECLARED: usize = 4;
/// Of the tool that wrote it: what it means may change with the tool.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " 1");

pub struct Known {
    pub dir: PathBuf,
}

/// What a file declares on a server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeclaredSide {
    pub catalog: Catalog,
    pub seeds: DeclaredSeeds,
}

/// A live schema that was found equal to a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Equal {
    /// Over the file, the role, the rules and the tool.
    key: String,
    major: u32,
    fingerprint: String,
    pub seeds: DeclaredSeeds,
}

impl Known {
    pub fn of(ctx: &Ctx) -> Known {
        Known { dir: ctx.config.state_dir().join("schema") }
    }

    /// The folder, made if need be.
    fn dir(&self) -> Result<PathBuf> {
        ensure_private_dir(&self.dir)
    }

    /// What is known to equal this file, if anything is.
    pub fn equal(&self, init: &InitFile, role: &str, rules: &Rules) -> Vec<Equal> {
        let key = equal_key(init, role, rules);
        self.all_equal().into_iter().filter(|it| it.key == key).collect()
    }

    /// Notes that a live schema equals a file.
    pub fn note_equal(
        &self,
        (init, role, rules): (&InitFile, &str, &Rules),
        (major, fingerprint): (u32, &str),
        seeds: &DeclaredSeeds,
    ) -> Result<()> {
        let note = Equal {
            key: equal_key(init, role, rules),
            major,
            fingerprint: fingerprint.to_owned(),
            seeds: seeds.clone(),
        };
        let mut all = self.all_equal();
        all.retain(|it| !it.is_about(&note));
        all.insert(0, note);
        all.truncate(KEEP_EQUAL);
        write_private(&self.dir()?.join("equal.json"), &serde_json::to_vec(&all)?)
    }

    fn all_equal(&self) -> Vec<Equal> {
        let bytes = fs::read(self.dir.join("equal.json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// What a file declares, if it was read before. `key` holds everything
    /// that shapes it.
    pub fn declared(&self, key: &str) -> Option<DeclaredSide> {
        serde_json::from_slice(&fs::read(self.declared_file(key)).ok()?).ok()
    }

    pub fn note_declared(&self, key: &str, side: &DeclaredSide) -> Result<()> {
        self.dir()?;
        write_private(&self.declared_file(key), &serde_json::to_vec(side)?)?;
        self.sweep();
        Ok(())
    }

    fn declared_file(&self, key: &str) -> PathBuf {
        let hash = hex(&Sha256::digest(format!("{VERSION}\n{key}").as_bytes())[..8]);
        self.dir.join(format!("declared-{hash}.json"))
    }

    /// Removes all catalogs but the newest few.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut found: Vec<(SystemTime, PathBuf)> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("declared-"))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        found.sort();
        for (_, path) in found.iter().rev().skip(KEEP_DECLARED) {
            // What cannot be removed now is tried again next time.
            let _ = fs::remove_file(path);
        }
    }
}

impl Equal {
    pub fn is_of(&self, major: u32, fingerprint: &str) -> bool {
        self.major == major && self.fingerprint == fingerprint
    }

    fn is_about(&self, other: &Equal) -> bool {
        self.key == other.key && self.is_of(other.major, &other.fingerprint)
    }
}

fn equal_key(init: &InitFile, role: &str, rules: &Rules) -> String {
    let text = format!("{VERSION}\n{}\n{role}\n{}", init.hash, rules.hash());
    hex(&Sha256::digest(text.as_bytes())[..16])
}
