//! `db-migrate`: what it refuses, what it asks, and what is left when it is
//! stopped.

use nix::sys::signal::Signal;

use crate::server::DATABASE;
use crate::stage::{INIT, Project};

const CONFIG: &str = "CREATE TABLE IF NOT EXISTS event_config (";

/// One column more.
fn add_rank(project: &Project) {
    project.edit_init(CONFIG, &format!("{CONFIG}\n    rank integer,"));
}

#[test]
fn nothing_to_do_asks_nothing() {
    let Some(project) = Project::with_database() else { return };
    for words in [&["db-migrate"][..], &["db-migrate", "--dry-run"], &["db-migrate", "--resume"]] {
        project.run(words).exits(0).answers(&["nothing to do: osint_platform equals"]);
    }
    let document = project.run(["db-migrate", "--json"]).exits(0).document();
    assert_eq!(document["data"]["applied"], 0);
}

#[test]
fn without_a_yes_nothing_changes() {
    let Some(project) = Project::with_database() else { return };
    add_rank(&project);
    project
        .run(["db-migrate", "--dry-run"])
        .exits(0)
        .answers(&["ADD COLUMN rank", "nothing was changed"]);
    project
        .run(["db-migrate"])
        .exits(3)
        .answers_nothing()
        .says(&["This will change `osint_platform` by 1 step", "add `--yes`"]);
    assert!(!project.has_column("rank"));
    let document = project.run(["db-migrate", "--yes", "--json"]).exits(0).document();
    assert_eq!(document["data"]["applied"], 1);
    assert!(document["data"]["fingerprint_after"].is_string());
    assert!(project.has_column("rank"));
    project.is_tidy();
}

#[test]
fn a_protected_database_wants_its_name() {
    let Some(project) = Project::with_database() else { return };
    project.sql(&format!("ALTER DATABASE {DATABASE} SET xtask.protected = 'by the test'"));
    add_rank(&project);
    project.run(["db-diff"]).exits(2);
    project
        .run(["db-migrate", "--yes"])
        .exits(3)
        .says(&["is protected (by the test)", "--yes --confirm-db osint_platform"]);
    project.run(["db-migrate", "--yes", "--confirm-db", "other"]).exits(3).says(&["names `other`"]);
    assert!(!project.has_column("rank"));
    project.run(["db-migrate", "--yes", "--confirm-db", DATABASE]).exits(0);
    assert!(project.has_column("rank"));
}

#[test]
fn hazards_are_allowed_by_name_or_by_configuration() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("kept");
    project.sql("CREATE TABLE extra (id int); INSERT INTO extra VALUES (1)");
    project
        .run(["db-migrate", "--yes", "--allow", "nothing-such"])
        .exits(64)
        .says(&["there is no hazard `nothing-such`", "data-loss"]);
    project
        .run(["db-migrate", "--yes", "--allow", "long-lock"])
        .exits(3)
        .says(&["data-loss: table public.extra", "--allow data-loss"]);
    project
        .run(["db-migrate", "--yes", "--allow", "all"])
        .exits(3)
        .says(&["is for scratch databases"]);
    let manifest = project.read("Cargo.toml");
    project.write(
        "Cargo.toml",
        manifest.replace(
            "\n[workspace.metadata.xtask]\n",
            "\n[workspace.metadata.xtask]\nallow = [\"data-loss\"]\n",
        ),
    );
    project.run(["db-migrate"]).exits(3).says(&["holds data, and there is no terminal to ask at"]);
    project.run(["db-migrate", "--yes", "--no-backup"]).exits(0);
    assert!(project.has_row("kept"));
    // An empty table loses nothing.
    project.sql("CREATE TABLE extra (id int)");
    project.run(["db-diff"]).exits(2).never_says(&["data-loss"]);
}

#[test]
fn a_plan_file_is_run_once_and_only_where_it_belongs() {
    let Some(project) = Project::with_database() else { return };
    add_rank(&project);
    project.run(["db-diff", "--out", "plan.sql"]).exits(2).says(&["wrote plan.sql and plan.json"]);
    let sql = project.read("plan.sql");
    assert!(sql.contains("ADD COLUMN rank integer"), "{sql}");
    // Somebody changes the schema meanwhile.
    project.sql("CREATE TABLE meanwhile (id int)");
    project
        .run(["db-migrate", "--yes", "--plan", "plan.sql"])
        .exits(3)
        .answers_nothing()
        .says(&["the schema is not the one the plan was made for", "db-diff --out"]);
    project.sql("DROP TABLE meanwhile");
    // Somebody changes what was reviewed.
    project.write("plan.sql", sql.replace("rank integer", "rank bigint"));
    project
        .run(["db-migrate", "--yes", "--plan", "plan.json"])
        .exits(3)
        .says(&["the SQL says something else"]);
    assert!(!project.has_column("rank"));
    project.write("plan.sql", &sql);
    project
        .run(["db-migrate", "--plan", "plan.json", "--dry-run"])
        .exits(0)
        .answers(&["ADD COLUMN rank"]);
    project.run(["db-migrate", "--yes", "--plan", "plan.json"]).exits(0);
    assert!(project.has_column("rank"));
    project.run(["db-diff"]).exits(0);
    project
        .run(["db-migrate", "--yes", "--plan", "plan.json"])
        .exits(0)
        .answers(&["nothing to do"]);
}

