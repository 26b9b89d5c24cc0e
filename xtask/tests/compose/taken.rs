//! What a rebuild needs and cannot have: the engine, the image, the port, the
//! volume. Told before anything is touched.

use std::net::TcpListener;

use crate::engine::{IMAGE, docker};
use crate::stage::{Checkout, Stage, free_port};

const NO_ENGINE: &str = "unix:///nonexistent.sock";
/// On a registry that no machine has: nothing is asked of the world.
const NO_IMAGE: &str = "localhost:1/nosuch:1";

#[test]
fn without_an_engine_every_command_says_so() {
    let Some(stage) = Stage::new() else { return };
    let commands: [&[&str]; 6] = [
        &["db-rebuild", "--yes"],
        &["db-rebuild", "--dry-run"],
        &["db-verify"],
        &["up"],
        &["down"],
        &["psql"],
    ];
    for words in commands {
        let ended = stage.tool(words).env("DOCKER_HOST", NO_ENGINE).run().exits(4);
        ended.answers_nothing().says(&[
            "the Docker engine does not answer",
            "nonexistent.sock",
            "hint: start it (`systemctl start docker`)",
            "cargo xtask target local",
        ]);
    }
    let ended = stage.tool(["status"]).env("DOCKER_HOST", NO_ENGINE).run().exits(2);
    ended.answers(&["the Docker engine does not answer"]).never_says(&["panicked"]);
    let ended = stage.tool(["status", "--json"]).env("DOCKER_HOST", NO_ENGINE).run();
    ended.exits(2).document();
}

#[test]
fn what_is_missing_or_taken_is_told_while_the_old_database_serves() {
    let Some(stage) = Stage::new() else { return };
    a_first_build_leaves_nothing_behind(&stage);
    stage.run(["db-rebuild"]).exits(0);
    stage.add_user("undisturbed");
    a_missing_image(&stage);
    a_taken_port(&stage);
    a_volume_that_others_use(&stage);
}

/// Refused before there is anything: no volume, no network, no container.
fn a_first_build_leaves_nothing_behind(stage: &Stage) {
    let listener = listen(stage.setting("POSTGRES_PORT").expect("a port").parse().expect("one"));
    stage.run(["db-rebuild"]).exits(4).answers_nothing().says(&["is taken by another program"]);
    drop(listener);
    stage.tool(["db-rebuild"]).env("POSTGRES_IMAGE", NO_IMAGE).run().exits(4);
    assert_eq!((stage.containers().len(), stage.volume()), (0, None));
    let networks = format!("name=^{}", stage.project());
    assert_eq!(docker(&["network", "ls", "-q", "--filter", &networks]), "");
}

fn a_missing_image(stage: &Stage) {
    let before = stage.snapshot();
    for words in [&["db-rebuild", "--yes"][..], &["db-rebuild", "--dry-run"]] {
        let ended = stage.tool(words).env("POSTGRES_IMAGE", NO_IMAGE).run().exits(4);
        ended.answers_nothing().says(&[
            NO_IMAGE,
            "cannot be pulled",
            "hint:",
            "cargo xtask images",
        ]);
    }
    assert_eq!(stage.snapshot(), before);
}

fn a_taken_port(stage: &Stage) {
    let before = stage.snapshot();
    let (own, taken) = (stage.setting("POSTGRES_PORT").expect("a port"), free_port());
    // The port after it is taken too: the hint must name one that is free.
    let _first = listen(taken);
    let _second = TcpListener::bind(("127.0.0.1", taken + 1));
    stage.set("POSTGRES_PORT", &taken.to_string());
    let ended = stage.run(["db-rebuild", "--yes"]).exits(4).answers_nothing();
    let ended = ended.says(&[&format!("port {taken}"), "is taken", "hint:", "POSTGRES_PORT="]);
    let hint = ended.stderr.split("POSTGRES_PORT=").nth(1).expect("a port");
    let digits: String = hint.chars().take_while(char::is_ascii_digit).collect();
    let named: u16 = digits.parse().expect("a port");
    assert!(TcpListener::bind(("127.0.0.1", named)).is_ok(), "{named} is no better");
    stage.set("POSTGRES_PORT", "5432x");
    stage.run(["db-rebuild", "--yes"]).exits(1).says(&["5432x", "not a port number", "hint:"]);
    stage.set("POSTGRES_PORT", &own);
    assert_eq!(stage.snapshot(), before);
}

fn listen(port: u16) -> TcpListener {
    TcpListener::bind(("127.0.0.1", port)).expect("was free")
}

fn a_volume_that_others_use(stage: &Stage) {
    let before = stage.snapshot();
    let (name, volume) = (stage.foreign("reader"), stage.volume().expect("a volume"));
    let mount = format!("{volume}:/elsewhere");
    let create = ["create", "--name", &name, "--volume", &mount, "--entrypoint", "sleep", IMAGE];
    docker(&[&create[..], &["600"]].concat());
    // First merely created: that is enough for Docker not to remove it.
    for start in [false, true] {
        if start {
            docker(&["start", &name]);
        }
        for words in [&["db-rebuild", "--yes"][..], &["db-rebuild", "--yes", "--no-backup"]] {
            let ended = stage.run(words).exits(4).answers_nothing();
            ended.says(&[&volume, "is also used by", &name, "hint:", "docker rm --force"]);
        }
        assert_eq!(stage.snapshot(), before);
        assert_eq!(
            docker(&["inspect", "--format", "{{.State.Running}}", &name]),
            start.to_string()
        );
    }
    docker(&["rm", "--force", "--volumes", &name]);
    a_volume_that_is_taken_while_we_work(stage, &[&create[..], &["600"]].concat(), &name);
}

/// Nobody used it at the first look, somebody does when it is to be removed.
fn a_volume_that_is_taken_while_we_work(stage: &Stage, create: &[&str], name: &str) {
    let cluster = stage.snapshot().cluster;
    let mut running = stage.tool(["db-rebuild", "--yes", "-v"]).start();
    running.reaches("safety dump");
    docker(create);
    let ended = running.finish().answers_nothing().exits(4);
    let ended = ended.says(&[name, "hint:"]).never_says(&["The old database is gone"]);
    assert!(stage.dumps().len() == 1, "{}", ended.whole());
    // Nothing was lost, so it serves again.
    assert_serves(stage, &cluster, "undisturbed");
    docker(&["rm", "--force", "--volumes", name]);
    stage.run(["status"]).exits(0);
    stage.run(["db-rebuild", "--yes"]).exits(0);
}

#[track_caller]
fn assert_serves(stage: &Checkout, cluster: &str, users: &str) {
    let now = stage.snapshot();
    assert_eq!((now.cluster.as_str(), now.users.as_str()), (cluster, users));
}
