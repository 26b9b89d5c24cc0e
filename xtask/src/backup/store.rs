//! The folder of one database's backups: what is complete, what is half made,
//! who works there.
//!
//! Must never: list what has no valid manifest, or touch a name that this
//! program does not give.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::archive;
use super::encryption::Identities;
use super::label::Label;
use super::manifest::{DATA, Level, MANIFEST, Manifest, PROOF, Proof};
use super::retention::Candidate;
use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::{ensure_private_dir, open_lock, take_lock_soon, write_private};

const PARTIAL: &str = "partial";
pub const PIN: &str = "pin";
const LOCK: &str = "lock";

#[derive(Clone, Debug)]
pub struct Store {
    pub dir: PathBuf,
}

/// One complete backup.
#[derive(Clone, Debug)]
pub struct Backup {
    pub label: Label,
    pub dir: PathBuf,
    pub manifest: Manifest,
    pub proof: Option<Proof>,
    pub is_pinned: bool,
    /// What decrypts it; see [`Backup::unlocked`].
    pub key: Option<Rc<Identities>>,
}

impl Backup {
    pub fn unproven(label: Label, dir: PathBuf, manifest: Manifest) -> Backup {
        Backup { label, dir, manifest, proof: None, is_pinned: false, key: None }
    }

    pub fn level(&self) -> Level {
        if self.proof.is_some() { Level::Proven } else { Level::Decoded }
    }

    /// The dump, as `pg_restore` reads it.
    pub fn unpack(&self, sink: &mut dyn Write) -> Result<()> {
        let path = self.dir.join(self.manifest.stored(DATA));
        archive::unpack(&path, self.key.as_deref(), sink)
    }

    pub fn candidate(&self) -> Candidate {
        Candidate {
            label: self.label.to_string(),
            time: self.label.time,
            is_proven: self.proof.is_some(),
            is_pinned: self.is_pinned,
        }
    }
}

impl Store {
    /// `backups/<target>/<database>`, or below XTASK_BACKUP_DIR.
    pub fn of(ctx: &Ctx, target: &str, database: &str) -> Store {
        let root = match ctx.config.value("XTASK_BACKUP_DIR") {
            Some(dir) => ctx.root.join(dir),
            None => ctx.root.join("backups"),
        };
        Store { dir: root.join(file_name(target)).join(file_name(database)) }
    }

    /// Held while something is made or removed here.
    pub fn lock(&self) -> Result<File> {
        ensure_private_dir(&self.dir)?;
        let path = self.dir.join(LOCK);
        let lock = open_lock(&path)?;
        if take_lock_soon(&lock, &path)? {
            // Only a help for who comes meanwhile: what prunes a full disk needs
            // no room.
            let _ =
                write_private(&self.dir.join("holder"), std::process::id().to_string().as_bytes());
            return Ok(lock);
        }
        let holder = fs::read_to_string(self.dir.join("holder")).unwrap_or_default();
        Err(Fault::unavailable(format!(
            "another backup is at work in `{}` (process {})",
            self.dir.display(),
            holder.trim()
        ))
        .hint("wait for it to end, then run the command again")
        .into())
    }

    /// A folder for a new backup, under a name that nobody takes for one.
    pub fn begin(&self, label: &Label) -> Result<PathBuf> {
        ensure_private_dir(&self.dir.join(format!("{label}.{PARTIAL}")))
    }

    /// From this moment on it is a backup, also after a power cut.
    pub fn complete(&self, partial: &Path, label: &Label) -> Result<PathBuf> {
        File::open(partial)?.sync_all()?;
        let complete = self.dir.join(label.to_string());
        fs::rename(partial, &complete)
            .with_context(|| format!("naming `{}`", complete.display()))?;
        File::open(&self.dir)?.sync_all()?;
        Ok(complete)
    }

