//! Rules about files that are not Rust: scripts, compose, init.sql, paths.

use crate::source::{Finding, Source, Tree};

/// Folders of somebody's machine. Written in two parts, so that this file
/// does not name them.
const MACHINES: [(&str, &str); 4] =
    [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/")];

/// File, the words that are meant, and why they are no developer's folder.
const PLACES: [(&str, &str, &str); 1] = [(
    "xtask/src/tools/postgres.rs",
    "linuxbrew/.linuxbrew/opt",
    "where Homebrew puts programs on every Linux machine",
)];

const INIT: &str = "infrastructure/postgres/init.sql";

/// No file names a folder of the machine it was written on.
pub fn names_no_machine(file: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let is_excepted =
            || PLACES.iter().any(|(path, words, _)| *path == file.path && line.contains(words));
        for (first, second) in MACHINES {
            let folder = format!("{first}{second}");
            let begins = |at: usize| {
                // A path begins there: `~/x`, `a/x` and `$HOME/x` do not.
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && !"._-~$}/".contains(c))
            };
            if line.match_indices(&folder).any(|(at, _)| begins(at)) && !is_excepted() {
                findings.push(file.finding(index + 1, format!("names `{folder}` of some machine")));
            }
        }
    }
    findings
}

/// An exception that nothing needs any more goes.
pub fn path_exceptions_are_needed(tree: &Tree) -> Vec<Finding> {
    let is_needed =
        |path: &str, words: &str| tree.find(path).is_some_and(|file| file.text.contains(words));
    PLACES
        .iter()
        .filter(|(path, words, reason)| reason.is_empty() || !is_needed(path, words))
        .map(|(path, words, _)| {
            Source::new(*path, "").finding(0, format!("the exception for `{words}` is not needed"))
        })
        .collect()
}

