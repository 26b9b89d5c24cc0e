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
#[path = "measure/scratch.rs"]
mod scratch;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use measure::median;
use scratch::Scratch;

const QUEUED: u32 = 20_000;
const ROUNDS: usize = 3;
const REQUESTS: usize = 400;

fn main() {
    let bench = Bench { scratch: Scratch::new() };
    assert!(bench.scratch.xtask(&["db-rebuild", "--yes"]), "the platform does not start");
    bench.processor();
    bench.api();
}

struct Bench {
    scratch: Scratch,
}

impl Bench {
    fn processor(&self) {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let first = 1 + u32::try_from(round).expect("small") * QUEUED;
            self.scratch.sql(&format!(
                "TRUNCATE ingest_queue; {}",
                include_str!("platform/queue.sql")
                    .replace(":first", &first.to_string())
                    .replace(":last", &(first + QUEUED - 1).to_string())
            ));
            let started = Instant::now();
            while self.scratch.sql("SELECT count(*) FROM ingest_queue WHERE status = 'pending'")
                != "0"
            {
                std::thread::sleep(Duration::from_millis(50));
            }
            ours.push(started.elapsed());
            let seconds = self.scratch.python(&["platform/floor.py", &QUEUED.to_string()]);
            floor.push(Duration::from_secs_f64(seconds.trim().parse().expect("seconds")));
        }
        let rate = |all| f64::from(QUEUED) / median(all).as_secs_f64();
        let (ours, floor) = (rate(ours), rate(floor));
        println!("{:<44} {:>9} {:>9} {:>7}", "messages per second", "processor", "loop", "ratio");
        println!("{:<44} {ours:>9.0} {floor:>9.0} {:>7.2}", "queue to archive", ours / floor);
    }

    fn api(&self) {
        let messages = std::env::var("MESSAGES").unwrap_or_else(|_| "1000000".to_owned());
        self.scratch.sql("TRUNCATE channels CASCADE; TRUNCATE ingest_queue");
        let seeded = Instant::now();
        self.scratch.python(&["scripts/seed_demo.py", "--messages", &messages, "--yes"]);
        let took = seeded.elapsed().as_secs_f64();
        println!(
            "\n{messages} messages of demo data in {took:.0} s, {}",
            self.scratch.sql("SELECT pg_size_pretty(pg_database_size(current_database()))")
        );
        // The enrichment works on what is new; it is not what is measured.
        assert!(self.scratch.xtask(&["down", "--services-only"]), "down");
        assert!(self.scratch.xtask(&["up"]), "up");
        let statement = self.scratch.python(&["platform/listing.py"]);
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
        let mut psql = self.scratch.command(&["psql", "--", "-XAtq"]);
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
        let state =
            std::fs::read_to_string(self.scratch.project.path().join(".xtask/services/state.json"));
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
