//! The laws, on one pair of schemas and one server.
//!
//! 1. `plan(old, new)` applied to a database with the old schema and rows in
//!    it makes it equal to one with the new schema, by `pg_dump` and by the
//!    engine's own comparison.
//! 2. `plan(new, new)` and `plan(old, old)` are empty.
//! 3. No row is lost without a hazard that says so.
//! 4. Rows that stand against a plan are found by its probes.
//! 5. `plan(new, old)` goes back.

mod hearing;

use pg_live::quote_ident;

use super::case::Case;
use super::servers::{Cluster, Installation, LoadError, runtime};
use hearing::Hearing;

/// What the laws say of a case.
pub struct Verdict {
    pub failures: Vec<Failure>,
    /// What is worth knowing and breaks no law.
    pub notes: Vec<String>,
    /// The plans, for people.
    pub plans: String,
    pub rows: usize,
}

pub struct Failure {
    /// Which law, in a word or two.
    pub law: &'static str,
    /// The server's SQLSTATE, where it is about one.
    pub sqlstate: Option<String>,
    /// One line.
    pub says: String,
    /// Everything there is to know.
    pub detail: String,
}

/// The case cannot be asked here.
pub enum Unasked {
    /// The case is about a later PostgreSQL.
    Newer,
    /// The server lacks an extension or a feature.
    Absent(String),
    /// `old.sql`, `new.sql` or `roles.sql` is wrong.
    Broken(String),
}

const OLD: &str = "ring_old";
const NEW: &str = "ring_new";
/// The old schema, for renames.
const CLONE: &str = "ring_clone";

/// A server that cases are judged on, one after the other.
pub struct Court {
    cluster: Cluster,
    /// The roles that were there before any case.
    roles: Vec<String>,
}

impl Court {
    pub fn open(installation: &Installation) -> Court {
        let cluster = Cluster::start(installation);
        let roles = runtime().block_on(roles(&cluster));
        Court { cluster, roles }
    }

    pub fn major(&self) -> u32 {
        self.cluster.installation.major
    }

    /// Runs all laws; panics only when the server itself is gone. `all_roles`
    /// are the roles.sql of the whole set.
    pub fn judge(&self, case: &Case, all_roles: &[String]) -> Result<Verdict, Unasked> {
        let verdict = runtime().block_on(async {
            load(&self.cluster, case, all_roles).await?;
            Hearing::new(&self.cluster, case).run().await
        });
        self.sweep();
        verdict
    }

    /// Drops what a case left, also one that panicked.
    pub fn sweep(&self) {
        runtime().block_on(sweep(&self.cluster, &self.roles));
    }
}

impl Verdict {
    fn new() -> Verdict {
        Verdict { failures: Vec::new(), notes: Vec::new(), plans: String::new(), rows: 0 }
    }

    pub fn panicked(says: String) -> Verdict {
        let mut verdict = Verdict::new();
        verdict.fail("panic", says, "");
        verdict
    }

    fn fail(&mut self, law: &'static str, says: impl Into<String>, detail: impl Into<String>) {
        let failure = Failure { law, sqlstate: None, says: says.into(), detail: detail.into() };
        self.add(failure);
    }

    /// Once, however often it is tried.
    fn add(&mut self, failure: Failure) {
        let is_same = |it: &Failure| it.law == failure.law && it.says == failure.says;
        if !self.failures.iter().any(is_same) {
            self.failures.push(failure);
        }
    }
}

async fn load(cluster: &Cluster, case: &Case, all_roles: &[String]) -> Result<(), Unasked> {
    let explain = |file: &str, error: LoadError| {
        let says = format!("{file} does not load: {}", error.says.replace('\n', " | "));
        if error.is_absence() { Unasked::Absent(says) } else { Unasked::Broken(says) }
    };
    if !case.roles.is_empty() {
        cluster.psql("postgres", &case.roles).map_err(|error| explain("roles.sql", error))?;
    }
    for (name, file, sql) in [(OLD, "old.sql", &case.old), (NEW, "new.sql", &case.new)] {
        let mut loaded = cluster.make(name, sql).await;
        // A role that another case of the set makes: they are run once per
        // server there.
        if loaded.as_ref().is_err_and(|error| error.sqlstate == "42704") {
            for roles in all_roles {
                let _ = cluster.psql("postgres", roles);
            }
            loaded = cluster.make(name, sql).await;
        }
        loaded.map_err(|error| explain(file, error))?;
    }
    Ok(())
}

async fn roles(cluster: &Cluster) -> Vec<String> {
    let session = cluster.session("postgres").await;
    let rows = session.query("SELECT rolname::text FROM pg_catalog.pg_roles", &[]).await;
    rows.expect("a catalog").iter().map(|row| row.get(0)).collect()
}

/// Drops the databases of a case, and roles that were not there before.
async fn sweep(cluster: &Cluster, before: &[String]) {
    let session = cluster.session("postgres").await;
    for name in [OLD, NEW, CLONE] {
        pg_live::database::drop_scratch(&session, name).await.expect("a database of ours");
    }
    for role in roles(cluster).await.iter().filter(|role| !before.contains(role)) {
        let role = quote_ident(role);
        session
            .execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
            .await
            .expect("a role without databases");
    }
}
