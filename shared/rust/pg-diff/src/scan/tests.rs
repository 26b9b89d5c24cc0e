//! Texts that fool a splitter on semicolons.

use super::*;

fn split(sql: &str) -> Vec<&str> {
    starts(sql).into_iter().map(|at| sql[at..].split_whitespace().next().unwrap_or("")).collect()
}

fn texts(sql: &str) -> Vec<&str> {
    Lexer::new(sql).map(|token| token.text(sql)).collect()
}

fn kinds(sql: &str) -> Vec<TokenKind> {
    Lexer::new(sql).map(|token| token.kind).collect()
}

#[test]
fn quotes_comments_and_dollars_hide_semicolons() {
    let sql = "-- a; b\nSELECT ';' /* ; /* ; */ ; */;\nDO $x$ BEGIN; END $x$;\n\
               insert into \"a;b\" values (E'\\';');;\nupdate t";
    assert_eq!(split(sql), ["SELECT", "DO", "insert", "update"]);
}

#[test]
fn atomic_bodies_are_one_statement() {
    let sql = "BEGIN; CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC \
               SELECT CASE WHEN true THEN 1 END; SELECT (CASE WHEN a THEN 2 END); END; COMMIT;";
    assert_eq!(split(sql), ["BEGIN;", "CREATE", "COMMIT;"]);
    assert_eq!(split("CREATE PROCEDURE p() BEGIN ATOMIC END; A"), ["CREATE", "A"]);
    assert_eq!(split("CREATE FUNCTION begin() RETURNS int RETURN 1; A"), ["CREATE", "A"]);
    assert_eq!(split("CREATE TABLE begin (atomic int); END; A"), ["CREATE", "END;", "A"]);
}

#[test]
fn a_rule_with_several_actions_is_one_statement() {
    assert_eq!(split("CREATE RULE r AS ON INSERT TO t DO (A; B); C"), ["CREATE", "C"]);
}

#[test]
fn an_unclosed_quote_runs_to_the_end() {
    assert_eq!(split("SELECT 1; SELECT 'open; SELECT 2"), ["SELECT", "SELECT"]);
    for (sql, what) in [
        ("'a''", Unclosed::Text),
        ("E'a\\'", Unclosed::Text),
        ("E'a\\", Unclosed::Text),
        ("U&'a", Unclosed::Text),
        ("$a$ $b$ $$", Unclosed::DollarText),
        ("\"a\"\"", Unclosed::QuotedName),
        ("u&\"", Unclosed::QuotedName),
        ("/* /* */", Unclosed::BlockComment),
        ("/*/", Unclosed::BlockComment),
        ("/* *", Unclosed::BlockComment),
    ] {
        let last = Lexer::new(sql).last().map(|token| (token.kind, token.end));
        assert_eq!(last, Some((TokenKind::Unclosed(what), sql.len())), "{sql}");
    }
}

#[test]
fn parameters_are_not_dollar_quotes() {
    assert_eq!(split("SELECT $1; SELECT $2"), ["SELECT", "SELECT"]);
    assert_eq!(texts("$1$$a$$"), ["$1", "$$a$$"]);
    assert_eq!(texts("a$$b;$$ c"), ["a$$b", ";", "$$ c"]);
}

#[test]
fn a_dollar_inside_a_name_is_part_of_it() {
    assert_eq!(texts("a$b$ $c$d$b$ $c$"), ["a$b$", "$c$d$b$ $c$"]);
    assert_eq!(texts("$é1$;$é1$"), ["$é1$;$é1$"]);
    assert_eq!(texts("$1a$ 1e$a$; 1$a$;$a$"), ["$1a$", "1e$a$", ";", "1", "$a$;$a$"]);
}

