//! Two checkouts on one machine have nothing in common.

use std::fs;

use crate::stage::{Project, copy};

#[test]
fn side_by_side_they_have_homes_and_ports_of_their_own() {
    let Some(project) = Project::with_stopped_database() else { return };
    let second = project.temp().join("second");
    copy(&project.root, &second);
    copy(&project.home(), &project.home_of(&second));
    assert_ne!(project.home(), project.home_of(&second));
    let there = |words: &[&str]| project.tool(words).dir(&second).run();
    project.run(["up"]).exits(0);
    there(&["up"]).exits(0);
    project.insert_row("mine");
    let port = |words: &[&str]| there(words).exits(0).stdout;
    assert_ne!(port(&["psql", "--", "-XAtc", "SHOW port"]).trim(), project.port().to_string());
    let count = "SELECT count(*) FROM event_config WHERE key = 'mine'";
    there(&["psql", "--", "-XAtc", count]).exits(0).answers(&["0\n"]);
    // Working on one does not reach the other.
    let server = project.postmaster();
    there(&["db-rebuild"]).exits(0);
    there(&["down"]).exits(0);
    assert_eq!(project.postmaster(), server);
    assert!(project.has_row("mine"));
    project.is_tidy();
}

#[test]
fn a_copied_checkout_does_not_share_the_cluster() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    assert!(project.root.join(".xtask").is_dir(), "the notes are what is copied along");
    let second = project.temp().join("copied");
    copy(&project.root, &second);
    let there = |words: &[&str]| project.tool(words).dir(&second).run();
    there(&["status"]).exits(2).answers(&["no database yet"]);
    there(&["db-verify"]).exits(4).says(&["has no database yet"]);
    there(&["down"]).exits(0).says(&["was not running"]);
    assert!(project.has_row("mine"));
    there(&["up"]).exits(0);
    let count = "SELECT count(*) FROM event_config WHERE key = 'mine'";
    there(&["psql", "--", "-XAtc", count]).exits(0).answers(&["0\n"]);
    there(&["down"]).exits(0);
    assert!(project.has_row("mine"));
}

#[test]
fn a_moved_checkout_keeps_its_cluster() {
    let Some(mut project) = Project::with_database() else { return };
    // What notes the home is a changing command.
    project.insert_row("mine");
    let home = project.home();
    let moved = project.temp().join("moved");
    fs::rename(&project.root, &moved).expect("is ours");
    let there = |words: &[&str]| project.tool(words).dir(&moved).run();
    there(&["db-verify"]).exits(0);
    let count = "SELECT count(*) FROM event_config WHERE key = 'mine'";
    there(&["psql", "--", "-XAtc", count]).exits(0).answers(&["1\n"]);
    there(&["down"]).exits(0);
    there(&["up"]).exits(0);
    there(&["psql", "--", "-XAtc", count]).exits(0).answers(&["1\n"]);
    there(&["down"]).exits(0);
    let entries = fs::read_dir(project.local_dir()).expect("is there").flatten();
    let homes: Vec<_> = entries.map(|entry| entry.path()).collect();
    assert_eq!(homes, [home]);
    project.root = moved;
}
