//! A plan as SQL that psql runs.
//!
//! Must never: write a name or a text of the schema where it could end a
//! comment or a quote.

use super::psql::{remark, statement, tag};
use super::{FORMAT, PlanFile, RUN_LOCK};
use crate::ddl::{ident, literal, qualified};
use crate::plan::{Backfill, Mode, Step, Work};

/// How long a transaction waits for a lock before it is given up.
const LOCK_TIMEOUT: &str = "3s";

/// Rows that a page is taken to hold.
const ROWS_PER_PAGE: u32 = 50;

pub fn sql(file: &PlanFile) -> String {
    let groups = file.plan.groups();
    let mut out = head(file, groups.len());
    out.push_str(include_str!("settings.sql"));
    out.push('\n');
    out.push_str(&format!(include_str!("guard.sql"), major = file.major, lock = RUN_LOCK));
    let count = file.plan.steps.len();
    let mut number = 0;
    for (index, group) in groups.iter().enumerate() {
        let is_outside = is_outside(group);
        let how = if is_outside { "outside of any transaction" } else { "one transaction" };
        line(&mut out, "");
        line(&mut out, &remark(&format!("group {} of {}: {how}", index + 1, groups.len())));
        if is_outside {
            // It waits for others without keeping anybody waiting.
            line(&mut out, &format!("SET lock_timeout = {};", wait_of(group)));
        } else {
            line(&mut out, "BEGIN;");
            line(&mut out, &format!("SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';"));
        }
        for step in *group {
            number += 1;
            step_head(&mut out, step, (number, count));
            line(&mut out, &run(step));
        }
        if !is_outside {
            line(&mut out, "COMMIT;");
        }
    }
    line(&mut out, "");
    line(&mut out, &format!("SELECT pg_catalog.pg_advisory_unlock({RUN_LOCK});"));
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn head(file: &PlanFile, groups: usize) -> String {
    let mut out = String::new();
    let steps = file.plan.steps.len();
    let end = |end: &super::End| format!("{} ({})", end.what, end.fingerprint);
    for text in [
        format!("A plan of {}, format {FORMAT}: {steps} steps in {groups} groups.", file.tool),
        "Run it outside of any transaction: psql -X -d DATABASE -f THIS_FILE".to_owned(),
        "Nothing here looks whether the schema is still the one it was made for:".to_owned(),
        "`cargo xtask db-migrate --plan` does, and goes on where a run stopped.".to_owned(),
        format!("from    {}", end(&file.from)),
        format!("to      {}", end(&file.to)),
        format!("server  PostgreSQL {}", file.major),
    ] {
        line(&mut out, &remark(&text));
    }
    line(&mut out, "");
    out
}

fn step_head(out: &mut String, step: &Step, (number, count): (usize, usize)) {
    let how = match (&step.work, step.mode) {
        (Work::Backfill(_), _) => " (in batches)",
        (Work::Statement(_), Mode::Outside) => " (outside)",
        (Work::Statement(_), Mode::Alone) => " (alone)",
        (Work::Statement(_), Mode::Together) => "",
    };
    let (action, object) = (step.action.word(), &step.object);
    line(out, &remark(&format!("step {number} of {count}: {action} {object}{how}")));
    for hazard in &step.hazards {
        line(out, &remark(&format!("{}: {}", hazard.kind, hazard.why)));
    }
}

fn is_outside(group: &[Step]) -> bool {
    let is_batched = |step: &Step| matches!(step.work, Work::Backfill(_));
    group.iter().any(|step| step.mode == Mode::Outside || is_batched(step))
}

/// A backfill locks rows and commits; CONCURRENTLY waits for transactions.
fn wait_of(group: &[Step]) -> String {
    let is_batched = group.iter().any(|step| matches!(step.work, Work::Backfill(_)));
    if is_batched { format!("'{LOCK_TIMEOUT}'") } else { "0".to_owned() }
}

fn run(step: &Step) -> String {
    match &step.work {
        Work::Statement(sql) => statement(sql),
        Work::Backfill(backfill) if backfill.key.is_empty() => statement(&paged(backfill)),
        Work::Backfill(backfill) => statement(&keyed(backfill)),
    }
}

/// Walks a key in its order.
fn keyed(backfill: &Backfill) -> String {
    let table = qualified(&backfill.table);
    let Backfill { set, condition, key, batch, .. } = backfill;
    let names: Vec<String> = key.iter().map(|name| ident(name)).collect();
    let last: Vec<String> = (0..names.len()).map(|at| format!("xtask_last_{at}")).collect();
    let next: Vec<String> = (0..names.len()).map(|at| format!("xtask_next_{at}")).collect();
    let declared = |variables: &[String]| -> String {
        let pairs = names.iter().zip(variables);
        pairs.map(|(name, it)| format!("    {it} {table}.{name}%TYPE;\n")).collect()
    };
    let variables = declared(&last) + &declared(&next);
    let moves = last.iter().zip(&next).map(|(last, next)| format!("        {last} := {next};"));
    let moves: Vec<String> = moves.collect();
    let descending: Vec<String> = names.iter().map(|name| format!("{name} DESC")).collect();
    format!(
        include_str!("keyed.sql"),
        tag = tag(&format!("{table}{set}{condition}{}", names.concat())),
        variables = variables.trim_end(),
        columns = names.join(", "),
        next = next.join(", "),
        last = last.join(", "),
        moves = moves.join("\n"),
        descending = descending.join(", "),
        table = table,
        set = set,
        condition = condition,
        batch = batch,
    )
    .trim_end()
    .to_owned()
}

/// Walks the pages of each table that has rows.
fn paged(backfill: &Backfill) -> String {
    let Backfill { table, set, condition, batch, .. } = backfill;
    let name = ident(&table.name);
    let update = literal(&format!(
        " AS {name} SET {set} WHERE ({condition}) AND {name}.ctid >= $1 AND {name}.ctid < $2"
    ));
    let table = literal(&qualified(table));
    format!(
        include_str!("paged.sql"),
        tag = tag(&format!("{table}{update}")),
        table = table,
        update = update,
        pages = (batch / ROWS_PER_PAGE).max(1),
    )
    .trim_end()
    .to_owned()
}
