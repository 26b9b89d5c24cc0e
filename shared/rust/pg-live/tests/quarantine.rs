//! What the cases of this repository drop is kept instead, hinders nobody,
//! and comes back as it was.
//!
//! `XTASK_CASE=PART_OF_A_NAME` asks some only.
#![allow(
    clippy::disallowed_methods,
    reason = "a test starts servers and reads the environment itself"
)]

#[allow(dead_code, reason = "the other rings use the rest")]
mod ring;

use std::path::Path;

use pg_diff::catalog::{Catalog, Kind};
use pg_diff::plan::{Hazard, HazardKind, Options};
use pg_diff::quarantine::{Keep, keep, kept, leave_alone, take_back};
use pg_diff::rename::Renamed;
use pg_diff::{diff, plan};
use pg_live::{Session, introspect};

use ring::case::{Case, read_all};
use ring::engine::apply;
use ring::servers::{Cluster, installations, runtime};

const OLD: &str = "kept_old";
const NEW: &str = "kept_new";

/// Their folders; what other kinds drop hangs on one of these.
const KINDS: [&str; 6] =
    ["column/", "table/", "partition/", "inheritance/", "dependants/", "sequence/"];

async fn read(session: &Session) -> Catalog {
    introspect(session).await.expect("a catalog")
}

async fn run(session: &Session, moves: &[Renamed]) -> Result<(), String> {
    for step in moves.iter().flat_map(|it| &it.steps) {
        let sql = step.sql();
        session.execute(&sql).await.map_err(|error| format!("{sql}: {error}"))?;
    }
    Ok(())
}

/// Makes the database what `wanted` is, with what it keeps.
async fn become_like(session: &Session, wanted: &Catalog) -> Result<(), String> {
    let current = read(session).await;
    let mut desired = wanted.clone();
    leave_alone(&current, &mut desired);
    let steps = plan(&current, &desired, &Options::default());
    apply(session, &steps).await.map_err(|it| format!("{}: {}", it.sql, it.error))?;
    let reached = read(session).await;
    let mut desired = wanted.clone();
    leave_alone(&reached, &mut desired);
    match diff(&reached, &desired).first() {
        None => Ok(()),
        Some(change) => Err(format!("not reached: {change:?}")),
    }
}

/// None where nothing is dropped that could be kept.
async fn there_and_back(cluster: &Cluster, case: &Case) -> Option<Result<(), String>> {
    for (name, sql) in [(OLD, &case.old), (NEW, &case.new)] {
        if cluster.make(name, sql).await.is_err() {
            return None;
        }
    }
    let (old, new) = (cluster.session(OLD).await, cluster.session(NEW).await);
    let (before, wanted) = (read(&old).await, read(&new).await);
    let time = |day: &str| format!("2026-12-{day}T00:00:00Z");
    let terms = Keep { dropped: time("01"), until: time("15"), by: "a case".to_owned() };
    let moves = keep(&before, &wanted, &terms, &|_| false).moves;
    if moves.is_empty() {
        return None;
    }
    let done = async {
        run(&old, &moves).await.map_err(|why| format!("keeping: {why}"))?;
        let current = read(&old).await;
        let mut desired = wanted.clone();
        leave_alone(&current, &mut desired);
        let steps = plan(&current, &desired, &Options::default());
        let is_lost =
            |it: &&Hazard| it.kind == HazardKind::DataLoss && it.about.kind == Kind::Table;
        if let Some(lost) = steps.hazards().into_iter().find(is_lost) {
            return Err(format!("{}: {}", lost.about, lost.why));
        }
        become_like(&old, &wanted).await.map_err(|why| format!("there: {why}"))?;
        let current = read(&old).await;
        let marks = kept(&current).len();
        // Somebody else has its name: that is said, and nothing is done.
        let Ok(moves) = take_back(&current, &before) else { return Ok(()) };
        run(&old, &moves).await.map_err(|why| format!("taking back {marks}: {why}"))?;
        become_like(&old, &before).await.map_err(|why| format!("back: {why}"))?;
        match kept(&read(&old).await).first_key_value() {
            None => Ok(()),
            Some((id, _)) => Err(format!("{id} is left")),
        }
    };
    Some(done.await)
}

#[test]
fn what_the_cases_drop_is_kept_and_comes_back() {
    let servers = installations();
    let Some(server) = servers.last() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pg-diff/tests/cases");
    let wanted = std::env::var("XTASK_CASE").ok();
    let is_wanted = |case: &Case| match &wanted {
        Some(part) => case.name.contains(part.as_str()),
        None => KINDS.iter().any(|kind| case.name.starts_with(kind)),
    };
    let cases: Vec<Case> = read_all(&folder)
        .into_iter()
        .filter(|it| it.since <= server.major && it.roles.is_empty() && is_wanted(it))
        .collect();
    let cluster = Cluster::start(server);
    let (mut asked, mut failures) = (0, Vec::new());
    for case in &cases {
        let told = runtime().block_on(async {
            let told = there_and_back(&cluster, case).await;
            let session = cluster.session("postgres").await;
            for name in [OLD, NEW] {
                pg_live::database::drop_scratch(&session, name).await.expect("a database of ours");
            }
            told
        });
        asked += usize::from(told.is_some());
        if let Some(Err(why)) = told {
            failures.push(format!("{}: {why}", case.name));
        }
    }
    assert!(failures.is_empty(), "{} of {asked}:\n{}", failures.len(), failures.join("\n"));
    assert!(asked > 20 || wanted.is_some(), "{asked} cases drop something");
}
