//! Servers that cannot take a backup, and runs that end while one is swapped
//! in or removed.

use std::fs;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{backed_up, copies, folders, store};
use crate::stage::Project;

/// Changes the newest manifest, as one of another server would have it.
fn change(project: &Project, from: &str, to: &str) {
    let dir = store(project).join(folders(project).pop().expect("a backup"));
    let _ = fs::remove_file(dir.join("SHA256SUMS"));
    let text = fs::read_to_string(dir.join("manifest.json")).expect("is there");
    assert!(text.contains(from), "{text}");
    fs::write(dir.join("manifest.json"), text.replace(from, to)).expect("ours");
}

#[test]
fn what_this_server_cannot_take_is_told_before_anything_is_made() {
    let Some(project) = backed_up() else { return };
    let served = project.identity();
    let version = project.sql("SELECT split_part(current_setting('server_version'), ' ', 1)");
    change(&project, &format!("\"server_version\": \"{version}\""), "\"server_version\": \"99.1\"");
    for words in [&["restore", "latest", "--yes"][..], &["backup", "verify"]] {
        let ended = project.run(words).exits(4);
        ended.says(&["made by PostgreSQL 99.1", "same major or a newer one", "hint:"]);
    }
    let listed = project.run(["rollback", "--list"]).exits(0);
    listed.answers(&["made by PostgreSQL 99.1"]);
    assert_eq!(project.identity(), served);
}

#[test]
fn an_extension_that_is_not_installed_is_named() {
    let Some(project) = backed_up() else { return };
    project.sql(
        "CREATE EXTENSION hstore; UPDATE pg_extension SET extname = 'elsewhere' WHERE extname = 'hstore'",
    );
    project.run(["backup"]).exits(0);
    let served = project.identity();
    for words in [&["restore", "latest", "--yes"][..], &["backup", "verify"]] {
        let ended = project.run(words).exits(4);
        ended.says(&["extensions `elsewhere`", "install their packages", "backup itself is good"]);
    }
    assert_eq!(project.identity(), served);
}

#[test]
fn a_server_that_dies_while_databases_change_places_serves_one_of_them() {
    let Some(project) = backed_up() else { return };
    let count = || project.sql("SELECT count(*) FROM messages");
    for wait in [0, 15, 40, 80] {
        project.sql("DELETE FROM messages WHERE message_id > 100");
        let mut run =
            project.tool(["restore", "latest", "--services", "none", "--yes", "-v"]).start();
        assert!(run.hears("  ..   swap"), "it never came to the swap");
        std::thread::sleep(Duration::from_millis(wait));
        kill(Pid::from_raw(project.postmaster()), Signal::SIGQUIT).expect("runs");
        let ended = run.finish();
        project.run(["up", "--services", "db"]).exits(0);
        // Either one; both are whole, and it can be entered.
        let rows = count();
        assert!(rows == "100" || rows == "500", "{rows} rows after {wait} ms\n{}", ended.whole());
        assert!(ended.code != 0 || rows == "500", "{}", ended.whole());
        project.run(["db-verify"]).exits(0);
        project.run(["restore", "latest", "--services", "none", "--yes"]).exits(0);
        assert_eq!(count(), "500", "after {wait} ms");
    }
}

#[test]
fn a_prune_that_is_killed_leaves_no_half_backup() {
    let Some(project) = backed_up() else { return };
    let [label] = folders(&project).try_into().expect("one folder");
    let name = |it: u32| format!("202001{:02}T{:02}0000.000Z-0000", 1 + it / 24, it % 24);
    copies(&project, &label, (0..240).map(name));
    let all = folders(&project).len();
    let prune = project.tool(["backup", "prune"]).start();
    crate::tool::wait_until("some are gone", || (folders(&project).len() < all).then_some(()));
    prune.kill();
    let left = folders(&project).len();
    assert!(left > 5, "it was faster: {left}");
    // Whatever it was at, nothing that is listed is half a backup.
    project.run(["backup", "list"]).exits(0);
    // Two at once do no harm, and the rest goes.
    let both = [(), ()].map(|()| project.tool(["backup", "prune"]).start());
    for it in both {
        let code = it.finish().code;
        assert!(code == 0 || code == 4, "{code}");
    }
    project.run(["backup", "prune"]).exits(0);
    let left = folders(&project);
    assert!(left.len() < 12 && left.contains(&label), "{left:?}");
    assert!(left.iter().all(|it| !it.ends_with(".partial")), "{left:?}");
}
