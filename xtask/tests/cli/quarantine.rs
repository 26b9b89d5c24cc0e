//! `db-migrate --keep-dropped` and `quarantine`: what is dropped is kept,
//! hinders nobody, is no difference, and comes back with its rows.

mod swaps;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::stage::Project;
use crate::tool::wait_until;

const BEFORE: &str = include_str!("quarantine/before.sql");
const DECLARED: &str = include_str!("quarantine/declared.sql");
const ROWS: &str = include_str!("quarantine/rows.sql");
const OVERDUE: &str = include_str!("quarantine/overdue.sql");
const ODD_BEFORE: &str = include_str!("quarantine/odd_before.sql");
const ODD_DECLARED: &str = include_str!("quarantine/odd_declared.sql");
const ODD_ROWS: &str = include_str!("quarantine/odd_rows.sql");
const ODD_WRITTEN: &str = include_str!("quarantine/odd_written.sql");
const ODD_UNWRITTEN: &str = include_str!("quarantine/odd_unwritten.sql");
const ODD_HASH: &str = include_str!("quarantine/odd_hash.sql");
/// The last thing in init.sql.
const END: &str = "CREATE OR REPLACE FUNCTION schema_ready()";
const KEEP: [&str; 4] = ["db-migrate", "--yes", "--keep-dropped", "14d"];

const HASH: &str =
    "SELECT md5((SELECT string_agg(u::text, '|' ORDER BY id) FROM kept_users AS u WHERE id <= 100)
        || (SELECT string_agg(l::text, '|' ORDER BY id) FROM kept_logs AS l))";

/// A database of which init.sql says `before`, with rows.
fn filled(before: &str, rows: &str) -> Option<Project> {
    let project = Project::with_database()?;
    project.edit_init(END, &format!("{before}{END}"));
    project.run(["db-migrate", "--yes"]).exits(0);
    project.sql(rows);
    Some(project)
}

/// The same, and `declared` is all that init.sql still says.
fn kept() -> Option<(Project, String)> {
    let project = filled(BEFORE, ROWS)?;
    let hash = project.sql(HASH);
    project.edit_init(BEFORE, DECLARED);
    project.run(KEEP).exits(0);
    Some((project, hash))
}

#[track_caller]
fn is_in_step(project: &Project) {
    project.run(["db-verify"]).exits(0).answers(&["osint_platform equals init.sql"]);
    for command in ["db-diff", "db-migrate"] {
        project.run([command]).exits(0).answers(&["nothing to do"]);
    }
}

#[test]
fn what_is_dropped_is_kept_under_a_writer_and_comes_back_with_its_rows() {
    let Some(project) = filled(BEFORE, ROWS) else { return };
    let hash = project.sql(HASH);
    project.edit_init(BEFORE, DECLARED);
    project.run(["db-migrate", "--yes"]).exits(3).says(&["--allow data-loss"]);
    project.run(["db-diff", "--keep-dropped", "14d"]).exits(2).answers(&[
        "= column public.kept_users.notes is kept until",
        "= table public.kept_logs is kept until",
        "nothing is lost before that date",
        "proved to bring everything back",
        "next: cargo xtask db-migrate --keep-dropped 14d\n",
    ]);
    let (ended, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                project.sql("INSERT INTO kept_users (name) VALUES ('writer')");
                written.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let document = project.run([&KEEP[..], &["--json"]].concat()).exits(0).document();
        ended.store(true, Ordering::Relaxed);
        assert_eq!(document["data"]["kept"].as_array().map(Vec::len), Some(4));
    });
    let rows = project.sql("SELECT count(*) FROM kept_users WHERE name = 'writer'");
    assert_eq!(rows, written.into_inner().to_string(), "no writer was refused");
    project
        .sql("DELETE FROM kept_users WHERE name = 'writer'; DELETE FROM kept_users WHERE id = 1");
    project.sql("INSERT INTO kept_users (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'n1')");
    is_in_step(&project);
    project.run(["status"]).answers(&["column public.kept_users.notes ", "table public.kept_logs"]);
    let usage = "SELECT has_schema_privilege('pg_monitor', 'xtask_kept_public', 'USAGE')";
    assert_eq!(project.sql(usage), "f", "nobody reads it by accident");

    project.edit_init(DECLARED, BEFORE);
    project.run(["db-migrate", "--yes"]).exits(1).says(&[
        "comes back with its rows",
        "would break NOT NULL of public.kept_users.notes: id=1",
    ]);
    project
        .sql("UPDATE kept_users SET xtask_kept_notes = 'k1', xtask_kept_mood = 'bad' WHERE id = 1");
    project.run(["db-migrate", "--yes"]).exits(0);
    is_in_step(&project);
    assert_eq!(project.sql(HASH), hash);
    let comment = "SELECT col_description('kept_users'::regclass, 3)";
    assert_eq!(project.sql(comment), "what is known");
    assert_eq!(project.sql("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^xtask_kept'"), "0");
    project.is_tidy();
}

