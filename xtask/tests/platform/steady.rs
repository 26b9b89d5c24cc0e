//! Steady load on the archive while its schema changes: readers of the api,
//! messages through the queue and the processor, and clients of the database
//! that read, update and insert.
//!
//! The numbers are of this machine, and told. What must hold anywhere is that
//! no request fails and no row is lost.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pg_live::{Address, Session};

use crate::platform::{Platform, get};
use crate::tool::{say, wait_at_most};

const CHANNELS: &str = include_str!("online_channels.sql");
const MESSAGES: &str = include_str!("online.sql");
const PUSH: &str = include_str!("online_push.sql");
const WAITING: &str = include_str!("online_waiting.sql");

const PATHS: [&str; 3] =
    ["/api/messages?limit=5", "/api/channels/7/messages?limit=50", "/api/channels?limit=20"];
/// Alone first: what a statement takes on this machine anyway.
const ALONE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(10);
/// Messages that are pushed at once.
const CHUNK: u64 = 20;
const ALL_THROUGH: Duration = Duration::from_secs(240);
/// Numbers of messages that the clients and the queue make.
const INSERTED: u64 = 100_000_000;
const PUSHED: u64 = 200_000_000;

/// What is asked for: an index, a foreign key, a NOT NULL with a backfill, a
/// varchar widened to text.
const EDITS: [(&str, &str); 4] = [
    ("    trace_id                varchar(64),", "    trace_id                text,"),
    (
        "    metadata_hash           varchar(64),",
        "    -- @backfill md5(id::text)\n    metadata_hash           varchar(64) NOT NULL,",
    ),
    (
        "    CONSTRAINT uq_messages_channel_message",
        "    CONSTRAINT fk_messages_linked_chat_id FOREIGN KEY (linked_chat_id) REFERENCES channels (telegram_id),\n    CONSTRAINT uq_messages_channel_message",
    ),
    (
        "CREATE INDEX IF NOT EXISTS idx_messages_channel_date",
        "CREATE INDEX IF NOT EXISTS idx_messages_views ON messages (views, id);\nCREATE INDEX IF NOT EXISTS idx_messages_channel_date",
    ),
];

/// One request: when it began, how long it took, whether it was answered.
#[derive(Clone, Copy)]
struct Request {
    at: Instant,
    took: Duration,
    is_good: bool,
}

/// A client was seen to wait for a lock.
struct Wait {
    at: Instant,
    millis: f64,
    /// Statements of those who are in its way.
    behind: String,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    pub requests: usize,
    pub failed: usize,
    pub lost: i64,
    /// Milliseconds that a client waited for a lock, at most: while the plan
    /// ran, and while nobody changed anything.
    pub blocked: f64,
    /// Milliseconds that the slowest statement of a client took.
    pub slowest: f64,
}

/// The first failures, each in a line.
fn told(failure: &str) {
    static TOLD: AtomicU64 = AtomicU64::new(0);
    if TOLD.fetch_add(1, Ordering::Relaxed) < 5 {
        say(&format!("  failed: {failure}"));
    }
}

fn timed(is_over: &AtomicBool, mut ask: impl FnMut(u64) -> bool) -> Vec<Request> {
    let (mut all, mut number) = (Vec::new(), 0);
    while !is_over.load(Ordering::Relaxed) {
        let at = Instant::now();
        let is_good = ask(number);
        all.push(Request { at, took: at.elapsed(), is_good });
        number += 1;
        std::thread::sleep(PAUSE);
    }
    all
}

/// A client with a connection of its own.
fn client(
    url: &str,
    work: impl FnOnce(&tokio::runtime::Runtime, Session) -> Vec<Request>,
) -> Vec<Request> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let address = Address::parse(url).expect("a URL");
    // Its name must not be taken for one of the tool's own sessions.
    let session = runtime.block_on(async {
        let session = Session::connect(&address, "client").await?;
        session.execute("SET application_name = 'client'; SET search_path = public").await?;
        Ok::<_, pg_live::Error>(session)
    });
    work(&runtime, session.expect("the server answers"))
}

