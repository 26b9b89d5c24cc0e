//! `lint`: findings with their places, exit codes, forms, fixes, and who is
//! asked beside the text.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::stage::{INIT, Project, checkout};
use crate::tool::{Ended, Tool};

/// A declaration with an error that can be mended, and a warning.
const SMALL: &str = "CREATE TABLE t (\n    id bigserial CONSTRAINT pk_t PRIMARY KEY\n);\n";

fn git(project: &Project, words: &[&str]) {
    let tool = Tool::new("git", &project.root);
    tool.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(words).run().exits(0);
}

fn committed(project: &Project) {
    git(project, &["init", "--quiet"]);
    git(project, &["add", "Cargo.toml", INIT]);
    git(project, &["commit", "--quiet", "--message", "first"]);
}

/// Rules of the findings, in their order.
#[track_caller]
fn rules(ended: &Ended) -> Vec<String> {
    let document = ended.document();
    let findings = document["data"]["findings"].as_array().expect("a list").iter();
    findings.map(|it| it["rule"].as_str().expect("a rule").to_owned()).collect()
}

#[test]
fn the_projects_own_file_is_clean_and_nobody_is_asked() {
    let project = Project::new();
    let ended = project.tool(["lint"]).without("XTASK_TARGET").run().exits(0);
    ended.answers(&["infrastructure/postgres/init.sql: clean, "]).never_says(&["asked"]);
    assert!(!project.root.join(".xtask").exists(), "something was noted");
    assert!(!project.home().exists(), "a home was made");
}

#[test]
fn a_finding_has_its_place_its_words_and_carets() {
    let project = Project::new();
    project.edit_init(" REFERENCES channels (id) ON DELETE CASCADE", " REFERENCES channels (id)");
    let text = project.read(INIT);
    let at = text.find("CONSTRAINT fk_messages_channel_id").expect("there");
    let line = text[..at].matches('\n').count() + 1;
    let ended = project.run(["lint"]).exits(1);
    let place = format!("  --> infrastructure/postgres/init.sql:{line}:5\n");
    ended.answers(&[
        "error: messages refers to channels, and does not say what a delete there does [fk-without-on-delete]\n",
        &place,
        "     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  help: say ON DELETE CASCADE",
        "init.sql: 1 error, 0 warnings\nwhy: `cargo xtask explain fk-without-on-delete`",
    ]);
}

#[test]
fn warnings_alone_are_attention() {
    let project = Project::new();
    project.edit_init("    last_login      timestamptz,", "    last_login      timestamp,");
    let ended = project.run(["lint", "--json"]).exits(2);
    assert_eq!(rules(&ended), ["timestamp-without-time-zone"]);
    let finding = ended.document()["data"]["findings"][0].clone();
    assert_eq!(finding["column"], 21);
    assert_eq!(finding["end_column"], 30);
    assert_eq!(finding["severity"], "warning");
}

#[test]
fn every_form_tells_the_same() {
    let project = Project::new();
    project.write("small.sql", SMALL);
    let form =
        |form: &str| project.run(["lint", "small.sql", "--as", "init", "--format", form]).exits(1);
    let ended = form("json");
    assert_eq!(rules(&ended), ["create-without-if-not-exists", "serial-column"]);
    form("github").answers(&[
        "::error file=small.sql,line=1,endLine=1,col=1,endColumn=17,title=create-without-if-not-exists::",
        "::warning file=small.sql,line=2,endLine=2,col=8,endColumn=17,title=serial-column::t.id is",
    ]);
    form("markdown")
        .answers(&["<!-- xtask lint -->\n", "| error | `small.sql:1:1` | a second run"]);
    let sarif: Value = serde_json::from_str(&form("sarif").stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), 2);
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((region["startLine"].as_u64(), region["startColumn"].as_u64()), (Some(2), Some(8)));
    let known = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    let is_known = |id: &Value| known.iter().any(|rule| rule["id"] == *id);
    assert!(results.iter().all(|it| is_known(&it["ruleId"])));
    project.run(["lint", "--format", "xml"]).exits(64).says(&["not `xml`"]);
}

