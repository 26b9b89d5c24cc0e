//! What an annotation is about.

use super::*;

/// What `@renamed from=old` in the text is about.
fn about(text: &str) -> Vec<String> {
    let text = text.replace("@@", "@renamed from=old");
    bound(&text).iter().map(|it| it.replace(" <- old", "")).collect()
}

fn unbound(text: &str) -> Vec<String> {
    errors(&text.replace("@@", "@renamed from=old"))
}

#[test]
fn an_annotation_before_a_statement_is_about_what_it_makes() {
    let cases = [
        ("CREATE TABLE IF NOT EXISTS a.b (c int)", "table a.b"),
        ("CREATE UNLOGGED TABLE \"B\" AS SELECT 1", "table B"),
        ("CREATE TABLE d.a.b ()", "table a.b"),
        ("CREATE FOREIGN TABLE a (b int) SERVER s", "foreign table a"),
        ("CREATE OR REPLACE RECURSIVE VIEW a (n) AS SELECT 1", "view a"),
        ("CREATE MATERIALIZED VIEW IF NOT EXISTS a AS SELECT 1", "materialized view a"),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY a.b (c)", "index a.i"),
        ("CREATE SEQUENCE a START 1", "sequence a"),
        ("CREATE FUNCTION a.f(int, b text DEFAULT ')') RETURNS int RETURN 1", "function a.f"),
        ("CREATE OR REPLACE PROCEDURE f() LANGUAGE sql AS ''", "function f"),
        ("CREATE AGGREGATE f (int) (SFUNC = a, STYPE = int)", "aggregate f"),
        ("CREATE TYPE a AS ENUM ('x')", "type a"),
        ("CREATE TYPE a AS RANGE (SUBTYPE = int)", "type a"),
        ("CREATE DOMAIN a AS text CONSTRAINT x CHECK (VALUE > '')", "domain a"),
        (
            "CREATE CONSTRAINT TRIGGER g AFTER UPDATE OF a, b ON c.d EXECUTE FUNCTION f()",
            "trigger c.d.g",
        ),
        ("CREATE EVENT TRIGGER g ON ddl_command_end EXECUTE FUNCTION f()", "event trigger g"),
        ("CREATE POLICY \"P q\" ON a USING (true)", "policy a.P q"),
        ("CREATE RULE r AS ON INSERT TO a DO NOTHING", "rule a.r"),
        ("CREATE SCHEMA IF NOT EXISTS a AUTHORIZATION b", "schema a"),
        ("CREATE SCHEMA AUTHORIZATION b", "schema b"),
        ("CREATE COLLATION a (provider = icu)", "collation a"),
        ("CREATE STATISTICS a.s ON b, c FROM d", "statistics a.s"),
        ("CREATE PUBLICATION p FOR ALL TABLES", "publication p"),
        ("CREATE SERVER s FOREIGN DATA WRAPPER w", "server s"),
        ("CREATE FOREIGN DATA WRAPPER w", "foreign data wrapper w"),
        ("CREATE TRUSTED PROCEDURAL LANGUAGE l HANDLER h", "language l"),
        ("CREATE TEXT SEARCH CONFIGURATION a.c (COPY = simple)", "text search configuration a.c"),
        (
            "CREATE OPERATOR CLASS a.o DEFAULT FOR TYPE int USING btree AS STORAGE int",
            "operator class a.o.btree",
        ),
        ("ALTER TABLE IF EXISTS ONLY a.b ADD COLUMN IF NOT EXISTS c int", "column a.b.c"),
        ("ALTER TABLE a ADD c int", "column a.c"),
        ("ALTER TABLE a ADD CONSTRAINT c CHECK (b IN (1, 2))", "constraint a.c"),
        ("ALTER TABLE a ALTER c TYPE text", "column a.c"),
        ("ALTER DOMAIN a.d ADD CONSTRAINT c CHECK (VALUE > 0)", "domain constraint a.d.c"),
    ];
    for (statement, subject) in cases {
        assert_eq!(about(&format!("-- @@\n{statement};")), [subject], "{statement}");
        assert_eq!(about(&format!("-- @@\n\n-- more\n/* @@ */ {statement}")).len(), 2);
        assert_eq!(about(&format!("SELECT 1;\n{statement}; -- @@\nSELECT 2;")), [subject]);
        assert_eq!(about(&format!("{statement}; /* @@ */")), [subject], "{statement}");
    }
}

