//! Backups of the stack: by the container's own programs, which outlive the
//! client they were started by.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::stage::{INIT, Stage};
use crate::tool::{Tool, wait_at_most, wait_until};

const MODEL: &str = "shared/python/models/core.py";

#[test]
fn a_backup_is_proved_restored_and_leaves_no_session_when_it_is_stopped() {
    let Some(stage) = Stage::with_database() else { return };
    stage.add_user("kept");
    stage.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    stage.sql("DELETE FROM users");
    stage.run(["restore", "latest", "--yes"]).exits(0).answers(&["compared with its manifest"]);
    assert_eq!(stage.users(), "kept");
    stage.run(["db-rebuild", "--undo", "--yes"]).exits(0);
    assert_eq!(stage.users(), "");

    // The journal is dumped and not counted: a lock on it stops pg_dump alone.
    stage.sql("CREATE SCHEMA xtask; CREATE TABLE xtask.data_migrations ()");
    let lock =
        "BEGIN; LOCK TABLE xtask.data_migrations IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)";
    let _locked = stage.tool(["psql", "--", "-qc", lock]).start();
    let sessions = |more: &str| {
        let like = "application_name LIKE 'xtask/pg_dump/%'";
        stage.sql(&format!("SELECT count(*) FROM pg_stat_activity WHERE {like} {more}"))
    };
    let running = stage.tool(["backup"]).start();
    wait_until("pg_dump waits for the lock", || {
        (sessions("AND wait_event_type = 'Lock'") == "1").then_some(())
    });
    running.signal(Signal::SIGINT);
    running.finish().exits(130);
    // Long before pg_dump itself would stop to wait for the lock.
    wait_at_most(Duration::from_secs(10), "its session is gone", || {
        (sessions("") == "0").then_some(())
    });
    stage.run(["backup", "list"]).exits(0).answers(&["proven"]);
}

#[test]
fn a_large_one_is_restored_by_several_connections_and_leaves_no_file() {
    let Some(stage) = Stage::with_database() else { return };
    stage.sql(include_str!("../cli/backup/several.sql"));
    let proved = stage.run(["backup", "--prove", "-v"]).exits(0).answers(&["proven"]);
    proved.says(&["mktemp /tmp/xtask", "--jobs=", "every hash, sequence and key"]);
    stage.sql("DELETE FROM parts");
    stage.run(["restore", "latest", "--yes"]).exits(0);
    assert_eq!(stage.sql("SELECT count(*) FROM parts"), "300");
    let inside = |words: &[&str]| {
        let tool = Tool::new("docker-compose", &stage.root);
        let tool = tool.env("DOCKER_CONFIG", crate::stage::docker_config());
        tool.args(["exec", "-T", "postgres"]).args(words).run().exits(0)
    };
    inside(&["find", "/tmp", "-name", "xtask.*"]).answers_nothing();
    // Where it cannot be kept, one connection takes it as it comes.
    inside(&["mv", "/usr/bin/mktemp", "/usr/bin/away"]);
    let proved = stage.run(["backup", "verify", "-v"]).exits(0);
    proved.says(&["mktemp /tmp/xtask", "every hash, sequence and key"]);
}

#[test]
fn rows_stay_through_both_ways_and_every_way_back() {
    let Some(stage) = Stage::with_database() else { return };
    stage.add_user("kept");
    // The guide's line, with the programs of the container.
    let dump = "exec > guide.sql.gz; docker-compose exec -T postgres pg_dump -U osint_user osint_platform | gzip";
    let docker = crate::stage::docker_config();
    Tool::new("sh", &stage.root).env("DOCKER_CONFIG", docker).args(["-c", dump]).run().exits(0);
    let column = "    spam_type               varchar(50),";
    for (way, kind) in [("copy", "varchar(60)"), ("clone", "varchar(70)")] {
        stage.edit_init(column, &column.replace("varchar(50)", kind));
        let words = ["db-rebuild", "--keep-data", "--way", way, "--yes"];
        stage.run(words).exits(0).answers(&["kept as osint_platform__before_"]);
        assert_eq!(stage.users(), "kept", "{way}");
        stage.run(["db-verify"]).exits(0);
        stage.run(["rollback", "--db-only", "--yes"]).exits(2).answers(&["went back"]);
        assert_eq!(stage.users(), "kept", "{way}");
        stage.edit_init(&column.replace("varchar(50)", kind), column);
        stage.run(["db-verify"]).exits(0);
    }
    stage.sql("DELETE FROM users");
    let ended = stage.run(["restore", "./guide.sql.gz", "--yes"]).exits(0);
    ended.answers(&["guide.sql.gz serves as osint_platform"]);
    assert_eq!(stage.users(), "kept");
    stage.run(["rollback", "--yes"]).exits(0);
    assert_eq!(stage.users(), "");
}

