//! An init.sql that cannot be read as a text: told before anything starts.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::stage::{INIT, Project, is_root};
use crate::tool::{Ended, copy_binary};

/// Nothing was begun: no home, no choice noted.
#[track_caller]
fn refused(project: &Project) -> Ended {
    for command in ["db-verify", "db-rebuild"] {
        project.run([command]).exits(1).answers_nothing();
    }
    assert!(!project.home().exists(), "a home was made");
    assert!(!project.root.join(".xtask").exists(), "something was noted");
    project.run(["db-rebuild"])
}

#[test]
fn a_missing_file() {
    let project = Project::new();
    fs::remove_file(project.root.join(INIT)).expect("was there");
    refused(&project).says(&["init.sql` is missing", "hint: bring it back: `git checkout -- "]);
}

#[test]
fn a_directory_in_its_place() {
    let project = Project::new();
    fs::remove_file(project.root.join(INIT)).expect("was there");
    fs::create_dir(project.root.join(INIT)).expect("a folder");
    refused(&project).says(&["init.sql` is a directory", "hint: Docker makes one", "rmdir "]);
}

#[test]
fn an_unreadable_file() {
    let project = Project::new();
    let path = project.root.join(INIT);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("ours");
    if !is_root() {
        refused(&project).says(&["init.sql` is not readable", "chmod 644"]);
        return;
    }
    // root reads everything: somebody else must ask, with a binary that they
    // can reach.
    let binary = project.temp().join("xtask");
    copy_binary(&binary);
    crate::tool::Tool::new(&binary, &project.root)
        .args(["db-rebuild", "--target", "local"])
        .by(65534, 65534)
        .run()
        .exits(1)
        .answers_nothing()
        .says(&["init.sql` is not readable", "hint: let it be read: `chmod 644 "]);
}

#[test]
fn bytes_that_are_no_sql_text() {
    let project = Project::new();
    let text = project.read(INIT);
    let cases: [(&str, Vec<u8>, &[&str]); 6] = [
        ("CRLF", text.replace('\n', "\r\n").into_bytes(), &["CRLF line ends", "init.sql:1:"]),
        ("BOM", format!("\u{feff}{text}").into_bytes(), &["byte order mark", "hint: take it away"]),
        (
            "not UTF-8",
            b"SELECT 1;\nSELECT '\xcf\xf0';\n".to_vec(),
            &["not UTF-8 (byte 0xcf)", "init.sql:2:9", "iconv"],
        ),
        ("NUL", b"SELECT 1;\nSELECT 'a\0';\n".to_vec(), &["a NUL byte", "init.sql:2:10"]),
        ("empty", Vec::new(), &["init.sql` is empty", "git checkout"]),
        ("blank", b" \n\t\n".to_vec(), &["init.sql` is empty"]),
    ];
    for (name, bytes, words) in cases {
        project.write(INIT, bytes);
        let ended = refused(&project).says(words).says(&["hint: "]);
        assert!(!ended.stderr.contains("panicked"), "{name}");
    }
}
