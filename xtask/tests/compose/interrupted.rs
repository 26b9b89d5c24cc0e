//! Ctrl-C, at the moments where it means different things.

use nix::sys::signal::Signal;

use crate::stage::Stage;

#[test]
fn ctrl_c_tells_what_it_left() {
    let Some(stage) = Stage::with_database() else { return };
    before_any_change(&stage);
    between_down_and_the_loss(&stage);
    after_the_loss(&stage);
}

fn before_any_change(stage: &Stage) {
    stage.add_user("unharmed");
    let before = stage.snapshot();
    for (step, signal) in [
        ("preflight", Signal::SIGINT),
        ("prove init.sql", Signal::SIGINT),
        ("safety dump", Signal::SIGTERM),
    ] {
        let mut running = stage.tool(["db-rebuild", "--yes", "-v"]).start();
        running.reaches(step);
        running.signal(signal);
        running.finish().exits(130).answers_nothing().says(&["interrupted"]);
        assert_eq!(stage.snapshot(), before, "at `{step}`");
        stage.run(["status"]).exits(0).never_says(&["was stopped"]);
        assert!(stage.dumps().is_empty(), "half a dump: {:?}", stage.dumps());
    }
}

/// Its container is gone, its data is not: it serves again.
fn between_down_and_the_loss(stage: &Stage) {
    let before = stage.snapshot();
    let mut running = stage.tool(["db-rebuild", "--yes", "-v"]).start();
    running.reaches("down");
    running.signal(Signal::SIGINT);
    let ended = running.finish().exits(130).answers_nothing();
    ended.says(&["interrupted"]).never_says(&["is gone"]);
    stage.run(["up"]).exits(0);
    let after = stage.snapshot();
    assert_eq!((after.cluster, after.users), (before.cluster, before.users));
    stage.run(["status"]).exits(0);
}

fn after_the_loss(stage: &Stage) {
    for step in ["up", "wait for init.sql"] {
        stage.add_user("in_the_dump");
        let mut running = stage.tool(["db-rebuild", "--yes", "-v"]).start();
        running.reaches(step);
        running.signal(Signal::SIGINT);
        let ended = running.finish().exits(5).answers_nothing();
        let dump = stage.dumps().pop().expect("a dump").display().to_string();
        ended.says(&[
            &format!("stopped during `{step}`: interrupted"),
            "The old database is gone",
            &dump,
            "hint: go on with `cargo xtask db-rebuild`",
        ]);
        let ended = stage.run(["status"]).exits(2);
        ended.answers(&["is gone", &dump, "next: cargo xtask db-rebuild"]);
        // The very command of the hint.
        stage.run(["db-rebuild"]).exits(0);
        stage.run(["db-verify"]).exits(0);
        assert!(stage.read_dump(dump.as_ref()).contains("in_the_dump@example"));
        stage.is_tidy();
    }
}