#[test]
fn a_fix_mends_the_file_and_keeps_its_mode() {
    let project = Project::new();
    project.write("small.sql", SMALL.replace('\n', "\r\n"));
    let path = project.root.join("small.sql");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("ours");
    let words = ["lint", "small.sql", "--as", "init", "--fix"];
    let before = project.read("small.sql");
    let dry = project.run([&words[..], &["--dry-run"]].concat()).exits(1);
    dry.answers(&["would mend small.sql:1:1: add IF NOT EXISTS (create-without-if-not-exists)"]);
    assert_eq!(project.read("small.sql"), before);
    project.run(words).exits(1).answers(&["mended small.sql:1:1: add IF NOT EXISTS"]);
    let mended = project.read("small.sql");
    assert_eq!(mended, before.replace("TABLE t", "TABLE IF NOT EXISTS t"));
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    project.run(words).exits(1).never_says(&["mended"]);
    assert_eq!(project.read("small.sql"), mended);
    let left: Vec<_> = fs::read_dir(&project.root).expect("readable").flatten().collect();
    assert!(left.iter().all(|it| !it.file_name().to_string_lossy().contains("partial")));
}

#[test]
fn a_rule_is_ignored_with_a_reason() {
    let project = Project::new();
    let table = "CREATE TABLE IF NOT EXISTS t (id bigserial CONSTRAINT pk_t PRIMARY KEY);";
    let with = |comment: &str| {
        project.write("small.sql", format!("{table} -- lint: ignore {comment}\n"));
        project.run(["lint", "small.sql", "--as", "init", "--json"])
    };
    assert_eq!(rules(&with("serial-column an old client wants it").exits(0)), [""; 0]);
    assert_eq!(rules(&with("serial-column").exits(1)), ["serial-column", "ignore-without-reason"]);
    let ended = with("serial-colum an old client wants it").exits(1);
    assert_eq!(rules(&ended), ["serial-column", "ignore-unknown"]);
    ended.answers(&["did you mean `serial-column`?"]);
    let ended = with("serial-column,money-column cheap").exits(0);
    assert_eq!(rules(&ended), [""; 0]);
    assert_eq!(rules(&with("money-column cheap").exits(2)), ["serial-column", "ignore-unused"]);
}

#[test]
fn rules_are_off_with_a_reason() {
    let project = Project::new();
    project.write(
        "small.sql",
        "CREATE TABLE IF NOT EXISTS t (id bigserial CONSTRAINT pk_t PRIMARY KEY);",
    );
    let manifest = project.read("Cargo.toml");
    let with = |line: &str| {
        let head = "[workspace.metadata.xtask.lint.off]\n";
        project.write("Cargo.toml", manifest.replace(head, &format!("{head}{line}\n")));
        project.run(["lint", "small.sql", "--as", "init"])
    };
    with("serial-column = \"an old client\"").exits(0);
    with("serial-column = \" \"").exits(1).says(&["gives no reason for `serial-column`"]);
    with("serial-colum = \"x\"")
        .exits(1)
        .says(&["no such rule", "hint: did you mean `serial-column`?"]);
    // Other commands do not care.
    project.run(["target"]).exits(0);
}

#[test]
fn a_migration_is_read_as_a_plan() {
    let project = Project::new();
    project.write("plan.sql", "\\set ON_ERROR_STOP on\nCREATE INDEX idx ON messages (views);\n");
    let ended = project.run(["lint", "plan.sql"]).exits(1);
    ended.answers(&[
        "plan.sql:2:1",
        "[index-without-concurrently]",
        "`cargo xtask lint plan.sql --fix`",
    ]);
    project.write(
        "plan.sql",
        "-- blocks-writes: writers of public.messages wait\nCREATE INDEX idx ON messages (views);\n",
    );
    project.run(["lint", "plan.sql"]).exits(0);
    project
        .run(["lint", "nowhere.sql"])
        .exits(1)
        .says(&["`nowhere.sql` is no file", "hint: name one"]);
}

#[test]
fn what_is_staged_is_looked_at_and_not_what_lies_on_disk() {
    let project = Project::new();
    committed(&project);
    let good = project.read(INIT);
    project.edit_init(" REFERENCES channels (id) ON DELETE CASCADE", " REFERENCES channels (id)");
    project.run(["lint", "--staged"]).exits(0);
    git(&project, &["add", INIT]);
    project.write(INIT, good);
    project.run(["lint", "--staged"]).exits(1).answers(&["[fk-without-on-delete]"]);
    project.run(["lint"]).exits(0);
    project.run(["lint", "--staged", "--fix"]).exits(64);
}

