//! A disk that fills up, as a volume of fixed size in memory.

use crate::engine::docker;
use crate::stage::Stage;

/// Behind the volume's name in docker-compose.yml. initdb alone needs more
/// than 24 MB with its first WAL segment.
const SMALL: &str =
    "  postgres_data:\n    driver_opts: {type: tmpfs, device: tmpfs, o: \"size=24m\"}\n";

#[test]
fn a_full_disk_loses_no_row() {
    let Some(stage) = Stage::new() else { return };
    a_first_build_leaves_nothing_behind(&stage);
    stage.run(["db-rebuild"]).exits(0);
    stage.add_user("on_a_full_disk");
    the_new_volume_is_too_small(&stage);
}

fn a_first_build_leaves_nothing_behind(stage: &Stage) {
    stage.replace("docker-compose.yml", "  postgres_data:\n", SMALL);
    let ended = stage.run(["db-rebuild"]).answers_nothing();
    let ended = ended.exits(1).says(&["stopped (exit", "No space left on device"]);
    ended.never_says(&["is gone"]).says(&["hint: its log is kept: `.xtask/container.log`"]);
    assert!(stage.read(".xtask/container.log").contains("No space left on device"));
    assert_eq!((stage.containers().len(), stage.volume()), (0, None));
    stage.replace("docker-compose.yml", SMALL, "  postgres_data:\n");
}

/// Proved and dumped on the old disk, which had room: what is left is the
/// dump, and the command that goes on.
fn the_new_volume_is_too_small(stage: &Stage) {
    stage.replace("docker-compose.yml", "  postgres_data:\n", SMALL);
    let ended = stage.run(["db-rebuild", "--yes"]).exits(5).answers_nothing();
    let dump = stage.dumps().pop().expect("a dump");
    let ended = ended.says(&["No space left on device", "The old database is gone"]);
    ended.says(&[&dump.display().to_string(), "hint: go on with `cargo xtask db-rebuild`"]);
    let ended = stage.run(["status"]).exits(2);
    ended.answers(&["the old database is gone", &dump.display().to_string()]);
    // Room was made: the very command of the hint.
    stage.replace("docker-compose.yml", SMALL, "  postgres_data:\n");
    stage.run(["db-rebuild"]).exits(0);
    stage.run(["db-verify"]).exits(0);
    assert!(stage.read_dump(&dump).contains("on_a_full_disk@example"));
    let volume = stage.volume().expect("a volume");
    assert_eq!(docker(&["volume", "inspect", "--format", "{{json .Options}}", &volume]), "null");
}
