//! A canary password: it is on no stream, in no document, and in nobody's
//! arguments.

use std::fs;

use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::{BINARY, Ended, Tool};

/// One for each test and run: others type theirs on purpose, at the same time.
fn canary(test: &str) -> String {
    format!("canary-3e1f7c-{test}-{}", std::process::id())
}

fn arguments(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Runs to the end; meanwhile looks at the arguments of every process.
/// `own` is whether the tool's own arguments count: `--db-url` is typed.
#[track_caller]
fn watched(tool: Tool, secrets: &[&str], own: bool) -> Ended {
    let mut running = tool.start();
    let mut looked = 0;
    loop {
        for entry in fs::read_dir("/proc").expect("Linux").flatten() {
            let number = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            let Some(pid) = number.filter(|pid| *pid != std::process::id()) else { continue };
            let line = arguments(pid);
            // A child is a copy of the tool until it becomes its program.
            if !own && line.starts_with(BINARY) {
                continue;
            }
            for secret in secrets {
                assert!(!line.contains(secret), "process {pid}: {line}");
            }
        }
        looked += 1;
        if !running.is_running() {
            break;
        }
    }
    assert!(looked > 3, "the run was too short to be watched");
    running.finish().never_says(secrets)
}

#[test]
fn no_command_tells_a_password() {
    let Some(project) = Project::with_database() else { return };
    let canary = canary("env");
    project.write(
        ".env",
        format!("POSTGRES_PASSWORD={canary}\nDATABASE_URL=postgresql://u:{canary}@127.0.0.1:1/d\n"),
    );
    // The cluster's own password is a secret as well.
    let real = project.password();
    let secrets = [canary.as_str(), real.trim()];
    for words in [
        &["status"][..],
        &["status", "--config"],
        &["status", "--json", "-v"],
        &["db-verify", "-v", "--explain"],
        &["db-verify", "--json"],
        &["db-verify", "--table", "messages", "-v"],
        &["down", "-v", "--explain"],
        &["up", "-v", "--explain"],
        &["db-verify", "--target", "url", "-v"],
        &["target", "-v"],
    ] {
        project.run(words).never_says(&secrets);
    }
    project.insert_row("mine");
    let rebuild = project.tool(["db-rebuild", "--yes", "-v", "--explain", "--json"]);
    watched(rebuild, &secrets, true).exits(0);
    let log = fs::read_to_string(project.home().join("log")).expect("is there");
    assert!(!log.contains(real.trim()), "the server's log has the password");
    for name in ["run.json", "lock", "target", "home"] {
        let text = fs::read_to_string(project.root.join(".xtask").join(name)).unwrap_or_default();
        assert!(!text.contains(real.trim()), ".xtask/{name} has the password");
    }
}

#[test]
fn a_password_in_a_url_stays_in_it() {
    let Some(project) = Project::with_database() else { return };
    let canary = canary("url");
    project.sql(&format!("CREATE ROLE visitor LOGIN SUPERUSER PASSWORD '{canary}'"));
    let url = format!("postgresql://visitor:{canary}@127.0.0.1:{}/{DATABASE}", project.port());
    let verify = project.tool(["db-verify", "-v", "--explain", "--db-url", &url]);
    watched(verify, &[&canary], false).exits(0);
    let verify = project.tool(["db-verify", "-v", "--json", "--target", "url"]);
    watched(verify.env("DATABASE_URL", &url), &[&canary], true).exits(0);
    let swap = project.tool(["db-rebuild", "--swap", "-v", "--explain", "--target", "url"]);
    watched(swap.env("DATABASE_URL", &url), &[&canary], true).exits(0);
    // Neither do failures repeat it.
    let wrong = format!("postgresql://visitor:{canary}x@127.0.0.1:{}/{DATABASE}", project.port());
    let gone = format!("postgresql://visitor:{canary}@127.0.0.1:1/{DATABASE}");
    let odd = format!("postgresql://visitor:{canary}@127.0.0.1/{DATABASE}?nonsense={canary}");
    for url in [wrong, gone, odd] {
        for words in [
            &["db-verify", "-v"][..],
            &["status", "--json"],
            &["psql"],
            &["db-rebuild", "--swap", "--yes"],
        ] {
            let tool = project.tool(words).args(["--db-url", &url]);
            let ended = tool.run().never_says(&[&canary]);
            assert_ne!(ended.code, 0, "{}", ended.whole());
        }
    }
}

#[test]
fn a_password_in_a_user_mapping_is_not_shown() {
    let Some(project) = Project::with_database() else { return };
    let (declared, live) = (canary("declared"), canary("live"));
    let mapping = |password: &str| {
        format!(
            "CREATE FOREIGN DATA WRAPPER elsewhere;
             CREATE SERVER there FOREIGN DATA WRAPPER elsewhere;
             CREATE USER MAPPING FOR PUBLIC SERVER there OPTIONS (password '{password}');"
        )
    };
    project.write(INIT, format!("{}\n{}\n", project.read(INIT), mapping(&declared)));
    let shows: [&[&str]; 4] = [
        &["db-diff", "--sql", "-v", "--explain"],
        &["db-diff", "--json"],
        &["db-diff", "--format", "markdown"],
        &["db-diff", "--format", "github"],
    ];
    let looks = || {
        for words in shows {
            project.run(words).exits(2).answers(&["there"]).never_says(&[&declared, &live]);
        }
        project.run(["db-verify", "-v"]).exits(2).never_says(&[&declared, &live]);
    };
    looks();
    let words = ["db-migrate", "--yes", "-v", "--explain"];
    project.run(words).exits(0).never_says(&[&declared]);
    project.run(["db-diff"]).exits(0);
    project.sql(&format!(
        "ALTER USER MAPPING FOR PUBLIC SERVER there OPTIONS (SET password '{live}')"
    ));
    looks();
}
