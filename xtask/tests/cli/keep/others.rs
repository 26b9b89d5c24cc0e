//! The copy way takes along what lies beside the tables: large objects, and
//! rows of users in tables of extensions.

use std::fs;

use super::between::There;
use super::{beside, declare_column};
use crate::server;
use crate::stage::{INIT, Project};
use crate::tool::{Running, skip, wait_until};

const OBJECTS: &str = include_str!("large_objects.sql");
const ARE: &str = include_str!("large_objects_are.sql");
const COPY: [&str; 5] = ["db-rebuild", "--keep-data", "--way", "copy", "--yes"];
const ONLINE: [&str; 4] = ["db-rebuild", "--keep-data", "--online", "--yes"];

#[test]
fn large_objects_come_along_with_everything_known_of_them() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    project.sql(OBJECTS);
    let served = project.identity();
    let before = project.sql(ARE);
    project.run(COPY).exits(0).says(&["1006 large objects", "are the same"]);
    assert_ne!(project.identity(), served);
    assert!(project.has_column("rank"));
    are_the_same(&project.sql(ARE), &before);
    assert_eq!(
        project.sql("SELECT lo_get(16999, 3000000000, 20)"),
        "\\x626568696e64206120686f6c65"
    );
    // The server knows whom the new objects depend on.
    let depends = "SELECT count(*) FROM pg_shdepend d WHERE d.classid = 'pg_largeobject'::regclass \
        AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let now = project.sql(depends);
    project.run(["db-verify"]).exits(0);
    project.run(["rollback", "--yes", "--db-only"]).answers(&["went back"]);
    assert_eq!(project.sql(depends), now);
    are_the_same(&project.sql(ARE), &before);
}

#[track_caller]
fn are_the_same(now: &str, before: &str) {
    let (now, before): (Vec<&str>, Vec<&str>) = (now.lines().collect(), before.lines().collect());
    let missing: Vec<&&str> = before.iter().filter(|it| !now.contains(it)).collect();
    assert_eq!((now.len(), missing), (before.len(), vec![]));
}

/// A transaction that is open until the file of its name is there.
fn open(project: &Project, name: &str, sql: &str) -> Running {
    open_then(project, name, (sql, ""))
}

/// And what it does at its end.
fn open_then(project: &Project, name: &str, (sql, then): (&str, &str)) -> Running {
    let script = format!(
        "{{ echo \"BEGIN; {sql};\"; while [ ! -e {name} ]; do sleep 0.05; done; \
         echo '{then} COMMIT;'; }} | \"$0\" -XAtqv ON_ERROR_STOP=1"
    );
    project.client("sh").args(["-c", &script]).arg(server::program("psql")).start()
}

fn wait_for_lock(project: &Project, what: &str, table: &str, mode: &str, is_granted: bool) {
    let sql = format!(
        "SELECT count(*) > 0 FROM pg_locks WHERE relation = '{table}'::regclass \
         AND mode = '{mode}' AND granted = {is_granted}"
    );
    wait_until(what, || (project.sql(&sql) == "t").then_some(()));
}

#[test]
fn a_large_object_that_is_written_meanwhile_is_never_set_aside() {
    let Some(project) = Project::with_stopped_database() else { return };
    let conf = "infrastructure/postgres/postgresql.conf";
    project.write(conf, project.read(conf) + "\nwal_level = logical\n");
    project.run(["up"]).exits(0);
    declare_column(&project, "rank");
    project.sql(OBJECTS);
    let served = project.identity();
    for (words, value) in [(&COPY[..], "kept"), (&ONLINE[..], "once")] {
        // The fence waits for this one: the other is open when the snapshot is taken.
        let held = open(&project, "go", "LOCK TABLE event_config IN ROW EXCLUSIVE MODE");
        wait_for_lock(&project, "it holds", "event_config", "RowExclusiveLock", true);
        let running = project.tool(words).start();
        wait_for_lock(&project, "the fence waits", "event_config", "ShareLock", false);
        let put = format!("SELECT lo_put(17003, 0, '{value}')");
        let writing = open(&project, "stop", &put);
        wait_for_lock(&project, "it writes", "pg_largeobject", "RowExclusiveLock", true);
        project.write("go", "");
        held.finish().exits(0);
        wait_for_lock(&project, "the last look waits", "pg_largeobject", "ShareLock", false);
        project.write("stop", "");
        writing.finish().exits(0);
        running.finish().exits(4).answers_nothing().says(&[
            "large objects were changed while the database was being copied",
            "--way clone",
        ]);
        for name in ["go", "stop"] {
            fs::remove_file(project.root.join(name)).expect("is ours");
        }
        assert_eq!(project.identity(), served);
        let now = project.sql("SELECT convert_from(lo_get(17003), 'UTF8')");
        assert_eq!(now, value, "an acknowledged write is lost");
        assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));
    }
    // What nobody changes goes along while writers go on.
    let before = project.sql(ARE);
    project.run(ONLINE).exits(0).says(&["1006 large objects"]);
    assert_ne!(project.identity(), served);
    are_the_same(&project.sql(ARE), &before);
    project.run(["db-verify"]).exits(0);
}

