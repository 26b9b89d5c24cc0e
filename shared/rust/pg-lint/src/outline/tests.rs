//! Statements as people write them.

use pg_diff::declared;

use super::*;

fn with<T>(text: &str, look: impl Fn(&Outline<'_>) -> T) -> T {
    let parts = declared::parts(text);
    look(&Outline::of(text, &parts))
}

/// `name type [not null] [= default]` of each column of the first table.
fn columns(text: &str) -> Vec<String> {
    with(text, |outline| {
        let shown = |it: &Column| {
            let of = it.type_.as_ref().map_or("?".to_owned(), |of| {
                let array = if of.is_array { "[]" } else { "" };
                format!("{}({}){array}", of.word, of.modifiers)
            });
            let not_null = if it.not_null { " not null" } else { "" };
            let default = it.default.as_ref().map(|it| format!(" = {it}")).unwrap_or_default();
            format!("{} {of}{not_null}{default}", it.name.name)
        };
        outline.tables[0].columns.iter().map(shown).collect()
    })
}

/// `kind name (columns)` of each constraint.
fn constraints(text: &str) -> Vec<String> {
    with(text, |outline| {
        let shown = |(_, it): (&Name, &Constraint)| {
            let name = it.name.as_ref().map_or("?", |name| &name.name);
            let kind = match &it.kind {
                ConstraintKind::Primary => "primary".to_owned(),
                ConstraintKind::Unique => "unique".to_owned(),
                ConstraintKind::Check => "check".to_owned(),
                ConstraintKind::Exclude => "exclude".to_owned(),
                ConstraintKind::NotNull => "not null".to_owned(),
                ConstraintKind::Foreign(key) => {
                    format!("-> {}{:?} {}", key.table.shown(), key.columns, key.says_delete)
                }
            };
            format!("{kind} {name} {:?}", it.columns)
        };
        outline.constraints().map(shown).collect()
    })
}

#[test]
fn types_are_called_as_the_server_calls_them() {
    let text = "CREATE TABLE t (a int8, b VARCHAR (20)[], c timestamp (3) with time zone,
        d double precision DEFAULT 1.5 NOT NULL, e text COLLATE \"C\" NULL, f public.\"Mood\",
        g numeric(10, 2) ARRAY[4], h interval day to second);";
    assert_eq!(
        columns(text),
        [
            "a bigint()",
            "b character varying(20)[]",
            "c timestamp with time zone(3)",
            "d double precision() not null = 1.5",
            "e text()",
            "f public . Mood()",
            "g numeric(10 , 2)[]",
            "h interval day to second()",
        ]
    );
}

#[test]
fn a_default_ends_where_the_next_constraint_begins() {
    let text =
        "CREATE TABLE t (a text DEFAULT ('x' || \"unique\") CHECK (a <> ''), b int DEFAULT NULL,
        c int DEFAULT (CASE WHEN true THEN 1 END) PRIMARY KEY, unique_id int DEFAULT 1);";
    assert_eq!(
        columns(text),
        [
            "a text() = ( 'x' | | unique )",
            "b integer() = null",
            "c integer() not null = ( case when true then 1 end )",
            "unique_id integer() = 1",
        ]
    );
    assert_eq!(constraints(text), ["check ? []", "primary ? [\"c\"]"]);
}

#[test]
fn foreign_keys_are_read_to_their_end() {
    let text = include_str!("tests/foreign_keys.sql");
    assert_eq!(
        constraints(text),
        [
            "-> s.p[\"id\"] false one [\"a\"]",
            "-> p[] true ? [\"b\"]",
            "unique ? [\"b\"]",
            "-> p[\"x\", \"y\"] true Two [\"a\", \"b\"]",
            "-> p[] false three [\"a\"]",
        ]
    );
}

#[test]
fn a_period_is_no_column() {
    let text = "ALTER TABLE t ADD FOREIGN KEY (id, PERIOD at) REFERENCES p (id, PERIOD period);";
    assert_eq!(constraints(text), ["-> p[\"id\", \"period\"] false ? [\"id\", \"at\"]"]);
}

#[test]
fn columns_that_are_called_like_keywords_are_columns() {
    let text =
        "CREATE TABLE t (exclude int, \"check\" int, like_it int, EXCLUDE USING gist (a WITH =));";
    assert_eq!(columns(text), ["exclude integer()", "check integer()", "like_it integer()"]);
    assert_eq!(constraints(text), ["exclude ? []"]);
}

#[test]
fn indexes_are_read_with_all_they_have() {
    let text = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING gin
        (lower(a) COLLATE \"C\", \"B b\" text_ops DESC) INCLUDE (c) NULLS NOT DISTINCT WHERE a IS NOT NULL;";
    with(text, |outline| {
        let index = &outline.indexes[0];
        let columns: Vec<Option<&str>> = index.keys.iter().map(|it| it.column.as_deref()).collect();
        assert_eq!(columns, [None, Some("B b")]);
        assert_eq!(index.predicate.as_deref(), Some("a is not null"));
        assert_eq!((index.method.as_str(), index.include.len()), ("gin", 1));
        assert!(index.is_unique && index.is_concurrent && index.is_only);
        assert_eq!(index.guard, Guard::Said);
    });
}

#[test]
fn bodies_of_functions_are_not_their_options() {
    let text =
        "CREATE FUNCTION f(a text DEFAULT 'language c') RETURNS TRIGGER AS $$ SECURITY DEFINER $$
        LANGUAGE 'PLPGSQL' SET search_path FROM CURRENT;
        CREATE FUNCTION g() RETURNS int RETURN 1;";
    with(text, |outline| {
        let [f, g] = outline.routines.as_slice() else { panic!("two") };
        assert!(f.returns_trigger && f.sets_search_path && !f.is_definer);
        assert_eq!((f.language.as_str(), g.language.as_str()), ("plpgsql", "sql"));
    });
}

#[test]
fn inserts_are_found_behind_with() {
    let text = "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a ON CONFLICT DO NOTHING;
        WITH b AS (SELECT 1) SELECT * FROM b; INSERT INTO s.u VALUES (1);";
    with(text, |outline| {
        let inserts = outline.inserts.iter().map(|it| (it.table.shown(), it.says_conflict));
        let inserts: Vec<(String, bool)> = inserts.collect();
        assert_eq!(inserts, [("t".to_owned(), true), ("s.u".to_owned(), false)]);
    });
}
