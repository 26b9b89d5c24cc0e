//! Copies in a store: complete or none, read back, and enough for a machine
//! that has nothing else.

use std::fs;
use std::path::PathBuf;

use crate::encryption::{identity, nothing_is_readable, only, store, with_rows};
use crate::object_store::{ObjectStore, files_below};
use crate::stage::copy;

fn label(dir: &std::path::Path) -> String {
    dir.file_name().expect("has one").to_string_lossy().into_owned()
}

#[test]
fn a_machine_with_nothing_but_the_key_has_everything_again() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    let (key, recipient) = identity(&project, "key");
    let backup = objects.tool(&project, ["backup", "--prove"]);
    let backup = backup.env("XTASK_BACKUP_RECIPIENTS", &recipient).run().exits(0);
    backup.says(&["copy", "read back"]).never_says(&["canary-of-the-store"]);
    let label = label(&only(&project));
    let last = objects.last_written();
    assert!(last.ends_with(&format!("/{label}/manifest.json")), "{last}");
    let run = |words: &[&str]| objects.tool(&project, words).run();
    run(&["backup", "list"]).exits(0).answers(&[&label, "encrypted, here and copied"]);
    run(&["backup", "check"]).exits(0).answers(&["newest copy"]);
    run(&["backup", "copy", "--all"]).exits(0).answers(&["already"]);
    let doctor = run(&["doctor", "--json"]);
    assert!(doctor.stdout.contains("last copy"), "{}", doctor.whole());
    for words in [&["status", "--config"][..], &["backup", "list", "-v"], &["doctor", "-v"]] {
        run(words).never_says(&["canary-of-the-store", "X-Amz-Signature"]);
    }
    nothing_is_readable(objects.files());

    // The machine is gone; so is what it kept.
    fs::remove_dir_all(project.root.join("backups")).expect("ours");
    project.sql("DELETE FROM messages");
    run(&["backup", "list", "--remote"]).exits(0).answers(&[&label, "proven, encrypted, copied"]);
    run(&["backup", "list"]).exits(0).answers(&[&label, "copied alone"]);
    project.run(["backup", "list", "--remote"]).exits(1).says(&["there is no store", "bucket"]);
    run(&["restore", "--dry-run"]).exits(0).answers(&["would fetch", &label]);
    assert!(!store(&project).exists(), "nothing was fetched");
    let restore = objects.tool(&project, ["restore", "--yes", "--identity"]).arg(&key);
    restore.run().exits(0).says(&["fetch"]).answers(&[&label, "compared with its manifest"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
    // It came with its proof.
    project.run(["backup", "check", "--min-level", "proven"]).exits(0);
    nothing_is_readable(files_below(&project.root));
    let fetch = ["backup", "fetch", &label];
    run(&fetch).exits(0).answers(&["is here already"]);
}

#[test]
fn the_job_of_every_night_copies_as_well() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    project.write(".env", objects.settings());
    project.run(["schedule", "run", "backup"]).exits(0);
    project.run(["backup", "list"]).exits(0).answers(&["decoded, here and copied"]);
}

