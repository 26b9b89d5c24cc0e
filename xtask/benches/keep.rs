//! A changed init.sql, and every row kept: ours, the guide's, pgcopydb's.
//! `cargo bench --package xtask --bench keep`.
//!
//! One column is added to init.sql, then by turns
//!
//! - `db-rebuild --keep-data`, the clone way,
//! - `db-rebuild --keep-data --way copy`,
//! - the guide: `pg_dump --data-only | gzip`, a database from init.sql,
//!   `zcat | psql` into it (which loses the tables that collide, in less time),
//! - `pgcopydb clone` of the same database, where it is installed.
//!
//! Whole processes, medians. `MESSAGES=500000` makes the archive larger (1.3
//! GB are 430000), `ROUNDS=5` measures more often. The server's fsync is off,
//! as in the tests.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark starts programs and reads the environment itself"
)]
#![expect(clippy::print_stdout, reason = "a benchmark is its own program")]

mod measure;

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

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use measure::{build, median, run_named};
use platform::Platform;
use server::DATABASE;

const CONFIG: &str = "CREATE TABLE IF NOT EXISTS event_config (";

fn main() {
    let number = |name: &str, default: usize| {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
    };
    let (messages, rounds) = (number("MESSAGES", 100_000), number("ROUNDS", 3));
    let xtask = build(&stage::checkout());
    // The services bring the Python that fills the archive, and would fill it on.
    let Some(platform) = Platform::running() else { return };
    platform.run(["down"]).exits(0);
    platform.project.run(["up"]).exits(0);
    let bench = Bench { platform, xtask };
    let words = ["scripts/seed_demo.py", "--messages", &messages.to_string()];
    bench.platform.python(words).run().exits(0);
    bench.report(rounds);
}

struct Bench {
    platform: Platform,
    xtask: PathBuf,
}

impl Bench {
    fn report(&self, rounds: usize) {
        let project = &self.platform.project;
        let size = project.sql("SELECT pg_size_pretty(pg_database_size(current_database()))");
        println!("{size}, {rounds} rounds, medians of whole processes");
        let has_pgcopydb = which("pgcopydb");
        let (mut clone, mut copy, mut guide, mut pgcopydb) = (vec![], vec![], vec![], vec![]);
        for round in 0..rounds {
            clone.push(self.keep(&format!("clone_{round}"), "clone"));
            guide.push(self.timed(|| self.guide()));
            copy.push(self.keep(&format!("copy_{round}"), "copy"));
            if has_pgcopydb {
                pgcopydb.push(self.timed(|| self.pgcopydb()));
            }
        }
        let (clone, copy, guide) = (median(clone), median(copy), median(guide));
        row("clone way against the guide", clone, guide, 0.1);
        row("copy way against the guide", copy, guide, 0.75);
        if has_pgcopydb {
            row("copy way against pgcopydb", copy, median(pgcopydb), 1.0);
        } else {
            println!("left out: pgcopydb (not installed; the Debian package is called so)");
        }
    }

    /// One column more in init.sql, then our way.
    fn keep(&self, column: &str, way: &str) -> Duration {
        let project = &self.platform.project;
        project.edit_init(CONFIG, &format!("{CONFIG}\n    {column} integer,"));
        let took = self.timed(|| {
            let words = ["db-rebuild", "--keep-data", "--way", way, "--yes"];
            let mut command = Command::new(&self.xtask);
            command.args(words).current_dir(&project.root);
            command.env("XTASK_LOCAL_DIR", project.local_dir());
            command.env("XTASK_TARGET", "local").env("XTASK_SERVICES", "db");
            run_named(way, &mut command);
        });
        project.run(["db-rebuild", "--forget", "--yes"]).exits(0);
        took
    }

    fn guide(&self) {
        let project = &self.platform.project;
        let (live, beside) = (project.url(), self.beside("guide"));
        let psql = server::program("psql").display().to_string();
        let dump = server::program("pg_dump").display().to_string();
        let init = project.root.join(stage::INIT).display().to_string();
        let script = format!(
            "'{dump}' --data-only '{live}' 2>/dev/null | gzip > data.sql.gz; \
             '{psql}' -Xq '{live}' -c 'DROP DATABASE IF EXISTS guide' -c 'CREATE DATABASE guide'; \
             '{psql}' -Xq '{beside}' -f '{init}' >/dev/null; \
             zcat data.sql.gz | '{psql}' -Xq '{beside}' >/dev/null 2>&1"
        );
        run_named("the guide", Command::new("sh").args(["-c", &script]).current_dir(&project.root));
    }

    fn pgcopydb(&self) {
        let project = &self.platform.project;
        let psql = server::program("psql").display().to_string();
        let live = project.url();
        let again = ["-c", "DROP DATABASE IF EXISTS beside", "-c", "CREATE DATABASE beside"];
        run_named("psql", Command::new(psql).args(["-Xq", &live]).args(again));
        let dir = project.temp().join("pgcopydb");
        let mut command = Command::new("pgcopydb");
        command.args(["clone", "--not-consistent", "--no-owner", "--no-acl"]);
        command.args([
            "--table-jobs",
            "2",
            "--index-jobs",
            "2",
            "--split-tables-larger-than",
            "16MB",
        ]);
        command.args(["--source", &live, "--target", &self.beside("beside")]);
        command.arg("--dir").arg(&dir);
        run_named("pgcopydb", &mut command);
        let _ = std::fs::remove_dir_all(dir);
    }

    fn beside(&self, name: &str) -> String {
        self.platform.project.url().replace(DATABASE, name)
    }

    fn timed(&self, work: impl FnOnce()) -> Duration {
        let started = Instant::now();
        work();
        started.elapsed()
    }
}

fn which(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|it| it.status.success())
}

fn row(what: &str, ours: Duration, baseline: Duration, limit: f64) {
    let ratio = ours.as_secs_f64() / baseline.as_secs_f64();
    let verdict = if ratio <= limit { "within" } else { "ABOVE" };
    println!(
        "{what:<32} {:>7.1} s {:>7.1} s  ratio {ratio:.2}, {verdict} {limit}",
        ours.as_secs_f64(),
        baseline.as_secs_f64()
    );
}
