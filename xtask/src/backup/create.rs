//! Making a backup: one snapshot for the dump, the counts and the hashes.
//!
//! Must never: give it its name before the dump's program ended well, its
//! last byte is on disk, and all of it was read back.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::Timestamp;
use pg_live::content::{self, Snapshot};
use pg_live::{Address, database};
use sha2::{Digest, Sha256};

use super::archive::{self, Archive};
use super::label::Label;
use super::manifest::{DATA, FORMAT, FileRecord, GLOBALS, Git, Manifest, PROPERTIES};
use super::store::{Backup, Store};
use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::proc::Run;
use crate::target::Target;
use crate::term::Mark;
use crate::tools::pg_dump::{self, DUMP_TIMEOUT, Roles};
use crate::verify::{self, size};
use crate::ways::code;

/// Makes a backup and reads it back. A failure leaves nothing.
pub fn create(ctx: &Ctx, target: &Target, store: &Store) -> Result<Backup> {
    let address = target.require_answering(ctx)?;
    let _lock = store.lock()?;
    let swept = store.sweep()?;
    if swept > 0 {
        ctx.term
            .status(&format!("removed {swept} unfinished backups, left by runs that were killed"));
    }
    let (previous, _) = store.list()?;
    let expected = previous.first().map(|it| it.manifest.raw_bytes);
    let label = Label::new(Timestamp::now())?;
    let partial = store.begin(&label)?;
    let making = Making { ctx, target, address: &address, dir: &partial, expected };
    let made = making.make(&label).and_then(|manifest| {
        read_back(ctx, target, &partial, &manifest)?;
        manifest.write(&partial)?;
        Ok(manifest)
    });
    match made {
        Ok(manifest) => {
            let dir = store.complete(&partial, &label)?;
            Ok(Backup { label, dir, manifest, proof: None, is_pinned: false })
        }
        Err(error) => {
            // What cannot be removed now the next run removes.
            let _ = fs::remove_dir_all(&partial);
            Err(error.context(format!("backing up {address}")))
        }
    }
}

struct Making<'a> {
    ctx: &'a Ctx,
    target: &'a Target,
    address: &'a Address,
    dir: &'a Path,
    /// Bytes of the dump before, to reckon with.
    expected: Option<u64>,
}

