//! `rollback`: every way back, what it refuses, and that it can be taken back
//! itself.

mod damaged;

mod killed;

mod migrations;

mod stopped;

mod swaps;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::server::DATABASE;
use crate::stage::{INIT, Project};
use crate::tool::Tool;

const CONFIG: &str = "CREATE TABLE IF NOT EXISTS event_config (";
const MODEL: &str = "shared/python/models/config.py";

fn git(project: &Project, words: &[&str]) -> String {
    let who = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
    let git = Tool::new("git", &project.root).args(who).args(words);
    git.run().exits(0).stdout.trim().to_owned()
}

fn commit(project: &Project, words: &str) -> String {
    git(project, &["add", INIT, "shared/python/models"]);
    git(project, &["commit", "-q", "-m", words]);
    git(project, &["rev-parse", "HEAD"])
}

/// A served database whose code is in a commit, and is known to belong to it.
fn committed() -> Option<Project> {
    let project = Project::with_database()?;
    fs::create_dir_all(project.root.join("shared/python/models")).expect("ours");
    project.write(MODEL, "# as it was\n");
    git(&project, &["init", "-q"]);
    commit(&project, "first");
    project.run(["db-verify"]).exits(0);
    Some(project)
}

/// One column more, in the file, the model and the database.
fn with_rank() -> Option<Project> {
    let project = committed()?;
    project.insert_row("mine");
    project.edit_init(CONFIG, &format!("{CONFIG}\n    rank integer,"));
    project.write(MODEL, "# with a rank\n");
    commit(&project, "rank");
    project.run(["db-migrate", "--yes"]).exits(0);
    assert!(has_rank(&project));
    Some(project)
}

#[track_caller]
fn has_rank(project: &Project) -> bool {
    let sql = "SELECT count(*) FROM information_schema.columns \
               WHERE table_name = 'event_config' AND column_name = 'rank'";
    project.sql(sql) == "1"
}

#[track_caller]
fn kept(project: &Project, word: &str) -> Vec<String> {
    let sql = format!(
        "SELECT datname FROM pg_database WHERE datname LIKE '{DATABASE}__{word}_%' ORDER BY 1"
    );
    project.sql(&sql).lines().map(str::to_owned).collect()
}

/// A database from a swap: `mine` is in the one that was set aside.
fn swapped() -> Option<Project> {
    let project = Project::with_database()?;
    project.insert_row("mine");
    project.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    assert!(!project.has_row("mine"));
    Some(project)
}

/// Everything a rollback could change.
#[track_caller]
fn everything(project: &Project) -> (String, BTreeMap<String, String>) {
    let databases = project.sql("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname NOT LIKE 'xtask_shadow%'");
    let schema = project.sql("SELECT md5(string_agg(attrelid::regclass || attname, ' ' ORDER BY attrelid, attnum)) FROM pg_attribute WHERE attrelid >= 16384");
    let mut files = BTreeMap::new();
    for dir in [".xtask/ways", "infrastructure/postgres", "shared", "backups"] {
        read(&project.root.join(dir), &mut files);
    }
    (format!("{databases} {schema} {}", project.identity()), files)
}

fn read(dir: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => read(&entry.path(), files),
            false => {
                let bytes = fs::read(entry.path()).expect("is there");
                let text = String::from_utf8_lossy(&bytes).into_owned();
                files.insert(entry.path().display().to_string(), text);
            }
        }
    }
}
