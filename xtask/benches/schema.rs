//! Comparing and planning schemas, against the programs that read and write
//! them: whole processes, ours and the baseline in turn.
//!
//! `cargo bench --package xtask --bench schema` prints, with the ratio that is
//! wanted beside the one that is,
//!
//! - `db-diff` with nothing to do against `pg_dump --schema-only` of the same
//!   database, for the platform and for thousands of generated tables, and the
//!   memory that this takes; again for a database that has to be read, because
//!   no earlier run has seen it as it is,
//! - how both grow from 5,000 to 10,000 tables,
//! - planning and proving a change of 1 % of 1,000 tables against
//!   `pg_dump --schema-only` and `psql -1 -f` of that schema.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark is its own program"
)]

mod measure;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use measure::{build, median, run_named};

const USER: &str = "osint_user";
const RUNS: usize = 9;
/// `db-diff`'s exit code where it found some.
const DIFFERENCES: i32 = 2;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let xtask = build(&root);
    let bench = Bench { project: copy_project(&root), xtask };
    if !bench.try_xtask(&["db-rebuild", "--yes"]) {
        println!("left out: all of it (no PostgreSQL server programs)");
        return;
    }
    println!(
        "{:<36} {:>9} {:>9} {:>7} {:>8} {:>7}",
        "median of whole processes", "ours", "baseline", "ratio", "at most", "memory"
    );
    bench.nothing_to_do("the platform, nothing to do", ("osint_platform", None), Some(0.5));
    let sizes = [(1_000, None), (5_000, Some(0.25)), (10_000, None)];
    let times = sizes.map(|(tables, at_most)| {
        let name = bench.generate(tables);
        let what = format!("{tables} tables, nothing to do");
        bench.nothing_to_do(&what, (&name, Some(&format!("{name}.sql"))), at_most)
    });
    growth("10000 tables after 5000: time as of", times[1], times[2]);
    bench.change("1 % of 1000 tables, planned, proved", "generated_1000", 1_000);
}

struct Bench {
    project: tempfile::TempDir,
    xtask: PathBuf,
}

impl Bench {
    /// A database of generated tables, and the file that declares them.
    fn generate(&self, tables: usize) -> String {
        let name = format!("generated_{tables}");
        let file = format!("{name}.sql");
        self.write(&file, &generated(tables, 0));
        self.psql("postgres", &["-c", &format!("CREATE DATABASE {name}")]);
        self.psql(&name, &["-1", "-f", &file]);
        name
    }

    /// Prints two rows, and gives the medians of the first.
    fn nothing_to_do(
        &self,
        what: &str,
        (database, file): (&str, Option<&str>),
        at_most: Option<f64>,
    ) -> (Duration, Duration) {
        let url = self.url(database);
        let mut words = vec!["db-diff", "--db-url", &url];
        words.extend(file.iter().flat_map(|file| ["--init", file]));
        // The first run compares; the others find that nothing changed.
        self.xtask(&words);
        let times = in_turn(RUNS, || self.xtask(&words), || self.dump(database));
        row(what, times, at_most, Some(self.peak(&words)));
        let reading = || {
            self.forget("read-");
            self.xtask(&words);
        };
        let read = in_turn(RUNS / 2, reading, || self.dump(database));
        self.forget("read-");
        row("  the same, read in full", read, None, Some(self.peak(&words)));
        times
    }

    /// Removes what earlier runs found out.
    fn forget(&self, prefix: &str) {
        let known = std::fs::read_dir(self.path(".xtask/schema")).expect("there were runs");
        for file in known.flatten() {
            if file.file_name().to_string_lossy().starts_with(prefix) {
                std::fs::remove_file(file.path()).expect("is ours");
            }
        }
    }

    /// Each run has another edit, so that nothing of it is known.
    fn change(&self, what: &str, database: &str, tables: usize) {
        let url = self.url(database);
        let file = format!("{database}.sql");
        let mut edit = 0;
        let ours = || {
            edit += 1;
            self.write(&file, &generated(tables, edit));
            let words = ["db-diff", "--db-url", &url, "--init", &file];
            let status = self.command(&words).output().expect("starting xtask").status;
            assert_eq!(status.code(), Some(DIFFERENCES), "an edited file differs");
        };
        let mut copies = 0;
        let baseline = || {
            copies += 1;
            let name = format!("{database}_{copies}");
            let dumped = self.dump(database);
            let path = self.path("dumped.sql");
            std::fs::write(&path, dumped).expect("writing the dump");
            self.psql("postgres", &["-c", &format!("CREATE DATABASE {name}")]);
            self.psql(&name, &["-1", "-f", "dumped.sql"]);
        };
        row(what, in_turn(5, ours, baseline), Some(3.0), None);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.project.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("writing a schema");
    }

