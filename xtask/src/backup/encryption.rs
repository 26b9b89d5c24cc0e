//! Encrypted backups: to whom, and with which key they are read.
//!
//! Files are in the format of `age` (age-encryption.org/v1). Recipients are
//! public keys; the identity that opens what they get need not be on the
//! machine that makes backups. Each backup has one recipient more, the
//! *witness*: its key is made for this one backup, lives in the memory of the
//! process that makes it, and is gone with it. It is what lets that process
//! read the whole backup back from the disk, and prove it.
//!
//! Must never: fall back to clear text, or put a secret key or clear text on a
//! disk.

#[cfg(feature = "offsite")]
mod age_format;
#[cfg(not(feature = "offsite"))]
mod not_built;

use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

#[cfg(feature = "offsite")]
use age_format as format;
pub use format::{Identities, Sealed};
#[cfg(not(feature = "offsite"))]
use not_built as format;

use super::archive;
use super::manifest::{CONTENT, EXTENSION, Manifest};
use super::store::Backup;
use crate::config::Config;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::schema::side::typed_path;

/// The variable that says where the identity is.
const IDENTITY: &str = "XTASK_BACKUP_IDENTITY";
const RECIPIENTS: &str = "XTASK_BACKUP_RECIPIENTS";
const RECIPIENTS_FILE: &str = "XTASK_BACKUP_RECIPIENTS_FILE";

/// What a manifest says of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Encryption {
    pub format: String,
    /// Public keys, without the witness.
    pub recipients: Vec<String>,
}

/// What a new backup is encrypted with.
pub struct Seal {
    recipients: format::Recipients,
    /// As they were written in the configuration.
    names: Vec<String>,
    pub witness: Rc<Identities>,
}

impl Seal {
    /// None where nobody asked for encryption. Whoever did gets it, or an
    /// error.
    pub fn wanted(ctx: &Ctx) -> Result<Option<Seal>> {
        let Some(names) = recipients(&ctx.config)? else { return Ok(None) };
        let (recipients, witness) = format::Recipients::parse(&names)?;
        Ok(Some(Seal { recipients, names, witness: Rc::new(witness) }))
    }

    pub fn record(&self) -> Encryption {
        Encryption { format: "age-encryption.org/v1".to_owned(), recipients: self.names.clone() }
    }

    /// What is written to it is encrypted into `sink`.
    pub fn around<W: Write>(&self, sink: W) -> Result<Sealed<W>> {
        self.recipients.seal(sink)
    }

    pub fn whole(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut sealed = self.around(Vec::new())?;
        sealed.write_all(bytes).and_then(|()| sealed.finish()).context("encrypting")
    }
}

/// In clear text where backups are to be encrypted: it was made before.
pub fn is_left_clear(ctx: &Ctx, manifest: &Manifest) -> Result<bool> {
    Ok(manifest.encryption.is_none() && recipients(&ctx.config)?.is_some())
}

/// Everybody who is named, wherever; None where nobody spoke of it.
fn recipients(config: &Config) -> Result<Option<Vec<String>>> {
    let written = &config.metadata.backup;
    let (list, file) = match (config.value(RECIPIENTS), config.value(RECIPIENTS_FILE)) {
        (None, None) => (written.recipients.clone(), written.recipients_file.clone()),
        (list, file) => {
            let list = list.map(|it| it.split(',').map(|it| it.trim().to_owned()).collect());
            (list, file.map(Into::into))
        }
    };
    if list.is_none() && file.is_none() {
        return Ok(None);
    }
    let mut names: Vec<String> = list.unwrap_or_default();
    if let Some(file) = &file {
        let path = config.root.join(file);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("reading the recipients in `{}`", path.display()))?;
        names.extend(text.lines().map(|line| line.trim().to_owned()));
    }
    names.retain(|it| !it.is_empty() && !it.starts_with('#'));
    if names.is_empty() {
        return Err(Fault::refused("backups are to be encrypted, and no recipient is named")
            .hint("`recipients` in `[workspace.metadata.xtask.backup]` of `Cargo.toml` holds public keys of age")
            .into());
    }
    Ok(Some(names))
}

/// The identity that was named, read when a backup needs it.
pub struct Keyring {
    path: Option<PathBuf>,
    read: OnceCell<Rc<Identities>>,
}

impl Keyring {
    /// A flag beats the environment, as everywhere.
    pub fn of(ctx: &Ctx, flag: Option<String>) -> Result<Keyring> {
        let path = match flag {
            Some(typed) => Some(typed_path(ctx, &typed)?),
            None => ctx.config.value(IDENTITY).map(PathBuf::from),
        };
        Ok(Keyring { path: path.map(|it| ctx.root.join(it)), read: OnceCell::new() })
    }

    /// The same backup, with what reads it. One in clear text needs nothing.
    pub fn unlock(&self, backup: Backup) -> Result<Backup> {
        match &backup.manifest.encryption {
            Some(encryption) if backup.key.is_none() => {
                let key = self.identities(&backup, encryption)?;
                backup.unlocked(key)
            }
            Some(_) | None => Ok(backup),
        }
    }

    fn identities(&self, backup: &Backup, encryption: &Encryption) -> Result<Rc<Identities>> {
        if let Some(read) = self.read.get() {
            return Ok(read.clone());
        }
        let Some(path) = &self.path else {
            let whom = encryption.recipients.join(", ");
            return Err(Fault::failed(format!(
                "{} is encrypted to {whom}, and no identity is named",
                backup.label
            ))
            .hint(format!("`--identity FILE`, or {IDENTITY}: the file that `age-keygen` made"))
            .into());
        };
        // Also from a pipe of the shell, which is read once.
        let bytes = std::fs::read(path)
            .with_context(|| format!("reading the identity `{}`", path.display()))?;
        let read = Rc::new(Identities::read(&path.display().to_string(), &bytes)?);
        Ok(self.read.get_or_init(|| read).clone())
    }
}

impl Backup {
    /// With the key, and with the hashes that are not in the manifest.
    pub fn unlocked(mut self, key: Rc<Identities>) -> Result<Backup> {
        let name = format!("{CONTENT}{EXTENSION}");
        let path = self.dir.join(&name);
        self.manifest.require_record(&archive::record(&path, &name)?)?;
        let read = || {
            let mut text = Vec::new();
            key.open(File::open(&path)?)?.read_to_end(&mut text)?;
            anyhow::Ok(serde_json::from_slice(&text)?)
        };
        let whom = || format!("reading `{name}` of {}", self.label);
        self.manifest.content = read().with_context(whom)?;
        self.key = Some(key);
        Ok(self)
    }
}

/// Clear bytes of a file, whether it is encrypted or not.
pub fn reader(file: File, key: Option<&Identities>) -> Result<Box<dyn Read + '_>> {
    match key {
        Some(key) => key.open(file),
        None => Ok(Box::new(file)),
    }
}

/// Where compressed bytes go.
pub enum Sink<W: Write> {
    Clear(W),
    Sealed(Sealed<W>),
}

impl<W: Write> Sink<W> {
    /// The last byte is written.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Sink::Clear(it) => Ok(it),
            Sink::Sealed(it) => it.finish(),
        }
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Clear(it) => it.write(bytes),
            Sink::Sealed(it) => it.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Clear(it) => it.flush(),
            Sink::Sealed(it) => it.flush(),
        }
    }
}
