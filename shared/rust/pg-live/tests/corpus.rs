//! The laws on a folder of pairs of schemas that is not in the repository.
//!
//! `XTASK_CORPUS=FOLDER cargo test --package pg-live --test corpus` runs all;
//! `XTASK_CASE=PART_OF_A_NAME` beside it tells everything about a few.
#![allow(
    clippy::disallowed_methods,
    reason = "a test starts servers and reads the environment itself"
)]

#[allow(dead_code, reason = "the other rings use the rest")]
mod ring;

use std::path::Path;
use std::process::ExitCode;

use ring::crew::{self, Broken};

/// The folder; each case in a folder of its own, at any depth.
const CORPUS: &str = "XTASK_CORPUS";

fn main() -> ExitCode {
    let Some(folder) = crew::environment(CORPUS) else {
        crew::say(&format!("corpus: skipped, {CORPUS} names no folder"));
        return ExitCode::SUCCESS;
    };
    let cases = ring::case::read_all(Path::new(&folder));
    if cases.is_empty() {
        crew::say(&format!("corpus: no case below `{folder}`"));
        return ExitCode::FAILURE;
    }
    crew::run("corpus", |_| cases.clone(), Broken::Fails)
}