#[test]
fn what_was_made_since_the_last_copy_is_copied_with_the_next() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    let backup = || objects.tool(&project, ["backup"]).run().exits(0);
    project.run(["backup"]).exits(0);
    backup();
    // As the one that a migration makes.
    project.run(["backup"]).exits(0);
    backup();
    let list = objects.tool(&project, ["backup", "list"]).run().exits(0).stdout;
    let where_they_are: Vec<bool> =
        list.lines().filter(|it| it.contains("decoded")).map(|it| it.contains("copied")).collect();
    // Newest first; the first of all is for `backup copy --all`.
    assert_eq!(where_they_are, [true, true, true, false], "{list}");
    // One that is damaged keeps nothing from being copied, and is told.
    project.run(["backup"]).exits(0);
    let mut dirs: Vec<PathBuf> = fs::read_dir(store(&project))
        .expect("is there")
        .flatten()
        .map(|it| it.path())
        .filter(|it| it.is_dir())
        .collect();
    dirs.sort();
    let globals = dirs.last().expect("some").join("globals.sql");
    let length = fs::metadata(&globals).expect("is there").len();
    let whole = fs::read(&globals).expect("is there");
    fs::write(&globals, " ".repeat(usize::try_from(length).expect("short"))).expect("ours");
    let ended = objects.tool(&project, ["backup"]).run().exits(2);
    ended.says(&["was not copied", "cargo xtask backup copy 2"]);
    objects.tool(&project, ["backup", "check"]).run().exits(0).answers(&["newest copy"]);
    // It is older than the newest copy by now, and not forgotten.
    fs::write(&globals, whole).expect("ours");
    backup();
    let list = objects.tool(&project, ["backup", "list"]).run().exits(0).stdout;
    assert_eq!(list.matches("here and copied").count(), 6, "{list}");
}

/// Who says that backups are to be encrypted means those of before, too.
#[test]
fn what_was_made_in_clear_text_does_not_leave_the_machine_any_more() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    let (_, recipient) = identity(&project, "key");
    objects.tool(&project, ["backup"]).run().exits(0);
    project.run(["backup"]).exits(0);
    let clear = objects.files().len();
    let run = |words: &[&str]| {
        objects.tool(&project, words).env("XTASK_BACKUP_RECIPIENTS", &recipient).run()
    };
    run(&["backup", "copy", "latest"]).exits(3).says(&["is in clear text", "it stays here"]);
    run(&["backup"]).exits(0);
    run(&["backup", "copy", "--all"]).exits(0).says(&["is in clear text", "it stays here"]);
    let list = objects.tool(&project, ["backup", "list"]).run().exits(0).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].contains("encrypted, here and copied"), "{list}");
    assert!(lines[1].contains("here alone") && lines[2].contains("here and copied"), "{list}");
    assert!(objects.files().len() > clear);
}

#[test]
fn a_backup_is_good_whatever_becomes_of_its_copy() {
    let Some(project) = with_rows() else { return };
    let mut objects = ObjectStore::start(&project);
    let stranger = objects.tool(&project, ["backup"]).env("AWS_SECRET_ACCESS_KEY", "wrong");
    let ended = stranger.run().exits(2).answers(&["decoded"]);
    ended.says(&["the backup is good, and was not copied", "403", "cargo xtask backup copy 2"]);
    let name = label(&only(&project));
    let nobody = objects.tool(&project, ["backup", "copy"]).without("AWS_SECRET_ACCESS_KEY");
    nobody.run().exits(1).says(&["AWS_SECRET_ACCESS_KEY is not set", ".env"]);
    let elsewhere = objects.tool(&project, ["backup", "copy"]).env("XTASK_BACKUP_BUCKET", "none");
    elsewhere.run().exits(1).says(&["NoSuchBucket"]);

    objects.stop();
    let run = |objects: &ObjectStore, words: &[&str]| objects.tool(&project, words).run();
    run(&objects, &["backup", "copy"]).exits(4).says(&["cannot be reached"]);
    run(&objects, &["backup", "list"]).exits(2).answers(&[&name]).says(&["nobody knows"]);
    run(&objects, &["backup", "check"]).exits(4);
    run(&objects, &["backup", "prune"]).exits(2).says(&["the copies were not looked at"]);
    objects.start_again();
    run(&objects, &["backup", "check"]).exits(1).answers(&["there is no copy in s3://bucket"]);
    run(&objects, &["backup", "list"]).exits(0).answers(&["here alone"]);
    run(&objects, &["backup", "copy", "--all", "--dry-run"]).exits(0).answers(&[&name]);
    run(&objects, &["backup", "copy", "--all"]).exits(0).answers(&[&name]);
    run(&objects, &["backup", "check"]).exits(0).answers(&["newest copy"]);
}

