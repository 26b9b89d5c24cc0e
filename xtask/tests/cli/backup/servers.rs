//! Servers of other majors, programs that are older than the server, and a
//! password that is wrong: told before anything is touched.

use std::path::{Path, PathBuf};

use super::killed::{begun, listed, messages};
use super::{backed_up, folders, store};
use crate::keep::between::{There, path};
use crate::server::{self, DATABASE};
use crate::stage::Project;
use crate::tool::{Ended, skip, wait_until};

fn newer() -> Option<PathBuf> {
    let more = std::env::var_os("XTASK_TEST_SERVERS").unwrap_or_default();
    let is_newer = |bin: &PathBuf| {
        bin.join("initdb").is_file() && server::programs().is_some_and(|it| it != *bin)
    };
    std::env::split_paths(&more).find(is_newer)
}

fn databases(project: &Project) -> String {
    let all = "SELECT string_agg(datname || oid, ' ' ORDER BY oid) FROM pg_database";
    project.sql_on("postgres", all)
}

/// The only backup of this database of a URL, or half of one.
fn made(project: &Project, database: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(project.root.join("backups/url").join(database));
    let mut dirs = entries.expect("a store").flatten().map(|it| it.path()).filter(|it| it.is_dir());
    let made = dirs.next();
    assert_eq!(dirs.next(), None);
    made
}

#[test]
fn a_newer_server_is_backed_up_by_its_own_programs_and_restored_by_no_older_one() {
    let Some(newer) = newer() else { return skip("XTASK_TEST_SERVERS names no newer server") };
    let Some(project) = backed_up() else { return };
    let there = There::start(&project, &newer);
    there.sql_on("postgres", &format!("CREATE DATABASE {DATABASE}"));
    there.sql("CREATE TABLE told (id bigint PRIMARY KEY); INSERT INTO told SELECT generate_series(1, 300)");
    let url = there.url();
    // Programs of the older major alone.
    for words in [&["backup"][..], &["backup", "--prove"]] {
        let ended = project.tool(words).args(["--db-url", &url]).run().exits(4).answers_nothing();
        ended.says(&["no `pg_dump` of PostgreSQL 18 or newer is installed here", "hint: install"]);
    }
    assert_eq!(made(&project, DATABASE), None);
    let both = |words: &[&str]| {
        project.tool(words).args(["--db-url", &url]).env("PATH", path(&there)).run()
    };
    both(&["backup", "--prove"]).exits(0).answers(&["300 rows", "proven"]);
    let backup = made(&project, DATABASE).expect("a backup");
    // Into the older server, in any way there is.
    let (served, before) = (project.identity(), databases(&project));
    let told = |ended: Ended| {
        let words = ["was made by PostgreSQL 18", "same major or a newer one", "hint:"];
        ended.exits(4).answers_nothing().says(&words);
        assert_eq!((project.identity(), databases(&project)), (served.clone(), before.clone()));
    };
    for more in
        [&["--yes", "--foreign"][..], &["--yes", "--into", "other"], &["--dry-run", "--foreign"]]
    {
        let tool = project.tool(["restore"]).arg(&backup).args(more);
        told(tool.env("PATH", path(&there)).run());
    }
    // The guide's own file of it.
    let dump = project.temp().join("newer.sql");
    let run = there.program("pg_dump").args(["--dbname", &url]);
    let text = run.run().exits(0).stdout;
    std::fs::write(&dump, text).expect("ours");
    let ended = project.tool(["restore", "--yes"]).arg(&dump).run().exits(1);
    ended.says(&["does not restore", "nothing of it stayed"]);
    assert_eq!((project.identity(), databases(&project)), (served, before));
    // The other way round rows go where they are wanted.
    project.sql_on("postgres", "CREATE DATABASE plain");
    project.sql_on("plain", "CREATE TABLE told AS SELECT generate_series(1, 7) AS id");
    let here = project.url().replace(&format!("/{DATABASE}"), "/plain");
    project.run(["backup", "--db-url", &here]).exits(0);
    let backup = made(&project, "plain").expect("a backup");
    both(&["restore", &backup.display().to_string(), "--yes", "--foreign"]).exits(0);
    assert_eq!(there.sql("SELECT count(*) FROM told"), "7");
    both(&["db-rebuild", "--undo", "--yes"]).exits(0);
    assert_eq!(there.sql("SELECT count(*) FROM told"), "300");
    assert_eq!(messages(&project), "500");
}

#[test]
fn a_wrong_password_is_told_and_nothing_is_restored() {
    let Some(project) = backed_up() else { return };
    let (url, before) = (project.url(), listed(&project));
    let wrong = url.replace(&project.password(), "canary-wrong");
    // What the good one can go back to.
    let path = store(&project).join(&folders(&project)[0]).display().to_string();
    project.run(["restore", &path, "--db-url", &url, "--yes"]).exits(0);
    let state = || (project.identity(), databases(&project), messages(&project));
    let served = state();
    let notes = || {
        project.run(["rollback", "--list", "--db-url", &url, "--json"]).exits(0).document()["data"]
            .clone()
    };
    let ways = notes();
    for words in [
        &["restore", &path, "--yes"][..],
        &["restore", &path, "--dry-run"],
        &["restore", &path, "--into", "other", "--yes"],
        &["rollback", "--yes"],
        &["rollback", "--list"],
        &["db-rebuild", "--keep-data", "--yes"],
        &["db-rebuild", "--undo", "--yes"],
        &["backup", "--prove"],
    ] {
        let ended = project.tool(words).args(["--db-url", &wrong]).run().exits(1).answers_nothing();
        ended
            .says(&["password authentication failed", "127.0.0.1", "(28P01)"])
            .never_says(&["canary-wrong"]);
        assert_eq!(state(), served, "{words:?}");
    }
    assert_eq!((notes(), listed(&project)), (ways, before));
    assert_eq!(begun(&project), "0");
    assert!(!Path::new(&project.root).join(".xtask/run.json").exists());
    wait_until("nobody waits", || {
        let sessions =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'xtask/%'";
        (project.sql(sessions) == "0").then_some(())
    });
}
