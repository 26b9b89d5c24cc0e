//! What a restore reads: a backup, or a plain dump from anywhere.
//!
//! Must never: call a database filled whose rows were not held against what
//! was to be in it.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use pg_live::{Address, Session, content, database, health};

use super::encryption::Keyring;
use super::fit::require_fit;
use super::label::Label;
use super::manifest::{MANIFEST, Manifest};
use super::plain::{self, PlainDump};
use super::reading::{Unpacked, read_back};
use super::refill::{Purpose, analyze, create_empty, refill};
use super::store::{Backup, InUse, Store};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::schema::side::typed_path;
use crate::target::Target;
use crate::term::Mark;
use crate::tools::pg_dump::DUMP_TIMEOUT;
use crate::verify;
use crate::ways::{self, code};

/// What is known of the rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub rows: i64,
    /// Empty where they were only counted.
    pub hash: String,
}

#[derive(Debug)]
pub enum Source {
    Backup(Box<Backup>),
    Plain(PlainDump),
}

impl Source {
    /// Whether a word is a path, or else a label.
    pub fn is_path(ctx: &Ctx, word: &str) -> Result<bool> {
        Ok(word.contains('/') || ctx.root.join(typed_path(ctx, word)?).is_file())
    }

    /// A label, the beginning of one, `latest`, or a path.
    pub fn find(ctx: &Ctx, store: &Store, word: &str) -> Result<Source> {
        let path = ctx.root.join(typed_path(ctx, word)?);
        if !Source::is_path(ctx, word)? {
            return Ok(Source::Backup(Box::new(store.find(word)?)));
        }
        if path.is_dir() {
            return Ok(Source::Backup(Box::new(folder(path)?)));
        }
        let progress = ctx.term.progress("read");
        let dump = plain::read(&path)?;
        drop(progress);
        Ok(Source::Plain(dump))
    }

    /// With what decrypts it.
    pub fn unlocked(self, keyring: &Keyring) -> Result<Source> {
        Ok(match self {
            Source::Backup(it) => Source::Backup(Box::new(keyring.unlock(*it)?)),
            Source::Plain(it) => Source::Plain(it),
        })
    }

    pub fn backup(&self) -> Option<&Backup> {
        match self {
            Source::Backup(it) => Some(it),
            Source::Plain(_) => None,
        }
    }

    /// One that was cut is for those who know it, and for no service.
    pub fn require_whole(&self, is_meant: bool) -> Result<(), Fault> {
        match self {
            Source::Plain(dump) if !dump.is_whole && !is_meant => Err(Fault::refused(format!(
                "`{}` is cut: it does not end as pg_dump ends a dump, and rows are missing in it",
                dump.path.display()
            ))
            .hint("to save what is left of it: `--into NAME --partial`")),
            Source::Backup(_) | Source::Plain(_) => Ok(()),
        }
    }

    /// For people.
    pub fn name(&self) -> String {
        match self {
            Source::Backup(it) => it.label.to_string(),
            Source::Plain(it) => it.path.file_name().map_or_else(
                || it.path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            ),
        }
    }

    /// Each table that is in it, by namespace and name.
    pub fn tables(&self) -> Vec<(String, Held)> {
        let held = |namespace: &str, name: &str, rows, hash: &str| {
            (format!("{namespace}.{name}"), Held { rows, hash: hash.to_owned() })
        };
        match self {
            Source::Backup(it) => {
                let tables = it.manifest.content.tables.iter();
                tables.map(|it| held(&it.namespace, &it.name, it.rows, &it.hash)).collect()
            }
            Source::Plain(it) => {
                it.tables.iter().map(|it| held(&it.namespace, &it.name, it.rows, "")).collect()
            }
        }
    }

    /// What it was held against when it was restored.
    pub fn compared(&self) -> &'static str {
        match self {
            Source::Backup(_) => "compared with its manifest",
            Source::Plain(_) => "with as many rows as stand in the file",
        }
    }

    pub fn code(&self) -> ways::Served {
        ways::Served::Known(self.backup().and_then(|it| code::of_backup(&it.manifest)))
    }

    /// Held while it is read.
    pub fn in_use(&self) -> Result<Option<InUse>> {
        let Some(backup) = self.backup() else { return Ok(None) };
        let taken = InUse::take(&backup.dir, true);
        // Where nobody can write, nobody removes it either.
        let is_read_only = |error: &anyhow::Error| {
            let cause = error.root_cause().downcast_ref::<std::io::Error>();
            cause.is_some_and(|it| it.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
        };
        if taken.as_ref().is_err_and(is_read_only) {
            return Ok(None);
        }
        match taken? {
            Some(reading) => Ok(Some(reading)),
            None => Err(Fault::unavailable(format!("{} is being removed", backup.label)).into()),
        }
    }

    /// Before anything is made or anybody asked.
    pub fn require_fit(&self, ctx: &Ctx, server: &Address) -> Result<()> {
        self.backup().map_or(Ok(()), |it| require_fit(ctx, server, &it.manifest))
    }

    /// To its end, before anything is made. Gives what [`Source::fill`] takes;
    /// who wants only a part of it gets nothing.
    pub fn read_back(&self, ctx: &Ctx, target: &Target, is_all: bool) -> Result<Option<Unpacked>> {
        match self {
            Source::Backup(it) => {
                let mut unpacked = if is_all { Unpacked::wanted(ctx, target, it)? } else { None };
                read_back(ctx, target, it, unpacked.as_mut())?;
                Ok(unpacked)
            }
            // It was, to be counted.
            Source::Plain(_) => Ok(None),
        }
    }

    pub fn create_empty(&self, ctx: &Ctx, live: &Address, name: &str) -> Result<()> {
        match self {
            Source::Backup(it) => create_empty(ctx, live, name, &it.manifest),
            // A plain dump tells of no locale.
            Source::Plain(_) => Ok(ctx.wait(async {
                let session = verify::maintenance(live).await?;
                let locale = database::locale(&session, &live.database).await?;
                database::create(&session, name, &locale.unwrap_or_default()).await
            })?),
        }
    }

    /// Compared, and known to the planner.
    pub fn fill(
        &self,
        ctx: &Ctx,
        target: &Target,
        empty: &Address,
        unpacked: Option<Unpacked>,
    ) -> Result<()> {
        match self {
            Source::Backup(it) => {
                refill(ctx, target, (empty, Purpose::Use), it, unpacked).map(drop)
            }
            Source::Plain(it) => {
                load(ctx, target, empty, it)?;
                count(ctx, empty, it)?;
                Ok(ctx.wait(analyze(empty))?)
            }
        }
    }
}