#[test]
fn a_plan_file_is_what_psql_runs() {
    let Some(project) = Project::with_database() else { return };
    add_rank(&project);
    project.edit_init(
        "COMMENT ON TABLE event_config IS",
        "CREATE INDEX idx_rank ON event_config (rank);\n\nCOMMENT ON TABLE event_config IS",
    );
    project.run(["db-diff", "--out", "plan"]).exits(2);
    project.psql_on(DATABASE).args(["-f", "plan.sql"]).run().exits(0);
    project.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
}

#[test]
fn any_database_and_any_file() {
    let Some(project) = Project::with_database() else { return };
    project.sql("CREATE DATABASE scratch");
    let url = project.url().replace(DATABASE, "scratch");
    project.write(
        "schema.sql",
        "\\i part.sql\nCREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);\n",
    );
    project.write(
        "part.sql",
        "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1), (2);\n",
    );
    let words = ["db-migrate", "--db-url", &url, "--init", "schema.sql", "--allow", "all"];
    // Nothing is in it: nobody needs to be asked.
    project
        .run(words)
        .exits(0)
        .answers(&["scratch is what schema.sql says"])
        .says(&["2 seed rows written"]);
    assert_eq!(project.sql_on("scratch", "SELECT count(*) FROM a"), "2");
    project.run(words).exits(0).answers(&["nothing to do"]);
    project.write("part.sql", "CREATE TABLE a (id bigint PRIMARY KEY, note text);\n");
    project.run(words).exits(3).says(&["there is no terminal"]);
    project.tool(words).arg("--yes").run().exits(0).never_says(&[&project.password()]);
    assert_eq!(project.sql_on("scratch", "SELECT string_agg(id::text, ',') FROM a"), "1,2");
    project.run(["db-diff", "--db-url", &url]).exits(2);
}

