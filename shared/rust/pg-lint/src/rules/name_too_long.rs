//! A name is not longer than the server keeps.
//!
//! Must never: count characters: the server cuts bytes.

use pg_diff::scan::MAX_NAME;

use crate::finding::{Finding, Severity};
use crate::outline::Reader;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "name-too-long",
    severity: Severity::Error,
    about: About::Any,
    summary: "a name has 63 bytes at most",
    why: "PostgreSQL cuts a longer one without an error. Two names that differ behind the \
              cut are one, and whoever looks for the whole name finds nothing.",
    bad: case!("name-too-long/the_server_cuts_it_silently", "bad"),
    good: case!("name-too-long/the_server_cuts_it_silently", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for token in script.parts.tokens.iter().filter(|token| token.is_name()) {
        // Two quotes and a byte for each character at the least.
        if token.end - token.start <= MAX_NAME {
            continue;
        }
        let one = std::slice::from_ref(token);
        let Some(name) = Reader::new(script.text, one).name() else { continue };
        if name.bytes > MAX_NAME {
            let message = format!(
                "this name has {} bytes: the server keeps {MAX_NAME}, `{}`",
                name.bytes, name.name
            );
            found.push(RULE.at(name.range, message));
        }
    }
}
