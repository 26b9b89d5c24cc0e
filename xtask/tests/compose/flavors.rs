//! docker-compose 1.29 and compose v2 over the same stack: one goes on where
//! the other stopped.

use crate::stage::{Checkout, Stage, docker_config};
use crate::tool::say;
use crate::tool::{Ended, Tool};

#[test]
fn compose_v2_does_the_same_on_the_same_stack() {
    let Some(stage) = Stage::new() else { return };
    let version = Tool::new("docker", &stage.root)
        .env("DOCKER_CONFIG", docker_config())
        .args(["compose", "version", "--short"])
        .run();
    if version.code != 0 {
        // No failure in CI either: one compose is enough to work with.
        say("compose v2 was left out: `docker compose version` does not work here");
        return;
    }
    with_v2(&stage, &["db-rebuild", "--explain"]).exits(0).says(&["docker compose -p"]);
    stage.add_user("made_under_v2");
    with_v2(&stage, &["db-verify"]).exits(0);
    stage.becomes_healthy();
    stage.is_tidy();
    // v1 takes over v2's stack, and the other way round.
    stage.run(["db-rebuild", "--yes", "--explain"]).exits(0).says(&["docker-compose -p"]);
    stage.add_user("back_again");
    with_v2(&stage, &["down"]).exits(0);
    with_v2(&stage, &["up"]).exits(0);
    assert_eq!(stage.users(), "back_again");
    with_v2(&stage, &["db-rebuild", "--yes"]).exits(0).says(&["ok   safety dump"]);
    with_v2(&stage, &["status"]).exits(0);
    stage.is_tidy();
}

fn with_v2(checkout: &Checkout, words: &[&str]) -> Ended {
    checkout.tool(words).without("XTASK_COMPOSE").run()
}
