//! init.sql and postgresql.conf as the container will find them: seen to be
//! wrong while the old database still serves.

use std::fs;

use crate::stage::{INIT, Stage};

const CONF: &str = "infrastructure/postgres/postgresql.conf";

#[test]
fn a_file_the_container_cannot_use_stops_the_rebuild_at_once() {
    let Some(stage) = Stage::with_database() else { return };
    stage.add_user("served");
    let before = stage.snapshot();
    // Before anything is there, too: a first build would otherwise leave a
    // half-made volume.
    let bare = stage.second_checkout();
    for mode in [0o600, 0o640] {
        stage.mode(INIT, mode);
        bare.mode(INIT, mode);
        for words in [&["db-rebuild", "--yes"][..], &["db-rebuild", "--dry-run"]] {
            let ended = stage.run(words).exits(1).answers_nothing();
            ended.says(&["cannot be read by the container's user", &format!("chmod 644 {INIT}")]);
        }
    }
    let env = stage.read(".env").replace(&stage.project(), &stage.foreign("bare"));
    bare.write(".env", env);
    bare.run(["db-rebuild"]).exits(1).says(&["chmod 644"]);
    assert_eq!((bare.containers().len(), bare.volume()), (0, None));
    stage.mode(INIT, 0o644);
    for name in [INIT, CONF] {
        a_missing_file(&stage, name);
    }
    assert_eq!(stage.snapshot(), before);
    stage.run(["db-verify"]).exits(0);
}

/// Missing, and then the folder Docker makes in place of a missing file.
fn a_missing_file(stage: &Stage, name: &str) {
    let (path, aside) = (stage.root.join(name), stage.root.join("aside"));
    fs::rename(&path, &aside).expect("is there");
    let missing = stage.run(["db-rebuild", "--yes"]).exits(1).answers_nothing();
    missing.says(&[name, "hint: bring it back: `git checkout --"]);
    assert!(!path.exists(), "something was made in its place");
    fs::create_dir(&path).expect("a folder");
    let folder = stage.run(["db-rebuild", "--yes"]).exits(1).answers_nothing();
    folder.says(&[name, "hint:", &format!("git checkout -- {name}")]);
    fs::remove_dir(&path).expect("empty");
    fs::rename(&aside, &path).expect("was there");
}
