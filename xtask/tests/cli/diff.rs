//! `db-diff`: nothing to do is 0, a difference is 2, and neither side is
//! changed.

use crate::stage::{INIT, Project};

/// No scratch database of the run is left, and nothing private is readable.
#[track_caller]
fn left_nothing(project: &Project) {
    let scratch = "SELECT count(*) FROM pg_database WHERE datname LIKE 'xtask_clone_%'";
    assert_eq!(project.sql(scratch), "0", "a clone is left");
    let dir = project.root.join(".xtask/schema");
    for entry in std::fs::read_dir(dir).expect("is made").flatten() {
        use std::os::unix::fs::PermissionsExt;
        let mode = entry.metadata().expect("is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} can be read by others", entry.path());
    }
}

#[test]
fn a_database_that_was_just_built_has_nothing_to_do() {
    let Some(project) = Project::with_database() else { return };
    for _ in 0..2 {
        project
            .run(["db-diff"])
            .exits(0)
            .answers(&["nothing to do: osint_platform equals infrastructure/postgres/init.sql"]);
    }
    left_nothing(&project);
    // The second run asked no scratch database.
    let ended = project.run(["db-diff", "--explain"]).exits(0);
    ended.never_says(&["CREATE DATABASE", "psql"]);
    let document = project.run(["db-diff", "--json"]).exits(0).document();
    assert_eq!(document["data"]["equal"], true);
    assert_eq!(document["data"]["changes"], serde_json::json!([]));
}

#[test]
fn an_edited_file_is_shown_as_a_tree_with_its_plan() {
    let Some(project) = Project::with_database() else { return };
    project.edit_init(
        "CREATE TABLE IF NOT EXISTS event_config (",
        "CREATE TABLE IF NOT EXISTS event_config (\n    rank integer,",
    );
    let before = project.identity();
    let ended = project.run(["db-diff"]).exits(2);
    ended.answers(&[
        "osint_platform -> infrastructure/postgres/init.sql: +1 ~0 -0",
        "public\n  ~ table event_config\n      + column rank",
        "plan: 1 step",
        "ALTER TABLE public.event_config ADD COLUMN rank integer;",
        "ACCESS EXCLUSIVE on public.event_config: blocks reads and writes, < 10 ms",
        "way back: 1 step",
        "next: cargo xtask db-migrate",
    ]);
    left_nothing(&project);
    let document = project.run(["db-diff", "--json"]).exits(2).document();
    let data = &document["data"];
    assert_eq!(data["changes"][0]["shown"], "column public.event_config.rank");
    assert_eq!(data["plan"][0]["mode"], "together");
    assert_eq!(data["certificate"][0]["locks"][0]["mode"], "access_exclusive");
    assert_eq!(data["not_allowed"], serde_json::json!([]));
    // Looked at only.
    assert_eq!(project.identity(), before);
    let column = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'rank' AND table_name = 'event_config'";
    assert_eq!(project.sql(column), "0");
}

#[test]
fn a_review_gets_markdown_and_annotations() {
    let Some(project) = Project::with_database() else { return };
    project.sql("INSERT INTO location_gazetteer (name_primary, latitude, longitude, country_code) VALUES ('a', 1, 2, 'UA')");
    project.edit_init("    population   integer,\n", "");
    project.edit_init(
        "COMMENT ON COLUMN location_gazetteer.population",
        "COMMENT ON COLUMN location_gazetteer.aliases",
    );
    project.run(["db-diff", "--format", "markdown"]).exits(2).answers(&[
        "### Schema: osint",
        "| hazard | about | why | allowed |",
        "| data-loss | column public.location\\_gazetteer.population |",
        "```diff",
    ]);
    project.run(["db-diff", "--format=github"]).exits(2).answers(&[
        "::notice file=infrastructure/postgres/init.sql,title=schema::",
        "::error file=",
    ]);
    let document = project.run(["db-diff", "--format", "json"]).exits(2).document();
    assert_eq!(document["data"]["not_allowed"][0]["kind"], "data_loss");
    project.run(["db-diff", "--format", "xml"]).exits(64).says(&["--format is markdown"]);
}

