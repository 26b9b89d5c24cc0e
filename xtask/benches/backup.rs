//! Backup, proof, restore and undo against the guide's shell lines, as ratios
//! in one run: `cargo bench --profile xtask --package xtask --bench backup`.
//!
//! - `backup` against `pg_dump | gzip`: time and size; and what can be had at
//!   best: `pg_dump | zstd`, which counts nothing and reads nothing back, and
//!   `pg_dump` alone, which keeps nothing,
//! - the proof of a backup against a bare `pg_restore` of it,
//! - `restore`, with comparison and swap, against `zcat | psql` into an empty
//!   database, with nobody else at work,
//! - both once more under four writers: how long one had no answer,
//! - the memory that the program itself took at most.
//!
//! The archive is the demo's, about 1.3 GB; `MESSAGES=50000` makes it
//! smaller, `ROUNDS=1` is done sooner. It needs PostgreSQL server programs
//! and, the first time, the package index.

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

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use measure::{median, run_named};
use scratch::Scratch;
use watched::watched;

const DATABASE: &str = "osint_platform";

fn main() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(3);
    let bench = Bench { scratch: Scratch::new(), rounds, memory: Cell::new(0) };
    let init = bench.file("infrastructure/postgres/init.sql");
    let text = std::fs::read_to_string(&init).expect("init.sql");
    std::fs::write(&init, text + include_str!("backup/writes.sql")).expect("writing init.sql");
    assert!(bench.scratch.xtask(&["db-rebuild", "--services", "db", "--yes"]), "no cluster");
    bench.seed();
    println!("{:<44} {:>9} {:>9} {:>7} {:>8}", "median", "ours", "guide", "ratio", "at most");
    bench.backup();
    bench.proof();
    bench.restore();
    bench.writers();
    println!(
        "{:<44} {:>6} MB {:>27}",
        "memory of xtask itself",
        bench.memory.get() >> 10,
        "200 MB"
    );
}

struct Bench {
    scratch: Scratch,
    rounds: usize,
    /// The most that one of its processes took, in KB.
    memory: Cell<u64>,
}

impl Bench {
    fn seed(&self) {
        let messages = std::env::var("MESSAGES").unwrap_or_else(|_| "470000".to_owned());
        assert!(self.scratch.xtask(&["up"]), "the services do not start");
        self.scratch.python(&["scripts/seed_demo.py", "--messages", &messages, "--yes"]);
        assert!(self.scratch.xtask(&["down", "--services-only"]), "the services do not stop");
        self.scratch.sql("VACUUM ANALYZE");
        self.scratch.sql("CHECKPOINT");
        let size = self.scratch.sql("SELECT pg_size_pretty(pg_database_size(current_database()))");
        println!("{messages} messages of demo data, {size}");
    }

