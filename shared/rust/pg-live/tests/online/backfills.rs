//! Backfills: every row once, whatever happens between.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join;
use pg_diff::plan::{Backfill, Mode, Plan, Step, Work};
use pg_live::Session;
use pg_live::apply::{Event, Options, Pace, State, Why};
use pg_live::prove::prove;

use crate::place::{everywhere, plan, table, together};
use crate::runs::{options, run, run_hearing};

/// `touched` counts how often a row was set.
const TABLE: &str = "CREATE TABLE public.t (id int PRIMARY KEY, title text NOT NULL, content text, \
     touched int NOT NULL DEFAULT 0); \
     INSERT INTO public.t SELECT g, 'Title ' || g FROM generate_series(1, 100000) g";

const WRONG: &str = "SELECT count(*) FROM public.t \
     WHERE content IS DISTINCT FROM lower(title) OR touched <> 1";

fn backfill(key: &[&str]) -> Plan {
    let work = Work::Backfill(Backfill {
        table: table("t"),
        set: "content = lower(title), touched = touched + 1".to_owned(),
        condition: "content IS NULL".to_owned(),
        key: key.iter().map(|&it| it.to_owned()).collect(),
        batch: 2000,
    });
    plan(vec![Step { mode: Mode::Alone, work, ..together("") }])
}

fn fast() -> Options<'static> {
    let pace = Pace { wal_bytes_per_second: 1 << 40, waiting: 1000, ..Pace::default() };
    Options { pace, ..options() }
}

#[test]
fn every_row_is_set_once() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let run = run(&place.address, &backfill(&["id"]), &fast()).await;
        run.require_applied();
        assert_eq!(place.ask(WRONG).await, "0");
        let last = run.events.iter().rev().find_map(|event| {
            let Event::BackfillProgress { done, estimated, .. } = event else { return None };
            Some((*done, *estimated))
        });
        assert_eq!(last, Some((100_000, 100_000)));
    });
}

#[test]
fn a_connection_that_is_terminated_in_the_middle_is_opened_again() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let killer = place.session().await;
        let kills = Cell::new(0);
        let kill = async {
            for _ in 0..2 {
                tokio::time::sleep(Duration::from_millis(700)).await;
                let sql = "SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM \
                           pg_catalog.pg_stat_activity WHERE application_name = \
                           'xtask/db-migrate' AND datname = current_database()";
                let row = killer.query_one(sql, &[]).await.expect("a superuser");
                kills.set(kills.get() + row.get::<_, i64>(0));
            }
        };
        let (plan, options) = (backfill(&["id"]), fast());
        let (run, ()) = join(run(&place.address, &plan, &options), kill).await;
        run.require_applied();
        assert_eq!(kills.get() as usize, run.count(|it| matches!(it, Event::Reconnected { .. })));
        assert!(kills.get() > 0, "it was over too soon");
        assert_eq!(place.ask(WRONG).await, "0");
    });
}

#[test]
fn a_run_that_was_killed_is_gone_on_with() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let (plan, options) = (backfill(&["id"]), fast());
        let same = async |_: &Session| Ok(true);
        let half = Cell::new(false);
        let mut hear = |event: &Event| {
            if let Event::BackfillProgress { done, .. } = event {
                half.set(*done > 10_000);
            }
        };
        {
            let mut first =
                std::pin::pin!(run_hearing(&place.address, &plan, &options, &same, &mut hear));
            while !half.get() {
                let step = tokio::time::timeout(Duration::from_millis(1), first.as_mut()).await;
                assert!(step.is_err(), "it was over too soon");
            }
            // Dropped: nobody listens to that session any more.
        }
        let left: i64 = place
            .ask("SELECT count(*) FROM public.t WHERE content IS NULL")
            .await
            .parse()
            .expect("a number");
        assert!(left > 0 && left < 100_000, "{left}");
        let second = run(&place.address, &plan, &options).await;
        second.require_applied();
        assert_eq!(place.ask(WRONG).await, "0");
    });
}

#[test]
fn rows_without_a_key_are_found_by_their_place() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        place.run(include_str!("backfills/partitions.sql")).await;
        prove_on_nothing(&place, &backfill(&[])).await;
        run(&place.address, &backfill(&[]), &fast()).await.require_applied();
        assert_eq!(place.ask(WRONG).await, "0");
    });
}

async fn prove_on_nothing(place: &crate::place::Place, plan: &Plan) {
    place.run("CREATE TABLE public.keep AS TABLE public.t; TRUNCATE public.t").await;
    let certificate = prove(&place.address, plan).await.expect("it runs");
    assert_eq!(certificate.steps.len(), 1);
    place.run("INSERT INTO public.t TABLE public.keep").await;
}

#[test]
fn keys_of_any_kind_are_walked() {
    everywhere(|place| async move {
        place.run(include_str!("backfills/composite_key.sql")).await;
        let run = run(&place.address, &backfill(&["A", "b"]), &fast()).await;
        run.require_applied();
        assert_eq!(place.ask(WRONG).await, "0");
    });
}

#[test]
fn rows_that_others_hold_come_last() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let other = place.session().await;
        other
            .execute("BEGIN; UPDATE public.t SET title = 'Mine' WHERE id IN (7, 50000)")
            .await
            .expect("a client");
        let release = async {
            tokio::time::sleep(Duration::from_secs(6)).await;
            other.execute("COMMIT").await.expect("a client");
        };
        let (plan, options) = (backfill(&["id"]), fast());
        let (run, ()) = join(run(&place.address, &plan, &options), release).await;
        run.require_applied();
        assert_eq!(place.ask(WRONG).await, "0");
        assert_eq!(place.ask("SELECT content FROM public.t WHERE id = 7").await, "mine");
    });
}

#[test]
fn an_expression_that_gives_what_is_looked_for_ends() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        place.run("UPDATE public.t SET title = '' WHERE id > 99990").await;
        let mut plan = backfill(&["id"]);
        if let Work::Backfill(it) = &mut plan.steps[0].work {
            it.set = "content = nullif(title, '')".to_owned();
        }
        let run = run(&place.address, &plan, &fast()).await;
        assert!(matches!(run.stopped(State::Partial).why, Why::Stuck { rows: 10 }));
    });
}

#[test]
fn wal_is_spread_over_time() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let pace = Pace { wal_bytes_per_second: 8 << 20, ..Pace::default() };
        let options = Options { pace, ..options() };
        let run = run(&place.address, &backfill(&["id"]), &options).await;
        run.require_applied();
        assert!(run.count(|it| matches!(it, Event::Throttled { .. })) > 0);
    });
}
