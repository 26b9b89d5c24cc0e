//! The models say what init.sql says.
//!
//! Must never: be told by reading Python as text: the models are imported and
//! their tables made: `lint --prove`.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "models-differ",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "the ORM models say what init.sql says",
    why: "A column that only one of them knows breaks queries or inserts when it is met, \
              long after both were written. Proved by making the models' tables beside those \
              of init.sql; an error where a query or an insert breaks. `cargo xtask orm-verify` \
              says more, and mends.",
    bad: case!("models-differ/a_column_that_no_model_has", "bad"),
    good: case!("models-differ/a_column_that_no_model_has", "good"),
    fixes: false,
    check: None,
};
