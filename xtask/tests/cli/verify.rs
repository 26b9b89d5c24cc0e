//! `db-verify`: clean is 0; each kind of drift is 2 and named.

use serde_json::Value;

use crate::stage::Project;

/// Drifts, verifies, and mends again; every word is in the report.
#[track_caller]
fn drift(project: &Project, change: &str, words: &[&str]) -> Value {
    project.sql(change);
    project.run(["db-verify"]).exits(2).answers(words).answers(&["is not what init.sql says"]);
    project.run(["db-verify", "--json"]).exits(2).document()["data"].clone()
}

#[track_caller]
fn mend(project: &Project, change: &str) {
    project.sql(change);
    project.run(["db-verify"]).exits(0).answers(&["osint_platform equals init.sql"]);
}

/// The one difference: what kind of change, of which object.
#[track_caller]
fn only_change(data: &Value) -> (&str, &str, &str) {
    let changes = data["differences"].as_array().expect("a list");
    assert_eq!(changes.len(), 1, "{changes:?}");
    let text = |value: &'_ Value| -> &str { panic!("no text: {value}") };
    let change = &changes[0];
    (
        change["change"].as_str().unwrap_or_else(|| text(change)),
        change["object"]["kind"].as_str().unwrap_or_else(|| text(change)),
        change["object"]["name"].as_str().unwrap_or_else(|| text(change)),
    )
}

#[test]
fn schema_drift_is_named_object_by_object() {
    let Some(project) = Project::with_database() else { return };
    let index = project.sql("SELECT indexname FROM pg_indexes WHERE tablename = 'messages' AND indexname LIKE 'idx%' ORDER BY 1 LIMIT 1");
    let definition =
        project.sql(&format!("SELECT indexdef FROM pg_indexes WHERE indexname = '{index}'"));
    let comment =
        project.sql(&format!("SELECT coalesce(obj_description('{index}'::regclass), '')"));
    let data =
        drift(&project, &format!("DROP INDEX {index}"), &[&format!("- index public.{index}")]);
    let changes = data["differences"].to_string();
    assert!(changes.contains(&index) && changes.contains("\"missing\""), "{changes}");
    let comment = comment.replace('\'', "''");
    let mut again = format!("{definition};");
    if !comment.is_empty() {
        again.push_str(&format!("COMMENT ON INDEX {index} IS '{comment}'"));
    }
    mend(&project, &again);

    let data = drift(
        &project,
        "ALTER TABLE event_config ADD COLUMN extra int",
        &["~ table public.event_config", "+    extra integer"],
    );
    assert_eq!(only_change(&data), ("changed", "TABLE", "event_config"));
    mend(&project, "ALTER TABLE event_config DROP COLUMN extra");

    let body = "CREATE OR REPLACE FUNCTION schema_ready() RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE \
                SET search_path = pg_catalog, public AS";
    let data = drift(
        &project,
        &format!("{body} $$ SELECT true AND true $$"),
        &["~ function public.schema_ready", "true AND true"],
    );
    assert_eq!(only_change(&data).0, "changed");
    mend(&project, &format!("{body} $$\n    SELECT true\n$$"));

    let old = project.sql("SELECT obj_description('event_config'::regclass)").replace('\'', "''");
    let data = drift(
        &project,
        "COMMENT ON TABLE event_config IS 'other words'",
        &["~ comment", "event_config", "other words"],
    );
    assert_eq!(only_change(&data).1, "COMMENT");
    mend(&project, &format!("COMMENT ON TABLE event_config IS '{old}'"));

    let data = drift(
        &project,
        "CREATE VIEW unknown_view AS SELECT 1 AS one",
        &["+ view public.unknown_view"],
    );
    assert_eq!(only_change(&data), ("extra", "VIEW", "unknown_view"));
    mend(&project, "DROP VIEW unknown_view");

    let data = drift(
        &project,
        "GRANT SELECT ON event_config TO PUBLIC",
        &["event_config", "GRANT SELECT"],
    );
    assert_eq!(only_change(&data).0, "extra");
    mend(&project, "REVOKE ALL ON event_config FROM PUBLIC");
}

