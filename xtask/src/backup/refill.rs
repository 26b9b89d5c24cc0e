//! A backup back into a database: an empty one, filled, and compared with the
//! manifest.
//!
//! Must never: fill a database that holds anything.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::{try_join, try_join_all};
use pg_live::content::{self, Content, TableContent};
use pg_live::database::Locale;
use pg_live::{Address, Session, database, health};

use super::create::schema_hashes;
use super::label::Label;
use super::manifest::Manifest;
use super::reading::{Unpacked, is_for_several, room};
use super::store::Backup;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::{Finished, Run, Started, is_closed};
use crate::target::Target;
use crate::target::compose::INPUT_NOT_KEPT;
use crate::term::Mark;
use crate::tools::pg_dump::{self, DUMP_TIMEOUT, Roles};
use crate::verify;

/// How the names of databases begin that [`super::prove`] restores into.
const PROOF: &str = "xtask_proof_";

const MAX_JOBS: usize = 8;
/// One after the other, each by several connections: in one go `pg_restore`
/// fills the partitions of a table whose triggers and foreign keys are there
/// already (measured with 15).
const SECTIONS: [&str; 3] = ["--section=pre-data", "--section=data", "--section=post-data"];
/// Everything in one go. It is said before, too; a pass needs a word.
const WHOLE: [&str; 1] = ["--exit-on-error"];
/// Two looks at which tables are filled.
const BETWEEN: Duration = Duration::from_millis(300);
/// Sessions that read what was restored: the server is busier than we are.
const COMPARING: usize = 2;

pub fn proof_name(label: &Label) -> String {
    format!("{PROOF}{}", label.to_string().to_lowercase().replace(['.', '-'], "_"))
}

/// True for a name that only a proof gives. A user's database may begin alike.
pub fn is_proof(name: &str) -> bool {
    let label = name.strip_prefix(PROOF).and_then(|rest| {
        let (time, random) = rest.rsplit_once('_')?;
        Label::parse(&format!("{}-{random}", time.to_uppercase().replacen('_', ".", 1)))
    });
    label.is_some_and(|label| proof_name(&label) == name)
}

/// Drops the scratch databases of proofs that were killed. One that somebody
/// works in stays.
pub fn sweep_proofs(ctx: &Ctx, live: &Address) -> Result<()> {
    Ok(ctx.wait(async {
        let session = verify::maintenance(live).await?;
        for it in database::list(&session, PROOF).await? {
            if !is_proof(&it.name) {
                continue;
            }
            match database::drop_unused(&session, &it.name).await {
                Err(error) if !database::is_in_use(&error) => return Err(error),
                _ => {}
            }
        }
        pg_live::Result::Ok(())
    })?)
}

/// Gives up a database that was made here.
pub fn discard(ctx: &Ctx, live: &Address, name: &str) -> Result<()> {
    ctx.interrupt.shield(|| {
        Ok(ctx.wait(async {
            database::drop_scratch(&verify::maintenance(live).await?, name).await
        })?)
    })
}

/// An empty database with the encoding and locale of the one backed up. One
/// of that name is left alone, and an error.
pub fn create_empty(ctx: &Ctx, live: &Address, name: &str, manifest: &Manifest) -> Result<()> {
    let origin = &manifest.origin;
    let noted = origin.locale.clone();
    let locale =
        noted.unwrap_or_else(|| Locale::of_libc(&origin.encoding, &origin.collate, &origin.ctype));
    let made = ctx.wait(async {
        let session = verify::maintenance(live).await?;
        let major = session.server_version().await? / 10_000;
        database::create(&session, name, &locale.known_to(major)).await
    });
    Ok(made?)
}

/// Everything that was dumped, into an empty database, and compared with the
/// manifest. The first error ends it. Gives the version of the server that
/// did it.
pub fn refill(
    ctx: &Ctx,
    target: &Target,
    (empty, purpose): (&Address, Purpose),
    backup: &Backup,
    unpacked: Option<Unpacked>,
) -> Result<String> {
    let started = Instant::now();
    let progress = ctx.term.progress("restore");
    let known = by_several(ctx, target, empty, backup, unpacked)?;
    let known = match known {
        Some(known) => known,
        None => {
            fill_with(ctx, target, empty, backup, &[])?;
            Vec::new()
        }
    };
    drop(progress);
    ctx.term.step(Mark::Ok, "restore", started.elapsed(), &empty.database);
    compare(ctx, target, (empty, purpose), &backup.manifest, &known)
}

