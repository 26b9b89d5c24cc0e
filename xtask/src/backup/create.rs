//! Making a backup: one snapshot for the dump, the counts and the hashes.
//!
//! Must never: give it its name before the dump's program ended well, its
//! last byte is on disk, and all of it was read back.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use pg_diff::Dump;
use pg_live::content::dump::Dumped;
use pg_live::content::{self, Content, SequenceContent, Snapshot, TableContent};
use pg_live::{Address, database};
use sha2::{Digest, Sha256};

use super::archive::{self, Archive};
use super::encryption::Seal;
use super::inventory::Inventory;
use super::label::Label;
use super::manifest::{
    CONTENT, DATA, EXTENSION, FORMAT, FileRecord, GLOBALS, Git, Manifest, PROPERTIES,
};
use super::reading;
use super::store::{Backup, Store};
use crate::context::Ctx;
use crate::disk;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::target::Target;
use crate::term::Mark;
use crate::tools::pg_dump::{self, DUMP_TIMEOUT, Roles, SchemaDump};
use crate::verify::{self, size};
use crate::ways::code;

/// Makes a backup and reads it back. A failure leaves nothing.
pub fn create(ctx: &Ctx, target: &Target, store: &Store) -> Result<Backup> {
    let seal = Seal::wanted(ctx)?;
    let address = target.require_answering(ctx)?;
    let _lock = store.lock()?;
    let swept = store.sweep()?;
    if swept > 0 {
        ctx.term
            .status(&format!("removed {swept} unfinished backups, left by runs that were killed"));
    }
    let (previous, _) = store.list()?;
    let expected = previous.first().map(|it| it.manifest.raw_bytes);
    let label = Label::new(moment(ctx, previous.first()))?;
    let partial = store.begin(&label)?;
    let seal = seal.as_ref();
    let making = Making { ctx, target, address: &address, dir: &partial, seal, expected };
    let made = making.make(&label).and_then(|manifest| {
        let made = Backup::unproven(label.clone(), partial.clone(), manifest.clone());
        let made = match seal {
            Some(seal) => made.unlocked(seal.witness.clone())?,
            None => made,
        };
        reading::require_as_written(ctx, target, &made)?;
        manifest.write(&partial)?;
        Ok(made)
    });
    match made {
        Ok(made) => {
            let dir = store.complete(&partial, &label)?;
            Ok(Backup { dir, ..made })
        }
        Err(error) => {
            // What cannot be removed now the next run removes.
            let _ = fs::remove_dir_all(&partial);
            Err(error.context(format!("backing up {address}")))
        }
    }
}

/// Now; after the newest backup in any case, or it would not be the latest.
fn moment(ctx: &Ctx, newest: Option<&Backup>) -> Timestamp {
    let now = Timestamp::now();
    let Some(newest) = newest.filter(|it| it.label.time >= now) else { return now };
    ctx.term.warn(&format!(
        "the clock of this machine went back: {} is of a later time than now; this one is named after it",
        newest.label
    ));
    newest.label.time.checked_add(SignedDuration::from_millis(1)).unwrap_or(now)
}

struct Making<'a> {
    ctx: &'a Ctx,
    target: &'a Target,
    address: &'a Address,
    dir: &'a Path,
    seal: Option<&'a Seal>,
    /// Bytes of the dump before, to reckon with.
    expected: Option<u64>,
}

