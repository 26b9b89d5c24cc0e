//! `manifest.json`: what a backup is and what must be in it.
//!
//! Must never: be written before everything it names is on disk, or be
//! changed afterwards. A proof is a file of its own.

use std::path::Path;

use anyhow::{Context, Result};
use pg_live::content::{Content, Origin};
use serde::{Deserialize, Serialize};

use crate::outcome::Fault;
use crate::private_file::write_private;

pub const FORMAT: u32 = 1;
pub const MANIFEST: &str = "manifest.json";
pub const PROOF: &str = "proof.json";
pub const DATA: &str = "data.dump.zst";
pub const GLOBALS: &str = "globals.sql";
pub const PROPERTIES: &str = "properties.sql";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub label: String,
    pub target: String,
    pub database: String,
    pub tool: String,
    pub origin: Origin,
    /// Of the checkout; None outside git.
    pub git: Option<Git>,
    /// SHA-256 of init.sql as it was.
    pub init_sha256: String,
    /// SHA-256 of the schema as `pg_dump` spells it.
    pub schema_sha256: String,
    /// Read in the very snapshot the dump was made from.
    pub content: Content,
    pub files: Vec<FileRecord>,
    /// Bytes of the dump before compression.
    pub raw_bytes: u64,
    pub milliseconds: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Git {
    pub commit: String,
    /// init.sql or the models were not as in that commit.
    pub dirty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// A restore that gave back exactly what the manifest says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proof {
    pub at: String,
    pub server_version: String,
    pub milliseconds: u64,
    /// Of the manifest that was proved: a proof is of nothing else.
    pub manifest_sha256: String,
}

/// How far a backup is known to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Read back to its end, checksums and all.
    Decoded,
    /// Restored and compared.
    Proven,
}

impl Level {
    pub fn parse(text: &str) -> Result<Level, Fault> {
        match text {
            "decoded" => Ok(Level::Decoded),
            "proven" => Ok(Level::Proven),
            other => Err(Fault::usage(format!("a level is decoded or proven, not `{other}`"))),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Level::Decoded => "decoded",
            Level::Proven => "proven",
        }
    }
}

impl Manifest {
    pub fn read(dir: &Path) -> Result<Manifest> {
        let path = dir.join(MANIFEST);
        let bytes =
            std::fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let manifest: Manifest = serde_json::from_slice(&bytes)
            .with_context(|| format!("reading `{}`", path.display()))?;
        if manifest.format > FORMAT {
            return Err(Fault::failed(format!(
                "`{}` is of format {}, made by a newer version of this tool",
                path.display(),
                manifest.format
            ))
            .into());
        }
        Ok(manifest)
    }

    pub fn write(&self, dir: &Path) -> Result<()> {
        write_private(&dir.join(MANIFEST), serde_json::to_string_pretty(self)?.as_bytes())
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}