fn database(url: &str, is_over: &AtomicBool, of: u64, inserted: &AtomicU64) -> Vec<Request> {
    client(url, |runtime, session| {
        timed(is_over, |number| {
            let id = (of * 7919 + number * 104_729) % 90_000 + 1;
            let sql = match number % 3 {
                0 => format!("SELECT content FROM messages WHERE id = {id}"),
                1 => format!("UPDATE messages SET views = views + 1 WHERE id = {id}"),
                _ => {
                    let next = INSERTED + inserted.fetch_add(1, Ordering::Relaxed);
                    format!(
                        "INSERT INTO messages (message_id, channel_id, telegram_date, metadata_hash) \
                         VALUES ({next}, 3, now(), 'new')"
                    )
                }
            };
            match runtime.block_on(session.execute(&sql)) {
                Ok(()) => true,
                Err(error) => {
                    told(&format!("{sql}: {error:?}"));
                    false
                }
            }
        })
    })
}

fn push(url: &str, is_over: &AtomicBool, pushed: &AtomicU64) -> Vec<Request> {
    client(url, |runtime, session| {
        timed(is_over, |_| {
            let first = PUSHED + pushed.fetch_add(CHUNK, Ordering::Relaxed);
            let last = first + CHUNK - 1;
            let sql = PUSH.replace(":first", &first.to_string());
            let sql = sql.replace(":last", &last.to_string());
            let is_good = runtime
                .block_on(session.execute(&sql))
                .inspect_err(|error| told(&format!("{error:?}")))
                .is_ok();
            std::thread::sleep(PAUSE * 20);
            is_good
        })
    })
}

/// Longest waits for locks, whoever of the clients waits: services too.
fn watch(url: &str, is_over: &AtomicBool) -> Vec<Wait> {
    let mut waits = Vec::new();
    client(url, |runtime, session| {
        let session = &session;
        runtime.block_on(session.execute("SET application_name = 'xtask/watch'")).expect("a name");
        while !is_over.load(Ordering::Relaxed) {
            let rows = runtime.block_on(session.query(WAITING, &[])).expect("an answer");
            waits.extend(rows.first().map(|row| Wait {
                at: Instant::now(),
                millis: row.get(0),
                behind: row.get(1),
            }));
            std::thread::sleep(PAUSE);
        }
        Vec::new()
    });
    waits
}

/// Raises a flag when it goes, also by a panic: who waits for it must end.
pub struct Raised<'a>(pub &'a AtomicBool);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Fills the archive and says how many messages it holds.
fn fill(platform: &Platform, messages: u64) {
    platform.project.sql(CHANNELS);
    let sql = MESSAGES.replace(":first", "1").replace(":last", &messages.to_string());
    let started = Instant::now();
    platform.project.sql(&sql);
    platform.project.sql("ANALYZE messages");
    let seconds = started.elapsed().as_secs();
    say(&format!("{messages} messages are there after {seconds} s"));
}

fn count(platform: &Platform) -> i64 {
    let ended = "SELECT (SELECT count(DISTINCT (channel_id, message_id)) FROM messages) + \
                 (SELECT count(DISTINCT (channel_id, telegram_message_id)) FROM message_quarantine)";
    platform.project.sql(ended).parse().expect("a number")
}

/// What the rows say that were there before.
fn told_by_rows(platform: &Platform, messages: u64) -> String {
    platform.project.sql(&format!(
        "SELECT count(*), sum(hashtext(concat_ws(',', message_id, channel_id, content, trace_id))::bigint) \
           FROM messages WHERE message_id <= {messages}"
    ))
}