    fn backup(&self) {
        let file = self.file("guide.sql.gz");
        let (mut ours, mut guide) = (Vec::new(), Vec::new());
        let (mut floor, mut alone) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            ours.push(timed(|| self.ours(&["backup", "--no-prune"])));
            guide.push(timed(|| {
                self.shell(&format!("pg_dump | gzip > '{}'", file.display()));
            }));
            let bare = "pg_dump --format=custom --compress=0";
            floor.push(timed(|| self.shell(&format!("{bare} | zstd -q -T0 -2 > /dev/null"))));
            alone.push(timed(|| self.shell(&format!("{bare} > /dev/null"))));
        }
        let guide = median(guide);
        row("backup against pg_dump | gzip", (median(ours), guide), "0.15");
        row("  pg_dump | zstd, nothing checked", (median(floor), guide), "");
        row("  pg_dump > /dev/null", (median(alone), guide), "");
        let ours = std::fs::metadata(self.newest().join("data.dump.zst")).expect("a backup").len();
        let guide = std::fs::metadata(&file).expect("the guide's file").len();
        let (ours, guide) = (ours as f64 / 1e6, guide as f64 / 1e6);
        let ratio = ours / guide;
        println!("{:<44} {ours:>6.1} MB {guide:>6.1} MB {ratio:>7.2} {:>8}", "  its size", "0.92");
    }

    fn proof(&self) {
        let dump = self.newest().join("data.dump.zst");
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            ours.push(timed(|| self.ours(&["backup", "verify", "latest"])));
            bare.push(timed(|| {
                self.shell(&format!(
                    "createdb --template=template0 bare && zstd -dc '{}' | pg_restore --exit-on-error --dbname=bare",
                    dump.display()
                ));
            }));
            self.shell("dropdb bare");
        }
        row("proof against a bare pg_restore", (median(ours), median(bare)), "1.15");
    }

    fn restore(&self) {
        let file = self.file("guide.sql.gz");
        let (mut ours, mut guide) = (Vec::new(), Vec::new());
        let (mut served, mut undone) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            ours.push(timed(|| self.ours(&RESTORE)));
            guide.push(timed(|| {
                self.shell(&format!(
                    "createdb --template=template0 bare && zcat '{}' | psql -Xq -d bare",
                    file.display()
                ));
            }));
            self.shell("dropdb bare");
            let (until_served, whole) = self.undo();
            served.push(until_served);
            undone.push(whole);
        }
        row("restore against zcat | psql", (median(ours), median(guide)), "0.90");
        moment("undo: until the one before serves again", median(served), "1.0 s");
        moment("  and compared with init.sql and the models", median(undone), "");
    }

    /// By the program's own clock: until the names changed, and the whole.
    fn undo(&self) -> (Duration, Duration) {
        let output = self.scratch.command(&UNDO).arg("--json").output().expect("xtask");
        assert!(output.status.success(), "the undo failed");
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
        let whole = told["duration_ms"].as_u64().expect("milliseconds");
        let steps = told["data"]["steps"].as_array().expect("steps");
        let behind = ["verify", "models"].iter().map(|name| {
            let step = steps.iter().find(|step| step["step"] == *name).expect("is behind it");
            step["ms"].as_u64().expect("milliseconds")
        });
        let behind: u64 = behind.sum();
        (Duration::from_millis(whole - behind), Duration::from_millis(whole))
    }

    /// Zero acknowledged writes lost, and nobody waits long.
    fn writers(&self) {
        let before = self.written();
        let writers = Writers::begin(self);
        self.ours(&RESTORE);
        let (swap, told) = writers.end();
        // None are in the backup: what is there was written meanwhile.
        let rows = self.written() - before;
        assert!(rows >= told, "{told} rows were answered for, {rows} are there");
        moment("restore: one of four writers had no answer", swap, "0.5 s");
        let writers = Writers::begin(self);
        self.ours(&UNDO);
        let (undo, more) = writers.end();
        let rows = self.written() - before;
        assert!(rows >= told + more, "{} rows were answered for, {rows} are there", told + more);
        moment("undo: one of four writers had no answer", undo, "0.5 s");
    }

    /// Rows of the writers in all databases of the cluster.
    fn written(&self) -> u64 {
        let names = self.scratch.sql("SELECT datname FROM pg_database WHERE NOT datistemplate");
        let counts = names.lines().filter(|it| it.starts_with(DATABASE)).map(|name| {
            let mut psql = Command::new("psql");
            psql.args(["-XAtq", "-c", "SELECT count(*) FROM bench_writes"]).envs(self.address());
            let output = psql.env("PGDATABASE", name).output().expect("psql");
            String::from_utf8_lossy(&output.stdout).trim().parse::<u64>().unwrap_or(0)
        });
        counts.sum()
    }

    fn ours(&self, words: &[&str]) {
        let (_, most) = watched(&mut self.scratch.command(words));
        self.memory.set(self.memory.get().max(most));
    }

    /// The guide's programs, with the address of the cluster.
    fn shell(&self, script: &str) {
        let mut command = Command::new("sh");
        command.args(["-c", script]).envs(self.address());
        run_named(script, &mut command);
    }

    fn address(&self) -> Vec<(&'static str, String)> {
        let output = self.scratch.command(&["psql", "--", "-XAtq", "-c", ADDRESS]).output();
        let text = String::from_utf8(output.expect("psql").stdout).expect("text");
        let mut parts = text.trim().split('|').map(str::to_owned);
        let names = ["PGPORT", "PGUSER", "PGDATABASE"];
        let mut all: Vec<_> =
            names.into_iter().map(|name| (name, parts.next().expect("a part"))).collect();
        let base = self.scratch.project.path().join("local");
        let home = std::fs::read_dir(base).expect("clusters").flatten().next().expect("one");
        let password = std::fs::read_to_string(home.path().join("password")).expect("readable");
        all.push(("PGPASSWORD", password.trim().to_owned()));
        all.push(("PGHOST", "127.0.0.1".to_owned()));
        all
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.project.path().join(name)
    }

    fn newest(&self) -> PathBuf {
        let base = self.scratch.project.path().join("backups/local").join(DATABASE);
        let entries = std::fs::read_dir(base).expect("backups").flatten().map(|it| it.path());
        entries.filter(|it| it.is_dir()).max().expect("a backup")
    }
}

const ADDRESS: &str =
    "SELECT current_setting('port') || '|' || current_user || '|' || current_database()";

/// Four writers that connect again at once when they are thrown out.
struct Writers(Child);

impl Writers {
    fn begin(bench: &Bench) -> Writers {
        let script =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/backup/writers.py");
        let script = script.display().to_string();
        let mut command = bench.scratch.command(&["python", "--", &script]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("a line");
        assert_eq!(line, "writing\n");
        Writers(child)
    }

    /// The longest time one had no answer, and the rows answered for.
    fn end(mut self) -> (Duration, u64) {
        drop(self.0.stdin.take());
        let output = self.0.wait_with_output().expect("the writers end");
        let text = String::from_utf8(output.stdout).expect("text");
        let (gap, rows) = text.trim().split_once(' ').unwrap_or_else(|| panic!("{text}"));
        (Duration::from_secs_f64(gap.parse().expect("seconds")), rows.parse().expect("rows"))
    }
}

const RESTORE: [&str; 5] = ["restore", "latest", "--services", "none", "--yes"];
const UNDO: [&str; 5] = ["rollback", "--discard-newer", "--services", "none", "--yes"];

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn row(name: &str, (ours, guide): (Duration, Duration), limit: &str) {
    let (ours, guide) = (ours.as_secs_f64(), guide.as_secs_f64());
    println!("{name:<44} {ours:>7.2} s {guide:>7.2} s {:>7.2} {limit:>8}", ours / guide);
}

fn moment(name: &str, took: Duration, limit: &str) {
    println!("{name:<44} {:>7.2} s {limit:>26}", took.as_secs_f64());
}
