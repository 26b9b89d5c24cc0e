//! `kill -9` at every step: no row is lost, the state is told, and the next
//! run takes over.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::server::{DATABASE, program};
use crate::stage::Project;
use crate::tool::Tool;

const STEPS: [&str; 8] = [
    "preflight",
    "new cluster",
    "prove init.sql",
    "safety dump",
    "build",
    "verify",
    "change places",
    "serve",
];

/// True when a complete dump brings the row back.
fn is_dumped(project: &Project, key: &str) -> bool {
    let dumps = project.dumps();
    let mut complete = dumps.iter().filter(|path| path.extension().is_some_and(|it| it == "dump"));
    complete.any(|dump| {
        let restore = Tool::new(program("pg_restore"), &project.root)
            .args(["--data-only", "--table=event_config", "--file=-"])
            .arg(dump);
        restore.run().exits(0).stdout.contains(key)
    })
}

/// True when the served database has the row; a stopped server is none.
fn is_served(project: &Project, key: &str) -> bool {
    if !project.home().join("data/postmaster.pid").exists() {
        return false;
    }
    let sql = format!("SELECT count(*) FROM event_config WHERE key = '{key}'");
    let asked = project.psql_on(DATABASE).args(["-c", &sql]).run();
    asked.code == 0 && asked.stdout.trim() == "1"
}

/// After the kill: the state is told; after the next run all is well.
#[track_caller]
fn recovers(project: &Project, key: &str, step: Option<usize>) {
    let told = project.run(["status", "--json"]);
    let document = told.document();
    let noted = document["data"]["interrupted"]["step"].as_str();
    if let Some(noted) = noted {
        assert_eq!(told.code, 2, "{}", told.whole());
        let at =
            STEPS.iter().position(|it| *it == noted).unwrap_or_else(|| panic!("step `{noted}`"));
        // The kill arrives a little after the step's line.
        assert!(step.is_none_or(|step| at == step || at == step + 1), "{step:?}, noted {at}");
        let text = project.run(["status"]).exits(2);
        text.answers(&[
            "`cargo xtask db-rebuild` of ",
            &format!("was stopped during `{noted}`"),
            "next: cargo xtask db-rebuild",
        ]);
    } else {
        assert!(
            step.is_none_or(|step| step == STEPS.len() - 1),
            "nothing was noted: {}",
            told.whole()
        );
    }
    let is_early = step.is_some_and(|step| step < 3);
    assert!(is_served(project, key) || !is_early && is_dumped(project, key), "`{key}` is lost");
    let next = project.run(["db-rebuild", "--yes"]).exits(0);
    if noted.is_some() {
        next.says(&["this run takes over"]);
    }
    assert!(is_dumped(project, key), "`{key}` is in no dump");
    project.run(["db-verify"]).exits(0);
    project.run(["status"]).exits(0);
    project.is_tidy();
}

fn kills(steps: std::ops::Range<usize>) {
    let Some(project) = Project::with_database() else { return };
    for step in steps {
        let key = format!("before_{step}");
        project.insert_row(&key);
        let mut running = project.tool(["db-rebuild", "--yes", "-v"]).start();
        assert!(running.hears(&format!("  ..   {}", STEPS[step])), "no step {}", STEPS[step]);
        running.kill();
        recovers(&project, &key, Some(step));
    }
}

#[test]
fn killed_while_it_looks_and_proves() {
    kills(0..3);
}

#[test]
fn killed_while_it_dumps_and_builds() {
    kills(3..6);
}

#[test]
fn killed_while_the_clusters_change_places() {
    kills(6..8);
}

#[test]
fn killed_at_any_moment() {
    let Some(project) = Project::with_database() else { return };
    for round in 0..2 {
        let key = format!("round_{round}");
        project.insert_row(&key);
        let delay = Duration::from_millis(RandomState::new().hash_one(round) % 3000);
        let running = project.tool(["db-rebuild", "--yes"]).start();
        // The moment is the point: there is nothing to wait for.
        std::thread::sleep(delay);
        let mut running = running;
        if running.is_running() {
            running.kill();
        }
        println_moment(&key, delay);
        recovers(&project, &key, None);
    }
}

/// Shown when the test fails.
#[expect(clippy::print_stdout, reason = "libtest keeps it for a failure")]
fn println_moment(key: &str, delay: Duration) {
    println!("{key}: killed after {delay:?}");
}

#[test]
fn up_after_a_kill_serves_the_old_database() {
    let Some(project) = Project::with_database() else { return };
    for step in ["build", "change places"] {
        let key = format!("before_{}", step.replace(' ', "_"));
        project.insert_row(&key);
        let mut running = project.tool(["db-rebuild", "--yes", "-v"]).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step {step}");
        running.kill();
        project.run(["up"]).exits(0);
        assert!(
            is_served(&project, &key) || is_dumped(&project, &key),
            "`{key}` is lost at {step}"
        );
        project.run(["db-verify"]).exits(0);
        project.run(["status"]).exits(0);
        project.is_tidy();
    }
}