/// Changes the schema under load and tells what came of it.
pub fn change_under_load(platform: &Platform, messages: u64) -> Report {
    fill(platform, messages);
    for (from, to) in EDITS {
        platform.project.edit_init(from, to);
    }
    let (port, url) = (platform.port("api"), platform.project.url());
    let (before, said) = (count(platform), told_by_rows(platform, messages));
    let (is_over, inserted, pushed) =
        (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let (is_over, inserted, pushed, url) = (&is_over, &inserted, &pushed, &url);
    let (http, direct, waits, from, to, ended) = std::thread::scope(|scope| {
        let http: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    timed(is_over, |number| {
                        let path = PATHS[number as usize % PATHS.len()];
                        let reply = get(port, path);
                        let is_good = reply.as_ref().is_some_and(|it| it.status == 200);
                        if !is_good {
                            told(&format!("{path}: {reply:?}"));
                        }
                        is_good
                    })
                })
            })
            .collect();
        let mut direct: Vec<_> =
            (0..2).map(|of| scope.spawn(move || database(url, is_over, of, inserted))).collect();
        direct.push(scope.spawn(move || push(url, is_over, pushed)));
        let watching = scope.spawn(move || watch(url, is_over));
        let over = Raised(is_over);
        std::thread::sleep(ALONE);
        let from = Instant::now();
        let ended = platform.tool(["db-migrate", "--yes", "-v"]).run();
        let to = Instant::now();
        drop(over);
        let all = |threads: Vec<std::thread::ScopedJoinHandle<'_, Vec<Request>>>| {
            threads.into_iter().flat_map(|it| it.join().expect("no panic")).collect::<Vec<_>>()
        };
        (all(http), all(direct), watching.join().expect("no panic"), from, to, ended)
    });
    let steps = ended.exits(0);
    for line in steps.stderr.lines().filter(|line| line.starts_with("  ok   step")) {
        say(line);
    }
    say(steps.stdout.trim_end());
    wait_at_most(ALL_THROUGH, "the queue is empty", || {
        let open = "SELECT count(*) FROM ingest_queue WHERE status IN ('pending', 'processing')";
        (platform.project.sql(open) == "0").then_some(())
    });
    let made = (inserted.load(Ordering::Relaxed) + pushed.load(Ordering::Relaxed)) as i64;
    let lost = before + made - count(platform);
    assert_eq!(told_by_rows(platform, messages), said, "the rows say something else");

    let longest = |all: &[Request], during: bool| {
        let is_in = |it: &&Request| (it.at + it.took >= from && it.at <= to) == during;
        let longest = all.iter().filter(is_in).map(|it| it.took).max().unwrap_or_default();
        longest.as_secs_f64() * 1000.0
    };
    let blocked = |during: bool| {
        let is_in = |it: &&Wait| (it.at >= from && it.at <= to) == during;
        let longest = waits.iter().filter(is_in).max_by(|a, b| a.millis.total_cmp(&b.millis));
        longest.map_or((0.0, ""), |it| (it.millis, it.behind.as_str()))
    };
    let failed = http.iter().chain(&direct).filter(|it| !it.is_good).count();
    let requests = http.len() + direct.len();
    let seconds = to.duration_since(from).as_secs_f64();
    say(&format!(
        "{requests} requests ({} to the api), {failed} failed; {made} messages came meanwhile, {lost} lost; {seconds:.1} s",
        http.len()
    ));
    say(&format!("{:<44} {:>9} {:>9}", "longest, ms", "alone", "migrating"));
    for (name, alone, migrating) in [
        ("request to the api", longest(&http, false), longest(&http, true)),
        ("statement of a client", longest(&direct, false), longest(&direct, true)),
        ("wait for a lock, of any client", blocked(false).0, blocked(true).0),
    ] {
        say(&format!("{name:<44} {alone:>9.0} {migrating:>9.0}"));
    }
    let ((blocked, behind), slowest) = (blocked(true), longest(&direct, true));
    say(&format!(
        "the longest wait was behind: {}",
        behind.split_whitespace().collect::<Vec<_>>().join(" ")
    ));
    Report { requests, failed, lost, blocked, slowest }
}
