//! Physical backups: any moment can be had back, and a server whose archive
//! does not work serves on and says so.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::{skip, wait_until};

const BACKUP: [&str; 4] = ["backup", "--engine", "pgbackrest", "--yes"];
const RESTORE: [&str; 4] = ["restore", "--engine", "pgbackrest", "--yes"];
/// With it what cannot be asked whether it is protected is agreed to.
const NAMED: [&str; 2] = ["--confirm-db", DATABASE];

fn with_pgbackrest() -> Option<Project> {
    if Command::new("pgbackrest").arg("version").output().is_err() {
        skip("no pgbackrest");
        return None;
    }
    Project::with_database()
}

fn backed_up() -> Option<Project> {
    let project = with_pgbackrest()?;
    project.run(BACKUP).exits(0).answers(&["pgbackrest full"]);
    Some(project)
}

/// The server's clock, in another second than what was before.
fn moment(project: &Project) -> String {
    let second = || project.sql("SELECT date_trunc('second', clock_timestamp())");
    let before = second();
    wait_until("the next second", || (second() != before).then_some(()));
    project.sql("SELECT clock_timestamp()")
}

fn to<'a>(time: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["restore", "--engine", "pgbackrest", "--to-time", time], more].concat()
}

fn restore<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RESTORE, more].concat()
}

/// Clusters that restores set aside, the newest first.
fn kept(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.home()).expect("is there").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut kept: Vec<String> = names.filter(|name| name.starts_with("data.before-")).collect();
    kept.sort_by(|a, b| b.cmp(a));
    kept
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("is there").permissions().mode() & 0o777
}

#[test]
fn a_moment_between_two_writes_comes_back_and_can_be_undone() {
    let Some(project) = with_pgbackrest() else { return };
    project.run(["backup", "--engine", "pgbackrest"]).exits(3).says(&["restarted", "--yes"]);
    let would = project.run(["backup", "--engine", "pgbackrest", "--dry-run"]).exits(0);
    would.answers(&["turn archiving on", "stanza-create", "nothing was changed"]);
    assert!(!project.home().join("pgbackrest").exists());
    // The server inherits them, and hands them to what archives.
    let elsewhere = project.tool(BACKUP).env("PGBACKREST_REPO1_TYPE", "s3");
    let elsewhere = elsewhere.env("PGBACKREST_REPO2_PATH", "/nonexistent");
    elsewhere.run().exits(0).answers(&["pgbackrest full"]);
    assert_eq!(mode(&project.home().join("pgbackrest/pgbackrest.conf")), 0o600);
    assert_eq!(mode(&project.home().join("pgbackrest/repository")), 0o700);

    project.insert_row("early");
    let between = moment(&project);
    moment(&project);
    project.insert_row("late");
    for wrong in ["2020-01-01 00:00:00+00", "2999-01-01"] {
        project.run(to(wrong, &["--yes"])).exits(3).says(&["possible is any moment after"]);
    }
    project.run(to(&between, &[])).exits(3).says(&["add `--yes`"]);
    let before = project.identity();
    let restored = project.run(to(&between, &["--yes"])).exits(0);
    restored.says(&["public.event_config"]).answers(&["--undo"]);
    assert_eq!(project.identity(), before);
    assert!(project.has_row("early") && !project.has_row("late"));
    project.run(["db-verify"]).exits(0);
    // The last change is this one, which a dump of before would not undo.
    project.run(["rollback", "--list"]).exits(0).answers(&["undo `restore --engine pgbackrest`"]);
    project.run(["rollback", "--yes"]).exits(3).says(&["restore --engine pgbackrest --undo"]);

    // It goes on, on a timeline of its own, and is backed up like any other.
    project.insert_row("after");
    let after = moment(&project);
    project.run(BACKUP).exits(0).answers(&["pgbackrest diff"]);
    project.sql("DELETE FROM event_config WHERE key = 'after'");
    project.run(to(&after, &["--yes"])).exits(0);
    assert!(project.has_row("after"), "along the new timeline, from the old backup");

    let listed = project.run(["backup", "list", "--json"]).document();
    let physical = &listed["data"]["physical"];
    assert_eq!(physical["backups"].as_array().map(Vec::len), Some(2), "{physical}");
    assert_eq!(physical["archiving"]["failing"], false, "{physical}");
    project.run(restore(&["--undo"])).exits(0);
    assert!(!project.has_row("after"), "the cluster before has it deleted");

    // The served one knows nothing of the way that was left; the archive does.
    project.run(restore(&["--timeline", "00000003"])).exits(0);
    assert!(project.has_row("after"), "at the end of the way that was left");
    let full = physical["backups"][1]["label"].as_str().expect("a label");
    project.run(restore(&[full])).exits(0).answers(&["restored from", full]);
    assert!(!project.has_row("early"), "as when the backup ended");
    project.run(BACKUP).exits(0);

    project.run(restore(&["--forget", "one"])).exits(64).says(&["hint:"]);
    project.run(restore(&["--forget"])).exits(3).says(&["protected", "--confirm-db"]);
    assert_eq!(kept(&project).len(), 4);
    project.run(restore(&[&["--forget"], &NAMED[..]].concat())).exits(0);
    assert_eq!(kept(&project), Vec::<String>::new());
    project.is_tidy();
}

