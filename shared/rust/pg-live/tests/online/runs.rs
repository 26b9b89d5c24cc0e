//! Running a plan in a test, with everything it told.

use std::cell::RefCell;
use std::time::Duration;

use pg_diff::plan::Plan;
use pg_live::apply::{Entry, Event, Options, Outcome, Recheck, State, Stopped, Story, apply};
use pg_live::prove::{Certificate, prove};
use pg_live::{Address, Session, database};

use crate::place::Place;

pub struct Run {
    pub outcome: Outcome,
    pub events: Vec<Event>,
    pub journal: Vec<Entry>,
}

impl Run {
    pub fn require_applied(&self) {
        match &self.outcome {
            Outcome::Applied { .. } => {}
            Outcome::Stopped(stopped) => panic!("{stopped:?}\n{:#?}", self.events),
        }
    }

    pub fn stopped(&self, state: State) -> &Stopped {
        match &self.outcome {
            Outcome::Stopped(stopped) => {
                assert_eq!(stopped.state, state, "{stopped:?}");
                stopped
            }
            Outcome::Applied { .. } => panic!("it was applied: {:#?}", self.events),
        }
    }

    pub fn count(&self, is_it: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| is_it(event)).count()
    }
}

/// Budgets for tests: nothing takes longer than a few seconds.
pub fn options() -> Options<'static> {
    Options {
        budget: Duration::from_secs(20),
        reconnect: Duration::from_secs(10),
        ..Options::default()
    }
}

pub async fn run(address: &Address, plan: &Plan, options: &Options<'_>) -> Run {
    let same = async |_: &Session| Ok(true);
    run_with(address, plan, options, &same).await
}

pub async fn run_with(
    address: &Address,
    plan: &Plan,
    options: &Options<'_>,
    recheck: &dyn Recheck,
) -> Run {
    run_hearing(address, plan, options, recheck, &mut |_| {}).await
}

/// `hear` is told every event when it comes.
pub async fn run_hearing(
    address: &Address,
    plan: &Plan,
    options: &Options<'_>,
    recheck: &dyn Recheck,
    hear: &mut dyn FnMut(&Event),
) -> Run {
    let events = RefCell::new(Vec::new());
    let mut journal: Vec<Entry> = Vec::new();
    let mut tell = |event: Event| {
        hear(&event);
        events.borrow_mut().push(event);
    };
    let story = Story { tell: &mut tell, journal: &mut journal };
    let outcome = apply(address, plan, options, recheck, story).await.expect("it can begin");
    Run { outcome, events: events.into_inner(), journal }
}

/// Waits until a statement answers true.
pub async fn until(session: &Session, sql: &str) {
    for _ in 0..400 {
        let sql = format!("SELECT coalesce(({sql})::bool, false)");
        if session.query_one(&sql, &[]).await.expect(&sql).get(0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {sql}");
}

/// What a plan does, on a clone of the place.
pub async fn proved(place: &Place, plan: &Plan) -> Certificate {
    let name = &place.address.database;
    let clone = format!("{name}_clone");
    let maintenance = place.address.with_database("postgres");
    let maintenance = Session::connect(&maintenance, "test").await.expect("a server");
    // A template must not be in use.
    let empty = "NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname =";
    until(&maintenance, &format!("{empty} '{name}')")).await;
    database::clone(&maintenance, name, &clone).await.expect("a clone");
    let certificate = prove(&place.address.with_database(&clone), plan).await;
    database::drop_scratch(&maintenance, &clone).await.expect("ours");
    certificate.expect("a plan that runs")
}
