//! Speed of the platform on its database, as ratios in one run.
//!
//! `cargo bench --package xtask --bench platform` prints
//!
//! - messages through the processor, against a bare loop of `INSERT ... ON
//!   CONFLICT DO NOTHING` by the same driver into the same server,
//! - `/api/messages?limit=50` over a million messages, against the very
//!   statement the api sends, in psql.
//!
//! `MESSAGES=100000` makes the archive smaller. It needs PostgreSQL server
//! programs and, the first time, the package index.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark is its own program"
)]

mod measure;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use measure::{build, median, run_named};

const QUEUED: u32 = 20_000;
const ROUNDS: usize = 3;
const REQUESTS: usize = 400;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned();
    let xtask = build(&root);
    let bench = Bench { project: copy_project(&root), xtask };
    assert!(bench.xtask(&["db-rebuild", "--yes"]), "the platform does not start");
    bench.processor();
    bench.api();
}

struct Bench {
    project: tempfile::TempDir,
    xtask: PathBuf,
}

impl Bench {
    fn processor(&self) {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let first = 1 + u32::try_from(round).expect("small") * QUEUED;
            self.sql(&format!(
                "TRUNCATE ingest_queue; {}",
                include_str!("platform/queue.sql")
                    .replace(":first", &first.to_string())
                    .replace(":last", &(first + QUEUED - 1).to_string())
            ));
            let started = Instant::now();
            while self.sql("SELECT count(*) FROM ingest_queue WHERE status = 'pending'") != "0" {
                std::thread::sleep(Duration::from_millis(50));
            }
            ours.push(started.elapsed());
            let seconds = self.python(&["platform/floor.py", &QUEUED.to_string()]);
            floor.push(Duration::from_secs_f64(seconds.trim().parse().expect("seconds")));
        }
        let rate = |all| f64::from(QUEUED) / median(all).as_secs_f64();
        let (ours, floor) = (rate(ours), rate(floor));
        println!("{:<44} {:>9} {:>9} {:>7}", "messages per second", "processor", "loop", "ratio");
        println!("{:<44} {ours:>9.0} {floor:>9.0} {:>7.2}", "queue to archive", ours / floor);
    }

    fn api(&self) {
        let messages = std::env::var("MESSAGES").unwrap_or_else(|_| "1000000".to_owned());
        self.sql("TRUNCATE channels CASCADE; TRUNCATE ingest_queue");
        let seeded = Instant::now();
        self.python(&["scripts/seed_demo.py", "--messages", &messages, "--yes"]);
        let took = seeded.elapsed().as_secs_f64();
        println!(
            "\n{messages} messages of demo data in {took:.0} s, {}",
            self.sql("SELECT pg_size_pretty(pg_database_size(current_database()))")
        );
        // The enrichment works on what is new; it is not what is measured.
        assert!(self.xtask(&["down", "--services-only"]), "down");
        assert!(self.xtask(&["up"]), "up");
        let statement = self.python(&["platform/listing.py"]);
        let mut in_psql = self.in_psql(&statement);
        let mut over_http = self.over_http();
        println!("{:<44} {:>9} {:>9} {:>7}", "ms", "api", "psql", "ratio");
        for (name, share) in [("p50", 50), ("p99", 99)] {
            let (ours, bare) = (percentile(&mut over_http, share), percentile(&mut in_psql, share));
            let name = format!("/api/messages?limit=50, {name}");
            println!("{name:<44} {ours:>9.2} {bare:>9.2} {:>7.2}", ours / bare);
        }
    }

    /// Milliseconds of each run of a statement, as psql times them.
    fn in_psql(&self, statement: &str) -> Vec<f64> {
        let script =
            format!("\\timing on\n\\o /dev/null\n{}", format!("{statement};\n").repeat(REQUESTS));
        let mut psql = self.command(&["psql", "--", "-XAtq"]);
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("psql");
        child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("psql reads");
        let mut text = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut text).expect("psql writes");
        child.wait().expect("psql ends");
        let times = text.lines().filter_map(|line| line.strip_prefix("Time: "));
        let times: Vec<f64> = times
            .filter_map(|rest| rest.split_whitespace().next()?.replace(',', ".").parse().ok())
            .collect();
        assert_eq!(times.len(), REQUESTS, "psql timed something else: {text:.300}");
        times
    }

    /// Milliseconds of each request over one connection.
    fn over_http(&self) -> Vec<f64> {
        let state = std::fs::read_to_string(self.project.path().join(".xtask/services/state.json"));
        let state: serde_json::Value =
            serde_json::from_str(&state.expect("services run")).expect("JSON");
        let port = state["services"]["api"]["port"].as_u64().expect("a port");
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("the api listens");
        stream.set_nodelay(true).expect("a socket");
        let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
        let request = b"GET /api/messages?limit=50 HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let mut times = Vec::new();
        for _ in 0..REQUESTS {
            let started = Instant::now();
            stream.write_all(request).expect("the api reads");
            read_answer(&mut reader);
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times
    }

    fn sql(&self, statement: &str) -> String {
        let output = self
            .command(&["psql", "--", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement])
            .output();
        let output = output.expect("psql");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A Python program of the project or of this folder; what it prints.
    fn python(&self, words: &[&str]) -> String {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let own = benches.join(words[0]);
        let script = if own.exists() { own } else { PathBuf::from(words[0]) };
        let script = script.display().to_string();
        let words: Vec<&str> =
            ["python", "--", &script].into_iter().chain(words[1..].iter().copied()).collect();
        let output = self.command(&words).output().expect("python");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn xtask(&self, words: &[&str]) -> bool {
        self.command(words).stdin(Stdio::null()).status().expect("xtask").success()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.xtask);
        command.args(words).args(["--target", "local", "--quiet"]);
        // What stands behind `--` is not for us.
        if let Some(at) = words.iter().position(|word| *word == "--") {
            command = Command::new(&self.xtask);
            command.args(&words[..at]).args(["--target", "local", "--quiet"]).args(&words[at..]);
        }
        command.current_dir(self.project.path());
        command.env("XTASK_LOCAL_DIR", self.project.path().join("local"));
        command
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.xtask(&["down"]);
    }
}

/// One answer with a `Content-Length`.
fn read_answer(reader: &mut BufReader<TcpStream>) {
    let mut length = 0;
    let mut line = String::new();
    let mut is_first = true;
    loop {
        line.clear();
        reader.read_line(&mut line).expect("a header");
        assert!(!is_first || line.contains(" 200 "), "{line}");
        is_first = false;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
}

fn percentile(times: &mut [f64], share: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[(times.len() * share / 100).min(times.len() - 1)]
}

/// A checkout of its own.
fn copy_project(root: &Path) -> tempfile::TempDir {
    let project = tempfile::Builder::new().prefix("xtask-bench").tempdir().expect("a folder");
    let path = project.path();
    // The server's account must be able to walk through.
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
    for name in ["infrastructure", "shared", "local"] {
        std::fs::create_dir_all(path.join(name)).expect("a folder");
    }
    for name in [
        "Cargo.toml",
        "docker-compose.yml",
        "pyproject.toml",
        "scripts",
        "services",
        "infrastructure/postgres",
        "shared/__init__.py",
        "shared/python",
    ] {
        let mut copy = Command::new("cp");
        run_named("copying", copy.arg("-R").arg(root.join(name)).arg(path.join(name)));
    }
    project
}
