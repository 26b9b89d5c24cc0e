//! Steps in transactions: groups, waits, retries, who is in the way.

use std::time::Duration;

use futures_util::future::join;
use pg_live::Session;
use pg_live::apply::{Blocker, Entry, Event, LOCK, Options, State, Why};

use crate::place::{Place, alone, everywhere, plan, table, together};
use crate::runs::{options, proved, run, run_with, until};

const TABLES: &str = "CREATE TABLE public.t (id int PRIMARY KEY, a int); \
     CREATE TABLE public.u (id int PRIMARY KEY); INSERT INTO public.t VALUES (1, 1)";

/// Our run waits for a lock.
const WE_WAIT: &str = "EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE application_name \
     = 'xtask/db-migrate' AND wait_event_type = 'Lock' AND datname = current_database())";

fn blockers(events: &[Event]) -> Vec<Blocker> {
    let named = events.iter().filter_map(|event| {
        let Event::Waiting { blockers, .. } = event else { return None };
        Some(blockers.clone())
    });
    named.flatten().collect()
}

async fn columns(place: &Place) -> String {
    let sql = "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_catalog.pg_attribute \
               WHERE attrelid = 'public.t'::regclass AND attnum > 0 AND NOT attisdropped";
    place.ask(sql).await
}

#[test]
fn groups_are_committed_one_by_one() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let plan = plan(vec![
            together("ALTER TABLE public.t ADD b int"),
            together("ALTER TABLE public.t ADD CONSTRAINT b CHECK (b > 0) NOT VALID"),
            alone("ALTER TABLE public.t VALIDATE CONSTRAINT b"),
            together("ALTER TABLE public.nothing ADD c int"),
        ]);
        let run = run(&place.address, &plan, &options()).await;
        let stopped = run.stopped(State::Partial);
        assert_eq!((stopped.done, stopped.step), (3, 3));
        assert_eq!(stopped.why.error().and_then(|it| it.sqlstate.as_deref()), Some("42P01"));
        assert_eq!(columns(&place).await, "id,a,b");
        let done = |it: &Event| matches!(it, Event::StepDone { .. });
        assert_eq!(run.count(done), 3);
        let committed = |first, last| Entry::Committed { first, last };
        let entries: Vec<&Entry> =
            run.journal.iter().filter(|it| matches!(it, Entry::Committed { .. })).collect();
        assert_eq!(entries, [&committed(0, 1), &committed(2, 2)]);
    });
}

#[test]
fn a_lock_that_does_not_come_is_asked_for_again() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let other = place.session().await;
        other
            .execute("SET application_name = 'report'; BEGIN; SELECT 'secret' FROM public.t")
            .await
            .expect("a reader");
        let watcher = place.session().await;
        let plan = plan(vec![
            together("ALTER TABLE public.u ADD b int"),
            together("ALTER TABLE public.t ADD b int"),
        ]);
        let options = options();
        let release = async {
            until(&watcher, WE_WAIT).await;
            // What waits for us goes on when we give up: nothing is kept.
            tokio::time::sleep(Duration::from_millis(1300)).await;
            watcher.execute("SET lock_timeout = '2s'; SELECT FROM public.u").await.expect("free");
            tokio::time::sleep(Duration::from_millis(1500)).await;
            other.execute("COMMIT").await.expect("a reader");
        };
        let (run, ()) = join(run(&place.address, &plan, &options), release).await;
        run.require_applied();
        assert!(
            run.count(|it| matches!(it, Event::Retrying { sqlstate, .. } if sqlstate == "55P03"))
                > 0
        );
        let named = blockers(&run.events);
        assert!(!named.is_empty());
        for it in named {
            assert_eq!(
                (it.application.as_str(), it.state.as_str()),
                ("report", "idle in transaction")
            );
            assert_eq!(it.query, "SET application_name = ?; BEGIN; SELECT ? FROM public.t");
        }
        assert_eq!(columns(&place).await, "id,a,b");
    });
}

#[test]
fn a_budget_ends_and_nothing_has_changed() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let other = place.session().await;
        other.execute("BEGIN; LOCK TABLE public.t IN ROW EXCLUSIVE MODE").await.expect("a writer");
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let plan = plan(vec![
            together("ALTER TABLE public.u ADD b int"),
            together("ALTER TABLE public.t ADD b int"),
        ]);
        let options = Options { budget: Duration::from_secs(3), ..options() };
        let run = run(&place.address, &plan, &options).await;
        let stopped = run.stopped(State::NothingChanged);
        assert_eq!(stopped.done, 0);
        let Why::Locked { blockers, error } = &stopped.why else { panic!("{stopped:?}") };
        assert_eq!(error.sqlstate.as_deref(), Some("55P03"));
        assert_eq!(blockers.len(), 1, "{blockers:?}");
        other.execute("COMMIT").await.expect("a writer");
        assert_eq!(columns(&place).await, "id,a");
    });
}

#[test]
fn we_are_the_one_that_ends_a_deadlock() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let other = place.session().await;
        other.execute("BEGIN; SELECT FROM public.u").await.expect("a reader");
        let watcher = place.session().await;
        let plan = plan(vec![
            together("ALTER TABLE public.t ADD b int"),
            together("ALTER TABLE public.u ADD b int"),
        ]);
        let options = options();
        let cross = async {
            until(&watcher, WE_WAIT).await;
            // Waits for our lock on t while we wait for theirs on u.
            other.execute("SELECT FROM public.t; COMMIT").await.expect("no victim");
        };
        let (run, ()) = join(run(&place.address, &plan, &options), cross).await;
        run.require_applied();
        assert!(
            run.count(|it| matches!(it, Event::Retrying { sqlstate, .. } if sqlstate == "40P01"))
                > 0
        );
    });
}

