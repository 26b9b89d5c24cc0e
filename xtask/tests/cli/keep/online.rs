//! `--online`: writers go on while rows are copied, and nothing of theirs is
//! lost; what a kill leaves behind is swept.

use std::collections::BTreeSet;

use super::{beside, declare_column, staying_writers, told, writers};
use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::wait_until;

pub const ONLINE: [&str; 4] = ["db-rebuild", "--keep-data", "--online", "--yes"];

/// A platform whose server can feed; its tables have keys.
pub fn project() -> Option<Project> {
    let project = Project::with_stopped_database()?;
    let conf = "infrastructure/postgres/postgresql.conf";
    let text = project.read(conf);
    project.write(conf, text + "\nwal_level = logical\n");
    project.run(["up"]).exits(0);
    Some(project)
}

pub fn slots(project: &Project) -> String {
    project.sql(
        "SELECT slot_name FROM pg_replication_slots UNION ALL SELECT pubname FROM pg_publication",
    )
}

#[test]
fn writers_go_on_while_rows_are_copied() {
    let Some(project) = project() else { return };
    project.sql("CREATE TABLE kept_score (id integer PRIMARY KEY, score integer, gone text)");
    let end = super::END;
    let declared = "CREATE TABLE kept_score (score bigint, id bigint PRIMARY KEY, twice bigint GENERATED ALWAYS AS (score * 2) STORED);";
    project.edit_init(end, &format!("{declared}\n{end}"));
    project.sql("INSERT INTO kept_score SELECT it, 0, 'x' FROM generate_series(1, 2000) AS it");
    let mut clients = writers(&project, 2);
    clients.extend(staying_writers(&project, 2));
    // Changes and deletions follow too.
    let script = "n=0; while [ ! -e stop ]; do n=$((n+1)); \
        \"$0\" -XAtqc \"UPDATE kept_score SET score = score + 1 WHERE id = 1 + $n % 999\" \
            -c \"DELETE FROM kept_score WHERE id = 1000 + $n\" 2>> errors && echo $n >> changed; done";
    let psql = crate::server::program("psql");
    clients.push(project.client("sh").args(["-c", script]).arg(psql).start());
    wait_until("the writers were told", || (told(&project).len() > 30).then_some(()));
    let document = project.run(ONLINE.iter().chain(&["--json"])).exits(0).document();
    let data = &document["data"];
    assert_eq!(data["way"], "copy", "{document}");
    let more = told(&project).len();
    wait_until("the writers were told more", || (told(&project).len() > more + 30).then_some(()));
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
    let changed: Vec<usize> =
        project.read("changed").lines().map(|it| it.parse().expect("a number")).collect();
    let score: usize = project.sql("SELECT sum(score) FROM kept_score").parse().expect("a number");
    assert!(score >= changed.len(), "{score} of {} acknowledged changes", changed.len());
    assert_eq!(project.sql("SELECT bool_and(twice = score * 2) FROM kept_score"), "t");
    let deleted: Vec<String> = changed.iter().map(|it| (1000 + it).to_string()).collect();
    let back = format!("SELECT count(*) FROM kept_score WHERE id IN ({})", deleted.join(", "));
    assert_eq!(project.sql(&back), "0", "a row that was deleted is there again");
    assert_eq!(slots(&project), "");
    assert_eq!(beside(&project, "before").len(), 1);
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_view_is_filled_again_where_what_it_reads_was_written() {
    let Some(project) = project() else { return };
    let end = super::END;
    project.edit_init(end, &format!("{}{end}", include_str!("views.sql")));
    project.run(["db-rebuild", "--no-backup", "--yes"]).exits(0);
    project.sql("INSERT INTO kept_loud VALUES (1, 10); INSERT INTO kept_still VALUES (1, 10); INSERT INTO kept_mown VALUES (1)");
    declare_column(&project, "rank");
    let words: Vec<&str> = ONLINE.iter().copied().chain(["-v"]).collect();
    let mut running = project.tool(&words).start();
    assert!(running.hears("  ..   copy"), "no step `copy`");
    // Begun before the views are filled, and done when the fence waits for it; the
    // fence has not come to the second table then.
    let script = "{ echo 'BEGIN; INSERT INTO kept_loud VALUES (2, 20);'; \
        while [ ! -e go ]; do sleep 0.05; done; echo 'TRUNCATE kept_mown; COMMIT;'; } | \"$0\" -XAtq";
    let psql = crate::server::program("psql");
    let writer = project.client("sh").args(["-c", script]).arg(psql).start();
    assert!(running.hears("  ok   analyze"), "no step `analyze`");
    let waits = "SELECT count(*) FROM pg_locks WHERE relation = 'kept_loud'::regclass \
                 AND mode = 'ShareLock' AND NOT granted";
    wait_until("the fence waits", || (project.sql(waits) != "0").then_some(()));
    let before = project.sql("SELECT clock_timestamp()");
    project.write("go", "");
    writer.finish().exits(0);
    running.finish().exits(0).says(&["materialized views filled again"]);
    let ask = |sql: &str| project.sql(sql);
    assert_eq!(ask("SELECT total FROM kept_loud_sum"), "30");
    assert_eq!(ask("SELECT total FROM kept_a_loud_sum"), "30", "filled before what it reads");
    assert_eq!(ask("SELECT many FROM kept_mown_count"), "0", "a TRUNCATE is a change");
    // It cannot be told what these read.
    assert_eq!(ask("SELECT total FROM kept_called_sum"), "30");
    assert_eq!(ask("SELECT total FROM kept_asked_sum"), "30");
    let again = |view: &str| ask(&format!("SELECT at > '{before}' FROM {view}"));
    assert_eq!((again("kept_loud_sum"), again("kept_still_sum")), ("t".into(), "f".into()));
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_kill_while_changes_follow_is_swept() {
    let Some(project) = project() else { return };
    declare_column(&project, "rank");
    let words: Vec<&str> = ONLINE.iter().copied().chain(["-v"]).collect();
    for step in ["feed", "copy", "catch up", "last changes", "compare rows"] {
        let key = step.replace(' ', "_");
        let mut running = project.tool(&words).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.kill();
        project.insert_row(&key);
        assert!(project.has_row(&key) && !project.has_column("rank"), "after `{step}`");
        project
            .run(["status"])
            .exits(2)
            .answers(&["`cargo xtask db-rebuild --keep-data --online` of"]);
        let left = (slots(&project), beside(&project, "new"));
        let would = project.run(ONLINE.iter().chain(&["--dry-run"])).exits(0);
        would.answers(&["cleaned first: `osint_platform__new_", "nothing was changed"]);
        assert_eq!((slots(&project), beside(&project, "new")), left);
    }
    project.run(ONLINE).exits(0);
    assert!(project.has_column("rank") && project.has_row("catch_up"));
    assert_eq!((slots(&project), beside(&project, "new")), (String::new(), vec![]));
    project.run(["db-verify"]).exits(0);
}

#[test]
fn what_could_not_follow_is_refused_by_name() {
    let Some(project) = Project::with_database() else { return };
    declare_column(&project, "rank");
    project.run(ONLINE).exits(3).says(&["needs wal_level = logical", "hint: set `wal_level"]);
    project.run(["db-rebuild", "--keep-data", "--online", "--way", "clone"]).exits(64);
    let conf = "infrastructure/postgres/postgresql.conf";
    let text = project.read(conf);
    project.write(conf, text + "\nwal_level = logical\n");
    project.run(["down"]).exits(0);
    project.run(["up"]).exits(0);
    project.sql("CREATE TABLE kept_loose (a integer)");
    let end = super::END;
    project.edit_init(end, &format!("CREATE TABLE kept_loose (a integer);\n{end}"));
    project.run(ONLINE).exits(3).says(&["public.kept_loose has no replica identity", "--way copy"]);
    assert_eq!(slots(&project), "");
    project.sql(&format!("ALTER TABLE kept_loose REPLICA IDENTITY FULL; ALTER DATABASE {DATABASE} SET work_mem = '5MB'"));
    project.edit_init(end, &format!("ALTER TABLE kept_loose REPLICA IDENTITY FULL;\n{end}"));
    // Without a list of columns: with one the server would refuse the changes.
    project.sql("ALTER TABLE kept_loose ADD gone text; INSERT INTO kept_loose VALUES (1, 'x')");
    project.run(ONLINE).exits(3).says(&["public.kept_loose has REPLICA IDENTITY FULL, and not"]);
    project.sql("ALTER TABLE kept_loose DROP gone");
    let script = "while [ ! -e stop ]; do \
        \"$0\" -XAtqc 'UPDATE kept_loose SET a = a + 1' 2>> errors || exit 1; echo 1 >> counted; done";
    let psql = crate::server::program("psql");
    let client = project.client("sh").args(["-c", script]).arg(psql).start();
    project.run(ONLINE).exits(0);
    project.write("stop", "");
    client.finish();
    let counted = project.read("counted").lines().count().to_string();
    assert_eq!(project.sql("SELECT a - 1 FROM kept_loose"), counted, "{}", project.read("errors"));
    assert_eq!(project.sql("SHOW work_mem"), "5MB");
    project.run(["db-verify"]).exits(0);
}
