//! What is told before a backup takes the place of what is served.

use super::plain::{dumped, restore};
use super::{backed_up, folders, store};
use crate::server::DATABASE;
use crate::stage::Project;

#[test]
fn rows_that_were_changed_are_told_and_asked_about() {
    let Some(project) = backed_up() else { return };
    project
        .run(["restore", "latest"])
        .exits(3)
        .says(&["55 tables have the rows of then", "hint: add `--yes` to agree"]);
    // As many as before.
    project.sql("UPDATE messages SET content = 'other' WHERE message_id = 1");
    let told =
        ["public.messages", "500 now and then, other rows", "54 tables have the rows of then"];
    project.run(["restore", "latest", "--dry-run"]).exits(0).answers(&told);
    let asked = project.run(["restore", "latest"]).exits(3);
    asked.says(&told).says(&["What is told above as of now is not served then"]);
    // Who has agreed does not wait until every row was read.
    let done = project.run(["restore", "latest", "--yes"]).exits(0);
    done.says(&["55 tables have as many rows as then"]);
    assert_eq!(project.sql("SELECT count(*) FROM messages WHERE content = 'other'"), "0");
}

#[test]
fn what_plain_sql_cannot_tell_is_said() {
    let Some(project) = backed_up() else { return };
    let path = dumped(&project);
    let told = restore(&project, &path, &[]).run().exits(3);
    told.says(&[
        "old backup.sql: plain SQL",
        "plain SQL has no hashes",
        "if it is meant, add `--yes`",
    ]);
}

/// Databases that are not the served one.
fn others(project: &Project) -> String {
    let sql = "SELECT coalesce(string_agg(datname, ' ' ORDER BY datname), '') FROM pg_database \
               WHERE datname NOT IN ('postgres', 'template0', 'template1', 'osint_platform') \
               AND datname NOT LIKE 'xtask\\_shadow%'";
    project.sql_on("postgres", sql)
}

#[test]
fn a_restore_that_is_killed_leaves_no_half_of_a_database_under_the_users_name() {
    let Some(project) = backed_up() else { return };
    let mut running =
        project.tool(["restore", "latest", "--into", "it's old", "--yes", "-v"]).start();
    assert!(running.hears("  ..   restore"), "never restored");
    running.kill();
    assert!(!others(&project).contains("it's old"), "{}", others(&project));
    project.run(["status"]).exits(2).answers(&[
        "`cargo xtask restore latest --into 'it'\\''s old'` of",
        "next: cargo xtask restore latest --into 'it'\\''s old'\n",
    ]);
    project.run(["restore", "latest", "--into", "it's old", "--yes"]).exits(0);
    for words in [&["--dry-run"][..], &["--yes"]] {
        let again = project.tool(["restore", "latest", "--into", "it's old"]).args(words).run();
        again.exits(3).says(&["there is a database `it's old` already"]).never_says(&["read back"]);
    }
    // The server would cut it.
    let long = "п".repeat(32);
    let refused = project.run(["restore", "latest", "--into", &long, "--yes"]).exits(64);
    refused.says(&["has 64 bytes, and names have 1 to 63"]);
    assert_eq!(others(&project), "it's old", "what was begun is swept");
    assert_eq!(project.sql_on("it's old", "SELECT count(*) FROM messages"), "500");
    project.run(["status"]).exits(0);
}

#[test]
fn a_server_without_room_is_told_before_anything_is_made() {
    let Some(project) = backed_up() else { return };
    let label = folders(&project).pop().expect("a backup");
    let dir = store(&project).join(label);
    std::fs::remove_file(dir.join("SHA256SUMS")).expect("is there");
    let manifest = std::fs::read_to_string(dir.join("manifest.json")).expect("is there");
    let bytes = manifest.split("\"database_bytes\": ").nth(1).expect("is noted");
    let bytes = bytes.split(',').next().expect("a number").trim_end().trim_end_matches('}').trim();
    let huge = manifest
        .replace(&format!("\"database_bytes\": {bytes}"), "\"database_bytes\": 4000000000000000");
    assert_ne!(huge, manifest);
    std::fs::write(dir.join("manifest.json"), huge).expect("ours");
    let told = ["was 4000.0 TB in its database", "--forget"];
    project.run(["restore", "latest", "--yes"]).exits(4).says(&told);
    project.run(["restore", "latest", "--dry-run"]).exits(4).says(&told);
    project.run(["backup", "verify"]).exits(4).says(&told);
    assert_eq!(others(&project), "");
}

/// The last change is the one that `--undo` and `rollback` undo, whatever the
/// clock said.
#[test]
fn a_clock_that_went_back_makes_the_last_change_no_older_one() {
    let Some(project) = backed_up() else { return };
    project.sql("CREATE TABLE told (by text); INSERT INTO told VALUES ('the first')");
    project.run(["db-rebuild", "--swap", "--yes", "--services", "db"]).exits(0);
    // As if that had been an hour from now, by a clock that was ahead.
    let kept = others(&project);
    let ahead = project
        .sql("SELECT to_char((now() + '1 hour') AT TIME ZONE 'UTC', 'YYYYMMDD\"t\"HH24MISS')");
    let ahead = format!("{DATABASE}__before_{ahead}000z");
    project.sql_on("postgres", &format!("ALTER DATABASE \"{kept}\" RENAME TO \"{ahead}\""));
    project.sql("CREATE TABLE told (by text); INSERT INTO told VALUES ('the second')");
    let swapped = project.run(["db-rebuild", "--swap", "--yes", "--services", "db"]).exits(0);
    swapped.says(&["the clock of this machine went back"]);
    project.run(["db-rebuild", "--undo", "--yes", "--services", "db"]).exits(0);
    assert_eq!(project.sql("SELECT by FROM told"), "the second");
    let back = ["rollback", "--yes", "--discard-newer", "--services", "db"];
    project.run(back).exits(0);
    assert_eq!(project.sql("SELECT to_regclass('told') IS NULL"), "t");
    project.run(back).exits(2).answers(&["told"]);
    assert_eq!(project.sql("SELECT by FROM told"), "the second");
}
