//! The engine as the laws call it, and what a plan does on a server.

use std::fmt::Write as _;

use pg_diff::catalog::{Catalog, Id, Kind};
use pg_diff::declared::Intents;
use pg_diff::plan::{Action, Mode, Options, Plan, Probe, Step};
use pg_diff::rename::Renamed;
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

pub fn options(
    current: &Catalog,
    told: Told,
    (intents, renamed): (&Intents, &[Renamed]),
) -> Options {
    let is_table = |id: &&Id| id.kind == Kind::Table;
    let empty = current.objects.keys().filter(is_table).filter(|_| told == Told::Empty);
    let fills = intents.backfills.iter();
    Options {
        online: told != Told::Offline,
        empty: empty.cloned().collect(),
        using: intents.using.clone(),
        backfills: fills.map(|(id, fill)| (id.clone(), fill.clone())).collect(),
        renamed: renamed.to_vec(),
    }
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

/// Class 22 is data that does not fit a type, 23 data that breaks a constraint.
fn is_about_rows(error: &Error) -> bool {
    let state = error.sqlstate.as_deref().unwrap_or_default();
    // A type of an extension that cannot read a text says no more.
    let of_extension = error.message.to_lowercase().ends_with("unexpected end of string");
    state.starts_with("22") || state.starts_with("23") || of_extension
}

impl Stopped {
    /// Rows were in the way. An extension without a way from one version to
    /// another says 22023 as well.
    pub fn is_about_rows(&self) -> bool {
        is_about_rows(&self.error) && !self.sql.starts_with("ALTER EXTENSION")
    }
}

/// The step's statement says a type or a function that the plan makes before
/// it, or is about what the plan makes itself: no row can be asked by it.
pub fn cannot_be_asked(plan: &Plan, stopped: &Stopped) -> bool {
    let makes = |step: &Step| matches!(step.action, Action::Create | Action::Alter);
    let kinds = [
        Kind::Routine,
        Kind::Aggregate,
        Kind::Composite,
        Kind::Range,
        Kind::Extension,
        Kind::Operator,
        Kind::OperatorClass,
    ];
    let made = plan.steps.iter().take(stopped.at).filter(|it| makes(it));
    let made: Vec<&Id> = made.map(|it| &it.object).filter(|id| kinds.contains(&id.kind)).collect();
    let step = plan.steps.get(stopped.at);
    let on_new_view = step.is_some_and(|step| {
        step.object.kind == Kind::Index
            && plan.steps.iter().any(|it| it.object.kind == Kind::MaterializedView)
    });
    let names = made.iter().any(|id| stopped.sql.contains(&pg_diff::ddl::ident(&id.name)));
    names || on_new_view && !made.is_empty()
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
