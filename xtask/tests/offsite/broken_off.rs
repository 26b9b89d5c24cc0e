//! Uploads that are killed or stopped: nothing that counts is left, and the
//! next run goes on where they were.

use std::fs;

use nix::sys::signal::Signal;

use crate::encryption::{only, store, with_rows};
use crate::object_store::ObjectStore;
use crate::stage::Project;
use crate::tool::wait_until;

/// A backup of several parts of 8 MiB.
fn with_large_backup() -> Option<Project> {
    let project = with_rows()?;
    // What random() says compresses to no less than a half.
    let fill = "CREATE TABLE large AS SELECT i, md5(random()::text) || md5(random()::text) || \
                md5(random()::text) || md5(random()::text) AS text \
                FROM generate_series(1, 500000) AS i";
    project.sql(fill);
    project.run(["backup"]).exits(0);
    let bytes = fs::metadata(only(&project).join("data.dump.zst")).expect("is there").len();
    assert!(bytes > 4 * (8 << 20), "{bytes} bytes are too few parts");
    Some(project)
}

#[test]
fn a_killed_upload_goes_on_with_the_next_part() {
    let Some(project) = with_large_backup() else { return };
    let objects = ObjectStore::start(&project);
    let run = |words: &[&str]| objects.tool(&project, words).run();
    objects.take_parts(2);
    let running = objects.tool(&project, ["backup", "copy"]).start();
    let part = |count: usize| {
        wait_until("a part arrives", || (objects.seen("PUT", "data.dump") >= count).then_some(()));
    };
    part(3);
    running.kill();
    run(&["backup", "list", "--remote"]).exits(0).answers(&["there is no backup in"]);
    run(&["backup", "list"]).exits(0).answers(&["here alone"]);

    // Stopped by a person, too.
    objects.forget();
    objects.take_parts(1);
    let stopped = objects.tool(&project, ["backup", "copy"]).start();
    part(2);
    stopped.signal(Signal::SIGTERM);
    objects.take_parts(1);
    stopped.finish().exits(130);

    objects.forget();
    objects.take_parts(usize::MAX);
    let bytes = fs::metadata(only(&project).join("data.dump.zst")).expect("is there").len();
    run(&["backup", "copy"]).exits(0);
    let parts = usize::try_from(bytes.div_ceil(8 << 20)).expect("few");
    let sent = objects.seen("PUT", "data.dump");
    assert!(sent <= parts - 3 && sent > 0, "{sent} of {parts} parts were sent again");
    assert_eq!(objects.seen("POST", "data.dump"), 1, "the upload was ended, and none begun");
    assert!(objects.last_written().ends_with("/manifest.json"), "{}", objects.last_written());
    run(&["backup", "list"]).exits(0).answers(&["here and copied"]);
    assert!(!only(&project).join("upload.json").exists());

    // What is fetched is what was made; a killed fetch goes on as well.
    let name = only(&project).file_name().expect("has one").to_owned();
    let data = fs::read(only(&project).join("data.dump.zst")).expect("is there");
    fs::remove_dir_all(store(&project)).expect("ours");
    let partial = store(&project).join(format!("{}.partial", name.display()));
    fs::create_dir_all(&partial).expect("ours");
    fs::write(partial.join("data.dump.zst"), &data[..data.len() / 2]).expect("ours");
    run(&["backup", "fetch", "latest"]).exits(0);
    assert!(fs::read(only(&project).join("data.dump.zst")).expect("is there") == data);
}

#[test]
fn what_a_store_changed_is_seen_before_there_is_a_manifest() {
    let Some(project) = with_large_backup() else { return };
    let objects = ObjectStore::start(&project);
    objects.take_parts(2);
    let running = objects.tool(&project, ["backup", "copy"]).start();
    wait_until("parts arrive", || (objects.seen("PUT", "data.dump") >= 3).then_some(()));
    let is_part = |path: &std::path::PathBuf| path.to_string_lossy().ends_with(".part-1");
    let part = objects.files().into_iter().find(is_part).expect("it has arrived");
    let mut bytes = fs::read(&part).expect("is there");
    bytes[1000] ^= 1;
    fs::write(&part, bytes).expect("ours");
    objects.take_parts(usize::MAX);
    running.finish().exits(1).says(&["data.dump.zst` of 2", "comes back from s3://bucket"]);
    assert_eq!(objects.seen("PUT", "manifest.json"), 0, "half of it was called a copy");
    let run = |words: &[&str]| objects.tool(&project, words).run();
    run(&["backup", "list", "--remote"]).exits(2).answers(&["half copied"]);
    run(&["backup", "copy"]).exits(0);
    run(&["backup", "list", "--remote"]).exits(0).answers(&["decoded, copied"]);
}

#[test]
fn an_upload_that_the_store_forgot_begins_anew() {
    let Some(project) = with_large_backup() else { return };
    let objects = ObjectStore::start(&project);
    objects.take_parts(2);
    let running = objects.tool(&project, ["backup", "copy"]).start();
    wait_until("parts arrive", || (objects.seen("PUT", "data.dump") >= 3).then_some(()));
    running.kill();
    let note = only(&project).join("upload.json");
    let text = fs::read_to_string(&note).expect("is noted");
    let id = text.split("\"id\":\"").nth(1).expect("has one")[..36].to_owned();
    fs::write(&note, text.replace(&id, "00000000-0000-4000-8000-000000000000")).expect("ours");
    objects.take_parts(usize::MAX);
    let run = |words: &[&str]| objects.tool(&project, words).run();
    run(&["backup", "copy"]).exits(1).says(&["the store says"]);
    run(&["backup", "copy"]).exits(0);
    run(&["backup", "list"]).exits(0).answers(&["here and copied"]);
}
