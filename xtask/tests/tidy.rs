//! The rules of the house, kept by a test: every finding is listed at once.
//!
//! A rule is a function from sources to findings, and each has a test that
//! shows it a bad example: a rule that cannot fail is worth nothing.
#![allow(
    clippy::disallowed_methods,
    reason = "asks git which files are tracked, past the doors it guards"
)]

#[path = "tidy/source.rs"]
mod source;

#[path = "tidy/lexer.rs"]
mod lexer;

#[path = "tidy/rooms.rs"]
mod rooms;

#[path = "tidy/words.rs"]
mod words;

#[path = "tidy/wiring.rs"]
mod wiring;

#[path = "tidy/files.rs"]
mod files;

use source::{Finding, Tree};

#[test]
fn the_house_is_tidy() {
    let tree = Tree::read();
    assert!(tree.files.len() > 50, "only {} files were found", tree.files.len());
    let mut findings: Vec<Finding> = Vec::new();
    for file in tree.rust() {
        findings.extend(rooms::opens_with_its_purpose(file));
        findings.extend(rooms::says_what_it_must_never_do(file));
        findings.extend(rooms::stays_below_the_ceiling(file));
        findings.extend(rooms::has_a_name_of_its_own(file));
        findings.extend(words::long_sql_lives_in_its_own_file(file));
        findings.extend(words::faults_read_like_ours(file));
        findings.extend(wiring::catalog_relations_stay_out(file));
        findings.extend(wiring::decides_on_no_message(file));
    }
    for file in &tree.files {
        findings.extend(files::names_no_machine(file));
        findings.extend(files::scripts_are_strict(file));
    }
    findings.extend(wiring::exceptions_are_needed(&tree));
    findings.extend(files::path_exceptions_are_needed(&tree));
    findings.extend(wiring::dependencies_run_one_way(&tree));
    findings.extend(wiring::each_command_has_its_file(&tree));
    findings.extend(files::compose_defaults_to_the_image(&tree));
    findings.extend(files::init_sql_ends_with_its_mark(&tree));
    findings.sort();
    let list: String = findings.iter().map(|finding| format!("\n  {finding}")).collect();
    assert!(findings.is_empty(), "{} findings:{list}", findings.len());
}
