//! Files that include each other.

use super::*;

/// The flat text with each line's place.
fn flat(files: &[(&str, &str)]) -> Vec<String> {
    let declared = read_all(files).expect("reads");
    let mut at = 0;
    let mut lines = Vec::new();
    for line in declared.text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            let span = declared.map.locate(at).expect("a place");
            lines.push(format!("{span} {}", line.trim_end()));
        }
        at += line.len();
    }
    lines
}

fn wrong(files: &[(&str, &str)]) -> Vec<String> {
    let errors = read_all(files).expect_err("does not read");
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn included_files_stand_where_they_are_included() {
    let files = [
        ("db/init.sql", "A;\n\\ir parts/a.sql\nB;\n\\i db/parts/b.sql\n\\i parts/c.sql\\\\ D;\nE;"),
        ("db/parts/a.sql", "a1;\n\\ir ../parts/./b.sql \na2"),
        ("db/parts/b.sql", "b1;"),
        ("db/parts/c.sql", "\u{feff}c1 -- end"),
    ];
    let lines = flat(&files);
    let expected = [
        "db/init.sql:1:1 A;",
        "db/parts/a.sql:1:1 a1;",
        "db/parts/b.sql:1:1 b1;",
        "db/parts/a.sql:3:1 a2",
        "db/parts/a.sql:3:3 ;",
        "db/init.sql:3:1 B;",
        "db/parts/b.sql:1:1 b1;",
        "db/parts/c.sql:1:1 c1 -- end",
        "db/parts/c.sql:1:10 ;",
        "db/init.sql:5:17  D;",
        "db/init.sql:6:1 E;",
    ];
    assert_eq!(lines, expected);
    let read = read_all(&files).expect("reads").files;
    assert_eq!(read, ["db/init.sql", "db/parts/a.sql", "db/parts/b.sql", "db/parts/c.sql"]);
}

#[test]
fn the_root_of_the_project_comes_before_the_folder_of_the_file() {
    let both = [("db/init.sql", "\\i a.sql"), ("a.sql", "root;"), ("db/a.sql", "beside;")];
    assert_eq!(flat(&both), ["a.sql:1:1 root;"]);
    let beside = [("db/init.sql", "\\include_relative a.sql"), both[1], both[2]];
    assert_eq!(flat(&beside), ["db/a.sql:1:1 beside;"]);
    let absolute = [("db/init.sql", "\\ir /srv/../a.sql"), ("/a.sql", "root;")];
    assert_eq!(flat(&absolute), ["/a.sql:1:1 root;"]);
}

#[test]
fn paths_are_quoted_as_in_psql() {
    let name = "a b'c.sql";
    for path in ["'a b''c.sql'", "'a\\x20b\\'c.sql'", "a' b''c'.sql", "'a\\40b\\47c.sql';"] {
        let text = format!("\\ir {path}");
        assert_eq!(flat(&[("init.sql", &text), (name, "A;")]), ["a b'c.sql:1:1 A;"], "{path}");
    }
    let double = [("init.sql", "\\i \"a b.sql\" -- psql keeps the quotes"), ("\"a b.sql\"", "A;")];
    assert_eq!(flat(&double), ["\"a b.sql\":1:1 A;"]);
}

#[test]
fn an_open_statement_ends_with_its_file() {
    let files =
        [("init.sql", "\\i a.sql\nB;"), ("a.sql", "CREATE TABLE a (b int) -- @deprecated x")];
    let errors = wrong(&files);
    assert_eq!(errors, ["a.sql:1:27: `x` is not understood"]);
    let quoted = [("init.sql", "\\i a.sql\nB;"), ("a.sql", "SELECT 'a")];
    assert_eq!(wrong(&quoted), ["a.sql:1:8: this string is never closed"]);
}

#[test]
fn circles_and_depths_are_told() {
    let circle = [("a.sql", "\n\\ir b.sql"), ("b.sql", " \\ir c.sql"), ("c.sql", "\\ir ./a.sql")];
    let message = "c.sql:1:1: the files include each other: a.sql → b.sql → c.sql → a.sql";
    assert_eq!(wrong(&circle), [message]);
    let own = [("a.sql", "\\i a.sql")];
    assert_eq!(wrong(&own), ["a.sql:1:1: the files include each other: a.sql → a.sql"]);

    let mut load = |path: &str| {
        let depth: usize = path.trim_end_matches(".sql").parse().map_err(|_| "no".to_owned())?;
        Ok(format!("\\i {}.sql", depth + 1))
    };
    let errors = read("0.sql", &mut load).expect_err("too deep");
    assert_eq!(errors[0].to_string(), "31.sql:1:1: more than 32 files are included in each other");
}

#[test]
fn files_that_double_each_other_end() {
    let mut load = |path: &str| {
        let depth: usize = path.trim_end_matches(".sql").parse().map_err(|_| "no".to_owned())?;
        let next = depth + 1;
        Ok(if depth < 30 { format!("\\i {next}.sql\n\\i {next}.sql\n") } else { "A;".to_owned() })
    };
    let errors = read("0.sql", &mut load).expect_err("too much");
    assert_eq!(errors[0].kind, DeclaredErrorKind::Include);
    assert!(errors[0].message.starts_with("the files include too much"));
}

#[test]
fn a_missing_file_is_told_with_both_places() {
    let text = "A;\n  \\i parts/a.sql";
    let message = "db/init.sql:2:3: `parts/a.sql` is missing; `db/parts/a.sql` is missing";
    assert_eq!(wrong(&[("db/init.sql", text)]), [message]);
    assert_eq!(wrong(&[("db/init.sql", "\\ir a.sql")]), ["db/init.sql:1:1: `db/a.sql` is missing"]);
    let errors = read("x.sql", &mut |_| Err("it is not there".to_owned())).expect_err("missing");
    assert_eq!(errors[0].to_string(), "x.sql:1:1: it is not there");
    assert_eq!(errors[0].kind, DeclaredErrorKind::File);
}

#[test]
fn nothing_is_included_in_the_middle_of_a_statement() {
    let files = [("init.sql", "SELECT\n\\i a.sql\n;"), ("a.sql", "1")];
    assert_eq!(wrong(&files), ["init.sql:2:1: a file is included in the middle of a statement"]);
}

#[test]
fn a_search_path_reaches_into_included_files_and_out_of_them() {
    let files = [
        (
            "init.sql",
            "SET search_path = a, \"B\";\n\\i a.sql\n-- @deprecated since=2026-01-01 remove-after=2026-01-02\nCREATE TABLE t ();",
        ),
        ("a.sql", "-- @renamed from=y\nCREATE TABLE x (); SET LOCAL search_path TO 'c'"),
    ];
    let declared = read_all(&files).expect("reads");
    let paths: Vec<&[String]> =
        declared.annotations.iter().map(|it| &*it.subject.search_path).collect();
    assert_eq!(paths, [&["a".to_owned(), "B".to_owned()][..], &["c".to_owned()][..]]);
}

#[test]
fn an_annotation_is_not_about_what_another_file_makes() {
    let files = [
        ("init.sql", "-- @renamed from=y\n\\i a.sql\nCREATE TABLE z ();"),
        ("a.sql", "CREATE TABLE x ();"),
    ];
    let message = "init.sql:1:4: `@renamed` is followed by nothing that it could be about";
    assert_eq!(wrong(&files), [message]);
}