#[test]
fn seed_rows_are_missing_or_edited() {
    let Some(project) = Project::with_database() else { return };
    let data = drift(
        &project,
        "DELETE FROM event_config WHERE key = 'novelty_threshold'",
        &["- seed row event_config", "novelty_threshold"],
    );
    assert_eq!(data["seeds"]["missing"][0]["table"], "event_config");
    let back = "INSERT INTO event_config (key, value, description) VALUES ('novelty_threshold', '0.88', \
                'Cosine similarity from which a message repeats an earlier one.')";
    mend(&project, back);
    // An operator's edit is their right: told, and no finding.
    project.sql("UPDATE event_config SET value = '0.91' WHERE key = 'novelty_threshold'");
    let ended = project.run(["db-verify"]).exits(0);
    ended.answers(&["novelty_threshold", "was edited here (value); it stays", "equals init.sql"]);
    let data = project.run(["db-verify", "--json"]).exits(0).document()["data"].clone();
    assert_eq!(data["seeds"]["edited"][0]["columns"][0], "value");
    // A row of the operator's own is no finding either.
    project.insert_row("mine");
    project.run(["db-verify"]).exits(0);
}

#[test]
fn health_is_looked_at_beyond_the_schema() {
    let Some(project) = Project::with_database() else { return };
    let fault = |data: &Value, kind: &str| {
        let found = data["health"].as_array().expect("a list");
        assert!(found.iter().any(|it| it["fault"] == kind), "{kind}: {found:?}");
    };
    let data = drift(
        &project,
        "ALTER TABLE event_config ADD CONSTRAINT ck_later CHECK (value <> '') NOT VALID",
        &["! ck_later: constraint on", "event_config", "NOT VALID"],
    );
    fault(&data, "unvalidated_constraint");
    mend(&project, "ALTER TABLE event_config DROP CONSTRAINT ck_later");

    // Rows that came with their own numbers left the sequence behind.
    let sequence = "pg_get_serial_sequence('folder_rules', 'id')";
    let data = drift(
        &project,
        &format!("SELECT setval({sequence}, 1, false)"),
        &[
            "! public.folder_rules_id_seq: next value is 1, folder_rules.id already holds",
            "the next insert fails",
        ],
    );
    fault(&data, "sequence_behind");
    mend(&project, &format!("SELECT setval({sequence}, (SELECT max(id) FROM folder_rules))"));

    project.sql("INSERT INTO event_config (key, value) VALUES ('twice', '0.88')");
    let failing = "CREATE UNIQUE INDEX CONCURRENTLY uq_twice ON event_config (value)";
    project.psql_on(crate::server::DATABASE).args(["-c", failing]).run().exits(1);
    let data = drift(
        &project,
        "SELECT 1",
        &["! public.uq_twice: index on public.event_config is invalid"],
    );
    fault(&data, "invalid_index");
    mend(&project, "DROP INDEX uq_twice");
}

#[test]
fn a_database_that_never_got_complete_says_how_far_it_came() {
    let Some(project) = Project::with_database() else { return };
    project.sql("DROP FUNCTION schema_ready(); DROP TABLE event_config");
    let ended = project.run(["db-verify"]).exits(2);
    ended.answers(&[
        "init.sql did not run to its end here",
        "- table public.event_config",
        "- function public.schema_ready",
    ]);
    project.run(["status"]).exits(2).answers(&[
        "did not run to its end",
        " of ",
        "tables exist",
        "next: cargo xtask db-rebuild",
    ]);
    let data = project.run(["db-verify", "--json"]).exits(2).document()["data"].clone();
    assert_eq!(data["complete"], false);
}

#[test]
fn verifying_changes_nothing_and_disturbs_nobody() {
    let Some(project) = Project::with_database() else { return };
    let fingerprint = "SELECT md5(string_agg(t::text, ',' ORDER BY t.oid)) FROM pg_class t WHERE relnamespace = 'public'::regnamespace";
    let before = (project.identity(), project.sql(fingerprint));
    for _ in 0..2 {
        project.run(["db-verify"]).exits(0);
    }
    assert_eq!((project.identity(), project.sql(fingerprint)), before);
    let databases =
        "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database WHERE NOT datistemplate";
    let found = project.sql(databases);
    assert!(!found.contains("_building"), "{found}");
}
