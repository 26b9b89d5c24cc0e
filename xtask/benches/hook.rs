//! What a commit waits for: `cargo bench --profile xtask --package xtask --bench
//! hook`.
//!
//! The two commands of the pre-commit hook, on files it has not seen, against
//! what no check of the models can do without: a Python that imports them.
//! It needs PostgreSQL server programs and, the first time, the package index.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark is its own program"
)]

mod measure;
#[path = "measure/scratch.rs"]
mod scratch;

use std::fs;
use std::time::{Duration, Instant};

use measure::{median, run_named};
use scratch::Scratch;

const ROUNDS: usize = 7;
/// Longest that a person waits, in seconds.
const AT_MOST: f64 = 2.0;

fn main() {
    let scratch = Scratch::new();
    assert!(scratch.xtask(&["db-rebuild", "--services", "db", "--yes"]), "no cluster");
    // Once before: Python's environment and the scratch cluster are made.
    models(&scratch);
    let import = rounds(|| import(&scratch));
    let server = scratch.sql("SHOW server_version");
    let sqlalchemy = scratch.python(&["-c", "import sqlalchemy; print(sqlalchemy.__version__)"]);
    println!("PostgreSQL {server}, SQLAlchemy {}", sqlalchemy.trim());
    println!("{:<44} {:>8} {:>9} {:>8}", "median", "s", "/ import", "at most");
    row("importing the models", import, import, None);
    row("lint", rounds(|| lint(&scratch)), import, None);
    row("models, server up", unseen(&scratch, "up"), import, Some(AT_MOST));
    assert!(scratch.xtask(&["down"]), "the server does not stop");
    row("models, no server", unseen(&scratch, "down"), import, Some(AT_MOST));
    row("models, the same files again", rounds(|| models(&scratch)), import, Some(AT_MOST));
}

/// Files that no run has seen.
fn unseen(scratch: &Scratch, word: &str) -> Duration {
    let file = scratch.project.path().join("shared/python/models/base.py");
    let text = fs::read_to_string(&file).expect("the models");
    let mut number = 0;
    let taken = rounds(|| {
        number += 1;
        fs::write(&file, format!("{text}# {word} {number}\n")).expect("writing a model");
        models(scratch);
    });
    fs::write(&file, text).expect("writing a model");
    models(scratch);
    taken
}

fn models(scratch: &Scratch) {
    let words = ["orm-verify", "--against", "init", "--unless-known"];
    // Nobody names a target in a hook.
    run_named("models", scratch.bare().args(words));
}

fn lint(scratch: &Scratch) {
    run_named("lint", scratch.bare().arg("lint"));
}

fn import(scratch: &Scratch) {
    let words = ["python", "-t", "local", "--", "-c", "import shared.python.models"];
    run_named("import", scratch.bare().args(words));
}

fn rounds(mut work: impl FnMut()) -> Duration {
    let taken = (0..ROUNDS).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    median(taken.collect())
}

fn row(what: &str, taken: Duration, import: Duration, at_most: Option<f64>) {
    let (seconds, ratio) = (taken.as_secs_f64(), taken.as_secs_f64() / import.as_secs_f64());
    let limit = at_most.map_or_else(String::new, |it| format!("{it:.1} s"));
    println!("{what:<44} {seconds:>8.2} {ratio:>9.2} {limit:>8}");
}
