//! The promise under load: while messages pour in, PostgreSQL is restarted
//! twice and each service is killed once. Every message ends exactly once in
//! the archive or in quarantine, and no request to the api fails for longer
//! than what was done to it.

use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::platform::{Platform, get};
use crate::server::program;
use crate::steady::Raised;
use crate::tool::say;
use crate::tool::{Tool, wait_at_most, wait_until};

const MESSAGES: u32 = 20_000;
const CHUNK: u32 = 200;
const LISTING: &str = "/api/messages?limit=5";
/// Reconnecting, and one request that was already waiting.
const MARGIN: Duration = Duration::from_secs(2);
const ALL_THROUGH: Duration = Duration::from_secs(240);

/// One chunk of believable messages, some of them spam, some off topic.
fn chunk(first: u32) -> String {
    let last = first + CHUNK - 1;
    include_str!("chunk.sql")
        .replace(":first", &first.to_string())
        .replace(":last", &last.to_string())
}

/// Pushes until the server took it; a retry may double what was committed
/// unseen, as a listener's would.
fn produce(platform: &Platform, url: &str) {
    for first in (1..=MESSAGES).step_by(CHUNK as usize) {
        wait_until("the server takes a chunk", || {
            let psql = Tool::new(program("psql"), &platform.project.root);
            let ended = psql.args(["-Xq", "-v", "ON_ERROR_STOP=1", url, "-c", &chunk(first)]).run();
            (ended.code == 0).then_some(())
        });
    }
}

/// How long requests failed in a row, and when that began.
#[derive(Debug)]
struct Outage {
    began: Instant,
    lasted: Duration,
}

fn poll(port: u16, stop: &AtomicBool) -> (u64, Vec<Outage>) {
    let (mut good, mut outages, mut failing) = (0, Vec::new(), None);
    while !stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        let is_good = get(port, LISTING).is_some_and(|reply| reply.status == 200);
        match (is_good, failing) {
            (true, None) => good += 1,
            (true, Some(began)) => {
                outages.push(Outage { began, lasted: began.elapsed() });
                failing = None;
                good += 1;
            }
            (false, None) => failing = Some(asked),
            (false, Some(_)) => {}
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(failing.is_none(), "the api does not answer at the end");
    (good, outages)
}

/// What was done, from when until it worked again.
struct Blow {
    what: &'static str,
    from: Instant,
    to: Instant,
}

fn blow(what: &'static str, strike: impl FnOnce()) -> Blow {
    let from = Instant::now();
    strike();
    Blow { what, from, to: Instant::now() }
}

fn restart_server(platform: &Platform, mode: &str) {
    let data = platform.project.home().join("data");
    let mut words = vec!["restart".to_owned(), "--wait".to_owned(), format!("--mode={mode}")];
    words.push(format!("--pgdata={}", data.display()));
    words.push(format!("--log={}", platform.project.home().join("log").display()));
    let owner = data.metadata().expect("is there");
    let pg_ctl = Tool::new(program("pg_ctl"), platform.project.temp());
    pg_ctl.by(owner.uid(), owner.gid()).args(words).run().exits(0);
}

fn kill_service(platform: &Platform, name: &str) {
    let pid = platform.pid(name).expect("runs");
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("runs");
    wait_until("another process has its place", || platform.pid(name).filter(|now| *now != pid));
    wait_until("it is healthy", || platform.is_healthy().then_some(()));
}

#[test]
fn every_message_ends_exactly_once_while_everything_falls_once() {
    let Some(platform) = Platform::running() else { return };
    let (platform, port, stop) = (&platform, platform.port("api"), AtomicBool::new(false));
    let url = platform.project.url();
    let (blows, (good, outages)) = std::thread::scope(|scope| {
        let polling = scope.spawn(|| poll(port, &stop));
        let producing = scope.spawn(|| produce(platform, &url));
        let done = Raised(&stop);
        let pause = || std::thread::sleep(Duration::from_secs(1));
        pause();
        let mut blows = vec![blow("fast restart", || restart_server(platform, "fast"))];
        for name in ["processor", "enrichment", "api"] {
            pause();
            blows.push(blow(name, || kill_service(platform, name)));
        }
        pause();
        blows.push(blow("immediate restart", || restart_server(platform, "immediate")));
        producing.join().expect("all was pushed");
        wait_at_most(ALL_THROUGH, "the queue is empty", || {
            let open =
                "SELECT count(*) FROM ingest_queue WHERE status IN ('pending', 'processing')";
            (platform.project.sql(open) == "0").then_some(())
        });
        drop(done);
        (blows, polling.join().expect("polled"))
    });

    let ended = platform.project.sql(
        "SELECT count(*), count(DISTINCT (channel_id, number)) FROM ( \
           SELECT channel_id, message_id AS number FROM messages \
           UNION ALL SELECT channel_id, telegram_message_id FROM message_quarantine) AS ended",
    );
    assert_eq!(ended, format!("{MESSAGES}|{MESSAGES}"));
    assert_eq!(
        platform.project.sql("SELECT count(*) FROM ingest_queue WHERE status = 'dead'"),
        "0"
    );

    assert!(good > 100, "only {good} requests were answered");
    for outage in &outages {
        // Two blows may be close together: the longer one explains more.
        let near = blows
            .iter()
            .filter(|it| it.from <= outage.began + MARGIN && outage.began <= it.to + MARGIN);
        let cause = near.max_by_key(|it| it.to.duration_since(it.from));
        let cause = cause.unwrap_or_else(|| panic!("the api failed without a cause: {outage:?}"));
        let allowed = cause.to.duration_since(cause.from) + MARGIN;
        let what = cause.what;
        assert!(outage.lasted <= allowed, "{what}: {outage:?}, allowed {allowed:?}");
    }
    let longest = outages.iter().map(|it| it.lasted).max().unwrap_or_default();
    let count = outages.len();
    say(&format!("{good} requests answered, {count} outages, the longest {longest:?}"));
}
