//! Whether a live database is what init.sql says: schema, seed rows, health.
//!
//! Must never: compare with anything but a shadow built from init.sql, or
//! change the live database.

pub mod agreement;
mod prove;
mod twice;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use pg_diff::dump::DumpChange;
use pg_live::facts::{Facts, TableFacts, facts};
use pg_live::health::{self, HealthFinding};
use pg_live::quarantine;
use pg_live::seeds::{self, DeclaredSeeds, SeedReport};
use pg_live::{Address, Probe, Session};
use serde::Serialize;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::schema::opinion;
use crate::target::Target;
use crate::target::local::Slot;
use crate::tools::pg_dump::{self, Roles, SchemaDump};

pub use prove::{
    Proven, Proving, Reader, create_and_load, locale_like, maintenance, no_shadow, prove, prove_on,
    shadow_server,
};
pub use twice::run_twice;

#[derive(Debug, Serialize)]
pub struct Verification {
    /// Objects declared by init.sql, by kind.
    pub objects: BTreeMap<String, usize>,
    pub differences: Vec<DumpChange>,
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
            && self.seeds.is_complete()
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
        if !self.differences.is_empty() {
            let _ = writeln!(text, "init.sql (-) against the live database (+):");
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
        for row in &self.seeds.outdated {
            let columns = row.columns.join(", ");
            let _ = writeln!(text, "~ seed row {} {} ({columns})", row.table, row.key);
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

/// Compares the live database with a proven init.sql.
pub fn verify(ctx: &Ctx, target: &Target, live: &Address, proven: &Proven) -> Result<Verification> {
    let dumping = start_dump(ctx, target, live, proven.roles)?;
    verify_by(ctx, live, proven, dumping)
}

fn start_dump(ctx: &Ctx, target: &Target, live: &Address, roles: Roles) -> Result<SchemaDump> {
    pg_dump::start_schema(ctx, target.program(ctx, "pg_dump", live)?, roles)
}

/// Like [`verify`], by a dump of the live database that was begun before.
fn verify_by(
    ctx: &Ctx,
    live: &Address,
    proven: &Proven,
    dumping: SchemaDump,
) -> Result<Verification> {
    let marker = ctx.config.metadata.ready.clone();
    explain_reading(ctx, &marker);
    let (found, seeds, health, (probe, kept)) = ctx.wait(async {
        let session = Session::connect(live, "db-verify").await?;
        let found = facts(&session).await?;
        let seeds = seeds::compare(&proven.seeds, &session).await?;
        let health = health::check(&session).await?;
        let probe = pg_live::is_ready(live, &marker).await?;
        let kept = quarantine::kept(&session).await?;
        pg_live::Result::Ok((found, seeds, health, (probe, kept)))
    })?;
    let kept = kept.into_iter().map(|it| it.id).collect();
    let live_dump = dumping.finish(ctx)?.without_kept(&kept);
    Ok(Verification {
        objects: proven.dump.count_by_kind(),
        differences: opinion::compare(&proven.dump, &live_dump),
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

/// What is asked beside the schema, for `--explain`.
fn explain_reading(ctx: &Ctx, marker: &str) {
    for sql in [
        "SELECT count(*) FROM <each table>;",
        "SELECT * FROM <each table with seed rows> WHERE <its unique keys> = <the declared rows'>;",
        "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid;",
        "SELECT conname FROM pg_constraint WHERE NOT convalidated;",
        "SELECT last_value FROM <each owned sequence>; SELECT max(<its column>) FROM <its table>;",
    ] {
        ctx.term.equivalent("sql>", sql);
    }
    ctx.term.equivalent("sql>", marker);
}

/// A database init.sql has just run in.
#[derive(Debug)]
pub struct Fresh {
    pub facts: Facts,
    pub seeds: DeclaredSeeds,
}

impl Fresh {
    pub fn summary(&self) -> String {
        format!("{} tables, {} seed rows, complete", self.facts.tables.len(), self.facts.rows())
    }
}

/// The marker answers, nothing is invalid, no sequence is behind.
pub fn require_fresh(ctx: &Ctx, new: &Address) -> Result<Fresh> {
    let marker = ctx.config.metadata.ready.clone();
    let (facts, seeds, faults, probe) = ctx.wait(async {
        let session = Session::connect(new, "db-rebuild").await?;
        let facts = facts(&session).await?;
        let seeds = seeds::declared(&session, &facts).await?;
        let faults = health::check(&session).await?;
        pg_live::Result::Ok((facts, seeds, faults, pg_live::is_ready(new, &marker).await?))
    })?;
    if probe != Probe::Ready {
        let fault = Fault::failed("init.sql ran, but the completion marker does not answer");
        return Err(fault
            .hint(format!("its last statement must make `{marker}` answer true"))
            .into());
    }
    if let Some(fault) = faults.first() {
        return Err(Fault::failed(format!(
            "the new database is not sound: {}: {}",
            fault.object, fault.message
        ))
        .into());
    }
    Ok(Fresh { facts, seeds })
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
pub fn at_risk(ctx: &Ctx, live: &Address, declared: &DeclaredSeeds) -> Result<AtRisk> {
    let risk = ctx.wait(async {
        let session = match Session::connect(live, "db-rebuild").await {
            Err(error) if error.kind == pg_live::ErrorKind::NoDatabase => {
                return Ok(AtRisk::default());
            }
            other => other?,
        };
        let found = facts(&session).await?;
        let seeds = seeds::compare(declared, &session).await?;
        let beyond = |table: &TableFacts| {
            let place = (table.namespace.clone(), table.name.clone());
            table.rows - seeds.intact_by_table.get(&place).copied().unwrap_or(0)
        };
        let is_remade = |table: &&TableFacts| {
            let name = format!("{}.{}", table.namespace, table.name);
            ctx.config.metadata.remade.contains(&name)
        };
        let lost = found.tables.iter().filter(|table| !is_remade(table));
        let all = lost.map(|table| (table.name.clone(), beyond(table)));
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

/// What a killed run left of a local target.
pub fn local_leftovers(target: &Target) -> Vec<&'static str> {
    match target {
        Target::Local(local) => [(Slot::New, "data.new"), (Slot::Old, "data.old")]
            .into_iter()
            .filter_map(|(slot, name)| local.dir(slot).exists().then_some(name))
            .collect(),
        Target::Compose(_) | Target::Url(_) => Vec::new(),
    }
}
