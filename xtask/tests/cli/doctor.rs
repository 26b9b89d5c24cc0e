//! `doctor`: broken states are told, each with its remedy; a sound checkout
//! is told sound.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::skip;
use crate::tool::{BINARY, Tool, wait_until};

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
    project.psql_on(DATABASE).args(["-c", index]).run().exits(1);
    let open = "BEGIN; SELECT pg_export_snapshot(); SELECT pg_sleep(100)";
    let _open = project.psql_on(DATABASE).args(["-c", open]).start();

    let document = project.run(["doctor", "--json"]).exits(1).document();
    is_told(&document, "public.broken", &["failure", "is invalid", "REINDEX INDEX CONCURRENTLY"]);
    is_told(&document, "ck_never_looked", &["NOT VALID", "VALIDATE CONSTRAINT"]);
    is_told(&document, "public.messages_id_seq", &["the next insert fails", "setval"]);
    is_told(&document, "room for keys", &["failure", "channels.id", "TYPE bigint"]);
    is_told(&document, "types of references", &["warning", "narrow.message_id is integer"]);
    is_told(&document, "unlogged tables", &["warning", "public.narrow", "SET LOGGED"]);
    is_told(&document, "autovacuum", &["warning", "narrow", "RESET (autovacuum_enabled)"]);
    is_told(&document, "password encryption", &["warning", "md5", "scram-sha-256"]);
    is_told(&document, "seed rows", &["warning", "missing", "ON_ERROR_STOP=1 < "]);
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
    let settings = "POSTGRES_DB=osint_platform\nPOSTGRES_POOL_SIZE=200\n";
    project.write(".env", format!("POSTGRES_PASSWORD=change-me\n{settings}"));
    fs::set_permissions(project.root.join(".env"), fs::Permissions::from_mode(0o644))
        .expect("ours");
    project.write(INIT, project.read(INIT).replace('\n', "\r\n"));
    let document = project.run(["doctor", "--json"]).exits(1).document();
    is_told(&document, ".env mode", &["failure", "644", "chmod 600 .env"]);
    is_told(&document, ".env keys", &["warning", "POSTGRES_PORT"]);
    is_told(&document, "POSTGRES_PASSWORD", &["failure", "the one of .env.example"]);
    is_told(&document, "init.sql", &["failure", "CR"]);
    is_told(&document, "connection budget", &["warning", "424 connections"]);
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

/// Every command of psql that is told, run by a shell as it is printed.
#[track_caller]
fn follow(project: &Project, document: &Value, url: &str) -> usize {
    let checks = document["data"]["checks"].as_array().expect("are told");
    let wrong = checks.iter().filter(|it| it["state"] == "failure" || it["state"] == "warning");
    let fixes: Vec<String> = wrong
        .map(|it| it["fix"].as_str().unwrap_or_else(|| panic!("no remedy: {it:#}")).to_owned())
        .filter(|fix| fix.contains(" psql "))
        .collect();
    for fix in &fixes {
        let command = fix.replace("cargo xtask", BINARY).replace("--db-url URL", url);
        Tool::new("sh", &project.root)
            .env("XTASK_LOCAL_DIR", project.local_dir())
            .env("XTASK_TARGET", "local")
            .args(["-c", &command])
            .run()
            .exits(0);
    }
    fixes.len()
}

#[test]
fn remedies_that_are_pasted_mend() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("doctor/mendable.sql"));
    for name in ["password_encryption = 'md5'", "synchronous_commit = off", "autovacuum = off"] {
        project.sql(&format!("ALTER SYSTEM SET {name}"));
    }
    project.sql("SELECT pg_reload_conf()");
    let index = "CREATE UNIQUE INDEX CONCURRENTLY broken ON mendable (same)";
    project.psql_on(DATABASE).args(["-c", index]).run().exits(1);
    project.sql("UPDATE mendable SET same = id");

    let document = project.run(["doctor", "--json"]).exits(1).document();
    assert!(follow(&project, &document, "") >= 10, "{document:#}");

    let document = project.run(["doctor", "--json"]).exits(2).document();
    let checks = document["data"]["checks"].as_array().expect("are told");
    let wrong = checks.iter().filter(|it| it["state"] == "failure" || it["state"] == "warning");
    let left: Vec<&str> = wrong.filter_map(|it| it["name"].as_str()).collect();
    // The tables of this test are not in init.sql.
    assert_eq!(left, ["schema"], "{document:#}");
}

