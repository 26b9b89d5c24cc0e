//! What somebody else makes while rows are copied is not left out in silence.

use super::beside;
use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::wait_until;

#[test]
fn a_table_that_comes_while_the_fence_waits_stops_the_swap() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let served = project.identity();
    let writer = "BEGIN; UPDATE channels SET name = name; SELECT pg_sleep(120)";
    let writer = project.psql_on(DATABASE).args(["-c", writer]).start();
    let locked = "SELECT count(*) FROM pg_locks WHERE relation = 'channels'::regclass \
                  AND mode = 'RowExclusiveLock' AND granted";
    wait_until("the writer writes", || (project.sql(locked) != "0").then_some(()));
    let words = ["db-rebuild", "--keep-data", "--way", "copy", "--services", "db", "--yes"];
    let run = project.tool(words).start();
    let waits = "SELECT count(*) FROM pg_locks WHERE relation = 'channels'::regclass \
                 AND mode = 'ShareLock' AND NOT granted";
    wait_until("the fence waits", || (project.sql(waits) == "1").then_some(()));
    project.sql("CREATE TABLE late (i integer); INSERT INTO late VALUES (1)");
    drop(writer);
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()");
    run.finish()
        .exits(4)
        .says(&["the schema of `osint_platform` was changed", "run the command again"]);
    assert_eq!(project.identity(), served);
    assert_eq!(project.sql("SELECT count(*) FROM late"), "1");
    assert_eq!((beside(&project, "new"), beside(&project, "before")), (vec![], vec![]));
}
