//! Two runs at once: one is told, nothing is lost, and what is read stays.

use std::fs;

use nix::sys::signal::Signal;

use super::killed::{Supervisor, begun, listed, messages, restoring};
use super::{backed_up, copies, folders, old, store};
use crate::stage::{Project, copy};
use crate::tool::Running;

/// A run that stands still at one of its steps until it is told to go on. It
/// must not be one in which it connects: a server that waits for half a
/// greeting drops no database meanwhile.
#[track_caller]
fn held(project: &Project, words: &[&str], moment: &str) -> Running {
    let mut running = project.tool(words).arg("-v").start();
    assert!(running.hears(moment), "never said `{moment}`");
    running.signal(Signal::SIGSTOP);
    running
}

#[track_caller]
fn goes_on(running: Running) {
    running.signal(Signal::SIGCONT);
    running.finish().exits(0);
}

const RESTORE: [&str; 5] = ["restore", "latest", "--services", "none", "--yes"];

#[test]
fn of_two_restores_the_second_is_told() {
    let Some(project) = backed_up() else { return };
    project.sql("DELETE FROM messages WHERE message_id > 100");
    for moment in ["  ..   read back", "  ..   restore"] {
        let first = held(&project, &RESTORE, moment);
        let who =
            format!("`cargo xtask restore latest --services none` (pid {}, since ", first.pid());
        for words in [&RESTORE[..], &["restore", "latest", "--into", "other", "--yes"]] {
            let ended = project.run(words).exits(4).answers_nothing();
            ended.says(&[&who, "is working on this checkout", "hint: wait for it to end"]);
        }
        // Who only reads is in nobody's way.
        project.run(["restore", "latest", "--dry-run"]).exits(0);
        project.run(["backup", "verify"]).exits(0).answers(&["proven"]);
        goes_on(first);
        assert_eq!(begun(&project), "0");
    }
    assert_eq!(messages(&project), "500");
    project.is_tidy();
}

#[test]
fn of_two_checkouts_the_second_is_told_and_may_restore_beside() {
    let Some(project) = backed_up() else { return };
    let second = project.temp().join("second");
    copy(&project.root, &second);
    let (url, [label]) = (project.url(), folders(&project).try_into().expect("one backup"));
    let path = second.join("backups/local/osint_platform").join(&label);
    project.sql("DELETE FROM messages WHERE message_id > 100");
    let other = |more: &[&str]| {
        let other = project.tool(["restore", "--db-url", &url, "--yes"]).args(more).arg(&path);
        other.dir(&second).run()
    };
    let is_told = || {
        let ended = other(&[]).exits(4);
        ended.says(&["another run works on", "`cargo xtask restore`, since"]);
    };
    // What stands still is not swept by who restores beside it.
    let first = held(&project, &RESTORE, "  ..   restore");
    is_told();
    other(&["--into", "one"]).exits(0);
    assert_eq!((messages(&project), begun(&project)), ("100".to_owned(), "1".to_owned()));
    goes_on(first);
    assert_eq!((messages(&project), begun(&project)), ("500".to_owned(), "0".to_owned()));
    // Also where it is filled and compared, and waits for its turn.
    project.sql("DELETE FROM messages WHERE message_id > 100");
    let supervisor = Supervisor::of(&project);
    let words = ["restore", "latest", "--services", "db", "--yes", "-v"];
    let mut first = project.tool(words).start();
    first.reaches("stop services");
    is_told();
    other(&["--into", "two"]).exits(0);
    drop(supervisor);
    first.finish().exits(0);
    assert_eq!((messages(&project), begun(&project)), ("500".to_owned(), "0".to_owned()));
    other(&[]).exits(0).answers(&["kept as osint_platform__before"]);
    // Nothing that was ever served is gone.
    let kept = "SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_\\_before\\_%'";
    assert_eq!(project.sql(kept), "3");
}

#[test]
fn what_is_being_read_is_pruned_the_next_time() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one backup");
    let names = old(5);
    copies(&project, &label, names.clone());
    project.sql("DELETE FROM messages WHERE message_id > 100");
    let restore = ["restore", &names[0], "--services", "none", "--yes"];
    let reading = [
        held(&project, &restore, "  ..   restore"),
        held(&project, &["backup", "verify", &names[1]], "  ..   restore"),
    ];
    let pruned = project.run(["backup", "prune"]).exits(2);
    for name in &names[..2] {
        let stays = format!("{name} stays for now: {name} is being read");
        assert!(pruned.stderr.contains(&stays), "{}", pruned.whole());
        assert!(pruned.stdout.contains(&format!("{name}  stays for now")), "{}", pruned.whole());
        assert!(store(&project).join(name).exists());
    }
    assert!(!store(&project).join(&names[2]).exists(), "{}", pruned.whole());
    // A backup that is made meanwhile is good; and it lets the others be.
    project.run(["backup"]).exits(0);
    assert!(listed(&project).contains(&names[0]));
    reading.into_iter().for_each(goes_on);
    assert_eq!(messages(&project), "500");
    let proven = format!("{}  stays: the newest proven one", names[1]);
    project.run(["backup", "prune"]).exits(0).answers(&[&proven]);
    assert!(!store(&project).join(&names[0]).exists());
    // What goes away first is told to who comes too late.
    project.run(["restore", &names[0], "--yes"]).exits(1).says(&["there is no backup"]);
    fs::create_dir(store(&project).join(&names[0])).expect("ours");
    project.run(["restore", &names[0], "--yes"]).exits(1).says(&["there is no backup"]);
    restoring(&project).run().exits(0);
}

#[test]
fn two_backups_at_once_are_one_and_then_the_other() {
    let Some(project) = backed_up() else { return };
    let first = held(&project, &["backup"], "  ..   read back");
    let who = format!("(process {})", first.pid());
    for words in [&["backup"][..], &["backup", "prune"]] {
        let ended = project.run(words).exits(4).answers_nothing();
        ended.says(&["another backup is at work in", &who, "hint: wait for it to end"]);
    }
    // The one before is there for everybody.
    assert_eq!(listed(&project).len(), 1);
    restoring(&project).run().exits(0);
    goes_on(first);
    project.run(["backup"]).exits(0);
    assert_eq!(listed(&project).len(), 3);
}
