//! What psql would understand, and PostgreSQL does not.

use super::*;

#[test]
fn harmless_commands_are_left_out_and_told() {
    let text = "\\echo it's fine\n\\set ON_ERROR_STOP on\n\\set QUIET 1\n\\pset format unaligned\n\
        \\timing\n\\restrict AbC\n\\unset x\n\\dt+\n\\encoding UTF8\n\\set AUTOCOMMIT on\n\
        CREATE TABLE a (\\echo here\n b int); \\echo there\\\\ SELECT 1;\n\\unrestrict AbC\n";
    let declared = read_one(text);
    let kept: Vec<&str> = declared.text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(kept, ["CREATE TABLE a (", " b int);  SELECT 1;"]);
    assert_eq!(declared.notes.len(), 13);
    assert!(declared.notes.iter().all(|note| note.kind == NoteKind::DroppedCommand));
    assert_eq!(
        declared.notes[10].to_string(),
        "init.sql:11:17: `\\echo` is a command of psql: left out"
    );
    // Lines stay lines.
    let at = declared.text.find("SELECT").expect("there");
    assert_eq!(declared.map.locate(at).expect("a place").to_string(), "init.sql:12:24");
}

#[test]
fn other_commands_are_refused_with_what_to_do() {
    let cases = [
        ("\\connect other", "1:1: `\\connect` is a command of psql", "take it away: one file"),
        ("A;\n \\copy a FROM 'x' \\ y", "2:2: `\\copy` is a command of psql", "write the rows"),
        ("SELECT 'a' \\gexec", "1:12: `\\gexec` is a command of psql", "write the statements"),
        ("SELECT 1 \\g", "1:10: `\\g` is a command of psql", "end the statement with `;`"),
        ("SELECT 1\\; SELECT 2;", "1:9: `\\;` is a command of psql", "write `;`"),
        ("\\if :x", "1:1: `\\if` is a command of psql", "take the condition away"),
        ("\\!rm -rf x", "1:1: `\\!rm` is a command of psql", "take it away: the file runs no"),
        ("\\set x 1", "1:1: `\\set x` makes a variable of psql", "write the value itself"),
        ("\\set AUTOCOMMIT off", "1:1: `\\set AUTOCOMMIT` off", "write BEGIN and COMMIT"),
        ("\\encoding latin1", "1:1: the file is read as UTF-8", "convert it"),
        ("\\i", "1:1: `\\i` names no file", "write the path"),
        ("\\ir ''", "1:1: `\\ir` names no file", "write the path"),
        ("\\i -", "1:1: `\\i -` reads what is typed", "write the path"),
        ("\\i ~/a.sql", "1:1: `~/a.sql` is in somebody's home", "keep the file"),
        ("\\i :dir/a.sql", "1:1: the path of `\\i` is made of a variable", "write the path"),
        ("\\i `ls`", "1:1: the path of `\\i` is made of a variable", "write the path"),
        ("\\i a b.sql", "1:1: `\\i` takes one path, and `b.sql`", "quote a path with blanks"),
        ("\\nosuch", "1:1: `\\nosuch` is a command of psql", "take it away"),
        ("\\", "1:1: `\\` is a command of psql", "take it away"),
        ("SELECT :x", "1:8: `:x` is a variable of psql", "write the value itself"),
        ("SELECT :'x y'", "1:8: `:'x y'` is a variable of psql", "write the value itself"),
        ("SELECT :\"x\"", "1:8: `:\"x\"` is a variable of psql", "write the value itself"),
        ("SELECT :{?x}", "1:8: `:{` is a variable of psql", "write the value itself"),
        ("COPY a TO STDOUT;", "1:1: COPY ... TO stdout sends rows", "take it away"),
    ];
    for (text, message, hint) in cases {
        let found = read_all(&[("init.sql", text)]).expect_err("is refused");
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        let told = found[0].to_string();
        assert!(told.starts_with(&format!("init.sql:{message}")), "{text}: {told}");
        let hinted = found[0].hint.as_deref().unwrap_or_default();
        assert!(hinted.starts_with(hint), "{text}: {hinted}");
    }
}

#[test]
fn colons_that_are_operators_stay() {
    let text =
        "SELECT a::int, b[1:x], b[:x], c := 1, JSON_OBJECT('a':x, 'b' :'y'), ':z', $$:w$$ -- :v\n";
    assert_eq!(read_one(text).text, text);
    assert_eq!(errors("SELECT b[1:2], JSON_OBJECT('a':(:x))").len(), 1);
}

#[test]
fn rows_of_copy_are_no_statements() {
    let text = "COPY a (b) FROM stdin;\n1\tit's\n\\N\t(\n\\.\nSELECT :x;\nCOPY a FROM STDIN WITH (FORMAT csv);\n'";
    assert_eq!(
        errors(text),
        [
            "1:1: COPY ... FROM stdin reads rows that only psql can send",
            "5:8: `:x` is a variable of psql: the file is run without psql",
            "6:1: COPY ... FROM stdin reads rows that only psql can send",
        ]
    );
    assert_eq!(errors("copy a from stdin;\r\n'\r\n\\.\r\nA '").len(), 2);
    assert_eq!(errors("copy a from stdin;").len(), 1);
    assert_eq!(errors("copy a from stdin").len(), 1);
}

#[test]
fn what_pg_dump_writes_reads() {
    let text = "--\n-- PostgreSQL database dump\n--\n\n\\restrict aB3\n\nSET statement_timeout = 0;\n\
        SELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\n\
        CREATE TABLE public.a (\n    b integer NOT NULL\n);\n\n\\unrestrict aB3\n";
    let declared = read_one(text);
    assert_eq!(declared.notes.len(), 2);
    assert!(!declared.text.contains('\\'));
}

#[test]
fn backslashes_in_quotes_and_comments_are_none_of_psqls() {
    let text = "SELECT '\\i x', \"\\i\", $$\\i$$; -- \\i x\n/* \\i x */";
    assert_eq!(read_one(text).text, text);
}