#[test]
fn a_served_cluster_that_cannot_be_asked_is_restored() {
    let Some(project) = with_pgbackrest() else { return };
    let drop = format!("DROP DATABASE {DATABASE} WITH (FORCE)");
    let copy = format!("CREATE DATABASE kept TEMPLATE {DATABASE}");
    project.sql_on("postgres", &copy);
    project.sql_on("postgres", &drop);
    project.run(BACKUP).exits(1).says(&["runs without archiving"]);
    assert_eq!(project.sql_on("postgres", "SHOW archive_mode"), "off");
    project.sql_on("postgres", &format!("ALTER DATABASE kept RENAME TO {DATABASE}"));
    project.run(BACKUP).exits(0);

    project.insert_row("mine");
    project.sql_on("postgres", "SELECT pg_switch_wal()");
    let before = moment(&project);
    moment(&project);
    // The log is replayed to the next commit, and a drop begins before its own.
    project.insert_row("next");
    project.sql_on("postgres", &drop);
    let restored = project.run(to(&before, &["--yes"])).exits(0);
    restored.says(&["cannot be compared"]);
    assert!(project.has_row("mine"));

    project.run(["down"]).exits(0);
    let refused = project.run(RESTORE).exits(3);
    refused.says(&["timeline  2", "protected", "--confirm-db"]);
    project.run(restore(&NAMED)).exits(0);
    assert!(project.has_row("mine"), "along its own timeline");
}

#[test]
fn an_archive_that_fails_is_told_and_the_server_serves_on() {
    let Some(project) = backed_up() else { return };
    project.run(["status"]).exits(0).answers(&["archiving", "none waits"]);
    let archive = project.home().join("pgbackrest/repository/archive");
    let aside = project.home().join("pgbackrest/repository/aside");
    fs::rename(&archive, &aside).expect("is there");
    project.insert_row("mine");
    project.sql("SELECT pg_switch_wal()");
    let failed = "SELECT failed_count > 0 FROM pg_stat_archiver";
    wait_until("the archive fails", || (project.sql(failed) == "t").then_some(()));
    assert!(project.has_row("mine"));
    project.run(["status"]).exits(2).answers(&["archiving", "FAILING"]);
    project.run(["backup", "check"]).exits(1).answers(&["FAILING"]);
    let doctor = project.run(["doctor", "--quick"]);
    assert_eq!(doctor.code, 1, "{}", doctor.whole());
    doctor.answers(&["FAILING"]);
    fs::rename(&aside, &archive).expect("is ours");
    let waiting = "SELECT last_archived_time > last_failed_time FROM pg_stat_archiver";
    wait_until("the archive works again", || (project.sql(waiting) == "t").then_some(()));
    project.run(["status"]).exits(0);
    damage_is_found(&project);
}

fn damage_is_found(project: &Project) {
    let verify = ["backup", "verify", "--engine", "pgbackrest"];
    project.run(verify).exits(0).answers(&["status: ok"]);
    let backups = project.home().join("pgbackrest/repository/backup/main");
    let entries = fs::read_dir(backups).expect("is there").flatten();
    let bundle = entries.map(|entry| entry.path().join("bundle/1")).find(|path| path.is_file());
    let bundle = bundle.expect("files of a backup lie in bundles");
    let mut bytes = fs::read(&bundle).expect("is there");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0x55);
    fs::write(&bundle, bytes).expect("is ours");
    project.run(verify).exits(1).says(&["is damaged", "hint:"]);

    // What stays is what the configuration says now, not at the last backup.
    let manifest = project.read("Cargo.toml");
    assert!(manifest.contains("\ndays = 7\n"));
    project.write("Cargo.toml", manifest.replacen("\ndays = 7\n", "\ndays = 3\n", 1));
    let pruned = project.run(["backup", "prune", "--engine", "pgbackrest", "-v"]).exits(0);
    pruned.says(&["--repo1-retention-full=3"]).answers(&["1 stay"]);
}