#[test]
fn a_killed_run_is_finished_by_the_next() {
    let Some(project) = Project::with_database() else { return };
    let table = "CREATE TABLE IF NOT EXISTS slow_rows (";
    let made = format!("{table}\n    id bigint PRIMARY KEY\n);\n");
    project.edit_init(CONFIG, &format!("{made}{CONFIG}"));
    project.run(["db-migrate", "--yes"]).exits(0);
    project.slow_rows();
    let column = "-- @backfill 'n/a' batch=5\n    note text NOT NULL,";
    project.edit_init(table, &format!("CREATE TABLE first_made (id int);\n{table}\n    {column}"));
    let comment = "COMMENT ON TABLE event_config IS";
    project.edit_init(comment, &format!("CREATE INDEX idx_note ON slow_rows (note);\n\n{comment}"));
    let mut running = project.tool(["db-migrate", "--yes", "-v"]).start();
    assert!(running.hears("steps 1") || running.hears("step 1"), "never began");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    running.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'xtask/apply'");
    project.run(["status"]).exits(2).answers(&["was stopped during `apply`"]);
    let resumed = project.run(["db-migrate", "--yes", "--resume"]).exits(0);
    resumed.says(&["the run of ", "was killed"]);
    project.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
    assert_eq!(project.sql("SELECT count(*) FROM slow_rows WHERE note IS NULL"), "0");
    assert_eq!(project.sql("SELECT count(*) FROM slow_rows"), "30");
    assert_eq!(project.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
    assert_eq!(project.sql("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'xtask%'"), "0");
    project.is_tidy();
}

#[test]
fn a_lock_that_is_not_to_be_had_is_told_with_its_holder() {
    let Some(project) = Project::with_database() else { return };
    add_rank(&project);
    project.run(["db-diff"]).exits(2);
    let held = "BEGIN; LOCK TABLE event_config IN ACCESS SHARE MODE; SELECT pg_sleep(600)";
    let holder = project.psql_on(DATABASE).args(["-c", held]).start();
    crate::tool::wait_until("the lock is held", || {
        (project.sql("SELECT count(*) FROM pg_locks WHERE relation = 'event_config'::regclass")
            != "0")
            .then_some(())
    });
    let mut running = project.tool(["db-migrate", "--yes", "-v"]).start();
    assert!(running.hears("step 1"), "never began");
    std::thread::sleep(std::time::Duration::from_secs(3));
    // Nobody else waits behind us for long.
    project.sql("SELECT count(*) FROM event_config");
    running.signal(Signal::SIGINT);
    let ended = running.finish();
    assert_eq!(ended.code, 130, "{}", ended.whole());
    assert!(!project.has_column("rank"));
    holder.kill();
    project.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()");
    project.run(["db-migrate", "--yes"]).exits(0);
    assert!(project.has_column("rank"));
}

#[test]
fn no_scratch_database_outlives_a_run_that_was_stopped() {
    let Some(project) = Project::with_database() else { return };
    add_rank(&project);
    let clones = "SELECT count(*) FROM pg_database WHERE datname LIKE 'xtask_clone_%'";
    let running = project.tool(["db-diff"]).start();
    crate::tool::wait_until("a clone is made", || (project.sql(clones) != "0").then_some(()));
    running.signal(Signal::SIGINT);
    let ended = running.finish();
    assert_eq!(ended.code, 130, "{}", ended.whole());
    assert_eq!(project.sql(clones), "0");
    // And of one that was killed, the next run drops it.
    let running = project.tool(["db-diff"]).start();
    crate::tool::wait_until("a clone is made", || (project.sql(clones) != "0").then_some(()));
    running.kill();
    project.run(["db-diff"]).exits(2);
    assert_eq!(project.sql(clones), "0");
}

#[test]
fn a_new_type_leaves_the_planner_what_it_knew() {
    let Some(project) = Project::with_database() else { return };
    project.sql(
        "INSERT INTO channels (telegram_id, name) SELECT i, 'name ' || i FROM generate_series(1, 200) i",
    );
    project.sql("ANALYZE channels");
    let known = "SELECT n_distinct FROM pg_stats WHERE tablename = 'channels' AND attname = 'name'";
    assert_eq!(project.sql(known), "-1");
    let column = "    name                         varchar";
    project.edit_init(&format!("{column}(255)"), &format!("{column}(300)"));
    project.run(["db-migrate", "--yes"]).exits(0).says(&["analyze", "1 table"]);
    assert_eq!(project.sql(known), "-1");
    // What changes no value leaves nothing to gather.
    let comment = "COMMENT ON COLUMN channels.name IS 'what it is called';";
    project.write(INIT, format!("{}\n{comment}\n", project.read(INIT)));
    project.run(["db-migrate", "--yes"]).exits(0).never_says(&["analyze"]);
}

/// The same tables in the database and in the file.
fn declare(project: &Project, tables: &str) -> String {
    let init = project.read(INIT);
    project.sql(tables);
    project.write(INIT, format!("{init}\n{tables}\n"));
    init
}

#[test]
fn a_list_over_varchar_is_the_same_in_other_words() {
    let Some(project) = Project::with_database() else { return };
    let tables = |size: u32| {
        format!(
            "CREATE TABLE listed (id int PRIMARY KEY, s varchar({size}) CHECK (s IN ('x', 'y')));
             CREATE UNIQUE INDEX listed_s ON listed (s) WHERE s IN ('x', 'y');
             CREATE VIEW listing AS SELECT id FROM listed WHERE s IN ('x', 'y');"
        )
    };
    let init = declare(&project, &tables(5));
    project.sql("INSERT INTO listed VALUES (1, 'x')");
    project.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
    // The clone of the schema and the new type both have them read again.
    project.write(INIT, format!("{init}\n{}\n", tables(9)));
    project.run(["db-migrate", "--yes"]).exits(0);
    project.run(["db-diff"]).exits(0).answers(&["nothing to do"]);
    project.run(["db-verify"]).exits(0);
    assert_eq!(project.sql("SELECT s FROM listed"), "x");
}

#[test]
fn rows_in_other_tables_lose_nothing_without_a_word() {
    let Some(project) = Project::with_database() else { return };
    let tables = |scale: u32| {
        format!(
            "CREATE TABLE priced (id int, price numeric(10,{scale}));
             CREATE TABLE keeps (id int PRIMARY KEY, one priced);"
        )
    };
    let init = declare(&project, &tables(4));
    project.sql("INSERT INTO keeps VALUES (1, ROW(1, 1.2345))");
    project.write(INIT, format!("{init}\n{}\n", tables(2)));
    let says = "data-loss: column public.keeps.one: rows in column public.keeps.one lose digits";
    project.run(["db-migrate", "--yes"]).exits(3).says(&[says]);
    assert_eq!(project.sql("SELECT (one).price FROM keeps"), "1.2345");
    project.write(INIT, format!("{init}\n{}\n", tables(6)));
    project.run(["db-migrate", "--yes"]).exits(0);
    assert_eq!(project.sql("SELECT (one).price FROM keeps"), "1.234500");
}
