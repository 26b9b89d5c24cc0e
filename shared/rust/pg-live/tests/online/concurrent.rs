//! CONCURRENTLY: leftovers, old transactions, failures, progress.

use std::time::Duration;

use futures_util::future::{join, join3};
use pg_live::apply::{Event, Options, State, Why};

use crate::place::{Place, everywhere, outside, plan};
use crate::runs::{options, run, until};

const TABLE: &str = "CREATE TABLE public.t (id int PRIMARY KEY, a int); \
     INSERT INTO public.t SELECT g, g % 1000 FROM generate_series(1, 20000) g";

const BUILD: &str = "CREATE INDEX CONCURRENTLY t_a ON public.t (a)";

async fn indexes(place: &Place) -> String {
    let sql = "SELECT string_agg(c.relname || CASE WHEN indisvalid THEN '' ELSE ' invalid' END, \
               ',' ORDER BY c.relname) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c \
               ON c.oid = indexrelid WHERE indrelid = 'public.t'::regclass";
    place.ask(sql).await
}

/// Leaves an index half-built, as a killed run does.
async fn leave(place: &Place, sql: &str) {
    let (reader, builder, watcher) =
        (place.session().await, place.session().await, place.session().await);
    reader.execute("BEGIN; LOCK TABLE public.t IN ROW EXCLUSIVE MODE").await.expect("a reader");
    let pid: i32 =
        builder.query_one("SELECT pg_catalog.pg_backend_pid()", &[]).await.expect("one").get(0);
    let kill = async {
        until(&watcher, &format!("cardinality(pg_catalog.pg_blocking_pids({pid})) > 0")).await;
        watcher
            .query("SELECT pg_catalog.pg_terminate_backend($1)", &[&pid])
            .await
            .expect("a superuser");
    };
    let (killed, ()) = join(builder.execute(sql), kill).await;
    killed.expect_err("it was killed");
    reader.execute("COMMIT").await.expect("a reader");
}

#[test]
fn what_a_killed_run_left_is_built_again() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        leave(&place, BUILD).await;
        assert_eq!(indexes(&place).await, "t_a invalid,t_pkey");
        let run = run(&place.address, &plan(vec![outside(BUILD)]), &options()).await;
        run.require_applied();
        let index = "public.t_a".to_owned();
        assert!(run.events.contains(&Event::LeftoverDropped { step: 0, index }));
        assert_eq!(indexes(&place).await, "t_a,t_pkey");
    });
}

#[test]
fn what_a_killed_reindex_left_goes_first() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let sql = "REINDEX INDEX CONCURRENTLY public.t_pkey";
        leave(&place, sql).await;
        assert_eq!(indexes(&place).await, "t_pkey,t_pkey_ccnew invalid");
        run(&place.address, &plan(vec![outside(sql)]), &options()).await.require_applied();
        assert_eq!(indexes(&place).await, "t_pkey");
    });
}

#[test]
fn an_index_that_others_build_is_left_to_them() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let (reader, other, watcher) =
            (place.session().await, place.session().await, place.session().await);
        reader.execute("BEGIN; LOCK TABLE public.t IN ROW EXCLUSIVE MODE").await.expect("one");
        let plan = plan(vec![outside(BUILD)]);
        let options = options();
        let ours = async {
            until(&watcher, "EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = 't_a')").await;
            run(&place.address, &plan, &options).await
        };
        let release = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            reader.execute("COMMIT").await.expect("a reader");
        };
        let (theirs, ours, ()) = join3(other.execute(BUILD), ours, release).await;
        theirs.expect("nobody dropped it");
        // The name was taken by somebody else: that is the server's to say.
        let stopped = ours.stopped(State::NothingChanged);
        assert_eq!(stopped.why.error().and_then(|it| it.sqlstate.as_deref()), Some("42P07"));
        assert_eq!(indexes(&place).await, "t_a,t_pkey");
    });
}