#[test]
fn what_goes_was_announced() {
    let project = Project::new();
    committed(&project);
    let column = "    last_login      timestamptz,\n";
    let without = |project: &Project| project.edit_init(column, "");
    without(&project);
    let ended = project.run(["lint"]).exits(1);
    ended.answers(&["users.last_login goes, and nobody was told [drop-without-deprecation]"]);
    git(&project, &["checkout", "--quiet", "--", INIT]);
    for (day, exit, words) in [
        ("9999-01-01", 1, "and was announced to stay until 9999-01-01"),
        ("2026-01-02", 0, "clean"),
    ] {
        let note = format!("    -- @deprecated since=2026-01-01 remove-after={day}\n{column}");
        project.edit_init(column, &note);
        git(&project, &["commit", "--quiet", "--all", "--message", "announce"]);
        let due = project.run(["lint"]);
        let is_due = day < "2027";
        assert_eq!(due.code, if is_due { 2 } else { 0 }, "{}", due.whole());
        project.edit_init(&note, "");
        project.run(["lint"]).exits(exit).answers(&[words]);
        project.edit_init(
            "    created_at      timestamptz  NOT NULL DEFAULT now(),\n",
            &format!("    created_at      timestamptz  NOT NULL DEFAULT now(),\n{column}"),
        );
        git(&project, &["commit", "--quiet", "--all", "--message", "again"]);
    }
}

#[test]
fn annotations_are_read_without_a_server() {
    let project = Project::new();
    let column = "    last_login      timestamptz,";
    project.edit_init(column, &format!("{column} -- @renamd from=seen"));
    let ended = project.run(["lint"]).exits(1);
    ended.answers(&["[annotation-unreadable]", "@renamed"]);
}

#[test]
fn every_code_is_explained() {
    let project = Project::new();
    project.run(["explain", "fk-without-on-delete"]).exits(0).answers(&["found:", "not found:"]);
    project.run(["explain", "data-loss"]).exits(0).answers(&["--allow data-loss"]);
    project.run(["explain", "@renamed"]).exits(0).answers(&["-- @renamed from=old_name"]);
    project.run(["explain", "5"]).exits(0).answers(&["stopped midway"]);
    let list = project.run(["explain"]).exits(0);
    list.answers(&["fk-without-on-delete", "breaks-clients", "@seed", "130"]);
    let ended = project.run(["explain", "fk-without-on-delet"]).exits(64);
    ended.says(&["hint: did you mean `cargo xtask explain fk-without-on-delete`?"]);
    let listed = project.run(["lint", "--list"]).exits(0);
    listed.answers(&["create-without-if-not-exists", "index-without-concurrently", "fix"]);
}

#[test]
fn a_database_tells_which_annotations_are_done() {
    let Some(project) = Project::with_database() else { return };
    let column = "    last_login      timestamptz,";
    let annotated = format!("{column} -- @renamed from=seen");
    project.edit_init(column, &annotated);
    let ended = project.run(["lint"]).exits(2);
    ended.answers(&[
        "@renamed of column public.users.last_login is done in osint_platform: nothing is called `seen`",
        "[annotation-done]",
        "1 can be mended",
    ]);
    // The name is taken from the URL, too; and no rule is called unused where
    // nobody was asked.
    let url = project.url();
    project.run(["lint", "--db-url", &url]).exits(2).answers(&["[annotation-done]"]);
    let ignored = format!("{annotated} -- lint: ignore annotation-done others still need it");
    project.edit_init(&annotated, &ignored);
    project.run(["down"]).exits(0);
    project.run(["lint"]).exits(0).says(&["not asked which annotations are done"]);
    project.run(["lint", "--target", "local"]).exits(4).says(&["cargo xtask up"]);
    project.run(["up"]).exits(0);
    project.edit_init(&ignored, &annotated);
    project.run(["lint", "--fix"]).exits(0).answers(&["mended", "remove the annotation"]);
    assert!(project.read(INIT).contains(&format!("{column}\n")));
    assert!(!project.read(INIT).contains("@renamed"));
}

