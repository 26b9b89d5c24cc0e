//! The steps of a plan: what each does, how it is run, whom it blocks, what
//! could hurt.
//!
//! Must never: show a step without its hazards.

use std::fmt::Write as _;

use pg_diff::plan::{Action, Mode, Step, Work};
use pg_live::prove::{StepCertificate, StepEstimate};

use super::words;
use crate::schema::outlook::Outlook;

pub fn steps(outlook: &Outlook, with_sql: bool) -> String {
    let mut text = String::new();
    let mut number = 0;
    for group in outlook.plan.groups() {
        if let Some(how) = how(group) {
            let _ = writeln!(text, "  -- {how}");
        }
        for step in group {
            number += 1;
            one(&mut text, outlook, (number, step), with_sql);
        }
    }
    text
}

/// How a group is run, where it is not one statement in its transaction.
fn how(group: &[Step]) -> Option<&'static str> {
    let first = group.first()?;
    match (first.mode, &first.work) {
        (_, Work::Backfill(_)) => Some("in batches, each in a transaction of its own"),
        (Mode::Outside, Work::Statement(_)) => Some("outside of a transaction"),
        (Mode::Alone, Work::Statement(_)) => Some("in a transaction of its own"),
        (Mode::Together, Work::Statement(_)) => {
            Some("in one transaction").filter(|_| group.len() > 1)
        }
    }
}

fn one(text: &mut String, outlook: &Outlook, (number, step): (usize, &Step), with_sql: bool) {
    let _ = writeln!(text, "  {number:>3} {} {}", verb(step.action), step.object);
    if with_sql {
        for line in format!("{};", step.shown()).lines() {
            let _ = writeln!(text, "        {line}");
        }
    }
    if let Some(proof) = &outlook.proof
        && let Some(seen) = proof.certificate.steps.get(number - 1)
    {
        let expected = proof.estimate.steps.get(number - 1);
        for line in certificate(outlook, seen, expected) {
            let _ = writeln!(text, "      * {line}");
        }
    }
    for hazard in &step.hazards {
        let _ = writeln!(text, "      ! {}: {}", hazard.kind, hazard.why);
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Rename => "rename",
        Action::Create => "create",
        Action::Alter => "alter",
        Action::Validate => "validate",
        Action::Backfill => "fill",
        Action::Drop => "drop",
        Action::Keep => "keep",
        Action::TakeBack => "take back",
    }
}

/// The lock certificate in words.
pub fn certificate(
    outlook: &Outlook,
    seen: &StepCertificate,
    expected: Option<&StepEstimate>,
) -> Vec<String> {
    let mut lines = words::locks(seen, expected);
    let Some(proof) = &outlook.proof else { return lines };
    for table in &seen.rewrites {
        let size = words::how_big(proof.sizes.get(table));
        lines.push(format!("writes {} anew: {size}", words::place(table)));
    }
    for table in seen.scans.iter().filter(|it| !seen.rewrites.contains(it)) {
        let size = words::how_big(proof.sizes.get(table));
        lines.push(format!("reads {}: {size}", words::place(table)));
    }
    lines
}
