//! No room left, and folders that go away: told as that, no half of a backup
//! is one, older ones stay, and a full disk can be pruned.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::killed::{begun, listed, messages};
use super::{backed_up, copies, folders, locked, old, store, wait_for_dump};
use crate::stage::Project;
use crate::tool::{Running, Tool, skip};

const PAGE: u64 = 4096;

/// A disk of 3 MB with one backup, until it is dropped.
struct Disk {
    dir: PathBuf,
}

impl Disk {
    fn with_backup(project: &Project) -> Option<Disk> {
        let disk = Disk { dir: project.root.join("backups") };
        fs::create_dir_all(&disk.dir).expect("ours");
        if !disk.mount("size=30m,mode=700") {
            skip("mounting a small disk needs root");
            return None;
        }
        // The first is reckoned by the database, the next ones by the last.
        project.run(["backup"]).exits(0);
        assert!(disk.mount("remount,size=3m"));
        Some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "xtask-cli"]).arg(&self.dir);
        mount.output().is_ok_and(|output| output.status.success())
    }

    fn free(&self) -> u64 {
        let it = nix::sys::statvfs::statvfs(&self.dir).expect("is mounted");
        it.blocks_available() * it.fragment_size()
    }

    /// Somebody else's file, that leaves so many pages.
    fn fill(&self, pages: u64) {
        let _ = fs::remove_file(self.dir.join("other"));
        let bytes = self.free() - pages * PAGE;
        let zeros = vec![0; usize::try_from(bytes).expect("3 MB")];
        fs::write(self.dir.join("other"), zeros).expect("there is room");
        assert_eq!(self.free(), pages * PAGE);
    }

    fn make_room(&self) {
        fs::remove_file(self.dir.join("other")).expect("was there");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.dir).output();
    }
}

const FULL: &str = "No space left on device";

/// What a backup takes.
fn pages(dir: &Path) -> u64 {
    let files = fs::read_dir(dir).expect("a backup").flatten();
    files.map(|it| it.metadata().expect("a file").size().div_ceil(PAGE)).sum()
}

#[track_caller]
fn release(project: &Project, blocker: Running) {
    blocker.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()");
    project.sql("DROP SCHEMA xtask CASCADE");
}

#[test]
fn a_disk_that_fills_up_during_a_backup_leaves_none_and_can_be_pruned() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let Some(disk) = Disk::with_backup(&project) else { return };
    let [label] = folders(&project).try_into().expect("one backup");
    copies(&project, &label, old(4));
    let before = listed(&project);
    let all = pages(&store(&project).join(&label));
    // It is full with the dump, behind it, and with the last of the small files.
    for left in [0, 4, all - 5, all - 3, all - 2, all - 1] {
        let blocker = locked(&project);
        let running = project.tool(["backup"]).start();
        wait_for_dump(&project);
        disk.fill(left);
        release(&project, blocker);
        running.finish().exits(1).says(&["backing up", FULL]);
        assert_eq!(folders(&project), before, "{left} pages left");
        // It is told before anything is begun, and a full disk takes nothing.
        disk.fill(0);
        project.run(["backup"]).exits(4).says(&["has 0 bytes left", "hint: make room"]);
        assert_eq!(listed(&project), before);
        disk.make_room();
    }
    disk.fill(0);
    project.run(["status"]).exits(0).answers(&["backups    5,"]);
    // What makes room needs none.
    let pruned = project.run(["backup", "prune"]).exits(0);
    pruned.answers(&["20200101T000000.000Z-0000  goes"]);
    assert_eq!(folders(&project).len(), 3);
    disk.make_room();
    // More than there is room for, after one that was small.
    project.sql("CREATE TABLE noise AS SELECT md5(i::text) || md5('x' || i) AS it FROM generate_series(1, 80000) AS i");
    let before = listed(&project);
    project.run(["backup"]).exits(1).says(&["backing up", FULL]);
    assert_eq!(folders(&project), before);
    project.sql("DROP TABLE noise");
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    project.run(["restore", "latest", "--services", "none", "--yes"]).exits(0);
    assert!(project.has_row("mine"));
}

