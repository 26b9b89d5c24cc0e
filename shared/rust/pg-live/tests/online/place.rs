//! Databases for one test, on every server there is.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::{Action, Mode, Phase, Plan, Step, Work};
use pg_live::{Address, Session, database};

const VARIABLE: &str = "XTASK_TEST_POSTGRES";

/// One database of a test; dropped when the test ends well.
pub struct Place {
    pub address: Address,
    /// `server_version_num / 10000`
    pub major: i32,
}

impl Place {
    pub async fn session(&self) -> Session {
        Session::connect(&self.address, "test").await.expect("the server answers")
    }

    /// Runs statements as somebody would by hand.
    pub async fn run(&self, sql: &str) {
        self.session().await.execute(sql).await.expect(sql);
    }

    /// The answer of a statement that has one, as text.
    pub async fn ask(&self, sql: &str) -> String {
        let sql = format!("SELECT coalesce(({sql})::text, 'null')");
        self.session().await.query_one(&sql, &[]).await.expect(&sql).get(0)
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads its environment where it is needed")]
#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn servers() -> Vec<Address> {
    let urls = std::env::var(VARIABLE).unwrap_or_default();
    let found: Vec<Address> =
        urls.split_whitespace().map(|url| Address::parse(url).expect("a URL")).collect();
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!found.is_empty() || !is_ci, "{VARIABLE} names no server, and this is CI");
    if found.is_empty() {
        eprintln!("not run: {VARIABLE} names no server");
    }
    found
}

/// Runs a test on each server, in a database of its own.
pub fn everywhere<F: Future<Output = ()>>(test: impl Fn(Place) -> F) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for server in servers() {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("xtask_test_{}_{number}", std::process::id());
        runtime.block_on(async {
            let maintenance = server.with_database("postgres");
            let session = Session::connect(&maintenance, "test").await.expect("a server");
            database::drop_scratch(&session, &name).await.expect("no such database");
            session.execute(&format!("CREATE DATABASE {name}")).await.expect("a superuser");
            let major = session.server_version().await.expect("a version") / 10_000;
            test(Place { address: server.with_database(&name), major }).await;
            database::drop_scratch(&session, &name).await.expect("ours");
        });
    }
}

pub fn table(name: &str) -> Id {
    Id::new(Kind::Table, "public", name)
}

/// A statement in a transaction with its neighbours.
pub fn together(sql: &str) -> Step {
    Step {
        object: table("t"),
        action: Action::Alter,
        phase: Phase::Expand,
        mode: Mode::Together,
        work: Work::Statement(sql.to_owned()),
        hazards: Vec::new(),
        tables: vec![table("t")],
    }
}

pub fn alone(sql: &str) -> Step {
    Step { mode: Mode::Alone, ..together(sql) }
}

pub fn outside(sql: &str) -> Step {
    Step { mode: Mode::Outside, ..together(sql) }
}

pub fn plan(steps: Vec<Step>) -> Plan {
    Plan { steps, probes: Vec::new() }
}
