//! Moves that meet others: two at once, and what a kill left of one.

use super::between::{There, moving, project};
use crate::server::{self, DATABASE};
use crate::stage::{Project, copy};
use crate::tool::{Running, Tool, wait_until};

#[test]
fn of_two_moves_at_once_one_is_told_what_runs() {
    let Some(project) = project() else { return };
    let there = There::start(&project, &server::programs().expect("asked before"));
    // Another checkout, that has something to go back to.
    let second = project.temp().join("second");
    copy(&project.root, &second);
    let url = project.url();
    let beside = |words: &[&str]| project.tool(words).dir(&second).args(["--db-url", &url]);
    beside(&["db-rebuild", "--swap", "--yes"]).run().exits(0);
    beside(&["backup"]).run().exits(0);
    let (first, holder) = held(&project, &there);
    // Another machine that moves it elsewhere, one that moves another database into the
    // same place, and whoever else would sweep or change it.
    let elsewhere = there.url().replace(&format!("/{DATABASE}"), "/elsewhere");
    project.sql_on("postgres", "CREATE DATABASE other");
    let other = project.url().replace(&format!("/{DATABASE}"), "/other");
    let runs: [(Tool, &str); 10] = [
        (moving(&project, &there), "of osint_platform @"),
        (moving(&project, &there).arg("--dry-run"), "of osint_platform @"),
        (
            project
                .tool(["db-rebuild", "--keep-data", "--online", "--yes", "--to"])
                .arg(&elsewhere),
            "another run works on `osint_platform @",
        ),
        (moving(&project, &there).args(["--db-url", &other]), "of osint_platform @"),
        (project.tool(["db-rebuild", "--keep-data", "--online", "--yes"]), "of osint_platform @"),
        (project.tool(["db-rebuild", "--reopen", "--yes"]), "of osint_platform @"),
        // Whoever would set aside the database that it reads.
        (beside(&["db-rebuild", "--swap", "--yes"]), "of osint_platform @"),
        (beside(&["db-rebuild", "--undo", "--yes"]), "of osint_platform @"),
        (beside(&["rollback", "--yes", "--db-only"]), "of osint_platform @"),
        (beside(&["restore", "latest", "--yes"]), "of osint_platform @"),
    ];
    for (run, which) in runs {
        run.run().exits(4).answers_nothing().says(&[
            "another run works on",
            "`cargo xtask db-rebuild --keep-data --online --to osint_platform @ 127.0.0.1:",
            which,
            "from 127.0.0.1 as osint_user (process ",
            "hint: wait for it to end; if its machine is gone, end its session there",
            "pg_terminate_backend(",
        ]);
    }
    project.sql_on("postgres", "DROP DATABASE other");
    release(&there, holder);
    first.finish().exits(0);
    assert_eq!(there.left(), DATABASE);
}

/// A move whose hands wait, and for whom: as long as it takes.
fn held(project: &Project, there: &There) -> (Running, Running) {
    let mut first = moving(project, there).arg("-v").start();
    assert!(first.hears("  ok   feed"), "no step `feed`");
    let holding = "BEGIN; LOCK TABLE event_config; SELECT pg_sleep(600)";
    let holder = project.client(server::program("psql")).args(["-Xc", holding, &there.url()]);
    let holder = holder.start();
    let waits =
        "SELECT count(*) FROM pg_locks WHERE relation = 'event_config'::regclass AND NOT granted";
    wait_until("the first one waits", || (there.sql(waits) != "0").then_some(()));
    (first, holder)
}

fn release(there: &There, holder: Running) {
    there.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()");
    holder.finish();
}

/// What a move is refused for at its begin may come while it runs.
#[test]
fn a_large_object_that_comes_during_a_move_stops_it() {
    let Some(project) = project() else { return };
    let there = There::start(&project, &server::programs().expect("asked before"));
    let (first, holder) = held(&project, &there);
    project.sql("SELECT lo_from_bytea(4711, 'large')");
    release(&there, holder);
    first.finish().exits(4).answers_nothing().says(&[
        "this came while the database was being copied: 1 large object would stay behind",
        "nothing was changed",
    ]);
    assert_eq!(there.left(), "");
    project.insert_row("still_served");
    assert_eq!(project.sql("SELECT convert_from(lo_get(4711), 'UTF8')"), "large");
}

/// A kill between CREATE DATABASE and the mark in it.
#[test]
fn a_database_that_a_kill_left_without_a_mark_is_named_and_dropped() {
    let Some(project) = project() else { return };
    let there = There::start(&project, &server::programs().expect("asked before"));
    for is_used in [false, true] {
        // The server makes it when its template is free, whoever asked is gone by then.
        let holding = "BEGIN; ALTER DATABASE template0 RENAME TO held; SELECT pg_sleep(600)";
        let url = there.url().replace(&format!("/{DATABASE}"), "/postgres");
        let holder = project.client(server::program("psql")).args(["-Xc", holding, &url]).start();
        let asked = |what: &str| {
            format!(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '{what}' AND pid <> pg_backend_pid()"
            )
        };
        let is_there = |what: &str| there.sql_on("postgres", &asked(what)) == "1";
        wait_until("the template is held", || {
            (is_there("%pg_sleep(600)")
                && there.sql_on("postgres", "SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND mode = 'AccessExclusiveLock'") == "1")
                .then_some(())
        });
        let running = moving(&project, &there).start();
        wait_until("it waits for the template", || is_there("CREATE DATABASE %").then_some(()));
        running.kill();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()";
        there.sql_on("postgres", end);
        holder.finish();
        let name = wait_until("it is made", || {
            Some(there.left()).filter(|it| !it.is_empty() && !is_there("CREATE DATABASE %"))
        });
        assert!(name.starts_with("osint_platform__move"), "{name}");
        let comment = "SELECT count(*) FROM pg_database WHERE datname LIKE 'osint%' \
                       AND shobj_description(oid, 'pg_database') IS NOT NULL";
        assert_eq!(there.sql_on("postgres", comment), "0");
        project.run(["status"]).exits(2).answers(&["unfilled", &name]);
        project.run(["doctor", "--quick"]).answers(&["unfilled", &name]);
        let would = moving(&project, &there).arg("--dry-run").run().exits(0);
        would.answers(&["cleaned first: `osint_platform__move", "is made, and not filled"]);
        assert_eq!(there.left(), name);
        // One of another's, which only looks alike, is never touched.
        let alike = format!("osint_platform__move{}_20261130t000000000z", "0".repeat(16));
        there.sql_on("postgres", &format!("CREATE DATABASE {alike}"));
        if is_used {
            there.sql_on(&name, "CREATE TABLE mine (i integer)");
            let kept = moving(&project, &there).run().exits(0);
            kept.says(&[&name, "something or somebody is in it: it stays"]);
            assert_eq!(there.sql_on(&name, "SELECT count(*) FROM mine"), "0");
            project.run(["db-rebuild", "--reopen", "--yes"]).exits(0).answers(&[&name, "drop it"]);
            assert!(!project.run(["status"]).whole().contains(&name));
        } else {
            // Changed so that the move itself is refused: what was left is gone all the same.
            there.sql_on("postgres", &format!("CREATE DATABASE {DATABASE}"));
            there.sql("CREATE TABLE mine (i integer)");
            moving(&project, &there).run().exits(3).says(&["is gone now", "is not empty"]);
            there.sql_on("postgres", &format!("DROP DATABASE {DATABASE}"));
            assert_eq!(there.left(), alike);
            assert!(!project.run(["status"]).whole().contains(&name));
        }
        there.sql_on("postgres", &format!("DROP DATABASE {alike}"));
    }
}