#[test]
fn dollar_quotes_in_comments_and_comments_in_quotes_are_nothing() {
    assert_eq!(split("-- $$\nA; /* $$ */ B; C"), ["A;", "B;", "C"]);
    assert_eq!(split("SELECT '--', \"/*\", $$ -- /* $$; A"), ["SELECT", "A"]);
    assert_eq!(split("SELECT 2*/*;*/3; SELECT 1+--;\n2; A"), ["SELECT", "SELECT", "A"]);
}

#[test]
fn prefixes_count_only_when_they_touch_the_quote() {
    assert_eq!(texts("e'\\''"), ["e'\\''"]);
    assert_eq!(texts("be'\\';"), ["be", "'\\'", ";"]);
    assert_eq!(texts("e '\\' x'"), ["e", "'\\'", "x'"]);
    assert_eq!(texts("u&'a' U&\"b\" u & 'c' n'd' x'1f' b'0'").len(), 8);
    assert_eq!(kinds("U&\"b\"")[0], TokenKind::QuotedName);
}

#[test]
fn an_escape_string_goes_on_in_the_next_line() {
    assert_eq!(texts("E'a' -- why\n  'b\\';' ;"), ["E'a' -- why\n  'b\\';'", ";"]);
    assert_eq!(texts("E'a' 'b'"), ["E'a'", "'b'"]);
    assert_eq!(texts("E'a'\n -- end"), ["E'a'", "-- end"]);
    assert_eq!(texts("E'a'"), ["E'a'"]);
}

#[test]
fn a_comment_ends_with_its_line() {
    assert_eq!(texts("--a\r\nb--c\rd"), ["--a", "b", "--c", "d"]);
    assert_eq!(texts("--"), ["--"]);
}

#[test]
fn casts_and_slices_are_no_variables() {
    let colons = |sql: &str| kinds(sql).iter().filter(|kind| **kind == TokenKind::Colon).count();
    assert_eq!(colons("a::int := :b"), 1);
    assert_eq!(colons("a[1:2]"), 1);
}

#[test]
fn names_are_folded_and_cut() {
    let cases = [
        ("Users", "users"),
        ("ÄB", "Äb"),
        ("\"A\"\"b\"", "A\"b"),
        ("\"\"", ""),
        ("U&\"d\\0061t\\+000061\"", "data"),
        ("U&\"\\D83D\\DE00\\\\\"", "😀\\"),
        ("U&\"\\00\"", "\\00"),
    ];
    for (written, read) in cases {
        assert_eq!(folded(written, '\\'), read, "{written}");
    }
    assert_eq!(folded("U&\"d!0061\"", '!'), "da");
    assert_eq!(folded(&"a".repeat(64), '\\').len(), 63);
    let long = format!("{}é", "a".repeat(62));
    assert_eq!(truncated(&long), "a".repeat(62));
    assert_eq!(truncated("é"), "é");
}

#[test]
fn a_cursor_reads_names() {
    let sql = "public . \"A\" ( b ( c ) ) U&\"!0061\" UESCAPE '!' end";
    let tokens: Vec<Token> = Lexer::new(sql).collect();
    let mut cursor = Cursor::new(sql, &tokens);
    assert_eq!(cursor.qualified(), Some((Some("public".to_owned()), "A".to_owned())));
    assert_eq!(cursor.parenthesised(), Some(4..8));
    assert_eq!(cursor.name(), Some("a".to_owned()));
    assert!(!cursor.accept(&["end", "x"]));
    assert!(cursor.accept(&["END"]));
    assert_eq!(cursor.next_token(), None);
}

#[test]
fn every_byte_that_is_no_blank_is_in_one_token() {
    let sql = "SELECT 'ü', é FROM \"t\" /* → */ WHERE a::int = $1 -- ∎\n;\\echo x";
    let mut end = 0;
    for token in Lexer::new(sql) {
        assert!(sql[end..token.start].chars().all(char::is_whitespace));
        assert!(token.end > token.start);
        end = token.end;
    }
    assert_eq!(end, sql.len());
}
