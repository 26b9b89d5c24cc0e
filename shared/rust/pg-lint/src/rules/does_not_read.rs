//! The file can be cut into statements, and needs no psql.
//!
//! Must never: say what the server would: run it for that.

use pg_diff::declared::DeclaredErrorKind;

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "does-not-read",
    severity: Severity::Error,
    about: About::Any,
    summary: "every quote, parenthesis and comment is closed, and nothing needs psql",
    why: "What is never closed swallows the rest of the file. Commands and variables of \
              psql are not run: the file is sent to the server as it is.",
    bad: case!("does-not-read/a_quote_is_never_closed", "bad"),
    good: case!("does-not-read/a_quote_is_never_closed", "good"),
    fixes: false,
    check: Some(check),
};

/// Of a declaration `pg_diff::declared` says it all, with its includes.
fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    if script.about == About::Declaration {
        if let Some(at) = script.text.find('\r') {
            let mut finding = RULE.at(at..at + 1, "CRLF line ends: other commands refuse the file");
            finding.help = Some("convert it: `sed -i 's/\\r$//'`".to_owned());
            found.push(finding);
        }
        return;
    }
    for mistake in &script.parts.mistakes {
        if mistake.kind == DeclaredErrorKind::Unclosed {
            let mut finding = RULE.at(mistake.range.clone(), mistake.message.clone());
            finding.help = mistake.hint.map(str::to_owned);
            found.push(finding);
        }
    }
}
