//! The same file in two databases is the same catalog: what plans rely on to
//! find nothing where nothing is different.

use pg_live::{Address, Session, introspect};

use crate::server::{Scratch, run};

const INIT: &str = include_str!("../../../../../infrastructure/postgres/init.sql");

/// init.sql, where the server has what it needs.
async fn init(server: &Address) -> Option<&'static str> {
    let sql = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')";
    let session = Session::connect(server, "test").await.unwrap();
    let has_contrib: bool = session.query_one(sql, &[]).await.unwrap().get(0);
    if !has_contrib {
        eprintln!("skipped: this server has no contrib extensions");
    }
    has_contrib.then_some(INIT)
}

#[test]
fn two_databases_of_one_file_are_equal() {
    run(|server| async move {
        let Some(init) = init(&server).await else { return };
        let (one, other) = (Scratch::new(&server).await, Scratch::new(&server).await);
        one.load(init).await;
        other.load(init).await;
        let catalog = one.catalog().await;
        assert!(catalog.objects.len() > 500, "only {} objects", catalog.objects.len());
        assert!(!catalog.dependencies.is_empty());
        assert_eq!(catalog, one.catalog().await, "read twice");
        assert_eq!(catalog, other.catalog().await, "loaded twice");
        one.drop().await;
        other.drop().await;
    });
}

#[test]
fn what_the_session_says_changes_no_spelling() {
    run(|server| async move {
        let Some(init) = init(&server).await else { return };
        let scratch = Scratch::new(&server).await;
        scratch.load(init).await;
        let session = scratch.session().await;
        let settings = "SET search_path = public; SET quote_all_identifiers = on; \
             SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'; SET extra_float_digits = -3";
        session.execute(settings).await.unwrap();
        assert_eq!(introspect(&session).await.unwrap(), scratch.catalog().await);
        scratch.drop().await;
    });
}
