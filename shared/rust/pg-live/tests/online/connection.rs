//! Connections that are lost at the worst moment.

use std::time::Duration;

use futures_util::future::join;
use pg_live::apply::{Event, Options, State, Why};

use crate::place::{everywhere, plan, together};
use crate::proxy::{Break, wire};
use crate::runs::{options, run, until};

const TABLE: &str = "CREATE TABLE public.t (id int); INSERT INTO public.t VALUES (1)";

#[test]
fn a_commit_that_was_not_answered_is_asked_about() {
    everywhere(|place| async move {
        for (when, known) in [(Break::After, true), (Break::Before, false)] {
            place.run("DROP TABLE IF EXISTS public.t").await;
            place.run(TABLE).await;
            let plan = plan(vec![
                together("ALTER TABLE public.t ADD b int"),
                // Run twice, it would show.
                together("UPDATE public.t SET id = id + 1"),
            ]);
            let run = run(&wire(&place.address, when), &plan, &options()).await;
            run.require_applied();
            assert!(run.events.contains(&Event::Reconnected { step: 0, committed: known }));
            assert_eq!(place.ask("SELECT id FROM public.t").await, "2");
        }
    });
}

#[test]
fn a_statement_whose_connection_dies_is_run_again() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let (reader, killer) = (place.session().await, place.session().await);
        reader.execute("BEGIN; SELECT FROM public.t").await.expect("a reader");
        let kill = async {
            let waits = "FROM pg_catalog.pg_stat_activity WHERE application_name = \
                         'xtask/db-migrate' AND wait_event_type = 'Lock' \
                         AND datname = current_database()";
            until(&killer, &format!("EXISTS (SELECT {waits})")).await;
            let sql = format!("SELECT pg_catalog.pg_terminate_backend(pid) {waits}");
            killer.query(&sql, &[]).await.expect("a superuser");
            reader.execute("COMMIT").await.expect("a reader");
        };
        let plan = plan(vec![together("ALTER TABLE public.t ADD b int")]);
        let options = options();
        let (run, ()) = join(run(&place.address, &plan, &options), kill).await;
        run.require_applied();
        assert!(run.events.contains(&Event::Reconnected { step: 0, committed: false }));
    });
}

#[test]
fn a_statement_that_takes_its_connection_with_it_is_not_repeated_for_ever() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let sql = "SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())";
        let plan = plan(vec![together(sql)]);
        let run = run(&place.address, &plan, &options()).await;
        let stopped = run.stopped(State::NothingChanged);
        assert!(matches!(stopped.why, Why::Lost { is_known: true, .. }));
    });
}

#[test]
fn a_server_that_does_not_come_back_leaves_no_answer() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let plan = plan(vec![together("ALTER TABLE public.t ADD b int")]);
        // Nobody may connect any more, as if the server had gone.
        let shut = async |session: &pg_live::Session| {
            let name = &place.address.database;
            let other = place.address.with_database("postgres");
            let other = pg_live::Session::connect(&other, "test").await?;
            other.execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await?;
            session.query_one("SELECT true", &[]).await.map(|row| row.get(0))
        };
        let options = Options { reconnect: Duration::from_secs(1), ..options() };
        let address = wire(&place.address, Break::After);
        let run = crate::runs::run_with(&address, &plan, &options, &shut).await;
        assert!(matches!(run.stopped(State::Unknown).why, Why::Lost { is_known: false, .. }));
    });
}
