//! A database whose init.sql broke off half-way, made by compose alone: it
//! runs, and it looks healthy to whoever asks less than the marker.

use crate::stage::{INIT, Stage};
use crate::tool::{Tool, wait_until};

#[test]
fn half_a_schema_is_told_by_line_and_repaired() {
    let Some(stage) = Stage::new() else { return };
    let good = stage.read(INIT);
    let line = break_in_the_middle(&stage);
    // Again and again, as people do; the restart policy does the same.
    for _ in 0..2 {
        Tool::new("docker-compose", &stage.root).args(["up", "-d", "postgres"]).run().exits(0);
    }
    wait_until("half a schema that serves", || stage.try_sql("SELECT count(*) FROM users"));
    let stopped = format!("init.sql stopped at line {line}: ");
    let complaint = "type \"varcharr\" does not exist";
    let declared = good.matches("\nCREATE TABLE ").count();
    let present: usize = stage
        .sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        .parse()
        .expect("a number");
    assert!(0 < present && present < declared, "{present} of {declared}");
    // The file is still broken: it is told what there is, and why no more.
    stage.run(["status"]).exits(2).answers(&[
        &stopped,
        complaint,
        &format!("{present} tables exist"),
        "does not run",
    ]);
    stage.run(["db-verify"]).exits(1).answers_nothing().says(&["does not run", "varcharr"]);
    stage.run(["db-rebuild", "--yes"]).exits(1).says(&["does not run", &format!(":{line}:")]);
    assert_eq!(stage.sql("SELECT count(*) FROM users"), "0", "the half that is there serves");
    // Mended, it is known what ought to be there.
    stage.write(INIT, &good);
    let ended = stage.run(["status"]).exits(2);
    let counts = format!("{present} of {declared} tables exist");
    ended.answers(&[&stopped, complaint, &counts, "next: cargo xtask db-rebuild"]);
    let ended = stage.run(["db-verify"]).exits(2);
    ended.answers(&["init.sql did not run to its end here", &counts, "is not what init.sql says"]);
    stage.add_user("early_bird");
    stage.run(["db-rebuild"]).exits(3).says(&["users 1"]);
    stage.run(["db-rebuild", "--yes"]).exits(0).says(&["ok   safety dump"]);
    assert!(stage.read_dump(&stage.dumps()[0]).contains("early_bird@example"));
    stage.run(["status"]).exits(0);
    stage.run(["db-verify"]).exits(0);
    stage.becomes_healthy();
    stage.is_tidy();
}

/// init.sql as somebody without transactions writes it, wrong in the middle.
/// The line psql will name.
fn break_in_the_middle(stage: &Stage) -> usize {
    stage.edit_init("\nBEGIN;\n", "\n\n");
    stage.edit_init("\nCOMMIT;\n", "\n\n");
    stage.edit_init(
        "CREATE TABLE IF NOT EXISTS military_slang (",
        "CREATE TABLE IF NOT EXISTS half_way (word varcharr);\nCREATE TABLE IF NOT EXISTS military_slang (",
    );
    let text = stage.read(INIT);
    1 + text[..text.find("varcharr").expect("is there")].matches('\n').count()
}
