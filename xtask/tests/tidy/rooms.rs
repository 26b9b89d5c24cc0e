//! Rules about a Rust file as a room: its purpose, its size, its name.

use crate::source::{Finding, Source};

/// Lines a file may have.
const CEILING: usize = 400;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["util", "helper", "common", "misc", "manager", "handler", "utils"];

/// Every `.rs` opens with `//!`, and its first paragraph is sentences.
pub fn opens_with_its_purpose(file: &Source) -> Option<Finding> {
    let opening: Vec<&str> =
        file.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let paragraph: Vec<&str> = opening.into_iter().take_while(|line| !line.is_empty()).collect();
    if paragraph.is_empty() {
        return Some(file.finding(1, "does not open with `//!` and what it is for"));
    }
    let is_sentence = paragraph.last().is_some_and(|line| line.ends_with('.'));
    (!is_sentence).then(|| file.finding(1, "its first paragraph does not end as a sentence"))
}

/// The opening of a product's file says what the room must never do.
pub fn says_what_it_must_never_do(file: &Source) -> Option<Finding> {
    let mut opening = file.text.lines().map_while(|line| line.strip_prefix("//!"));
    let is_said = opening.any(|line| line.trim().starts_with("Must never: "));
    (file.is_src() && !is_said).then(|| file.finding(1, "has no `//! Must never:` line"))
}

/// 400 lines is the ceiling, tests included.
pub fn stays_below_the_ceiling(file: &Source) -> Option<Finding> {
    let lines = file.text.lines().count();
    (lines > CEILING)
        .then(|| file.finding(0, format!("has {lines} lines, the ceiling is {CEILING}")))
}

/// No file, folder or module is named for nothing.
pub fn has_a_name_of_its_own(file: &Source) -> Vec<Finding> {
    let is_empty = |name: &str| {
        name.split('_').any(|word| {
            let word = word.strip_suffix('s').unwrap_or(word);
            EMPTY_NAMES.contains(&word)
        })
    };
    let path = file.path.trim_end_matches(".rs");
    let in_path = path.split('/').filter(|name| is_empty(name)).map(|name| (0, name));
    let modules = file.text.lines().enumerate().filter_map(|(index, line)| {
        let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let name = line.strip_prefix("mod ")?;
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
        is_empty(&name[..end]).then_some((index + 1, &name[..end]))
    });
    let found = in_path.chain(modules);
    found.map(|(line, name)| file.finding(line, format!("`{name}` names nothing"))).collect()
}

#[test]
fn a_file_without_a_purpose_is_found() {
    let opens = |text: &str| opens_with_its_purpose(&Source::new("a/src/b.rs", text)).is_none();
    assert!(opens("//! What it is for.\n\nfn a() {}\n"));
    assert!(opens("//! What it is\n//! for.\n//!\n//! More\n"));
    assert!(!opens("use std::fs;\n//! Too late.\n"));
    assert!(!opens("// Not a doc.\n"));
    assert!(!opens("//!\n//! Second.\n"));
    assert!(!opens("//! only words\n"));
    assert!(!opens(""));
}

#[test]
fn a_file_without_a_limit_is_found() {
    let text = "//! For this.\n//!\n//! Must never: do that.\n";
    let says =
        |path: &str, text: &str| says_what_it_must_never_do(&Source::new(path, text)).is_none();
    assert!(says("xtask/src/a.rs", text));
    assert!(!says("xtask/src/a.rs", "//! For this.\n\n// Must never: too late.\n"));
    assert!(!says("shared/rust/pg-live/src/a.rs", "//! For this.\n"));
    assert!(says("xtask/tests/a.rs", "//! For this.\n"));
}

#[test]
fn a_tall_file_is_found() {
    let tall = |lines: usize| Source::new("a/src/b.rs", "x\n".repeat(lines));
    assert_eq!(stays_below_the_ceiling(&tall(400)), None);
    assert!(stays_below_the_ceiling(&tall(401)).is_some());
}

#[test]
fn an_empty_name_is_found() {
    let found = |path: &str, text: &str| has_a_name_of_its_own(&Source::new(path, text)).len();
    assert_eq!(found("xtask/src/tools/docker.rs", "mod swap;\n"), 0);
    assert_eq!(found("xtask/src/utils.rs", ""), 1);
    assert_eq!(found("xtask/src/common/a.rs", ""), 1);
    assert_eq!(found("xtask/src/string_helpers.rs", ""), 1);
    assert_eq!(found("xtask/src/a.rs", "pub mod error_handler;\nmod misc {\n"), 2);
    assert_eq!(found("xtask/src/commonly.rs", "// mod util\n"), 0);
}
