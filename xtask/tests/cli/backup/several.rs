//! A dump so large that several connections restore it, and read it back while
//! they build its keys and indexes.

use super::killed::begun;
use super::{folders, is_full, store};
use crate::stage::Project;
use crate::tool::wait_until;

/// 20 MB in one table, and rows in others that refer to it.
fn large() -> Option<Project> {
    let project = Project::with_database()?;
    project.sql(include_str!("several.sql"));
    Some(project)
}

#[test]
fn it_is_compared_and_serves_with_every_key_and_view() {
    let Some(project) = large() else { return };
    project.run(["backup"]).exits(0);
    let proved = project.run(["backup", "verify", "-v"]).exits(0);
    proved.says(&["--jobs=", "every hash, sequence and key"]);
    project.sql("DELETE FROM parts; UPDATE bulk SET body = 'other' WHERE id = 7");
    project.run(["restore", "latest", "--services", "none", "--yes"]).exits(0);
    let found = "SELECT count(*), (SELECT count(*) FROM bulk), (SELECT rows FROM sizes), \
                 (SELECT length(body) FROM bulk WHERE id = 7) FROM parts";
    assert_eq!(project.sql(found), "300|20000|20000|1024");
    assert_eq!(project.sql("SELECT count(*) FROM days WHERE v = 'as it was'"), "1000");
    let keys = "SELECT count(*) FROM pg_constraint WHERE conrelid IN ('bulk'::regclass, 'parts'::regclass) \
                AND contype IN ('p', 'f') AND convalidated";
    assert_eq!(project.sql(keys), "3");
    project.is_tidy();
}

#[test]
fn a_run_killed_while_several_connections_fill_leaves_none_of_them() {
    let Some(project) = large() else { return };
    project.run(["backup"]).exits(0);
    project.sql("DELETE FROM parts");
    let served = project.identity();
    let words = ["restore", "latest", "--services", "none", "--yes", "-v"];
    for moment in ["--section=data", "--section=post-data"] {
        let mut running = project.tool(words).start();
        assert!(running.hears(moment), "never said `{moment}`");
        running.kill();
        assert_eq!(project.identity(), served);
    }
    let mut running = project.tool(["backup", "verify", "-v"]).start();
    assert!(running.hears("--section=data"));
    running.kill();
    project.run(words).exits(0).says(&["this run takes over"]);
    assert_eq!(project.sql("SELECT count(*) FROM parts"), "300");
    // Programs of the killed ones may end a little later than they.
    wait_until("what they began is swept", || {
        if begun(&project) == "0" {
            return Some(());
        }
        project.run(["backup", "verify"]).exits(0);
        project.run(words).exits(0);
        None
    });
    project.is_tidy();
}

#[test]
fn rows_that_refer_to_none_are_told_and_nothing_is_left() {
    let Some(project) = large() else { return };
    project.sql("SET session_replication_role = replica; INSERT INTO parts VALUES (301, 99999999)");
    project.run(["backup"]).exits(0);
    let served = project.identity();
    project.run(["backup", "verify"]).exits(1).says(&["does not restore", "parts_bulk_id_fkey"]);
    let restored = project.run(["restore", "latest", "--services", "none", "--yes"]).exits(1);
    restored.says(&["does not restore", "parts_bulk_id_fkey"]);
    assert_eq!(project.identity(), served);
    let left = "SELECT count(*) FROM pg_database WHERE datname ~ '^xtask_proof|__new_'";
    assert_eq!(project.sql(left), "0");
    let [label] = folders(&project).try_into().expect("one backup");
    assert!(!store(&project).join(label).join("proof.json").exists());
}

/// The planner's estimate tells nobody what would be lost.
#[test]
fn rows_of_a_large_table_are_counted_and_not_estimated() {
    let Some(project) = Project::with_database() else { return };
    project.sql(
        "CREATE TABLE huge (id bigint PRIMARY KEY, body text NOT NULL); \
         ALTER TABLE huge ALTER body SET STORAGE EXTERNAL; \
         INSERT INTO huge SELECT i, repeat('x', 9000000) FROM generate_series(1, 31) AS i; ANALYZE huge",
    );
    project.run(["backup"]).exits(0);
    project.run(["restore", "latest", "--dry-run"]).exits(0).answers(&["have the rows of then"]);
    project.sql("DELETE FROM huge WHERE id > 28");
    let told = project.run(["restore", "latest", "--dry-run"]).exits(0);
    told.answers(&["28 now,           31 then"]);
}

#[test]
fn a_value_as_large_as_a_database_comes_back() {
    let Some(project) = Project::with_database() else { return };
    // A hundred megabytes; in the gate a fifth.
    let keys = if is_full() { 100_000 } else { 20_000 };
    project.sql("CREATE TABLE huge (id bigint PRIMARY KEY, value jsonb NOT NULL)");
    project.sql(&format!(
        "INSERT INTO huge SELECT 1, jsonb_object_agg('key ' || i, repeat(md5(i::text), 32)) \
         FROM generate_series(1, {keys}) AS i"
    ));
    let value = "SELECT length(value::text) / 1024, md5(value::text) FROM huge";
    let was = project.sql(value);
    let kilobytes: usize = was.split('|').next().and_then(|it| it.parse().ok()).expect("a number");
    assert!(kilobytes > keys, "{was}");
    project.run(["backup", "--prove"]).exits(0).answers(&["proven"]);
    project.sql("UPDATE huge SET value = '{}'");
    project.run(["restore", "latest", "--services", "none", "--yes"]).exits(0);
    assert_eq!(project.sql(value), was);
    // By one connection, as it flows.
    project.run(["restore", "latest", "--into", "one", "--table", "huge", "--yes"]).exits(0);
    assert_eq!(project.sql_on("one", value), was);
}
