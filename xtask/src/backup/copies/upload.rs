//! A backup into the store: file by file, in parts, each file read back from
//! the store, the manifest last. A killed run goes on with the next part.
//!
//! Must never: write the manifest before everything it names was read back.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Copies, Copy, retrying};
use crate::backup::archive;
use crate::backup::create::shown;
use crate::backup::encryption::is_left_clear;
use crate::backup::manifest::{FileRecord, MANIFEST, PROOF, SUMS};
use crate::backup::store::{Backup, InUse, PIN};
use crate::context::Ctx;
use crate::init_file::hex;
use crate::interrupt::Interrupt;
use crate::outcome::{Exit, Fault, exit_of};
use crate::private_file::{open_lock, take_lock, write_private};
use crate::term::Mark;

/// The smallest part that every store takes is 5 MiB, and 10,000 parts are
/// the most. Source: Amazon S3 User Guide, multipart upload limits.
const PART: u64 = 8 << 20;
const MOST_PARTS: u64 = 9_000;

/// Beside the backup, while one of its files is on its way.
const UPLOAD: &str = "upload.json";

/// What a killed run leaves to the next one.
#[derive(Debug, Serialize, Deserialize)]
struct Upload {
    /// Of which store, and what the store calls it.
    store: String,
    key: String,
    id: String,
    part_bytes: u64,
    /// Of the parts that arrived, in order.
    etags: Vec<String>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    Now,
    Before,
}

impl Copies {
    /// What is there already is read back as well, when `again` is wanted.
    pub fn upload(&self, ctx: &Ctx, backup: &Backup, again: bool) -> Result<Copied> {
        let label = &backup.label;
        let path = backup.dir.join("copy.lock");
        let lock = open_lock(&path)?;
        if !take_lock(&lock, &path)? {
            return Err(Fault::unavailable(format!("{label} is being copied already")).into());
        }
        let Some(_reading) = InUse::take(&backup.dir, true)? else {
            return Err(Fault::unavailable(format!("{label} is being removed")).into());
        };
        let there = self.list(ctx)?.into_iter().find(|it| it.label == *label);
        if let Some(copy) = there.as_ref().filter(|it| it.is_complete() && !again) {
            self.put_marks(ctx, backup, copy)?;
            return Ok(Copied::Before);
        }
        if is_left_clear(ctx, &backup.manifest)? {
            return Err(Fault::refused(format!(
                "{label} is in clear text, and backups are to be encrypted: it stays here"
            ))
            .hint("make one that can be copied: `cargo xtask backup`")
            .into());
        }
        let started = Instant::now();
        let mut files = backup.manifest.files.clone();
        files.push(archive::record(&backup.dir.join(SUMS), SUMS)?);
        let is_there = |file: &FileRecord| {
            there.as_ref().is_some_and(|it| it.files.get(&file.name) == Some(&file.bytes))
        };
        let progress = ctx.term.progress("copy");
        let all: u64 = files.iter().map(|it| it.bytes).sum();
        let mut sent = 0;
        for file in &files {
            let mut tell = |bytes: u64| {
                let (now, seconds) = (sent + bytes, started.elapsed().as_secs_f64().max(0.001));
                let rate = shown((now as f64 / seconds) as u64);
                progress.tell(&format!("{} of {}, {rate}/s", shown(now), shown(all)));
            };
            let sending = Sending { ctx, copies: self, backup, file };
            if !(is_there(file) && sending.is_good()?) {
                sending.send(&mut tell)?;
                if !sending.is_good()? {
                    return Err(sending.damaged());
                }
            }
            sent += file.bytes;
        }
        for name in [PROOF, PIN] {
            if backup.dir.join(name).exists() {
                self.put(ctx, backup, name)?;
            }
        }
        self.require_there(ctx, backup, &files)?;
        self.put(ctx, backup, MANIFEST)?;
        let file = archive::record(&backup.dir.join(MANIFEST), MANIFEST)?;
        let manifest = Sending { ctx, copies: self, backup, file: &file };
        if !manifest.is_good()? {
            return Err(manifest.damaged());
        }
        drop(progress);
        let story = format!("{} in {}, read back", shown(all + file.bytes), self.shown);
        ctx.term.step(Mark::Ok, "copy", started.elapsed(), &story);
        Ok(Copied::Now)
    }

    /// Nobody has removed meanwhile what the manifest will name.
    fn require_there(&self, ctx: &Ctx, backup: &Backup, files: &[FileRecord]) -> Result<()> {
        let label = &backup.label;
        let there = self.list(ctx)?.into_iter().find(|it| it.label == *label);
        let is_gone = |it: &&FileRecord| {
            there.as_ref().is_none_or(|copy| copy.files.get(&it.name) != Some(&it.bytes))
        };
        let Some(file) = files.iter().find(is_gone) else { return Ok(()) };
        let (name, shown) = (&file.name, &self.shown);
        Err(Fault::unavailable(format!(
            "`{name}` of {label} is gone from {shown} again: somebody removes copies there"
        ))
        .hint(format!(
            "give each machine a prefix of its own, then `cargo xtask backup copy {label}`"
        ))
        .into())
    }

    /// What was proved, pinned or unpinned since it was copied.
    fn put_marks(&self, ctx: &Ctx, backup: &Backup, there: &Copy) -> Result<()> {
        for name in [PROOF, PIN] {
            if backup.dir.join(name).exists() && !there.files.contains_key(name) {
                self.put(ctx, backup, name)?;
            }
        }
        if there.files.contains_key(PIN) && !backup.is_pinned {
            let key = self.key(&backup.label, PIN);
            retrying(ctx, || self.bucket.delete(&key))?;
        }
        Ok(())
    }

