//! Ctrl-C at every step of a backup and a restore, and a server that is
//! restarted under them: nothing half-done is left, and what ended is told.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::killed::{BACKUP, RESTORE, are_whole, begun, listed, messages, moments, restoring};
use super::{backed_up, folders, locked, wait_for_dump};
use crate::stage::Project;
use crate::tool::{Ended, Tool, wait_until};

#[track_caller]
fn interrupted_at(tool: Tool, moment: &str) -> Ended {
    let mut running = tool.start();
    assert!(running.hears(moment), "never said `{moment}`");
    running.signal(Signal::SIGINT);
    running.finish()
}

/// Nobody works on the server, and nothing is half made.
#[track_caller]
fn is_clean(project: &Project) {
    assert_eq!(begun(project), "0");
    assert!(folders(project).iter().all(|it| !it.ends_with(".partial")), "{:?}", folders(project));
    let working = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'xtask/%'";
    wait_until("nobody works there", || (project.sql(working) == "0").then_some(()));
    project.run(["status"]).exits(0).never_says(&["was stopped during"]);
}

#[test]
fn a_backup_stopped_at_any_step_leaves_nothing_half_made() {
    let Some(project) = backed_up() else { return };
    for moment in moments(&BACKUP) {
        let before = listed(&project);
        let ended = interrupted_at(project.tool(["backup", "--prove", "-v"]), moment);
        let made = are_whole(&project, &before);
        is_clean(&project);
        match made {
            None => ended.exits(130).answers_nothing().says(&["interrupted"]),
            // It is good, and not proven: that is told.
            Some(label) if ended.code != 0 => {
                let next = format!("cargo xtask backup verify {label}");
                ended.exits(5).says(&["interrupted", "read back, and not proven", &next])
            }
            Some(label) => ended.answers(&[&label, "proven"]),
        };
    }
    project.run(["backup", "--prove"]).exits(0);
}

#[test]
fn a_restore_stopped_at_any_step_leaves_the_served_one() {
    let Some(project) = backed_up() else { return };
    project.sql("DELETE FROM messages WHERE message_id > 100");
    for moment in moments(&RESTORE) {
        let served = project.identity();
        let ended = interrupted_at(restoring(&project), moment);
        is_clean(&project);
        if ended.code == 0 && moment.ends_with("swap") {
            assert_eq!(messages(&project), "500");
            continue;
        }
        let ended = ended.exits(130).answers_nothing();
        assert_eq!(project.identity(), served, "{}", ended.whole());
        assert_eq!(messages(&project), "100", "{}", ended.whole());
    }
    restoring(&project).run().exits(0);
    assert_eq!((messages(&project), begun(&project)), ("500".to_owned(), "0".to_owned()));
}

/// As `pg_ctl -m fast restart` does it.
#[track_caller]
fn restarted(project: &Project) {
    let server = Pid::from_raw(project.postmaster());
    kill(server, Signal::SIGINT).expect("runs");
    wait_until("the server has ended", || kill(server, None).is_err().then_some(()));
    project.run(["up", "--services", "db"]).exits(0);
}

#[test]
fn a_server_that_is_restarted_under_a_backup_or_a_restore_loses_nothing() {
    let Some(project) = backed_up() else { return };
    let before = listed(&project);
    let blocker = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    restarted(&project);
    let ended = running.finish();
    assert!(ended.code == 1 || ended.code == 4, "{}", ended.whole());
    ended.says(&["backing up osint_platform @"]);
    drop(blocker);
    project.sql("DROP SCHEMA xtask CASCADE");
    assert_eq!(folders(&project), before);
    is_clean(&project);
    project.sql("DELETE FROM messages WHERE message_id > 100");
    for (words, moment) in [
        (&["backup", "verify", "-v"][..], "  ..   restore"),
        (&["backup", "verify", "-v"], "  ..   compare"),
        (&["restore", "latest", "--services", "none", "--yes", "-v"], "  ..   restore"),
        (&["restore", "latest", "--services", "none", "--yes", "-v"], "  ..   compare"),
    ] {
        let mut running = project.tool(words).start();
        assert!(running.hears(moment), "never said `{moment}`");
        restarted(&project);
        let ended = running.finish();
        // It may have been faster.
        assert!([0, 1, 4].contains(&ended.code), "{}", ended.whole());
        let rows = if words[0] == "restore" && ended.code == 0 { "500" } else { "100" };
        assert_eq!(messages(&project), rows, "{}", ended.whole());
        listed(&project);
    }
    // What could not be dropped while it was away is swept.
    restoring(&project).run().exits(0);
    assert_eq!(messages(&project), "500");
    project.run(["backup", "--prove"]).exits(0);
    is_clean(&project);
    project.run(["db-verify"]).exits(0);
}
