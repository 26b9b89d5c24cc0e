//! A canary for a password: it is nowhere to be read.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::engine::docker;
use crate::stage::Stage;

const CANARY: &str = "canary-Zq7";

#[test]
fn the_password_is_in_no_output_argument_or_note() {
    let Some(stage) = Stage::new() else { return };
    stage.set("POSTGRES_PASSWORD", CANARY);
    let (seen, ()) = while_watching(|| {
        let commands: [&[&str]; 7] = [
            &["db-rebuild"],
            &["db-verify"],
            &[
                "psql",
                "--",
                "-XAtc",
                "INSERT INTO users (username, email, hashed_password) VALUES ('a', 'b', 'c')",
            ],
            &["db-rebuild", "--yes"],
            &["status", "--config"],
            &["down"],
            &["up"],
        ];
        for words in commands {
            let ended = stage.tool(words).args(["-v", "--explain"]).run();
            ended.exits(0).never_says(&[CANARY]);
        }
        for words in [&["db-rebuild", "--dry-run", "--json"][..], &["status", "--json"]] {
            stage.tool(words).args(["-v", "--explain"]).run().exits(0).never_says(&[CANARY]);
        }
        // Failures, too: a wrong one is refused without being repeated.
        stage.set("POSTGRES_PASSWORD", "canary-Zq7-wrong");
        for words in [&["db-verify"][..], &["db-rebuild", "--yes"]] {
            stage.tool(words).args(["-v", "--explain"]).run().exits(1).never_says(&[CANARY]);
        }
        stage.set("POSTGRES_PASSWORD", CANARY);
    });
    // The watch can see: these are programs the tool starts.
    for program in ["docker-compose", "pg_dump", "docker\0volume\0rm", "docker\0run"] {
        assert!(seen.iter().any(|line| line.contains(program)), "never saw {program:?}");
    }
    let told: Vec<_> = seen.iter().filter(|line| line.contains(CANARY)).collect();
    assert!(told.is_empty(), "in the list of processes: {told:?}");
    no_note_holds_it(&stage);
}

/// What is in `.xtask`, and what the containers' logs say.
fn no_note_holds_it(stage: &Stage) {
    let mut folders = vec![stage.root.join(".xtask")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let bytes = fs::read(entry.path()).expect("readable");
                let found = bytes.windows(CANARY.len()).any(|it| it == CANARY.as_bytes());
                assert!(!found, "{}", entry.path().display());
            }
        }
    }
    assert!(!docker(&["logs", &stage.container()]).contains(CANARY));
}

/// Runs `work` and hands back every command line this machine showed
/// meanwhile.
fn while_watching<T>(work: impl FnOnce() -> T) -> (BTreeSet<String>, T) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !is_over.load(Ordering::Relaxed) {
                for process in fs::read_dir("/proc").expect("Linux").flatten() {
                    if let Ok(line) = fs::read(process.path().join("cmdline")) {
                        seen.insert(String::from_utf8_lossy(&line).into_owned());
                    }
                }
                thread::sleep(Duration::from_millis(5));
            }
            seen
        });
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        is_over.store(true, Ordering::Relaxed);
        let seen = watch.join().expect("a watch");
        match done {
            Ok(value) => (seen, value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
