//! The laws, on one pair of schemas and one server.
//!
//! 1. `plan(old, new)` applied to a database with the old schema and rows in
//!    it makes it equal to one with the new schema, by `pg_dump` and by the
//!    engine's own comparison.
//! 2. `plan(new, new)` and `plan(old, old)` are empty.
//! 3. No row is lost without a hazard that says so.
//! 4. Rows that stand against a plan are found by its probes.
//! 5. `plan(new, old)` goes back.

use std::collections::BTreeMap;
use std::rc::Rc;

use pg_diff::catalog::Catalog;
use pg_diff::declared::Intents;
use pg_diff::plan::Plan;
use pg_live::{Session, quote_ident};

use super::case::Case;
use super::engine::{self, Stopped};
use super::oracle::Oracle;
use super::rows::{self, Variety};
use super::servers::{Cluster, Installation, LoadError, runtime};
use super::survivors::Before;

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
            let mut hearing = Hearing {
                cluster: &self.cluster,
                case,
                sessions: BTreeMap::new(),
                verdict: Verdict::new(),
                intents: Intents::default(),
            };
            hearing.run().await.map(|()| hearing.verdict)
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
        let (sqlstate, says, detail) = (None, says.into(), detail.into());
        self.failures.push(Failure { law, sqlstate, says, detail });
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
    for name in [OLD, NEW] {
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

struct Hearing<'a> {
    cluster: &'a Cluster,
    case: &'a Case,
    /// One per database: a new one reads the whole catalog again.
    sessions: BTreeMap<&'static str, Rc<Session>>,
    verdict: Verdict,
    /// What the annotations of the new schema ask for.
    intents: Intents,
}

struct Sides {
    old: Catalog,
    new: Catalog,
    old_dump: Oracle,
    new_dump: Oracle,
}

