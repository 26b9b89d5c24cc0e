//! Faults in the swap at the end of both ways, and a server that ends or dies
//! before it.
//!
//! `XTASK_TEST_FAULTS=all` does all of them on both ways, not three on each.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::beside;
use crate::moment::{Still, crash};
use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::{Running, wait_until};

const CLONE: [&str; 6] = ["db-rebuild", "--keep-data", "--way", "clone", "--yes", "-v"];
const COPY: [&str; 6] = ["db-rebuild", "--keep-data", "--way", "copy", "--yes", "-v"];

/// A table with one row, and a column more in init.sql whose value takes a
/// second to make: time to find what is being made.
fn project() -> Option<Project> {
    let project = Project::with_database()?;
    project
        .sql("CREATE TABLE kept_slow (id integer PRIMARY KEY); INSERT INTO kept_slow VALUES (1)");
    let end = super::END;
    project.edit_init(end, &format!("CREATE TABLE kept_slow (id integer PRIMARY KEY);\n{end}"));
    declare(&project, "first");
    Some(project)
}

fn declare(project: &Project, column: &str) {
    let table = "CREATE TABLE kept_slow (";
    project.edit_init(table, &format!("{table}\n    {column} text DEFAULT pg_sleep(1)::text,"));
}

#[track_caller]
fn has(project: &Project, column: &str) -> bool {
    let columns = "information_schema.columns WHERE table_name = 'kept_slow'";
    project.sql(&format!("SELECT count(*) FROM {columns} AND column_name = '{column}'")) == "1"
}

/// Begins, and stops where names are about to change. On the clone way the old
/// name is held by the run itself by then.
fn begun<'a>(project: &'a Project, words: &[&str], column: &str) -> (Running, Still<'a>) {
    if words.contains(&"copy") {
        let still = Still::hold(project, DATABASE);
        let running = project.tool(words).start();
        still.is_met();
        return (running, still);
    }
    let mut running = project.tool(words).start();
    running.reaches(&format!("step 1 column public.kept_slow.{column}"));
    let made = "SELECT datname FROM pg_database WHERE datname LIKE 'osint%\\_\\_new\\_%'";
    let still = Still::hold(project, &project.sql_on("postgres", made));
    still.is_met();
    (running, still)
}

/// Who ends what, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Before the commit.
    Stopped,
    Killed,
    Crashed,
    /// Behind it.
    HungUp,
    KilledBehind,
}

/// What is before the commit leaves the old one served, and what is behind it
/// the new one. The gate does those that are named.
fn faults(words: &[&str], in_gate: &[Fault]) {
    let Some(project) = project() else { return };
    let all = std::env::var_os("XTASK_TEST_FAULTS").is_some();
    let is_wanted = |it: Fault| all || in_gate.contains(&it);
    project.insert_row("mine");
    let served = project.identity();
    let is_as_before = || {
        assert_eq!(project.identity(), served);
        assert!(project.has_row("mine") && !has(&project, "first"));
        assert_eq!(beside(&project, "before"), Vec::<String>::new());
    };
    if is_wanted(Fault::Stopped) {
        let (running, still) = begun(&project, words, "first");
        running.signal(Signal::SIGINT);
        stops(&project, words, (running, still));
        is_as_before();
        assert_eq!(beside(&project, "new"), Vec::<String>::new());
        project.is_tidy();
    }
    let next = "next: cargo xtask db-rebuild --keep-data";
    if is_wanted(Fault::Killed) {
        let (running, still) = begun(&project, words, "first");
        running.kill();
        still.let_go();
        let runs = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'xtask/%'";
        wait_until("nobody stands in line", || {
            (project.sql_on("postgres", runs) == "0").then_some(())
        });
        is_as_before();
        project.run(["status"]).exits(2).answers(&["was stopped during `swap`", next]);
    }
    if is_wanted(Fault::Crashed) {
        let (running, still) = begun(&project, words, "first");
        crash(&project);
        let ended = running.finish().answers_nothing();
        assert!([1, 4].contains(&ended.code), "{}", ended.whole());
        drop(still);
        project.run(["up"]).exits(0);
        is_as_before();
    }
    if is_wanted(Fault::HungUp) {
        let (running, still) = begun(&project, words, "first");
        let hushed = still.let_go_hushed();
        hushed.hang_up();
        hushed.tell();
        running.finish().exits(0).answers(&["the one before is kept as"]);
        assert!(project.has_row("mine") && has(&project, "first"));
        declare(&project, "second");
    }
    if is_wanted(Fault::KilledBehind) {
        let column = if has(&project, "first") { "second" } else { "first" };
        let (served, kept) = (project.identity(), beside(&project, "before").len());
        let (running, still) = begun(&project, words, column);
        let hushed = still.let_go_hushed();
        running.kill();
        hushed.tell();
        assert_ne!(project.identity(), served);
        assert!(project.has_row("mine") && has(&project, column));
        project.run(["status"]).exits(2).answers(&["was stopped during `swap`", next]);
        project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0).answers(&["nothing to do"]);
        project.run(["status"]).exits(0);
        assert_eq!(beside(&project, "before").len(), kept + 1);
    }
    assert_eq!(beside(&project, "new"), Vec::<String>::new());
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

/// What is held by us a clone drops when it can.
fn stops(project: &Project, words: &[&str], (running, still): (Running, Still<'_>)) {
    if words.contains(&"copy") {
        running.finish().exits(130).answers_nothing();
        return still.let_go();
    }
    let drops = "SELECT count(*) FROM pg_stat_activity \
                 WHERE query LIKE 'DROP DATABASE %' AND wait_event_type = 'Lock'";
    wait_until("the copy is to be dropped", || {
        (project.sql_on("postgres", drops) == "1").then_some(())
    });
    still.let_go();
    running.finish().exits(130).answers_nothing();
}

#[test]
fn a_clone_is_swapped_in_whole_or_not_at_all() {
    faults(&CLONE, &[Fault::Stopped, Fault::Crashed, Fault::KilledBehind]);
}

#[test]
fn a_copy_is_swapped_in_whole_or_not_at_all() {
    faults(&COPY, &[Fault::Killed, Fault::Crashed, Fault::HungUp]);
}

#[test]
fn a_server_that_is_restarted_meanwhile_serves_the_old_one() {
    let Some(project) = project() else { return };
    project.insert_row("mine");
    let served = project.identity();
    for (words, step) in [(CLONE, "step 1 column public.kept_slow.first"), (COPY, "copy")] {
        let mut running = project.tool(words).start();
        running.reaches(step);
        let postmaster = Pid::from_raw(project.postmaster());
        kill(postmaster, Signal::SIGINT).expect("is ours");
        let ended = running.finish().answers_nothing();
        assert!([1, 4].contains(&ended.code), "{}", ended.whole());
        wait_until("the server has ended", || kill(postmaster, None).is_err().then_some(()));
        project.run(["up"]).exits(0);
        assert_eq!(project.identity(), served, "{}", ended.whole());
        assert!(project.has_row("mine") && !has(&project, "first"), "{}", ended.whole());
        assert_eq!(beside(&project, "before"), Vec::<String>::new());
        project.run(["status"]).never_says(&["was stopped"]);
    }
    project.run(CLONE).exits(0);
    assert!(project.has_row("mine") && has(&project, "first"));
    assert_eq!(beside(&project, "new"), Vec::<String>::new());
    project.run(["db-verify"]).exits(0);
}
