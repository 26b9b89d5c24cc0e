//! `test`: pytest on databases of its own.

use crate::platform::Platform;

const RED: &str = "services/processor/tests/test_red.py";

#[test]
fn every_python_test_is_green() {
    let Some(platform) = Platform::stopped() else { return };
    platform.run(["up", "--services", "db"]).exits(0);
    platform.run(["test", "--", "-q", "-n", "2"]).exits(0).answers(&["passed"]);
}

#[test]
fn tests_run_on_databases_of_their_own_and_leave_none_behind() {
    let Some(platform) = Platform::stopped() else { return };
    platform.run(["up", "--services", "db"]).exits(0);
    let models = "shared/python/tests/test_models.py";
    let words = ["test", "--junit", "results.xml", "--", "-q", models];
    platform.run(words).exits(0).answers(&["passed"]);
    assert!(platform.project.read("results.xml").contains("<testsuite"));
    platform.project.sql("CREATE DATABASE osint_test_0123456789ab_deadbeef_main_1");
    platform.run(["test", "--", "--version"]).exits(0).says(&["dropped 1 databases"]);
    let left = "SELECT count(*) FROM pg_database WHERE datname ~ '^osint_test_.*_'";
    assert_eq!(platform.project.sql(left), "0");

    platform.project.write(RED, "def test_red() -> None:\n    assert 1 == 2\n");
    let ended = platform.run(["test", "--json", "--", RED]).exits(1);
    assert_eq!(ended.document()["data"]["pytest"], 1);
    platform.run(["test", "--", "services/none_there.py"]).exits(64);
    platform
        .run(["test", "--", "-k", "no_such_test", models])
        .exits(1)
        .says(&["no test was found"]);
}
