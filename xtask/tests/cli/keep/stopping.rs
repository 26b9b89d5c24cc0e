//! `--online` that is stopped or killed: writers go on, and what keeps the log
//! of the server is gone with the run or with the next one.
//!
//! `XTASK_TEST_FAULTS=all` kills at every step.

use nix::sys::signal::Signal;

use super::online::{ONLINE, project, slots};
use super::{beside, declare_column};

/// What the next test does not kill in, and the swap.
const STEPS: [&str; 10] = [
    "sweep",
    "tables",
    "indexes",
    "rest",
    "analyze",
    "fence",
    "sequences",
    "compare again",
    "count",
    "swap",
];

#[test]
fn a_stop_while_changes_follow_leaves_nothing_behind() {
    let Some(project) = project() else { return };
    declare_column(&project, "rank");
    let served = project.identity();
    for step in ["tables", "feed", "catch up", "compare again"] {
        let mut running = project.tool(ONLINE).arg("-v").start();
        running.reaches(step);
        running.signal(Signal::SIGINT);
        running.finish().exits(130).answers_nothing();
        assert_eq!(project.identity(), served, "after `{step}`");
        assert!(!project.has_column("rank"));
        assert_eq!((slots(&project), beside(&project, "new")), (String::new(), vec![]), "{step}");
        assert_eq!(beside(&project, "before"), Vec::<String>::new());
        let key = step.replace(' ', "_");
        project.insert_row(&key);
        project.run(["status"]).never_says(&["was stopped"]);
        project.is_tidy();
    }
    project.run(ONLINE).exits(0);
    assert!(project.has_column("rank") && project.has_row("catch_up"));
}

#[test]
fn a_kill_in_any_step_is_swept_and_loses_nothing() {
    let Some(project) = project() else { return };
    declare_column(&project, "rank");
    let all = std::env::var_os("XTASK_TEST_FAULTS").is_some();
    let steps = STEPS.iter().filter(|it| all || ["fence", "swap"].contains(it));
    for step in steps.clone() {
        let key = step.replace(' ', "_");
        project.insert_row(&format!("before_{key}"));
        let mut running = project.tool(ONLINE).arg("-v").start();
        running.reaches(step);
        running.kill();
        // Whoever writes now is not kept waiting by what was killed.
        project.insert_row(&key);
        let is_done = project.has_column("rank");
        assert!(!is_done || *step == "swap", "half a rebuild after `{step}`");
        let next = "next: cargo xtask db-rebuild --keep-data";
        project.run(["status"]).exits(2).answers(&[&format!("was stopped during `{step}`"), next]);
    }
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    assert!(project.has_column("rank"));
    for step in steps {
        let key = step.replace(' ', "_");
        assert!(project.has_row(&key) && project.has_row(&format!("before_{key}")), "`{step}`");
    }
    assert_eq!((slots(&project), beside(&project, "new")), (String::new(), vec![]));
    project.run(["db-verify"]).exits(0);
    project.run(["status"]).exits(0);
}
