//! `kill -9` and Ctrl-C in every step of the way that is a backup.
//!
//! `XTASK_TEST_FAULTS=all` kills at every moment, not at every second one.

use nix::sys::signal::Signal;

use super::kept;
use crate::stage::Project;
use crate::writers::{databases, keys_anywhere};

const BACK: [&str; 6] = ["rollback", "--to", "latest", "--discard-newer", "--yes", "-v"];

/// What it says when it is there.
const MOMENTS: [&str; 6] = [
    "  ..   new database",
    "  ok   new database",
    "  ok   restore",
    "  ok   compare",
    "  ..   swap",
    "  ..   verify",
];

fn backed_up() -> Option<Project> {
    let project = Project::with_database()?;
    project.insert_row("then");
    project.run(["backup"]).exits(0);
    Some(project)
}

#[track_caller]
fn nothing_is_left(project: &Project) {
    let left = databases(project);
    assert!(!left.iter().any(|it| it.contains("__new_")), "{left:?}");
    project.run(["status"]).exits(0);
    project.is_tidy();
}

#[test]
fn a_way_by_a_backup_that_is_killed_loses_no_row_and_is_gone_once() {
    let Some(project) = backed_up() else { return };
    let step = if std::env::var_os("XTASK_TEST_FAULTS").is_some() { 1 } else { 2 };
    // The last one is always there: the database has gone back by then.
    let moments = MOMENTS.iter().rev().step_by(step).rev();
    for (count, moment) in moments.enumerate() {
        let key = format!("newer_{count}");
        project.insert_row(&key);
        let mut running = project.tool(BACK).start();
        assert!(running.hears(moment), "never said `{moment}`");
        running.kill();
        assert!(keys_anywhere(&project).contains(&key), "lost after `{moment}`");
        project.run(["status"]).exits(2).answers(&[
            "`cargo xtask rollback --to latest --discard-newer` of",
            "next: cargo xtask rollback",
        ]);
        project.run(BACK).exits(0).answers(&["went back: restore the decoded backup"]);
        assert!(project.has_row("then") && !project.has_row(&key), "after `{moment}`");
        assert!(keys_anywhere(&project).contains(&key), "lost after `{moment}`");
        assert_eq!(kept(&project, "undone").len(), count + 1, "gone twice after `{moment}`");
        nothing_is_left(&project);
    }
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_way_by_a_backup_that_is_stopped_leaves_things_as_they_were() {
    let Some(project) = backed_up() else { return };
    project.insert_row("newer");
    let served = project.identity();
    for moment in &MOMENTS[..3] {
        let mut running = project.tool(BACK).start();
        assert!(running.hears(moment), "never said `{moment}`");
        running.signal(Signal::SIGINT);
        running.finish().exits(130).answers_nothing();
        assert_eq!(project.identity(), served, "after `{moment}`");
        assert!(project.has_row("newer"));
        assert_eq!(kept(&project, "undone"), Vec::<String>::new());
        nothing_is_left(&project);
    }
    project.run(BACK).exits(0);
    assert!(project.has_row("then") && !project.has_row("newer"));
}
