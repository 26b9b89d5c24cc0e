//! `db-rebuild --keep-data`: every row stays, whoever writes meanwhile and
//! whatever stops it.

pub mod between;
mod copying;
mod moved;
mod odd;
mod online;
mod others;
mod rivals;
mod stopping;
mod swapping;

use std::collections::BTreeSet;
use std::fs;

use nix::sys::signal::Signal;

use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::{Running, wait_until};

const CONFIG: &str = "CREATE TABLE IF NOT EXISTS event_config (";
const BEFORE: &str = include_str!("keep/before.sql");
const DECLARED: &str = include_str!("keep/declared.sql");
/// The last thing in init.sql.
const END: &str = "CREATE OR REPLACE FUNCTION schema_ready()";

fn beside(project: &Project, word: &str) -> Vec<String> {
    let sql = format!(
        "SELECT datname FROM pg_database WHERE datname LIKE '{DATABASE}__{word}_%' ORDER BY 1"
    );
    project.sql(&sql).lines().map(str::to_owned).collect()
}

/// One column more.
fn declare_column(project: &Project, name: &str) {
    project.edit_init(CONFIG, &format!("{CONFIG}\n    {name} integer,"));
}

#[test]
fn rows_stay_through_whatever_can_be_planned() {
    let Some(project) = Project::with_database() else { return };
    project.sql(BEFORE);
    project.insert_row("mine");
    project.edit_init(END, &format!("{DECLARED}{END}"));
    let served = project.identity();
    let would = project.run(["db-rebuild", "--keep-data", "--dry-run"]).exits(0);
    would.answers(&[
        "the new one will not have: column public.kept_notes.gone",
        "2 values",
        "would:",
        "nothing was changed",
    ]);
    project.run(["db-rebuild", "--keep-data"]).exits(3).answers_nothing().says(&[
        "the new one will not have: column public.kept_notes.gone",
        "2 values",
        "holds data, and there is no terminal to ask at",
        "hint: if it is meant, add `--yes`",
    ]);
    assert_eq!(project.identity(), served);
    assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));

    let done = project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    done.answers(&["nobody could connect to it for", "back: `cargo xtask rollback`"]);
    assert_ne!(project.identity(), served);
    assert_eq!(
        project.sql("SELECT id, heading, amount, extra FROM kept_notes ORDER BY id"),
        "1|one|1.50|7\n2|two|2|7\n3|three||7"
    );
    let parts = "SELECT tableoid::regclass, count(*), sum(at), min(note) FROM kept_parts GROUP BY 1 ORDER BY 3";
    assert_eq!(
        project.sql(parts),
        "kept_parts_low|100|4950|note 0\nkept_parts_high|100|14950|note 100"
    );
    assert!(project.has_row("mine"));
    project.run(["db-verify"]).exits(0);
    project
        .run(["db-rebuild", "--keep-data"])
        .exits(0)
        .answers(&["nothing to do: osint_platform equals"]);

    project
        .run(["rollback", "--list"])
        .exits(0)
        .answers(&["undo `db-rebuild --keep-data` of", "nothing is lost"]);
    project.run(["rollback", "--yes", "--db-only"]).answers(&["went back"]);
    assert_eq!(project.identity(), served);
    assert_eq!(project.sql("SELECT title, gone FROM kept_notes WHERE id = 2"), "two|b");
    assert!(project.has_row("mine"));
    project.is_tidy();
}

/// Clients that connect, write and leave until the file `stop` is there. What
/// they were told is committed goes to `told`.
fn writers(project: &Project, clients: usize) -> Vec<Running> {
    let script = "n=0; while [ ! -e stop ]; do n=$((n+1)); \
        if \"$0\" -XAtqc \"INSERT INTO event_config (key, value) VALUES ('w$1_$n', '1')\" 2>> errors; \
        then echo w$1_$n >> told; fi; done";
    let start = |client: usize| {
        let psql = crate::server::program("psql");
        let client = client.to_string();
        project.client("sh").args(["-c", script]).arg(psql).arg(client).start()
    };
    (0..clients).map(start).collect()
}

/// Clients that stay and write, as a pool does; when they are ended they come
/// again.
fn staying_writers(project: &Project, clients: usize) -> Vec<Running> {
    let script = "r=0; while [ ! -e stop ]; do r=$((r+1)); \
        { n=0; while [ ! -e stop ] && [ $n -lt 2000 ]; do n=$((n+1)); \
          echo \"INSERT INTO event_config (key, value) VALUES ('s$1_${r}_$n', '1') RETURNING key;\"; done; } 2>> errors \
        | \"$0\" -XAtq 2>> errors >> told_$1; done";
    let start = |client: usize| {
        let psql = crate::server::program("psql");
        let client = client.to_string();
        project.client("bash").args(["-c", script]).arg(psql).arg(client).start()
    };
    (0..clients).map(start).collect()
}

