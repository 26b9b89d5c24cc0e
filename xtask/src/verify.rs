//! Whether a live database is what init.sql says: schema, seed rows, health.
//!
//! Must never: compare with anything but a shadow built from init.sql, or
//! change the live database.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use pg_diff::{Change, Dump};
use pg_live::facts::{Facts, TableFacts, facts};
use pg_live::health::{self, HealthFinding};
use pg_live::seeds::{self, DeclaredSeeds, SeedReport};
use pg_live::shadow::{Declared, Shadow, ShadowFailure, ensure};
use pg_live::{Address, Probe, Session, database};
use serde::Serialize;

use crate::config::ShadowPlace;
use crate::context::{Ctx, Waited};
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::target::local::Slot;
use crate::target::{ServerState, Target};
use crate::tools::pg_dump::{self, Roles};

/// What init.sql declares, read from a shadow it was just proved on. It
/// outlives the shadow and its server.
pub struct Proven {
    pub dump: Dump,
    pub facts: Facts,
    pub seeds: DeclaredSeeds,
    pub shadow: Shadow,
    pub roles: Roles,
}

#[derive(Debug, Serialize)]
pub struct Verification {
    /// Objects declared by init.sql, by kind.
    pub objects: BTreeMap<String, usize>,
    pub differences: Vec<Change>,
    pub seeds: SeedReport,
    pub health: Vec<HealthFinding>,
    /// The completion marker answered.
    pub complete: bool,
    /// Tables that exist, of those that init.sql declares.
    pub tables_present: usize,
    pub tables_declared: usize,
    pub rows: i64,
    pub bytes: i64,
    pub server_version: String,
}

impl Verification {
    pub fn is_clean(&self) -> bool {
        self.complete
            && self.differences.is_empty()
            && self.seeds.missing.is_empty()
            && self.health.is_empty()
    }

    /// `54 tables, 4 materialized views, 171 indexes, ...`
    pub fn summary(&self) -> String {
        let named = [
            ("TABLE", "table", "tables"),
            ("MATERIALIZED VIEW", "materialized view", "materialized views"),
            ("VIEW", "view", "views"),
            ("CONSTRAINT", "key", "keys"),
            ("FK CONSTRAINT", "foreign key", "foreign keys"),
            ("INDEX", "index", "indexes"),
            ("FUNCTION", "function", "functions"),
            ("TRIGGER", "trigger", "triggers"),
            ("COMMENT", "comment", "comments"),
        ];
        let mut parts: Vec<String> = named
            .iter()
            .filter_map(|(kind, one, many)| {
                let count = *self.objects.get(*kind)?;
                Some(format!("{count} {}", if count == 1 { one } else { many }))
            })
            .collect();
        parts.push(format!("{} seed rows", self.seeds.declared));
        parts.join(", ")
    }

    /// Every finding, readable, without colour.
    pub fn report(&self) -> String {
        let mut text = String::new();
        if !self.complete {
            let (present, declared) = (self.tables_present, self.tables_declared);
            let _ = writeln!(
                text,
                "init.sql did not run to its end here: {present} of {declared} tables exist"
            );
        }
        for change in &self.differences {
            let object = change.object();
            let place = if object.namespace.is_empty() {
                String::new()
            } else {
                format!("{}.", object.namespace)
            };
            let _ = writeln!(
                text,
                "{} {} {place}{}",
                change.mark(),
                object.kind.to_lowercase(),
                object.name
            );
            for line in change.unified().lines().filter(|line| !line.starts_with("@@")) {
                let _ = writeln!(text, "    {line}");
            }
        }
        for row in &self.seeds.missing {
            let _ = writeln!(text, "- seed row {} {}", row.table, row.key);
        }
        for finding in &self.health {
            let _ = writeln!(text, "! {}: {}", finding.object, finding.message);
        }
        for row in &self.seeds.edited {
            let columns = row.columns.join(", ");
            let _ = writeln!(
                text,
                "  seed row {} {} was edited here ({columns}); it stays",
                row.table, row.key
            );
        }
        text
    }
}

