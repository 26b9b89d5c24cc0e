//! The disk is full: told as that, and the old database serves on.

use std::process::Command;

use crate::stage::{Project, is_root};
use crate::tool::{skip, wait_until};

/// A small disk of its own under `XTASK_LOCAL_DIR`, in megabytes. The
/// project's janitor unmounts it.
fn size(project: &Project, megabytes: u64, first: bool) -> bool {
    let option = if first {
        format!("size={megabytes}m,mode=755")
    } else {
        format!("remount,size={megabytes}m")
    };
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &option, "xtask-cli"]).arg(project.local_dir());
    mount.output().is_ok_and(|output| output.status.success())
}

fn used_megabytes(project: &Project) -> u64 {
    let it = nix::sys::statvfs::statvfs(&project.local_dir()).expect("is mounted");
    let used = it.blocks() - it.blocks_free();
    used * it.fragment_size() / 1_000_000 + 1
}

#[test]
fn a_full_disk_takes_nothing_away() {
    let Some(project) = Project::with_server_programs() else { return };
    if !is_root() || !size(&project, 1000, true) {
        skip("mounting a small disk needs root");
        return;
    }
    project.install_database();
    project.run(["up"]).exits(0);
    project.insert_row("mine");
    let before = project.identity();
    let used = used_megabytes(&project);
    // The first does not hold a new cluster; the others break off later.
    for room in [5, 45, 60] {
        assert!(size(&project, used + room, false));
        let ended = project.run(["db-rebuild", "--yes"]);
        if ended.code == 0 {
            assert!(room > 5, "the disk was not full: {}", ended.whole());
            break;
        }
        assert!(ended.code == 1 || ended.code == 4, "{}", ended.whole());
        let why = ["No space left on device", "out of disk space"];
        assert!(why.iter().any(|why| ended.stderr.contains(why)), "{}", ended.whole());
        // It is not the file's fault.
        let ended = ended.never_says(&["does not run", "init.sql:"]);
        assert!(size(&project, 1000, false));
        assert_eq!(project.identity(), before, "another database is served: {}", ended.whole());
        assert!(project.has_row("mine"), "the row is gone: {}", ended.whole());
        project.is_tidy();
    }
    project.run(["db-rebuild", "--yes"]).exits(0);
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

#[test]
fn a_full_disk_takes_nothing_away_from_a_copy() {
    // One breaks off with the tables, one with the rows, one with the keys.
    keep("copy", [5, 30, 60]);
}

#[test]
fn a_full_disk_takes_nothing_away_from_a_clone() {
    // They break off with the copy, with the proof before it, with the plan, which
    // writes a table anew.
    keep("clone", [25, 5, 12]);
}

/// With less room than it takes, three times, and then with enough.
fn keep(way: &str, rooms: [u64; 3]) {
    let Some(project) = Project::with_server_programs() else { return };
    if !is_root() || !size(&project, 1500, true) {
        skip("mounting a small disk needs root");
        return;
    }
    project.install_database();
    project.run(["up"]).exits(0);
    project.insert_row("mine");
    project.sql("CREATE TABLE kept_full (id integer PRIMARY KEY, line text)");
    project.sql(
        "INSERT INTO kept_full SELECT it, repeat('x', 500) FROM generate_series(1, 60000) AS it",
    );
    let declared = "CREATE TABLE kept_full (id bigint PRIMARY KEY, line text);\n";
    let end = "CREATE OR REPLACE FUNCTION schema_ready()";
    project.edit_init(end, &format!("{declared}{end}"));
    let before = project.identity();
    let words = ["db-rebuild", "--keep-data", "--way", way, "--yes"];
    for room in rooms {
        project.sql("CHECKPOINT");
        let used = used_megabytes(&project);
        assert!(size(&project, used + room, false));
        let ended = project.run(words);
        if ended.code == 0 {
            assert!(room > rooms[0], "the disk was not full: {}", ended.whole());
            break;
        }
        assert!(ended.code == 1 || ended.code == 4, "{}", ended.whole());
        assert!(size(&project, 1500, false));
        recovered(&project);
        assert_eq!(project.identity(), before, "another database is served: {}", ended.whole());
        assert!(project.has_row("mine"), "the row is gone: {}", ended.whole());
        assert_eq!(project.sql("SELECT count(*) FROM kept_full"), "60000");
    }
    assert!(size(&project, 1500, false));
    recovered(&project);
    project.run(words).exits(0);
    project.run(["db-verify"]).exits(0);
    assert_eq!(project.sql("SELECT count(*) FROM kept_full"), "60000");
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_\\_new\\_%'";
    assert_eq!(project.sql(left), "0");
    project.is_tidy();
}

#[test]
fn a_full_disk_takes_nothing_away_from_a_restore() {
    let Some(project) = Project::with_server_programs() else { return };
    if !is_root() || !size(&project, 1000, true) {
        skip("mounting a small disk needs root");
        return;
    }
    project.install_database();
    project.run(["up"]).exits(0);
    project.sql(
        "CREATE TABLE filled AS SELECT it, repeat('x', 500) FROM generate_series(1, 150000) AS it",
    );
    project.run(["backup"]).exits(0);
    project.insert_row("mine");
    let before = project.identity();
    let restore = ["restore", "latest", "--services", "none", "--yes"];
    // With the new database, and with its rows.
    for (room, words) in [(5, &["backup", "verify"][..]), (40, &restore)] {
        project.sql("CHECKPOINT");
        let used = used_megabytes(&project);
        assert!(size(&project, used + room, false));
        let ended = project.run(words);
        assert!(ended.code == 1 || ended.code == 4, "{room}: {}", ended.whole());
        assert!(size(&project, 1000, false));
        recovered(&project);
        assert_eq!(project.identity(), before, "another database is served: {}", ended.whole());
        assert!(project.has_row("mine"), "the row is gone: {}", ended.whole());
        let list = project.run(["backup", "list"]).exits(0);
        list.answers(&["decoded"]).never_says(&["proven"]);
    }
    project.run(restore).exits(0);
    assert!(!project.has_row("mine"));
    project.run(["backup", "verify"]).exits(0);
    let begun = "SELECT count(*) FROM pg_database WHERE datname ~ '__new_|^xtask_proof_'";
    assert_eq!(project.sql_on("postgres", begun), "0");
    project.is_tidy();
}

/// A server without room for its log restarts by itself.
fn recovered(project: &Project) {
    wait_until("the server recovered", || (project.run(["up"]).code == 0).then_some(()));
}
