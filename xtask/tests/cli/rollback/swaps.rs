//! Back to a whole database: one that was kept, or one from a backup.

use super::{kept, swapped};
use crate::server::DATABASE;
use crate::stage::Project;

#[test]
fn a_swap_is_undone_and_the_undoing_too() {
    let Some(project) = swapped() else { return };
    let list = project.run(["rollback", "--list"]).exits(0);
    list.answers(&[
        "undo `db-rebuild --swap` of",
        "nothing is lost",
        "--to osint_platform__before_",
    ]);
    project.run(["rollback"]).exits(3).answers_nothing().says(&["hint: add `--yes` to agree"]);
    assert!(!project.has_row("mine"));
    project.run(["rollback", "--yes"]).exits(0).answers(&[
        "osint_platform went back: undo `db-rebuild --swap`",
        "what was served is kept as osint_platform__undone_",
        "equals init.sql",
    ]);
    assert!(project.has_row("mine"));
    assert_eq!(kept(&project, "before"), Vec::<String>::new());
    project.run(["rollback", "--yes"]).exits(0).answers(&["undo `rollback` of"]);
    assert!(!project.has_row("mine"));
    project.run(["rollback", "--yes", "--to", "osint_platform__undone"]).exits(0);
    assert!(project.has_row("mine"));
    project.is_tidy();
}

#[test]
fn rows_that_are_newer_are_counted_and_given_up_only_when_that_is_said() {
    let Some(project) = swapped() else { return };
    // The services write it again by themselves.
    project.sql("INSERT INTO enrichment_progress (task_name) VALUES ('by the test')");
    project.run(["rollback", "--list"]).exits(0).answers(&["nothing is lost"]);
    project.insert_row("newer");
    project.sql("UPDATE event_config SET value = '2' WHERE key <> 'newer'");
    let refused = project.run(["rollback", "--yes"]).exits(3).answers_nothing();
    refused.says(&["public.event_config (", "rows newer", "add `--discard-newer`"]);
    assert!(project.has_row("newer"));
    project
        .run(["rollback", "--discard-newer"])
        .exits(3)
        .says(&["gives up what is newer", "holds data, and there is no terminal"]);
    project.sql(&format!("ALTER DATABASE {DATABASE} SET xtask.protected = 'by the test'"));
    project
        .run(["rollback", "--discard-newer", "--yes"])
        .exits(3)
        .says(&["--yes --confirm-db osint_platform"]);
    assert!(project.has_row("newer"));
    let words = ["rollback", "--discard-newer", "--yes", "--confirm-db", DATABASE];
    project.run(words).exits(0);
    assert!(project.has_row("mine") && !project.has_row("newer"));
    let [undone] = kept(&project, "undone").try_into().expect("one");
    let there = "SELECT count(*) FROM event_config WHERE key = 'newer'";
    assert_eq!(project.sql_on(&undone, there), "1", "it stays in the one that was left");
}

#[test]
fn a_deleted_row_is_a_newer_write_too() {
    let Some(project) = swapped() else { return };
    project.sql("DELETE FROM event_config WHERE key = (SELECT min(key) FROM event_config)");
    project
        .run(["rollback", "--yes"])
        .exits(3)
        .says(&["public.event_config (1 changed or deleted)"]);
}

#[test]
fn a_backup_is_a_way_when_newer_rows_are_given_up() {
    let Some(project) = Project::with_database() else { return };
    project.run(["rollback", "--yes"]).exits(1).says(&["there is no way back"]);
    project.insert_row("mine");
    project.run(["backup"]).exits(0);
    project.insert_row("newer");
    let list = project.run(["rollback", "--list"]).exits(0);
    list.answers(&["restore the decoded backup of", "public.event_config (1 row newer)"]);
    project
        .run(["rollback", "--yes"])
        .exits(3)
        .says(&["public.event_config (1 row newer)", "--discard-newer"]);
    assert!(project.has_row("newer"));
    project
        .run(["rollback", "--yes", "--discard-newer", "--to", "latest"])
        .exits(0)
        .answers(&["kept as osint_platform__undone_"]);
    assert!(project.has_row("mine") && !project.has_row("newer"));
    // Rows of the backup are not newer than it.
    project.run(["rollback", "--yes"]).exits(0).answers(&["undo `rollback` of"]);
    assert!(project.has_row("mine") && project.has_row("newer"));
    project.run(["restore", "latest", "--yes"]).exits(0);
    assert!(!project.has_row("newer"));
    project.run(["rollback", "--yes"]).exits(0).answers(&["undo `restore` of"]);
    assert!(project.has_row("newer"));
}