/// It would wait for the fence, and the fence for it.
#[test]
fn who_writes_a_large_object_and_then_a_table_stops_nothing() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    project.sql(OBJECTS);
    let (served, before) = (project.identity(), project.sql(ARE));
    let then = "LOCK TABLE event_config IN ROW EXCLUSIVE MODE;";
    // Of the two, the server ends none.
    let put = "SET LOCAL deadlock_timeout = '10min'; SELECT lo_put(17003, 0, 'crosswise')";
    let writing = open_then(&project, "go", (put, then));
    wait_for_lock(&project, "it writes", "pg_largeobject", "RowExclusiveLock", true);
    let running = project.tool(COPY).start();
    wait_for_lock(&project, "the last look waits", "pg_largeobject", "ShareLock", false);
    project.write("go", "");
    running.finish().exits(0).says(&["1006 large objects", "are the same"]);
    writing.finish().says(&["terminating connection due to administrator command"]);
    assert_ne!(project.identity(), served);
    are_the_same(&project.sql(ARE), &before);
}

const ROWS: &str = "SELECT (SELECT array_agg(s ORDER BY name) FROM kept_setting s), \
    (SELECT array_agg(s ORDER BY id) FROM kept_seeded s)";

#[test]
fn rows_in_tables_of_extensions_come_along() {
    let Some(newer) = newer() else { return skip("XTASK_TEST_SERVERS names no newer server") };
    let Some(project) = Project::with_server_programs() else { return };
    let there = There::start(&project, &newer);
    let shipped = there.home.join("shipped/extension");
    fs::create_dir_all(&shipped).expect("a folder");
    let files = [
        ("kept_settings.control", include_str!("extension/kept_settings.control")),
        ("kept_settings--1.0.sql", include_str!("extension/kept_settings--1.0.sql")),
        ("kept_settings--1.0--1.1.sql", include_str!("extension/kept_settings--1.0--1.1.sql")),
    ];
    for (name, text) in files {
        fs::write(shipped.join(name), text).expect("is ours");
    }
    let path = there.home.join("shipped").display().to_string();
    let knows = format!("ALTER SYSTEM SET extension_control_path = '{path}:$system'");
    there.sql_on("postgres", &knows);
    there.sql_on("postgres", "SELECT pg_reload_conf()");
    there.sql_on("postgres", &format!("CREATE DATABASE {}", server::DATABASE));
    let init = |column: &str| {
        let table = format!("CREATE TABLE event_config (\n    {column}");
        format!(
            "CREATE EXTENSION kept_settings;\n{}",
            super::between::PLAIN
                .replace("BEGIN;\n", "")
                .replace("CREATE TABLE event_config (", &table)
        )
    };
    let copy = || {
        let url = there.url();
        project.tool(COPY).args(["--db-url", &url]).env("PATH", super::between::path(&there))
    };
    project.write(INIT, format!("BEGIN;\n{}", init("")));
    there.sql(&init("").replace("COMMIT;", ""));
    there.sql(include_str!("extension/rows.sql"));
    let (before, objects) = (there.sql(ROWS), there.sql(ARE));

    project.write(
        INIT,
        format!(
            "BEGIN;\nALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO PUBLIC;\n{}",
            init("rank integer,")
        ),
    );
    copy().run().exits(0).says(&["5 rows in 2 tables of extensions", "1 large object"]);
    assert_eq!(there.sql("SELECT count(rank) FROM event_config"), "0");
    assert_eq!(there.sql(ROWS), before);
    let readable = "SELECT coalesce(lomacl, acldefault('L', lomowner)) = acldefault('L', lomowner) FROM pg_largeobject_metadata";
    assert_eq!(there.sql(readable), "t", "{objects}");
    assert_eq!(there.sql("SELECT nextval('kept_drawn')"), "42");
    assert_eq!(there.sql("INSERT INTO kept_seeded (setting) VALUES ('odd') RETURNING id"), "5");

    // Another version of the extension may mean other things by its rows.
    let next = include_str!("extension/kept_settings.control").replace("1.0", "1.1");
    fs::write(shipped.join("kept_settings.control"), next).expect("is ours");
    let refused = copy().run().exits(3).answers_nothing();
    refused.says(&[
        "extension kept_settings keeps rows of yours in public.kept_setting, and is not the same",
        "--way clone",
    ]);
    assert_eq!(there.sql("SELECT count(*) FROM kept_seeded"), "4");
}

/// A server that finds extensions where it is told to.
fn newer() -> Option<std::path::PathBuf> {
    let more = std::env::var_os("XTASK_TEST_SERVERS")?;
    let is_newer = |bin: &std::path::PathBuf| {
        bin.join("../share/postgresql").is_dir() && server::programs().is_some_and(|it| it != *bin)
    };
    std::env::split_paths(&more).find(is_newer)
}
