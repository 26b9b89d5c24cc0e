//! `db-rebuild` on `local`, from nothing and over what is there.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::server::program;
use crate::stage::Project;
use crate::tool::Tool;

#[test]
fn from_nothing_to_a_verified_database() {
    let Some(project) = Project::with_server_programs() else { return };
    project
        .run(["db-verify"])
        .exits(4)
        .says(&["has no database yet", "hint: build it: `cargo xtask db-rebuild`"]);
    let ended = project.run(["db-rebuild"]).exits(0);
    let ended =
        ended.answers(&["osint_platform rebuilt from init.sql and verified", "tables", "done in"]);
    let ended = ended.says(&[
        "ok   preflight",
        "ok   new cluster",
        "ok   prove init.sql",
        "ok   build",
        "ok   verify",
        "ok   serve",
    ]);
    assert!(!ended.stderr.contains("safety dump"), "{}", ended.whole());
    assert_eq!(project.sql("SELECT schema_ready()"), "t");
    project.run(["db-verify"]).exits(0).answers(&["osint_platform equals init.sql"]);
    project.run(["status"]).exits(0).answers(&["target", "in step with init.sql"]);
    project.is_tidy();
    // The server is the machine's business alone.
    assert_eq!(project.sql("SHOW listen_addresses"), "127.0.0.1");
    assert_eq!(project.sql("SHOW password_encryption"), "scram-sha-256");
    for (name, mode) in [("data", 0o700), ("password", 0o600), ("run", 0o700)] {
        let found = fs::metadata(project.home().join(name)).expect(name).mode() & 0o777;
        assert_eq!(found, mode, "{name}: {found:o}");
    }
}

#[test]
fn seed_rows_alone_need_no_consent_and_a_rebuild_equals_the_last() {
    let Some(project) = Project::with_database() else { return };
    let before = project.identity();
    project.run(["db-rebuild"]).exits(0).answers(&["rebuilt from init.sql and verified"]);
    assert_ne!(project.identity(), before);
    assert!(project.dumps().is_empty(), "there was nothing to dump");
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

#[test]
fn an_edited_file_becomes_the_database() {
    let Some(project) = Project::with_database() else { return };
    project.edit_init("    description text,\n    updated_at  timestamptz", "    description text,\n    \"Who said so\" text DEFAULT 'nobody',\n    updated_at  timestamptz");
    project.edit_init("\nINSERT INTO event_config (", "\nCREATE TABLE IF NOT EXISTS \"Нова таблиця\" (id int CONSTRAINT pk_new PRIMARY KEY);\nINSERT INTO event_config (");
    let ended = project.run(["db-verify"]).exits(2);
    ended.answers(&["- table public.Нова таблиця", "~ table public.event_config", "Who said so"]);
    project.run(["db-rebuild"]).exits(0);
    assert_eq!(project.sql("SELECT DISTINCT \"Who said so\" FROM event_config"), "nobody");
    assert_eq!(project.sql("SELECT count(*) FROM \"Нова таблиця\""), "0");
    project.run(["db-verify"]).exits(0);
}

#[test]
fn the_safety_dump_is_private_readable_and_holds_the_row() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("precious");
    let ended = project.run(["db-rebuild", "--yes"]).exits(0);
    let ended = ended
        .says(&["ok   safety dump", "read back"])
        .answers(&["the old data is in .xtask/backups/"]);
    assert!(!project.has_row("precious"), "the database is a new one");
    let dumps = project.dumps();
    let [dump] = dumps.as_slice() else { panic!("one dump, not {dumps:?}") };
    assert!(ended.stdout.contains(&*dump.file_name().expect("named").to_string_lossy()));
    for (path, mode) in [(dump.as_path(), 0o600), (dump.parent().expect("a folder"), 0o700)] {
        let found = fs::metadata(path).expect("is there").mode() & 0o777;
        assert_eq!(found, mode, "{}: {found:o}", path.display());
    }
    let restore = |words: &[&str]| {
        Tool::new(program("pg_restore"), &project.root).args(words).arg(dump).run().exits(0)
    };
    restore(&["--list"]).answers(&["TABLE DATA public event_config", "schema_ready"]);
    restore(&["--data-only", "--table=event_config", "--file=-"]).answers(&["precious"]);
    // The dump brings the row back where it was.
    project.sql("DELETE FROM event_config");
    let text = restore(&["--data-only", "--table=event_config", "--file=-"]).stdout;
    project.write("rows.sql", text);
    project.psql_on(crate::server::DATABASE).args(["-f", "rows.sql"]).run().exits(0);
    assert!(project.has_row("precious"));
    project.run(["db-verify"]).exits(0);
}

#[test]
fn a_dry_run_changes_nothing() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    let (before, server) = (project.identity(), project.postmaster());
    let ended = project.run(["db-rebuild", "--dry-run"]).exits(0);
    ended.answers(&[
        "1 row",
        "would:",
        "make a cluster with",
        "dump the old database",
        "nothing was changed",
    ]);
    let document = project.run(["db-rebuild", "--dry-run", "--json"]).exits(0).document();
    assert_eq!(document["data"]["dry_run"], true);
    assert_eq!(document["data"]["at_risk"]["rows"], 1);
    assert_eq!((project.identity(), project.postmaster()), (before, server));
    assert!(project.has_row("kept"));
    assert!(project.dumps().is_empty());
    project.is_tidy();
    // A broken file is found by the dry run already.
    project.edit_init("\nCOMMIT;", "\nCOMMITT;");
    project.run(["db-rebuild", "--dry-run"]).exits(1).says(&["syntax error"]);
}

#[test]
fn explain_prints_the_equivalent_before_each_step() {
    let Some(project) = Project::with_database() else { return };
    let ended = project.run(["db-rebuild", "--explain"]).exits(0);
    for words in [
        "    $ ",
        "initdb --pgdata",
        "pg_ctl --pgdata",
        "pg_dump",
        "    sql> CREATE DATABASE \"osint_platform\"",
    ] {
        assert!(ended.stderr.contains(words), "no `{words}`: {}", ended.whole());
    }
    assert!(!ended.stdout.contains("initdb"), "the story is on stderr: {}", ended.whole());
    let quiet = project.run(["db-rebuild", "--quiet"]).exits(0).answers(&["rebuilt from init.sql"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn json_tells_the_steps_the_verification_and_the_dump() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("precious");
    let document = project.run(["db-rebuild", "--yes", "--json", "-v"]).exits(0).document();
    let data = &document["data"];
    let steps: Vec<&str> = data["steps"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["step"].as_str())
        .collect();
    assert_eq!(
        steps,
        [
            "preflight",
            "new cluster",
            "prove init.sql",
            "build",
            "verify",
            "safety dump",
            "change places",
            "serve"
        ]
    );
    assert_eq!(data["verification"]["complete"], true);
    let dump = data["safety_dump"].as_str().expect("a path");
    assert!(std::path::Path::new(dump).is_file(), "{dump}");
}