/// A shell program is strict from its first statement on. A file without a
/// `#!` line is read by another, and strict with it.
pub fn scripts_are_strict(file: &Source) -> Option<Finding> {
    let first = file.text.lines().next().unwrap_or_default();
    let is_shell = first.starts_with("#!") && first.ends_with("sh");
    let named_so = file.path.ends_with(".sh") && first.starts_with("#!");
    if !is_shell && !named_so {
        return None;
    }
    let mut lines = file.text.lines().enumerate();
    let statement = lines.find(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let is_strict = |line: &str| line == "set -euo pipefail" || line == "set -Eeuo pipefail";
    match statement {
        Some((_, line)) if is_strict(line) => None,
        Some((index, _)) => {
            Some(file.finding(index + 1, "its first statement is not `set -euo pipefail`"))
        }
        None => Some(file.finding(0, "is a script without a statement")),
    }
}

/// Compose and the tool mean the same image when nobody names one.
pub fn compose_defaults_to_the_image(tree: &Tree) -> Vec<Finding> {
    let (manifest, compose) = match (tree.require("Cargo.toml"), tree.require("docker-compose.yml"))
    {
        (Ok(manifest), Ok(compose)) => (manifest, compose),
        (manifest, compose) => return manifest.err().into_iter().chain(compose.err()).collect(),
    };
    let image = manifest.text.parse::<toml::Table>().ok().and_then(|table| {
        let xtask = table.get("workspace")?.get("metadata")?.get("xtask")?;
        Some(xtask.get("image")?.as_str()?.to_owned())
    });
    let Some(image) = image else {
        return vec![manifest.finding(0, "has no `image` in [workspace.metadata.xtask]")];
    };
    let wanted = format!("image: ${{POSTGRES_IMAGE:-{image}}}");
    if compose.text.lines().any(|line| line.trim() == wanted) {
        return Vec::new();
    }
    vec![compose.finding(0, format!("has no line `{wanted}`"))]
}

/// init.sql is one transaction, and the last thing in it is its mark.
pub fn init_sql_ends_with_its_mark(tree: &Tree) -> Vec<Finding> {
    let file = match tree.require(INIT) {
        Ok(file) => file,
        Err(finding) => return vec![finding],
    };
    let starts = pg_diff::scan::starts(&file.text);
    let statement = |from_end: usize| {
        let index = starts.len().checked_sub(from_end + 1)?;
        let end = starts.get(index + 1).copied().unwrap_or(file.text.len());
        Some((starts[index], &file.text[starts[index]..end]))
    };
    let mut findings = Vec::new();
    let first = starts.first().map_or("", |at| &file.text[*at..]);
    if !first.starts_with("BEGIN;") {
        findings.push(file.finding(0, "its first statement is not BEGIN"));
    }
    if statement(0).is_none_or(|(_, text)| text.trim_end() != "COMMIT;") {
        findings.push(file.finding(0, "its last statement is not COMMIT"));
    }
    match statement(1) {
        Some((_, text)) if text.starts_with("CREATE OR REPLACE FUNCTION schema_ready()") => {}
        Some((at, _)) => {
            let says = "the last statement before COMMIT does not create schema_ready()";
            findings.push(file.finding(file.line_of(at), says));
        }
        None => findings.push(file.finding(0, "has too few statements")),
    }
    findings
}

#[test]
fn a_folder_of_a_machine_is_found() {
    let found = |text: &str| names_no_machine(&Source::new("docs/a.md", text)).len();
    for (first, second) in MACHINES {
        assert_eq!(found(&format!("see {first}{second}me/x")), 1);
        assert_eq!(found(&format!("`{first}{second}me`\n\"{first}{second}\"")), 2);
        assert_eq!(
            found(&format!("frame{first}{second}x ~{first}{second}x ${{A}}{first}{second}x")),
            0
        );
    }
    let (path, words, _) = PLACES[0];
    let line = format!("\"{}{}{words}\"", MACHINES[2].0, MACHINES[2].1);
    assert_eq!(names_no_machine(&Source::new(path, line.as_str())), []);
    assert_eq!(names_no_machine(&Source::new("other.rs", line)).len(), 1);
}

#[test]
fn an_exception_for_nothing_is_found() {
    assert_eq!(path_exceptions_are_needed(&Tree::default()).len(), PLACES.len());
}

#[test]
fn a_lenient_script_is_found() {
    let is_fine = |path: &str, text: &str| scripts_are_strict(&Source::new(path, text)).is_none();
    let strict = "#!/usr/bin/env bash\n# Words.\n\nset -euo pipefail\ncd /\n";
    assert!(is_fine("a.sh", strict));
    assert!(is_fine(".ci/run", strict));
    assert!(!is_fine("a.sh", "#!/bin/sh\nset -eu\n"));
    assert!(!is_fine("a.sh", "#!/usr/bin/env bash\ncd /\nset -euo pipefail\n"));
    assert!(!is_fine(".ci/run", "#!/usr/bin/env bash\necho\n"));
    assert!(!is_fine("a.sh", "#!/usr/bin/env bash\n"));
    assert!(is_fine("recipe.sh", "# shellcheck shell=sh\nname=x\n"));
    assert!(is_fine("a.py", "#!/usr/bin/env python3\nimport x\n"));
}

#[test]
fn another_default_image_is_found() {
    let found = |manifest: &str, compose: &str| {
        let files =
            vec![Source::new("Cargo.toml", manifest), Source::new("docker-compose.yml", compose)];
        compose_defaults_to_the_image(&Tree { files }).len()
    };
    let manifest = "[workspace.metadata.xtask]\nimage = \"postgres:17\"\n";
    assert_eq!(found(manifest, "    image: ${POSTGRES_IMAGE:-postgres:17}\n"), 0);
    assert_eq!(found(manifest, "    image: ${POSTGRES_IMAGE:-postgres:16}\n"), 1);
    assert_eq!(found(manifest, "    # image: ${POSTGRES_IMAGE:-postgres:17}\n"), 1);
    assert_eq!(found("[workspace]\n", "    image: ${POSTGRES_IMAGE:-postgres:17}\n"), 1);
    assert_eq!(compose_defaults_to_the_image(&Tree::default()).len(), 2);
}

#[test]
fn an_init_sql_that_ends_otherwise_is_found() {
    let found = |text: &str| {
        init_sql_ends_with_its_mark(&Tree { files: vec![Source::new(INIT, text)] }).len()
    };
    let mark = "CREATE OR REPLACE FUNCTION schema_ready() RETURNS boolean LANGUAGE sql AS $$ SELECT true; $$;\n";
    assert_eq!(found(&format!("-- a\nBEGIN;\nSELECT 1;\n{mark}COMMIT;\n")), 0);
    assert_eq!(found(&format!("SELECT 1;\n{mark}COMMIT;\n")), 1);
    assert_eq!(found(&format!("BEGIN;\n{mark}SELECT 1;\nCOMMIT;\n")), 1);
    assert_eq!(found(&format!("BEGIN;\n{mark}COMMIT;\nSELECT 1;\n")), 2);
    assert_eq!(found(""), 3);
    assert_eq!(init_sql_ends_with_its_mark(&Tree::default()).len(), 1);
}
