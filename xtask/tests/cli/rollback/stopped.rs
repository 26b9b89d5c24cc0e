//! What changes nothing, what programs are told, and `kill -9` in between.

use nix::sys::signal::Signal;

use super::{CONFIG, MODEL, commit, committed, everything, has_rank, swapped, with_rank};
use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::wait_until;

#[test]
fn a_dry_run_changes_nothing() {
    let Some(project) = with_rank() else { return };
    project.run(["backup"]).exits(0);
    let before = everything(&project);
    project.run(["rollback", "--dry-run"]).exits(0).answers(&[
        "-> undo `db-migrate`",
        "DROP COLUMN rank",
        "1. stop the services",
        "the code as in",
        "nothing was changed",
    ]);
    assert_eq!(everything(&project), before);
    project.insert_row("newer");
    let before = everything(&project);
    project.run(["rollback", "--dry-run", "--to", "latest"]).exits(0).answers(&[
        "-> restore the decoded backup",
        "needs: --discard-newer",
        "nothing was changed",
    ]);
    project.run(["rollback", "--list"]).exits(0);
    assert_eq!(everything(&project), before);
    project.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    project.write(MODEL, "# mine\n");
    let before = everything(&project);
    project
        .run(["rollback", "--dry-run"])
        .exits(0)
        .answers(&["-> undo `db-rebuild --swap`", "nothing was changed"]);
    assert_eq!(everything(&project), before);
}

#[test]
fn programs_get_one_document() {
    let Some(project) = with_rank() else { return };
    let list = project.run(["rollback", "--list", "--json"]).exits(0).document();
    let way = &list["data"]["ways"][0];
    assert_eq!(way["how"], "plan");
    assert_eq!(way["loses_nothing"], true);
    let dry = project.run(["rollback", "--dry-run", "--json"]).exits(0).document();
    assert_eq!(dry["data"]["way"]["name"], way["name"]);
    assert_eq!(dry["data"]["code"]["restore"]["files"][1], MODEL);
    assert!(dry["data"]["plan"]["plan"][0]["sql"].is_string());
    let refused = project.run(["rollback", "--json"]).exits(3).document();
    assert_eq!(refused["error"]["exit"], "refused");
    let done = project.run(["rollback", "--yes", "--json"]).exits(0).document();
    assert_eq!(done["data"]["verification"]["complete"], true);
    assert!(done["data"]["steps"].is_array());
    let explained = project.run(["rollback", "--yes", "--explain"]).exits(0);
    explained.says(&["ADD COLUMN rank", "git restore --source="]);
}

#[test]
fn an_interrupted_rollback_leaves_things_as_they_were() {
    let Some(project) = with_rank() else { return };
    let held = "BEGIN; LOCK TABLE event_config IN ACCESS SHARE MODE; SELECT pg_sleep(600)";
    let holder = project.psql_on(DATABASE).args(["-c", held]).start();
    let locks = "SELECT count(*) FROM pg_locks WHERE relation = 'event_config'::regclass";
    wait_until("the lock is held", || (project.sql(locks) != "0").then_some(()));
    let mut running = project.tool(["rollback", "--yes", "-v"]).start();
    assert!(running.hears("step 1"), "never began");
    running.signal(Signal::SIGINT);
    let ended = running.finish();
    assert_eq!(ended.code, 130, "{}", ended.whole());
    assert!(has_rank(&project));
    assert_eq!(project.read(MODEL), "# with a rank\n");
    holder.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()");
    project.run(["status"]).exits(0);
    project.run(["rollback", "--yes"]).exits(0);
    assert!(!has_rank(&project));
}

#[test]
fn a_killed_rollback_is_gone_on_with() {
    let Some(project) = swapped() else { return };
    for step in ["swap", "verify"] {
        let was = project.has_row("mine");
        let mut running = project.tool(["rollback", "--yes", "-v"]).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.kill();
        project
            .run(["status"])
            .exits(2)
            .answers(&["`cargo xtask rollback` of", "next: cargo xtask rollback"]);
        project.run(["rollback", "--yes"]).exits(0).answers(&["went back: undo"]);
        assert_ne!(
            project.has_row("mine"),
            was,
            "killed at `{step}`: it is not undone by the next"
        );
        project.run(["db-verify"]).exits(0);
        project.run(["status"]).exits(0);
        project.is_tidy();
    }
}

