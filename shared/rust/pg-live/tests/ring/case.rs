//! A case: two schemas, and the roles they need.

use std::fs;
use std::path::{Path, PathBuf};

use super::engine::Told;

#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// Run once before, in the server's own database.
    pub roles: String,
    pub old: String,
    pub new: String,
    /// The oldest major version that can have it.
    pub since: u32,
    pub told: Told,
    /// The plan back cannot restore it: then it only must not fail for want
    /// of order.
    pub one_way: bool,
}

/// Every folder below `root` that holds an `old.sql` and a `new.sql`, by name.
pub fn read_all(root: &Path) -> Vec<Case> {
    let mut folders = Vec::new();
    collect(root, &mut folders);
    folders.sort();
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    folders
        .into_iter()
        .map(|folder| Case {
            name: folder.strip_prefix(root).expect("below").display().to_string(),
            roles: read(folder.join("roles.sql")),
            old: read(folder.join("old.sql")),
            new: read(folder.join("new.sql")),
            since: since(&read(folder.join("versions"))),
            told: Told::Online,
            one_way: folder.join("one_way").is_file(),
        })
        .collect()
}

/// A number on a line of its own; other words say what else a server needs,
/// and are found by the server itself.
fn since(versions: &str) -> u32 {
    versions.lines().find_map(|line| line.trim().parse().ok()).unwrap_or(0)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("old.sql").is_file() && folder.join("new.sql").is_file() {
        found.push(folder.to_owned());
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            collect(&entry.path(), found);
        }
    }
}
