//! One moment: what others change while a database is read is not seen, does
//! no harm, and leaves the session as it was.

use pg_diff::catalog::{Catalog, Id, Kind};
use pg_live::{Introspection, introspect, introspect_in_transaction};

use crate::server::{Scratch, run};

fn table(name: &str) -> Id {
    Id::new(Kind::Table, "public", name)
}

#[track_caller]
fn has_no_loose_edge(catalog: &Catalog) {
    for (from, to, _) in catalog.dependencies.iter() {
        assert!(catalog.contains(from) && catalog.contains(to), "{from} -> {to}");
    }
}

#[test]
fn dependencies_are_of_the_same_moment_as_the_objects() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch
            .load("CREATE TABLE one (a int PRIMARY KEY); CREATE VIEW seen AS SELECT a FROM one")
            .await;
        let before = scratch.catalog().await;
        let session = scratch.session().await;
        let reading = Introspection::begin(&session).await.unwrap();
        scratch.load("DROP VIEW seen; ALTER TABLE one ADD b int; CREATE TABLE two (a int REFERENCES one)").await;
        let catalog = reading.with_dependencies().await.unwrap();
        assert_eq!(catalog, before);
        let after = introspect(&session).await.unwrap();
        assert!(
            after.contains(&table("two"))
                && !after.contains(&Id::new(Kind::View, "public", "seen"))
        );
        has_no_loose_edge(&after);
        scratch.drop().await;
    });
}

#[test]
fn an_abandoned_reading_ends_its_transaction() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        let session = scratch.session().await;
        drop(Introspection::begin(&session).await.unwrap());
        session.execute("CREATE TABLE public.written (a int)").await.unwrap();
        let catalog = introspect(&session).await.unwrap();
        assert!(catalog.contains(&table("written")));
        let without =
            Introspection::begin(&session).await.unwrap().without_dependencies().await.unwrap();
        assert!(without.dependencies.is_empty());
        assert_eq!(without.objects, catalog.objects);
        scratch.drop().await;
    });
}

/// Tables, views and functions come and go, as fast as they can.
#[test]
fn a_restless_schema_is_read_whole() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load("CREATE TABLE stays (a int PRIMARY KEY, b text)").await;
        let (restless, session) = (scratch.session().await, scratch.session().await);
        restless.execute("SET search_path = public").await.unwrap();
        let changes = async {
            for number in 0.. {
                let change =
                    include_str!("restless.sql").replace("NUMBER", &(number % 3).to_string());
                restless.execute(&change).await.unwrap();
            }
        };
        let readings = async {
            let mut refused = 0;
            for _ in 0..60 {
                match introspect(&session).await {
                    Ok(catalog) => {
                        assert!(catalog.contains(&table("stays")));
                        has_no_loose_edge(&catalog);
                    }
                    Err(error) => {
                        eprintln!("{error}");
                        refused += 1;
                    }
                }
            }
            refused
        };
        let refused = futures_util::future::select(Box::pin(changes), Box::pin(readings)).await;
        match refused {
            futures_util::future::Either::Right((refused, _)) => {
                assert!(refused < 6, "{refused} of 60")
            }
            futures_util::future::Either::Left(_) => unreachable!(),
        }
        scratch.drop().await;
    });
}

/// A generated column without its expression: the catalog itself is broken.
#[test]
fn what_cannot_be_read_is_said_and_leaves_the_session_usable() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load("CREATE TABLE broken (a int, b int GENERATED ALWAYS AS (a) STORED)").await;
        let session = scratch.session().await;
        let damage = "SET allow_system_table_mods = on; \
             DELETE FROM pg_attrdef WHERE adrelid = 'public.broken'::regclass";
        session.execute(damage).await.unwrap();
        assert!(introspect(&session).await.is_err());
        session.execute("BEGIN; CREATE TABLE public.whole (a int); COMMIT").await.unwrap();
        scratch.drop().await;
    });
}

#[test]
fn a_transaction_sees_its_own_changes() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        let session = scratch.session().await;
        session.execute("BEGIN; CREATE TABLE public.mine (a int)").await.unwrap();
        let inside = introspect_in_transaction(&session).await.unwrap();
        assert!(inside.contains(&table("mine")));
        session.execute("ROLLBACK").await.unwrap();
        assert!(!introspect(&session).await.unwrap().contains(&table("mine")));
        scratch.drop().await;
    });
}
