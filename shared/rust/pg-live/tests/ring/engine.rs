//! The engine as the laws call it, and what a plan does on a server.

use std::fmt::Write as _;

use pg_diff::catalog::{Catalog, Id, Kind};
use pg_diff::declared::Intents;
use pg_diff::plan::{Mode, Options, Plan, Probe, Step};
use pg_diff::rename::{self, Renamed};
use pg_live::{Error, Session};

/// A statement takes no longer here, unless it waits for itself.
const TIMEOUTS: &str = "SET check_function_bodies = off; SET statement_timeout = '60s'";

/// What a plan is told beside its two catalogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing: rows may be anywhere, and nobody may wait.
    Online,
    /// Everybody may wait.
    Offline,
    /// No table holds a row, whether or not one does.
    Empty,
}

pub fn plan(current: &Catalog, desired: &Catalog, told: Told, intents: &Intents) -> Plan {
    let mut options = Options {
        online: told != Told::Offline,
        using: intents.using.clone(),
        backfills: intents.backfills.clone(),
        ..Options::default()
    };
    if told == Told::Empty {
        let is_table = |id: &&Id| id.kind == Kind::Table;
        options.empty = current.objects.keys().filter(is_table).cloned().collect();
    }
    pg_diff::plan(current, desired, &options)
}

/// What the annotations of a schema ask for; none when they cannot be read.
pub fn intents(sql: &str, desired: &Catalog) -> Intents {
    let declared = pg_diff::declared::read("new.sql", &mut |_| Ok(sql.to_owned()));
    let intents = declared.ok().and_then(|it| it.annotations.resolve(desired).ok());
    intents.unwrap_or_default()
}

/// Runs the renames that are asked for, and those that follow.
pub async fn rename(session: &Session, desired: &Catalog, intents: &Intents) -> Result<(), String> {
    let current = pg_live::introspect(session).await.map_err(|error| error.to_string())?;
    let asked = rename::asked(&current, desired, intents).map_err(|it| format!("{it:?}"))?;
    run_renames(session, &asked).await?;
    let current = pg_live::introspect(session).await.map_err(|error| error.to_string())?;
    run_renames(session, &rename::following(&current, desired)).await
}

async fn run_renames(session: &Session, renamed: &[Renamed]) -> Result<(), String> {
    for step in renamed.iter().flat_map(|it| &it.steps) {
        let sql = step.sql();
        session.execute(&sql).await.map_err(|error| format!("{error}: {sql}"))?;
    }
    Ok(())
}

/// Which step failed, and the server's words.
pub struct Stopped {
    pub at: usize,
    pub sql: String,
    pub error: Error,
}

/// Runs a plan as the apply does: neighbours of `Mode::Together` in one
/// transaction, everything else by itself.
pub async fn apply(session: &Session, plan: &Plan) -> std::result::Result<(), Stopped> {
    let mut at = 0;
    let stopped = |at: usize, sql: &str, error: Error| Stopped { at, sql: sql.to_owned(), error };
    session.execute(TIMEOUTS).await.map_err(|error| stopped(0, TIMEOUTS, error))?;
    for group in plan.groups() {
        let in_transaction = group.iter().all(|step| step.mode != Mode::Outside);
        if in_transaction {
            session.execute("BEGIN").await.map_err(|error| stopped(at, "BEGIN", error))?;
        }
        for step in group {
            let sql = step.sql();
            if let Err(error) = session.execute(&sql).await {
                if in_transaction {
                    let _ = session.execute("ROLLBACK").await;
                }
                return Err(stopped(at, &sql, error));
            }
            at += 1;
        }
        if in_transaction {
            session.execute("COMMIT").await.map_err(|error| stopped(at - 1, "COMMIT", error))?;
        }
    }
    Ok(())
}

/// The questions of a plan that rows speak against, each with why.
pub async fn ask(session: &Session, plan: &Plan) -> Vec<String> {
    let mut against = Vec::new();
    for Probe { sql, breaks, .. } in &plan.probes {
        match session.query(&format!("SELECT count(*) FROM ({sql}) found"), &[]).await {
            Ok(rows) => match rows.first().map(|row| row.get::<_, i64>(0)) {
                Some(0) | None => {}
                Some(count) => against.push(format!("{count} rows {breaks}")),
            },
            // A probe that fails on a cast has found what it was for.
            Err(error) if is_about_rows(&error) => against.push(format!("rows {breaks}")),
            Err(error) => against.push(format!("PROBE FAILS: {error}: {sql}")),
        }
    }
    against
}

/// Class 22 is data that does not fit a type, but for what a statement's own
/// parameters are (22023); 23 is data that breaks a constraint.
pub fn is_about_rows(error: &Error) -> bool {
    let state = error.sqlstate.as_deref().unwrap_or_default();
    (state.starts_with("22") && state != "22023") || state.starts_with("23")
}

/// A plan for people.
pub fn show(plan: &Plan) -> String {
    let mut text = String::new();
    let mut number = 0;
    for group in plan.groups() {
        text.push_str("-- group\n");
        for step in group {
            let Step { object, action, phase, mode, hazards, .. } = step;
            let _ = writeln!(text, "-- {number}: {action:?} {object} ({mode:?}, {phase:?})");
            for hazard in hazards {
                let _ = writeln!(text, "--    {}: {}: {}", hazard.kind, hazard.about, hazard.why);
            }
            let _ = writeln!(text, "{};", step.sql());
            number += 1;
        }
    }
    for probe in &plan.probes {
        let _ = writeln!(text, "-- probe: {}\n{};", probe.breaks, probe.sql);
    }
    text
}
