//! The laws on pairs of schemas made by chance.
//!
//! A fixed number of pairs from a fixed seed; `XTASK_SEED=N` begins elsewhere,
//! `XTASK_COUNT=N` makes more of them. A pair is named by its own seed:
//! `XTASK_SEED=17 XTASK_COUNT=1 XTASK_CASE=seed-17` tells everything about it;
//! `XTASK_SEED=17 XTASK_COUNT=1 XTASK_SHRINK=1` looks for the smallest pair that
//! fails alike.
#![allow(
    clippy::disallowed_methods,
    reason = "a test starts servers and reads the environment itself"
)]

mod chance;
#[allow(dead_code, reason = "the other rings use the rest")]
mod ring;

use std::process::ExitCode;

use ring::crew::{self, Broken};

const SEED: &str = "XTASK_SEED";
const COUNT: &str = "XTASK_COUNT";
const SHRINK: &str = "XTASK_SHRINK";

/// Where the gate begins, and how many pairs it has time for.
const FIRST: u64 = 1;
const BUDGET: u64 = 60;

fn main() -> ExitCode {
    let number = |name: &str, otherwise: u64| {
        crew::environment(name).map_or(Some(otherwise), |it| it.trim().parse().ok())
    };
    let (Some(first), Some(count)) = (number(SEED, FIRST), number(COUNT, BUDGET)) else {
        crew::say(&format!("properties: {SEED} and {COUNT} are numbers"));
        return ExitCode::FAILURE;
    };
    let seeds = first..first.saturating_add(count);
    if crew::environment(SHRINK).is_some() {
        for server in crew::servers() {
            seeds.clone().for_each(|seed| chance::shrink::shrink(&server, seed));
        }
        return ExitCode::SUCCESS;
    }
    let make = |major: u32| {
        let cut = chance::Cut::default();
        seeds.clone().map(|seed| chance::pair(seed, major, &cut).0).collect()
    };
    crew::run("properties", make, Broken::IsCounted)
}