#[test]
fn what_only_looks_like_it_is_a_difference() {
    let Some((project, _)) = kept() else { return };
    project.sql("ALTER TABLE kept_users ADD COLUMN xtask_kept_mine integer");
    project.sql("CREATE TABLE xtask_kept_public.mine (id integer)");
    project.run(["db-diff"]).exits(2).answers(&["- column xtask_kept_mine", "- table mine"]);
    project.run(["db-verify"]).exits(2).answers(&["xtask_kept_mine"]);
    project.sql("ALTER TABLE kept_users DROP COLUMN xtask_kept_mine");
    project.sql("DROP TABLE xtask_kept_public.mine");
    is_in_step(&project);
    // A mark alone is none either.
    project.sql("ALTER TABLE kept_users RENAME COLUMN xtask_kept_notes TO remarks");
    project.run(["db-diff"]).exits(2).answers(&["- column remarks"]);
}

#[test]
fn a_rollback_brings_every_row_back() {
    let Some((project, hash)) = kept() else { return };
    project
        .run(["rollback", "--list"])
        .exits(0)
        .answers(&["undo `db-migrate` of", "nothing is lost"]);
    project.run(["rollback", "--yes", "--db-only"]).answers(&["osint_platform went back"]);
    assert_eq!(project.sql(HASH), hash);
    project.edit_init(DECLARED, BEFORE);
    is_in_step(&project);
}

#[test]
fn by_name_it_comes_back_at_once() {
    let Some((project, _)) = kept() else { return };
    project.run(["quarantine", "restore", "nothing_such"]).exits(64).says(&["nothing_such"]);
    project.run(["quarantine", "restore", "kept_logs"]).exits(3);
    let done = project.run(["quarantine", "restore", "kept_logs", "kept_users.notes", "--yes"]);
    done.exits(0).answers(&["init.sql has to say it again", "FOREIGN KEY (user_id)"]);
    assert_eq!(project.sql("SELECT count(*) FROM kept_logs"), "100");
    assert_eq!(project.sql("SELECT count(notes) FROM kept_users"), "100");
    project.run(["rollback", "--yes", "--db-only"]).exits(0).answers(&["equals init.sql"]);
    is_in_step(&project);
}

#[test]
fn only_what_is_overdue_is_purged() {
    let Some((project, _)) = kept() else { return };
    let column = "SELECT count(*) FROM pg_attribute WHERE attname = 'xtask_kept_notes'";
    project
        .run(["quarantine", "purge", "--yes"])
        .exits(0)
        .answers(&["nothing in quarantine is overdue"]);
    project
        .run(["quarantine", "purge", "kept_users.notes", "--yes"])
        .exits(3)
        .says(&["is kept until", "--early"]);
    assert_eq!(project.sql(column), "1");
    project.sql(OVERDUE);
    project.run(["status"]).exits(2).answers(&["overdue since 2020-01-01T00:00:00Z"]);
    project.run(["doctor"]).answers(&["overdue since 2020-01-01T00:00:00Z"]);
    project.run(["quarantine"]).exits(2).answers(&["overdue since", "quarantine purge"]);
    project.run(["quarantine", "purge", "--dry-run"]).exits(0).answers(&[
        "every value of public.kept_users.xtask_kept_notes goes",
        "nothing was changed",
    ]);
    project.run(["quarantine", "purge"]).exits(3);
    assert_eq!(project.sql(column), "1");
    project.run(["quarantine", "purge", "--yes"]).exits(0).says(&["backup"]);
    assert_eq!(project.sql(column), "0");
    assert_eq!(project.sql("SELECT count(*) FROM xtask_kept_public.kept_logs"), "100");
    is_in_step(&project);
    project
        .run([
            "quarantine",
            "purge",
            "kept_logs",
            "kept_users.mood",
            "--early",
            "--yes",
            "--no-backup",
        ])
        .exits(0);
    project.run(["quarantine"]).exits(0).answers(&["nothing of osint_platform is in quarantine"]);
    assert_eq!(project.sql("SELECT count(*) FROM pg_namespace WHERE nspname ~ '^xtask_kept'"), "0");
    is_in_step(&project);
}

