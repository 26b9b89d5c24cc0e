//! `kill -9` at every step of a backup, a restore and a prune, and of the
//! programs they start: no row is lost, half a backup is none, and the next
//! run takes over.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};

use super::{backed_up, child, copies, folders, is_full, locked, old, store, wait_for_dump};
use crate::stage::Project;
use crate::tool::{Running, Tool, wait_until};

/// What `-v` says in each step of a backup, the last ones with `--prove`; and
/// whether the gate has time for it.
pub const BACKUP: [(&str, bool); 12] = [
    ("--schema-only", false),
    ("  ..   dump", true),
    ("--format=custom", false),
    ("  ok   dump", true),
    ("--globals-only", true),
    ("  ..   read back", true),
    ("pg_restore --list", false),
    ("  ok   read back", true),
    ("  ..   restore", true),
    ("--exit-on-error", false),
    ("  ..   compare", true),
    ("  ok   compare", true),
];

pub const RESTORE: [(&str, bool); 8] = [
    ("  ..   read back", true),
    ("pg_restore --list", false),
    ("  ..   new database", true),
    ("  ..   restore", true),
    ("--exit-on-error", false),
    ("  ..   compare", true),
    ("  ok   compare", false),
    ("  ..   swap", true),
];

/// Those to be met now.
pub fn moments(all: &[(&'static str, bool)]) -> Vec<&'static str> {
    all.iter().filter(|(_, is_in_gate)| *is_in_gate || is_full()).map(|(it, _)| *it).collect()
}

/// Restores, and waits for nothing else.
pub fn restoring(project: &Project) -> Tool {
    project.tool(["restore", "latest", "--services", "none", "--yes", "-v"])
}

pub fn messages(project: &Project) -> String {
    project.sql("SELECT count(*) FROM messages")
}

/// Databases beside the served one that were begun.
pub fn begun(project: &Project) -> String {
    let beside = "SELECT count(*) FROM pg_database WHERE datname ~ '__new_|^xtask_proof_'";
    project.sql_on("postgres", beside)
}

/// The labels that `backup list` calls backups.
#[track_caller]
pub fn listed(project: &Project) -> Vec<String> {
    let document = project.run(["backup", "list", "--json"]).exits(0).document();
    let backups = document["data"]["backups"].as_array().expect("an array");
    let label = |it: &serde_json::Value| it["label"].as_str().expect("a label").to_owned();
    let mut labels: Vec<String> = backups.iter().map(label).collect();
    labels.sort();
    labels
}

/// What has the name of a backup is one, whole; and they are those in `before`
/// and at most one more, which is given.
#[track_caller]
pub fn are_whole(project: &Project, before: &[String]) -> Option<String> {
    let labels = listed(project);
    let named: Vec<String> =
        folders(project).into_iter().filter(|it| !it.ends_with(".partial")).collect();
    assert_eq!(labels, named);
    assert!(before.iter().all(|it| labels.contains(it)), "{before:?}: {labels:?}");
    let mut new = labels.into_iter().filter(|it| !before.contains(it));
    let made = new.next();
    assert_eq!(new.next(), None);
    if let Some(label) = &made {
        let dir = store(project).join(label);
        Tool::new("sha256sum", &dir).args(["--check", "SHA256SUMS"]).run().exits(0);
    }
    made
}

#[track_caller]
fn killed_at(mut running: Running, moment: &str) {
    assert!(running.hears(moment), "never said `{moment}`");
    running.kill();
}

#[test]
fn a_backup_killed_at_any_step_is_none_or_whole() {
    let Some(project) = backed_up() else { return };
    let served = project.identity();
    let at = |moment: &str| BACKUP.iter().position(|(it, _)| *it == moment).expect("one of them");
    let read_back = at("  ok   read back");
    for moment in moments(&BACKUP) {
        let before = listed(&project);
        let words = ["backup", "--prove", "-v"];
        killed_at(project.tool(words).start(), moment);
        let made = are_whole(&project, &before);
        // Before it was read back it has no name.
        assert!(made.is_none() || at(moment) >= read_back, "{moment}: {made:?}");
        assert!(made.is_some() || at(moment) <= read_back, "{moment}");
        // It reads the database, and leaves it as it is.
        assert_eq!((project.identity(), messages(&project)), (served.clone(), "500".to_owned()));
        let newest = project.run(["status", "--json"]).document()["data"]["backups"].clone();
        assert_eq!(newest["count"], listed(&project).len(), "{moment}");
    }
    // Right behind the manifest, and right before it.
    let newest = listed(&project).pop().expect("there are some");
    for half in ["manifest.json", "data.dump.zst"] {
        let partial = store(&project).join(format!("{newest}.partial"));
        fs::create_dir(&partial).expect("ours");
        for name in [half, "SHA256SUMS", "properties.sql"] {
            fs::copy(store(&project).join(&newest).join(name), partial.join(name)).expect("ours");
        }
        let before = listed(&project);
        are_whole(&project, &before);
        project.run(["backup", "--prove"]).exits(0).says(&["removed 1 unfinished"]);
    }
    assert!(folders(&project).iter().all(|it| !it.ends_with(".partial")));
    assert_eq!(begun(&project), "0");
    project.run(["status"]).exits(0).answers(&["the newest proven one is 0.0 h old"]);
    project.run(["backup", "check", "--min-level", "proven"]).exits(0);
    if is_full() {
        project.run(["backup", "verify", "--all"]).exits(0);
    }
}

/// After a kill of `restore`: one of both is served, as a whole; the state is
/// told, and the next run does what this one was to do.
#[track_caller]
fn recovers(project: &Project, moment: &str) {
    let rows = messages(project);
    assert!(rows == "100" || rows == "500" && moment.ends_with("swap"), "{moment}: {rows}");
    let told = project.run(["status"]);
    let is_noted = told.stdout.contains("was stopped during");
    if is_noted {
        told.exits(2).answers(&["`cargo xtask restore", "next: cargo xtask restore"]);
    } else {
        // Nothing was begun, or it was at its end.
        let is_outside = ["read back", "--list", "swap"].iter().any(|it| moment.ends_with(it));
        assert!(is_outside, "{moment}: {}", told.whole());
    }
    let next = restoring(project).run().exits(0);
    assert_eq!(next.stderr.contains("this run takes over"), is_noted, "{}", next.whole());
    assert_eq!((messages(project), begun(project)), ("500".to_owned(), "0".to_owned()));
}

#[test]
fn a_restore_killed_at_any_step_is_done_by_the_next() {
    let Some(project) = backed_up() else { return };
    for moment in moments(&RESTORE) {
        project.sql("DELETE FROM messages WHERE message_id > 100");
        killed_at(restoring(&project).start(), moment);
        recovers(&project, moment);
    }
    // Half a database is none, under a name of the user's own least of all.
    let into = ["restore", "latest", "--into", "yesterday", "--yes", "-v"];
    for moment in ["  ..   restore", "  ..   compare"] {
        killed_at(project.tool(into).start(), moment);
        let is_there = "SELECT count(*) FROM pg_database WHERE datname = 'yesterday'";
        assert_eq!(project.sql(is_there), "0", "{moment}");
    }
    project.run(into).exits(0).says(&["this run takes over"]);
    assert_eq!(project.sql_on("yesterday", "SELECT count(*) FROM messages"), "500");
    assert_eq!(begun(&project), "0");
    project.run(["db-verify"]).exits(0);
    project.run(["status"]).exits(0);
    project.is_tidy();
}

/// Somebody who has a lock that a step waits for.
fn held(path: &Path) -> fs::File {
    let file = fs::File::options().create(true).truncate(false).write(true).open(path);
    let file = file.expect("ours");
    file.lock().expect("nobody has it");
    file
}

/// A supervisor of services that does not end when it is asked to, until it is
/// dropped: who stops the services waits for it.
pub struct Supervisor {
    process: Child,
    _lock: fs::File,
}

impl Supervisor {
    pub fn of(project: &Project) -> Supervisor {
        let dir = project.root.join(".xtask/services");
        fs::create_dir_all(&dir).expect("ours");
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' TERM; read -r _"]).stdin(Stdio::piped()).process_group(0);
        let process = command.spawn().expect("a shell");
        let pid = process.id();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
        let rest = stat.rsplit_once(')').expect("a name in brackets").1;
        let started = rest.split_whitespace().nth(19).expect("when it began");
        let path = dir.join("lock");
        let lock = held(&path);
        fs::write(&path, format!("{{\"pid\": {pid}, \"started\": \"{started}\"}}")).expect("ours");
        Supervisor { process, _lock: lock }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_restore_killed_around_the_services_is_done_by_the_next() {
    let Some(project) = backed_up() else { return };
    let stopped = |services: &str, moment: &str| {
        project.sql("DELETE FROM messages WHERE message_id > 100");
        let words = ["restore", "latest", "--yes", "-v", "--services", services];
        killed_at(project.tool(words).start(), moment);
    };
    // Their environment, that another run is making.
    fs::create_dir_all(project.root.join("shared/python")).expect("ours");
    project.write("shared/python/requirements.txt", "");
    let venv = project.tool(["up", "--services", "all"]).env("PATH", "/nowhere").run();
    assert_ne!(venv.code, 0, "{}", venv.whole());
    let entries = fs::read_dir(project.root.join(".xtask")).expect("is there").flatten();
    let locks: Vec<_> = entries.map(|it| it.path()).collect();
    let lock = locks.iter().find(|it| it.to_string_lossy().contains("venv-")).expect("it is made");
    let making = held(&lock.with_extension("lock"));
    stopped("all", "  ..   prepare services");
    recovers(&project, "prepare services");
    drop(making);
    let _supervisor = Supervisor::of(&project);
    stopped("db", "  ..   stop services");
    recovers(&project, "stop services");
}

#[test]
fn a_program_that_is_killed_is_told_and_nothing_is_half_done() {
    let Some(project) = backed_up() else { return };
    let before = listed(&project);
    let blocker = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    kill(child(&running, &["pg_dump", "--format=custom"]).expect("it runs"), Signal::SIGKILL)
        .expect("it runs");
    running.finish().exits(1).says(&["backing up", "pg_dump", "was killed by signal 9"]);
    assert_eq!(folders(&project), before);
    drop(blocker);
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
    for (words, moment) in [
        (&["backup", "-v"][..], "--schema-only"),
        (&["backup", "-v"], "--globals-only"),
        (&["restore", "latest", "--services", "none", "--yes", "-v"], "--exit-on-error"),
        (&["backup", "verify", "-v"], "--exit-on-error"),
    ] {
        let mut served = project.identity();
        // It may have ended before it is found: then again.
        let mut runs = (0..20).map(|_| {
            served = project.identity();
            let mut running = project.tool(words).start();
            assert!(running.hears(moment), "never said `{moment}`");
            let is_killed =
                child(&running, &[moment]).is_some_and(|pid| kill(pid, Signal::SIGKILL).is_ok());
            (is_killed, running.finish())
        });
        let ended = runs.find(|(is_killed, ended)| *is_killed && ended.code != 0);
        let (_, ended) = ended.unwrap_or_else(|| panic!("`{moment}` was always over"));
        ended.exits(1).says(&["was killed by signal 9"]);
        assert_eq!((project.identity(), begun(&project)), (served, "0".to_owned()));
        assert_eq!(listed(&project), folders(&project));
    }
    project.run(["backup"]).exits(0);
    restoring(&project).run().exits(0);
}

#[test]
fn a_prune_killed_or_stopped_in_the_middle_goes_on_next_time() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one folder");
    let names = old(12);
    copies(&project, &label, names.clone());
    // One takes its time: retention comes to it with more to do before and after.
    let fat = |name: &str| {
        for number in 0..60_000 {
            fs::File::create(store(&project).join(name).join(number.to_string())).expect("ours");
        }
        store(&project).join(format!("{name}.partial"))
    };
    let begun = |partial: &Path| {
        let running = project.tool(["backup", "prune"]).start();
        wait_until("it is being removed", || partial.exists().then_some(()));
        running
    };
    let left = |names: &[String]| [names, std::slice::from_ref(&label)].concat();
    let stay = &names[10..];
    let partial = fat(&names[8]);
    begun(&partial).kill();
    assert!(partial.exists());
    assert_eq!(listed(&project), left(&[&names[..8], stay].concat()));
    let partial = fat(&names[4]);
    let running = begun(&partial);
    running.signal(Signal::SIGINT);
    let ended = running.finish().exits(5);
    ended.says(&["interrupted", "4 removed", "hint: go on with `cargo xtask backup prune`"]);
    assert_eq!(folders(&project), left(&[&names[..4], stay].concat()));
    project.run(["backup", "prune"]).exits(0);
    assert_eq!(folders(&project), left(stay));
}
