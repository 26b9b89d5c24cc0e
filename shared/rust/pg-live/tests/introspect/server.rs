//! A server that is already running, and scratch databases on it.

use std::sync::atomic::{AtomicU32, Ordering};

use pg_diff::catalog::Catalog;
use pg_live::{Address, Session, introspect, load, quote_ident};

const VARIABLE: &str = "XTASK_TEST_POSTGRES";

/// None where there is none; under CI that is a failure.
#[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
pub fn address() -> Option<Address> {
    match std::env::var(VARIABLE) {
        Ok(url) => Some(Address::parse(&url).expect("the variable holds a URL")),
        Err(_) => {
            assert!(std::env::var("CI").is_err(), "{VARIABLE} is not set");
            eprintln!("skipped: {VARIABLE} is not set");
            None
        }
    }
}

/// Runs a test that talks to the server.
pub fn run<F: Future<Output = ()>>(test: impl FnOnce(Address) -> F) {
    let Some(address) = address() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(address));
}

/// A database that is dropped with it, unless the test failed.
pub struct Scratch {
    server: Address,
    pub address: Address,
}

impl Scratch {
    pub async fn new(server: &Address) -> Scratch {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("introspect_{}_{number}", std::process::id());
        let session = Session::connect(server, "test").await.unwrap();
        session
            .execute(&format!("CREATE DATABASE {} TEMPLATE template0", quote_ident(&name)))
            .await
            .unwrap();
        Scratch { server: server.clone(), address: server.with_database(&name) }
    }

    pub async fn session(&self) -> Session {
        Session::connect(&self.address, "test").await.unwrap()
    }

    /// Runs a file as init.sql is run.
    pub async fn load(&self, sql: &str) {
        let session = self.session().await;
        session.execute("SET check_function_bodies = off").await.unwrap();
        if let Err(failure) = load(&session, sql).await {
            let at = failure.offset.unwrap_or_default();
            panic!("{} at {}", failure.error, &sql[at..(at + 200).min(sql.len())]);
        }
    }

    pub async fn catalog(&self) -> Catalog {
        introspect(&self.session().await).await.unwrap()
    }

    pub async fn drop(self) {
        let session = Session::connect(&self.server, "test").await.unwrap();
        let name = quote_ident(&self.address.database);
        session.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    }
}
