//! The laws themselves, one after the other.

use std::collections::BTreeMap;
use std::rc::Rc;

use pg_diff::catalog::Catalog;
use pg_diff::declared::Intents;
use pg_diff::plan::{Plan, Step};
use pg_diff::rename::{self, Renamed};
use pg_live::seeds::{self, SeedRule};
use pg_live::{Session, facts};

use super::{CLONE, Failure, NEW, OLD, Unasked, Verdict};
use crate::ring::case::Case;
use crate::ring::engine::{self, Stopped, Told};
use crate::ring::oracle::Oracle;
use crate::ring::rows::{self, Variety};
use crate::ring::servers::Cluster;
use crate::ring::survivors::Before;
use crate::ring::wishes;

const OTHER_WAY: &str = "re-diff, other way round";

/// One case before the laws.
pub struct Hearing<'a> {
    cluster: &'a Cluster,
    case: &'a Case,
    /// One per database: a new one reads the whole catalog again.
    sessions: BTreeMap<&'static str, Rc<Session>>,
    verdict: Verdict,
}

/// Both sides as they were read.
struct Sides {
    old: Catalog,
    new: Catalog,
    old_dump: Oracle,
    new_dump: Oracle,
    intents: Intents,
}

/// What is in the tables when the plan runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// Those of `old.sql`, and synthetic ones.
    Made(Variety),
    /// Those of `old.sql`.
    Own,
    None,
}

/// There and back.
struct Ways {
    renamed: Vec<Renamed>,
    forward: Plan,
    back: Plan,
}

