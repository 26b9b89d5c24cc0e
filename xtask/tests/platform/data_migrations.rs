//! Data migrations: run, stopped, resumed, recognised.

use nix::sys::signal::Signal;

use crate::platform::Platform;
use crate::tool::wait_until;

const NAME: &str = "add_new_field";

/// Rows that the example migration has to fill.
fn with_rows(count: u32) -> Option<Platform> {
    let platform = Platform::stopped()?;
    platform.run(["up", "--services", "db"]).exits(0);
    platform.project.sql("INSERT INTO channels (telegram_id, name) VALUES (1, 'one')");
    platform.project.sql(&format!(
        "INSERT INTO messages (message_id, channel_id, content, telegram_date) \
         SELECT i, c.id, 'text ' || i, now() FROM channels c, generate_series(1, {count}) AS i"
    ));
    Some(platform)
}

fn unfilled(platform: &Platform) -> String {
    platform.project.sql("SELECT count(*) FROM messages WHERE content_hash IS NULL")
}

#[test]
fn a_migration_runs_once_and_is_recognised_afterwards() {
    let Some(platform) = with_rows(2500) else { return };
    platform.run(["data-migrate"]).exits(0).answers(&[NAME, "not run on this database"]);
    platform.run(["data-migrate", NAME, "--dry-run"]).exits(0).answers(&["2,500 rows"]);
    platform.run(["data-migrate", NAME]).exits(3).says(&["hint: add `--yes`"]);
    assert_eq!(unfilled(&platform), "2500");
    platform.run(["data-migrate", NAME, "--yes"]).exits(0).answers(&["2500 rows"]);
    assert_eq!(unfilled(&platform), "0");
    let again = platform.run(["data-migrate", NAME, "--yes"]).exits(0);
    again.says(&["finished already"]);
    platform.run(["data-migrate"]).exits(0).answers(&["finished at", "2500 rows"]);
    // The journal is no part of the schema and no row that could be lost.
    platform.run(["db-verify"]).exits(0);
    platform.run(["data-migrate", "add_new_feild"]).exits(1).says(&["did you mean", NAME]);
}

#[test]
fn a_stopped_migration_goes_on_where_it_was() {
    let Some(platform) = with_rows(20_000) else { return };
    let words = ["data-migrate", NAME, "--yes", "--", "--batch", "50"];
    let running = platform.tool(words).start();
    wait_until("some batches are done", || {
        let done =
            platform.project.sql("SELECT count(*) FROM messages WHERE content_hash IS NOT NULL");
        (done.parse::<u32>().expect("a number") > 200).then_some(())
    });
    let second = platform.run(words).exits(4);
    second.says(&["is working on this checkout"]);
    running.signal(Signal::SIGTERM);
    running.finish().exits(5).says(&["what is done is committed", "go on with"]);
    let left = unfilled(&platform);
    assert_ne!(left, "0");
    let status = platform.run(["status"]).exits(2);
    status.answers(&["not finished", "next: cargo xtask data-migrate add_new_field"]);
    platform.run(["data-migrate"]).exits(0).answers(&["interrupted after", "it resumes there"]);
    platform.run(["data-migrate", NAME, "--yes"]).exits(0).answers(&["20000 rows"]);
    assert_eq!(unfilled(&platform), "0");
}
