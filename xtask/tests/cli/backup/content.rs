//! What a backup says that it holds: read from the dump, and again from what
//! it was restored into.

use std::fs;

use super::{backed_up, folders, store};
use crate::stage::Project;

/// The newest manifest.
fn manifest(project: &Project) -> serde_json::Value {
    let label = folders(project).pop().expect("a backup");
    let text = fs::read(store(project).join(label).join("manifest.json")).expect("is there");
    serde_json::from_slice(&text).expect("JSON")
}

/// Changes it, as somebody might who also takes away the sums.
fn change(project: &Project, change: impl FnOnce(&mut serde_json::Value)) {
    let dir = store(project).join(folders(project).pop().expect("a backup"));
    let mut manifest = manifest(project);
    change(&mut manifest);
    let _ = fs::remove_file(dir.join("SHA256SUMS"));
    fs::write(dir.join("manifest.json"), manifest.to_string()).expect("ours");
}

fn table<'a>(manifest: &'a mut serde_json::Value, name: &str) -> &'a mut serde_json::Value {
    let tables = manifest["content"]["tables"].as_array_mut().expect("tables");
    tables.iter_mut().find(|it| it["name"] == name).expect("the table")
}

#[test]
fn large_objects_are_compared() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("large_objects.sql"));
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    assert_eq!(manifest(&project)["content"]["large_objects"]["count"], 5);
    project.run(["restore", "latest", "--into", "again", "--yes"]).exits(0);
    let read = "SELECT convert_from(lo_get(4711, 1000000, 3), 'UTF8')";
    assert_eq!(project.sql_on("again", read), "far");
    change(&project, |it| {
        it["content"]["large_objects"]["hash"] = "0123456789abcdef0123456789abcdef".into();
    });
    project.run(["backup", "verify"]).exits(1).says(&["other rows than its manifest says"]);
}

#[test]
fn rows_are_those_of_the_manifest() {
    let Some(project) = backed_up() else { return };
    let hash = table(&mut manifest(&project), "messages")["hash"].clone();
    // What is served is spelled as the dump is.
    let ways = || project.run(["rollback", "--list"]).exits(0);
    ways().answers(&["nothing is lost"]);
    project.sql("UPDATE messages SET content = 'another' WHERE message_id = 7");
    ways().answers(&["public.messages (other rows, though as many)"]);
    change(&project, |it| table(it, "messages")["hash"] = "00".into());
    project.run(["backup", "verify"]).exits(1).says(&["other rows than its manifest says"]);
    change(&project, |it| {
        table(it, "messages")["hash"] = hash;
        table(it, "messages")["rows"] = 499.into();
    });
    project.run(["backup", "verify"]).exits(1).says(&["other rows than its manifest says"]);
    // One of an older version: hashes were of another kind.
    change(&project, |it| {
        it["format"] = 1.into();
        table(it, "messages")["hash"] = "123456".into();
        table(it, "messages")["rows"] = 500.into();
    });
    project.run(["backup", "verify"]).exits(0).answers(&["proven"]);
    ways().answers(&["can only be counted"]);
}

#[test]
fn what_role_and_database_have_set_changes_no_hash() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("settings.sql"));
    let backup = project.tool(["backup", "--prove"]);
    let backup = backup.env("PGTZ", "Asia/Tokyo").env("PGDATESTYLE", "German");
    backup.env("PGCLIENTENCODING", "LATIN1").run().exits(0).answers(&["proven"]);
    project.run(["restore", "latest", "--yes", "--services", "none"]).exits(0);
}

#[test]
fn another_encoding_is_kept_and_compared() {
    let Some(project) = Project::with_database() else { return };
    let on = |sql: &str| project.sql_on("postgres", sql);
    on("DROP DATABASE osint_platform");
    on("CREATE DATABASE osint_platform TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    // Clients speak another one than the database keeps.
    on("ALTER DATABASE osint_platform SET client_encoding = 'UTF8'");
    project.sql(include_str!("latin1.sql"));
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    project.run(["restore", "latest", "--yes", "--services", "none"]).exits(0);
    assert_eq!(project.sql("SELECT max(\"größe\") FROM \"Übersicht\""), "klein");
    assert_eq!(project.sql("SHOW server_encoding"), "LATIN1");
}

#[test]
fn rows_that_change_partitions_on_their_way_are_there() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("moods.sql"));
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    project.run(["restore", "latest", "--yes", "--services", "none"]).exits(0);
    assert_eq!(project.sql("SELECT count(*) FROM moods"), "900");
}