/// Runs init.sql on a scratch database: it works, or we know where not.
pub fn prove(ctx: &Ctx, target: &Target, live: &Address, init: &InitFile) -> Result<Proven> {
    let (server, elsewhere, roles) = shadow_server(ctx, target, live)?;
    let shadow_target = elsewhere.as_ref().unwrap_or(target);
    let program = |address: &Address| shadow_target.program(ctx, "pg_dump", address);
    prove_on(ctx, &server, live, init, Reader { program: &program, roles })
}

/// How the shadow's schema is read.
pub struct Reader<'a> {
    /// `pg_dump` of the server's own version, set up to reach an address.
    pub program: &'a dyn Fn(&Address) -> Result<Run>,
    pub roles: Roles,
}

/// Like [`prove`], on a server that is no target's.
pub fn prove_on(
    ctx: &Ctx,
    server: &Address,
    live: &Address,
    init: &InitFile,
    reader: Reader<'_>,
) -> Result<Proven> {
    let shadow = build_shadow(ctx, server, live, init)?;
    let dumping = pg_dump::start_schema(ctx, (reader.program)(&shadow.address)?, reader.roles)?;
    let (facts, seeds) = ctx.wait(async {
        let session = Session::connect(&shadow.address, "shadow").await?;
        let facts = facts(&session).await?;
        let seeds = seeds::declared(&session, &facts).await?;
        pg_live::Result::Ok((facts, seeds))
    })?;
    Ok(Proven { dump: dumping.finish(ctx)?, facts, seeds, shadow, roles: reader.roles })
}

/// The shadow of `init` on `server`, with the locale of `live` where that is
/// known there.
fn build_shadow(ctx: &Ctx, server: &Address, live: &Address, init: &InitFile) -> Result<Shadow> {
    let made = ctx.wait(async {
        let session = maintenance(server).await?;
        let locale = match database::locale(&session, &live.database).await? {
            Some(locale) => locale,
            None => require_locale(&session).await?,
        };
        ensure(&session, Declared { hash: &init.hash, sql: &init.text }, &locale).await
    });
    match made {
        Ok(shadow) => Ok(shadow),
        Err(Waited::Failed(ShadowFailure::Declared(failure))) => Err(init.fault(&failure)),
        Err(Waited::Failed(ShadowFailure::Server(error))) => {
            let denied = error.kind == pg_live::ErrorKind::Permission;
            let error = anyhow::Error::from(error)
                .context("making a scratch database on the target's server");
            if denied {
                let exit = crate::outcome::Exit::Failed;
                return Err(Fault::new(exit, format!("{error:#}"))
                    .hint("let the role make databases (ALTER ROLE ... CREATEDB), or set shadow = \"local\" for the target in Cargo.toml")
                    .into());
            }
            Err(error)
        }
        Err(Waited::Interrupted) => Err(Fault::interrupted().into()),
        Err(Waited::Runtime(error)) => Err(error.into()),
    }
}

/// A connection that is on neither the live database nor a shadow.
pub async fn maintenance(server: &Address) -> pg_live::Result<Session> {
    match Session::connect(&server.with_database("postgres"), "maintenance").await {
        Err(error) if error.kind == pg_live::ErrorKind::NoDatabase => {
            Session::connect(&server.with_database("template1"), "maintenance").await
        }
        other => other,
    }
}

/// The locale new databases get on this server.
pub async fn require_locale(session: &Session) -> pg_live::Result<database::Locale> {
    match database::locale(session, "template1").await? {
        Some(locale) => Ok(locale),
        None => database::locale(session, "postgres").await.map(|found| found.unwrap_or_default()),
    }
}

fn shadow_server(
    ctx: &Ctx,
    target: &Target,
    address: &Address,
) -> Result<(Address, Option<Target>, Roles)> {
    match target {
        Target::Url(url) if url.shadow == ShadowPlace::Local => {
            let local = Target::named(ctx, "local")?;
            let server = match local.state(ctx)? {
                ServerState::Running(server) => server,
                ServerState::Stopped | ServerState::Absent => {
                    return Err(Fault::unavailable(
                        "the shadow of this target is made on `local`, which is not running",
                    )
                    .hint("start it: `cargo xtask up --target local`")
                    .into());
                }
            };
            Ok((server, Some(local), Roles::Different))
        }
        Target::Local(_) | Target::Compose(_) | Target::Url(_) => {
            Ok((address.clone(), None, Roles::Same))
        }
    }
}

