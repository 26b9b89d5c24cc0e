//! Speed as ratios in one run: ours and the baseline in turn, A B A B.
//!
//! `cargo bench --package xtask` prints a table. It measures the binary that
//! `cargo xtask` runs (profile `xtask`), as a whole process, against
//!
//! - the guide's shell procedure on the same compose stack,
//! - bare `CREATE DATABASE` and `psql -1 -f init.sql` on the same server.
//!
//! It needs a Docker engine with the image and PostgreSQL server programs,
//! and says what it left out where one is missing.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark is its own program"
)]

mod measure;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use measure::{build, median, run_named};

const PROJECT: &str = "xtask-bench";
const PORT: u16 = 15_432;
const DATABASE: &str = "osint_platform";
const USER: &str = "osint_user";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let xtask = build(&root);
    let bench = Bench { project: copy_project(&root), xtask };
    println!("{:<44} {:>9} {:>9} {:>7}", "median of whole processes", "ours", "baseline", "ratio");
    bench.help();
    bench.swap();
    bench.compose();
}

struct Bench {
    project: tempfile::TempDir,
    xtask: PathBuf,
}

impl Bench {
    /// The binary's own start, beside the smallest program there is.
    fn help(&self) {
        let (ours, baseline) =
            in_turn(21, || self.xtask(&["--help"]), || run(&mut Command::new("true")));
        row("--help against `true`", ours, baseline);
    }

    fn swap(&self) {
        if !self.try_xtask(&["db-rebuild", "--target", "local", "--yes"]) {
            println!("left out: --swap (no PostgreSQL server programs)");
            return;
        }
        let init = self.project.path().join("infrastructure/postgres/init.sql");
        let mut count = 0;
        let mut bare = || {
            count += 1;
            let name = format!("bare_{count}");
            self.psql(&name, &["-d", "postgres", "-c", &format!("CREATE DATABASE {name}")]);
            self.psql(&name, &["-d", &name, "-q", "-1", "-f", &init.display().to_string()]);
        };
        let swap = ["db-rebuild", "--target", "local", "--swap", "--yes"];
        let (ours, baseline) = in_turn(7, || self.xtask(&swap), &mut bare);
        row("--swap, init.sql unchanged", ours, baseline);
        // A changed file has no cached shadow.
        let text = std::fs::read_to_string(&init).expect("init.sql");
        let mut edits = 0;
        let edited = || {
            edits += 1;
            std::fs::write(&init, format!("{text}-- edit {edits}\n")).expect("writing init.sql");
            self.xtask(&swap);
        };
        let (ours, baseline) = in_turn(7, edited, &mut bare);
        row("--swap, init.sql edited", ours, baseline);
        std::fs::write(&init, text).expect("writing init.sql");
    }

    fn compose(&self) {
        if !self.try_xtask(&["db-rebuild", "--target", "compose", "--yes"]) {
            println!("left out: compose (no Docker engine or no image)");
            return;
        }
        let rebuild = ["db-rebuild", "--target", "compose", "--yes"];
        let (ours, baseline) = in_turn(3, || self.xtask(&rebuild), || self.guide());
        row("db-rebuild on compose against the guide", ours, baseline);
    }

    /// The shell procedure of the guide, word by word.
    fn guide(&self) {
        let volume = format!("{PROJECT}_postgres_data");
        self.shell("docker-compose down");
        self.shell(&format!("docker volume rm {volume}"));
        self.shell("docker-compose up -d postgres");
        self.shell("sleep 10");
        self.shell(&format!(
            "docker-compose exec -T postgres psql -U {USER} -d {DATABASE} -c '\\d messages'"
        ));
    }

    fn shell(&self, script: &str) {
        run(Command::new("sh").args(["-c", script]).current_dir(self.project.path()));
    }

    /// The guide's own psql, with the local cluster's address.
    fn psql(&self, what: &str, arguments: &[&str]) {
        let (port, password) = self.local();
        let mut psql = Command::new("psql");
        psql.args(["-X", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", USER, "-p", &port]);
        psql.args(arguments)
            .env("PGPASSWORD", password)
            .env("PGOPTIONS", "-c client_min_messages=error");
        run_named(what, &mut psql);
    }

    fn local(&self) -> (String, String) {
        let base = self.project.path().join("local");
        let home =
            std::fs::read_dir(base).expect("the cluster").flatten().next().expect("a home").path();
        let read = |name: &str| {
            std::fs::read_to_string(home.join(name)).expect("readable").trim().to_owned()
        };
        (read("port"), read("password"))
    }

    fn xtask(&self, arguments: &[&str]) {
        assert!(self.try_xtask(arguments), "{arguments:?} failed");
    }

    fn try_xtask(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new(&self.xtask);
        command.args(arguments).current_dir(self.project.path()).stdin(Stdio::null());
        command.env("XTASK_LOCAL_DIR", self.project.path().join("local"));
        // What is compared with is about the database alone.
        command.env("XTASK_SERVICES", "db");
        let output = command.output().expect("starting xtask");
        output.status.success()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.try_xtask(&["down", "--target", "local"]);
        let _ =
            Command::new("docker").args(["rm", "-f", &format!("{PROJECT}_postgres_1")]).output();
        let _ =
            Command::new("docker").args(["rm", "-f", &format!("{PROJECT}-postgres-1")]).output();
        let _ = Command::new("docker")
            .args(["volume", "rm", &format!("{PROJECT}_postgres_data")])
            .output();
        let _ =
            Command::new("docker").args(["network", "rm", &format!("{PROJECT}_default")]).output();
    }
}

/// Runs both in turn and gives the medians.
fn in_turn(
    runs: usize,
    mut ours: impl FnMut(),
    mut baseline: impl FnMut(),
) -> (Duration, Duration) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        a.push(timed(&mut ours));
        b.push(timed(&mut baseline));
    }
    (median(a), median(b))
}

fn timed(work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn row(name: &str, ours: Duration, baseline: Duration) {
    let ratio = ours.as_secs_f64() / baseline.as_secs_f64();
    println!(
        "{name:<44} {:>7.3} s {:>7.3} s {ratio:>7.2}",
        ours.as_secs_f64(),
        baseline.as_secs_f64()
    );
}

fn run(command: &mut Command) {
    run_named("", command);
}

/// A checkout of its own: another project name, another port.
fn copy_project(root: &Path) -> tempfile::TempDir {
    let project = tempfile::Builder::new().prefix(PROJECT).tempdir().expect("a folder");
    let path = project.path();
    // The server's account must be able to walk through.
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
    std::fs::create_dir_all(path.join("infrastructure/postgres")).expect("a folder");
    for file in [
        "Cargo.toml",
        "docker-compose.yml",
        "infrastructure/postgres/init.sql",
        "infrastructure/postgres/postgresql.conf",
    ] {
        std::fs::copy(root.join(file), path.join(file)).expect("a copy");
    }
    let settings =
        format!("COMPOSE_PROJECT_NAME={PROJECT}\nPOSTGRES_PASSWORD=bench\nPOSTGRES_PORT={PORT}\n");
    std::fs::write(path.join(".env"), settings).expect("writing .env");
    project
}
