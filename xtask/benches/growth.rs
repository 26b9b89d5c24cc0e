//! Growth of backup, proof and restore with the rows, and the memory they
//! take: `cargo bench --profile xtask --package xtask --bench growth`.
//!
//! Texts of the demo with a key and nothing else: indexes are the server's
//! work, and those of full text grow by their own law. `GIGABYTES='0.1 1 10'`
//! takes the sizes by turns, and several times the room of the largest.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark is its own program"
)]

mod measure;
#[path = "measure/scratch.rs"]
mod scratch;
#[path = "measure/watched.rs"]
mod watched;

use measure::median;
use scratch::Scratch;
use watched::watched;

const COMMANDS: [&[&str]; 3] = [
    &["backup", "--no-prune"],
    &["backup", "verify", "latest"],
    &["restore", "latest", "--services", "none", "--yes"],
];

fn main() {
    let sizes = std::env::var("GIGABYTES").unwrap_or_else(|_| "0.1 1".to_owned());
    let rounds = std::env::var("ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(1);
    let scratch = Scratch::new();
    assert!(scratch.xtask(&["db-rebuild", "--services", "db", "--yes"]), "no cluster");
    assert!(scratch.xtask(&["up"]), "the services do not start");
    scratch.python(&["scripts/seed_demo.py", "--messages", "5000", "--yes"]);
    assert!(scratch.xtask(&["down", "--services-only"]), "the services do not stop");
    scratch.sql(include_str!("growth/table.sql"));
    fill(&scratch, 1);
    let batch = bytes(&scratch);
    println!("{:>8} {:>20} {:>20} {:>20} {:>9}", "rows", "backup", "proof", "restore", "memory");
    for size in sizes.split_whitespace() {
        let size: f64 = size.parse().expect("GIGABYTES are numbers");
        scratch.sql("TRUNCATE growth_rows");
        fill(&scratch, (size * 1e9 / batch) as u64);
        scratch.sql("VACUUM ANALYZE growth_rows");
        scratch.sql("CHECKPOINT");
        let gigabytes = bytes(&scratch) / 1e9;
        let mut line = format!("{gigabytes:>5.2} GB");
        let mut most = 0;
        for words in COMMANDS {
            let mut all = Vec::new();
            for _ in 0..rounds {
                let (took, memory) = watched(&mut scratch.command(words));
                all.push(took);
                most = most.max(memory);
                for name in scratch.sql(KEPT).lines() {
                    scratch.sql(&format!("DROP DATABASE \"{name}\""));
                }
            }
            let took = median(all).as_secs_f64();
            line.push_str(&format!(" {took:>7.1} s {:>5.1} s/GB", took / gigabytes));
        }
        println!("{line} {:>6} MB", most >> 10);
    }
}

const KEPT: &str =
    "SELECT datname FROM pg_database WHERE datname LIKE current_database() || '\\_\\_before%'";

fn fill(scratch: &Scratch, batches: u64) {
    let batch = include_str!("growth/batch.sql");
    scratch.sql(&batch.replace(":batches", &batches.to_string()));
}

fn bytes(scratch: &Scratch) -> f64 {
    let size = scratch.sql("SELECT pg_total_relation_size('growth_rows')");
    size.parse().expect("a size")
}
