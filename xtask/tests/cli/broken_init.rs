//! An init.sql that the server stops at: told with its place, and the
//! database that was there serves on with its rows.

use crate::stage::{INIT, Project};

/// `path:line:column`, the line itself, and a caret below the column.
#[track_caller]
fn points_at(stderr: &str, line: usize, column: usize, text: &str) {
    let place = format!("  --> {INIT}:{line}:{column}\n");
    assert!(stderr.contains(&place), "no `{}` in\n{stderr}", place.trim_end());
    let shown = format!("{line:>6} | {text}\n       | {}^", " ".repeat(column - 1));
    assert!(stderr.contains(&shown), "no\n{shown}\nin\n{stderr}");
}

/// Rebuilds with `from` replaced by `to`; the message has `words`, the place
/// is the line that begins with `line`, at `token`.
#[track_caller]
fn breaks(
    project: &Project,
    (from, to): (&str, &str),
    (line, token): (&str, &str),
    words: &[&str],
) {
    let before = project.identity();
    let whole = project.read(INIT);
    project.edit_init(from, to);
    let text = project.read(INIT);
    let (index, content) = text
        .lines()
        .enumerate()
        .find(|(_, content)| content.starts_with(line))
        .unwrap_or_else(|| panic!("no line `{line}`"));
    let column = content.find(token).expect("the token is in its line") + 1;
    let ended = project.run(["db-rebuild", "--yes"]).exits(1).answers_nothing().says(words);
    points_at(&ended.stderr, index + 1, column, content);
    assert_eq!(project.identity(), before, "another database is served");
    assert!(project.has_row("kept"), "the row is gone");
    project.is_tidy();
    project.write(INIT, whole);
}

#[test]
fn the_first_statement() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    breaks(
        &project,
        ("\nBEGIN;", "\nBEGINN;"),
        ("BEGINN;", "BEGINN"),
        &["syntax error", "(42601)"],
    );
}

#[test]
fn a_statement_in_the_middle() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    breaks(
        &project,
        (
            "CREATE TABLE IF NOT EXISTS event_sources (",
            "CREATE TABLE IF NOT EXISTS event_sources )",
        ),
        ("CREATE TABLE IF NOT EXISTS event_sources )", ")"),
        &["does not run: syntax error"],
    );
    breaks(
        &project,
        ("\nINSERT INTO event_config (", "\nINSERT INTO evnet_config ("),
        ("INSERT INTO evnet_config", "evnet_config"),
        &["relation \"evnet_config\" does not exist (42P01)"],
    );
}

#[test]
fn the_last_statement() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    breaks(
        &project,
        (
            "\nCOMMIT;",
            "\nINSERT INTO event_config (key, value) VALUES ('novelty_threshold', '1');\nCOMMIT;",
        ),
        ("INSERT INTO event_config (key, value) VALUES ('novelty", "INSERT"),
        &["duplicate key value", "(23505)", "(key)=(novelty_threshold) already exists"],
    );
    breaks(&project, ("\nCOMMIT;", "\nCOMMITT;"), ("COMMITT;", "COMMITT"), &["syntax error"]);
}

#[test]
fn an_error_without_a_position_is_placed_at_its_statement() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    let raising = "\nDO $$\nBEGIN\n    RAISE EXCEPTION 'no; not \"today\"';\nEND $$;\nCOMMIT;";
    breaks(
        &project,
        ("\nCOMMIT;", raising),
        ("DO $$", "DO"),
        &["no; not \"today\" (P0001)", "PL/pgSQL function inline_code_block line 3"],
    );
    let dividing = "\nCREATE FUNCTION halve(n int) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN n / 0; END $f$;\n\
                    -- a comment; with a semicolon\nSELECT halve(2);\nCOMMIT;";
    breaks(
        &project,
        ("\nCOMMIT;", dividing),
        ("SELECT halve(2)", "SELECT"),
        &["division by zero (22012)", "PL/pgSQL function halve(integer) line 1 at RETURN"],
    );
}

#[test]
fn the_place_is_counted_in_characters() {
    let Some(project) = Project::with_stopped_database() else { return };
    project.edit_init("\nCOMMIT;", "\nSELECT 'Харків', nope;\nCOMMIT;");
    let ended =
        project.run(["db-rebuild"]).exits(1).says(&["column \"nope\" does not exist (42703)"]);
    let line =
        project.read(INIT).lines().position(|line| line.contains("Харків")).expect("there") + 1;
    points_at(&ended.stderr, line, 18, "SELECT 'Харків', nope;");
}

#[test]
fn a_backslash_command_is_explained() {
    let Some(project) = Project::with_stopped_database() else { return };
    project.edit_init("\nBEGIN;", "\n\\connect elsewhere\nBEGIN;");
    project.run(["db-rebuild"]).exits(1).says(&["\\connect", "init.sql:"]);
}

#[test]
fn without_a_database_nothing_is_left_of_the_attempt() {
    let Some(project) = Project::with_server_programs() else { return };
    project.edit_init("\nCOMMIT;", "\nCOMMITT;");
    project.run(["db-rebuild"]).exits(1).answers_nothing();
    for name in ["data", "data.new", "data.old"] {
        assert!(!project.home().join(name).exists(), "{name} is left");
    }
    project.run(["status"]).exits(2).answers(&["no database yet", "next: cargo xtask db-rebuild"]);
    project.run(["db-verify"]).exits(4).says(&["has no database yet"]).answers_nothing();
}

#[test]
fn a_file_that_never_reaches_its_end_is_no_database() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    // Everything runs, but the mark of completion is not there.
    project.edit_init("FUNCTION schema_ready()", "FUNCTION schema_almost_ready()");
    project.run(["db-rebuild", "--yes"]).exits(1).says(&["did not run to its end"]);
    assert!(project.has_row("kept"), "the row is gone");
    project.is_tidy();
}