/// Compares the live database with a proven init.sql.
pub fn verify(ctx: &Ctx, target: &Target, live: &Address, proven: &Proven) -> Result<Verification> {
    let dumping = pg_dump::start_schema(ctx, target.program(ctx, "pg_dump", live)?, proven.roles)?;
    let marker = ctx.config.metadata.ready.clone();
    let (found, seeds, health, probe) = ctx.wait(async {
        let session = Session::connect(live, "db-verify").await?;
        let found = facts(&session).await?;
        let seeds = seeds::compare(&proven.seeds, &session).await?;
        let health = health::check(&session).await?;
        let probe = pg_live::is_ready(live, &marker).await?;
        pg_live::Result::Ok((found, seeds, health, probe))
    })?;
    let live_dump = dumping.finish(ctx)?;
    Ok(Verification {
        objects: proven.dump.count_by_kind(),
        differences: pg_diff::diff(&proven.dump, &live_dump),
        seeds,
        health,
        complete: probe == Probe::Ready,
        tables_present: present(&proven.facts, &found),
        tables_declared: proven.facts.tables.len(),
        rows: found.rows(),
        bytes: found.bytes,
        server_version: found.server_version,
    })
}

/// How many of the declared tables are there.
pub fn present(declared: &Facts, found: &Facts) -> usize {
    let has = |namespace: &str, name: &str| {
        found.tables.iter().any(|it| it.namespace == namespace && it.name == name)
    };
    declared.tables.iter().filter(|it| has(&it.namespace, &it.name)).count()
}

/// What would be lost if the database went away.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AtRisk {
    /// Rows that are not unedited seed rows.
    pub rows: i64,
    pub is_estimated: bool,
    pub bytes: i64,
    /// Tables that hold such rows, most rows first.
    pub tables: Vec<(String, i64)>,
}

impl AtRisk {
    /// `412 rows that init.sql does not bring back (messages 400, channels 12), 1.3 GB`
    pub fn story(&self) -> String {
        let about = if self.is_estimated { "about " } else { "" };
        let mut named: Vec<String> =
            self.tables.iter().take(3).map(|(name, rows)| format!("{name} {rows}")).collect();
        if self.tables.len() > named.len() {
            named.push(format!("and {} more", counted(self.tables.len() - named.len(), "table")));
        }
        let rows = counted(usize::try_from(self.rows).unwrap_or(0), "row");
        format!(
            "{about}{rows} that init.sql does not bring back ({}), {}",
            named.join(", "),
            size(self.bytes)
        )
    }
}

/// `1 row`, `2 rows`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Counts what a live database holds beyond the unedited seed rows.
pub fn at_risk(ctx: &Ctx, live: &Address, proven: &Proven) -> Result<AtRisk> {
    let risk = ctx.wait(async {
        let session = match Session::connect(live, "db-rebuild").await {
            Err(error) if error.kind == pg_live::ErrorKind::NoDatabase => {
                return Ok(AtRisk::default());
            }
            other => other?,
        };
        let found = facts(&session).await?;
        let seeds = seeds::compare(&proven.seeds, &session).await?;
        let beyond = |table: &TableFacts| {
            let place = (table.namespace.clone(), table.name.clone());
            table.rows - seeds.intact_by_table.get(&place).copied().unwrap_or(0)
        };
        let all = found.tables.iter().map(|table| (table.name.clone(), beyond(table)));
        let mut tables: Vec<(String, i64)> = all.filter(|(_, rows)| *rows > 0).collect();
        tables.sort_by_key(|(name, rows)| (-rows, name.clone()));
        pg_live::Result::Ok(AtRisk {
            rows: tables.iter().map(|(_, rows)| rows).sum(),
            is_estimated: found.is_estimated(),
            bytes: found.bytes,
            tables,
        })
    })?;
    Ok(risk)
}

/// `1.3 GB`, in powers of ten.
pub fn size(bytes: i64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "bytes" {
                format!("{bytes} bytes")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

/// True when the local target has what a killed run leaves.
pub fn local_leftovers(target: &Target) -> Vec<&'static str> {
    match target {
        Target::Local(local) => [(Slot::New, "data.new"), (Slot::Old, "data.old")]
            .into_iter()
            .filter_map(|(slot, name)| local.dir(slot).exists().then_some(name))
            .collect(),
        Target::Compose(_) | Target::Url(_) => Vec::new(),
    }
}
