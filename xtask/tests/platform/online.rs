//! A schema changes under the platform's own load: no request fails, no row is
//! lost. How long statements wait is printed here, and compared by
//! `cargo bench --package xtask --bench online` on a million messages.

use crate::platform::Platform;
use crate::steady::change_under_load;

const MESSAGES: u64 = 100_000;

#[test]
fn a_plan_under_load_fails_no_request_and_loses_no_row() {
    let Some(platform) = Platform::running() else { return };
    let report = change_under_load(&platform, MESSAGES);
    assert!(report.requests > 500, "only {report:?}");
    assert_eq!((report.failed, report.lost), (0, 0), "{report:?}");
    let sql = "SELECT count(*) FROM messages WHERE metadata_hash IS NULL";
    assert_eq!(platform.project.sql(sql), "0");
    platform.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
}
