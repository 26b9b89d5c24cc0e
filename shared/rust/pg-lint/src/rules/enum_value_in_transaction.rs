//! A new enum value has a transaction of its own.
//!
//! Must never: speak of a type that is made in the same transaction.

use crate::finding::{Finding, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "enum-value-in-transaction",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan adds an enum value in a transaction of its own",
    why: "PostgreSQL lets nobody use the value before the transaction that adds it is \
              committed (55P04).",
    bad: case!("enum-value-in-transaction/it_cannot_be_used_before_the_commit", "bad"),
    good: case!("enum-value-in-transaction/it_cannot_be_used_before_the_commit", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let transactions = plan::transactions(script);
    for (at, statement) in outline.statements.iter().enumerate() {
        let reader = statement.reader;
        if !reader.sees("alter type") || !reader.has("add value") {
            continue;
        }
        let own = transactions.get(at).copied().flatten();
        let behind = outline.statements.iter().zip(&transactions).skip(at + 1);
        let is_used = own.is_some()
            && behind.take_while(|(_, number)| **number == own).any(|(it, _)| {
                !["commit", "end", "rollback", "abort"].iter().any(|word| it.reader.sees(word))
            });
        if is_used {
            let message = "what follows in this transaction cannot use the value yet";
            let mut finding = RULE.at(outline.head(at), message);
            finding.help = Some("COMMIT behind it".to_owned());
            found.push(finding);
        }
    }
}
