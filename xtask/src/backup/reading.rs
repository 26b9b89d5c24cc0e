//! Reading a backup from the disk to its end: that it is whole, and holds what
//! its manifest says.
//!
//! Must never: stop before the last byte, or believe what was not checked.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use pg_live::content::dump::{Dumped, Rows};
use pg_live::content::{Content, TableContent};

use super::archive;
use super::inventory::Inventory;
use super::store::Backup;
use crate::context::Ctx;
use crate::disk;
use crate::outcome::Fault;
use crate::private_file::ensure_private_dir;
use crate::proc::is_closed;
use crate::target::Target;
use crate::term::Mark;
use crate::tools::pg_dump::DUMP_TIMEOUT;

/// Every file is what was written, whoever can read it.
pub fn require_checksums(backup: &Backup) -> Result<()> {
    for file in &backup.manifest.files {
        let path = backup.dir.join(&file.name);
        backup.manifest.require_record(&archive::record(&path, &file.name)?)?;
    }
    Ok(())
}

/// Of one that was made a moment ago: what was counted as it passed is what
/// lies on the disk, to the last byte.
pub fn require_as_written(ctx: &Ctx, target: &Target, made: &Backup) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("read back");
    require_checksums(made)?;
    let mut bytes = Counted::default();
    made.unpack(&mut bytes)?;
    if bytes.0 != made.manifest.raw_bytes {
        let (is, was) = (bytes.0, made.manifest.raw_bytes);
        let what = format!("{is} bytes of {} come back of {was} that were dumped", made.label);
        return Err(Fault::failed(what).hint("look at the disk, and make it again").into());
    }
    require_known(ctx, target, made)?;
    drop(progress);
    ctx.term.step(Mark::Ok, "read back", started.elapsed(), "every checksum, to the last byte");
    Ok(())
}

/// How much was written to it.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// From the disk, to the end: every checksum, and the rows that the manifest
/// names. What is unpacked for it is kept where that is wanted.
pub fn read_back(
    ctx: &Ctx,
    target: &Target,
    backup: &Backup,
    unpacked: Option<&mut Unpacked>,
) -> Result<()> {
    let mut nowhere = io::sink();
    let next: &mut dyn Write = match unpacked {
        Some(Unpacked(file)) => file,
        None => &mut nowhere,
    };
    let started = Instant::now();
    let progress = ctx.term.progress("read back");
    require_checksums(backup)?;
    let mut counted = Inventory::before(next)?;
    backup.unpack(&mut counted)?;
    let whose = || format!("reading the dump of {}", backup.label);
    let (_, found) = counted.finish().with_context(whose)?;
    if !holds(&found, &backup.manifest.content) {
        let why = format!("the dump of {} has other rows than its manifest says", backup.label);
        return Err(Fault::failed(why)
            .hint("the manifest was changed, or is another backup's: make another one, `cargo xtask backup --prove`")
            .into());
    }
    require_known(ctx, target, backup)?;
    drop(progress);
    let story = "every checksum and every row, to the last byte";
    ctx.term.step(Mark::Ok, "read back", started.elapsed(), story);
    Ok(())
}

/// The program that would restore it is asked whether it knows it.
fn require_known(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<()> {
    let run = target.offline_program(ctx, "pg_restore")?.arg("--list").timeout(DUMP_TIMEOUT);
    let finished = ctx.proc.feed(&run, |stdin| match backup.unpack(stdin) {
        // It has read enough.
        Err(error) if is_closed(&error) => Ok(()),
        unpacked => unpacked,
    })?;
    if !finished.is_success() {
        let words = finished.last_words();
        return Err(Fault::failed(format!("pg_restore cannot read it: {words}")).into());
    }
    Ok(())
}

/// Tables have other oids elsewhere: each of the manifest's has rows of its
/// own in the dump.
fn holds(found: &Dumped, content: &Content) -> bool {
    let mut there: Vec<&Rows> = found.tables.values().collect();
    let is_there = |table: &TableContent| {
        let is_it =
            |it: &&Rows| it.rows == table.rows && (table.hash.is_empty() || it.hash == table.hash);
        let at = there.iter().position(is_it);
        at.map(|at| there.swap_remove(at)).is_some()
    };
    let objects = &content.large_objects;
    content.tables.iter().all(is_there)
        && (objects.hash.is_empty() || found.large_objects == *objects)
}

/// A dump of so many bytes is restored by more than one connection.
const PARALLEL_FROM: u64 = 16 << 20;

/// A large one, where there are cores for it. The clear text of an encrypted
/// one is on no disk but the server's own.
pub fn is_for_several(backup: &Backup) -> bool {
    let has_cores = std::thread::available_parallelism().is_ok_and(|it| it.get() > 1);
    has_cores && backup.manifest.raw_bytes >= PARALLEL_FROM && backup.key.is_none()
}

/// What the unpacked dump takes where the database that it becomes may lie on
/// the same disk.
pub fn room(backup: &Backup) -> u64 {
    let database = u64::try_from(backup.manifest.origin.database_bytes).unwrap_or(0);
    let both = backup.manifest.raw_bytes.saturating_add(database);
    both.saturating_add(both / 10)
}

/// A dump that is read at many places at once. It has no name: nothing of it
/// stays, however this program ends.
pub struct Unpacked(File);

impl Unpacked {
    /// An empty one; None where one connection restores what is streamed to
    /// it, or where there is no room. The backup may lie where nobody can
    /// write.
    pub fn wanted(ctx: &Ctx, target: &Target, backup: &Backup) -> Result<Option<Unpacked>> {
        if !is_for_several(backup) || !target.reads_files() {
            return Ok(None);
        }
        let dir = ensure_private_dir(&ctx.config.state_dir())?;
        let free = disk::free(&dir)
            .with_context(|| format!("looking at the disk of `{}`", dir.display()))?;
        if free > room(backup) { Unpacked::make(&dir).map(Some) } else { Ok(None) }
    }

    fn make(dir: &Path) -> Result<Unpacked> {
        let path = dir.join(format!("unpacked.{}", std::process::id()));
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.with_context(|| format!("making `{}`", path.display()))?;
        std::fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
        Ok(Unpacked(file))
    }

    pub fn fill(&mut self, backup: &Backup) -> Result<()> {
        backup.unpack(&mut self.0)
    }

    /// By which another process opens it anew.
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }
}
