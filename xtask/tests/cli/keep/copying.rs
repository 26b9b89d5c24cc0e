//! The copy way: rows that dumps and imports lose, writers for its whole time,
//! and kills and stops at every step.

use std::collections::BTreeSet;

use nix::sys::signal::Signal;

use super::{beside, declare_column, staying_writers, told, writers};
use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::wait_until;

const BEFORE: &str = include_str!("hostile_before.sql");
const DECLARED: &str = include_str!("hostile_declared.sql");
const COPY: [&str; 5] = ["db-rebuild", "--keep-data", "--way", "copy", "--yes"];

#[test]
fn rows_that_dumps_and_imports_lose_are_kept() {
    let Some(project) = Project::with_database() else { return };
    project.sql(BEFORE);
    project.insert_row("mine");
    project.edit_init(super::END, &format!("{DECLARED}{}", super::END));
    project.sql(&format!("ALTER DATABASE {DATABASE} SET xtask.kept_setting = 'it'"));
    let served = project.identity();
    let audited = project.sql("SELECT count(*) FROM kept_audit");
    let hash = "SELECT sum(hashtextextended(row(id, channel, reply_to, score, mood, at, weight, raw, tags, facts)::text, 0)) FROM kept_messages";
    let before = project.sql(hash);

    // A plan drops the partition that is no more; the rows have others.
    let lost = [
        "way: copy, because the plan would drop the rows of table public.kept_parts_2",
        "the new one will not have: column public.kept_messages.gone",
        "2 values",
        "the new one will not have: table public.kept_unknown",
        "3 rows",
    ];
    let would = project.run(["db-rebuild", "--keep-data", "--dry-run"]).exits(0);
    would.answers(&lost).answers(&["would:", "nothing was changed"]);
    let refused = project.run(["db-rebuild", "--keep-data"]).exits(3).answers_nothing();
    refused.says(&lost).says(&["hint: if it is meant, add `--yes`"]);
    assert_eq!(project.identity(), served);
    assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));

    let done = project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    done.answers(&["copied into a new database", "nobody could write to it for"]);
    assert_ne!(project.identity(), served);
    let ask = |sql: &str| project.sql(sql);
    assert_eq!(ask(hash), before, "a value is another");
    assert_eq!(ask("SELECT count(*), sum(length), min(added) FROM kept_messages"), "1000|10893|7");
    assert_eq!(ask("SELECT words, amount FROM kept_messages WHERE id = 7"), "text\t\\N 7|7.50");
    assert_eq!(ask("SELECT count(*) FROM kept_audit"), audited, "a trigger fired");
    assert_eq!(ask("SELECT bool_and(last_message = 990 + id) FROM kept_channels"), "t");
    assert_eq!(
        ask("SELECT id, name, note FROM kept_roles ORDER BY id"),
        "1|admin|mine\n2|viewer|\n3|ops|by hand\n4|editor|"
    );
    assert_eq!(
        ask("SELECT tableoid::regclass, count(*) FROM kept_log GROUP BY 1 ORDER BY 1"),
        "kept_log_low|70\nkept_log_rest|30"
    );
    assert_eq!(
        ask("SELECT tableoid::regclass, count(*) FROM kept_parts GROUP BY 1 ORDER BY 1"),
        "kept_parts_1|30\nkept_parts_3|70"
    );
    assert_eq!(ask("SELECT count(*) FROM ONLY kept_parent"), "3");
    assert_eq!(ask("SELECT count(*), sum(b) FROM kept_child"), "2|3");
    assert_eq!(ask("SELECT count(*) FROM kept_cache"), "1");
    assert_eq!(ask("SELECT a, b FROM kept_new_name"), "1|one");
    assert_eq!(ask("SELECT * FROM \"kept \"\"odd\"\"\nname\""), "1|it's\n\"odd\"");
    assert_eq!(ask("SELECT total FROM kept_a_sum"), "1000");
    assert_eq!(ask("SELECT * FROM xtask.data_migrations"), "it's done|a\nb");
    assert_eq!(ask("SHOW xtask.kept_setting"), "it");
    // Message 1001 was deleted; its number is not given out again.
    let next = "INSERT INTO kept_messages (channel, words) VALUES (1, 'next') RETURNING id";
    assert_eq!(ask(next), "1002");
    assert_eq!(ask("SELECT nextval('kept_numbers')"), "42");
    assert_eq!(ask("INSERT INTO kept_always (a) VALUES ('three') RETURNING id"), "3");
    assert_eq!(ask("INSERT INTO kept_channels (name) VALUES ('next') RETURNING id"), "11");
    assert_eq!(
        ask(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'kept_channels'::regclass AND attnum > 0 ORDER BY attnum"
        ),
        "last_message\nid\nname"
    );
    assert!(project.has_row("mine"));
    project.run(["db-verify"]).exits(0);

    project.run(["rollback", "--yes", "--db-only", "--discard-newer"]).answers(&["went back"]);
    assert_eq!(project.identity(), served);
    assert_eq!(ask("SELECT gone FROM kept_messages WHERE id = 2"), "x");
    project.is_tidy();
}

