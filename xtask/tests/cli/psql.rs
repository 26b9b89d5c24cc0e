//! `psql`: the server's own, on the target's database, with its own words.

use crate::stage::Project;

#[test]
fn psql_answers_for_itself() {
    let Some(project) = Project::with_database() else { return };
    let ended = project.run(["psql", "--", "-XAtc", "select 1"]).exits(0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("1\n", ""));
    project
        .run(["psql", "--", "-XAtc", "select current_database(), current_user"])
        .exits(0)
        .answers(&["osint_platform|osint_user"]);
    project.write("infrastructure/good.sql", "SELECT 'from a file';\n");
    let inside = project.root.join("infrastructure");
    project
        .tool(["psql", "--", "-XAtf", "good.sql"])
        .dir(&inside)
        .run()
        .exits(0)
        .answers(&["from a file"]);
}

#[test]
fn psqls_numbers_become_ours() {
    let Some(project) = Project::with_database() else { return };
    // 1: psql's own failure; 3: a script stopped at an error.
    project
        .run(["psql", "--", "-XAtc", "select nope"])
        .exits(1)
        .says(&["column \"nope\" does not exist"]);
    project.run(["psql", "--", "-Xf", "gone.sql"]).exits(1);
    project.write("bad.sql", "SELECT nope;\n");
    project.run(["psql", "--", "-X", "-v", "ON_ERROR_STOP=1", "-f", "bad.sql"]).exits(1);
    // 2: no connection, or it broke.
    project.run(["psql", "--", "-X", "-d", "nowhere", "-c", "select 1"]).exits(4);
    let suicide = "select pg_terminate_backend(pg_backend_pid())";
    project.run(["psql", "--", "-XAtc", suicide]).exits(4).says(&["terminating connection"]);
    project.run(["psql", "select 1"]).exits(64).says(&["does not take `select 1`"]);
}
