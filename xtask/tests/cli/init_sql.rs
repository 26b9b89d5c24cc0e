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
    project.sql(
        "UPDATE llm_prompts SET content = 'ours', is_active = false; \
         UPDATE rss_feeds SET url = url || '?edited', trust_level = 1, active = false; \
         UPDATE platform_config SET value = 'ours'; \
         UPDATE military_slang SET meaning = 'ours'; \
         UPDATE folder_rules SET rule = 'discovery', active = false; \
         UPDATE model_configuration SET enabled = false; \
         UPDATE event_config SET value = '99'; \
         UPDATE storage_boxes SET mount_path = '/ours'; \
         UPDATE translation_config SET enabled = false",
    );
    let before = whole_dump(&project);
    assert_eq!(run_init(&project), "");
    assert_eq!(whole_dump(&project), before);
    project.run(["db-verify"]).exits(0).answers(&["was edited here", "equals init.sql"]);
}

#[test]
fn the_conventions_of_the_header_hold() {
    let Some(project) = Project::with_database() else { return };
    // Each question is answered with the names that break the rule.
    let rules = [
        (
            "every foreign key has an index that leads with its columns",
            "SELECT c.conname FROM pg_constraint c WHERE c.contype = 'f' AND NOT EXISTS (
               SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
                  AND (SELECT array_agg(k ORDER BY k) FROM unnest(c.conkey) k)
                    = (SELECT array_agg(k ORDER BY k)
                         FROM unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) k))
               AND NOT EXISTS (
               SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND cardinality(c.conkey) = 1
                  AND i.indkey[0] = c.conkey[1])",
        ),
        (
            "every foreign key says what a delete does",
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a'",
        ),
        (
            "every constraint bears its prefix",
            "SELECT conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
              WHERE nspname = 'public' AND contype IN ('p', 'u', 'f', 'c') AND conrelid <> 0
                AND conname !~ ('^' || CASE contype WHEN 'p' THEN 'pk' WHEN 'u' THEN 'uq'
                                                    WHEN 'f' THEN 'fk' ELSE 'ck' END || '_')",
        ),
        (
            "every index that is no constraint's bears its prefix",
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE nspname = 'public' AND c.relname !~ '^(pk|uq|idx)_'",
        ),
        (
            "no index is the beginning of another of the same kind",
            "SELECT a.indexrelid::regclass FROM pg_index a JOIN pg_index b
                 ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
               JOIN pg_class ca ON ca.oid = a.indexrelid JOIN pg_class cb ON cb.oid = b.indexrelid
               JOIN pg_am m ON m.oid = ca.relam AND m.oid = cb.relam AND m.amname = 'btree'
              WHERE a.indrelid >= 16384 AND NOT a.indisunique AND a.indexprs IS NULL
                AND a.indpred IS NOT DISTINCT FROM b.indpred
                AND b.indkey::text || ' ' LIKE a.indkey::text || ' %'
                AND b.indoption::text || ' ' LIKE a.indoption::text || ' %'",
        ),
        (
            "every table and materialized view has a comment",
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
              WHERE nspname = 'public' AND relkind IN ('r', 'm')
                AND obj_description(c.oid, 'pg_class') IS NULL",
        ),
        (
            "every function names its search_path",
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
              WHERE nspname = 'public'
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
                AND NOT coalesce(array_to_string(proconfig, ' '), '') LIKE '%search_path=%'",
        ),
        (
            "time has a time zone",
            "SELECT c.relname || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
               JOIN pg_namespace n ON n.oid = relnamespace
              WHERE nspname = 'public' AND relkind = 'r' AND atttypid = 'timestamp'::regtype",
        ),
        (
            "a foreign key column has the type of the key it points to",
            "SELECT conname FROM pg_constraint c
               JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
               JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1]
              WHERE contype = 'f' AND a.atttypid <> b.atttypid",
        ),
        (
            "every materialized view can be refreshed concurrently",
            "SELECT relname FROM pg_class c WHERE relkind = 'm' AND NOT EXISTS (
               SELECT FROM pg_index i WHERE i.indrelid = c.oid AND indisunique AND indpred IS NULL)",
        ),
        (
            "flags are NOT NULL and have a default",
            "SELECT c.relname || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
               JOIN pg_namespace n ON n.oid = relnamespace
              WHERE nspname = 'public' AND relkind = 'r' AND atttypid = 'bool'::regtype
                AND NOT (attnotnull AND atthasdef)",
        ),
    ];
    let mut broken = Vec::new();
    for (rule, sql) in rules {
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
    project.sql(
        "INSERT INTO channels (telegram_id, name, type, affiliation) VALUES (1, 'a', 'channel', 'ukraine'), (2, 'b', 'channel', 'russia'); \
         INSERT INTO messages (message_id, channel_id, content, telegram_date) \
           SELECT n, c.id, 'Привіт ' || n, now() FROM channels c, generate_series(1, 3) n; \
         INSERT INTO events (title) VALUES ('e'); \
         INSERT INTO event_messages (event_id, message_id, channel_id, match_method) SELECT e.id, m.id, m.channel_id, 'llm_verified' FROM events e, messages m",
    );
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
