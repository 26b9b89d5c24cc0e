//! Rules about SQL files: what a declaration of a schema must hold to, and
//! what a plan must not do to a database that works.
//!
//! In the order data flows: [`Script`] (a text, cut into statements, with an
//! [`outline`] of what they make), [`check`] (every rule's findings),
//! [`Sheet`] (a file with its includes, the findings of each, without those
//! that somebody gave a reason for), [`apply`] (the edits of those that can be
//! mended safely).
//!
//! The statements are cut by `pg_diff::declared`, the same code that reads
//! init.sql for every other command: what the one takes for a statement, the
//! other does.
//!
//! Squawk's crates (2.68.0) were tried for the parsing. For init.sql in the
//! profile of `cargo xtask` they take 300 ms unoptimised; optimised, 23 ms and
//! 100 s of CPU in the first build, which has 90 s in all; and they want a newer
//! Rust than this workspace. These rules take 11 ms unoptimised, and 2 s to
//! build. Squawk's own rules and their test texts were the second opinion: what
//! both have they find alike.
//!
//! Must never: do I/O, read a clock, or need a server.

mod annotation;
mod finding;
mod ignore;
pub mod outline;
mod plan;
mod rule;
pub mod rules;
mod script;
mod sheet;

pub use finding::{Edit, Finding, Fix, Severity, apply};
pub use rule::{About, Rule};
pub use script::{Before, Script};
pub use sheet::{Around, Load, Placed, Sheet, needs_server};

/// Everything that the rules find, in the order of the text.
pub fn check(script: &Script<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules::ALL.iter().filter(|rule| rule.is_for(script.about)) {
        if let Some(check) = rule.check {
            check(script, &mut found);
        }
    }
    found.sort_by_key(|finding| (finding.range.start, finding.rule));
    found
}