#[test]
fn a_second_run_is_proved_to_change_nothing() {
    let Some(project) = Project::with_database() else { return };
    project.run(["lint", "--prove"]).exits(0).answers(&["clean"]);
    let mark = "CREATE OR REPLACE FUNCTION schema_ready()";
    let seed = "INSERT INTO event_config (key, value) VALUES ('runs', '0')\n    \
                ON CONFLICT (key) DO UPDATE SET value = event_config.value || '!';\n\n";
    project.edit_init(mark, &format!("{seed}{mark}"));
    let ended = project.run(["lint", "--prove"]).exits(1);
    ended.answers(&[
        "after a second run public.event_config has other rows",
        "[not-idempotent]",
        "INSERT INTO event_config",
    ]);
    project.run(["lint"]).exits(0);
    // What a server found stays found when something else is mended.
    project.edit_init(
        "CREATE INDEX IF NOT EXISTS idx_channels_rule",
        "CREATE INDEX idx_channels_rule",
    );
    project.run(["lint", "--fix"]).exits(0).answers(&["mended"]);
    project.edit_init(
        "CREATE TABLE IF NOT EXISTS users (",
        "-- lint: ignore money-column old\nCREATE TABLE IF NOT EXISTS users (",
    );
    let ended = project.run(["lint", "--prove", "--fix"]).exits(1);
    ended.answers(&["mended", "[not-idempotent]"]);
    project.edit_init(seed, "DO $$ BEGIN CREATE TABLE again (id bigint); END $$;\n");
    let text = project.read(INIT);
    let line =
        text[..text.find("DO $$ BEGIN CREATE TABLE again").expect("there")].matches('\n').count()
            + 1;
    let ended = project.run(["lint", "--prove"]).exits(1);
    let place = format!("init.sql:{line}:1");
    ended.answers(&["a second run stops here: relation \"again\" already exists", &place]);
    let left = project.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'xtask_clone%'");
    assert_eq!(left, "0");
}

#[test]
fn a_plan_of_db_diff_is_clean() {
    let Some(project) = Project::with_database() else { return };
    project.edit_init("    last_login      timestamptz,\n", "");
    let text = project.read(INIT);
    let comment = text.lines().find(|line| line.starts_with("COMMENT ON COLUMN users.last_login"));
    project.edit_init(comment.expect("there"), "");
    let mark = "CREATE OR REPLACE FUNCTION schema_ready()";
    let index = "CREATE INDEX IF NOT EXISTS idx_users_login ON users (is_active, created_at);\n";
    project.edit_init(mark, &format!("{index}{mark}"));
    project.run(["db-diff", "--out", "plan.sql"]).exits(2);
    for words in ["CREATE INDEX", "DROP COLUMN"] {
        assert!(project.read("plan.sql").contains(words), "{}", project.read("plan.sql"));
    }
    project.run(["lint", "plan.sql"]).exits(0);
    // What nobody proved is told: a plan without its heads is a migration.
    let text = project.read("plan.sql");
    let bare: Vec<&str> = text.lines().filter(|line| !line.starts_with("-- ")).collect();
    project.write("bare.sql", bare.join("\n"));
    let ended = project.run(["lint", "bare.sql"]).exits(1);
    ended.answers(&["[index-without-concurrently]", "[drop-without-deprecation]"]);
}

#[test]
fn the_sample_workflow_says_what_the_tool_understands() {
    let sample = fs::read_to_string(checkout().join("docs/samples/schema.yml")).expect("there");
    let project = Project::new();
    committed(&project);
    let commands: Vec<&str> =
        sample.lines().filter_map(|line| line.trim().strip_prefix("cargo xtask ")).collect();
    assert_eq!(commands.len(), 6, "{commands:?}");
    for command in commands {
        let words = command.split([' ', '"']).take_while(|word| !["||", ">>"].contains(word));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        // What a flag means is decided before anything is done.
        let ended = project.run([&words[..], &["--dry-run"]].concat());
        assert_ne!(ended.code, 64, "{}", ended.whole());
    }
}
