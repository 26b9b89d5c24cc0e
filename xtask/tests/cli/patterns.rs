//! The changes that the guide calls common, each from an edited init.sql to
//! an empty comparison, with the rows that were there.

use crate::stage::Project;

const CONFIG: &str = "CREATE TABLE IF NOT EXISTS event_config (";
/// The only `description text` that stands before this key.
const DESCRIPTION: &str = "    description text,\n    updated_at  timestamptz  NOT NULL DEFAULT now(),\n    CONSTRAINT pk_event_config";
const GAZETTEER: &str =
    "INSERT INTO location_gazetteer (name_primary, latitude, longitude, country_code) VALUES";

/// Compares, changes, and compares again. Answers what the plan was.
#[track_caller]
fn goes_through(project: &Project, allow: &str) -> String {
    let plan = project.run(["db-diff"]).exits(2).stdout;
    let mut words = vec!["db-migrate", "--yes"];
    if !allow.is_empty() {
        project.run(["db-migrate", "--yes"]).exits(3).says(&[&format!("add `--allow {allow}`")]);
        words.extend(["--allow", allow]);
    }
    project
        .run(words)
        .exits(0)
        .answers(&["osint_platform is what infrastructure/postgres/init.sql says"]);
    project.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
    project.run(["db-verify"]).exits(0);
    plan
}

#[test]
fn a_column_an_index_and_a_table_are_added() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    project.edit_init(
        CONFIG,
        "CREATE TABLE user_preferences (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    channel_id integer REFERENCES channels (id),\n    theme text NOT NULL DEFAULT 'dark'\n);\nCREATE TABLE IF NOT EXISTS event_config (\n    rank integer NOT NULL DEFAULT 7,",
    );
    project.edit_init(
        "COMMENT ON TABLE event_config IS",
        "CREATE INDEX idx_event_config_rank ON event_config (rank DESC);\n\nCOMMENT ON TABLE event_config IS",
    );
    let plan = goes_through(&project, "");
    for words in [
        "+ column rank integer NOT NULL",
        "+ index idx_event_config_rank",
        "+ table user_preferences (3 columns, 2 constraints)",
        "CREATE INDEX CONCURRENTLY idx_event_config_rank",
        "SHARE ROW EXCLUSIVE on public.channels: blocks writes",
    ] {
        assert!(plan.contains(words), "no `{words}` in\n{plan}");
    }
    assert_eq!(project.sql("SELECT rank FROM event_config WHERE key = 'kept'"), "7");
}

#[test]
fn a_column_is_dropped_after_a_backup() {
    let Some(project) = Project::with_database() else { return };
    project.sql(&format!("{GAZETTEER} ('Київ', 50, 30, 'UA')"));
    project.edit_init("    population   integer,\n", "");
    let comment = "COMMENT ON COLUMN location_gazetteer.population";
    if project.read(crate::stage::INIT).contains(comment) {
        project.edit_init(comment, "COMMENT ON COLUMN location_gazetteer.aliases");
    }
    let plan = goes_through(&project, "data-loss");
    let lost = "! data-loss: every value of public.location_gazetteer.population goes";
    assert!(plan.contains(lost), "{plan}");
    let backups = project.run(["backup", "list"]).exits(0);
    let made = backups.stdout.lines().filter(|line| line.contains(" rows")).count();
    assert_eq!(made, 1, "{}", backups.whole());
}

#[test]
fn a_column_is_renamed_with_its_values() {
    let Some(project) = Project::with_database() else { return };
    project.sql(&format!("{GAZETTEER} ('Київ', 50, 30, 'UA')"));
    project.sql("UPDATE location_gazetteer SET name_ascii = 'Kyiv'");
    project.edit_init(
        "    name_ascii   varchar(200),",
        "    -- @renamed from=name_ascii\n    name_plain   varchar(200),",
    );
    project.edit_init("coalesce(name_ascii, '')", "coalesce(name_plain, '')");
    project.edit_init(
        "COMMENT ON COLUMN location_gazetteer.name_ascii ",
        "COMMENT ON COLUMN location_gazetteer.name_plain ",
    );
    let plan = goes_through(&project, "breaks-clients");
    assert!(
        plan.contains(
            "> column public.location_gazetteer.name_ascii -> public.location_gazetteer.name_plain"
        ),
        "{plan}"
    );
    // The generated column follows by itself.
    assert!(!plan.contains("name_search"), "{plan}");
    assert_eq!(project.sql("SELECT name_plain FROM location_gazetteer"), "Kyiv");
}