#[test]
fn other_sides_are_read_too() {
    let Some(project) = Project::with_database() else { return };
    let dump = project
        .client(crate::server::program("pg_dump"))
        .args(["--schema-only"])
        .run()
        .exits(0)
        .stdout;
    project.write("schema.sql", &dump);
    project.run(["db-diff", "live", "dump:schema.sql"]).exits(0).answers(&["nothing to do"]);
    project.run(["db-diff", "dump:schema.sql", "init"]).exits(0);
    let url = project.url();
    project.run(["db-diff", &url, "live"]).exits(0).never_says(&[&project.password()]);
    project
        .run(["db-diff", "live", "nowhere"])
        .exits(64)
        .says(&["`nowhere` is none of: live, init"]);
    project.run(["db-diff", "git:"]).exits(64).says(&["which commit?"]);
    left_nothing(&project);
}

#[test]
fn a_commit_is_a_side() {
    let Some(project) = Project::with_database() else { return };
    let git = |words: &[&str]| {
        crate::tool::Tool::new("git", &project.root)
            .args(["-c", "user.name=t", "-c", "user.email=t@localhost"])
            .args(words)
            .run()
            .exits(0)
    };
    git(&["init", "--quiet"]);
    git(&["add", INIT]);
    git(&["commit", "--quiet", "--message", "first"]);
    project.run(["db-diff", "git:HEAD", "init"]).exits(0);
    project.edit_init(
        "CREATE TABLE IF NOT EXISTS event_config (",
        "CREATE TABLE IF NOT EXISTS event_config (\n    rank integer,",
    );
    let ended = project.run(["db-diff", "git:HEAD", "init"]).exits(2);
    ended.answers(&[
        "init.sql of HEAD -> infrastructure/postgres/init.sql: +1 ~0 -0",
        "+ column rank",
    ]);
    project.run(["db-diff", "git:nowhere", "init"]).exits(1).says(&["git has no `"]);
}

#[test]
fn rules_leave_things_alone() {
    let Some(project) = Project::with_database() else { return };
    project.sql("CREATE SCHEMA audit; CREATE TABLE audit.log (id int PRIMARY KEY)");
    project.sql("INSERT INTO audit.log VALUES (1)");
    project.run(["db-diff"]).exits(2).answers(&[
        "- schema audit",
        "- table log (1 column, 1 constraint)",
        "data-loss",
    ]);
    project
        .run(["db-diff", "--exclude", "audit.*"])
        .exits(0)
        .answers(&["nothing to do", "left alone by rule: 4 differences"]);
    project.run(["db-diff", "--only", "messages"]).exits(0);
    let manifest = project.read("Cargo.toml");
    project.write(
        "Cargo.toml",
        manifest.replace(
            "\n[workspace.metadata.xtask]\n",
            "\n[workspace.metadata.xtask]\nignore = [\"audit.*\"]\n",
        ),
    );
    for _ in 0..2 {
        project.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
    }
    project.run(["db-diff", "--exclude", "tabel:x"]).exits(64).says(&["there is no kind `tabel`"]);
}

#[test]
fn a_plan_that_cannot_run_is_told_with_the_servers_words() {
    let Some(project) = Project::with_database() else { return };
    // A type that has no cast to the other.
    project.edit_init(
        "    value       text         NOT NULL,",
        "    value       point        NOT NULL,",
    );
    let init = project.read(INIT);
    let without = init.split("INSERT INTO event_config").next().expect("a beginning").to_owned()
        + init
            .split_once("INSERT INTO event_config")
            .and_then(|(_, rest)| rest.split_once(";\n"))
            .expect("a statement")
            .1;
    project.write(INIT, without);
    let ended = project.run(["db-diff"]);
    assert!(ended.code == 1 || ended.code == 2, "{}", ended.whole());
    assert!(!ended.stderr.contains("panicked"), "{}", ended.whole());
    left_nothing(&project);
}
