//! The laws on this repository's own cases, on every PostgreSQL there is.
//!
//! `XTASK_CASE=PART_OF_A_NAME cargo test --package pg-live --test cases` tells
//! everything about a few.
#![allow(
    clippy::disallowed_methods,
    reason = "a test starts servers and reads the environment itself"
)]

#[allow(dead_code, reason = "the other rings use the rest")]
mod ring;

use std::path::Path;
use std::process::ExitCode;

use ring::crew::{self, Broken};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pg-diff/tests/cases");
    let cases = ring::case::read_all(&folder);
    crew::run("cases", |_| cases.clone(), Broken::Fails)
}
