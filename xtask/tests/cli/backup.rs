//! Backups that count, and only those; restores that can be taken back.

mod card;
mod content;
mod documents;
mod faults;
mod fit;
mod interrupted;
mod killed;
mod plain;
mod rivals;
mod room;
mod servers;
mod several;
mod tampered;
mod told;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::{Running, wait_until};

/// Everything is asked for, and not what the gate has time for:
/// `XTASK_TEST_FAULTS`.
fn is_full() -> bool {
    std::env::var_os("XTASK_TEST_FAULTS").is_some()
}

fn store(project: &Project) -> PathBuf {
    project.root.join("backups/local/osint_platform")
}

/// The names in the store that are backups or want to be.
fn folders(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(store(project)).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn backed_up() -> Option<Project> {
    let project = Project::with_database()?;
    project.sql("INSERT INTO channels (telegram_id, name) VALUES (1, 'one')");
    let rows = "INSERT INTO messages (message_id, channel_id, content, telegram_date) \
                SELECT i, c.id, 'text ' || i, now() FROM channels c, generate_series(1, 500) AS i";
    project.sql(rows);
    project.run(["backup"]).exits(0).answers(&["decoded"]);
    Some(project)
}

/// A session that keeps `pg_dump` waiting, until it is dropped.
fn locked(project: &Project) -> Running {
    // A table that is dumped and not counted: the journal.
    project.sql("CREATE SCHEMA xtask; CREATE TABLE xtask.data_migrations ()");
    let sql =
        "BEGIN; LOCK TABLE xtask.data_migrations IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)";
    let session = project.psql_on(DATABASE).args(["-c", sql]).start();
    let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' \
                AND relation = 'xtask.data_migrations'::regclass AND granted";
    wait_until("the table is locked", || (project.sql(held) == "1").then_some(()));
    session
}

fn wait_for_dump(project: &Project) {
    let waiting = "SELECT count(*) FROM pg_stat_activity \
                   WHERE application_name LIKE 'xtask/pg_dump/%' AND wait_event_type = 'Lock'";
    wait_until("pg_dump waits for the lock", || (project.sql(waiting) == "1").then_some(()));
}

/// Copies of a backup under the names of others, as somebody brings them: the
/// name tells how old one is.
fn copies(project: &Project, label: &str, names: impl IntoIterator<Item = String>) {
    for name in names {
        let (from, to) = (store(project).join(label), store(project).join(&name));
        crate::stage::copy(&from, &to);
        for name in ["pin", "SHA256SUMS"] {
            let _ = fs::remove_file(to.join(name));
        }
        let manifest = fs::read_to_string(to.join("manifest.json")).expect("is there");
        fs::write(to.join("manifest.json"), manifest.replace(label, &name)).expect("ours");
    }
}

/// Names of one day, of which retention keeps the newest.
fn old(count: usize) -> Vec<String> {
    (0..count).map(|hour| format!("20200101T{hour:02}0000.000Z-0000")).collect()
}

/// A program that a run has started.
fn child(running: &Running, words: &[&str]) -> Option<Pid> {
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let mut pids = processes.filter_map(|it| it.file_name().to_str()?.parse::<i32>().ok());
    let is_it = |pid: &i32| {
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|it| it.1.split_whitespace().nth(1));
        parent == Some(&running.pid().to_string()) && words.iter().all(|word| line.contains(word))
    };
    pids.find(is_it).map(Pid::from_raw)
}

#[test]
fn a_backup_is_private_complete_and_proved_by_a_restore() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one folder");
    let dir = store(&project).join(&label);
    assert_eq!(fs::metadata(&dir).expect("is there").permissions().mode() & 0o777, 0o700);
    for name in ["data.dump.zst", "globals.sql", "properties.sql", "manifest.json"] {
        let mode = fs::metadata(dir.join(name)).expect(name).permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    project.run(["backup", "check"]).exits(0);
    project.run(["backup", "check", "--min-level", "proven"]).exits(1).answers(&["no proven"]);
    project.run(["backup", "verify"]).exits(0).answers(&["proven", &label]);
    project.run(["backup", "check", "--min-level", "proven"]).exits(0);
    project.run(["backup", "check", "--max-age", "soon"]).exits(64);
    project.run(["backup", "list"]).exits(0).answers(&[&label, "proven"]);
    project.run(["backup", "show", "latest"]).exits(0).answers(&["proven at", "pg_restore"]);
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'xtask_proof%'";
    assert_eq!(project.sql(left), "0");
    project.run(["backup", "lst"]).exits(64).says(&["did you mean `cargo xtask backup list`"]);
}