/// By several connections: of what was unpacked here, or of a file that the
/// program itself keeps. Gives the rows that were read meanwhile; None where
/// nothing was done, because one connection is to do it.
fn by_several(
    ctx: &Ctx,
    target: &Target,
    empty: &Address,
    backup: &Backup,
    unpacked: Option<Unpacked>,
) -> Result<Option<Vec<TableContent>>> {
    let content = &backup.manifest.content;
    let has_partitions = content.tables.iter().any(|it| it.root.is_some());
    // In one go the indexes of one table are made while another is filled.
    let passes: &[&str] = if has_partitions { &SECTIONS } else { &WHOLE };
    if let Some(unpacked) = unpacked {
        let mut known = Vec::new();
        for pass in passes {
            let run = filling(target.program(ctx, "pg_restore", empty)?, empty)
                .args([&jobs(), *pass])
                .arg(unpacked.path())
                // A crash before the swap leaves a database that nobody serves.
                .env("PGOPTIONS", "-c synchronous_commit=off -c maintenance_work_mem=256MB");
            let mut restoring = ctx.proc.start(run)?;
            read_filled(ctx, empty, content, (&mut restoring, &mut known))?;
            require_filled(backup, &ctx.proc.wait(restoring)?)?;
        }
        return Ok(Some(known));
    }
    if !is_for_several(backup) {
        return Ok(None);
    }
    let (bytes, room) = (backup.manifest.raw_bytes, room(backup));
    let run = target.program_on_input(ctx, ("pg_restore", passes), empty, (bytes, room))?;
    let Some(run) = run else { return Ok(None) };
    let run = filling(run, empty).arg(jobs());
    let (mut restoring, fed) = ctx.proc.start_fed(&run, |stdin| backup.unpack(stdin))?;
    let mut known = Vec::new();
    read_filled(ctx, empty, content, (&mut restoring, &mut known))?;
    let finished = ctx.proc.wait(restoring)?;
    if finished.status == INPUT_NOT_KEPT {
        return Ok(None);
    }
    match fed {
        Err(error) if !is_closed(&error) => return Err(error),
        fed => require_filled(backup, &finished).and(fed)?,
    }
    Ok(Some(known))
}

/// Tables are read as soon as they are filled: the last keys and indexes keep
/// one core busy. What cannot be read now is read when all is there.
fn read_filled(
    ctx: &Ctx,
    filling: &Address,
    content: &Content,
    (restoring, read): (&mut Started, &mut Vec<TableContent>),
) -> Result<()> {
    let session = ctx.wait(async {
        let session = Session::connect(filling, "proof").await?;
        // A key is built for as long as it takes.
        session.execute("SET lock_timeout = 0").await?;
        pg_live::Result::Ok(session)
    });
    let Ok(session) = session else {
        ctx.interrupt.check()?;
        return Ok(());
    };
    let is_read = |it: &&TableContent| {
        read.iter().any(|read| (&read.namespace, &read.name) == (&it.namespace, &it.name))
    };
    let tables = content.tables.iter().filter(|it| it.rows > 0 && !is_read(it));
    let mut left: Vec<TableContent> = tables.cloned().collect();
    while !left.is_empty() && restoring.ended()?.is_none() {
        let found = ctx.wait(async {
            let Some(at) = content::first_filled(&session, &left).await? else { return Ok(None) };
            content::table_content(&session, left[at].clone()).await.map(|table| Some((at, table)))
        });
        match found {
            Ok(Some((at, table))) => {
                left.swap_remove(at);
                read.push(table);
            }
            Ok(None) => std::thread::sleep(BETWEEN),
            Err(_) => {
                ctx.interrupt.check()?;
                return Ok(());
            }
        }
    }
    Ok(())
}

fn jobs() -> String {
    let jobs = std::thread::available_parallelism().map_or(1, |it| it.get().min(MAX_JOBS));
    format!("--jobs={jobs}")
}

