//! `doctor`: broken states are told, each with its remedy; a sound checkout
//! is told sound.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::stage::{INIT, Project};

/// The checks of one name: state, message and fix in one text each.
fn found(document: &Value, name: &str) -> Vec<String> {
    let checks = document["data"]["checks"].as_array().expect("are told");
    let ours = checks.iter().filter(|check| check["name"] == name);
    ours.map(|it| {
        let text = |key: &str| it[key].as_str().unwrap_or("").to_owned();
        format!("{}: {} | {}", text("state"), text("message"), text("fix"))
    })
    .collect()
}

#[track_caller]
fn is_told(document: &Value, name: &str, words: &[&str]) {
    let all = found(document, name);
    let is_told = all.iter().any(|it| words.iter().all(|word| it.contains(word)));
    assert!(is_told, "`{name}` without {words:?}: {all:?} in {document:#}");
}

#[test]
fn a_sound_checkout_passes() {
    let Some(project) = Project::with_database() else { return };
    // The tests' servers need not survive a power cut.
    let ended = project.run(["doctor", "--json"]).exits(1);
    let document = ended.document();
    is_told(&document, "durability settings", &["failure", "fsync is off"]);
    let totals = &document["data"]["totals"];
    assert_eq!((&totals["failed"], &totals["warnings"]), (&1.into(), &0.into()), "{document:#}");
    project.run(["doctor"]).exits(1).answers(&["ok   schema", "in step with init.sql", "passed"]);
}

#[test]
fn what_is_wrong_in_the_database_is_told_with_its_remedy() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("doctor/broken.sql"));
    // A failed concurrent build leaves an invalid index.
    let index = "CREATE UNIQUE INDEX CONCURRENTLY broken ON event_config ((1))";
    project.psql_on(crate::server::DATABASE).args(["-c", index]).run().exits(1);
    let open = "BEGIN; SELECT pg_export_snapshot(); SELECT pg_sleep(100)";
    let _open = project.psql_on(crate::server::DATABASE).args(["-c", open]).start();

    let document = project.run(["doctor", "--json"]).exits(1).document();
    is_told(&document, "public.broken", &["failure", "is invalid", "REINDEX INDEX CONCURRENTLY"]);
    is_told(&document, "ck_never_looked", &["NOT VALID", "VALIDATE CONSTRAINT"]);
    is_told(&document, "public.messages_id_seq", &["the next insert fails", "setval"]);
    is_told(&document, "room for keys", &["failure", "channels.id", "TYPE bigint"]);
    is_told(&document, "types of references", &["warning", "narrow.message_id is integer"]);
    is_told(&document, "unlogged tables", &["warning", "public.narrow", "SET LOGGED"]);
    is_told(&document, "autovacuum", &["warning", "narrow", "RESET (autovacuum_enabled)"]);
    is_told(&document, "password encryption", &["warning", "md5", "scram-sha-256"]);
    is_told(&document, "seed rows", &["warning", "missing", "psql -- -f"]);
    is_told(&document, "rows set aside", &["warning", "1 rows"]);
    is_told(&document, "queue", &["warning", "waiting, the oldest for"]);
    is_told(&document, "default storage box", &["warning", "media archival stops"]);
    is_told(&document, "search vectors", &["warning", "1 messages"]);
    is_told(&document, "schema", &["warning", "differences from init.sql", "db-verify"]);
}

#[test]
fn a_quick_look_builds_nothing() {
    let Some(project) = Project::with_database() else { return };
    project.edit_init("-- 1. Core", "-- 1. The core");
    let shadows = "SELECT count(*) FROM pg_database WHERE datname LIKE 'xtask_shadow%'";
    let before = project.sql(shadows);
    let document = project.run(["doctor", "--quick", "--json"]).exits(1).document();
    is_told(&document, "schema", &["skipped", "--quick"]);
    is_told(&document, "search vectors", &["skipped", "--quick"]);
    assert_eq!(project.sql(shadows), before);
}

#[test]
fn what_is_wrong_in_the_checkout_is_told() {
    let Some(project) = Project::with_database() else { return };
    project.write(".env", "POSTGRES_PASSWORD=change-me\nPOSTGRES_DB=osint_platform\n");
    fs::set_permissions(project.root.join(".env"), fs::Permissions::from_mode(0o644))
        .expect("ours");
    project.write(INIT, project.read(INIT).replace('\n', "\r\n"));
    let document = project.run(["doctor", "--json"]).exits(1).document();
    is_told(&document, ".env mode", &["failure", "644", "chmod 600 .env"]);
    is_told(&document, ".env keys", &["warning", "POSTGRES_PORT"]);
    is_told(&document, "POSTGRES_PASSWORD", &["failure", "the one of .env.example"]);
    is_told(&document, "init.sql", &["failure", "CR"]);
}

#[test]
fn fixing_mends_modes_and_starts_what_is_stopped() {
    let Some(project) = Project::with_stopped_database() else { return };
    project.write(".env", "POSTGRES_DB=osint_platform\n");
    let env = project.root.join(".env");
    fs::set_permissions(&env, fs::Permissions::from_mode(0o644)).expect("ours");
    let document = project.run(["doctor", "--json"]).exits(1).document();
    is_told(&document, "server", &["failure", "is stopped", "cargo xtask up"]);
    is_told(&document, "database", &["skipped", "does not answer"]);

    project.run(["doctor", "--fix"]).exits(3).says(&["chmod 600 .env", "hint: add `--yes`"]);
    let mode = |path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(&env), 0o644, "nobody agreed");
    project.run(["doctor", "--fix", "--dry-run"]).answers(&["with --fix it would run: chmod 600"]);
    assert_eq!(mode(&env), 0o644, "it was a rehearsal");
    project.run(["doctor", "--fix", "--yes"]).answers(&["mended: chmod 600 .env, cargo xtask up"]);
    assert_eq!(mode(&env), 0o600);
    project.run(["db-verify"]).exits(0);
}
