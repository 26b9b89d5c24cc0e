//! Rows that init.sql does not bring back: who is asked, and what is kept.

use std::fs;
use std::os::unix::fs::MetadataExt;

use nix::sys::signal::Signal;

use crate::stage::Stage;

#[test]
fn rows_are_kept_unless_their_loss_is_agreed_to() {
    let Some(stage) = Stage::with_database() else { return };
    stage.add_user("precious");
    without_a_yes_nothing_happens(&stage);
    a_dry_run_only_tells(&stage);
    two_at_once_are_one_too_many(&stage);
    a_yes_makes_a_dump_first(&stage);
    without_backup_no_dump(&stage);
    a_protected_mark_outlives_a_rebuild(&stage);
}

fn without_a_yes_nothing_happens(stage: &Stage) {
    let before = stage.snapshot();
    for words in [&["db-rebuild"][..], &["db-rebuild", "--no-backup"]] {
        let ended = stage.run(words).exits(3).answers_nothing();
        ended.says(&["1 row", "users 1", "holds data", "hint: if it is meant, add `--yes`"]);
        assert_eq!(stage.snapshot(), before);
    }
    let ended = stage.run(["db-rebuild", "--yes", "--confirm-db", "another"]).exits(3);
    ended.answers_nothing().says(&["--confirm-db names `another`"]);
    assert_eq!(stage.snapshot(), before);
    assert!(stage.dumps().is_empty());
}

fn a_dry_run_only_tells(stage: &Stage) {
    let before = stage.snapshot();
    let ended = stage.run(["db-rebuild", "--dry-run"]).exits(0);
    let volume = stage.volume().expect("a volume");
    ended.answers(&[
        "users 1",
        "dump the old database into .xtask/backups",
        "docker stop",
        &format!("docker volume rm {volume}"),
        "up --no-build -d postgres",
        "nothing was changed",
    ]);
    assert_eq!(stage.snapshot(), before);
    let ended = stage.run(["db-rebuild", "--dry-run", "--json"]).exits(0);
    let document = ended.document();
    assert_eq!(document["command"], "db-rebuild");
    assert_eq!(document["data"]["at_risk"]["rows"], 1);
    assert!(document["data"]["would"].as_array().is_some_and(|would| would.len() >= 5));
    assert_eq!(stage.snapshot(), before);
    assert!(stage.dumps().is_empty());
}

fn two_at_once_are_one_too_many(stage: &Stage) {
    let before = stage.snapshot();
    // Without --yes: it will be refused, after it has worked for a while.
    let mut first = stage.tool(["db-rebuild", "-v"]).start();
    first.reaches("preflight");
    // Held where it is, so that it cannot end before the second one has asked.
    first.signal(Signal::SIGSTOP);
    let ended = stage.run(["db-rebuild", "--yes"]).exits(4).answers_nothing();
    let pid = format!("pid {}", first.pid());
    ended.says(&["cargo xtask db-rebuild", &pid, "is working on this checkout", "hint: wait"]);
    first.signal(Signal::SIGCONT);
    first.finish().exits(3);
    assert_eq!(stage.snapshot(), before);
}

fn a_yes_makes_a_dump_first(stage: &Stage) {
    let before = stage.snapshot();
    let ended = stage.run(["db-rebuild", "--yes", "--json"]).exits(0);
    let document = ended.document();
    assert_eq!(document["command"], "db-rebuild");
    let steps = document["data"]["steps"].as_array().expect("steps");
    assert!(steps.iter().all(|step| step["ms"].is_u64()), "{steps:?}");
    let dumps = stage.dumps();
    let [dump] = dumps.as_slice() else { panic!("dumps: {dumps:?}") };
    assert_eq!(document["data"]["safety_dump"], dump.display().to_string());
    assert_eq!(fs::metadata(dump).expect("a file").mode() & 0o777, 0o600);
    let folder = fs::metadata(dump.parent().expect("a folder")).expect("is there");
    assert_eq!(folder.mode() & 0o777, 0o700);
    let text = stage.read_dump(dump);
    assert!(text.contains("precious@example") && text.contains("CREATE TABLE public.messages"));
    let after = stage.snapshot();
    assert_ne!((after.cluster, after.containers), (before.cluster, before.containers));
    assert_eq!(stage.users(), "");
    stage.is_tidy();
    stage.run(["status"]).exits(0).answers(&["1 in .xtask/backups", "the last is"]);
}

fn without_backup_no_dump(stage: &Stage) {
    // Nothing but seed rows: nobody is asked.
    let ended = stage.run(["db-rebuild"]).exits(0);
    assert!(!ended.stderr.contains("safety dump"), "{}", ended.whole());
    stage.add_user("given_up");
    stage.run(["db-rebuild", "--no-backup", "--yes"]).exits(0);
    assert_eq!(stage.users(), "");
    assert_eq!(stage.dumps().len(), 1);
}

fn a_protected_mark_outlives_a_rebuild(stage: &Stage) {
    stage.add_user("guarded");
    stage.run(["target", "--protect"]).exits(0).answers(&["osint_platform is protected"]);
    let before = stage.snapshot();
    let ended = stage.run(["db-rebuild", "--yes"]).exits(3).answers_nothing();
    ended.says(&["is protected", "add `--yes --confirm-db osint_platform`"]);
    assert_eq!(stage.snapshot(), before);
    stage.run(["db-rebuild", "--yes", "--confirm-db", "osint_platform"]).exits(0);
    assert_ne!(stage.snapshot().cluster, before.cluster);
    stage.run(["status"]).exits(0).answers(&["protected"]);
    // Also an empty one: the mark says that somebody wants to be asked.
    let before = stage.snapshot();
    stage.run(["db-rebuild", "--yes"]).exits(3).says(&["is protected"]);
    assert_eq!(stage.snapshot(), before);
    stage.run(["target", "--unprotect"]).exits(3);
    stage.run(["target", "--unprotect", "--yes", "--confirm-db", "osint_platform"]).exits(0);
    assert_eq!(stage.sql("SELECT current_setting('xtask.protected', true)"), "");
}
