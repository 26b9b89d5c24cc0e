//! A backup out of the store: into a folder that nobody takes for one, each
//! file held against the manifest, then under its name.
//!
//! Must never: give it its name before every byte of it is what the manifest
//! says.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::upload::cut;
use super::{Copies, Copy, retrying};
use crate::backup::create::{require_free, shown};
use crate::backup::manifest::{FileRecord, MANIFEST, Manifest, PROOF, SUMS};
use crate::backup::store::{Backup, PIN, Store};
use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::term::Mark;

/// Manifests have some hundred bytes a table.
const MOST_MANIFEST: u64 = 64 << 20;

impl Copies {
    /// By label, by an unambiguous beginning of one, or `latest`.
    pub fn find(&self, ctx: &Ctx, word: &str) -> Result<Copy> {
        let mut all = self.complete(ctx)?;
        all.retain(|it| word == "latest" || it.label.begins_with(word));
        let many = all.len();
        let newest = all.into_iter().next();
        match newest {
            Some(one) if many == 1 || word == "latest" => Ok(one),
            None => Err(Fault::failed(format!("there is no backup `{word}` in {}", self.shown))
                .hint("`cargo xtask backup list --remote` shows what there is")
                .into()),
            Some(_) => Err(Fault::failed(format!("`{word}` begins {many} labels"))
                .hint("`cargo xtask backup list --remote` shows them in full")
                .into()),
        }
    }

    /// What a copy says of itself.
    pub fn manifest(&self, ctx: &Ctx, copy: &Copy) -> Result<Manifest> {
        let text = self.small(ctx, copy, MANIFEST)?;
        let sums = self.small(ctx, copy, SUMS)?;
        Manifest::parse(&text, Some(&sums))
            .with_context(|| format!("reading the manifest of {} in {}", copy.label, self.shown))
    }

    fn small(&self, ctx: &Ctx, copy: &Copy, name: &str) -> Result<Vec<u8>> {
        let key = self.key(&copy.label, name);
        retrying(ctx, || {
            let mut bytes = Vec::new();
            let body = self.bucket.get(&key, 0)?;
            body.take(MOST_MANIFEST).read_to_end(&mut bytes).map_err(|why| cut(name, &why))?;
            Ok(bytes)
        })
    }

    /// Into the folder of backups, as one of them.
    pub fn fetch(&self, ctx: &Ctx, store: &Store, copy: &Copy) -> Result<Backup> {
        let started = Instant::now();
        let label = &copy.label;
        let _lock = store.lock()?;
        let (text, sums) = (self.small(ctx, copy, MANIFEST)?, self.small(ctx, copy, SUMS)?);
        let manifest = self.manifest(ctx, copy)?;
        require_free(ctx, store, copy.bytes())?;
        // What a killed run left is gone on with.
        let partial = store.begin(label)?;
        let progress = ctx.term.progress("fetch");
        for file in &manifest.files {
            let mut tell = |bytes: u64| {
                progress.tell(&format!("{}: {} of {}", file.name, shown(bytes), shown(file.bytes)));
            };
            self.fetch_file(ctx, copy, (file, &partial), &mut tell)?;
        }
        for name in [PROOF, PIN].into_iter().filter(|name| copy.files.contains_key(*name)) {
            write_private(&partial.join(name), &self.small(ctx, copy, name)?)?;
        }
        write_private(&partial.join(SUMS), &sums)?;
        write_private(&partial.join(MANIFEST), &text)?;
        store.complete(&partial, label)?;
        drop(progress);
        let story = format!("{} from {}, every checksum", shown(copy.bytes()), self.shown);
        ctx.term.step(Mark::Ok, "fetch", started.elapsed(), &story);
        store.find(&label.to_string())
    }

    fn fetch_file(
        &self,
        ctx: &Ctx,
        copy: &Copy,
        (file, partial): (&FileRecord, &Path),
        tell: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let (path, key) = (partial.join(&file.name), self.key(&copy.label, &file.name));
        let found = retrying(ctx, || {
            let mut arriving = Arriving::open(&path, file.bytes)?;
            if arriving.bytes < file.bytes {
                let mut body = self.bucket.get(&key, arriving.bytes)?;
                let mut chunk = vec![0; 1 << 18];
                loop {
                    ctx.interrupt.check()?;
                    let read = body.read(&mut chunk).map_err(|why| cut(&file.name, &why))?;
                    if read == 0 {
                        break;
                    }
                    arriving.add(&chunk[..read])?;
                    tell(arriving.bytes);
                }
            }
            arriving.finish(&file.name)
        })?;
        if found == *file {
            return Ok(());
        }
        // Nobody goes on with bytes that are wrong.
        std::fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
        let (label, there) = (&copy.label, &self.shown);
        Err(Fault::failed(format!(
            "`{}` of {label} in {there} is not what was written: {} bytes, SHA-256 {}",
            found.name, found.bytes, found.sha256
        ))
        .hint("where the backup still is, `cargo xtask backup copy LABEL` mends the copy")
        .into())
    }
}

/// A file that grows, and its hash.
struct Arriving {
    file: File,
    path: PathBuf,
    hash: Sha256,
    bytes: u64,
}

impl Arriving {
    /// With what is there of it already.
    fn open(path: &Path, whole: u64) -> Result<Arriving> {
        let context = || format!("writing `{}`", path.display());
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(path).with_context(context)?;
        if file.metadata().with_context(context)?.len() > whole {
            file.set_len(0).with_context(context)?;
        }
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        let mut chunk = vec![0; 1 << 18];
        let mut reader = BufReader::new(&mut file);
        loop {
            let read = reader.read(&mut chunk).with_context(context)?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            bytes += read as u64;
        }
        Ok(Arriving { file, path: path.to_owned(), hash, bytes })
    }

    fn add(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).with_context(|| format!("writing `{}`", self.path.display()))?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn finish(self, name: &str) -> Result<FileRecord> {
        let synced: io::Result<()> = self.file.sync_all();
        synced.with_context(|| format!("writing `{}`", self.path.display()))?;
        let sha256 = hex(&self.hash.finalize());
        Ok(FileRecord { name: name.to_owned(), bytes: self.bytes, sha256 })
    }
}
