//! Findings for people: the worst first, each with its place, the values of
//! all sides, and what comes of it.
//!
//! Must never: hide an error or a warning.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::finding::{Rule, Severity};
use super::patch::Patches;
use super::verdict::{Behind, Told, Verdict};
use crate::verify::counted;

/// Longer values are in the document of `--json`.
const WIDTH: usize = 160;

/// `all`: every info too, which otherwise are counted by rule.
pub fn text(verdict: &Verdict, patches: &[Patches], all: bool) -> String {
    let mut text = heading(verdict);
    let mut infos: BTreeMap<Rule, usize> = BTreeMap::new();
    for (at, told) in verdict.told.iter().enumerate() {
        if told.finding.severity == Severity::Info && !all {
            *infos.entry(told.finding.rule).or_default() += 1;
            continue;
        }
        show(&mut text, verdict, told);
        let both = patches.get(at).into_iter().flat_map(|it| [&it.model, &it.init]);
        for line in both.flatten().flat_map(|patch| patch.lines()) {
            let _ = writeln!(text, "          | {line}");
        }
    }
    for (rule, count) in infos {
        let _ = writeln!(text, "info    {:<20} {count}: {}", rule.id(), rule.says());
    }
    if !verdict.left_out.is_empty() {
        let _ =
            writeln!(text, "{} left out, with a reason or by the baseline", verdict.left_out.len());
    }
    let _ = write!(text, "{}", summary(verdict));
    text
}

fn heading(verdict: &Verdict) -> String {
    let sides = &verdict.sides;
    let others = [&sides.init, &sides.live].into_iter().flatten();
    let names: Vec<&str> =
        std::iter::once(&sides.models).chain(others).map(String::as_str).collect();
    let statements = verdict.statements.map_or_else(String::new, |it| {
        let skipped = it.skipped;
        format!(", {} prepared, {skipped} open until run time", counted(it.prepared, "statement"))
    });
    let tables = counted(verdict.tables, "mapped table");
    format!("{}: {tables}{statements}\n", names.join(" <-> "))
}

fn show(text: &mut String, verdict: &Verdict, told: &Told) {
    let finding = &told.finding;
    let place = finding.place.as_ref().map(|it| format!("  {it}")).unwrap_or_default();
    let (word, id) = (finding.severity.word(), finding.rule.id());
    let _ = writeln!(text, "{word:<7} {id:<20} {}{place}", finding.title());
    let mut values = vec![("models", finding.model.as_str())];
    values.extend(told.init.as_deref().map(|it| ("init.sql", it)));
    values.extend(told.live.as_deref().map(|it| ("live", it)));
    for (side, value) in values {
        let _ = writeln!(text, "          {side:<9} {}", clipped(value));
    }
    let behind = behind(told.behind, verdict);
    let _ = writeln!(text, "          {}{behind}", finding.consequence);
}

fn clipped(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return "-".to_owned();
    }
    match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}

/// Who stands alone, where three were asked.
fn behind(behind: Behind, verdict: &Verdict) -> String {
    let init = verdict.sides.init.as_deref().unwrap_or("init.sql");
    match behind {
        Behind::Models => format!(" (the models are behind: {init} and live agree)"),
        Behind::Init => format!(" ({init} is behind: the models and live agree)"),
        Behind::Live => format!(" (live is behind: the models and {init} agree)"),
        Behind::All => " (no two sides agree)".to_owned(),
        Behind::Unknown => String::new(),
    }
}

fn summary(verdict: &Verdict) -> String {
    let (errors, warnings) = (verdict.count(Severity::Error), verdict.count(Severity::Warning));
    if errors + warnings == 0 {
        return "the models say what the database is".to_owned();
    }
    format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"))
}