#[test]
fn a_proof_sweeps_what_killed_ones_left_and_nothing_else() {
    let Some(project) = backed_up() else { return };
    let names = ["20200101t000000_000z_0000", "20200101t000000_001z_0000", "mine"];
    for name in names {
        project.sql(&format!("CREATE DATABASE xtask_proof_{name}"));
    }
    let working = format!("xtask_proof_{}", names[1]);
    let _inside = project.psql_on(&working).args(["-c", "SELECT pg_sleep(60)"]).start();
    let inside = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{working}'");
    wait_until("somebody works in it", || (project.sql(&inside) == "1").then_some(()));
    project.run(["backup", "verify"]).exits(0).answers(&["proven"]);
    let left = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database \
                WHERE datname LIKE 'xtask_proof%'";
    assert_eq!(project.sql(left), format!("{working} xtask_proof_mine"));
}

#[test]
fn damage_is_found_and_a_changed_manifest_is_no_backup() {
    let Some(project) = backed_up() else { return };
    project.run(["backup", "verify"]).exits(0);
    let [label] = folders(&project).try_into().expect("one folder");
    let dir = store(&project).join(&label);
    let mut bytes = fs::read(dir.join("data.dump.zst")).expect("is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(dir.join("data.dump.zst"), &bytes).expect("ours");
    project.run(["backup", "verify"]).exits(1).says(&["is not what was written", "hint:"]);
    project.run(["restore", "latest", "--yes"]).exits(1).says(&["is not what was written"]);
    // A backup of an older version of this tool.
    fs::remove_file(dir.join("SHA256SUMS")).expect("is there");
    // Other content than was proved: the proof is not of this one.
    let manifest = fs::read_to_string(dir.join("manifest.json")).expect("is there");
    fs::write(dir.join("manifest.json"), manifest.replacen("\"rows\": 500", "\"rows\": 501", 1))
        .expect("ours");
    project.run(["backup", "list"]).exits(0).answers(&["decoded"]).never_says(&["proven"]);

    bytes.truncate(middle);
    fs::write(dir.join("data.dump.zst"), &bytes).expect("ours");
    project.run(["backup", "list"]).exits(2).answers(&["not a backup", "data.dump.zst"]);
    project.run(["backup", "verify"]).exits(1).says(&["there is no backup"]);
    fs::remove_file(dir.join("data.dump.zst")).expect("is there");
    let ended = project.run(["backup", "list"]).exits(2);
    ended.answers(&["not a backup", "data.dump.zst"]);
    project.run(["backup", "check"]).exits(1);
    fs::write(dir.join("manifest.json"), "{").expect("ours");
    project.run(["backup", "list"]).exits(2).answers(&["not a backup", &label]);
    project.run(["backup", "check"]).exits(1);
}

#[test]
fn a_dump_whose_server_process_dies_is_no_backup() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let _locked = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    project.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'xtask/pg_dump/%'",
    );
    running.finish().exits(1).says(&["pg_dump", "backing up"]);
    assert_eq!(folders(&project), before, "nothing new, nothing lost");
}

#[test]
fn a_killed_backup_is_swept_and_two_at_once_are_refused() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let blocker = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    project.run(["backup"]).exits(4).says(&["another backup is at work"]);
    running.kill();
    assert_eq!(folders(&project).len(), 2, "half of it is there");
    project.run(["backup", "list"]).exits(0).answers(&[&before[0]]);
    blocker.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
    project.run(["backup"]).exits(0).says(&["removed 1 unfinished"]);
    let now = folders(&project);
    assert!(now.len() == 2 && now.iter().all(|name| !name.ends_with("partial")), "{now:?}");
}

#[test]
fn an_interrupted_backup_leaves_nothing() {
    let Some(project) = backed_up() else { return };
    let before = folders(&project);
    let _locked = locked(&project);
    let running = project.tool(["backup"]).start();
    wait_for_dump(&project);
    kill(Pid::from_raw(running.pid().cast_signed()), Signal::SIGINT).expect("runs");
    running.finish().exits(130);
    assert_eq!(folders(&project), before);
    let left =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'xtask/pg_dump/%'";
    wait_until("pg_dump is gone", || (project.sql(left) == "0").then_some(()));
}

#[test]
fn writers_during_a_backup_do_not_make_it_wrong() {
    let Some(project) = backed_up() else { return };
    let writing = "DO $$ BEGIN FOR i IN 1..100000 LOOP \
                   INSERT INTO users (username, email, hashed_password) VALUES ('u' || i, 'e' || i, 'x'); \
                   COMMIT; END LOOP; END $$";
    let writer = project.psql_on(DATABASE).args(["-c", writing]).start();
    wait_until("rows arrive", || (project.sql("SELECT count(*) FROM users") != "0").then_some(()));
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    writer.kill();
}

