//! What a database may be beside its tables, through both ways: its name, its
//! encoding and locale, how its files are copied.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::between::{PLAIN, There, path};
use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::{Ended, skip};

const BEFORE: &str = include_str!("odd_before.sql");
const ARE: &str = include_str!("odd_are.sql");
/// No name that people give, and every one that a server takes.
const NAME: &str = "it's \"odd\"\nname";
/// What tells that init.sql came to its end.
const END: &str = "CREATE FUNCTION public.schema_ready() RETURNS boolean LANGUAGE sql AS 'SELECT true';\nCOMMIT;\n";
/// A file that no table of the database has.
const SWOLLEN: &str = "999999";
const WAYS: [&str; 2] = ["clone", "copy"];

/// A database of this name beside the project's, in another encoding and with
/// another locale than init.sql would be given by the server.
fn latin(project: &Project) -> String {
    let quoted = NAME.replace('"', "\"\"");
    project.sql_on(
        "postgres",
        &format!("CREATE DATABASE \"{quoted}\" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"),
    );
    project.sql_on(NAME, BEFORE);
    project.sql_on(NAME, END.trim_end_matches("COMMIT;\n"));
    let name = "it%27s%20%22odd%22%0Aname";
    project.url().replace(&format!("/{DATABASE}"), &format!("/{name}"))
}

#[track_caller]
fn keep(project: &Project, url: &str, way: &str) -> Ended {
    let words = ["db-rebuild", "--keep-data", "--yes", "--explain", "--way"];
    project.tool(words).args([way, "--db-url", url]).run()
}

#[test]
fn name_encoding_and_locale_stay_on_both_ways() {
    let Some(project) = Project::with_database() else { return };
    let url = latin(&project);
    let before = project.sql_on(NAME, ARE);
    assert!(before.starts_with("LATIN1|C|C|"), "{before}");
    for (index, way) in WAYS.into_iter().enumerate() {
        let column = format!("\"new\n{index}\" integer");
        let declared = BEFORE.replace("-- one more", &format!("{column}, -- one more"));
        let declared = declared.split("-- rows").next().expect("a first part").to_owned();
        project.write(INIT, format!("BEGIN;\n{declared}{END}"));
        let served = project.sql_on("postgres", "SELECT max(oid) FROM pg_database");
        keep(&project, &url, way).exits(0);
        assert_eq!(project.sql_on(NAME, ARE), before, "{way}");
        let now = "SELECT oid > $1 FROM pg_database WHERE datname = current_database()";
        assert_eq!(project.sql_on(NAME, &now.replace("$1", &served)), "t", "{way}");
    }
}

#[test]
fn an_extension_that_is_not_to_be_had_stops_it_before_anybody_waits() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let served = project.identity();
    let end = super::END;
    project.edit_init(end, &format!("CREATE EXTENSION nowhere_to_be_had;\n{end}"));
    for way in WAYS {
        let ended = project.run(["db-rebuild", "--keep-data", "--yes", "--way", way]).exits(1);
        ended.answers_nothing().says(&["nowhere_to_be_had", "init.sql:"]);
        assert_eq!(project.identity(), served);
        assert!(project.has_row("mine"));
        assert_eq!(super::beside(&project, "new"), Vec::<String>::new());
        project.is_tidy();
    }
}

/// As if the served database had this many megabytes more: the server adds up
/// what lies in its folder.
fn swell(data: &Path, oid: &str, megabytes: u64) {
    let file = File::create(data.join("base").join(oid).join(SWOLLEN)).expect("root, or ours");
    file.set_len(megabytes << 20).expect("holes take no room");
}

/// The copy has it too, and it is full of nothing.
fn shrink(data: &Path) {
    for entry in fs::read_dir(data.join("base")).expect("is there").flatten() {
        let _ = fs::remove_file(entry.path().join(SWOLLEN));
    }
}

#[test]
fn files_are_copied_as_fits_their_size() {
    let Some(project) = Project::with_database() else { return };
    let data = project.home().join("data");
    let runs =
        [(1, "wal_log", "copied through the log"), (600, "file_copy", "copied file by file")];
    for (megabytes, strategy, story) in runs {
        super::declare_column(&project, strategy);
        let oid = "SELECT oid FROM pg_database WHERE datname = current_database()";
        swell(&data, &project.sql(oid), megabytes);
        let ended = project.run(["db-rebuild", "--keep-data", "--yes", "--explain"]).exits(0);
        shrink(&data);
        ended.says(&[&format!("STRATEGY {strategy};"), story]);
        assert!(project.has_column(strategy));
    }
}

#[test]
fn a_server_that_can_share_files_is_asked_to() {
    let more = std::env::var_os("XTASK_TEST_SERVERS").unwrap_or_default();
    let is_18 =
        |bin: &PathBuf| bin.join("initdb").is_file() && bin.display().to_string().contains("18");
    let Some(newer) = std::env::split_paths(&more).find(is_18) else {
        return skip("XTASK_TEST_SERVERS names no PostgreSQL 18");
    };
    let Some(project) = Project::with_server_programs() else { return };
    let there = There::start(&project, &newer);
    there.sql_on("postgres", &format!("CREATE DATABASE {DATABASE}"));
    there.sql(&PLAIN.replace("BEGIN;", "").replace("COMMIT;", ""));
    let data = there.home.join("data");
    let asked = "SET file_copy_method = clone";
    for (megabytes, strategy) in [(1, "wal_log"), (600, "file_copy")] {
        let table = "CREATE TABLE event_config (";
        let init = PLAIN.replace(table, &format!("{table}\n    {strategy} text,"));
        let init =
            if megabytes > 1 { init.replace(strategy, "wal_log text, file_copy") } else { init };
        project.write(INIT, init);
        let oid = "SELECT oid FROM pg_database WHERE datname = current_database()";
        swell(&data, &there.sql(oid), megabytes);
        let words = ["db-rebuild", "--keep-data", "--yes", "--explain", "--db-url"];
        let ended = project.tool(words).arg(there.url()).env("PATH", path(&there)).run().exits(0);
        shrink(&data);
        ended.says(&[&format!("STRATEGY {strategy};")]);
        let log = fs::read_to_string(there.home.join("log")).expect("is written");
        assert_eq!(log.contains(asked), strategy == "file_copy");
        there.sql(&format!("SELECT {strategy} FROM event_config"));
    }
}
