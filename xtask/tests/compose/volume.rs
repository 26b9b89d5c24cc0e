//! A volume that does not fit any more: another password, another major
//! version of PostgreSQL.

use crate::engine::docker;
use crate::stage::{PASSWORD, Stage};

#[test]
fn a_volume_that_does_not_fit_is_told_and_can_be_given_up() {
    let Some(stage) = Stage::with_database() else { return };
    stage.add_user("locked_in");
    another_password(&stage);
    stage.add_user("left_behind");
    another_major(&stage);
}

fn another_password(stage: &Stage) {
    let before = stage.snapshot();
    stage.set("POSTGRES_PASSWORD", "second-password");
    let words = ["POSTGRES_PASSWORD of .env", "first start of a volume only"];
    let hints = ["hint: put the old password back", "\\password", "docker exec"];
    let commands: [&[&str]; 3] =
        [&["db-verify"], &["db-rebuild", "--yes"], &["db-rebuild", "--dry-run"]];
    for command in commands {
        let ended = stage.run(command).exits(1).answers_nothing();
        let ended = ended.says(&words).says(&hints);
        ended
            .says(&[&stage.volume().expect("a volume")])
            .never_says(&[PASSWORD, "second-password"]);
    }
    stage.run(["status"]).exits(2).answers(&words).never_says(&["panicked"]);
    assert_eq!(stage.snapshot(), before);
    assert!(stage.dumps().is_empty());
    let ended = stage.run(["db-rebuild", "--no-backup"]).exits(3).answers_nothing();
    ended.says(&["cannot be read", "NO dump", "hint: if it is meant, add `--yes`"]);
    assert_eq!(stage.snapshot(), before);
    // `up` gives the container the new settings, and the data is as it was.
    stage.run(["up"]).exits(1).says(&words);
    // The old password put back: nothing had happened.
    stage.set("POSTGRES_PASSWORD", PASSWORD);
    stage.run(["db-verify"]).exits(0);
    assert_eq!(stage.users(), "locked_in");
    stage.set("POSTGRES_PASSWORD", "second-password");
    stage.run(["db-rebuild", "--no-backup", "--yes"]).exits(0);
    assert_eq!(stage.users(), "");
    stage.run(["db-verify"]).exits(0);
    stage.is_tidy();
}

fn another_major(stage: &Stage) {
    stage.run(["down"]).exits(0);
    stage.in_volume("echo 15 > /v/PG_VERSION");
    let words = [
        "was made by PostgreSQL 15",
        "is PostgreSQL 17",
        "hint:",
        "POSTGRES_IMAGE=postgres:15",
        "db-rebuild --no-backup",
    ];
    for command in [&["db-rebuild", "--yes"][..], &["up"], &["db-verify"]] {
        stage.run(command).exits(1).answers_nothing().says(&words);
    }
    stage.run(["status"]).exits(2).answers(&["was made by PostgreSQL 15"]);
    assert!(stage.dumps().is_empty());
    // Nothing was written into it: with its own version back it serves.
    let containers = stage.containers();
    for container in &containers {
        docker(&["rm", "--force", "--volumes", container]);
    }
    stage.in_volume("echo 17 > /v/PG_VERSION");
    stage.run(["up"]).exits(0);
    assert_eq!(stage.users(), "left_behind");
    stage.run(["down"]).exits(0);
    stage.in_volume("echo 15 > /v/PG_VERSION");
    stage.run(["db-rebuild", "--no-backup", "--yes"]).exits(0);
    assert_eq!(stage.users(), "");
    assert_eq!(stage.in_volume("cat /v/PG_VERSION"), "17");
    stage.is_tidy();
}
