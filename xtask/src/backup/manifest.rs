//! `manifest.json`: what a backup is and what must be in it.
//!
//! Must never: be written before everything it names is on disk, or be
//! changed afterwards. A proof is a file of its own.

use std::path::Path;

use anyhow::{Context, Result};
use pg_live::content::{Content, Origin};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::encryption::Encryption;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::write_private;

/// 2: rows are hashed as COPY spells them.
pub const FORMAT: u32 = 2;
pub const MANIFEST: &str = "manifest.json";
/// As `sha256sum --check` reads it: every file, and the manifest.
pub const SUMS: &str = "SHA256SUMS";
pub const PROOF: &str = "proof.json";
pub const DATA: &str = "data.dump.zst";
pub const GLOBALS: &str = "globals.sql";
pub const PROPERTIES: &str = "properties.sql";
/// Rows and hashes; only where the manifest has no hashes.
pub const CONTENT: &str = "content.json";
/// Of an encrypted file.
pub const EXTENSION: &str = ".age";

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
    /// None: in clear text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
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
        let sums = match std::fs::read(dir.join(SUMS)) {
            Ok(sums) => Some(sums),
            // Backups of an older version of this tool have none.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).context(format!("reading `{SUMS}`")),
        };
        Manifest::parse(&bytes, sums.as_deref())
            .with_context(|| format!("reading `{}`", path.display()))
    }

    /// Whoever changed it, or a bit of it, left the sums.
    pub fn parse(text: &[u8], sums: Option<&[u8]>) -> Result<Manifest> {
        let mut manifest: Manifest = serde_json::from_slice(text)?;
        if sums.is_some_and(|sums| sums != manifest.sums(text).as_bytes()) {
            let why =
                format!("`{MANIFEST}` and `{SUMS}` contradict each other: one of them was changed");
            let hint = format!("`sha256sum --check {SUMS}` in its folder tells more");
            return Err(Fault::failed(why).hint(hint).into());
        }
        // It may come from a store: nothing in it leads out of the folder.
        let leads_out = |it: &&FileRecord| it.name.contains('/') || it.name.starts_with('.');
        if let Some(file) = manifest.files.iter().find(leads_out) {
            return Err(Fault::failed(format!("`{}` is no file of a backup", file.name)).into());
        }
        if manifest.format > FORMAT {
            return Err(Fault::failed(format!(
                "it is of format {}, made by a newer version of this tool",
                manifest.format
            ))
            .into());
        }
        if manifest.format < FORMAT {
            manifest.forget_hashes();
        }
        Ok(manifest)
    }

    /// They were of another kind: rows can still be counted.
    fn forget_hashes(&mut self) {
        for table in &mut self.content.tables {
            table.hash.clear();
        }
    }

    /// A file by its name in clear text; the name it has here.
    pub fn stored(&self, name: &str) -> String {
        let extension = if self.encryption.is_some() { EXTENSION } else { "" };
        format!("{name}{extension}")
    }

    /// What was found is what was written.
    pub fn require_record(&self, found: &FileRecord) -> Result<(), Fault> {
        if self.files.contains(found) {
            return Ok(());
        }
        Err(Fault::failed(format!(
            "`{}` is not what was written: {} bytes, SHA-256 {}",
            found.name, found.bytes, found.sha256
        ))
        .hint("the disk or the copy is damaged; take another backup: `cargo xtask backup list`"))
    }

    pub fn write(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write_private(&dir.join(SUMS), self.sums(text.as_bytes()).as_bytes())?;
        write_private(&dir.join(MANIFEST), text.as_bytes())
    }

    fn sums(&self, text: &[u8]) -> String {
        let files = self.files.iter().map(|it| (it.sha256.clone(), &*it.name));
        let own = (hex(&Sha256::digest(text)), MANIFEST);
        files.chain([own]).map(|(sum, name)| format!("{sum}  {name}\n")).collect()
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}
