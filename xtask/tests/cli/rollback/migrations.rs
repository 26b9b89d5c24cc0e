//! Back from a migration: by its plan, by the copy made before; and the code
//! with it.

use std::fs;

use super::{CONFIG, MODEL, commit, committed, git, has_rank, kept, with_rank};
use crate::server::DATABASE;
use crate::stage::{INIT, Project};

#[test]
fn a_migration_is_undone_with_its_code_and_done_again() {
    let Some(project) = with_rank() else { return };
    let after = project.read(INIT);
    project
        .run(["rollback", "--list"])
        .exits(0)
        .answers(&["undo `db-migrate` of", "nothing is lost"]);
    project.run(["rollback", "--yes"]).exits(0).answers(&[
        "osint_platform went back: undo `db-migrate`",
        "the code as in",
        MODEL,
        "equals init.sql",
    ]);
    assert!(!has_rank(&project));
    assert!(project.has_row("mine"));
    assert_eq!(project.read(INIT), git(&project, &["show", &format!("HEAD~1:{INIT}")]) + "\n");
    assert_eq!(project.read(MODEL), "# as it was\n");
    project.run(["db-verify"]).exits(0);
    // What it put back is in no commit of its own, and in its way neither.
    project.run(["rollback", "--yes"]).exits(0).answers(&["undo `rollback` of"]);
    assert!(has_rank(&project));
    assert_eq!(project.read(INIT), after);
    assert_eq!(project.read(MODEL), "# with a rank\n");
    assert_eq!(git(&project, &["status", "--porcelain", "--", INIT, MODEL]), "");
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

#[test]
fn values_that_would_go_are_counted_and_backed_up() {
    let Some(project) = with_rank() else { return };
    project.sql("UPDATE event_config SET rank = 7 WHERE key = 'mine'");
    project
        .run(["rollback", "--yes"])
        .exits(3)
        .says(&["column public.event_config.rank goes with 1 value", "--discard-newer"]);
    assert!(has_rank(&project));
    let gone = project.run(["rollback", "--yes", "--discard-newer"]).exits(0);
    gone.says(&["backup", "compare again"]);
    assert!(!has_rank(&project));
    project.run(["backup", "list"]).exits(0).answers(&["decoded"]);
}

#[test]
fn what_is_in_no_commit_is_in_the_way() {
    let Some(project) = with_rank() else { return };
    let edited = project.read(INIT) + "-- mine\n";
    project.write(INIT, &edited);
    let refused = project.run(["rollback", "--yes"]).exits(3).answers_nothing();
    refused.says(&[
        "in no commit would be lost: infrastructure/postgres/init.sql",
        "git stash push",
        "--db-only",
    ]);
    assert!(has_rank(&project), "nothing was changed");
    assert_eq!(project.read(INIT), edited);
    git(&project, &["checkout", "-q", "--", INIT]);
    project.write("shared/python/models/new.py", "# mine\n");
    project.run(["rollback", "--yes"]).exits(3).says(&["shared/python/models/new.py"]);
    // The database alone: what is beside it then is another state's.
    project
        .run(["rollback", "--yes", "--db-only"])
        .exits(2)
        .answers(&["the code stays: --db-only", "is not what init.sql says"]);
    assert!(!has_rank(&project));
    assert_eq!(project.read("shared/python/models/new.py"), "# mine\n");
}

#[test]
fn another_commit_may_be_named() {
    let Some(project) = with_rank() else { return };
    project
        .run(["rollback", "--yes", "--with-code", "HEAD~7"])
        .exits(64)
        .says(&["no commit `HEAD~7`"]);
    project.run(["rollback", "--with-code", "HEAD", "--db-only"]).exits(64);
    // As if nothing had been written down of the code.
    fs::remove_file(project.root.join(".xtask/ways/local/osint_platform/served.json"))
        .expect("ours");
    project
        .run(["rollback", "--yes", "--with-code", "HEAD~1"])
        .exits(0)
        .answers(&["equals init.sql"]);
    assert_eq!(project.read(MODEL), "# as it was\n");
}

#[test]
fn a_schema_that_moved_on_is_no_end_to_go_back_from() {
    let Some(project) = with_rank() else { return };
    project.sql("CREATE TABLE meanwhile (id int)");
    project
        .run(["rollback", "--yes"])
        .exits(3)
        .says(&["the last change cannot be undone", "the schema was changed since"]);
    assert!(has_rank(&project));
    project.sql("DROP TABLE meanwhile");
    project.run(["rollback", "--yes"]).exits(0);
    assert!(!has_rank(&project));
}

#[test]
fn the_way_back_of_a_plan_file_is_gone_by_its_name() {
    let Some(project) = committed() else { return };
    project.edit_init(CONFIG, &format!("{CONFIG}\n    rank integer,"));
    project.run(["db-diff", "--out", "plan.sql"]).exits(2);
    project
        .run(["rollback", "--yes", "--to", "plan.sql"])
        .exits(3)
        .says(&["is not the one that the plan ends with"]);
    project.run(["db-migrate", "--yes", "--plan", "plan.sql"]).exits(0);
    project.run(["rollback", "--yes", "--db-only", "--to", "plan.sql"]).exits(2);
    assert!(!has_rank(&project));
}

#[test]
fn a_copy_brings_back_what_no_plan_does() {
    let Some(project) = committed() else { return };
    project.sql("CREATE TABLE extra (id int); INSERT INTO extra VALUES (1), (2)");
    let words = ["db-migrate", "--yes", "--allow", "data-loss", "--no-backup"];
    project.run(["db-migrate", "--dry-run"]).exits(0).answers(&["`--snapshot` makes a copy first"]);
    project
        .tool(words)
        .arg("--snapshot")
        .run()
        .exits(0)
        .says(&["snapshot", "copied through the log"]);
    assert_eq!(project.sql("SELECT to_regclass('extra') IS NULL"), "t");
    let [snapshot] = kept(&project, "snapshot").try_into().expect("one");
    project.run(["status"]).exits(0).answers(&["kept", &snapshot]);
    // The copy takes nothing, the plan brings an empty table: the copy it is.
    project
        .run(["rollback", "--list"])
        .exits(0)
        .answers(&["the copy made before `db-migrate`", "comes back empty: table public.extra"]);
    project.insert_row("newer");
    project
        .run(["rollback", "--yes", "--to", &snapshot])
        .exits(3)
        .says(&["public.event_config (1 row newer)", "--discard-newer"]);
    project.sql("DELETE FROM event_config WHERE key = 'newer'");
    project.run(["rollback", "--yes"]).exits(2).answers(&["the copy made before"]);
    assert_eq!(project.sql("SELECT count(*) FROM extra"), "2");
    project.run(["rollback", "--yes"]).exits(0);
    assert_eq!(project.sql("SELECT to_regclass('extra') IS NULL"), "t");
    project.run(["db-rebuild", "--forget", "--yes"]).exits(0);
    assert_eq!(kept(&project, "undone"), Vec::<String>::new());
}

#[test]
fn code_that_was_committed_later_is_found_by_what_it_says() {
    let Some(project) = committed() else { return };
    // Edited, run, and only then committed.
    project.edit_init(CONFIG, &format!("{CONFIG}\n    rank integer,"));
    project.run(["db-migrate", "--yes"]).exits(0);
    commit(&project, "rank");
    project.edit_init(CONFIG, &format!("{CONFIG}\n    grade integer,"));
    commit(&project, "grade");
    project.run(["db-migrate", "--yes"]).exits(0);
    project.run(["rollback", "--yes"]).exits(0).answers(&["equals init.sql"]);
    let text = project.read(INIT);
    assert!(text.contains("rank integer") && !text.contains("grade integer"));
}

#[test]
fn a_database_that_only_has_a_url_goes_back_too() {
    let Some(project) = Project::with_database() else { return };
    project.sql("CREATE DATABASE scratch");
    let url = project.url().replace(DATABASE, "scratch");
    let migrate = ["db-migrate", "--db-url", &url, "--init", "schema.sql", "--yes"];
    project.write("schema.sql", "CREATE TABLE a (id int PRIMARY KEY);\n");
    project.run(migrate).exits(0);
    project.write("schema.sql", "CREATE TABLE a (id int PRIMARY KEY, note text);\n");
    project.run(migrate).exits(0);
    let columns = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'a'";
    assert_eq!(project.sql_on("scratch", columns), "2");
    // Beside it lies the project's init.sql, which says something else.
    let gone = project.run(["rollback", "--db-url", &url, "--yes"]).exits(2);
    gone.answers(&["scratch went back", "the code stays"]).never_says(&[&project.password()]);
    assert_eq!(project.sql_on("scratch", columns), "1");
    assert_eq!(project.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'scratch'"), "0");
}

#[test]
fn a_new_cluster_leads_back_to_nothing_of_the_old_one() {
    let Some(project) = with_rank() else { return };
    project.run(["backup"]).exits(0);
    project.run(["db-rebuild", "--yes"]).exits(0);
    let list = project.run(["rollback", "--list"]).exits(0).never_says(&["undo `db-migrate`"]);
    list.answers(&["not now: it was made on another cluster", "--foreign"]);
    project.run(["rollback", "--yes"]).exits(3).says(&["`cargo xtask rollback --list` tells why"]);
    assert!(has_rank(&project));
}
