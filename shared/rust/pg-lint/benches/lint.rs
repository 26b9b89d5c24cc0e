//! How long the rules take for the platform's own init.sql, against reading it
//! as every other command does.
//!
//! The best of many runs of each, in turn: a busy machine disturbs both alike.
//! `cargo bench --package pg-lint`; the fast profile of `cargo xtask` is
//! measured with `--profile xtask`.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use pg_diff::declared::{self, Date};
use pg_lint::{Around, Sheet};

const INIT: &str = include_str!("../../../../infrastructure/postgres/init.sql");
const RUNS: usize = 30;
/// What the rules may take, from the issue: 3,000 lines in 50 ms.
const LIMIT: Duration = Duration::from_millis(50);

fn timed<T>(work: impl Fn() -> T) -> Duration {
    let started = Instant::now();
    black_box(work());
    started.elapsed()
}

fn main() {
    let today = Date::new(2026, 6, 1).expect("a day");
    let load = || Ok(INIT.to_owned());
    let read = || declared::read("init.sql", &mut |_| load()).map(|it| it.text.len());
    let lint = || {
        let around = Around { today, before: None };
        let sheet = Sheet::declaration("init.sql", &mut |_| load(), around);
        sheet.judged(&BTreeMap::new(), &|_| true).len()
    };
    let (mut ours, mut baseline) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        ours = ours.min(timed(lint));
        baseline = baseline.min(timed(read));
    }
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let lines = INIT.lines().count();
    println!("best of {RUNS}, {lines} lines        lint      read   ratio");
    println!(
        "every rule                  {:>7.1} ms {:>6.1} ms  {:>6.2}",
        ms(ours),
        ms(baseline),
        ms(ours) / ms(baseline)
    );
    assert!(ours < LIMIT, "{ours:?} for {lines} lines, the limit is {LIMIT:?}");
}