impl Making<'_> {
    fn make(&self, label: &Label) -> Result<Manifest> {
        let ctx = self.ctx;
        let started = Instant::now();
        let snapshot = ctx.wait(Snapshot::export(self.address))?;
        let counted = Instant::now();
        let progress = ctx.term.progress("count and hash");
        let (content, origin) = ctx.wait(async {
            let content = content::content(snapshot.session()).await?;
            pg_live::Result::Ok((content, content::origin(snapshot.session()).await?))
        })?;
        drop(progress);
        let story = format!("{} rows in {} tables", content.rows(), content.tables.len());
        ctx.term.step(Mark::Ok, "count and hash", counted.elapsed(), &story);
        // After the counts: sequences go on meanwhile, and the dump may only
        // be ahead of what is noted.
        let (dumped, raw_bytes) = self.dump(&snapshot)?;
        let schema_sha256 = self.schema(&snapshot)?;
        drop(snapshot);
        let code = code::of_served(ctx, self.target);
        let mut files = vec![dumped];
        files.push(self.globals()?);
        files.push(self.properties()?);
        Ok(Manifest {
            format: FORMAT,
            label: label.to_string(),
            target: self.target.name().to_owned(),
            database: self.address.database.clone(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            origin,
            git: code.map(|it| Git { commit: it.commit, dirty: it.dirty }),
            init_sha256: code::init_sha256(ctx),
            schema_sha256,
            content,
            files,
            raw_bytes,
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn dump(&self, snapshot: &Snapshot) -> Result<(FileRecord, u64)> {
        let (ctx, started) = (self.ctx, Instant::now());
        let progress = ctx.term.progress("dump");
        let mut tell = |bytes: u64| {
            let seconds = started.elapsed().as_secs_f64().max(0.001);
            progress.tell(&rate(bytes, seconds, self.expected));
        };
        let run = self
            .target
            .program(ctx, "pg_dump", self.address)?
            .args(["--format=custom", "--compress=0", "--no-password", "--lock-wait-timeout=30s"])
            .arg(format!("--snapshot={}", snapshot.name))
            .timeout(DUMP_TIMEOUT);
        let mut archive = Archive::create(&self.dir.join(DATA), &mut tell)?;
        let poured = ctx.proc.pour(&run, &mut archive);
        let poured = poured.and_then(|finished| ctx.proc.require_success(&run, &finished));
        pg_dump::ending_strays(ctx, self.address, poured)?;
        let raw_bytes = archive.raw_bytes;
        let record = archive.finish(DATA)?;
        drop(progress);
        let story = format!("{} from {}", shown(record.bytes), shown(raw_bytes));
        ctx.term.step(Mark::Ok, "dump", started.elapsed(), &story);
        Ok((record, raw_bytes))
    }

    fn schema(&self, snapshot: &Snapshot) -> Result<String> {
        let run = self.target.program(self.ctx, "pg_dump", self.address)?;
        let run = run.arg(format!("--snapshot={}", snapshot.name));
        pg_dump::ending_strays(self.ctx, self.address, schema_sha256(self.ctx, run))
    }

    /// Roles are the cluster's, not the database's, and in no snapshot. A
    /// role that may not read them backs up the rest.
    fn globals(&self) -> Result<FileRecord> {
        let ctx = self.ctx;
        let run = self.target.program(ctx, "pg_dumpall", self.address)?.args([
            "--globals-only",
            "--no-role-passwords",
            "--no-password",
        ]);
        let finished = ctx.proc.capture(&run)?;
        let text = if finished.is_success() {
            finished.stdout
        } else {
            ctx.term.warn(&format!("roles are not in this backup: {}", finished.last_words()));
            "-- The role that made this backup may not read the roles.\n".to_owned()
        };
        self.text_file(GLOBALS, &text)
    }

    /// What `ALTER DATABASE` had set: neither a dump nor a rename carries it.
    fn properties(&self) -> Result<FileRecord> {
        let name = &self.address.database;
        let statements = self.ctx.wait(async {
            let session = verify::maintenance(self.address).await?;
            database::properties(&session, name, name).await
        })?;
        let text: String = statements.iter().map(|statement| format!("{statement};\n")).collect();
        self.text_file(PROPERTIES, &text)
    }

    fn text_file(&self, name: &str, text: &str) -> Result<FileRecord> {
        let path = self.dir.join(name);
        write_private(&path, text.as_bytes())?;
        archive::record(&path, name)
    }
}

/// `12.3 MB/s, 4 s left`
fn rate(bytes: u64, seconds: f64, expected: Option<u64>) -> String {
    let per_second = bytes as f64 / seconds;
    let mut text = format!("{}, {}/s", shown(bytes), shown(per_second as u64));
    if let Some(left) = expected.and_then(|all| all.checked_sub(bytes)).filter(|left| *left > 0) {
        text.push_str(&format!(", about {:.0} s left", left as f64 / per_second));
    }
    text
}

pub fn shown(bytes: u64) -> String {
    size(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// The hash of a schema as `pg_dump` spells it, whatever the order.
pub fn schema_sha256(ctx: &Ctx, pg_dump: Run) -> Result<String> {
    let dump = pg_dump::start_schema(ctx, pg_dump, Roles::Same)?.finish(ctx)?;
    let mut hash = Sha256::new();
    for (key, sql) in dump.entries() {
        for part in [&key.kind, &key.namespace, &key.name, sql] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    Ok(hex(&hash.finalize()))
}

/// From the disk, to the end, by the program that would restore it.
pub fn read_back(ctx: &Ctx, target: &Target, dir: &Path, manifest: &Manifest) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("read back");
    for file in &manifest.files {
        let found = archive::record(&dir.join(&file.name), &file.name)?;
        if found != *file {
            return Err(Fault::failed(format!(
                "`{}` is not what was written: {} bytes, SHA-256 {}",
                file.name, found.bytes, found.sha256
            ))
            .hint("the disk or the copy is damaged; take another backup: `cargo xtask backup list`")
            .into());
        }
    }
    let run = target.offline_program(ctx, "pg_restore")?.arg("--file=-").timeout(DUMP_TIMEOUT);
    let finished = ctx.proc.feed(&run, |stdin| archive::unpack(&dir.join(DATA), stdin))?;
    if !finished.is_success() {
        let words = finished.last_words();
        return Err(Fault::failed(format!("pg_restore cannot read it: {words}")).into());
    }
    drop(progress);
    ctx.term.step(Mark::Ok, "read back", started.elapsed(), "every checksum, to the last byte");
    Ok(())
}

/// Room for what is expected, before anything is begun.
pub fn require_room(ctx: &Ctx, target: &Target, store: &Store) -> Result<()> {
    let address = target.require_answering(ctx)?;
    let (previous, _) = store.list()?;
    let needed = match previous.first() {
        Some(last) => last.manifest.bytes() + last.manifest.bytes() / 3,
        None => {
            let bytes = ctx.wait(async {
                let session = pg_live::Session::connect(&address, "backup").await?;
                pg_live::Result::Ok(content::origin(&session).await?.database_bytes)
            })?;
            u64::try_from(bytes).unwrap_or(0) / 2
        }
    };
    let place = store.dir.ancestors().find(|it| it.exists()).unwrap_or(&ctx.root);
    let found = nix::sys::statvfs::statvfs(place)
        .with_context(|| format!("looking at the disk of `{}`", place.display()))?;
    let free = found.blocks_available().saturating_mul(found.fragment_size());
    if free > needed {
        return Ok(());
    }
    Err(Fault::unavailable(format!(
        "`{}` has {} left, the backup may need {}",
        place.display(),
        shown(free),
        shown(needed)
    ))
    .hint("make room, or set XTASK_BACKUP_DIR to another disk")
    .into())
}