#[track_caller]
fn git(stage: &Stage, words: &[&str]) {
    let who = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
    Tool::new("git", &stage.root).args(who).args(words).run().exits(0);
}

fn commit(stage: &Stage, words: &str) {
    git(stage, &["add", INIT, MODEL]);
    git(stage, &["commit", "-q", "-m", words]);
}

/// What the guide's three sections do by hand: kept every night, looked after,
/// and gone back from, with the code.
#[test]
fn the_night_the_day_after_and_the_way_back_with_its_code() {
    let Some(stage) = Stage::with_database() else { return };
    std::fs::create_dir_all(stage.root.join("shared/python/models")).expect("ours");
    stage.write(MODEL, "# as it was\n");
    git(&stage, &["init", "-q"]);
    commit(&stage, "first");
    stage.run(["db-verify"]).exits(0);
    stage.add_user("kept");
    stage.run(["schedule", "run", "backup"]).exits(0);
    stage.run(["schedule", "run", "prove"]).exits(0);
    stage.run(["schedule"]).exits(2).answers(&["well, in ", "at worst 24 h"]);
    stage.run(["backup", "check", "--max-age", "26h", "--min-level", "proven"]).exits(0);
    stage.run(["backup", "prune"]).exits(0).answers(&["stays: ", "the newest proven one"]);
    stage.run(["status"]).exits(0).answers(&["the newest proven one is 0.0 h old"]);

    // Some rows of then, beside what is served.
    stage.sql("DELETE FROM users");
    for words in [&["--into", "yesterday"][..], &["--into", "rescue", "--table", "users"]] {
        stage.tool(["restore", "latest", "--yes"]).args(words).run().exits(0);
        let count = ["psql", "--", words[1], "-XAtc", "SELECT count(*) FROM users"];
        stage.run(count).exits(0).answers(&["1"]);
    }
    assert_eq!(stage.users(), "");
    stage.run(["restore", "latest", "--dry-run"]).exits(0).answers(&["public.users", "1 then"]);
    stage.run(["restore", "latest", "--yes"]).exits(0);
    assert_eq!(stage.users(), "kept");

    // A change with its model, and back: rows, schema and code.
    stage.edit_init(
        "    CONSTRAINT pk_users PRIMARY KEY (id),",
        "    nickname text,\n    CONSTRAINT pk_users PRIMARY KEY (id),",
    );
    stage.write(MODEL, "# with a nickname\n");
    commit(&stage, "nickname");
    stage.run(["db-migrate", "--yes"]).exits(0);
    stage.sql("UPDATE users SET nickname = 'nick'");
    let refused = stage.run(["rollback", "--yes"]).exits(3);
    refused.says(&["users.nickname goes with 1 value", "--discard-newer"]);
    stage.run(["rollback", "--yes", "--discard-newer"]).exits(0).answers(&["equals init.sql"]);
    assert_eq!(stage.users(), "kept");
    assert!(!stage.read(INIT).contains("nickname"));
    assert_eq!(stage.read(MODEL), "# as it was\n");
    stage.run(["db-rebuild", "--forget", "--yes"]).exits(0).answers(&["dropped: osint_platform__"]);
    stage.run(["status"]).exits(0);
}
