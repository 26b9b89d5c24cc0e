//! Looking at a statement that cannot run in a transaction: CONCURRENTLY.
//!
//! On an empty table it is over in no time. So a second session stands in its
//! way with a lock that does not conflict with what it takes first and that
//! it must wait out (ROW EXCLUSIVE, as a client's own write does), reads what
//! it holds by then, and gives way.
//!
//! Must never: stand in the way of a statement that does not come.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use pg_diff::catalog::{Id, Kind};
use pg_diff::ddl;
use pg_diff::plan::Step;

use super::certificate::{ObservedLock, StepCertificate};
use super::observe::Observer;
use crate::error::Result;
use crate::lock::LockMode;
use crate::session::Session;

const LOOK: Duration = Duration::from_millis(2);
/// A statement that has not met us by then never will.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(
    session: &Session,
    observer: &mut Observer,
    index: usize,
    step: &Step,
) -> Result<StepCertificate> {
    let tables: Vec<u32> = step.tables.iter().filter_map(|id| observer.find(id)).collect();
    let gate = stand(session, step, observer).await?;
    let pid: i32 = session.query_one("SELECT pg_catalog.pg_backend_pid()", &[]).await?.get(0);
    let sql = step.sql();
    let started = Instant::now();
    let mut statement = std::pin::pin!(session.execute(&sql));
    let mut seen: BTreeMap<u32, LockMode> = BTreeMap::new();
    let mut stands = true;
    loop {
        let pause = std::pin::pin!(tokio::time::sleep(LOOK));
        match select(statement.as_mut(), pause).await {
            Either::Left((done, _)) => {
                done?;
                break;
            }
            Either::Right(((), _)) => {}
        }
        let mut met = false;
        for row in gate.query(include_str!("outside.sql"), &[&pid]).await? {
            met = row.get(2);
            let mode = row.get::<_, Option<String>>(1).and_then(|it| LockMode::from_server(&it));
            if let (Some(oid), Some(mode)) = (row.get::<_, Option<u32>>(0), mode) {
                let strongest = seen.entry(oid).or_insert(mode);
                *strongest = mode.max(*strongest);
            }
        }
        if stands && (met || started.elapsed() > PATIENCE) {
            gate.execute("COMMIT").await?;
            stands = false;
        }
    }
    let millis = started.elapsed().as_millis() as u64;
    observer.begin(session).await?;
    // Before its own index is known: nobody waits for that.
    let mut locks = observer.locks(&seen);
    let indexes_built = observer.meet_indexes(session, &tables).await?;
    let observed = locks.iter().any(|lock| lock.mode >= LockMode::ShareUpdateExclusive);
    if !observed {
        locks = documented(step);
    }
    let mut scans: Vec<Id> = indexes_built.iter().map(|it| it.table.clone()).collect();
    scans.dedup();
    Ok(StepCertificate {
        step: index,
        locks,
        held: Vec::new(),
        rewrites: Vec::new(),
        scans,
        indexes_built,
        millis,
        observed: observed || step.tables.is_empty(),
    })
}

/// Opens the second session, which locks the tables of the step.
async fn stand(session: &Session, step: &Step, observer: &Observer) -> Result<Session> {
    let gate = Session::connect(session.address(), "prove").await?;
    gate.execute("BEGIN").await?;
    let known = step.tables.iter().filter(|id| id.kind == Kind::Table);
    for table in known.filter(|id| observer.find(id).is_some()) {
        // One that the plan renamed or dropped since is not there to be locked.
        let name = ddl::qualified(table);
        let row = gate.query_one("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[&name]).await?;
        if row.get::<_, bool>(0) {
            gate.execute(&format!("LOCK TABLE ONLY {name} IN ROW EXCLUSIVE MODE")).await?;
        }
    }
    Ok(gate)
}

/// Source: the manual, "Explicit Locking", for everything CONCURRENTLY.
fn documented(step: &Step) -> Vec<ObservedLock> {
    let mode = LockMode::ShareUpdateExclusive;
    let lock = |table: &Id| ObservedLock {
        table: table.clone(),
        index: None,
        mode,
        blocks: mode.blocks(),
    };
    step.tables.iter().map(lock).collect()
}