#[test]
fn an_annotation_in_a_table_is_about_a_column_or_a_constraint() {
    let columns = about(include_str!("columns.sql"));
    let expected = [
        "column t.a",
        "column t.b",
        "column t.C",
        "column t.d",
        "constraint t.f",
        "column t.exclude",
        "column t.g",
        "column t.h",
        "column t.h",
        "column t.j",
    ];
    assert_eq!(columns, expected);
}

#[test]
fn commas_may_begin_lines() {
    let text = "CREATE TABLE t (\n  a int\n  -- @@\n, b int -- @@\n, -- @@\n  c int\n)";
    assert_eq!(about(text), ["column t.b", "column t.b", "column t.c"]);
}

#[test]
fn an_annotation_outside_the_list_is_about_the_table() {
    for text in [
        "CREATE TABLE t -- @@\n(a int);",
        "CREATE TABLE t ( -- @@\n a int);",
        "CREATE TABLE t (\n a int\n) -- @@\n PARTITION BY RANGE (a);",
        "CREATE TABLE /* @@ */ t (a int);",
        "CREATE TABLE t PARTITION OF s -- @@\n FOR VALUES IN (1);",
        "CREATE TABLE t (a int\n); -- @@",
    ] {
        assert_eq!(about(text), ["table t"], "{text}");
    }
    let parts = "CREATE TABLE t PARTITION OF s.p (\n a WITH OPTIONS NOT NULL -- @@\n) DEFAULT;";
    assert_eq!(about(parts), ["column t.a"]);
    assert_eq!(about("CREATE TABLE t OF y (a WITH OPTIONS DEFAULT 1 -- @@\n)"), ["column t.a"]);
}

#[test]
fn labels_fields_and_constraints_of_domains_have_names_too() {
    let labels = "CREATE TYPE s AS ENUM (\n 'a',\n 'it''s' /* @@ */,\n -- @@\n 'c'\n);";
    assert_eq!(about(labels), ["label s.it's", "label s.c"]);
    assert_eq!(about("CREATE TYPE s AS ENUM /* @@ */ ('a')"), ["type s"]);
    assert_eq!(about("CREATE TYPE s AS (a int, -- @@\n b text)"), ["field s.a"]);
    let domain = "CREATE DOMAIN d AS text -- @@\n CONSTRAINT a CHECK (VALUE > '') -- @@\n -- @@\n CONSTRAINT b CHECK (true);";
    assert_eq!(about(domain), ["domain d", "domain constraint d.a", "domain constraint d.b"]);
}

#[test]
fn several_actions_are_told_apart_beside_them() {
    let text = "ALTER TABLE t\n  ADD COLUMN a int, -- @@\n  -- @@\n  ADD CONSTRAINT b UNIQUE (a), ADD c int; -- @@";
    assert_eq!(about(text), ["column t.a", "constraint t.b", "column t.c"]);
    assert_eq!(
        unbound("-- @@\nALTER TABLE t ADD a int, ADD b int;"),
        ["1:4: `@renamed` stands before a statement that does several things"]
    );
}

#[test]
fn rows_are_about_their_table() {
    for text in [
        "-- @seed key=(a)\nINSERT INTO s.t VALUES (1);",
        "INSERT INTO s.t -- @seed key=(a)\n(a) VALUES (1);",
        "/* @seed key=(a) */ WITH x AS (SELECT 1) INSERT INTO s.t SELECT * FROM x",
        "INSERT INTO s.t VALUES (1); -- @seed key=(a)\n",
    ] {
        assert_eq!(bound(text), ["rows of table s.t [\"a\"] []"], "{text}");
    }
    let inside = "INSERT INTO t VALUES\n-- @seed key=(a)\n(1);";
    assert_eq!(errors(inside), ["2:4: `@seed` stands where nothing has a name of its own"]);
}

