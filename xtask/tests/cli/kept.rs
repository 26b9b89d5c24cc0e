//! How long a database that was replaced is kept, and who drops it.

use crate::server::DATABASE;
use crate::stage::Project;

/// Databases that a swap kept, oldest first.
fn kept(project: &Project) -> Vec<String> {
    let sql = format!(
        "SELECT datname FROM pg_database WHERE datname LIKE '{DATABASE}\\_\\_before\\_%' ORDER BY 1"
    );
    project.sql(&sql).lines().map(str::to_owned).collect()
}

#[test]
fn what_was_replaced_is_kept_for_its_time_and_then_told() {
    let Some(project) = Project::with_database() else { return };
    for _ in 0..2 {
        project.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    }
    project.run(["status"]).exits(0).answers(&["kept       osint_platform__before_", ", 0 min)"]);
    let forget = ["db-rebuild", "--forget", "--overdue", "--yes"];
    project.run(forget).exits(0).answers(&["none of 2 kept databases is overdue"]);
    // As if one of them had been replaced eight days ago.
    let [first, second] = kept(&project).try_into().expect("two");
    let then = project.sql(
        "SELECT to_char((now() - '8 days'::interval) AT TIME ZONE 'UTC', 'YYYYMMDD\"t\"HH24MISS')",
    );
    let old = format!("{DATABASE}__before_{then}000z");
    project.sql_on("postgres", &format!("ALTER DATABASE \"{first}\" RENAME TO \"{old}\""));
    project.run(["status"]).exits(2).answers(&[
        &old,
        "8 days): longer than `keep-replaced` says",
        "next: cargo xtask db-rebuild --forget --overdue",
    ]);
    let manifest = project.read("Cargo.toml");
    let with = |time: &str| {
        manifest.replace("keep-replaced = \"7d\"", &format!("keep-replaced = \"{time}\""))
    };
    for time in ["no", "9d"] {
        project.write("Cargo.toml", with(time));
        project.run(["status"]).exits(0);
        project.run(forget).exits(0).answers(&["none of 2 kept databases is overdue"]);
    }
    project.write("Cargo.toml", with("a while"));
    project.run(["status"]).exits(2).answers(&["`keep-replaced` in Cargo.toml is like 26h or 7d"]);
    project.run(forget).exits(64).says(&["`keep-replaced` in Cargo.toml is like 26h or 7d"]);
    project.write("Cargo.toml", manifest);
    project.run(["db-rebuild", "--forget", "--overdue"]).exits(3).says(&[&old, "`--yes`"]);
    project.run(forget).exits(0).answers(&[&format!("dropped: {old}")]);
    assert_eq!(kept(&project), [second]);
    project.run(["db-rebuild", "--overdue"]).exits(64).says(&["--overdue goes with --forget"]);
    project.run(["status"]).exits(0);
}