#[test]
fn a_transaction_that_is_too_old_is_not_waited_for() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let reader = place.session().await;
        reader.execute("BEGIN; LOCK TABLE public.t IN ROW EXCLUSIVE MODE").await.expect("one");
        let plan = plan(vec![outside(BUILD)]);
        let oldest = Duration::from_secs(2);
        let options = Options { oldest, budget: Duration::from_secs(6), ..options() };
        let first = run(&place.address, &plan, &options).await;
        // What it left cannot be dropped either while they are there; the next
        // run knows it.
        let stopped = first.stopped(State::Partial);
        let Why::Locked { blockers, .. } = &stopped.why else { panic!("{stopped:?}") };
        assert_eq!(blockers.len(), 1);
        assert_eq!(indexes(&place).await, "t_a invalid,t_pkey");
        reader.execute("COMMIT").await.expect("a reader");
        run(&place.address, &plan, &options).await.require_applied();
        assert_eq!(indexes(&place).await, "t_a,t_pkey");
    });
}

#[test]
fn an_old_snapshot_is_waited_for_before_anything_is_built() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let reader = place.session().await;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_catalog.pg_class";
        reader.execute(begin).await.expect("a reader");
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let oldest = Duration::from_secs(1);
        let options = Options { oldest, budget: Duration::from_secs(2), ..options() };
        let run = run(&place.address, &plan(vec![outside(BUILD)]), &options).await;
        assert!(matches!(run.stopped(State::NothingChanged).why, Why::Locked { .. }));
        assert_eq!(indexes(&place).await, "t_pkey");
    });
}

#[test]
fn a_build_that_fails_leaves_nothing() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let sql = "CREATE UNIQUE INDEX CONCURRENTLY t_a ON public.t (a)";
        let run = run(&place.address, &plan(vec![outside(sql)]), &options()).await;
        let stopped = run.stopped(State::NothingChanged);
        assert_eq!(stopped.why.error().and_then(|it| it.sqlstate.as_deref()), Some("23505"));
        assert_eq!(indexes(&place).await, "t_pkey");
    });
}

#[test]
fn a_detach_that_was_interrupted_is_finished() {
    everywhere(|place| async move {
        place
            .run(
                "CREATE TABLE public.t (k int) PARTITION BY RANGE (k); \
                 CREATE TABLE public.low PARTITION OF public.t FOR VALUES FROM (0) TO (9)",
            )
            .await;
        let (reader, watcher) = (place.session().await, place.session().await);
        reader.execute("BEGIN; SELECT FROM public.t").await.expect("a reader");
        let sql = "ALTER TABLE public.t DETACH PARTITION public.low CONCURRENTLY";
        let plan = plan(vec![outside(sql)]);
        let options = options();
        let kill = async {
            until(&watcher, "(SELECT inhdetachpending FROM pg_catalog.pg_inherits)").await;
            let sql = "SELECT pg_catalog.pg_terminate_backend(pid) FROM \
                       pg_catalog.pg_stat_activity WHERE query LIKE 'ALTER TABLE%CONCURRENTLY'";
            watcher.query(sql, &[]).await.expect("a superuser");
            reader.execute("COMMIT").await.expect("a reader");
        };
        let (run, ()) = join(run(&place.address, &plan, &options), kill).await;
        run.require_applied();
        assert_eq!(place.ask("SELECT count(*) FROM pg_catalog.pg_inherits").await, "0");
    });
}

#[test]
fn progress_is_told() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let reader = place.session().await;
        reader.execute("BEGIN; LOCK TABLE public.t IN ROW EXCLUSIVE MODE").await.expect("one");
        let release = async {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            reader.execute("COMMIT").await.expect("a reader");
        };
        let plan = plan(vec![outside(BUILD)]);
        let options = options();
        let (run, ()) = join(run(&place.address, &plan, &options), release).await;
        run.require_applied();
        assert!(run.count(|it| matches!(it, Event::IndexProgress { total: 1.., .. })) > 0);
        assert!(run.count(|it| matches!(it, Event::Waiting { .. })) > 0);
    });
}
