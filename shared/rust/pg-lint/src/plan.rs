//! What a plan says about itself: the head of each step, its transactions,
//! and which tables are new in it.
//!
//! A plan that `db-diff` wrote was run on a clone and its locks were observed;
//! its step heads name every hazard, and `db-migrate` asks for each. What the
//! head says is not said again.
//!
//! Must never: believe a head that stands before another statement.

use pg_diff::plan::HazardKind;

use crate::outline::Name;
use crate::script::Script;

/// How a file begins that `db-diff --out` wrote.
const WRITTEN_BY_US: &str = "-- A plan of xtask ";

/// The comment lines right above a statement.
fn head<'a>(script: &Script<'a>, at: usize) -> Vec<&'a str> {
    let start = script.outline.range(at).start;
    let before = at.checked_sub(1).map_or(0, |before| script.outline.range(before).end);
    let between = script.text.get(before..start).unwrap_or_default();
    let lines: Vec<&str> = between.lines().map(str::trim).collect();
    let own = lines.rsplit(|line| line.is_empty()).next().unwrap_or_default();
    own.iter().filter_map(|line| line.strip_prefix("--")).map(str::trim).collect()
}

/// True when the plan tells of it by itself: the head of the statement names
/// one of these hazards, or the statement is a step that was proved.
pub fn tells(script: &Script<'_>, at: usize, hazards: &[HazardKind]) -> bool {
    let lines = head(script, at);
    let is_named = |hazard: &HazardKind| {
        lines.iter().any(|line| line.split_once(": ").is_some_and(|(it, _)| it == hazard.word()))
    };
    hazards.iter().any(is_named) || is_proved(script, &lines)
}

/// True for the head of a step of a plan of ours: what it locks and rewrites
/// was observed, and what could hurt is named there.
fn is_proved(script: &Script<'_>, head: &[&str]) -> bool {
    let is_step = |line: &&str| line.starts_with("step ") && line.contains(" of ");
    script.text.starts_with(WRITTEN_BY_US) && head.iter().any(is_step)
}

/// True for a table that this file makes: nobody uses it yet.
pub fn is_new(script: &Script<'_>, table: &Name) -> bool {
    script.outline.table(table).is_some()
        || script.outline.views.iter().any(|view| view.name.is(table))
}

/// The number of the transaction that each statement is in; None outside.
pub fn transactions(script: &Script<'_>) -> Vec<Option<usize>> {
    let (mut open, mut count) = (None, 0);
    let numbered = script.outline.statements.iter().map(|statement| {
        let reader = statement.reader;
        if reader.sees("begin") || reader.sees("start transaction") {
            count += 1;
            open = Some(count);
        }
        let own = open;
        let closes = ["commit", "end", "rollback", "abort"].iter().any(|it| reader.sees(it));
        if closes && !reader.has("to") {
            open = None;
        }
        own
    });
    numbered.collect()
}
