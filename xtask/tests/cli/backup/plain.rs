//! The guide's own files: restored, and told when they were cut.

use std::fs;
use std::path::{Path, PathBuf};

use super::backed_up;
use crate::server::{DATABASE, program};
use crate::stage::Project;
use crate::tool::{Tool, skip};

/// `pg_dump > backup.sql`, as the guide does it.
pub fn dumped(project: &Project) -> PathBuf {
    let path = project.root.join("old backup.sql");
    let file = format!("--file={}", path.display());
    project.client(program("pg_dump")).args([file.as_str(), DATABASE]).run().exits(0);
    path
}

fn gzip(path: &Path) -> PathBuf {
    let dir = path.parent().expect("a folder");
    Tool::new("gzip", dir).args(["--keep", "--force"]).arg(path).run().exits(0);
    path.with_extension("sql.gz")
}

/// Its first bytes, up to this text.
fn cut(path: &Path, end: &str) -> PathBuf {
    let text = fs::read_to_string(path).expect("the dump");
    let at = text.find(end).expect("it is there");
    let cut = path.with_file_name("cut.sql");
    fs::write(&cut, &text[..at]).expect("writing");
    cut
}

pub fn restore(project: &Project, path: &Path, words: &[&str]) -> Tool {
    project.tool(["restore"]).arg(path).args(words)
}

#[test]
fn a_file_of_the_guide_is_served_and_taken_back() {
    let Some(project) = backed_up() else { return };
    let path = gzip(&dumped(&project));
    project.sql("DELETE FROM messages WHERE message_id > 100");
    restore(&project, &path, &["--dry-run"])
        .run()
        .exits(0)
        .answers(&["100 now,          500 then", "nothing was changed"]);
    restore(&project, &path, &["--yes"])
        .run()
        .exits(0)
        .says(&["as many as in the file"])
        .answers(&["old backup.sql.gz serves as osint_platform", "kept as"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
    project.run(["db-verify"]).exits(0);
    project.run(["rollback", "--yes"]).exits(0);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "100");
    restore(&project, &path, &["--into", "old", "--table", "messages", "--yes"])
        .run()
        .exits(64)
        .says(&["not out of plain SQL"]);
}

#[test]
fn a_cut_file_is_told_and_saved_only_beside() {
    let Some(project) = backed_up() else { return };
    let plain = cut(&dumped(&project), "text 400");
    // Cut before it was packed, as by a dump whose server died: gzip is content.
    let packed = gzip(&plain);
    // Cut afterwards, as by a full disk.
    let bytes = fs::read(gzip(&dumped(&project))).expect("the file");
    let torn = plain.with_file_name("torn.sql.gz");
    fs::write(&torn, &bytes[..bytes.len() / 2]).expect("writing");
    for path in [&plain, &packed, &torn] {
        restore(&project, path, &["--yes"]).run().exits(3).says(&["is cut", "--partial"]);
    }
    restore(&project, &plain, &["--partial", "--yes"]).run().exits(64).says(&["--into rescue"]);
    restore(&project, &packed, &["--into", "rescue", "--partial", "--yes"]).run().exits(0);
    let rescued = project.sql_on("rescue", "SELECT count(*) FROM messages");
    assert_eq!(rescued, "399");
    restore(&project, &torn, &["--into", "torn", "--partial", "--yes"]).run().exits(0);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}

#[test]
fn a_file_gives_no_commands() {
    let Some(project) = backed_up() else { return };
    let path = dumped(&project);
    let text = fs::read_to_string(&path).expect("the dump");
    let hit = project.root.join("hit");
    let evil = format!("\\! touch '{}'\nCREATE TABLE", hit.display());
    for text in [
        text.replacen("CREATE TABLE", &evil, 1),
        // As an older pg_dump wrote it.
        text.lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
            .replacen("CREATE TABLE", &evil, 1),
    ] {
        fs::write(&path, text).expect("writing");
        restore(&project, &path, &["--yes"]).run().exits(1).says(&["does not restore", "restrict"]);
        assert!(!hit.exists(), "a command of the file was run");
    }
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}

#[test]
fn what_is_no_dump_is_told() {
    let Some(project) = backed_up() else { return };
    let told = |name: &str, bytes: &[u8], code: i32, words: &[&str]| {
        let path = project.root.join(name);
        fs::write(&path, bytes).expect("writing");
        restore(&project, &path, &["--yes"]).run().exits(code).says(words);
    };
    told("empty.sql", b"", 1, &["is empty"]);
    told("notes.sql", b"-- notes\n", 1, &["holds no SQL"]);
    told("x.dump", b"PGDMP\x01\x0e\x00", 3, &["archive for pg_restore", "pg_restore --file="]);
    let path = dumped(&project);
    let text = fs::read_to_string(&path).expect("the dump").replacen(
        "COPY public.channels",
        "COPY public.chanels",
        1,
    );
    told("wrong.sql", text.as_bytes(), 1, &["does not restore", "chanels"]);
    restore(&project, &project.root.join("nowhere.sql"), &["--yes"])
        .run()
        .exits(1)
        .says(&["nowhere.sql"]);
    restore(&project, &project.root.join("infrastructure"), &["--yes"])
        .run()
        .exits(1)
        .says(&["is no backup", "manifest.json"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}

#[test]
fn a_backup_that_was_copied_elsewhere_is_one() {
    let Some(project) = backed_up() else { return };
    let [label] = super::folders(&project).try_into().expect("one folder");
    let away = project.temp().join("usb stick");
    fs::create_dir_all(&away).expect("a folder");
    fs::rename(super::store(&project).join(&label), away.join("mine")).expect("moving");
    project.sql("DELETE FROM messages");
    restore(&project, &away.join("mine"), &["--yes"])
        .run()
        .exits(0)
        .answers(&[&label, "compared with its manifest"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}

#[test]
fn a_backup_on_a_disk_that_nobody_can_write_is_restored() {
    let Some(project) = backed_up() else { return };
    let [label] = super::folders(&project).try_into().expect("one folder");
    let disk = project.temp().join("disk");
    fs::create_dir_all(&disk).expect("a folder");
    let mount = |options: &str| {
        let words = ["-t", "tmpfs", "-o", options, "xtask-cli"];
        Tool::new("mount", project.temp()).args(words).arg(&disk).run().code == 0
    };
    if !mount("size=64m,mode=755") {
        return skip("nothing can be mounted here");
    }
    crate::stage::copy(&super::store(&project).join(&label), &disk.join(&label));
    assert!(mount("remount,ro"));
    project.sql("DELETE FROM messages");
    let ended = restore(&project, &disk.join(&label), &["--yes"]).run();
    Tool::new("umount", project.temp()).arg(&disk).run().exits(0);
    ended.exits(0).answers(&[&label]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}