#[test]
fn a_proof_that_cannot_be_written_down_is_none() {
    let Some(project) = backed_up() else { return };
    let Some(disk) = Disk::with_backup(&project) else { return };
    disk.fill(0);
    let told = project.run(["backup", "verify"]).exits(1);
    told.says(&["proof.json", FULL]);
    project.run(["backup", "list"]).exits(0).answers(&["decoded"]).never_says(&["proven"]);
    // It can be served all the same.
    project.sql("DELETE FROM messages");
    project.run(["restore", "latest", "--services", "none", "--yes"]).exits(0);
    assert_eq!((messages(&project), begun(&project)), ("500".to_owned(), "0".to_owned()));
    disk.make_room();
    project.run(["backup", "verify"]).exits(0).answers(&["proven"]);
}

#[test]
fn a_backup_that_fails_prunes_nothing() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one backup");
    copies(&project, &label, old(6));
    let before = listed(&project);
    let would = project.run(["backup", "prune", "--dry-run"]).exits(0);
    would.answers(&["20200101T000000.000Z-0000  goes"]);
    // A row that no restore takes: it is made, and proved to be none.
    project.sql(
        "CREATE FUNCTION odd(it integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
    );
    project.sql("CREATE TABLE odd (it integer CHECK (odd(it))); INSERT INTO odd VALUES (1)");
    project.sql("CREATE OR REPLACE FUNCTION odd(it integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'");
    project.run(["backup", "--prove"]).exits(1).says(&["does not restore"]);
    assert!(before.iter().all(|it| folders(&project).contains(it)), "{:?}", folders(&project));
    let before = folders(&project);
    let blocker = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'xtask/pg_dump/%'");
    running.finish().exits(1);
    release(&project, blocker);
    assert_eq!(folders(&project), before);
    project.sql("DROP TABLE odd");
    project.run(["backup"]).exits(0).answers(&["removed by retention"]);
}

#[test]
fn a_folder_that_goes_away_is_told() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one backup");
    let served = project.identity();
    // The store, while one is being made in it.
    let blocker = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    let away = project.temp().join("away");
    fs::rename(project.root.join("backups"), &away).expect("ours");
    release(&project, blocker);
    running.finish().exits(1).says(&["backing up", "No such file or directory"]);
    // And before anything is asked of it.
    for words in
        [&["restore", "latest", "--yes"][..], &["backup", "verify"], &["backup", "show", "latest"]]
    {
        project.run(words).exits(1).says(&["there is no backup `latest`", "hint:"]);
    }
    project.run(["backup", "list"]).exits(0).answers(&["there is no backup"]);
    project.run(["backup", "prune"]).exits(0);
    project.run(["backup", "verify", "--all"]).exits(1).says(&["there is no backup"]);
    project.run(["backup", "check"]).exits(1).answers(&["there is no decoded backup"]);
    // One is made anew, and what comes back is there beside it.
    project.run(["backup"]).exits(0);
    let made = listed(&project);
    let back = away.join("local/osint_platform").join(&label);
    Tool::new("cp", project.temp()).arg("-a").arg(&back).arg(store(&project)).run().exits(0);
    assert_eq!(listed(&project), [&[label][..], &made].concat());
    // Its files, while it is being restored.
    let mut running =
        project.tool(["restore", "latest", "--services", "none", "--yes", "-v"]).start();
    running.reaches("new database");
    fs::remove_dir_all(store(&project)).expect("ours");
    let ended = running.finish();
    // Open files can be read to their end.
    assert!(ended.code == 0 || ended.code == 1, "{}", ended.whole());
    if ended.code == 1 {
        assert_eq!(project.identity(), served);
        ended.says(&["No such file or directory"]);
    }
    assert_eq!((messages(&project), begun(&project)), ("500".to_owned(), "0".to_owned()));
}