    fn dump(&self, database: &str) -> Vec<u8> {
        let mut pg_dump = Command::new("pg_dump");
        pg_dump.args(["--schema-only", "--dbname", database]);
        let output = self.client(&mut pg_dump).output().expect("starting pg_dump");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn psql(&self, database: &str, words: &[&str]) {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]).args(words);
        run_named(database, self.client(&mut psql));
    }

    fn client<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let (port, password) = self.local();
        command
            .current_dir(self.project.path())
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port)
            .env("PGUSER", USER)
            .env("PGPASSWORD", password)
            .env("PGOPTIONS", "-c client_min_messages=error")
    }

    fn url(&self, database: &str) -> String {
        let (port, password) = self.local();
        format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{database}")
    }

    fn local(&self) -> (String, String) {
        let base = self.path("local");
        let home =
            std::fs::read_dir(base).expect("the cluster").flatten().next().expect("a home").path();
        let read = |name: &str| {
            std::fs::read_to_string(home.join(name)).expect("readable").trim().to_owned()
        };
        (read("port"), read("password"))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.xtask);
        command.args(words).current_dir(self.project.path()).stdin(Stdio::null());
        command.env("XTASK_LOCAL_DIR", self.path("local"));
        command.env("XTASK_TARGET", "local").env("XTASK_SERVICES", "db");
        command
    }

    fn xtask(&self, words: &[&str]) {
        let output = self.command(words).output().expect("starting xtask");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
    }

    fn try_xtask(&self, words: &[&str]) -> bool {
        self.command(words).output().expect("starting xtask").status.success()
    }

    /// The most memory the process itself held, in kB.
    fn peak(&self, words: &[&str]) -> u64 {
        let mut command = self.command(words);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starting xtask");
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait().expect("is ours").is_none() {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0));
            std::thread::sleep(Duration::from_millis(1));
        }
        peak
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.try_xtask(&["down"]);
    }
}

/// Tables as they are in an application: keys, references, checks, indexes,
/// comments; some views, functions and triggers. With an edit, every
/// hundredth has another column and index.
fn generated(tables: usize, edit: usize) -> String {
    let mut text = String::new();
    for n in 0..tables {
        let is_edited = edit > 0 && n % 100 == 7;
        let more = if is_edited { format!(",\n    edit_{edit} integer") } else { String::new() };
        let _ = write!(
            text,
            include_str!("schema/table.sql"),
            n = n,
            more = more,
            other = n.saturating_sub(1)
        );
        if is_edited {
            let _ = writeln!(text, "CREATE INDEX t{n}_edit_{edit} ON t{n} (edit_{edit});");
        }
        if n % 10 == 0 {
            let _ = writeln!(
                text,
                "CREATE VIEW v{n} AS SELECT id, name, amount FROM t{n} WHERE amount > 0;"
            );
        }
        if n % 20 == 0 {
            let _ = write!(text, include_str!("schema/trigger.sql"), n = n);
        }
    }
    text
}

/// Runs both in turn and gives the medians.
fn in_turn<A, B>(
    runs: usize,
    mut ours: impl FnMut() -> A,
    mut baseline: impl FnMut() -> B,
) -> (Duration, Duration) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let started = Instant::now();
        ours();
        a.push(started.elapsed());
        let started = Instant::now();
        baseline();
        b.push(started.elapsed());
    }
    (median(a), median(b))
}

fn row(
    name: &str,
    (ours, baseline): (Duration, Duration),
    at_most: Option<f64>,
    kilobytes: Option<u64>,
) {
    let ratio = ours.as_secs_f64() / baseline.as_secs_f64();
    let at_most = at_most.map_or_else(String::new, |it| format!("{it:.2}"));
    let memory = kilobytes.map_or_else(String::new, |it| format!("{} MB", it / 1024));
    println!(
        "{name:<36} {:>7.3} s {:>7.3} s {ratio:>7.2} {at_most:>8} {memory:>7}",
        ours.as_secs_f64(),
        baseline.as_secs_f64()
    );
}

/// Twice as many tables: 2 where it takes twice as long.
fn growth(name: &str, half: (Duration, Duration), whole: (Duration, Duration)) {
    let times = |half: Duration, whole: Duration| whole.as_secs_f64() / half.as_secs_f64();
    let (ours, baseline) = (times(half.0, whole.0), times(half.1, whole.1));
    println!("{name:<36} {ours:>7.2} x {baseline:>7.2} x");
}

/// A checkout of its own.
fn copy_project(root: &Path) -> tempfile::TempDir {
    let project = tempfile::Builder::new().prefix("xtask-schema").tempdir().expect("a folder");
    let path = project.path();
    // The server's account must be able to walk through.
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
    std::fs::create_dir_all(path.join("infrastructure/postgres")).expect("a folder");
    for file in [
        "Cargo.toml",
        "infrastructure/postgres/init.sql",
        "infrastructure/postgres/postgresql.conf",
    ] {
        std::fs::copy(root.join(file), path.join(file)).expect("a copy");
    }
    let conf = path.join("infrastructure/postgres/postgresql.conf");
    let text = std::fs::read_to_string(&conf).expect("was copied");
    // One transaction that makes thousands of tables locks all of them.
    std::fs::write(&conf, text + "\nmax_locks_per_transaction = 4096\n").expect("is ours");
    project
}
