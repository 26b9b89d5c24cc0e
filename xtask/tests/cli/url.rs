//! A server that is already running somewhere: read, swapped, never taken
//! down.

use crate::server::{DATABASE, USER};
use crate::stage::Project;

#[test]
fn a_url_is_verified_and_not_rebuilt_in_place() {
    let Some(project) = Project::with_database() else { return };
    let url = project.url();
    let before = project.identity();
    project
        .run(["db-verify", "--db-url", &url])
        .exits(0)
        .answers(&["osint_platform equals init.sql"]);
    project.tool(["db-verify", "--target", "url"]).env("DATABASE_URL", &url).run().exits(0);
    project.run(["db-rebuild", "--yes", "--db-url", &url]).exits(3).answers_nothing().says(&[
        "target `url` is a server that is not ours to take down",
        "hint: build beside and swap: `cargo xtask db-rebuild --swap`",
    ]);
    for command in ["up", "down"] {
        project.run([command, "--db-url", &url]).exits(3).answers_nothing();
    }
    assert_eq!(project.identity(), before);
    project.run(["db-rebuild", "--swap", "--db-url", &url]).exits(0);
    assert_ne!(project.identity(), before);
    project.run(["db-verify", "--db-url", &url]).exits(0);
    project
        .run(["psql", "--db-url", &url, "--", "-XAtc", "select 41 + 1"])
        .exits(0)
        .answers(&["42"]);
    let elsewhere = format!("{url}_nowhere");
    let ended = project.run(["db-verify", "--db-url", &elsewhere]);
    assert_eq!(ended.code, 1, "{}", ended.whole());
    ended.says(&["osint_platform_nowhere", "does not exist"]);
}

#[test]
fn a_server_that_does_not_answer_is_unavailable() {
    let project = Project::new();
    // Nothing listens on port 1, nothing ever answers in 192.0.2.0/24.
    for host in ["127.0.0.1:1", "no-such-host.invalid:5432"] {
        let url = format!("postgresql://{USER}:canary@{host}/{DATABASE}");
        for command in ["db-verify", "psql", "status"] {
            let ended =
                project.run([command, "--db-url", &url]).never_says(&["canary", "panicked"]);
            let expected = if command == "status" { 2 } else { 4 };
            assert_eq!(ended.code, expected, "{}", ended.whole());
        }
    }
}

#[test]
fn a_url_that_cannot_be_read_is_a_usage_error_without_its_text() {
    let project = Project::new();
    for url in [
        "canary",
        "postgresql://me:canary@h:notaport/d",
        "postgresql://me:canary@h/d?sslmode=canary",
        "mysql://me:canary@h/d",
    ] {
        let ended = project.run(["db-verify", "--db-url", url]).exits(64).answers_nothing();
        assert!(!ended.stderr.contains("me:canary"), "{}", ended.whole());
    }
    project
        .run(["db-verify", "--target", "url"])
        .exits(4)
        .says(&["`DATABASE_URL` is not set", "hint: put `DATABASE_URL="]);
}

#[test]
fn a_wrong_password_is_told_as_that() {
    let Some(project) = Project::with_database() else { return };
    let url = project.url().replace(&project.password(), "canary-wrong");
    let ended = project.run(["db-verify", "--db-url", &url]).exits(1).answers_nothing();
    ended.says(&["password authentication failed", "(28P01)"]).never_says(&["canary-wrong"]);
}

#[test]
fn a_named_target_of_the_configuration() {
    let Some(project) = Project::with_database() else { return };
    let manifest = project.read("Cargo.toml");
    let table = "\n[workspace.metadata.xtask.targets.staging]\nurl-env = \"STAGING_URL\"\nprotected = true\n";
    project.write("Cargo.toml", manifest + table);
    project.run(["target"]).exits(0).answers(&["staging"]);
    project.run(["db-verify", "--target", "staging"]).exits(4).says(&["`STAGING_URL` is not set"]);
    let run = |words: &[&str]| {
        project.tool(words).args(["--target", "staging"]).env("STAGING_URL", project.url()).run()
    };
    run(&["db-verify"]).exits(0);
    run(&["status"]).exits(0).answers(&["staging", "protected"]);
    run(&["db-rebuild", "--swap", "--yes"])
        .exits(3)
        .says(&["is protected (target `staging` in Cargo.toml)", "--confirm-db osint_platform"]);
    run(&["db-rebuild", "--swap", "--yes", "--confirm-db", DATABASE]).exits(0);
}