#[test]
fn what_is_kept_longer_keeps_the_table_it_lies_in() {
    let table = include_str!("quarantine/inside.sql");
    let rows = "INSERT INTO kept_outer VALUES (1, 'precious')";
    let Some(project) = filled(table, rows) else { return };
    let bare = "CREATE TABLE kept_outer (id integer PRIMARY KEY);\n";
    project.edit_init(table, bare);
    project.run(["db-migrate", "--yes", "--keep-dropped", "90d"]).exits(0);
    project.edit_init(bare, "");
    project.run(KEEP).exits(0);
    project.sql(include_str!("quarantine/outer_overdue.sql"));
    let values = "SELECT xtask_kept_inner_notes FROM xtask_kept_public.kept_outer";
    let stays = ["kept_outer stays", "inner_notes would go with it"];
    project.run(["quarantine", "purge", "--yes"]).exits(0).says(&stays);
    project.run(["quarantine", "purge", "kept_outer", "--yes"]).exits(3).says(&stays);
    assert_eq!(project.sql(values), "precious");
    project.run(["quarantine", "purge", "kept_outer", "--early", "--yes"]).exits(0);
    project.run(["quarantine"]).exits(0).answers(&["nothing of osint_platform is in quarantine"]);
}

#[test]
fn a_column_and_the_name_of_its_table_do_not_change_at_once() {
    let Some((project, _)) = kept() else { return };
    project.edit_init(
        "CREATE TABLE kept_users (",
        "-- @renamed from=kept_users\nCREATE TABLE kept_people (",
    );
    project.edit_init("    name text NOT NULL\n);\nCREATE VIEW kept_names AS SELECT id, name FROM kept_users;", "    name text NOT NULL,\n    notes text\n);\nCREATE VIEW kept_names AS SELECT id, name FROM kept_people;");
    let ended = project.run(["db-migrate", "--yes"]).exits(3);
    ended.says(&["kept_people.notes", "its table is renamed in the same change", "hint:"]);
    assert_eq!(project.sql("SELECT count(xtask_kept_notes) > 0 FROM kept_users"), "t");
}

#[test]
fn odd_names_parts_and_children_are_kept_too() {
    let Some(project) = filled(ODD_BEFORE, ODD_ROWS) else { return };
    let hash = project.sql(ODD_HASH);
    project.edit_init(ODD_BEFORE, ODD_DECLARED);
    project.run(KEEP).exits(0);
    is_in_step(&project);
    project.sql(ODD_WRITTEN);
    // Through a backup and back.
    project.run(["backup"]).exits(0);
    project.run(["restore", "latest", "--yes"]).exits(0);
    is_in_step(&project);
    // A new database would not have it, and that is told.
    project
        .run(["db-rebuild", "--keep-data", "--way", "copy", "--dry-run"])
        .exits(0)
        .answers(&["the new one will not have: column public.kept_numbered.xtask_kept_amount"]);
    // And through a rebuild that keeps the rows.
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    is_in_step(&project);
    project.sql(ODD_UNWRITTEN);
    project.edit_init(ODD_DECLARED, ODD_BEFORE);
    project.run(["db-migrate", "--yes"]).exits(0);
    is_in_step(&project);
    assert_eq!(project.sql(ODD_HASH), hash);
}

#[test]
fn a_killed_run_goes_on_and_loses_nothing() {
    let Some(project) = filled(BEFORE, ROWS) else { return };
    let hash = project.sql(HASH);
    project.edit_init(BEFORE, DECLARED);
    // A reader is in the way of the first transaction.
    let reader = project.psql_on(crate::server::DATABASE);
    let reader =
        reader.args(["-c", "BEGIN; SELECT FROM kept_users LIMIT 1; SELECT pg_sleep(600)"]).start();
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'";
    let running = project.tool(KEEP).start();
    wait_until("the run waits for the reader", || (project.sql(waits) != "0").then_some(()));
    running.kill();
    reader.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()");
    project.run([&KEEP[..], &["--resume"]].concat()).exits(0);
    is_in_step(&project);
    project.edit_init(DECLARED, BEFORE);
    project.run(["db-migrate", "--yes"]).exits(0);
    assert_eq!(project.sql(HASH), hash);
}