impl Making<'_> {
    fn make(&self, label: &Label) -> Result<Manifest> {
        let ctx = self.ctx;
        let started = Instant::now();
        let snapshot = ctx.wait(Snapshot::export(self.address))?;
        // Before the dump: sequences obey no snapshot, and the dump may only
        // be ahead of what is noted.
        let (tables, sequences, origin) = ctx.wait(async {
            let session = snapshot.session();
            let tables = content::tables(session).await?;
            let sequences = content::sequences(session).await?;
            pg_live::Result::Ok((tables, sequences, content::origin(session).await?))
        })?;
        let schema = self.start_schema(&snapshot)?;
        let (dumped, raw_bytes, found) = self.dump(&snapshot, &origin.encoding)?;
        let schema_sha256 = pg_dump::ending_strays(ctx, self.address, schema_sha256(ctx, schema))?;
        let content = content_of(tables, sequences, found)?;
        drop(snapshot);
        let code = code::of_served(ctx, self.target);
        let mut files = vec![dumped];
        files.push(self.globals()?);
        files.push(self.properties()?);
        let content = match self.seal {
            Some(_) => {
                files.push(self.text_file(CONTENT, &serde_json::to_string_pretty(&content)?)?);
                without_hashes(content)
            }
            None => content,
        };
        let encryption = self.seal.map(Seal::record);
        Ok(Manifest {
            format: FORMAT,
            encryption,
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

    fn dump(&self, snapshot: &Snapshot, encoding: &str) -> Result<(FileRecord, u64, Dumped)> {
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
        let run = pg_dump::spelled_alike(run, self.address, encoding);
        let name = self.stored(DATA);
        let archive = Archive::create(&self.dir.join(&name), self.seal, &mut tell)?;
        let mut counted = Inventory::before(archive)?;
        let poured = ctx.proc.pour(&run, &mut counted);
        let poured = poured.and_then(|finished| ctx.proc.require_success(&run, &finished));
        pg_dump::ending_strays(ctx, self.address, poured)?;
        let (archive, found) = counted.finish()?;
        let raw_bytes = archive.raw_bytes;
        let record = archive.finish(&name)?;
        drop(progress);
        let how = if self.seal.is_some() { ", encrypted" } else { "" };
        let story = format!(
            "{} from {}{how}, {} rows in {} tables",
            shown(record.bytes),
            shown(raw_bytes),
            found.tables.values().map(|it| it.rows).sum::<i64>(),
            found.tables.len()
        );
        ctx.term.step(Mark::Ok, "dump", started.elapsed(), &story);
        Ok((record, raw_bytes, found))
    }

    fn start_schema(&self, snapshot: &Snapshot) -> Result<SchemaDump> {
        let run = self.target.program(self.ctx, "pg_dump", self.address)?;
        let run = run.arg(format!("--snapshot={}", snapshot.name));
        pg_dump::start_schema(self.ctx, run, Roles::Same)
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
            // Whoever was stopped may read them all the same.
            if finished.was_killed() {
                ctx.proc.require_success(&run, &finished)?;
            }
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
        let name = self.stored(name);
        let path = self.dir.join(&name);
        match self.seal {
            Some(seal) => write_private(&path, &seal.whole(text.as_bytes())?)?,
            None => write_private(&path, text.as_bytes())?,
        }
        archive::record(&path, &name)
    }

    fn stored(&self, name: &str) -> String {
        format!("{name}{}", if self.seal.is_some() { EXTENSION } else { "" })
    }
}

/// Who knows all of a row but one word could try words at its hash: hashes
/// are as secret as the rows. How many there are is told by the size, too.
fn without_hashes(mut content: Content) -> Content {
    for table in &mut content.tables {
        table.hash.clear();
    }
    content.large_objects.hash.clear();
    content
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

/// The tables that there were in the snapshot, with the rows that the dump has
/// of them.
fn content_of(
    tables: Vec<(u32, TableContent)>,
    sequences: Vec<SequenceContent>,
    found: Dumped,
) -> Result<Content> {
    let filled = tables.into_iter().map(|(oid, table)| match found.tables.get(&oid) {
        Some(it) => Ok(TableContent { rows: it.rows, hash: it.hash.clone(), ..table }),
        None => {
            let what = format!("{}.{} is not in the dump", table.namespace, table.name);
            Err(anyhow::Error::from(Fault::failed(what)))
        }
    });
    let mut tables: Vec<TableContent> = filled.collect::<Result<_>>()?;
    tables.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    Ok(Content { tables, large_objects: found.large_objects, sequences })
}

/// The hash of a schema as `pg_dump` spells it, whatever the order.
pub fn schema_sha256(ctx: &Ctx, dump: SchemaDump) -> Result<String> {
    Ok(hash_of(&dump.finish(ctx)?, settled))
}

/// Both hashes that a manifest may have of one schema: a backup of an older
/// version has the second one.
pub fn schema_hashes(ctx: &Ctx, dump: SchemaDump) -> Result<[String; 2]> {
    let dump = dump.finish(ctx)?;
    Ok([hash_of(&dump, settled), hash_of(&dump, str::to_owned)])
}

fn hash_of(dump: &Dump, spelled: fn(&str) -> String) -> String {
    let mut hash = Sha256::new();
    for (key, sql) in dump.entries() {
        for part in [&key.kind, &key.namespace, &key.name, &spelled(sql)] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    hex(&hash.finalize())
}

/// A table that was made and then given a parent comes back with the parent's
/// columns first. Source: manual, pg_dump, `--binary-upgrade`.
fn settled(sql: &str) -> String {
    if !sql.contains("\n)\nINHERITS (") {
        return sql.to_owned();
    }
    let mut lines: Vec<&str> = sql.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines.join("\n")
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
    require_free(ctx, store, needed)
}

/// So many bytes fit beside the backups.
pub fn require_free(ctx: &Ctx, store: &Store, needed: u64) -> Result<()> {
    let place = store.dir.ancestors().find(|it| it.exists()).unwrap_or(&ctx.root);
    let free = disk::free(place)
        .with_context(|| format!("looking at the disk of `{}`", place.display()))?;
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