#[test]
fn a_schema_that_moved_stops_everything() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let plan = plan(vec![together("ALTER TABLE public.t ADD b int")]);
        let recheck = async |session: &Session| {
            let sql = "SELECT EXISTS (SELECT FROM public.t WHERE a = 2)";
            Ok(session.query_one(sql, &[]).await?.get(0))
        };
        let stopped = run_with(&place.address, &plan, &options(), &recheck).await;
        assert!(matches!(stopped.stopped(State::NothingChanged).why, Why::Moved));
        assert_eq!(columns(&place).await, "id,a");
        place.run("UPDATE public.t SET a = 2").await;
        let ends = async |session: &Session| session.execute("COMMIT").await.map(|()| true);
        let stopped = run_with(&place.address, &plan, &options(), &ends).await;
        assert!(matches!(stopped.stopped(State::NothingChanged).why, Why::Refused(_)));
        run_with(&place.address, &plan, &options(), &recheck).await.require_applied();
    });
}

#[test]
fn two_runs_exclude_each_other() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let other = place.session().await;
        other.query("SELECT pg_catalog.pg_advisory_lock($1)", &[&LOCK]).await.expect("free");
        let plan = plan(vec![together("ALTER TABLE public.t ADD b int")]);
        let first = run(&place.address, &plan, &options()).await;
        let stopped = first.stopped(State::NothingChanged);
        let Why::Busy(rivals) = &stopped.why else { panic!("{stopped:?}") };
        assert_eq!(rivals[0].application, "xtask/test");
        other.query("SELECT pg_catalog.pg_advisory_unlock($1)", &[&LOCK]).await.expect("ours");
        run(&place.address, &plan, &options()).await.require_applied();
        // The lock went with the run's session.
        until(&other, &format!("pg_catalog.pg_try_advisory_lock({LOCK})")).await;
    });
}

#[test]
fn a_prepared_transaction_is_named() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let other = place.session().await;
        let most = "SELECT current_setting('max_prepared_transactions')::int";
        if other.query_one(most, &[]).await.expect("a setting").get::<_, i32>(0) == 0 {
            return;
        }
        let gid = format!("{}_gid", place.address.database);
        other
            .execute(&format!("BEGIN; LOCK TABLE public.t; PREPARE TRANSACTION '{gid}'"))
            .await
            .expect("prepared");
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let mut step = together("ALTER TABLE public.t ADD b int");
        step.tables = vec![table("t")];
        let plan = plan(vec![step]);
        let options = Options { budget: Duration::from_secs(1), ..options() };
        let stopped = run(&place.address, &plan, &options).await;
        other.execute(&format!("ROLLBACK PREPARED '{gid}'")).await.expect("ours");
        let named = blockers(&stopped.events);
        assert_eq!((named[0].pid, named[0].application.as_str()), (0, gid.as_str()));
    });
}

#[test]
fn a_statement_that_does_more_than_was_seen_is_ended() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let sql = "DO $$ BEGIN LOCK TABLE public.t; ALTER TABLE public.t ADD b int; \
                   IF current_database() !~ '_clone$' THEN PERFORM pg_sleep(60); END IF; END $$";
        let plan = plan(vec![together(sql)]);
        let certificate = proved(&place, &plan).await;
        let surprise = Duration::from_millis(500);
        let options = Options { certificate: Some(&certificate), surprise, ..options() };
        let run = run(&place.address, &plan, &options).await;
        assert!(matches!(run.stopped(State::NothingChanged).why, Why::TooLong { millis: 500 }));
        assert_eq!(columns(&place).await, "id,a");
    });
}

#[test]
fn an_error_is_placed_in_its_own_statement() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let plan = plan(vec![
            together("ALTER TABLE public.t ADD \"ü\" int -- a comment at the end"),
            together("ALTER TABLE public.t ADD c nothing"),
        ]);
        let run = run(&place.address, &plan, &options()).await;
        let stopped = run.stopped(State::NothingChanged);
        assert_eq!(stopped.step, 1);
        let error = stopped.why.error().expect("the server's");
        assert_eq!(error.position, Some("ALTER TABLE public.t ADD c ".len()));
    });
}

#[test]
fn a_deferred_check_fails_at_the_end_and_nothing_stays() {
    everywhere(|place| async move {
        place.run(TABLES).await;
        let plan = plan(vec![
            together(
                "ALTER TABLE public.t ADD CONSTRAINT z FOREIGN KEY (a) REFERENCES public.u \
                 DEFERRABLE INITIALLY DEFERRED NOT VALID",
            ),
            together("UPDATE public.t SET a = 77"),
        ]);
        let run = run(&place.address, &plan, &options()).await;
        let stopped = run.stopped(State::NothingChanged);
        assert_eq!(stopped.why.error().and_then(|it| it.sqlstate.as_deref()), Some("23503"));
        assert_eq!(place.ask("SELECT a FROM public.t").await, "1");
    });
}
