//! A second run of init.sql changes nothing.
//!
//! Must never: be told without having been tried: `lint --prove`.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "not-idempotent",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a second run of init.sql raises nothing, changes no object and no row",
    why: "init.sql is run again: by a container that starts anew, by a person who is not \
              sure. Proved by running it twice on a scratch database and comparing the \
              catalogs and every row.",
    bad: case!("not-idempotent/a_second_run_changes_a_row", "bad"),
    good: case!("not-idempotent/a_second_run_changes_a_row", "good"),
    fixes: false,
    check: None,
};
