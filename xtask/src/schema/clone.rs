//! The schema of a database in a scratch database, without rows.
//!
//! Must never: read from anything but `pg_dump`, or write to anything but a
//! scratch database.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use pg_live::Address;

use super::reading::{Place, Reading};
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::{Finished, Run, Started};
use crate::tools::pg_dump::{self, Roles};

/// What `pg_dump` calls its own format, at the beginning of a file.
const ARCHIVE: &[u8] = b"PGDMP";

/// A clone on its way: the dump of what is cloned is being written.
pub enum Cloning {
    Dumping(Box<Started>),
    Copying(Address),
}

/// Begins to read the schema that is to be cloned.
pub fn begin(ctx: &Ctx, workshop: &Workshop<'_>, from: &Reading) -> Result<Cloning> {
    match &from.place {
        Place::Served(address, target) => {
            let program = target.program(ctx, "pg_dump", address)?;
            let run = pg_dump::schema_run(program, roles(workshop, from));
            Ok(Cloning::Dumping(Box::new(ctx.proc.start(run)?)))
        }
        Place::Shadow => match &from.init {
            Some(init) => Ok(Cloning::Copying(workshop.shadow(init)?)),
            None => Err(Fault::failed("a shadow without its file").into()),
        },
        Place::Scratch(address) => Ok(Cloning::Copying(address.clone())),
    }
}

pub fn roles(workshop: &Workshop<'_>, from: &Reading) -> Roles {
    if from.has_roles { workshop.roles } else { Roles::Different }
}

/// The clone, and the dump it was made from where there is one.
pub fn finish(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    cloning: Cloning,
) -> Result<(Address, Option<String>)> {
    match cloning {
        Cloning::Copying(template) => Ok((workshop.copy_of(&template)?, None)),
        Cloning::Dumping(started) => {
            // Making it takes as long as half the dump: both at once.
            let scratch = workshop.empty()?;
            let text = ctx.proc.finish(*started)?;
            let run = psql(workshop, &scratch)?;
            let fed = ctx.proc.feed(&run, |stdin| Ok(stdin.write_all(text.as_bytes())?))?;
            require_loaded(&fed).context("cloning the schema into a scratch database")?;
            Ok((scratch, Some(text)))
        }
    }
}

/// Statements one by one, not in one transaction: that would need a lock for
/// each of thousands of objects. Nobody is to keep what is made.
fn psql(workshop: &Workshop<'_>, scratch: &Address) -> Result<Run> {
    let quiet = "SET synchronous_commit = off; SET client_min_messages = error;";
    Ok(workshop.program("psql", scratch)?.args([
        "--no-psqlrc",
        "--no-password",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--command",
        quiet,
        "--file=-",
    ]))
}

fn require_loaded(finished: &Finished) -> Result<()> {
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::failed(format!("psql: {}", finished.last_words())).into())
}

/// Loads the schema of a dump, plain or in an archive, without owners,
/// privileges and rows.
pub fn load_dump(ctx: &Ctx, workshop: &Workshop<'_>, file: &Path, scratch: &Address) -> Result<()> {
    let mut opened = File::open(file).with_context(|| format!("opening `{}`", file.display()))?;
    let mut head = [0; ARCHIVE.len()];
    let is_archive = opened.read_exact(&mut head).is_ok() && head == ARCHIVE;
    let opened = File::open(file)?;
    if is_archive {
        let run = workshop.program("pg_restore", scratch)?.args([
            "--schema-only",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--no-password",
            "--dbname",
            &scratch.database,
        ]);
        let finished = ctx.proc.feed_file(&run, opened)?;
        if finished.is_success() {
            return Ok(());
        }
        return Err(Fault::failed(format!("pg_restore: {}", finished.last_words())).into());
    }
    let finished = ctx
        .proc
        .feed(&psql(workshop, scratch)?, |stdin| schema_of(&mut BufReader::new(opened), stdin))?;
    require_loaded(&finished)
}

/// Passes on the lines of a plain dump that are about the schema. `pg_dump`
/// writes owners and privileges on one line each, and rows behind `COPY`.
fn schema_of(dump: &mut dyn BufRead, to: &mut dyn Write) -> Result<()> {
    let mut line = Vec::new();
    let mut in_rows = false;
    while {
        line.clear();
        dump.read_until(b'\n', &mut line)? > 0
    } {
        if in_rows {
            in_rows = line.trim_ascii_end() != b"\\.";
        } else if line.starts_with(b"COPY ") && line.trim_ascii_end().ends_with(b" FROM stdin;") {
            in_rows = true;
        } else if !is_about_roles(&line) {
            to.write_all(&line)?;
        }
    }
    Ok(())
}

fn is_about_roles(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let is_whole = text.ends_with(';');
    let owner = text.starts_with("ALTER ") && text.contains(" OWNER TO ");
    let grants = text.starts_with("GRANT ") || text.starts_with("REVOKE ");
    let defaults = text.starts_with("ALTER DEFAULT PRIVILEGES ");
    is_whole && (owner || grants || defaults)
}

#[cfg(test)]
mod tests {
    //! What of a plain dump is passed on.

    use super::*;

    #[test]
    fn rows_owners_and_privileges_stay_behind() {
        let dump = "CREATE TABLE public.t (\n    a integer\n);\n\nALTER TABLE public.t OWNER TO me;\n\
                    COPY public.t (a) FROM stdin;\n1\nCREATE\n\\.\n\nGRANT SELECT ON TABLE public.t TO you;\n\
                    ALTER TABLE ONLY public.t\n    ADD CONSTRAINT p PRIMARY KEY (a);\n";
        let mut passed = Vec::new();
        schema_of(&mut dump.as_bytes(), &mut passed).expect("no I/O");
        let passed = String::from_utf8(passed).expect("text");
        assert_eq!(
            passed,
            "CREATE TABLE public.t (\n    a integer\n);\n\n\nALTER TABLE ONLY public.t\n    ADD CONSTRAINT p PRIMARY KEY (a);\n"
        );
    }
}
