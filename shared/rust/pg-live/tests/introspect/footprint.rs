//! A footprint is another one wherever a catalog is another one, and stays
//! while nothing happens but work.

use std::collections::{BTreeMap, BTreeSet};

use pg_diff::scan;
use pg_live::{Session, footprint, introspect};

use crate::server::{Scratch, run};

const EVERYTHING: &str = include_str!("everything.sql");
const CHANGES: &str = include_str!("changes.sql");
const FOOTPRINT: &str = include_str!("../../src/introspect/footprint.sql");
const VERSIONS: &str = include_str!("../../src/introspect/versions.sql");

/// Columns of `pg_class` that no DDL says: statistics, files, what VACUUM
/// notes, and hints that other catalogs have something.
const UNSAID: [&str; 14] = [
    "relfilenode",
    "relpages",
    "reltuples",
    "relallvisible",
    "relallfrozen",
    "reltoastrelid",
    "relhasindex",
    "relhasrules",
    "relhastriggers",
    "relhassubclass",
    "relrewrite",
    "relfrozenxid",
    "relminmxid",
    "relisshared",
];

/// Work that leaves the schema as it is. Temporary tables stay to the end.
const WORK: [&str; 9] = [
    "INSERT INTO shop.aunt SELECT generate_series(1, 100)",
    "SELECT nextval('shop.free')",
    "ANALYZE",
    "VACUUM FREEZE",
    "TRUNCATE shop.aunt",
    "REINDEX TABLE shop.person",
    "REFRESH MATERIALIZED VIEW shop.texts",
    "CREATE TEMP TABLE passing (id serial PRIMARY KEY, note text CHECK (note <> ''))",
    "VACUUM FULL shop.person",
];

fn statements(sql: &str) -> impl Iterator<Item = &str> {
    let starts = scan::starts(sql);
    let ends = starts.clone().into_iter().skip(1).chain([sql.len()]);
    starts.into_iter().zip(ends).map(|(start, end)| &sql[start..end])
}

async fn print(session: &Session) -> String {
    footprint(session, |_| true).await.unwrap().text
}

#[test]
fn no_change_of_a_catalog_leaves_the_footprint() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        let session = scratch.session().await;
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut last = String::new();
        for (is_change, statement) in statements(EVERYTHING)
            .map(|it| (false, it))
            .chain(statements(CHANGES).map(|it| (true, it)))
        {
            scratch.load(statement).await;
            let catalog = introspect(&session).await.unwrap().fingerprint();
            let print = print(&session).await;
            let other = seen.insert(print.clone(), catalog.clone());
            assert!(other.is_none_or(|it| it == catalog), "not seen: {statement}");
            assert!(!is_change || catalog != last, "changes nothing: {statement}");
            last = catalog;
        }
        scratch.drop().await;
    });
}

#[test]
fn work_leaves_the_footprint() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load(EVERYTHING).await;
        scratch.load("CREATE MATERIALIZED VIEW shop.texts AS SELECT 'a'::text AS a").await;
        let (session, worker) = (scratch.session().await, scratch.session().await);
        let before = print(&session).await;
        for work in WORK {
            worker.execute(work).await.unwrap();
            assert_eq!(print(&session).await, before, "{work}");
        }
        scratch.drop().await;
    });
}

#[test]
fn a_change_taken_back_did_not_hold() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'").await;
        let session = scratch.session().await;
        let first = footprint(&session, |_| false).await.unwrap();
        assert!(first.held(&session).await.unwrap());
        scratch.load("ALTER FUNCTION one() STRICT").await;
        assert_ne!(print(&session).await, first.text);
        scratch.load("ALTER FUNCTION one() CALLED ON NULL INPUT").await;
        assert_eq!(print(&session).await, first.text);
        assert!(!first.held(&session).await.unwrap());
        scratch.drop().await;
    });
}

#[test]
fn a_role_without_rights_has_a_footprint() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load(EVERYTHING).await;
        let session = scratch.session().await;
        let mine = print(&session).await;
        session.execute("SET ROLE pg_monitor").await.unwrap();
        let first = footprint(&session, |_| false).await.unwrap();
        assert_ne!(first.text, mine, "another role reads otherwise");
        assert!(first.held(&session).await.unwrap());
        scratch.drop().await;
    });
}

/// Names of catalogs behind `pg_catalog.`.
fn catalogs(sql: &str) -> BTreeSet<&str> {
    let rest = sql.split("pg_catalog.").skip(1);
    rest.map(|it| it.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap_or(it))
        .collect()
}

#[test]
fn what_a_section_asks_for_is_in_the_footprint() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/introspect");
    let hashed = catalogs(FOOTPRINT);
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let (Some(stem), text) = (name.strip_suffix(".rs"), std::fs::read_to_string(file.path()))
        else {
            continue;
        };
        let text = text.unwrap_or_default();
        for sql in text.split("include_str!(\"").skip(1).filter_map(|it| it.split('"').next()) {
            let sql = std::fs::read_to_string(format!("{folder}/{sql}")).unwrap();
            // The database itself is asked for its name alone.
            let missing: Vec<_> = catalogs(&sql)
                .into_iter()
                .filter(|it| !hashed.contains(it) && *it != "pg_database")
                .map(str::to_owned)
                .collect();
            assert!(missing.is_empty(), "{stem}: {missing:?}");
        }
    }
    let of_all: BTreeSet<_> = ["pg_roles", "pg_user_mappings", "pg_subscription", "pg_tablespace"]
        .into_iter()
        .chain(catalogs(VERSIONS))
        .collect();
    assert_eq!(of_all, hashed);
}

#[test]
fn no_column_of_pg_class_is_forgotten() {
    run(|server| async move {
        let session = Session::connect(&server, "test").await.unwrap();
        let sql = "SELECT attname::text FROM pg_catalog.pg_attribute
                    WHERE attrelid = 'pg_catalog.pg_class'::regclass AND attnum > 0";
        for row in session.query(sql, &[]).await.unwrap() {
            let column: &str = row.get(0);
            let is_hashed = FOOTPRINT.contains(&format!(" x.{column},"))
                || FOOTPRINT.contains(&format!("(x.{column},"));
            assert!(is_hashed || UNSAID.contains(&column), "{column}");
        }
    });
}
