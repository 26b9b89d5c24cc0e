//! Ctrl-C and SIGTERM, and two runs at once.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::server::processes_below;
use crate::stage::Project;
use crate::tool::wait_at_most;

#[track_caller]
fn stops(project: &Project, step: &str, signal: Signal) {
    let before = project.identity();
    let mut running = project.tool(["db-rebuild", "--yes", "-v"]).start();
    assert!(running.hears(&format!("  ..   {step}")), "no step {step}");
    running.signal(signal);
    let ended = running.finish().exits(130).answers_nothing().says(&["error: ", "interrupted"]);
    assert_eq!(project.identity(), before, "another database is served: {}", ended.whole());
    assert!(project.has_row("mine"), "the row is gone: {}", ended.whole());
    project.is_tidy();
    project.run(["status"]).exits(0);
}

#[test]
fn ctrl_c_before_any_change_leaves_everything_as_it_was() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    for step in ["new cluster", "prove init.sql", "safety dump", "build", "verify"] {
        stops(&project, step, Signal::SIGINT);
    }
    stops(&project, "build", Signal::SIGTERM);
    stops(&project, "new cluster", Signal::SIGHUP);
}

#[test]
fn ctrl_c_while_the_clusters_change_places_ends_with_one_whole_database() {
    let Some(project) = Project::with_database() else { return };
    let starting = format!("pg_ctl --pgdata {}/data --log", project.home().display());
    for (index, words) in ["  ..   change places", "  ..   serve", &starting].iter().enumerate() {
        let key = format!("moment_{index}");
        project.insert_row(&key);
        let before = project.identity();
        let mut running = project.tool(["db-rebuild", "--yes", "-v"]).start();
        assert!(running.hears(words), "never said `{words}`");
        running.signal(Signal::SIGINT);
        let ended = running.finish();
        // At once: a server whose directory is taken away ends by itself.
        let quick = Duration::from_millis(300);
        wait_at_most(quick, "no server works outside its place", || {
            let found = processes_below(&project.home());
            found.iter().all(|it| it.cwd == project.home().join("data")).then_some(())
        });
        project.is_tidy();
        let is_old = project.identity() == before;
        // It was too late, or nothing happened: nothing between.
        let expected = if is_old { 130 } else { 0 };
        assert_eq!(ended.code, expected, "{}", ended.whole());
        assert_eq!(project.has_row(&key), is_old);
        project.run(["status"]).exits(0);
        project.run(["db-verify"]).exits(0);
    }
}

#[test]
fn json_says_that_it_was_interrupted() {
    let Some(project) = Project::with_database() else { return };
    let mut running = project.tool(["db-rebuild", "--json", "-v"]).start();
    assert!(running.hears("  ..   new cluster"));
    running.signal(Signal::SIGINT);
    let document = running.finish().exits(130).document();
    assert_eq!(document["error"]["exit"], "interrupted");
}

#[test]
fn the_first_build_is_interrupted_without_a_trace() {
    let Some(project) = Project::with_server_programs() else { return };
    for step in ["new cluster", "build"] {
        let mut running = project.tool(["db-rebuild", "-v"]).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step {step}");
        running.signal(Signal::SIGINT);
        running.finish().exits(130);
        for name in ["data", "data.new", "data.old"] {
            assert!(!project.home().join(name).exists(), "{name} is left at {step}");
        }
        project.run(["status"]).exits(2).answers(&["no database yet"]);
    }
    project.run(["up"]).exits(0);
    project.run(["db-verify"]).exits(0);
}

#[test]
fn the_second_of_two_runs_is_told_who_works() {
    let Some(project) = Project::with_database() else { return };
    let mut first = project.tool(["db-rebuild", "-v"]).start();
    assert!(first.hears("  ..   new cluster"));
    // Held still, so that it cannot be done before the others look.
    first.signal(Signal::SIGSTOP);
    let who = format!("`cargo xtask db-rebuild` (pid {}, since ", first.pid());
    for words in
        [&["db-rebuild", "--yes"][..], &["up"], &["down"], &["db-rebuild", "--swap", "--yes"]]
    {
        let ended = project.run(words).exits(4).answers_nothing();
        ended.says(&[&who, "is working on this checkout", "hint: wait for it to end"]);
    }
    // Reading is not in anybody's way, and a live run is no interrupted one.
    project.run(["db-verify"]).exits(0);
    project.run(["status"]).never_says(&["was stopped during"]);
    first.signal(Signal::SIGCONT);
    first.finish().exits(0);
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}
