//! Money is a numeric.
//!
//! Must never: guess a currency.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "money-column",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "an amount is numeric, not money",
    why: "money has the currency and the decimals of the server's lc_monetary: the same \
              dump is another amount on another server.",
    bad: case!("money-column/the_server_chooses_the_currency", "bad"),
    good: case!("money-column/the_server_chooses_the_currency", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, column) in script.outline.columns() {
        let Some(of) = column.type_.as_ref().filter(|it| it.word == "money") else { continue };
        let message = format!(
            "{}.{} means another amount where lc_monetary is another",
            table.shown(),
            column.name.name
        );
        let mut finding = RULE.at(of.range.clone(), message);
        finding.help = Some("numeric(12,2), and the currency in a column".to_owned());
        found.push(finding);
    }
}