#[test]
fn retention_keeps_what_is_pinned_and_tells_why() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one folder");
    project
        .run(["backup", "pin", "latest", "--dry-run"])
        .exits(0)
        .answers(&["nothing was changed"]);
    project.run(["backup", "prune", "--dry-run"]).exits(0).never_says(&["pinned"]);
    project.run(["backup", "pin", "latest"]).exits(0).answers(&["is pinned"]);
    project.run(["backup", "prune", "--dry-run"]).exits(0).answers(&[&label, "stays: pinned"]);
    copies(&project, &label, (10..20).map(|day| format!("202001{day}T000000.000Z-0000")));
    fs::create_dir(store(&project).join("mine")).expect("ours");
    project.run(["backup", "prune"]).exits(0).answers(&["20200110T000000.000Z-0000  goes"]);
    let left = folders(&project);
    assert!(left.contains(&label) && left.contains(&"mine".to_owned()), "{left:?}");
    assert!(!left.contains(&"20200110T000000.000Z-0000".to_owned()), "{left:?}");
    assert!(left.contains(&"20200119T000000.000Z-0000".to_owned()), "{left:?}");
}

#[test]
fn a_restore_brings_the_rows_back_and_can_be_taken_back() {
    let Some(project) = backed_up() else { return };
    project.sql("DELETE FROM messages WHERE message_id > 100");
    project.run(["restore", "latest", "--dry-run"]).exits(0).answers(&[
        "100 now,          500 then",
        "decoded, 0 min old",
        "54 tables have the rows of then",
    ]);
    let asked = project.run(["restore", "latest"]).exits(3);
    asked.says(&["100 now,", "is not served then", "hint: if it is meant, add `--yes`"]);
    let count = || project.sql("SELECT count(*) FROM messages");
    assert_eq!(count(), "100");
    project
        .run(["restore", "latest", "--yes"])
        .exits(0)
        .answers(&["kept as osint_platform__before"]);
    assert_eq!(count(), "500");
    project.run(["db-verify"]).exits(0);
    project.run(["db-rebuild", "--undo", "--yes"]).exits(0);
    assert_eq!(count(), "100");
    project.run(["restore", "latest", "--into", "yesterday", "--yes"]).exits(0);
    assert_eq!(project.sql_on("yesterday", "SELECT count(*) FROM messages"), "500");
    project.run(["restore", "latest", "--into", "yesterday", "--yes"]).exits(3).says(&["already"]);
    assert_eq!(count(), "100", "the live database was not touched");
}

#[test]
fn a_backup_of_another_cluster_must_be_meant() {
    let Some(project) = backed_up() else { return };
    project.run(["db-rebuild", "--yes"]).exits(0);
    project.run(["restore", "latest", "--yes"]).exits(3).says(&["another cluster", "--foreign"]);
    project.run(["restore", "latest", "--yes", "--foreign"]).exits(0);
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "500");
}

#[test]
fn what_a_killed_proof_left_stops_no_rebuild() {
    let Some(project) = Project::with_database() else { return };
    project.sql("CREATE DATABASE xtask_proof_20200101t000000_000z_0000");
    project.run(["db-rebuild"]).exits(0);
}

#[test]
fn single_tables_come_back_into_a_database_of_their_own() {
    let Some(project) = backed_up() else { return };
    project.sql("DELETE FROM messages; UPDATE channels SET name = 'other'");
    project.run(["restore", "latest", "--table", "channels"]).exits(64).says(&["--into rescue"]);
    let into = ["restore", "latest", "--into", "rescue", "--yes"];
    project
        .tool(into)
        .args(["--table", "chanels"])
        .run()
        .exits(64)
        .says(&["has no table `chanels`", "did you mean `channels`?"]);
    project
        .tool(into)
        .args(["--table", "messages", "--table", "public.channels", "--dry-run"])
        .run()
        .exits(0)
        .answers(&["would restore 2 tables of", "nothing was changed"]);
    project
        .tool(into)
        .args(["--table", "messages", "--table", "public.channels"])
        .run()
        .exits(0)
        .answers(&["public.messages", "500 rows", "public.channels", "was not touched"]);
    let rescued = |sql: &str| project.sql_on("rescue", sql);
    assert_eq!(rescued("SELECT count(*) FROM messages"), "500");
    assert_eq!(rescued("SELECT name FROM channels"), "one");
    // Everything else is there and empty; what is served is as it was.
    assert_eq!(rescued("SELECT count(*) FROM event_config"), "0");
    assert_eq!(project.sql("SELECT count(*) FROM messages"), "0");
    assert_eq!(project.sql("SELECT name FROM channels"), "other");
    project.tool(into).args(["--table", "messages"]).run().exits(3).says(&["there is a database"]);
}