impl Hearing<'_> {
    async fn run(&mut self) -> Result<(), Unasked> {
        let Some(new) = self.introspect(NEW).await else { return Ok(()) };
        self.intents = engine::intents(&self.case.new, &new);
        self.rename(&new).await;
        let Some(old) = self.introspect(OLD).await else { return Ok(()) };
        let sides = Sides { old, new, old_dump: self.dump(OLD), new_dump: self.dump(NEW) };
        let intents = self.intents.clone();
        let forward = self.plan("old -> new", (&sides.old, &sides.new), &intents);
        let back = self.plan("new -> old", (&sides.new, &sides.old), &Intents::default());
        self.check_empty("plan(old,old)", &sides.old, &sides.old);
        self.check_empty("plan(new,new)", &sides.new, &sides.new);
        for catalog in [&sides.old, &sides.new] {
            for it in &catalog.unmanaged {
                self.verdict.notes.push(format!("unmanaged: {it}"));
            }
        }
        if self.migrate(&sides, &forward).await? {
            self.go_back(&sides, &back).await;
        } else {
            self.go_back_from_new(&sides, &back).await;
        }
        Ok(())
    }

    /// True when the old database has the new schema now.
    async fn migrate(&mut self, sides: &Sides, forward: &Plan) -> Result<bool, Unasked> {
        for variety in [Some(Variety::Mixed), Some(Variety::Full), None] {
            if variety != Some(Variety::Mixed) {
                self.start_again().await?;
            }
            if let Some(variety) = variety {
                self.fill(variety).await;
            }
            let session = self.session(OLD).await;
            let other = self.session(NEW).await;
            let before = Before::read(&session, &other).await;
            let before = before.expect("tables can be read");
            self.verdict.rows = before.row_count();
            let against = engine::ask(&session, forward).await;
            let is_last = variety.is_none();
            for it in &against {
                if it.starts_with("PROBE FAILS") {
                    self.verdict.fail("probe", it, engine::show(forward));
                }
                self.verdict.notes.push(format!("{variety:?}: probe: {it}"));
            }
            if !against.is_empty() && !is_last {
                continue;
            }
            match engine::apply(&session, forward).await {
                Ok(()) => {
                    self.check_migrated(sides, forward, &before).await;
                    return Ok(true);
                }
                Err(stopped) if engine::is_about_rows(&stopped.error) && !is_last => {
                    self.stopped("no probe warned", &stopped, forward);
                }
                Err(stopped) => {
                    self.stopped("apply", &stopped, forward);
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }

    async fn check_migrated(&mut self, sides: &Sides, forward: &Plan, before: &Before) {
        self.check_dump("pg_dump", &sides.new_dump, OLD);
        if let Some(after) = self.introspect(OLD).await {
            self.check_empty("re-diff", &after, &sides.new);
            self.check_empty("re-diff, other way round", &sides.new, &after);
        }
        let session = self.session(OLD).await;
        match before.check(&session, forward).await {
            Ok(lost) => {
                for it in lost {
                    self.verdict.fail("rows", it, engine::show(forward));
                }
            }
            Err(error) => self.verdict.fail("rows", error.to_string(), ""),
        }
    }

    /// The reverse plan on the migrated database, with its rows if they allow.
    async fn go_back(&mut self, sides: &Sides, back: &Plan) {
        let session = self.session(OLD).await;
        let against = engine::ask(&session, back).await;
        for it in against.iter().filter(|it| it.starts_with("PROBE FAILS")) {
            self.verdict.fail("probe of the way back", it, engine::show(back));
        }
        if !against.is_empty() {
            self.empty(&session).await;
        }
        match engine::apply(&session, back).await {
            Ok(()) => self.check_back(sides, OLD).await,
            Err(stopped) if engine::is_about_rows(&stopped.error) => {
                self.stopped("no probe warned on the way back", &stopped, back);
                self.go_back_from_new(sides, back).await;
            }
            Err(stopped) => self.stopped("reverse", &stopped, back),
        }
    }

    /// The reverse plan on a database that has the new schema from its file.
    async fn go_back_from_new(&mut self, sides: &Sides, back: &Plan) {
        let session = self.session(NEW).await;
        match engine::apply(&session, back).await {
            Ok(()) => self.check_back(sides, NEW).await,
            Err(stopped) => self.stopped("reverse", &stopped, back),
        }
    }

    async fn check_back(&mut self, sides: &Sides, database: &'static str) {
        self.check_dump("reverse pg_dump", &sides.old_dump, database);
        if let Some(after) = self.introspect(database).await {
            self.check_empty("reverse re-diff", &after, &sides.old);
        }
    }

    /// The old database under the names that the new schema's annotations give.
    async fn rename(&mut self, new: &Catalog) {
        if !self.case.new.contains("@renamed") {
            return;
        }
        let session = self.session(OLD).await;
        if let Err(why) = engine::rename(&session, new, &self.intents).await {
            self.verdict.fail("rename", why, "");
        }
        self.sessions.remove(OLD);
    }

    fn plan(&mut self, label: &str, (from, to): (&Catalog, &Catalog), intents: &Intents) -> Plan {
        let told = self.case.told;
        let plan = engine::plan(from, to, told, intents);
        let shown = engine::show(&plan);
        self.verdict.plans.push_str(&format!("== plan {label} ({told:?})\n{shown}\n"));
        if engine::plan(from, to, told, intents) != plan {
            self.verdict.fail("determinism", "the same catalogs give another plan", "");
        }
        plan
    }

    fn check_empty(&mut self, law: &'static str, from: &Catalog, to: &Catalog) {
        let plan = engine::plan(from, to, self.case.told, &Intents::default());
        if let Some(first) = plan.steps.first() {
            let says = format!("{} steps left, the first: {}", plan.steps.len(), first.sql());
            self.verdict.fail(law, says, engine::show(&plan));
        }
    }

    fn check_dump(&mut self, law: &'static str, wanted: &Oracle, database: &str) {
        let differences = wanted.differences(&self.dump(database));
        if let Some(first) = differences.names.first() {
            let more = match differences.names.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            self.verdict.fail(law, format!("{first}{more}"), differences.text);
        }
    }

    fn stopped(&mut self, law: &'static str, stopped: &Stopped, plan: &Plan) {
        let Stopped { at, sql, error } = stopped;
        let says = format!("step {at}: {error}: {sql}");
        let hint = error.hint.as_deref().unwrap_or_default();
        let context = error.context.as_deref().unwrap_or_default();
        let detail =
            format!("step {at}: {sql}\n{error}\n{hint}\n{context}\n\n{}", engine::show(plan));
        self.verdict.failures.push(Failure { law, sqlstate: error.sqlstate.clone(), says, detail });
    }

    async fn fill(&mut self, variety: Variety) {
        let session = self.session(OLD).await;
        match rows::fill(&session, variety).await {
            Ok(rows) => self.verdict.rows = rows,
            Err(error) => self.verdict.fail("filling", error.to_string(), ""),
        }
    }

    /// A fresh database with the old schema and no rows but its own.
    async fn start_again(&mut self) -> Result<(), Unasked> {
        self.sessions.remove(OLD);
        let made = self.cluster.make(OLD, &self.case.old).await;
        made.map_err(|error| Unasked::Broken(error.says))?;
        if let Some(new) = self.introspect(NEW).await {
            self.rename(&new).await;
        }
        Ok(())
    }

    /// Takes all rows away: they stand in the way back.
    async fn empty(&self, session: &Session) {
        let rows = session.query(include_str!("law/tables.sql"), &[]).await.expect("a catalog");
        let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        if !tables.is_empty() {
            let sql = format!("TRUNCATE {} CASCADE", tables.join(", "));
            session.execute(&sql).await.expect("tables can be emptied");
        }
    }

    async fn introspect(&mut self, database: &'static str) -> Option<Catalog> {
        let session = self.session(database).await;
        let read = pg_live::introspect(&session).await;
        let failed = |error| self.verdict.fail("introspection", format!("{database}: {error}"), "");
        read.map_err(failed).ok()
    }

    fn dump(&self, database: &str) -> Oracle {
        Oracle::read(&self.cluster.pg_dump(database))
    }

    async fn session(&mut self, database: &'static str) -> Rc<Session> {
        if let Some(session) = self.sessions.get(database) {
            return session.clone();
        }
        let session = Rc::new(self.cluster.session(database).await);
        self.sessions.insert(database, session.clone());
        session
    }
}
