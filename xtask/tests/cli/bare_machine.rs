//! A machine with neither Docker nor PostgreSQL: nothing is installed without
//! a yes, and the question says what would be run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::stage::{Project, is_root};
use crate::tool::skip;
use crate::tool::{BINARY, Ended, Tool};

/// A `PATH` that holds a package manager and nothing else. Being run, it
/// leaves its arguments and `ending` as its exit.
fn path_with_apt(project: &Project, ending: u8) -> PathBuf {
    let bin = project.temp().join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    let ran = project.temp().join("ran");
    let script = format!("#!/bin/sh\necho \"$@\" >> {}\nexit {ending}\n", ran.display());
    fs::write(bin.join("apt-get"), script).expect("ours");
    fs::set_permissions(bin.join("apt-get"), fs::Permissions::from_mode(0o755)).expect("ours");
    bin
}

fn bare(project: &Project, words: &[&str], ending: u8) -> Ended {
    let bin = path_with_apt(project, ending);
    let nowhere = project.temp().join("nowhere");
    let tool = project.tool(words).without("XTASK_TARGET").env("PATH", bin);
    tool.env("XTASK_POSTGRES_BIN", nowhere).run()
}

const COMMAND: &str =
    "apt-get install --yes --no-install-recommends postgresql postgresql-contrib`";

#[test]
fn the_command_is_named_and_not_run() {
    let project = Project::new();
    for words in [&["db-rebuild"][..], &["up"]] {
        let ended = bare(&project, words, 0).exits(3).answers_nothing();
        ended.says(&["neither a Docker engine", COMMAND, "hint: add `--yes`"]);
    }
    assert!(!project.temp().join("ran").exists(), "something was installed");
    let dry = bare(&project, &["db-rebuild", "--dry-run"], 0);
    assert!(!project.temp().join("ran").exists(), "a dry run installed something");
    assert!(dry.stderr.contains(COMMAND) || dry.stdout.contains(COMMAND), "{}", dry.whole());
}

#[test]
fn with_a_yes_it_is_run_once_and_its_failure_is_told() {
    let project = Project::new();
    let ended = bare(&project, &["db-rebuild", "--yes"], 100).exits(4);
    ended.says(&["ended with 100", "hint: "]);
    let ran = fs::read_to_string(project.temp().join("ran")).unwrap_or_default();
    if is_root() {
        assert_eq!(ran, "install --yes --no-install-recommends postgresql postgresql-contrib\n");
    }
    // It said it worked and there is still nothing.
    if is_root() {
        bare(&project, &["db-rebuild", "--yes"], 0)
            .exits(4)
            .says(&["no PostgreSQL server (14 to 18)"]);
    }
    assert!(!project.home().join("data").exists());
}

#[test]
fn where_the_system_keeps_servers_is_looked_at_too() {
    let project = Project::new();
    if !is_root() || !PathBuf::from("/usr/lib/postgresql").is_dir() {
        skip("hiding /usr/lib/postgresql needs root and that folder");
        return;
    }
    let bin = path_with_apt(&project, 0);
    let script = "mount -t tmpfs none /usr/lib/postgresql && PATH=\"$1\" && export PATH && exec \"$2\" db-rebuild";
    let words = ["--mount", "--propagation", "private", "sh", "-c", script, "sh"];
    let call = Tool::new("unshare", &project.root).args(words).arg(&bin).arg(BINARY);
    let ended = call.env("XTASK_LOCAL_DIR", project.local_dir()).run();
    if ended.stderr.contains("unshare") {
        skip("no mount namespaces here");
        return;
    }
    ended.exits(3).says(&[
        "target local from now on: no Docker engine",
        COMMAND,
        "hint: add `--yes`",
    ]);
    assert!(!project.temp().join("ran").exists(), "something was installed");
}