#[test]
fn no_acknowledged_write_is_lost_by_copying() {
    let Some(project) = Project::with_database() else { return };
    let mut clients = writers(&project, 2);
    clients.extend(staying_writers(&project, 2));
    let has_more = |than: usize| {
        wait_until("the writers were told more", || {
            (told(&project).len() > than + 30).then_some(())
        });
    };
    has_more(0);
    for name in ["rank_one", "rank_two", "rank_three"] {
        declare_column(&project, name);
        let mut words = COPY.to_vec();
        words.push("--json");
        let document = project.run(words).exits(0).document();
        assert_eq!(document["data"]["way"], "copy", "{document}");
        has_more(told(&project).len());
    }
    project.write("stop", "");
    for client in clients {
        client.finish();
    }
    let there: BTreeSet<String> =
        project.sql("SELECT key FROM event_config").lines().map(str::to_owned).collect();
    let lost: Vec<String> = told(&project).into_iter().filter(|key| !there.contains(key)).collect();
    assert!(
        lost.is_empty(),
        "{} acknowledged writes are lost, one is {:?}",
        lost.len(),
        lost.first()
    );
    let doubled = "SELECT count(*) - count(DISTINCT key) FROM event_config";
    assert_eq!(project.sql(doubled), "0");
    assert_eq!(beside(&project, "before").len(), 3);
    project.run(["db-verify"]).exits(0);
}

const STEPS: [&str; 12] = [
    "sweep",
    "tables",
    "fence",
    "copy",
    "indexes",
    "rest",
    "sequences",
    "seed rows",
    "analyze",
    "compare again",
    "count",
    "swap",
];

#[test]
fn a_kill_while_copying_leaves_the_old_one_served() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    let mut words = COPY.to_vec();
    words.push("-v");
    for step in STEPS {
        let key = step.replace(' ', "_");
        project.insert_row(&key);
        let mut running = project.tool(&words).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.kill();
        // Whoever writes now is not kept waiting by what was killed.
        project.insert_row(&format!("after_{key}"));
        assert!(project.has_row(&key), "`{key}` is lost");
        if step == "swap" {
            // The last word may have been said.
            continue;
        }
        assert!(!project.has_column("rank"), "half a rebuild after `{step}`");
        project
            .run(["status"])
            .exits(2)
            .answers(&["`cargo xtask db-rebuild --keep-data --way copy` of"]);
    }
    project.run(["db-rebuild", "--keep-data", "--yes"]).exits(0);
    for step in STEPS {
        let key = step.replace(' ', "_");
        assert!(project.has_row(&key) && project.has_row(&format!("after_{key}")), "`{key}`");
    }
    assert!(project.has_column("rank"));
    assert_eq!(beside(&project, "new"), Vec::<String>::new());
    project.run(["db-verify"]).exits(0);
}

#[test]
fn what_stops_a_copy_leaves_nothing_behind() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    let served = project.identity();
    let is_as_before = || {
        assert_eq!(project.identity(), served);
        assert!(!project.has_column("rank"));
        assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));
        project.is_tidy();
    };
    let mut words = COPY.to_vec();
    words.push("-v");
    for step in ["tables", "copy", "indexes", "analyze"] {
        let mut running = project.tool(&words).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.signal(Signal::SIGINT);
        running.finish().exits(130).answers_nothing();
        is_as_before();
    }
    project.run(["db-rebuild", "--keep-data", "--way", "fly"]).exits(64).says(&["clone or copy"]);
    // Rows that a key of init.sql refuses are told before anybody waits.
    project.sql("CREATE TABLE kept_twice (a integer); INSERT INTO kept_twice VALUES (1), (1)");
    let declared = format!("CREATE TABLE kept_twice (a integer PRIMARY KEY);\n{}", super::END);
    project.edit_init(super::END, &declared);
    project.run(COPY).exits(1).answers_nothing().says(&["the rows that are there refuse"]);
    project.sql("DELETE FROM kept_twice");
    is_as_before();
    // Two at once: the second is told so. A writer holds the first one up.
    let holding = "BEGIN; LOCK TABLE event_config IN ROW EXCLUSIVE MODE; SELECT pg_sleep(600)";
    let writer = project.client(crate::server::program("psql")).args(["-Xc", holding]).start();
    let held = "SELECT count(*) FROM pg_locks WHERE relation = 'event_config'::regclass AND mode = 'RowExclusiveLock'";
    wait_until("the writer holds it", || (project.sql(held) == "1").then_some(()));
    let mut first = project.tool(&words).start();
    assert!(first.hears("  ..   fence"));
    project.run(COPY).exits(4).answers_nothing();
    // What comes between the plan and the fence was not planned with.
    project.sql("ALTER TABLE kept_twice ADD COLUMN b integer DEFAULT 7");
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()";
    project.sql(end);
    writer.finish();
    first.finish().exits(4).says(&["was changed since it was read", "run the command again"]);
    project.sql("ALTER TABLE kept_twice DROP COLUMN b");
    is_as_before();
    project.run(COPY).exits(0);
    assert!(project.has_column("rank"));
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_server_that_dies_while_copying_serves_the_old_one_again() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    project.insert_row("mine");
    let served = project.identity();
    let mut words = COPY.to_vec();
    words.push("-v");
    for step in ["copy", "indexes", "compare again"] {
        let mut running = project.tool(&words).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        let postmaster = nix::unistd::Pid::from_raw(project.postmaster());
        nix::sys::signal::kill(postmaster, Signal::SIGQUIT).expect("is ours");
        let ended = running.finish().answers_nothing();
        assert!([1, 4].contains(&ended.code), "{}", ended.whole());
        project.run(["up"]).exits(0);
        assert_eq!(project.identity(), served, "{}", ended.whole());
        assert!(project.has_row("mine") && !project.has_column("rank"), "{}", ended.whole());
    }
    project.run(COPY).exits(0);
    assert!(project.has_row("mine") && project.has_column("rank"));
    assert_eq!(beside(&project, "new"), Vec::<String>::new());
    project.run(["db-verify"]).exits(0);
}
