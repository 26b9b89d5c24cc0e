//! Seed rows: missing ones come, edited ones stay, and what `@seed` names
//! follows the file.

use crate::stage::{INIT, Project};
use crate::tool::Tool;

fn git(project: &Project, words: &[&str]) {
    Tool::new("git", &project.root)
        .args(["-c", "user.name=t", "-c", "user.email=t@localhost"])
        .args(words)
        .run()
        .exits(0);
}

#[test]
fn a_missing_row_comes_back_and_an_edited_one_stays() {
    let Some(project) = Project::with_database() else { return };
    project.run(["db-diff"]).exits(0);
    project.sql("DELETE FROM event_config WHERE key = 'novelty_threshold'");
    project.sql("UPDATE folder_rules SET description = 'mine' WHERE id = 1");
    let ended = project.run(["db-diff"]).exits(2);
    ended.answers(&[
        "+ seed row event_config",
        "novelty_threshold",
        "next: cargo xtask db-migrate",
    ]);
    project.run(["db-migrate"]).exits(3).says(&["write 1 seed row into `osint_platform`"]);
    project.run(["db-migrate", "--yes"]).exits(0).answers(&["1 seed row written"]);
    assert_eq!(
        project.sql("SELECT value FROM event_config WHERE key = 'novelty_threshold'"),
        "0.88"
    );
    assert_eq!(project.sql("SELECT description FROM folder_rules WHERE id = 1"), "mine");
    project.run(["db-diff"]).exits(0).answers(&["was edited here (description); it stays"]);
}

#[test]
fn what_the_file_says_anew_is_told_apart_and_follows_where_it_is_said() {
    let Some(project) = Project::with_database() else { return };
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", INIT]);
    git(&project, &["commit", "--quiet", "--message", "shipped"]);
    project.edit_init("'0.88',", "'0.90',");
    project.run(["db-diff"]).exits(0).answers(&[
        "novelty_threshold",
        "is another in the file (value); it stays, or say `-- @seed update=(value)`",
    ]);
    project.edit_init(
        "INSERT INTO event_config",
        "-- @seed key=(key) update=(value)\nINSERT INTO event_config",
    );
    project.run(["db-diff"]).exits(2).answers(&["~ seed row event_config", ": value"]);
    project.run(["db-migrate", "--yes"]).exits(0).answers(&["1 seed row written"]);
    assert_eq!(
        project.sql("SELECT value FROM event_config WHERE key = 'novelty_threshold'"),
        "0.90"
    );
    project.run(["db-diff"]).exits(0);
}

#[test]
fn a_new_table_comes_with_its_rows() {
    let Some(project) = Project::with_database() else { return };
    let made = "CREATE TABLE part (code text PRIMARY KEY, whole text REFERENCES part);\nINSERT INTO part VALUES ('b', NULL), ('a', 'b');\n";
    project.edit_init(
        "CREATE TABLE IF NOT EXISTS event_config (",
        &format!("{made}CREATE TABLE IF NOT EXISTS event_config ("),
    );
    project.run(["db-migrate", "--yes"]).exits(0).says(&["2 seed rows written"]);
    assert_eq!(project.sql("SELECT whole FROM part WHERE code = 'a'"), "b");
    project.run(["db-diff"]).exits(0);
}
