//! Ways back from a database that cannot be read, or of which nothing was
//! written down: what is not known is said, and agreed to.

use std::fs;

use super::{kept, swapped};
use crate::stage::Project;

/// A table of the served database gets a page that is none.
fn damage(project: &Project, table: &str) {
    project.sql("CHECKPOINT");
    let path = project.sql(&format!("SELECT pg_relation_filepath('{table}')"));
    project.run(["down"]).exits(0);
    let path = project.home().join("data").join(path);
    let mut bytes = fs::read(&path).expect("is there");
    assert!(bytes.len() >= 8192, "{table} has no page");
    bytes[..64].fill(0xff);
    fs::write(&path, bytes).expect("root, or ours");
    project.run(["up"]).exits(0);
    let asked = format!("SELECT count(*) FROM {table}");
    project.psql_on(crate::server::DATABASE).args(["-c", &asked]).run().exits(1);
}

#[test]
fn a_database_that_cannot_be_read_is_gone_back_from() {
    let Some(project) = swapped() else { return };
    project.run(["rollback", "--to", "previous", "--yes"]).exits(0).answers(&["undo"]);
    assert!(project.has_row("mine"));
    project.run(["backup"]).exits(0);
    project.run(["rollback", "--to", "previous", "--yes"]).exits(0).answers(&["undo `rollback`"]);
    assert!(!project.has_row("mine"));
    damage(&project, "event_config");
    let unknown = "what was written since is not known";
    project.run(["rollback", "--list"]).exits(0).answers(&[unknown]);
    let refused = project.run(["rollback", "--yes"]).exits(3).answers_nothing();
    refused.says(&[unknown, "--discard-newer"]);
    project.run(["rollback", "--discard-newer", "--yes"]).exits(0).answers(&["undo `rollback`"]);
    assert!(project.has_row("mine"));
    project.insert_row("newer");
    damage(&project, "event_config");
    // Also by what is no swap.
    let back = ["rollback", "--to", "latest", "--yes"];
    project.run(back).exits(3).says(&["is not known", "--discard-newer"]);
    project.run([&back[..], &["--discard-newer"]].concat()).exits(0);
    assert!(project.has_row("mine") && !project.has_row("newer"));
    project.run(["db-verify"]).exits(0);
    damage(&project, "event_config");
    project
        .run(["restore", "latest", "--yes"])
        .exits(0)
        .says(&["cannot be counted, and what is newer there is not told"]);
    assert!(project.has_row("mine"));
    project.is_tidy();
}

#[test]
fn a_database_of_which_nothing_was_noted_is_gone_back_to_when_that_is_said() {
    let Some(project) = swapped() else { return };
    fs::remove_dir_all(project.root.join(".xtask/ways")).expect("ours");
    let unknown = "it is not recorded when it was set aside";
    project.run(["rollback", "--list"]).exits(0).answers(&["the database set aside at", unknown]);
    project.run(["rollback", "--yes"]).exits(3).says(&[unknown, "--discard-newer"]);
    let before = kept(&project, "before");
    assert_eq!(before.len(), 1);
    project.run(["rollback", "--to", &before[0], "--discard-newer", "--yes"]).exits(0);
    assert!(project.has_row("mine"));
}