    /// Removes what a killed run left half made. Call it with the lock.
    pub fn sweep(&self) -> Result<usize> {
        let mut swept = 0;
        for (name, path) in self.entries()? {
            if is_partial(&name) {
                fs::remove_dir_all(&path)
                    .with_context(|| format!("removing `{}`", path.display()))?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// Names of what a stopped run left half made or half removed; none where
    /// somebody is at work.
    pub fn left(&self) -> Result<Vec<String>> {
        let Ok(lock) = File::open(self.dir.join(LOCK)) else { return Ok(Vec::new()) };
        if lock.try_lock_shared().is_err() {
            return Ok(Vec::new());
        }
        let names = self.entries()?.into_iter().map(|(name, _)| name);
        Ok(names.filter(|name| is_partial(name)).collect())
    }

    /// The complete ones, newest first, and what is wrong with the others.
    pub fn list(&self) -> Result<(Vec<Backup>, Vec<String>)> {
        let (mut complete, mut broken) = (Vec::new(), Vec::new());
        for (name, dir) in self.entries()? {
            let Some(label) = Label::parse(&name) else { continue };
            match Manifest::read(&dir) {
                Ok(manifest) if manifest.label == name => match missing(&dir, &manifest) {
                    Some(what) => broken.push(format!("{name}: {what}")),
                    None => complete.push(Backup {
                        proof: read_proof(&dir),
                        is_pinned: dir.join(PIN).exists(),
                        ..Backup::unproven(label, dir, manifest)
                    }),
                },
                Ok(manifest) => {
                    broken.push(format!("{name}: its manifest is of {}", manifest.label))
                }
                Err(error) => broken.push(format!("{name}: {error:#}")),
            }
        }
        complete.sort_by(|a, b| b.label.cmp(&a.label));
        Ok((complete, broken))
    }

    /// By label, by an unambiguous beginning of one, or `latest`.
    pub fn find(&self, word: &str) -> Result<Backup> {
        let (complete, _) = self.list()?;
        let found: Vec<&Backup> =
            complete.iter().filter(|it| word == "latest" || it.label.begins_with(word)).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [first, ..] if word == "latest" => Ok((*first).clone()),
            [] => Err(Fault::failed(format!(
                "there is no backup `{word}` in `{}`",
                self.dir.display()
            ))
            .hint("`cargo xtask backup list` shows what there is")
            .into()),
            many => Err(Fault::failed(format!("`{word}` begins {} labels", many.len()))
                .hint("`cargo xtask backup list` shows them in full")
                .into()),
        }
    }

    /// Removes one. First it loses its name: half of one is never taken for a
    /// backup, and what a stopped run leaves is swept by the next.
    pub fn remove(&self, backup: &Backup) -> Result<()> {
        let Some(_unused) = InUse::take(&backup.dir, false)? else {
            return Err(Fault::unavailable(format!("{} is being read", backup.label)).into());
        };
        let gone = self.dir.join(format!("{}.{PARTIAL}", backup.label));
        let removed = fs::rename(&backup.dir, &gone).and_then(|()| fs::remove_dir_all(&gone));
        removed.with_context(|| format!("removing {}", backup.label))
    }

    pub fn pin(&self, backup: &Backup, on: bool) -> Result<()> {
        let path = backup.dir.join(PIN);
        match on {
            true => write_private(&path, b"pinned\n"),
            false if path.exists() => {
                fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))
            }
            false => Ok(()),
        }
    }

    fn entries(&self) -> Result<Vec<(String, PathBuf)>> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.with_context(|| format!("reading `{}`", self.dir.display()))?,
        };
        let name =
            |entry: fs::DirEntry| (entry.file_name().to_string_lossy().into_owned(), entry.path());
        let mut all: Vec<(String, PathBuf)> = entries.flatten().map(name).collect();
        all.sort();
        Ok(all)
    }
}

fn is_partial(name: &str) -> bool {
    name.strip_suffix(&format!(".{PARTIAL}")).is_some_and(|rest| Label::parse(rest).is_some())
}

/// A backup that is read is not removed meanwhile.
#[derive(Debug)]
pub struct InUse(#[expect(dead_code, reason = "held, not read")] File);

impl InUse {
    /// Shared for readers; None when somebody else has it the other way.
    pub fn take(dir: &Path, is_shared: bool) -> Result<Option<InUse>> {
        let path = dir.join(LOCK);
        let file = open_lock(&path)?;
        let taken = if is_shared { file.try_lock_shared() } else { file.try_lock() };
        match taken {
            Ok(()) => Ok(Some(InUse(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("locking `{}`", path.display()))
            }
        }
    }
}

/// What the manifest names and the folder has not, or has shorter or longer.
/// Its bytes are `verify`'s to read.
fn missing(dir: &Path, manifest: &Manifest) -> Option<String> {
    manifest.files.iter().find_map(|file| match fs::metadata(dir.join(&file.name)) {
        Ok(meta) if meta.len() == file.bytes => None,
        Ok(meta) => Some(format!("`{}` has {} bytes, not {}", file.name, meta.len(), file.bytes)),
        Err(error) => Some(format!("`{}`: {error}", file.name)),
    })
}

/// A proof counts for the manifest it was made of, and for no other.
fn read_proof(dir: &Path) -> Option<Proof> {
    let proof: Proof = serde_json::from_slice(&fs::read(dir.join(PROOF)).ok()?).ok()?;
    (proof.manifest_sha256 == manifest_sha256(dir).ok()?).then_some(proof)
}

pub fn manifest_sha256(dir: &Path) -> Result<String> {
    let path = dir.join(MANIFEST);
    let bytes = fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
    Ok(hex(&Sha256::digest(bytes)))
}

/// A database may be called `a/b` or `..`; a folder may not.
pub fn file_name(name: &str) -> String {
    let mut safe = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => safe.push(char::from(byte)),
            _ => safe.push_str(&format!("%{byte:02X}")),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    //! Names become folders that stay where they belong.

    use super::file_name;

    #[test]
    fn no_name_leads_out_of_its_folder() {
        assert_eq!(file_name("osint_platform"), "osint_platform");
        assert_eq!(file_name("../x"), "%2E%2E%2Fx");
        assert_eq!(file_name("."), "%2E");
        assert_eq!(file_name("її"), "%D1%97%D1%97");
    }
}
