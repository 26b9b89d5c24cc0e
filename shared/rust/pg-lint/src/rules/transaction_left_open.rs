//! A transaction that is begun is ended.
//!
//! Must never: take the BEGIN of a routine for one.

use crate::finding::{Finding, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "transaction-left-open",
    severity: Severity::Error,
    about: About::Plan,
    summary: "every BEGIN of a plan has its COMMIT, and none is inside another",
    why: "Without COMMIT everything is undone at the end, and looked as if it had been \
              done. A BEGIN inside another does nothing: the first COMMIT ends both.",
    bad: case!("transaction-left-open/nothing_of_it_stays", "bad"),
    good: case!("transaction-left-open/nothing_of_it_stays", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let transactions = plan::transactions(script);
    for (at, statement) in outline.statements.iter().enumerate() {
        let reader = statement.reader;
        if !(reader.sees("begin") || reader.sees("start transaction")) {
            continue;
        }
        let own = transactions.get(at).copied().flatten();
        let last = transactions.iter().rposition(|number| *number == own).unwrap_or(at);
        let ends = outline.statements.get(last).is_some_and(|it| {
            ["commit", "end", "rollback", "abort"].iter().any(|word| it.reader.sees(word))
        });
        if !ends {
            let message = match last + 1 == transactions.len() {
                true => "this is never committed: nothing of it stays",
                false => "this is still open where the next BEGIN stands",
            };
            found.push(RULE.at(outline.head(at), message));
        }
    }
}
