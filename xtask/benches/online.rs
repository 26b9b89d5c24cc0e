//! A plan on a million messages while api and processor work:
//! `cargo bench --package xtask --bench online`.
//!
//! An index build, a foreign key, a NOT NULL with a backfill and a varchar
//! widened to text. It prints what the tests of the platform print, and
//! compares the longest wait with its limit. `MESSAGES=100000` makes the
//! archive smaller. The server's fsync is off, as in the tests.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark starts programs and reads the environment itself"
)]
#![expect(clippy::print_stdout, reason = "a benchmark is its own program")]

#[path = "../tests/cli/stage.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod stage;

#[path = "../tests/cli/tool.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod tool;

#[path = "../tests/cli/server.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod server;

#[path = "../tests/platform/platform.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod platform;

#[path = "../tests/platform/steady.rs"]
mod steady;

/// Milliseconds a statement may be kept waiting.
const LIMIT: f64 = 250.0;

fn main() {
    let messages = std::env::var("MESSAGES").ok().and_then(|it| it.parse().ok());
    let Some(platform) = platform::Platform::running() else { return };
    let report = steady::change_under_load(&platform, messages.unwrap_or(1_000_000));
    let verdict = |it: f64| if it < LIMIT { "below" } else { "ABOVE" };
    for (name, it) in
        [("longest wait for a lock", report.blocked), ("slowest statement", report.slowest)]
    {
        println!("{name}: {it:.0} ms, {} the limit of {LIMIT:.0} ms", verdict(it));
    }
    println!("{} requests, {} failed, {} rows lost", report.requests, report.failed, report.lost);
    assert_eq!((report.failed, report.lost), (0, 0), "{report:?}");
}