#[test]
fn a_killed_rollback_of_a_migration_ends_with_its_code() {
    let Some(project) = with_rank() else { return };
    for (step, there) in
        [("apply", false), ("compare again", true), ("code", false), ("code", true)]
    {
        let mut running = project.tool(["rollback", "--yes", "-v"]).start();
        // `apply` has no line of its own: its first step has.
        let line = if step == "apply" { "step 1" } else { step };
        assert!(running.hears(line), "no step `{step}`");
        running.kill();
        project.run(["rollback", "--yes"]).exits(0).answers(&["equals init.sql"]);
        assert_eq!(has_rank(&project), there, "killed at `{step}`");
        let model = if there { "# with a rank\n" } else { "# as it was\n" };
        assert_eq!(project.read(MODEL), model, "killed at `{step}`");
        project.run(["db-verify"]).exits(0);
        project.is_tidy();
    }
}

/// Thirty rows that a trigger makes slow to fill, and a migration that fills
/// them: time to be killed in.
fn with_slow_rows() -> Option<Project> {
    let project = committed()?;
    let table = "CREATE TABLE IF NOT EXISTS slow_rows (";
    project.edit_init(CONFIG, &format!("{table}\n    id bigint PRIMARY KEY\n);\n{CONFIG}"));
    commit(&project, "slow rows");
    project.run(["db-migrate", "--yes"]).exits(0);
    project.slow_rows();
    let column = "-- @backfill 'n/a' batch=5\n    note text NOT NULL,";
    project.edit_init(table, &format!("CREATE TABLE first_made (id int);\n{table}\n    {column}"));
    commit(&project, "note");
    Some(project)
}

/// Runs until rows are being filled, then kills.
#[track_caller]
fn kill_midway(project: &Project, words: &[&str]) {
    let running = project.tool(words).start();
    let filled = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'slow_rows' AND column_name = 'note'";
    wait_until("the column is there", || (project.sql(filled) == "1").then_some(()));
    running.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'xtask/apply'");
}

#[track_caller]
fn has_notes(project: &Project) -> (bool, bool) {
    let sql = "SELECT to_regclass('first_made') IS NOT NULL, (SELECT count(*) = 1 FROM information_schema.columns \
               WHERE table_name = 'slow_rows' AND column_name = 'note' AND is_nullable = 'NO')";
    let found = project.sql(sql);
    (found.starts_with('t'), found.ends_with('t'))
}

#[test]
fn a_migration_that_was_stopped_midway_is_undone() {
    let Some(project) = with_slow_rows() else { return };
    kill_midway(&project, &["db-migrate", "--yes"]);
    assert_eq!(has_notes(&project), (true, false), "it is in between");
    let list = project.run(["rollback", "--list"]).exits(0);
    list.answers(&["-> undo `db-migrate` of", "stopped midway: a plan made and proved now"]);
    project.run(["rollback", "--yes", "--discard-newer"]).exits(0).answers(&["equals init.sql"]);
    assert_eq!(has_notes(&project), (false, false));
    assert_eq!(project.sql("SELECT count(*) FROM slow_rows"), "30");
    assert!(!project.read(INIT).contains("first_made"), "the code went back too");
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

#[test]
fn one_that_went_on_after_a_kill_leads_back_to_before_both() {
    let Some(project) = with_slow_rows() else { return };
    kill_midway(&project, &["db-migrate", "--yes"]);
    project.run(["db-migrate", "--yes", "--resume"]).exits(0);
    assert_eq!(has_notes(&project), (true, true));
    let list = project.run(["rollback", "--list"]).exits(0);
    list.answers(&[
        "which went on after one that was stopped",
        "column public.slow_rows.note goes with 30 values",
    ]);
    project.run(["rollback", "--yes", "--discard-newer"]).exits(0).answers(&["equals init.sql"]);
    assert_eq!(has_notes(&project), (false, false));
    assert!(!project.read(INIT).contains("first_made"));
}

#[test]
fn a_rollback_that_is_killed_in_its_plan_leads_to_a_whole_state() {
    let Some(project) = with_slow_rows() else { return };
    project.run(["db-migrate", "--yes"]).exits(0);
    project.run(["rollback", "--yes", "--discard-newer"]).exits(0);
    assert_eq!(has_notes(&project), (false, false));
    // Forward again, which fills rows and takes its time.
    kill_midway(&project, &["rollback", "--yes"]);
    assert_eq!(has_notes(&project), (true, false), "it is in between");
    project.run(["status"]).exits(2).answers(&["next: cargo xtask rollback"]);
    let next = project.run(["rollback", "--yes", "--discard-newer"]).exits(0);
    next.answers(&["went back: undo `rollback` of", "stopped midway", "equals init.sql"]);
    assert_eq!(has_notes(&project), (false, false));
    assert!(!project.read(INIT).contains("first_made"));
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}
