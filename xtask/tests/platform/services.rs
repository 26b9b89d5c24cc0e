//! The services on `local`: they run after a rebuild, come back when they
//! fall, and leave when they are told to.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getsid};

use crate::platform::Platform;
use crate::server;
use crate::stage::INIT;
use crate::tool::wait_until;

#[test]
fn a_rebuild_ends_with_an_api_that_shows_what_is_in_the_database() {
    let Some(platform) = Platform::stopped() else { return };
    let ended = platform.run(["db-rebuild", "--yes"]).exits(0);
    ended.says(&["start services", "models import"]).never_says(&["stop services"]);
    // What the services note for themselves is nothing to lose.
    wait_until("the enrichment notes where it is", || {
        (platform.project.sql("SELECT count(*) FROM enrichment_progress") != "0").then_some(())
    });
    platform.run(["db-rebuild"]).exits(0).never_says(&["safety dump"]);
    let port = platform.port("api");
    assert_eq!(platform.get("/health").expect("answers").status, 200);
    platform.python(["scripts/seed_demo.py", "--messages", "50"]).run().exits(0);
    let reply = platform.get("/api/messages?limit=5").expect("answers");
    assert_eq!(reply.status, 200, "{reply:?}");
    let document: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!(document["items"].as_array().expect("a list").len(), 5, "{reply:?}");
    platform.run(["logs", "--lines", "5"]).exits(0).answers(&["api        |", "postgres   |"]);
    platform.run(["status"]).answers(&["healthy on port", "schema     in step with init.sql"]);
    platform.run(["up"]).exits(0).answers(&[&format!("http://localhost:{port}/api/messages")]);
    platform.run(["down"]).exits(0).says(&["3, each after what it had in hand"]);
    wait_until("nothing runs any more", || {
        server::processes_below(&platform.project.root).is_empty().then_some(())
    });
}

#[test]
fn a_service_that_falls_is_started_again() {
    let Some(platform) = Platform::running() else { return };
    for service in ["api", "processor", "enrichment"] {
        let pid = platform.pid(service).expect("runs");
        kill(Pid::from_raw(pid), Signal::SIGKILL).expect("runs");
        wait_until("another process has its place", || {
            platform.pid(service).filter(|now| *now != pid)
        });
    }
    wait_until("all are healthy", || platform.is_healthy().then_some(()));
    let ended = platform.run(["status"]);
    ended.answers(&["started again 1 times"]);
}

#[test]
fn services_are_away_from_the_terminal_that_started_them() {
    let Some(platform) = Platform::running() else { return };
    let supervisor = Pid::from_raw(platform.supervisor().expect("runs"));
    let session = getsid(Some(supervisor)).expect("runs");
    assert_eq!(session, supervisor, "it leads a session of its own");
    assert_ne!(session, getsid(None).expect("we run"));
}

#[test]
fn services_are_given_their_settings_of_the_env_file() {
    let Some(platform) = Platform::stopped() else { return };
    platform.project.write(".env", "POSTGRES_POOL_SIZE=3\n");
    platform.run(["up"]).exits(0);
    let pid = platform.pid("api").expect("runs");
    let environment = fs::read(format!("/proc/{pid}/environ")).expect("runs");
    let environment = String::from_utf8_lossy(&environment);
    assert!(environment.split('\0').any(|it| it == "POSTGRES_POOL_SIZE=3"), "{environment}");
}

#[test]
fn services_of_a_killed_supervisor_are_ended_before_new_ones_start() {
    let Some(platform) = Platform::running() else { return };
    let before = ["api", "processor", "enrichment"].map(|name| platform.pid(name).expect("runs"));
    let supervisor = platform.supervisor().expect("runs");
    kill(Pid::from_raw(supervisor), Signal::SIGKILL).expect("runs");
    platform.run(["up"]).exits(0);
    assert!(platform.is_healthy());
    for pid in before {
        assert!(kill(Pid::from_raw(pid), None).is_err(), "{pid} was left behind");
    }
    platform.run(["down", "--services-only"]).exits(0).answers(&["the database serves"]);
    platform.run(["db-verify"]).exits(0);
    assert!(platform.services().iter().all(|it| it["state"] == "stopped"));
}

#[test]
fn a_broken_init_sql_leaves_the_services_running() {
    let Some(platform) = Platform::running() else { return };
    let pid = platform.pid("api");
    let text = platform.project.read(INIT);
    platform
        .project
        .write(INIT, text.replacen("CREATE TABLE IF NOT EXISTS users", "CREATE TABEL users", 1));
    platform.run(["db-rebuild", "--yes"]).exits(1);
    assert_eq!(platform.pid("api"), pid, "nobody stopped it");
    assert!(platform.is_healthy());
}

#[test]
fn a_broken_model_is_told_apart_from_the_database() {
    let Some(platform) = Platform::stopped() else { return };
    let model = "shared/python/models/core.py";
    let text = platform.project.read(model);
    platform.project.write(model, text + "\nraise RuntimeError('half an edit')\n");
    platform.run(["up"]).exits(1).says(&[
        "does not stay up",
        "half an edit",
        "hint: its log: `cargo xtask logs",
    ]);
    platform.run(["db-verify"]).exits(0);
    let repaired = platform.project.read(model).replace("raise RuntimeError('half an edit')\n", "");
    platform.project.write(model, repaired);
    platform.run(["up"]).exits(0);
    assert!(platform.is_healthy());
}

#[test]
fn a_swap_is_seen_by_the_services() {
    let Some(platform) = Platform::running() else { return };
    platform.python(["scripts/seed_demo.py", "--messages", "20"]).run().exits(0);
    let items = |body: &str| -> usize {
        let document: serde_json::Value = serde_json::from_str(body).expect("JSON");
        document["items"].as_array().expect("a list").len()
    };
    let listing = || platform.get("/api/messages?limit=5").expect("answers");
    assert_eq!(items(&listing().body), 5);
    platform.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    assert_eq!(items(&listing().body), 0, "the new database is empty");
    platform.run(["db-rebuild", "--undo", "--yes"]).exits(0);
    assert_eq!(items(&listing().body), 5);
}

#[test]
fn what_is_asked_for_is_done_with_the_services() {
    let Some(platform) = Platform::running() else { return };
    platform
        .run(["db-rebuild", "--yes", "--services", "some"])
        .exits(64)
        .says(&["all, db or none"]);
    let pid = platform.pid("api");
    platform.run(["db-rebuild", "--yes", "--services", "none"]).exits(0);
    assert_eq!(platform.pid("api"), pid, "left alone");
    wait_until("they find the new server", || platform.is_healthy().then_some(()));
    platform.run(["db-rebuild", "--yes", "--services", "db"]).exits(0);
    assert!(platform.services().iter().all(|it| it["state"] == "stopped"));
}