#[test]
fn what_is_about_nothing_is_told() {
    let nothing = "`@renamed` is followed by nothing that it could be about";
    let nameless = "`@renamed` is about something without a name";
    let inside = "`@renamed` stands where nothing has a name of its own";
    let cases = [
        ("-- @@", format!("1:4: {nothing}")),
        ("CREATE TABLE t ();\n-- @@\n", format!("2:4: {nothing}")),
        ("CREATE TABLE t (\n a int\n -- @@\n);", format!("3:5: {nothing}")),
        ("-- @@\nSELECT 1;", format!("1:4: {nameless}")),
        ("-- @@\nCOMMENT ON TABLE a IS 'b';", format!("1:4: {nameless}")),
        ("-- @@\nDO $$ BEGIN END $$;", format!("1:4: {nameless}")),
        ("-- @@\nCREATE INDEX ON a (b);", format!("1:4: {nameless}")),
        ("-- @@\nCREATE STATISTICS ON a, b FROM c;", format!("1:4: {nameless}")),
        ("-- @@\nALTER TABLE a OWNER TO b;", format!("1:4: {nameless}")),
        ("CREATE TABLE t (a int,\n PRIMARY KEY (a) -- @@\n);", format!("2:21: {nameless}")),
        ("CREATE TABLE t (a int,\n LIKE s -- @@\n);", format!("2:12: {nameless}")),
        ("CREATE VIEW v AS SELECT a, -- @@\n b FROM c;", format!("1:31: {inside}")),
        ("CREATE FUNCTION f(a int, -- @@\n b int) RETURN 1;", format!("1:29: {inside}")),
        ("CREATE FUNCTION f() BEGIN ATOMIC\n-- @@\nSELECT 1; END;", format!("2:4: {inside}")),
        ("CREATE INDEX i ON t (a, -- @@\n b);", format!("1:28: {inside}")),
    ];
    for (text, message) in cases {
        assert_eq!(unbound(text), [message], "{text}");
    }
}

#[test]
fn what_has_no_namespace_was_in_none() {
    let column = "CREATE TABLE t (a int -- @renamed from=x.y\n);";
    assert_eq!(errors(column), ["1:26: the old name of a column has no dot"]);
    assert_eq!(
        errors("-- @renamed from=x.y\nCREATE SCHEMA s;"),
        ["1:4: the old name of a schema has no dot"]
    );
    assert_eq!(bound("-- @renamed from=x.y\nCREATE TABLE t ();"), ["table t <- x.y"]);
    assert_eq!(
        errors("-- @using 1\nCREATE TABLE t ();"),
        ["1:4: `@using` is about a column, and this is a table"]
    );
    assert_eq!(
        errors("-- @renamed from=a\nCREATE EXTENSION e;"),
        ["1:4: `@renamed` is about what can be renamed, and this is a extension"]
    );
}

#[test]
fn the_path_at_each_statement_is_known() {
    let paths = |text: &str| -> Vec<String> {
        let declared = read_one(&format!("{text}\n-- @renamed from=old\nCREATE TABLE t ();"));
        let last = declared.annotations.iter().last().expect("one");
        last.subject.search_path.to_vec()
    };
    let cases: [(&str, &[&str]); 14] = [
        ("", &["$user", "public"]),
        ("SET search_path = a, B, \"B\", 'C c', $1;", &["a", "b", "B", "C c"]),
        ("SET SESSION search_path TO a;", &["a"]),
        ("SET search_path TO DEFAULT;", &["$user", "public"]),
        ("SET search_path = '';", &[]),
        ("SET SCHEMA 'a';", &["a"]),
        ("SET search_path = a; RESET search_path;", &["$user", "public"]),
        ("SET search_path = a; RESET ALL;", &["$user", "public"]),
        ("BEGIN; SET LOCAL search_path = a;", &["a"]),
        ("BEGIN; SET LOCAL search_path = a; COMMIT;", &["$user", "public"]),
        ("SELECT pg_catalog.set_config('search_path', '\"$user\", a', false);", &["$user", "a"]),
        ("SELECT set_config('search_path', '', true);", &[]),
        ("SELECT set_config('search_path', a, true);", &["$user", "public"]),
        ("SET search_pathx = a; SELECT f('search_path', 'a', true);", &["$user", "public"]),
    ];
    for (text, path) in cases {
        assert_eq!(paths(text), path, "{text}");
    }
}
