//! CONCURRENTLY stands outside of any transaction.
//!
//! Must never: take a DO block for a transaction of ours.

use crate::finding::{Finding, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "concurrently-in-transaction",
    severity: Severity::Error,
    about: About::Plan,
    summary: "CONCURRENTLY stands outside of BEGIN and COMMIT",
    why: "PostgreSQL refuses it (25001), and everything before it in the transaction is \
              undone.",
    bad: case!("concurrently-in-transaction/the_server_refuses_it", "bad"),
    good: case!("concurrently-in-transaction/the_server_refuses_it", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let transactions = plan::transactions(script);
    for (at, statement) in script.outline.statements.iter().enumerate() {
        let reader = statement.reader;
        let is_maker = ["create", "drop", "reindex", "alter"].iter().any(|it| reader.sees(it));
        let is_inside = transactions.get(at).is_some_and(Option::is_some);
        if is_maker && is_inside && reader.has("concurrently") {
            let message = "PostgreSQL refuses CONCURRENTLY in a transaction";
            let mut finding = RULE.at(script.outline.head(at), message);
            finding.help = Some("COMMIT before it".to_owned());
            found.push(finding);
        }
    }
}
