//! What the benchmarks share: the binary, programs that must succeed, medians.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

pub fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    all[all.len() / 2]
}

pub fn run_named(what: &str, command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("starting a program");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{what} {command:?}: {words}");
}

/// What `cargo xtask` would run.
pub fn build(root: &Path) -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let words = ["build", "--quiet", "--profile", "xtask", "--package", "xtask"];
    let status =
        Command::new(cargo).args(words).current_dir(root).status().expect("starting cargo");
    assert!(status.success(), "building xtask");
    let target =
        std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root.join("target"), PathBuf::from);
    target.join("xtask/xtask")
}