#[test]
fn what_was_damaged_in_the_store_is_no_backup_and_is_mended() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    let run = |words: &[&str]| objects.tool(&project, words).run();
    run(&["backup"]).exits(0);
    let here = only(&project);
    let name = label(&here);
    let data = objects.dir().join(&name).join("data.dump.zst");
    let damage = |path: &PathBuf| {
        let mut bytes = fs::read(path).expect("is there");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).expect("ours");
    };
    damage(&data);
    let aside = project.temp().join("aside");
    fs::rename(store(&project), &aside).expect("ours");
    let fetch = ["backup", "fetch", &name];
    run(&fetch).exits(1).says(&["data.dump.zst` of 2", "is not what was written", "hint:"]);
    assert!(!here.exists(), "half of it has the name of a backup");
    project.run(["backup", "list"]).exits(0).answers(&["there is no backup"]);
    // Where it still is, the copy is made whole.
    fs::remove_dir_all(store(&project)).expect("ours");
    fs::rename(&aside, store(&project)).expect("ours");
    run(&["backup", "copy", &name]).exits(0).answers(&[&name]);
    fs::remove_dir_all(&here).expect("ours");
    damage(&objects.dir().join(&name).join("manifest.json"));
    run(&fetch).exits(1).says(&["reading the manifest"]);
    run(&["backup", "list", "--remote"]).answers(&["not a backup", &name]);
    damage(&objects.dir().join(&name).join("manifest.json"));
    run(&fetch).exits(0).answers(&[&name]);
    project.run(["backup", "verify"]).exits(0).answers(&["proven"]);
}

#[test]
fn what_is_proved_pinned_or_unpinned_later_is_known_there() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    let run = |words: &[&str]| objects.tool(&project, words).run().exits(0);
    run(&["backup"]);
    let there = objects.dir().join(label(&only(&project)));
    let has = |name: &str| there.join(name).exists();
    assert!(!has("pin") && !has("proof.json"));
    run(&["backup", "verify"]);
    run(&["backup", "pin", "latest"]);
    run(&["backup", "copy", "--all"]);
    assert!(has("pin") && has("proof.json"));
    run(&["backup", "unpin", "latest"]);
    run(&["backup", "copy", "--all"]);
    assert!(!has("pin") && has("proof.json"));
}

#[test]
fn retention_is_the_same_there_and_touches_only_our_names() {
    let Some(project) = with_rows() else { return };
    let objects = ObjectStore::start(&project);
    let run = |words: &[&str]| objects.tool(&project, words).run();
    run(&["backup"]).exits(0);
    let name = label(&only(&project));
    for day in 10..20 {
        let old = format!("202001{day}T000000.000Z-0000");
        copy(&objects.dir().join(&name), &objects.dir().join(&old));
    }
    let there = |name: &str| objects.dir().join(name).exists();
    fs::write(objects.dir().join("20200110T000000.000Z-0000/pin"), "pinned\n").expect("ours");
    copy(&objects.dir().join(&name), &objects.dir().join("mine"));
    // What a killed upload of another machine's left.
    fs::remove_file(objects.dir().join("20200119T000000.000Z-0000/manifest.json")).expect("ours");
    let prune = ["backup", "prune", "--dry-run"];
    run(&prune).exits(0).answers(&["20200111T000000.000Z-0000 in s3://bucket/machine  goes"]);
    assert!(there("20200111T000000.000Z-0000"), "nothing was changed");
    run(&["backup", "prune"])
        .exits(0)
        .answers(&["0110T000000.000Z-0000 in s3://bucket/machine  stays: pinned"]);
    let left = files_below(&objects.dir());
    let left = |name: &str| left.iter().any(|it| it.starts_with(objects.dir().join(name)));
    assert!(!left("20200111T000000.000Z-0000") && !left("20200119T000000.000Z-0000"));
    assert!(left("20200110T000000.000Z-0000") && left("20200118T000000.000Z-0000"));
    assert!(left(&name) && left("mine"), "ours stays, and so does a stranger's");
}
