//! Losing rows is agreed to, or it does not happen.

use crate::server::{DATABASE, USER};
use crate::stage::Project;

/// What is served is the very same database, with its row.
#[track_caller]
fn untouched(project: &Project, before: &str) {
    assert_eq!(project.identity(), before, "another database is served");
    assert!(project.has_row("mine"), "the row is gone");
    assert!(project.dumps().is_empty(), "a dump was made for nothing");
    project.is_tidy();
}

#[test]
fn without_a_terminal_silence_is_a_no() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let before = project.identity();
    let ended = project.run(["db-rebuild"]).exits(3).answers_nothing();
    ended.says(&[
        "1 row",
        "event_config",
        "`osint_platform` holds data",
        "hint: if it is meant, add `--yes`",
    ]);
    untouched(&project, &before);
    let document = project.run(["db-rebuild", "--json"]).exits(3).document();
    assert_eq!(document["error"]["exit"], "refused");
    assert_eq!(document["error"]["hint"], "if it is meant, add `--yes`");
    project
        .run(["db-rebuild", "--yes", "--confirm-db", "other"])
        .exits(3)
        .says(&["--confirm-db names `other`, the database is `osint_platform`"]);
    untouched(&project, &before);
    // An edited seed row is a row of the operator.
    project.sql("DELETE FROM event_config WHERE key = 'mine'");
    project.sql("UPDATE event_config SET value = '9' WHERE key = 'novelty_threshold'");
    project.run(["db-rebuild"]).exits(3).says(&["holds data"]);
}

#[test]
fn no_backup_is_a_loss_that_is_told_and_agreed_to() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let before = project.identity();
    project.run(["db-rebuild", "--no-backup"]).exits(3).says(&["NO dump is made (--no-backup)"]);
    untouched(&project, &before);
    let ended = project.run(["db-rebuild", "--no-backup", "--yes"]).exits(0);
    ended.never_says(&["safety dump", "the old data is in"]);
    assert!(project.dumps().is_empty());
    assert!(!project.has_row("mine"));
}

#[test]
fn a_protected_database_wants_its_name_and_stays_protected() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    project.run(["target", "--protect"]).exits(0).answers(&["osint_platform is protected"]);
    project.run(["status"]).exits(0).answers(&["protected"]);
    let before = project.identity();
    let hint = "hint: if it is meant, add `--yes --confirm-db osint_platform`";
    project.run(["db-rebuild", "--yes"]).exits(3).says(&["is protected (set ", hint]);
    project.run(["db-rebuild", "--confirm-db", DATABASE]).exits(3).says(&["is protected", hint]);
    project.run(["db-rebuild", "--yes", "--swap"]).exits(3).says(&["is protected", hint]);
    project.run(["target", "--unprotect", "--yes"]).exits(3).says(&["is protected", hint]);
    untouched(&project, &before);
    let agreed = ["db-rebuild", "--yes", "--confirm-db", DATABASE];
    project.run(agreed).exits(0);
    assert!(!project.has_row("mine"));
    // The mark outlives the rebuild: also an empty protected database asks.
    project.run(["db-rebuild", "--yes"]).exits(3).says(&["is protected", hint]);
    let swap = ["db-rebuild", "--yes", "--swap"];
    project.run([&swap[..], &["--confirm-db", DATABASE]].concat()).exits(0);
    project.run(swap).exits(3).says(&["is protected", hint]);
    project.run(["db-verify"]).exits(0);
    project.run(["target", "--unprotect", "--yes", "--confirm-db", DATABASE]).exits(0);
    project.run(["db-rebuild", "--swap"]).exits(0);
}

#[test]
fn a_database_kept_by_a_swap_is_not_lost_with_the_cluster() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    project.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    // What is served holds nothing but seed rows; what is kept beside does.
    let ended = project.run(["db-rebuild"]).exits(3).says(&["osint_platform__before_", "hint: "]);
    assert!(!ended.stderr.contains("panicked"));
    project.run(["db-rebuild", "--undo", "--yes"]).exits(0);
    assert!(project.has_row("mine"));
}

#[test]
fn what_somebody_else_keeps_in_the_cluster_is_not_lost() {
    let Some(project) = Project::with_database() else { return };
    project.sql_on("postgres", "CREATE DATABASE notes");
    project.sql_on("notes", "CREATE TABLE note (body text)");
    project.run(["db-rebuild"]).exits(3).says(&["notes", "hint: "]);
    assert_eq!(project.sql_on("notes", "SELECT count(*) FROM note"), "0");
    project.sql_on("postgres", "DROP DATABASE notes");
    project.run(["db-rebuild"]).exits(0);
    assert_eq!(project.sql("SELECT current_user"), USER);
}

#[test]
fn rows_of_tables_that_only_sound_like_ours_are_asked_about() {
    let Some(project) = Project::with_database() else { return };
    // What the services write again is no loss; the same name elsewhere is.
    project.sql("INSERT INTO enrichment_progress (task_name) VALUES ('embedding')");
    project.run(["db-rebuild", "--dry-run"]).exits(0).answers(&["nothing but seed rows"]);
    for table in ["archive.enrichment_progress", "xtask.mine"] {
        let (namespace, _) = table.split_once('.').expect("qualified");
        project
            .sql(&format!("CREATE SCHEMA {namespace}; CREATE TABLE {table} AS SELECT 1 AS kept"));
        project.run(["db-rebuild"]).exits(3).says(&["1 row"]);
        project.sql(&format!("DROP SCHEMA {namespace} CASCADE"));
    }
}
