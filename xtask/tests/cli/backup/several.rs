//! A dump so large that several connections restore it, and read it back while
//! they build its keys and indexes.

use super::{folders, store};
use crate::stage::Project;

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
    project
        .run(["restore", "latest", "--dry-run"])
        .exits(0)
        .answers(&["have as many rows as then"]);
    project.sql("DELETE FROM huge WHERE id > 28");
    let told = project.run(["restore", "latest", "--dry-run"]).exits(0);
    told.answers(&["28 now,           31 then"]);
}
