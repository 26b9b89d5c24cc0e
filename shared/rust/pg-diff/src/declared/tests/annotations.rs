//! What annotations say, and what is wrong with them.

use super::*;

fn column(comment: &str) -> Vec<String> {
    bound(&format!("CREATE TABLE t (\n{comment}\na int\n);"))
        .iter()
        .map(|it| it.replacen("column t.a ", "", 1))
        .collect()
}

fn wrong(comment: &str) -> String {
    let found = errors(&format!("CREATE TABLE t (\n{comment}\na int\n);"));
    assert_eq!(found.len(), 1, "{comment}: {found:?}");
    found[0].clone()
}

#[test]
fn each_word_is_read() {
    let cases = [
        ("-- @renamed from=b", "<- b"),
        ("--@renamed   from = B , \"B\" ,\"a \"\"x\"", "<- b, B, a \"x"),
        ("-- @renamed from=b -- in spring", "<- b"),
        ("/* @renamed from=U&\"\\0062\" */", "<- b"),
        ("-- @using a::int", "using a::int"),
        ("-- @using (a -> 'x')::int -- why", "using (a -> 'x')::int"),
        ("-- @using a IS DISTINCT FROM 1", "using a IS DISTINCT FROM 1"),
        ("-- @using (SELECT b FROM c WHERE d)", "using (SELECT b FROM c WHERE d)"),
        ("-- @using coalesce(a /* no; */, 0)", "using coalesce(a , 0)"),
        ("-- @backfill 0", "fill 0 x5000"),
        ("-- @backfill lower(b) batch=100", "fill lower(b) x100"),
        ("-- @backfill b[1:2] batch = 10_000", "fill b[1:2] x10000"),
        ("-- @backfill 'it''s; -- so'", "fill 'it''s; -- so' x5000"),
        ("-- @backfill $$a'$$", "fill $$a'$$ x5000"),
        ("-- @deprecated since=2026-01-01 remove-after=2026-02-28", "2026-01-01..2026-02-28"),
        ("-- @deprecated remove-after=2024-02-29 since=2024-02-29 -- so", "2024-02-29..2024-02-29"),
    ];
    for (comment, said) in cases {
        assert_eq!(column(comment), [said], "{comment}");
    }
    let seeds = [
        ("@seed key=(Code) update=(title,\"Rank\")", "[\"code\"] [\"title\", \"Rank\"]"),
        ("@seed update = ( a ) key=b", "[\"b\"] [\"a\"]"),
        ("@seed update=(a)", "[] [\"a\"]"),
    ];
    for (comment, said) in seeds {
        let found = bound(&format!("-- {comment}\nINSERT INTO s.t (a) VALUES (1);"));
        assert_eq!(found, [format!("rows of table s.t {said}")]);
    }
}

#[test]
fn an_expression_goes_on_until_it_is_complete() {
    let cases = [
        (
            "-- @backfill CASE WHEN b\n--   THEN 1 -- one\n-- ELSE 2 END batch=7",
            "fill CASE WHEN b\nTHEN 1\nELSE 2 END x7",
        ),
        ("-- @using a +\n-- 1\n-- and so on", "using a +\n1"),
        (
            "-- @using f(\n-- a)\n-- @deprecated since=2026-01-01 remove-after=2026-01-01",
            "using f(\na)",
        ),
        ("-- @backfill f(a)\n-- batch=9\n-- remark", "fill f(a) x9"),
        ("/* @using f(\n   * a,\n   b)\n * remark */", "using f(\na,\nb)"),
    ];
    for (comment, said) in cases {
        assert_eq!(column(comment)[0], said, "{comment}");
    }
    let text = "CREATE TABLE t (\n-- @using f(\n--  a)  \na int);";
    let declared = read_one(text);
    let span = &declared.annotations.iter().next().expect("one").span;
    assert_eq!(&text[span.start..span.end], "@using f(\n--  a)");
    assert_eq!(wrong("-- @using f(\n\n-- a)"), "2:4: the expression of `@using` is not complete");
}

#[test]
fn nothing_but_an_expression_passes() {
    let cases = [
        ("0; DROP TABLE t", "a semicolon ends a statement, not an expression"),
        ("0)", "it closes a parenthesis that it does not open"),
        ("(a]", "it closes a parenthesis that it does not open"),
        ("0, b = 1", "a comma ends the expression"),
        ("1 WHERE true", "a clause of a statement begins in it"),
        ("b FROM c", "a clause of a statement begins in it"),
        ("0 \\gexec", "a backslash is no part of an expression"),
        (":x", "a variable of psql is no part of an expression"),
    ];
    for (expression, why) in cases {
        for word in ["using", "backfill"] {
            let message = format!("2:4: the expression of `@{word}` is none: {why}");
            assert_eq!(wrong(&format!("-- @{word} {expression}")), message);
        }
    }
    for expression in ["(", "'a", "$$", "\"a", "/* a", "a ||", "a AND", "CASE WHEN a THEN b"] {
        let message = "2:4: the expression of `@backfill` is not complete";
        assert_eq!(wrong(&format!("-- @backfill {expression}")), message, "{expression}");
    }
    assert_eq!(wrong("-- @backfill"), "2:4: `@backfill` says no expression");
    assert_eq!(wrong("-- @backfill batch=5"), "2:4: `@backfill` says no expression");
    assert_eq!(wrong("-- @using -- b"), "2:4: `@using` says no expression");
}