/// Everything that a client was told is committed.
fn told(project: &Project) -> BTreeSet<String> {
    let names = ["told", "told_0", "told_1"];
    let read = |name: &&str| fs::read_to_string(project.root.join(name)).unwrap_or_default();
    let all: String = names.iter().map(read).collect();
    all.lines().map(str::to_owned).collect()
}

#[test]
fn no_write_that_was_acknowledged_is_lost() {
    let Some(project) = Project::with_database() else { return };
    let mut clients = writers(&project, 3);
    clients.extend(staying_writers(&project, 2));
    let has_more = |than: usize| {
        wait_until("the writers were told more", || {
            (told(&project).len() > than + 30).then_some(())
        });
    };
    has_more(0);
    for name in ["rank_one", "rank_two", "rank_three", "rank_four"] {
        declare_column(&project, name);
        let document =
            project.run(["db-rebuild", "--keep-data", "--yes", "--json"]).exits(0).document();
        assert!(document["data"]["held_ms"].is_number(), "{document}");
        has_more(told(&project).len());
    }
    project.write("stop", "");
    for client in clients {
        client.finish();
    }
    let there: BTreeSet<String> =
        project.sql("SELECT key FROM event_config").lines().map(str::to_owned).collect();
    let lost: Vec<String> = told(&project).into_iter().filter(|key| !there.contains(key)).collect();
    assert!(lost.is_empty(), "{} acknowledged writes are lost: {lost:?}", lost.len());
    assert!(project.has_column("rank_four"));
    assert_eq!(beside(&project, "before").len(), 4);
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_kill_leaves_the_old_one_served() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    for step in ["sweep", "copy", "count", "compare again", "count again", "swap"] {
        let key = step.replace(' ', "_");
        project.insert_row(&key);
        let mut running = project.tool(["db-rebuild", "--keep-data", "--yes", "-v"]).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.kill();
        assert!(project.has_row(&key), "`{key}` is lost");
        if step == "swap" {
            // The last word may have been said.
            continue;
        }
        assert!(!project.has_column("rank"), "half a rebuild after `{step}`");
        project.run(["status"]).exits(2).answers(&["`cargo xtask db-rebuild --keep-data` of"]);
    }
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    for key in ["sweep", "copy", "count", "compare_again", "count_again", "swap"] {
        assert!(project.has_row(key), "`{key}` is lost");
    }
    assert!(project.has_column("rank"));
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_stop_is_obeyed_and_lets_everybody_in_again() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    let served = project.identity();
    for step in ["copy", "count", "count again"] {
        let mut running = project.tool(["db-rebuild", "--keep-data", "--yes", "-v"]).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.signal(Signal::SIGINT);
        running.finish().exits(130).answers_nothing();
        assert_eq!(project.identity(), served);
        assert!(!project.has_column("rank"));
        assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));
        project.is_tidy();
    }
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    assert!(project.has_column("rank"));
}

#[test]
fn what_is_refused_changes_nothing() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let served = project.identity();
    project.run(["db-rebuild", "--keep-data", "--swap"]).exits(64).says(&["exclude each other"]);
    project.run(["db-rebuild", "--allow", "data-loss"]).exits(64);
    declare_column(&project, "rank");
    project
        .run(["db-rebuild", "--keep-data"])
        .exits(3)
        .answers_nothing()
        .says(&["meanwhile nobody can connect to it", "hint: add `--yes` to agree"]);
    project.sql(
        "CREATE SUBSCRIPTION arrives CONNECTION 'dbname=nowhere' PUBLICATION nothing \
         WITH (connect = false, slot_name = NONE)",
    );
    project
        .run(["db-rebuild", "--keep-data", "--yes"])
        .exits(3)
        .says(&["is replicated by subscription arrives", "hint: end that first"]);
    project.sql("DROP SUBSCRIPTION arrives");
    let init = project.read(INIT);
    // The rows have no value for it.
    project.edit_init("    rank integer,", "    rank integer NOT NULL,");
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(1).answers_nothing();
    project.write(INIT, init);
    project.sql(&format!("ALTER DATABASE {DATABASE} SET xtask.protected = 'by the test'"));
    project
        .run(["db-rebuild", "--keep-data", "--yes"])
        .exits(3)
        .says(&["is protected (by the test)", "--yes --confirm-db osint_platform"]);
    assert_eq!(project.identity(), served);
    assert!(!project.has_column("rank"));
    assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));
    let words = ["db-rebuild", "--keep-data", "--yes", "--confirm-db", DATABASE, "--explain"];
    project.run(words).exits(0).says(&["CREATE DATABASE", "RENAME TO", "ADD COLUMN rank"]);
    assert!(project.has_row("mine") && project.has_column("rank"));
    let mark = project.sql("SHOW xtask.protected");
    assert_eq!(mark, "by the test", "the mark goes over");
    project.is_tidy();
}