    /// A small file, whole.
    fn put(&self, ctx: &Ctx, backup: &Backup, name: &str) -> Result<()> {
        let path = backup.dir.join(name);
        let bytes = fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let key = self.key(&backup.label, name);
        retrying(ctx, || self.bucket.put(&key, bytes.len() as u64, &mut bytes.as_slice()))
    }

    /// Tells the store that nobody goes on with an upload of this backup.
    pub fn give_up(&self, ctx: &Ctx, backup: &Backup) -> Result<()> {
        let path = backup.dir.join(UPLOAD);
        if let Some(upload) = read(&path).filter(|it| it.store == self.shown) {
            match retrying(ctx, || self.bucket.abort(&upload.key, &upload.id)) {
                // One that the store does not know is given up already.
                Err(error) if exit_of(&error) != Exit::Failed => return Err(error),
                Ok(()) | Err(_) => {}
            }
            fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Option<Upload> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// One file on its way.
struct Sending<'a> {
    ctx: &'a Ctx,
    copies: &'a Copies,
    backup: &'a Backup,
    file: &'a FileRecord,
}

impl Sending<'_> {
    fn key(&self) -> String {
        self.copies.key(&self.backup.label, &self.file.name)
    }

    fn path(&self) -> PathBuf {
        self.backup.dir.join(&self.file.name)
    }

    fn send(&self, tell: &mut dyn FnMut(u64)) -> Result<()> {
        if self.file.bytes > PART {
            return self.send_parts(tell);
        }
        let (bucket, key) = (&self.copies.bucket, self.key());
        retrying(self.ctx, || {
            let mut body = self.slice(0, self.file.bytes)?;
            bucket.put(&key, self.file.bytes, &mut body)
        })
    }

    fn send_parts(&self, tell: &mut dyn FnMut(u64)) -> Result<()> {
        let (bucket, key) = (&self.copies.bucket, self.key());
        let note = self.backup.dir.join(UPLOAD);
        let mut upload = match read(&note) {
            Some(it) if it.store == self.copies.shown && it.key == key => it,
            _ => Upload {
                id: retrying(self.ctx, || bucket.begin(&key))?,
                store: self.copies.shown.clone(),
                part_bytes: PART.max(self.file.bytes.div_ceil(MOST_PARTS)),
                etags: Vec::new(),
                key: key.clone(),
            },
        };
        let outcome = (|| {
            while upload.etags.len() as u64 * upload.part_bytes < self.file.bytes {
                write_private(&note, &serde_json::to_vec(&upload)?)?;
                let begin = upload.etags.len() as u64 * upload.part_bytes;
                let bytes = upload.part_bytes.min(self.file.bytes - begin);
                let number = u16::try_from(upload.etags.len() + 1)?;
                let etag = retrying(self.ctx, || {
                    let mut body = self.slice(begin, bytes)?;
                    bucket.part((&key, &upload.id, number), bytes, &mut body)
                })?;
                upload.etags.push(etag);
                tell(begin + bytes);
            }
            retrying(self.ctx, || bucket.complete(&key, &upload.id, &upload.etags))
        })();
        // What the store takes no more the next run begins anew.
        let goes_on = outcome
            .as_ref()
            .is_err_and(|error| matches!(exit_of(error), Exit::Unavailable | Exit::Interrupted));
        if !goes_on {
            fs::remove_file(&note).with_context(|| format!("removing `{}`", note.display()))?;
        }
        outcome
    }

    fn slice(&self, begin: u64, bytes: u64) -> Result<Slice> {
        let path = self.path();
        let mut file =
            File::open(&path).with_context(|| format!("reading `{}`", path.display()))?;
        file.seek(SeekFrom::Start(begin))?;
        Ok(Slice { rest: file.take(bytes), interrupt: self.ctx.interrupt.clone() })
    }

    /// Every byte comes back from the store as it was sent: what a store says
    /// about its checksums differs from store to store, its bytes do not.
    fn is_good(&self) -> Result<bool> {
        retrying(self.ctx, || {
            let mut body = self.copies.bucket.get(&self.key(), 0)?;
            let (mut hash, mut bytes, mut chunk) = (Sha256::new(), 0, vec![0; 1 << 18]);
            loop {
                self.ctx.interrupt.check()?;
                let read = body.read(&mut chunk).map_err(|why| cut(&self.file.name, &why))?;
                if read == 0 {
                    break;
                }
                hash.update(&chunk[..read]);
                bytes += read as u64;
            }
            Ok(bytes == self.file.bytes && hex(&hash.finalize()) == self.file.sha256)
        })
    }

    fn damaged(&self) -> anyhow::Error {
        let (name, shown) = (&self.file.name, &self.copies.shown);
        let label = &self.backup.label;
        let why = format!("`{name}` of {label} comes back from {shown} otherwise than it is here");
        Fault::failed(why)
            .hint("`cargo xtask backup verify LABEL` tells whether it is good here")
            .into()
    }
}

/// A connection that ended while an object was read.
pub fn cut(name: &str, why: &io::Error) -> Fault {
    Fault::unavailable(format!("reading `{name}` from the store: {why}"))
}

/// Bytes of a file, until the user says stop.
struct Slice {
    rest: io::Take<File>,
    interrupt: Interrupt,
}

impl Read for Slice {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt.check().map_err(io::Error::other)?;
        self.rest.read(buffer)
    }
}
