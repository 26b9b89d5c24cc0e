//! Where a setting comes from: flags, environment, `--env-file`, `.env`,
//! Cargo.toml, in this order.

use crate::server::DATABASE;
use crate::stage::Project;

/// Value and origin of one setting.
fn setting(project: &Project, words: &[&str], name: &str) -> (String, String) {
    let all = [&["--json", "status", "--config"], words].concat();
    let document = project.run(&all).exits(0).document();
    let text = |key: &str| {
        document["data"][name][key].as_str().unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    (text("value"), text("origin"))
}

#[test]
fn each_layer_beats_the_next() {
    let project = Project::new();
    let value = |words: &[&str]| setting(&project, words, "POSTGRES_DB");
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(value(&[]), pair(DATABASE, "Cargo.toml"));
    project.write(".env", "POSTGRES_DB=from_env_file_default\n");
    assert_eq!(value(&[]), pair("from_env_file_default", ".env"));
    project.write("other.env", "POSTGRES_DB=from_other\n");
    project.write("third.env", "POSTGRES_DB=from_third\n");
    assert_eq!(value(&["--env-file", "other.env"]), pair("from_other", "other.env"));
    let both = ["--env-file", "other.env", "--env-file", "third.env"];
    assert_eq!(value(&both), pair("from_third", "third.env"));
    let document = project
        .tool(["--json", "status", "--config", "--env-file", "other.env"])
        .env("POSTGRES_DB", "from_environment")
        .run()
        .exits(0)
        .document();
    assert_eq!(document["data"]["POSTGRES_DB"]["value"], "from_environment");
    assert_eq!(document["data"]["POSTGRES_DB"]["origin"], "environment");
}

#[test]
fn secrets_are_masked_and_told_apart_from_absent_ones() {
    let project = Project::new();
    project.write(".env", "POSTGRES_PASSWORD=canary\nDATABASE_URL=postgresql://u:canary@h/d\n");
    let ended = project.run(["status", "--config"]).exits(0).never_says(&["canary"]);
    for name in ["POSTGRES_PASSWORD", "DATABASE_URL"] {
        let line = ended.stdout.lines().find(|line| line.starts_with(name)).expect(name);
        assert!(line.contains("***") && line.contains(".env"), "{line}");
    }
}

#[test]
fn a_bad_line_is_named_by_its_number_only() {
    let project = Project::new();
    project.write(".env", "POSTGRES_DB=fine\n\nPOSTGRES_PASSWORD=\"canary-unclosed\n");
    for words in [&["status"][..], &["status", "--config"], &["db-rebuild"], &["--json", "up"]] {
        project.run(words).exits(1).says(&["`.env:3`", "double quote"]).never_says(&["canary"]);
    }
    project.write(".env", "canary no equals sign\n");
    project.run(["status"]).exits(1).says(&["`.env:1`", "no `=`"]).never_says(&["canary"]);
}

#[test]
fn a_missing_env_file_is_told_and_nothing_falls_back() {
    let project = Project::new();
    project.run(["status", "--env-file", "gone.env"]).exits(1).says(&["reading `gone.env`"]);
}

#[test]
fn a_broken_table_of_settings_is_told_with_its_place() {
    let project = Project::new();
    let manifest = project.read("Cargo.toml");
    project.write("Cargo.toml", manifest.replace("volume = ", "volmue = "));
    project.run(["status"]).exits(1).says(&["[workspace.metadata.xtask]", "volmue"]);
}

#[test]
fn the_choice_of_a_target_is_noted_and_a_flag_is_not() {
    let project = Project::new();
    let tool = |words: &[&str]| project.tool(words).without("XTASK_TARGET");
    tool(&["target"]).run().exits(0).answers(&["none chosen yet"]);
    tool(&["db-verify", "--target", "local"]).run().exits(4);
    tool(&["target"]).run().exits(0).answers(&["none chosen yet"]);
    tool(&["target", "local", "--dry-run"]).run().exits(0).answers(&["nothing was changed"]);
    tool(&["target"]).run().exits(0).answers(&["none chosen yet"]);
    tool(&["target", "local"]).run().exits(0).answers(&["target local from now on"]);
    tool(&["target"]).run().exits(0).answers(&["* local"]);
    assert_eq!(project.read(".xtask/target"), "local\n");
}