/// A backup that lies elsewhere: copied, or of another machine.
fn folder(dir: PathBuf) -> Result<Backup> {
    if !dir.join(MANIFEST).is_file() {
        return Err(Fault::failed(format!("`{}` is no backup", dir.display()))
            .hint(format!("a backup is a folder with a `{MANIFEST}`"))
            .into());
    }
    let manifest = Manifest::read(&dir)?;
    let Some(label) = Label::parse(&manifest.label) else {
        let what = format!("`{}` is of a backup `{}`", dir.display(), manifest.label);
        return Err(Fault::failed(what).hint("a label is like 20261122T092258.123Z-1f0c").into());
    };
    Ok(Backup::unproven(label, dir, manifest))
}

/// In one transaction, by `psql`, which obeys nothing that stands in it.
fn load(ctx: &Ctx, target: &Target, empty: &Address, dump: &PlainDump) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("restore");
    let run = target
        .program(ctx, "psql", empty)?
        .args(["--no-psqlrc", "--quiet", "--no-password", "--single-transaction"])
        .args(["--set=ON_ERROR_STOP=1", "--output=/dev/null"])
        .arg(format!("--dbname={}", empty.database))
        .timeout(DUMP_TIMEOUT);
    let key = if dump.is_restricted || !knows_restrict(ctx, &run)? {
        None
    } else {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).context("asking for random bytes")?;
        Some(crate::init_file::hex(&bytes))
    };
    let finished = ctx.proc.feed(&run, |stdin| plain::pour(dump, key.as_deref(), stdin))?;
    if !finished.is_success() {
        let path = dump.path.display();
        let what = format!("`{path}` does not restore: {}", finished.last_words());
        return Err(Fault::failed(what)
            .hint("nothing of it stayed; the line is the file's own, counted from its beginning")
            .into());
    }
    drop(progress);
    ctx.term.step(Mark::Ok, "restore", started.elapsed(), &empty.database);
    Ok(())
}

/// Since August 2025 `psql` can be told to obey no backslash commands.
/// Source: release notes of 13.22, 14.19, 15.14, 16.10, 17.6 (CVE-2025-8714).
fn knows_restrict(ctx: &Ctx, psql: &Run) -> Result<bool> {
    let text = ctx.proc.read(&psql.clone().arg("--version"))?;
    let numbers = text.split_whitespace().find(|it| it.starts_with(|c: char| c.is_ascii_digit()));
    let mut parts = numbers.unwrap_or_default().split('.');
    let number = |part: Option<&str>| part.and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
    let (major, minor) = (number(parts.next()), number(parts.next()));
    Ok(match major {
        14 => minor >= 19,
        15 => minor >= 14,
        16 => minor >= 10,
        17 => minor >= 6,
        _ => major >= 18,
    })
}

/// Every table has the rows that stand in the file.
fn count(ctx: &Ctx, filled: &Address, dump: &PlainDump) -> Result<()> {
    let started = Instant::now();
    let progress = ctx.term.progress("count");
    let (found, faults) = ctx.wait(async {
        let session = Session::connect(filled, "restore").await?;
        let tables = dump.tables.iter();
        let counting = tables.map(|it| content::rows(&session, (&it.namespace, &it.name)));
        // What was cut has no keys, and sequences that begin anew.
        let faults = if dump.is_whole { health::check(&session).await? } else { Vec::new() };
        pg_live::Result::Ok((try_join_all(counting).await?, faults))
    })?;
    drop(progress);
    let mut wrong: Vec<String> =
        faults.iter().map(|fault| format!("{}: {}", fault.object, fault.message)).collect();
    for (table, rows) in dump.tables.iter().zip(found) {
        if rows != Some(table.rows) {
            let name = format!("{}.{}", table.namespace, table.name);
            let rows = rows.map_or_else(|| "is missing".to_owned(), |it| format!("has {it} rows"));
            wrong.push(format!("{name} {rows}, {} stand in the file", table.rows));
        }
    }
    if wrong.is_empty() {
        let rows: i64 = dump.tables.iter().map(|it| it.rows).sum();
        let story = format!("{rows} rows, as many as in the file; it has no hashes");
        ctx.term.step(Mark::Ok, "count", started.elapsed(), &story);
        return Ok(());
    }
    let path = dump.path.display();
    Err(Fault::failed(format!("`{path}` did not restore as it stands: {}", wrong.join("; ")))
        .hint("what is served is as it was; `cargo xtask backup list` shows other backups")
        .into())
}