#[test]
fn a_remedy_names_the_target_that_was_looked_at() {
    let Some(project) = Project::with_database() else { return };
    project.sql("ALTER SYSTEM SET password_encryption = 'md5'");
    project.sql("SELECT pg_reload_conf()");
    let name = "password encryption";
    let document = project.run(["doctor", "--quick", "--json"]).exits(1).document();
    is_told(&document, name, &["| cargo xtask psql -- -c 'ALTER SYSTEM"]);
    let document =
        project.run(["doctor", "--quick", "--json", "--target", "local"]).exits(1).document();
    is_told(&document, name, &["| cargo xtask --target local psql -- -c"]);
    let url = project.url();
    let ended = project.run(["doctor", "--quick", "--json", "--db-url", &url]).exits(1);
    let ended = ended.never_says(&[project.password().as_str()]);
    is_told(&ended.document(), name, &["| cargo xtask --db-url URL psql -- -c"]);
    is_told(&ended.document(), "role", &["warning", "is a superuser", "owns this database"]);
}

#[test]
fn another_collation_library_is_noticed_and_mended() {
    let Some(project) = Project::with_database() else { return };
    let make = "CREATE DATABASE icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'";
    if project.psql_on(DATABASE).args(["-c", make]).run().code != 0 {
        return skip("no ICU in this PostgreSQL");
    }
    let url = project.url().replace(&format!("/{DATABASE}"), "/icu");
    let look = || project.run(["doctor", "--quick", "--json", "--db-url", &url]).document();
    assert_eq!(found(&look(), "collation version"), ["pass:  | "]);
    project.sql("UPDATE pg_database SET datcollversion = '1' WHERE datname = 'icu'");
    is_told(&look(), "collation version", &["failure", "with 1", "REINDEX DATABASE CONCURRENTLY"]);
    follow(&project, &look(), &format!("--db-url '{url}'"));
    assert_eq!(found(&look(), "collation version"), ["pass:  | "]);
}

#[test]
fn a_dry_run_says_what_fixing_would_do() {
    let Some(project) = Project::with_stopped_database() else { return };
    let told = "with --fix it would run: cargo xtask up";
    project.run(["doctor", "--dry-run"]).exits(1).answers(&[told]);
    project.run(["doctor", "--quick"]).exits(1).answers(&["is stopped"]);
}

#[test]
fn a_table_that_somebody_holds_does_not_hold_it_up() {
    let Some(project) = Project::with_database() else { return };
    let lock = "BEGIN; LOCK TABLE ingest_queue; SELECT pg_sleep(170)";
    let _holder = project.psql_on(DATABASE).args(["-c", lock]).start();
    let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' \
                AND relation = 'ingest_queue'::regclass AND granted";
    wait_until("the lock is held", || (project.sql(held) == "1").then_some(()));
    let started = Instant::now();
    let document = project.run(["doctor", "--quick", "--json"]).exits(1).document();
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    is_told(&document, "queue", &["skipped", "it cannot be looked at"]);
    is_told(&document, "default storage box", &["pass"]);
}

#[test]
fn an_init_file_that_runs_once_only_is_told() {
    let Some(project) = Project::with_database() else { return };
    let name = "init.sql twice";
    let look = || project.run(["doctor", "--json"]).exits(1).document();
    assert_eq!(found(&look(), name), ["pass:  | "]);
    let mark = "CREATE OR REPLACE FUNCTION schema_ready()";
    let grows = "INSERT INTO event_config (key, value) VALUES (gen_random_uuid(), '1');\n";
    project.edit_init(mark, &format!("{grows}{mark}"));
    is_told(&look(), name, &["warning", "a second run public.event_config has", "lint --prove"]);
    project.edit_init(grows, "CREATE TABLE once_only (id integer);\n");
    is_told(&look(), name, &["warning", "a second run stops here", "already exists"]);
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE '%_building'";
    assert_eq!(project.sql(left), "0");
}

#[test]
fn what_git_would_publish_is_told() {
    let project = Project::new();
    Tool::new("git", &project.root).args(["init", "--quiet"]).run().exits(0);
    project.write(".env", "POSTGRES_PASSWORD=a-long-enough-password\n");
    Tool::new("git", &project.root).args(["add", "."]).run().exits(0);
    let look = || project.run(["doctor", "--quick", "--json"]).document();
    is_told(&look(), ".env in git", &["failure", "git rm --cached .env"]);
    is_told(&look(), "git ignores", &["warning", ".env, .xtask", ">> .gitignore"]);
    for name in [".env in git", "git ignores"] {
        let document = look();
        let checks = document["data"]["checks"].as_array().expect("are told");
        let check = checks.iter().find(|it| it["name"] == name).expect("is told");
        let fix = check["fix"].as_str().expect("has one");
        Tool::new("sh", &project.root).args(["-c", fix]).run().exits(0);
        assert!(found(&look(), name)[0].starts_with("pass"), "`{fix}`: {:#}", look());
    }
}
