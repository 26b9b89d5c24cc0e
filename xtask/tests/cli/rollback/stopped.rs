//! What changes nothing, what programs are told, and `kill -9` in between.

use super::{MODEL, everything, has_rank, swapped, with_rank};

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
    for (step, there) in [("apply", false), ("compare again", true), ("code", false)] {
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
