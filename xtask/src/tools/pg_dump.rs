//! `pg_dump`: the schema as text, rows that can be compared, and what a dump
//! that failed left running.
//!
//! Must never: leave a session of a dump that failed on the server.

use std::time::Duration;

use anyhow::Result;
use pg_diff::Dump;
use pg_live::{Address, database};

use crate::context::Ctx;
use crate::proc::{Run, Started};
use crate::target::application_name;
use crate::verify;

/// Long enough for the largest database this is meant for.
pub const DUMP_TIMEOUT: Duration = Duration::from_secs(24 * 3600);

/// Whether owners and privileges are part of the comparison: they are when
/// both databases are on one server, with one set of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roles {
    Same,
    Different,
}

/// A schema dump on its way.
pub struct SchemaDump(Started);

impl SchemaDump {
    /// The schema, object by object.
    pub fn finish(self, ctx: &Ctx) -> Result<Dump> {
        Ok(Dump::parse(&ctx.proc.finish(self.0)?))
    }
}

/// Begins to dump a schema with a `pg_dump` that was set up to reach it;
/// other work can go on meanwhile.
pub fn start_schema(ctx: &Ctx, pg_dump: Run, roles: Roles) -> Result<SchemaDump> {
    Ok(SchemaDump(ctx.proc.start(schema_run(pg_dump, roles))?))
}

/// What [`start_schema`] runs.
pub fn schema_run(pg_dump: Run, roles: Roles) -> Run {
    // The tools' own notes are no part of the schema.
    let notes = format!("--exclude-schema={}", pg_live::journal::NAMESPACE);
    // A copy of the schema must not subscribe to anything, and could not be
    // dropped if it did.
    // We read it, in whatever encoding the database is.
    let run = pg_dump
        .args(["--schema-only", "--no-subscriptions", "--no-password", "--encoding=UTF8"])
        .arg(notes);
    match roles {
        Roles::Same => run,
        Roles::Different => run.args(["--no-owner", "--no-privileges"]),
    }
}

/// Rows spelled as our own sessions spell them, in the encoding of the
/// database, whatever the role or the database has set: they can be compared
/// then.
pub fn spelled_alike(pg_dump: Run, address: &Address, encoding: &str) -> Run {
    let name = address.database.replace('\\', r"\\").replace('\'', r"\'");
    pg_dump
        .arg(format!("--encoding={encoding}"))
        .arg(format!("--dbname=dbname='{name}' options='-c TimeZone=UTC -c bytea_output=hex'"))
}

/// Hands a dump's outcome on. After a failure its session is ended on the
/// server: in a container `pg_dump` outlives the client it was started by, and
/// would go on holding its locks.
pub fn ending_strays<T>(ctx: &Ctx, address: &Address, dumped: Result<T>) -> Result<T> {
    let Err(error) = dumped else { return dumped };
    let name = application_name("pg_dump");
    let ended = ctx.interrupt.shield(|| {
        ctx.wait(async {
            database::end_sessions(&verify::maintenance(address).await?, &name).await
        })
    });
    // The server may be what failed.
    if let Ok(count @ 1..) = ended {
        let count = verify::counted(usize::try_from(count).unwrap_or(0), "session");
        ctx.term.detail(&format!("ended {count} of `{name}`"));
    }
    Err(error)
}