fn filling(pg_restore: Run, into: &Address) -> Run {
    pg_restore
        .args(["--exit-on-error", "--no-password"])
        .arg(format!("--dbname={}", into.database))
        .timeout(DUMP_TIMEOUT)
}

fn require_filled(backup: &Backup, finished: &Finished) -> Result<()> {
    if finished.is_success() {
        return Ok(());
    }
    let words = finished.last_words();
    Err(Fault::failed(format!("{} does not restore: {words}", backup.label))
        .hint("what is served is as it was; where the server lacks neither room nor connections, it is no backup: make another one, `cargo xtask backup`")
        .into())
}

/// What `words` choose for `pg_restore`.
pub fn fill_with(
    ctx: &Ctx,
    target: &Target,
    into: &Address,
    backup: &Backup,
    words: &[String],
) -> Result<()> {
    let run = filling(target.program(ctx, "pg_restore", into)?, into).args(words);
    let finished = ctx.proc.feed(&run, |stdin| {
        match backup.unpack(stdin) {
            // Who wants only a part may stop reading when it has it; whether
            // it had all of it is in its status, and in what is compared.
            Err(error) if !words.is_empty() && is_closed(&error) => Ok(()),
            unpacked => unpacked,
        }
    })?;
    require_filled(backup, &finished)
}

pub async fn analyze(filled: &Address) -> pg_live::Result<()> {
    Session::connect(filled, "restore").await?.execute("ANALYZE").await
}

/// What becomes of a database that was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Proof,
    /// The planner is to know it.
    Use,
}

/// Rows, hashes, sequences, schema, and that nothing in it is broken. Rows
/// that are `known` are not read again.
fn compare(
    ctx: &Ctx,
    target: &Target,
    (restored, purpose): (&Address, Purpose),
    manifest: &Manifest,
    known: &[TableContent],
) -> Result<String> {
    let started = Instant::now();
    let progress = ctx.term.progress("compare");
    let dump = target.program(ctx, "pg_dump", restored)?;
    let dump = pg_dump::start_schema(ctx, dump, Roles::Same)?;
    let reading = async {
        let sessions = (0..COMPARING).map(|_| Session::connect(restored, "proof"));
        let sessions = try_join_all(sessions).await?;
        let found = content::content_like(&sessions, &manifest.content, known).await?;
        let faults = health::check(&sessions[0]).await?;
        pg_live::Result::Ok((found, faults, content::origin(&sessions[0]).await?))
    };
    let analyzing = async {
        match purpose {
            Purpose::Use => analyze(restored).await,
            Purpose::Proof => Ok(()),
        }
    };
    let ((found, faults, origin), ()) = ctx.wait(try_join(reading, analyzing))?;
    let schemas = schema_hashes(ctx, dump)?;
    let mut wrong = manifest.content.differences(&found);
    let is_same_major = origin.major() == manifest.origin.major();
    if is_same_major && !schemas.contains(&manifest.schema_sha256) {
        wrong.push("the schema is spelled otherwise than it was".to_owned());
    }
    wrong.extend(faults.iter().map(|fault| format!("{}: {}", fault.object, fault.message)));
    drop(progress);
    if wrong.is_empty() {
        let story = format!("{} rows, every hash, sequence and key", found.rows());
        ctx.term.step(Mark::Ok, "compare", started.elapsed(), &story);
        return Ok(origin.server_version);
    }
    Err(Fault::failed(format!("what was restored is not what was backed up: {}", wrong.join("; ")))
        .hint("make another backup: `cargo xtask backup --prove`")
        .into())
}

#[cfg(test)]
mod tests {
    //! Only what a proof made is taken for one.

    use super::is_proof;

    #[test]
    fn a_proof_is_known_by_the_whole_of_its_name() {
        assert!(is_proof("xtask_proof_20261123t015728_439z_eaed"));
        for name in [
            "xtask_proof_",
            "xtask_proof_mine",
            "xtask_proof_20261123t015728_439z_eae",
            "xtask_proof_20261123T015728_439Z_eaed",
            "xtask_proof_20261123t015728.439z_eaed",
        ] {
            assert!(!is_proof(name), "{name}");
        }
    }
}