#[test]
fn a_restore_that_is_killed_leaves_the_served_cluster() {
    let Some(project) = backed_up() else { return };
    project.insert_row("mine");
    for step in ["restore", "recover", "change places"] {
        let words = ["restore", "--engine", "pgbackrest", "--yes", "-v"];
        let mut running = project.tool(words).start();
        running.reaches(step);
        running.kill();
        project.run(["up"]).exits(0);
        assert!(project.has_row("mine"), "killed at {step}");
        project.run(["db-verify"]).exits(0);
        project.is_tidy();
    }
    project.run(BACKUP).exits(0);

    // What a killed run left is the newest that was set aside.
    let before = kept(&project).len();
    let early = moment(&project);
    moment(&project);
    project.insert_row("late");
    let mut running = project.tool(to(&early, &["--yes", "-v"])).start();
    running.reaches("serve");
    running.kill();
    let undone = project.run(restore(&[&["--undo"], &NAMED[..]].concat())).exits(0);
    assert_eq!(kept(&project).len(), before + 1, "{}", undone.whole());
    assert!(project.has_row("mine") && project.has_row("late"));

    // A run that fails before it did anything leaves what serves since.
    let before = kept(&project);
    fs::rename(project.home().join(&before[0]), project.home().join("data.old")).expect("ours");
    fs::write(project.home().join("kept-as"), &before[0]).expect("ours");
    project.insert_row("since");
    let note = project.root.join(".xtask/run.json");
    fs::create_dir(&note).expect("a folder");
    project.run(RESTORE).exits(1);
    fs::remove_dir(&note).expect("ours");
    assert!(project.has_row("since"), "what served took it");
    assert_eq!(kept(&project), before);

    // One that was half removed is none to be served.
    let half = "data.before-99991231t000000000z";
    fs::create_dir(project.home().join(half)).expect("a folder");
    project.run(restore(&["--undo"])).exits(0);
    assert!(project.has_row("mine") && !project.has_row("late"));
    project.run(restore(&[&["--forget"], &NAMED[..]].concat())).exits(0).answers(&[half]);
    assert!(!project.home().join("data.gone").exists());

    // Replayed into the same folder, it would damage what is served.
    let aside = project.home().join("run/aside");
    fs::create_dir(&aside).expect("a folder");
    let owner = fs::metadata(project.home().join("run")).expect("is there");
    chown(&aside, Some(owner.uid()), Some(owner.gid())).expect("ours to give");
    project.sql(&format!("CREATE TABLESPACE aside LOCATION '{}'", aside.display()));
    let refused = project.run(["restore", "--engine", "pgbackrest", "--yes"]).exits(3);
    refused.says(&["tablespaces", "hint:"]);
}

#[test]
fn a_rebuilt_cluster_archives_nothing_until_it_is_agreed_to() {
    let Some(project) = with_pgbackrest() else { return };
    project.insert_row("mine");
    project.run(BACKUP).exits(0);
    let listed = project.run(["backup", "list", "--json"]).document();
    let before = listed["data"]["physical"]["backups"][0]["label"].as_str().expect("a label");
    project.run(["db-rebuild", "--yes"]).exits(0);
    assert_eq!(project.sql("SHOW archive_mode"), "off");
    project.run(["status"]).exits(2).answers(&["another cluster"]);
    project.run(BACKUP).exits(0).says(&["stanza-upgrade"]).answers(&["pgbackrest full"]);
    assert_eq!(project.sql("SHOW archive_mode"), "on");
    project.run(["backup", "check", "--engine", "pgbackrest"]).exits(0);
    project.run(["backup", "--engine", "pgbackrest", "--off", "--yes"]).exits(0);
    assert_eq!(project.sql("SHOW archive_mode"), "off");
    assert!(!project.has_row("mine"));

    project.run(restore(&[before])).exits(3).says(&["--foreign"]);
    project.run(restore(&[before, "--foreign"])).exits(0);
    assert!(project.has_row("mine"), "the cluster before the rebuild");
}

#[test]
fn a_server_that_is_not_ours_is_left_alone() {
    let Some(project) = with_pgbackrest() else { return };
    let url = project.url();
    let words = ["backup", "--engine", "pgbackrest", "--db-url", &url];
    project.run(words).exits(3).says(&["on its machine", "hint:"]);
    let none = project.tool(BACKUP).env("PATH", "/nonexistent");
    let none = none.env("XTASK_POSTGRES_BIN", crate::server::programs().expect("asked before"));
    none.run().exits(4).says(&["package `pgbackrest`"]);
    let none = project.run(["restore", "--engine", "pgbackrest", "--to-time", "2026-01-01"]);
    none.exits(1).says(&["there is no repository"]);
}