#[test]
fn what_is_not_understood_is_told() {
    let cases = [
        ("-- @renamed", "`@renamed` says no `from=`"),
        ("-- @renamed b", "`@renamed` says no `from=`"),
        ("-- @renamed from=", "`from=` is followed by no name"),
        ("-- @renamed from=a,", "`from=` is followed by no name"),
        ("-- @renamed from=\"\"", "`from=` is followed by no name"),
        ("-- @renamed from=b c", "`c` is not understood: a remark stands in a comment of its own"),
        ("-- @renamed from=x.b", "the old name of a column has no dot"),
        ("-- @renamed: from=b", "`@renamed` has a blank behind it"),
        ("-- @backfill 0 batch=0", "`batch=0` is no number from 1 to 1000000"),
        ("-- @backfill 0 batch=1e9", "`batch=1e9` is no number from 1 to 1000000"),
        ("-- @deprecated since=2026-01-01", "`@deprecated` says no `remove-after=`"),
        ("-- @deprecated remove-after=2026-01-01", "`@deprecated` says no `since=`"),
        (
            "-- @deprecated since=2026-02-29 remove-after=2026-03-01",
            "`2026-02-29` is no date: write year-month-day, `2026-03-01`",
        ),
        (
            "-- @deprecated since=2026-03-02 remove-after=2026-03-01",
            "`remove-after=2026-03-01` is before `since=2026-03-02`",
        ),
        (
            "-- @deprecated since=é remove-after=b",
            "`é` is no date: write year-month-day, `2026-03-01`",
        ),
        ("-- @seed key=(a)", "`@seed` is about the rows of an INSERT, and this is a column"),
    ];
    for (comment, why) in cases {
        assert_eq!(wrong(comment), format!("2:4: {why}"), "{comment}");
    }
    let seeds = [
        ("@seed", "`@seed` says neither `key=` nor `update=`"),
        ("@seed key", "`key` is followed by no `=`"),
        ("@seed key=", "`key=` is followed by no column"),
        ("@seed key=(a", "the list of `key=` is not closed"),
        ("@seed key=(a,a)", "`key=` names `a` twice"),
        ("@seed key=a key=b", "`key=` is said twice"),
        ("@seed code", "`code` is not understood: a remark stands in a comment of its own"),
        ("@renamed from=b", "`@renamed` is about what can be renamed, and this is a rows of table"),
    ];
    for (comment, why) in seeds {
        let found = errors(&format!("-- {comment}\nINSERT INTO t VALUES (1);"));
        assert_eq!(found, [format!("1:4: {why}")]);
    }
}

#[test]
fn slips_of_the_pen_are_told_and_other_words_are_not() {
    for (word, meant) in [
        ("rename", "renamed"),
        ("renmaed", "renamed"),
        ("Renamed", "renamed"),
        ("usign", "using"),
        ("back-fill", "backfill"),
        ("backfil", "backfill"),
        ("deprecate", "deprecated"),
        ("seeds", "seed"),
    ] {
        let message = format!("2:4: `@{word}` is no annotation: did you mean `@{meant}`?");
        assert_eq!(wrong(&format!("-- @{word} from=b")), message);
    }
    for comment in [
        "-- @param a the first",
        "-- @see the manual",
        "-- @return nothing",
        "-- me@using.example",
        "-- @using.example",
        "-- @keep",
        "-- @",
        "-- @@",
        "-- see @renamed from=b",
        "/* @author me\n * mail: @renamed from=b */",
        "-- @todo: @seed",
    ] {
        assert_eq!(column(comment), [""; 0], "{comment}");
    }
}

#[test]
fn an_annotation_in_a_string_or_a_body_is_none() {
    let text = "COMMENT ON TABLE t IS '\n-- @renamed from=b';\n\
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- @using a\nSELECT 1 $$;";
    assert_eq!(bound(text), [""; 0]);
}

#[test]
fn names_are_read_as_the_server_reads_them() {
    let long = "a".repeat(70);
    let text = format!("CREATE TABLE T{long} (\n\"{long}é\" int -- @renamed from={long}B\n);");
    let declared = read_one(&text);
    let annotation = declared.annotations.iter().next().expect("one");
    let cut = "a".repeat(63);
    assert_eq!(annotation.subject.name, format!("t{}", "a".repeat(62)));
    assert_eq!(annotation.subject.part.as_deref(), Some(cut.as_str()));
    assert_eq!(show(&annotation.kind), format!("<- {cut}"));
}

#[test]
fn dates_are_days_of_the_calendar() {
    for text in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
        assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Some(text));
    }
    for text in [
        "1900-02-29",
        "2026-04-31",
        "2026-00-01",
        "2026-13-01",
        "2026-1-01",
        "0000-01-01",
        "２０２６-01-01",
        "",
    ] {
        assert_eq!(Date::parse(text), None, "{text}");
    }
    assert!(Date::new(2026, 1, 2) > Date::new(2026, 1, 1));
    assert_eq!(Date::new(2026, 3, 1).map(Date::parts), Some((2026, 3, 1)));
}
