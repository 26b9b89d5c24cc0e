//! init.sql itself: what a second run changes, and the conventions its header
//! promises.

use std::collections::BTreeSet;

use crate::server::program;
use crate::stage::Project;

/// Schema and data, without what is random per run.
fn whole_dump(project: &Project) -> String {
    let dump = project.client(program("pg_dump")).arg("--no-owner").run().exits(0).stdout;
    dump.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
}

fn run_init(project: &Project) -> String {
    let file = project.root.join("infrastructure/postgres/init.sql");
    let ended = project
        .psql_on("osint_platform")
        .args(["-q", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(file)
        .run()
        .exits(0);
    ended.stderr
}

#[test]
fn a_second_run_changes_nothing() {
    let Some(project) = Project::with_database() else { return };
    let before = whole_dump(&project);
    assert_eq!(run_init(&project), "", "a second run is silent");
    assert_eq!(whole_dump(&project), before);
}

#[test]
fn a_second_run_keeps_what_operators_edited() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("init_sql/edits.sql"));
    let before = whole_dump(&project);
    assert_eq!(run_init(&project), "");
    assert_eq!(whole_dump(&project), before);
    project.run(["db-verify"]).exits(0).answers(&["was edited here", "equals init.sql"]);
}

#[test]
fn the_conventions_of_the_header_hold() {
    let Some(project) = Project::with_database() else { return };
    // Each question is answered with the names that break the rule.
    let rules = include_str!("init_sql/conventions.sql").split("\n-- rule: ").skip(1);
    assert_eq!(rules.clone().count(), 11);
    let mut broken = Vec::new();
    for (rule, sql) in rules.filter_map(|part| part.split_once('\n')) {
        let names = project.sql(sql);
        broken.extend(
            names.lines().filter(|name| !name.is_empty()).map(|name| format!("{rule}: {name}")),
        );
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn triggers_count_and_views_refresh() {
    let Some(project) = Project::with_database() else { return };
    project.sql(include_str!("init_sql/rows.sql"));
    let counters = "SELECT telegram_message_count, telegram_channel_count FROM events";
    assert_eq!(project.sql(counters), "6|2");
    project.sql(
        "DELETE FROM messages WHERE channel_id = (SELECT id FROM channels WHERE telegram_id = 2)",
    );
    assert_eq!(project.sql(counters), "3|1");
    let found = project
        .sql("SELECT count(*) FROM messages WHERE search_vector @@ to_tsquery('simple', 'привіт')");
    assert_eq!(found, "3", "Cyrillic is folded");
    for view in project.sql("SELECT relname FROM pg_class WHERE relkind = 'm'").lines() {
        project.sql(&format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {view}"));
    }
    // The queue: one worker's rows are nobody else's.
    project.sql("INSERT INTO ingest_queue (telegram_channel_id, message_id, content, telegram_date) VALUES (1, 9, 'x', now())");
    assert_eq!(project.sql("SELECT status FROM ingest_queue"), "pending");
}

#[test]
fn a_short_name_is_never_cut() {
    let Some(project) = Project::with_database() else { return };
    // 63 bytes is where PostgreSQL cuts, with a notice nobody reads.
    let text = project.read("infrastructure/postgres/init.sql");
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let names = words
        .filter(|word| ["pk_", "uq_", "fk_", "ck_", "idx_"].iter().any(|it| word.starts_with(it)));
    let long: BTreeSet<&str> = names.filter(|name| name.len() > 63).collect();
    assert!(long.is_empty(), "{long:?}");
}
