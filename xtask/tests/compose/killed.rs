//! `kill -9` at every step: the state is told, the next run puts it right.

use std::path::{Path, PathBuf};

use crate::engine::docker;
use crate::stage::Stage;

#[test]
fn a_first_build_killed_at_any_step_is_taken_over() {
    let Some(stage) = Stage::new() else { return };
    for step in ["prove init.sql", "up", "wait for init.sql", "verify"] {
        killed_at(&stage, step);
        let ended = stage.run(["status"]).exits(2);
        ended.answers(&[&format!("was stopped during `{step}`"), "next: cargo xtask db-rebuild"]);
        taken_over(&stage, step);
        // Back to nothing for the next step.
        stage.run(["down"]).exits(0);
        docker(&["volume", "rm", &stage.volume().expect("a volume")]);
    }
}

#[test]
fn a_rebuild_killed_before_the_loss_has_lost_nothing() {
    let Some(stage) = Stage::with_database() else { return };
    for step in ["preflight", "prove init.sql", "safety dump"] {
        stage.add_user("alive");
        let before = stage.snapshot();
        killed_at(&stage, step);
        let ended = stage.run(["status"]).exits(2);
        let stopped = format!("was stopped during `{step}`; the old database was not touched");
        ended.answers(&[&stopped, "next: cargo xtask db-rebuild"]);
        assert_eq!(stage.snapshot(), before, "after `{step}`");
        taken_over(&stage, step);
        assert_eq!(stage.users(), "");
        assert!(stage.read_dump(&last_dump(&stage)).contains("alive@example"));
    }
}

#[test]
fn a_rebuild_killed_after_the_loss_names_the_dump() {
    let Some(stage) = Stage::with_database() else { return };
    for step in ["down", "remove volume", "up", "wait for init.sql", "verify"] {
        stage.add_user("dumped");
        killed_at(&stage, step);
        let dump = last_dump(&stage);
        if step == "up" {
            other_commands_do_not_forget(&stage, &dump);
        }
        let ended = stage.run(["status"]).exits(2);
        let ended = ended.answers(&[&format!("was stopped during `{step}`")]);
        // Down is not gone; and whatever is gone lies in the dump.
        let gone = !matches!(step, "down" | "remove volume");
        assert!(!gone || ended.stdout.contains("the old database is gone"), "{}", ended.whole());
        ended.answers(&[&dump.display().to_string(), "next: cargo xtask db-rebuild"]);
        taken_over(&stage, step);
        let kept = stage.dumps();
        assert!(kept.contains(&dump), "the dump is gone: {kept:?}");
        assert!(stage.read_dump(&dump).contains("dumped@example"));
        assert_eq!(stage.users(), "");
    }
}

/// A second try that fails, and a `down`: neither makes good what was lost.
fn other_commands_do_not_forget(stage: &Stage, dump: &Path) {
    stage.edit_init("CREATE TABLE IF NOT EXISTS users (", "CREATE TABLEAU users (");
    stage.run(["db-rebuild", "--yes"]).exits(1).says(&["TABLEAU"]);
    stage.edit_init("CREATE TABLEAU users (", "CREATE TABLE IF NOT EXISTS users (");
    stage.run(["down"]).exits(0);
    let ended = stage.run(["status"]).exits(2);
    ended.answers(&["the old database is gone", &dump.display().to_string()]);
}

fn last_dump(stage: &Stage) -> PathBuf {
    stage.dumps().pop().expect("a dump")
}

fn killed_at(stage: &Stage, step: &str) {
    let mut running = stage.tool(["db-rebuild", "--yes", "-v"]).start();
    running.reaches(step);
    running.kill();
}

/// The next run needs nothing but a yes, and leaves nothing of the killed one.
fn taken_over(stage: &Stage, step: &str) {
    let ended = stage.run(["db-rebuild", "--yes"]).exits(0);
    ended.says(&["warning:", &format!("was stopped during `{step}`; this run takes over")]);
    stage.run(["db-verify"]).exits(0);
    stage.is_tidy();
}