impl<'a> Hearing<'a> {
    pub fn new(cluster: &'a Cluster, case: &'a Case) -> Hearing<'a> {
        Hearing { cluster, case, sessions: BTreeMap::new(), verdict: Verdict::new() }
    }

    pub async fn run(mut self) -> Result<Verdict, Unasked> {
        self.hear().await.map(|()| self.verdict)
    }

    async fn hear(&mut self) -> Result<(), Unasked> {
        let (Some(old), Some(new)) = (self.introspect(OLD).await, self.introspect(NEW).await)
        else {
            return Ok(());
        };
        let intents = wishes::read(&self.case.new, &new).unwrap_or_else(|says| {
            self.verdict.notes.push(format!("annotations: {says}"));
            Intents::default()
        });
        let (old_dump, new_dump) = (self.dump(OLD), self.dump(NEW));
        let sides = Sides { old, new, old_dump, new_dump, intents };
        self.check_empty("plan(old,old)", &sides.old, &sides.old);
        self.check_empty("plan(new,new)", &sides.new, &sides.new);
        for catalog in [&sides.old, &sides.new] {
            for it in &catalog.unmanaged {
                self.verdict.notes.push(format!("unmanaged: {it}"));
            }
        }
        let Some(ways) = self.ways(&sides).await? else { return Ok(()) };
        if self.migrate(&sides, &ways).await? {
            self.go_back(&sides, &ways.back).await;
        } else {
            self.go_back_from_new(&sides, &ways.back).await;
        }
        Ok(())
    }

    /// Renames are run on a clone and everything is read again, so that
    /// PostgreSQL itself spells what they do to the rest.
    async fn ways(&mut self, sides: &Sides) -> Result<Option<Ways>, Unasked> {
        let mut renamed = match rename::asked(&sides.old, &sides.new, &sides.intents) {
            Ok(renamed) => renamed,
            Err(conflicts) => {
                let says: Vec<String> = conflicts.into_iter().map(|it| it.message).collect();
                self.verdict.fail("renames", says.join("; "), "");
                return Ok(None);
            }
        };
        let mut current = sides.old.clone();
        let mut done = 0;
        while done == 0 || done < renamed.len() {
            if done < renamed.len() {
                if done == 0 {
                    self.make(CLONE).await?;
                }
                let session = self.session(CLONE).await;
                for step in renamed[done..].iter().flat_map(|it| &it.steps) {
                    if let Err(error) = session.execute(&step.sql()).await {
                        self.verdict.fail("renames", format!("{error}: {}", step.sql()), "");
                        return Ok(None);
                    }
                }
                done = renamed.len();
                let Some(learned) = self.introspect(CLONE).await else { return Ok(None) };
                current = learned;
            }
            let following = rename::following(&current, &sides.new);
            if following.is_empty() {
                break;
            }
            renamed.extend(following);
        }
        let rest = self.plan("old -> new", (&current, &sides.new), (&sides.intents, &renamed));
        let back = self.plan("new -> old", (&sides.new, &current), (&Intents::default(), &[]));
        let mut steps: Vec<Step> = renamed.iter().flat_map(|it| it.steps.clone()).collect();
        steps.extend(rest.steps);
        let forward = Plan { steps, probes: rest.probes };
        let mut steps = back.steps;
        steps.extend(rename::undo(&renamed, &sides.new));
        let back = Plan { steps, probes: back.probes };
        for (label, plan) in [("there", &forward), ("back", &back)] {
            let told = self.case.told;
            let shown = engine::show(plan);
            self.verdict.plans.push_str(&format!("== {label} ({told:?})\n{shown}\n"));
        }
        Ok(Some(Ways { renamed, forward, back }))
    }

    /// True when the old database has the new schema now.
    async fn migrate(&mut self, sides: &Sides, ways: &Ways) -> Result<bool, Unasked> {
        let Ways { renamed, forward, .. } = ways;
        let all = [Rows::Made(Variety::Mixed), Rows::Made(Variety::Full), Rows::Own, Rows::None];
        // A plan for tables without rows is no plan for others.
        let skipped = if self.case.told == Told::Empty { 3 } else { 0 };
        for rows in all.into_iter().skip(skipped) {
            if rows != Rows::Made(Variety::Mixed) {
                self.make(OLD).await?;
            }
            let session = self.session(OLD).await;
            match rows {
                Rows::Made(variety) => self.fill(variety).await,
                Rows::Own => {}
                Rows::None => self.empty(&session).await,
            }
            let other = self.session(NEW).await;
            let before = Before::read(&session, &other, (renamed, &sides.intents)).await;
            let before = before.expect("tables can be read");
            self.verdict.rows = before.row_count();
            let against = engine::ask(&session, forward).await;
            let is_last = rows == Rows::None;
            for it in &against {
                if it.starts_with("PROBE FAILS") {
                    self.verdict.fail("probe", it, "");
                }
                self.verdict.notes.push(format!("{rows:?}: probe: {it}"));
            }
            if !against.is_empty() && !is_last {
                continue;
            }
            match engine::apply(&session, forward).await {
                Ok(()) => {
                    self.check_migrated(sides, forward, &before).await;
                    return Ok(true);
                }
                Err(stopped) if stopped.is_about_rows() && !is_last => {
                    if engine::cannot_be_asked(forward, &stopped) {
                        let note = format!("not asked: {}", stopped.error);
                        self.verdict.notes.push(note);
                    } else {
                        self.stopped("no probe warned", &stopped);
                    }
                }
                Err(stopped) => {
                    self.stopped("apply", &stopped);
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }

    async fn check_migrated(&mut self, sides: &Sides, forward: &Plan, before: &Before<'_>) {
        self.check_dump("pg_dump", &sides.new_dump, OLD);
        if let Some(after) = self.introspect(OLD).await {
            self.check_empty("re-diff", &after, &sides.new);
            self.check_empty(OTHER_WAY, &sides.new, &after);
        }
        let session = self.session(OLD).await;
        match before.check(&session, forward).await {
            Ok(lost) => {
                for it in lost {
                    self.verdict.fail("rows", it, "");
                }
            }
            Err(error) => self.verdict.fail("rows", error.to_string(), ""),
        }
        if let Err(says) = self.seed(sides).await {
            self.verdict.fail("seeds", says, "");
        }
    }

    /// Rows that new.sql inserts are there, and stay as they are elsewhere.
    async fn seed(&mut self, sides: &Sides) -> Result<(), String> {
        let (live, shadow) = (self.session(OLD).await, self.session(NEW).await);
        let rule = |it: &pg_diff::declared::SeedRule| SeedRule {
            namespace: it.table.namespace.to_string(),
            name: it.table.name.to_string(),
            key: it.key.clone(),
            update: it.update.clone(),
        };
        let rules: Vec<SeedRule> = sides.intents.seeds.iter().map(rule).collect();
        let seeded = async {
            let facts = facts::facts(&shadow).await?;
            let declared = seeds::declared_by(&shadow, &facts, &rules).await?;
            let report = seeds::compare(&declared, &live).await?;
            seeds::write(&live, &report.statements()).await?;
            seeds::compare(&declared, &live).await
        };
        let report = seeded.await.map_err(|error: pg_live::Error| error.to_string())?;
        let absent = report.missing.iter().chain(&report.outdated);
        match absent.map(|it| format!("{} {}", it.table, it.key)).next() {
            Some(first) => Err(format!("{first} is not as it is declared")),
            None => Ok(()),
        }
    }

    /// The reverse plan on the migrated database, with its rows if they allow.
    async fn go_back(&mut self, sides: &Sides, back: &Plan) {
        if self.case.one_way {
            return;
        }
        let session = self.session(OLD).await;
        let against = engine::ask(&session, back).await;
        for it in against.iter().filter(|it| it.starts_with("PROBE FAILS")) {
            self.verdict.fail("probe of the way back", it, "");
        }
        if !against.is_empty() {
            self.empty(&session).await;
        }
        match engine::apply(&session, back).await {
            Ok(()) => self.check_back(sides, OLD).await,
            Err(stopped) if stopped.is_about_rows() => {
                if !engine::cannot_be_asked(back, &stopped) {
                    self.stopped("no probe warned on the way back", &stopped);
                }
                self.go_back_from_new(sides, back).await;
            }
            Err(stopped) => self.stopped("reverse", &stopped),
        }
    }

    /// The reverse plan on a database that has the new schema from its file.
    async fn go_back_from_new(&mut self, sides: &Sides, back: &Plan) {
        if self.case.one_way {
            return;
        }
        let session = self.session(NEW).await;
        match engine::apply(&session, back).await {
            Ok(()) => self.check_back(sides, NEW).await,
            Err(stopped) => self.stopped("reverse", &stopped),
        }
    }

    async fn check_back(&mut self, sides: &Sides, database: &'static str) {
        self.check_dump("reverse pg_dump", &sides.old_dump, database);
        if let Some(after) = self.introspect(database).await {
            self.check_empty("reverse re-diff", &after, &sides.old);
        }
    }

    fn plan(
        &mut self,
        label: &str,
        (from, to): (&Catalog, &Catalog),
        wishes: (&Intents, &[Renamed]),
    ) -> Plan {
        let options = engine::options(from, self.case.told, wishes);
        let plan = pg_diff::plan(from, to, &options);
        if pg_diff::plan(from, to, &options) != plan {
            let says = format!("{label}: the same catalogs give another plan");
            self.verdict.fail("determinism", says, "");
        }
        plan
    }

    fn check_empty(&mut self, law: &'static str, from: &Catalog, to: &Catalog) {
        let mut plan = self.plan(law, (from, to), (&Intents::default(), &[]));
        if law == OTHER_WAY {
            // Who declares no owner takes any, and who declares no rows of a
            // materialized view those that are there.
            plan.steps.retain(|it| {
                let sql = it.sql();
                !sql.contains(" OWNER TO ") && !sql.starts_with("REFRESH MATERIALIZED VIEW ")
            });
        }
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

    fn stopped(&mut self, law: &'static str, stopped: &Stopped) {
        let Stopped { at, sql, error } = stopped;
        let says = format!("step {at}: {error}: {sql}");
        let hint = error.hint.as_deref().unwrap_or_default();
        let context = error.context.as_deref().unwrap_or_default();
        let detail = format!("step {at}: {sql}\n{error}\n{hint}\n{context}\n");
        self.verdict.add(Failure { law, sqlstate: error.sqlstate.clone(), says, detail });
    }

    async fn fill(&mut self, variety: Variety) {
        let session = self.session(OLD).await;
        match rows::fill(&session, variety).await {
            Ok(rows) => self.verdict.rows = rows,
            Err(error) => self.verdict.fail("filling", error.to_string(), ""),
        }
    }

    /// A fresh database with the old schema and no rows but its own.
    async fn make(&mut self, database: &'static str) -> Result<(), Unasked> {
        self.sessions.remove(database);
        let made = self.cluster.make(database, &self.case.old).await;
        made.map_err(|error| Unasked::Broken(error.says))
    }

    /// Takes all rows away: they stand in the way back.
    async fn empty(&self, session: &Session) {
        let rows = session.query(include_str!("tables.sql"), &[]).await.expect("a catalog");
        let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        if !tables.is_empty() {
            let sql = format!("TRUNCATE ONLY {} CASCADE", tables.join(", ONLY "));
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
