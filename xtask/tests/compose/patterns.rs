//! The changes that the guide calls common, on the stack, while the api is
//! asked and the processor works: no request fails, nothing is restarted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::engine::docker;
use crate::services::{listing, tool};
use crate::stage::{Stage, free_port};
use crate::tool::{say, wait_until};

const CHUNK: u32 = 100;
const MESSAGES: &str = "CREATE TABLE IF NOT EXISTS messages (\n";
const COMMENT: &str = "COMMENT ON TABLE messages IS";
/// What waits in the queue before the next chunk is held back: more of them
/// would only take longer at the end.
const ENOUGH: usize = 2_000;
const OPEN: &str = "SELECT count(*) FROM ingest_queue WHERE status IN ('pending', 'processing')";

/// Edits init.sql, compares, changes, and compares again.
#[track_caller]
fn goes_through(stage: &Stage, (from, to): (&str, &str), allow: &str) {
    stage.edit_init(from, to);
    tool(stage, &["db-diff"]).run().exits(2);
    let mut words = vec!["db-migrate", "--yes"];
    if !allow.is_empty() {
        words.extend(["--allow", allow]);
    }
    tool(stage, &words).run().exits(0);
    tool(stage, &["db-diff"]).run().exits(0).answers(&["nothing to do"]);
}

/// Raises a flag when it goes, also by a panic: who waits for it must end.
struct Raised<'a>(&'a AtomicBool);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks until it is told to stop: how many requests were answered, and how
/// many were not.
fn ask(port: &str, stop: &AtomicBool) -> (u32, u32) {
    let (mut answered, mut failed) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        match listing(port) {
            Some(_) => answered += 1,
            None => failed += 1,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    (answered, failed)
}

/// Hands the processor one chunk after the other: how many messages.
fn push(stage: &Stage, stop: &AtomicBool) -> u32 {
    let mut next = 1;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(500));
        if stage.sql(OPEN).parse::<usize>().expect("a count") > ENOUGH {
            continue;
        }
        let chunk = include_str!("../platform/chunk.sql")
            .replace(":first", &next.to_string())
            .replace(":last", &(next + CHUNK - 1).to_string());
        stage.try_sql(&chunk).expect("the server takes a chunk");
        next += CHUNK;
    }
    next - 1
}

/// When each container of the stack was started.
fn started(stage: &Stage) -> Vec<String> {
    let project = format!("label=com.docker.compose.project={}", stage.project());
    let found = docker(&["ps", "-q", "--filter", &project]);
    let one = |id: &str| docker(&["inspect", "-f", "{{.Name}} {{.State.StartedAt}}", id]);
    let mut all: Vec<String> = found.lines().map(one).collect();
    all.sort();
    all
}

/// As long as it gets shorter: how fast is the machine's affair.
fn wait_for_empty_queue(stage: &Stage) {
    let mut left = stage.sql(OPEN);
    while left != "0" {
        left = wait_until("the queue gets shorter", || {
            let now = stage.sql(OPEN);
            (now != left).then_some(now)
        });
    }
}

#[test]
fn common_changes_go_through_under_load_without_a_restart() {
    let Some(stage) = Stage::new() else { return };
    stage.copy_platform();
    let port = free_port().to_string();
    stage.add_setting("API_PORT", &port);
    tool(&stage, &["db-rebuild", "--yes"]).run().exits(0);
    let before = started(&stage);
    let stop = AtomicBool::new(false);
    let (stage, port) = (&stage, port.as_str());
    let ((answered, failed), pushed) = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask(port, &stop));
        let pushing = scope.spawn(|| push(stage, &stop));
        let done = Raised(&stop);
        // A column, an index, a table.
        let with_note = format!("{MESSAGES}    review_note varchar(40),\n");
        goes_through(stage, (MESSAGES, &with_note), "");
        let index = format!(
            "CREATE INDEX idx_messages_review_note ON messages (review_note);\n\n{COMMENT}"
        );
        goes_through(stage, (COMMENT, &index), "");
        let table = format!(
            "CREATE TABLE message_reviews (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    \
             message_id bigint NOT NULL REFERENCES messages (id) ON DELETE CASCADE,\n    \
             verdict text NOT NULL DEFAULT 'open' CONSTRAINT ck_message_reviews_verdict CHECK (verdict IN ('open', 'kept'))\n);\n\n{COMMENT}"
        );
        goes_through(stage, (COMMENT, &table), "");
        // A CHECK-list, an enum, and a value of it that is used at once.
        goes_through(stage, ("IN ('open', 'kept')", "IN ('open', 'kept', 'gone')"), "");
        let mood = format!(
            "CREATE TYPE review_mood AS ENUM ('calm', 'alarmed');\n{MESSAGES}    mood review_mood,\n"
        );
        goes_through(stage, (MESSAGES, &mood), "");
        goes_through(stage, ("('calm', 'alarmed')", "('calm', 'tense', 'alarmed')"), "");
        // A column gets another name.
        stage.edit_init("ON messages (review_note);", "ON messages (review_text);");
        goes_through(
            stage,
            (
                "    review_note varchar(40),\n",
                "    -- @renamed from=review_note\n    review_text varchar(40),\n",
            ),
            "breaks-clients",
        );
        drop(done);
        (asking.join().expect("asked"), pushing.join().expect("pushed"))
    });
    say(&format!("{answered} requests answered, {failed} failed, {pushed} messages pushed"));
    assert_eq!(failed, 0, "of {}", answered + failed);
    assert!(answered > 100, "only {answered} requests were answered");
    assert_eq!(started(stage), before, "nothing was restarted");
    wait_for_empty_queue(stage);
    let ended =
        "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM message_quarantine)";
    assert_eq!(stage.sql(ended), pushed.to_string());
    let edits = [
        ("    -- @renamed from=review_note\n    review_text varchar(40),\n", ""),
        ("CREATE INDEX idx_messages_review_note ON messages (review_text);\n\n", ""),
    ];
    for (from, to) in edits {
        stage.edit_init(from, to);
    }
    tool(stage, &["db-migrate", "--yes", "--allow", "data-loss"]).run().exits(0);
    tool(stage, &["db-diff"]).run().exits(0).answers(&["nothing to do"]);
    assert_eq!(started(stage), before, "nothing was restarted");
}
