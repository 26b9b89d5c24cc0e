//! Faults in the transaction that changes names: before it has committed, and
//! when it has and nobody was told.
//!
//! `XTASK_TEST_FAULTS=all` does everything with every command.

use nix::sys::signal::Signal;

use crate::moment::{Hushed, Still, crash};
use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::{Running, wait_until};
use crate::writers::{databases, keys_anywhere};

/// Every way to change names that ends in one transaction of two renames, in
/// an order in which each finds what it needs.
const SWAPS: [&[&str]; 4] = [
    &["db-rebuild", "--swap", "--yes"],
    &["db-rebuild", "--undo", "--yes"],
    &["restore", "latest", "--yes"],
    &["rollback", "--discard-newer", "--yes"],
];

/// Where the commands have nothing of their own the gate is content with two.
fn swaps() -> &'static [&'static [&'static str]] {
    let all = std::env::var_os("XTASK_TEST_FAULTS").is_some();
    if all { &SWAPS } else { &SWAPS[2..] }
}

#[test]
fn a_server_that_dies_before_the_names_changed_serves_the_old_one() {
    let Some(project) = Project::with_database() else { return };
    project.run(["backup"]).exits(0);
    for (index, words) in swaps().iter().enumerate() {
        let key = format!("mine_{index}");
        project.insert_row(&key);
        let served = project.identity();
        let still = Still::hold(&project, DATABASE);
        let running = project.tool(*words).start();
        still.is_met();
        crash(&project);
        let ended = running.finish().answers_nothing();
        assert!([1, 4].contains(&ended.code), "{}", ended.whole());
        drop(still);
        project.run(["up"]).exits(0);
        assert_eq!(project.identity(), served, "{}", ended.whole());
        assert!(project.has_row(&key), "{}", ended.whole());
        project.run(["status"]).exits(0);
        project.run(*words).exits(0);
        assert_ne!(project.identity(), served);
        assert!(keys_anywhere(&project).contains(&key), "{words:?} lost it");
        assert!(!databases(&project).iter().any(|it| it.contains("__new_")), "{words:?}");
    }
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

const RUNS: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'xtask/%'";

/// Begins it, and stops where its transaction has committed and nobody was told.
fn begun<'a>(project: &'a Project, words: &[&str]) -> (Running, Hushed<'a>) {
    let still = Still::hold(project, DATABASE);
    let running = project.tool(words).start();
    still.is_met();
    (running, still.let_go_hushed())
}

#[test]
fn a_swap_whose_last_word_was_lost_is_told_as_done() {
    let Some(project) = Project::with_database() else { return };
    project.run(["backup"]).exits(0);
    for (index, words) in SWAPS.iter().enumerate() {
        let key = format!("mine_{index}");
        project.insert_row(&key);
        let served = project.identity();
        let (running, hushed) = begun(&project, words);
        hushed.hang_up();
        hushed.tell();
        let ended = running.finish().exits(0);
        assert_ne!(project.identity(), served, "{}", ended.whole());
        assert!(keys_anywhere(&project).contains(&key), "{words:?} lost it");
        // Somebody who says stop then is too late.
        let served = project.identity();
        let (running, hushed) = begun(&project, words);
        running.signal(Signal::SIGINT);
        let ended = running.finish();
        hushed.tell();
        assert_ne!(project.identity(), served, "{}", ended.whole());
        assert!([0, 5].contains(&ended.code), "{}", ended.whole());
    }
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

#[test]
fn a_run_killed_behind_its_last_word_is_ended_by_the_next() {
    let Some(project) = Project::with_database() else { return };
    project.run(["backup"]).exits(0);
    for (index, words) in SWAPS.iter().enumerate() {
        let key = format!("mine_{index}");
        project.insert_row(&key);
        let served = project.identity();
        let (running, hushed) = begun(&project, words);
        running.kill();
        hushed.tell();
        let now = project.identity();
        assert_ne!(now, served);
        let next = format!("next: cargo xtask {}", words[0]);
        project.run(["status"]).exits(2).answers(&["was stopped during `swap`", &next]);
        project.run(*words).exits(0);
        // A way back is gone once.
        if index % 2 == 1 {
            assert_eq!(project.identity(), now, "{words:?} went back once more");
        }
        project.run(["status"]).exits(0);
        assert!(keys_anywhere(&project).contains(&key), "{words:?} lost it");
        project.is_tidy();
    }
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_server_that_dies_behind_the_last_word_serves_the_new_one() {
    let Some(project) = Project::with_database() else { return };
    project.run(["backup"]).exits(0);
    for (index, words) in SWAPS.iter().enumerate() {
        let key = format!("mine_{index}");
        project.insert_row(&key);
        let served = project.identity();
        let (running, hushed) = begun(&project, words);
        hushed.crash();
        let ended = running.finish().exits(4).answers_nothing();
        ended.says(&["is another one now is not known", "`cargo xtask status` tells"]);
        project.run(["up"]).exits(0);
        let now = project.identity();
        assert_ne!(now, served);
        assert!(keys_anywhere(&project).contains(&key), "{words:?} lost it");
        project.run(["status"]).exits(0).answers(&["kept"]);
        if words[0] == "rollback" {
            project.run(*words).exits(0).says(&["a rollback was stopped when the database had"]);
            assert_eq!(project.identity(), now, "it went back once more");
        }
        // A way back is gone once, whoever heard of it.
        if words.contains(&"--undo") {
            project.run(["db-rebuild", "--undo", "--dry-run"]).exits(0).answers(&["never told"]);
            project.run(*words).exits(0);
            assert_eq!(project.identity(), now, "it went back once more");
        }
        project.is_tidy();
    }
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_run_that_is_stopped_or_killed_in_line_changes_no_name() {
    let Some(project) = Project::with_database() else { return };
    project.run(["backup"]).exits(0);
    for words in swaps() {
        let served = project.identity();
        let still = Still::hold(&project, DATABASE);
        let running = project.tool(*words).start();
        still.is_met();
        running.signal(Signal::SIGINT);
        running.finish().exits(130).answers_nothing();
        assert_eq!(project.identity(), served);
        assert!(!databases(&project).iter().any(|it| it.contains("__new_")), "{words:?}");
        project.run(["status"]).exits(0);
        let running = project.tool(*words).start();
        still.is_met();
        running.kill();
        still.let_go();
        wait_until("nobody stands in line", || {
            (project.sql_on("postgres", RUNS) == "0").then_some(())
        });
        assert_eq!(project.identity(), served, "{words:?} went on without anybody");
        project.run(*words).exits(0);
        assert_ne!(project.identity(), served);
    }
    project.is_tidy();
}