#[test]
fn a_table_is_renamed_with_everything_on_it() {
    let Some(project) = Project::with_database() else { return };
    project.sql("CREATE TABLE note (id serial PRIMARY KEY, text text UNIQUE)");
    project.sql("INSERT INTO note (text) VALUES ('kept')");
    project.edit_init(
        CONFIG,
        &format!("CREATE TABLE note (id serial PRIMARY KEY, text text UNIQUE);\n{CONFIG}"),
    );
    project.run(["db-diff"]).exits(0);
    project.edit_init("CREATE TABLE note (", "-- @renamed from=note\nCREATE TABLE remark (");
    let plan = goes_through(&project, "breaks-clients");
    for words in [
        "> table public.note -> public.remark",
        "> constraint public.remark.note_pkey -> public.remark.remark_pkey",
        "> sequence public.note_id_seq -> public.remark_id_seq",
        "+0 ~0 -0",
    ] {
        assert!(plan.contains(words), "no `{words}` in\n{plan}");
    }
    assert_eq!(project.sql("INSERT INTO remark (text) VALUES ('new') RETURNING id"), "2");
}

#[test]
fn two_names_at_once_are_refused_with_their_place() {
    let Some(project) = Project::with_database() else { return };
    project.sql("ALTER TABLE event_config ADD COLUMN old_value text");
    project.edit_init(
        "    value       text         NOT NULL,",
        "    -- @renamed from=old_value\n    value       text         NOT NULL,",
    );
    let line = project
        .read(crate::stage::INIT)
        .lines()
        .position(|line| line.contains("@renamed"))
        .expect("there")
        + 1;
    project.run(["db-diff"]).exits(3).answers_nothing().says(&[
        "both column public.event_config.old_value and column public.event_config.value are there",
        &format!("infrastructure/postgres/init.sql:{line}:"),
    ]);
}

#[test]
fn a_check_list_is_widened() {
    let Some(project) = Project::with_database() else { return };
    project.edit_init("'discovery', 'test'))", "'discovery', 'test', 'mirror'))");
    let plan = goes_through(&project, "");
    assert!(plan.contains("NOT VALID"), "{plan}");
    assert!(plan.contains("VALIDATE CONSTRAINT ck_folder_rules_rule"), "{plan}");
    project.sql("UPDATE folder_rules SET rule = 'mirror' WHERE id = 1");
}

#[test]
fn an_enum_gets_a_value_that_is_used_at_once() {
    let Some(project) = Project::with_database() else { return };
    let before = "CREATE TYPE mood AS ENUM ('sad', 'glad');\nCREATE TABLE feeling (it mood NOT NULL DEFAULT 'sad');\n";
    project.edit_init(CONFIG, &format!("{before}{CONFIG}"));
    goes_through(&project, "");
    project.sql("INSERT INTO feeling VALUES ('glad')");
    project.edit_init("('sad', 'glad')", "('sad', 'calm', 'glad')");
    project.edit_init("DEFAULT 'sad'", "DEFAULT 'calm'");
    let plan = goes_through(&project, "");
    assert!(plan.contains("ADD VALUE 'calm'"), "{plan}");
    assert_eq!(project.sql("INSERT INTO feeling DEFAULT VALUES RETURNING it"), "calm");
    assert_eq!(
        project.sql("SELECT string_agg(it::text, ',' ORDER BY it) FROM feeling"),
        "calm,glad"
    );
}

#[test]
fn not_null_needs_to_be_told_what_the_rows_become() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("bare");
    let strict = DESCRIPTION.replace("description text", "description text NOT NULL");
    project.edit_init(DESCRIPTION, &strict);
    let refused = project.run(["db-migrate", "--yes"]).exits(1).answers_nothing();
    refused.says(&[
        "the rows that are there refuse 1 step of the plan",
        "would break NOT NULL of public.event_config.description: key=bare",
        "hint: say in init.sql what they become",
        "-- @backfill <expression>",
    ]);
    project.run(["db-migrate", "--dry-run"]).exits(1).says(&["key=bare"]);
    project.edit_init(&strict, &format!("    -- @backfill 'none: ' || key\n{strict}"));
    let plan = goes_through(&project, "");
    assert!(plan.contains("fill column public.event_config.description"), "{plan}");
    assert_eq!(
        project.sql("SELECT description FROM event_config WHERE key = 'bare'"),
        "none: bare"
    );
    assert_eq!(
        project.sql("SELECT count(*) FROM event_config WHERE description LIKE 'none:%'"),
        "1"
    );
}
