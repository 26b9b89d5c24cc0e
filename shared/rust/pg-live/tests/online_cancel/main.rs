//! The user says stop. In a program of its own: the wish reaches every session
//! of the process.

#[path = "../online/place.rs"]
#[expect(dead_code, reason = "shared with the other tests on servers")]
mod place;

#[path = "../online/runs.rs"]
#[expect(dead_code, reason = "shared with the other tests on servers")]
mod runs;

use std::time::Duration;

use futures_util::future::join;
use pg_diff::plan::{Backfill, Mode, Step, Work};
use pg_live::apply::{Event, Options, State, Why};
use pg_live::cancel::cancel_running;

use place::{everywhere, outside, plan, table, together};
use runs::{Run, options, run, run_hearing, until};

const TABLE: &str = "CREATE TABLE public.t (id int PRIMARY KEY, a int); \
     INSERT INTO public.t SELECT g FROM generate_series(1, 60000) g";

const WE_WAIT: &str = "EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE application_name \
     = 'xtask/db-migrate' AND wait_event_type = 'Lock' AND datname = current_database())";

fn require_cancelled(run: &Run, state: State) {
    assert!(matches!(run.stopped(state).why, Why::Cancelled), "{:?}", run.outcome);
}

/// One after the other: a wish is everybody's.
#[test]
fn a_run_ends_when_the_user_says_so() {
    everywhere(|place| async move {
        place.run(TABLE).await;
        let (reader, watcher) = (place.session().await, place.session().await);
        let options = options();

        // While it waits for a lock, and while it waits to try again.
        for pause in [0, 1200] {
            reader.execute("BEGIN; SELECT FROM public.t LIMIT 1").await.expect("a reader");
            let stop = async {
                until(&watcher, WE_WAIT).await;
                tokio::time::sleep(Duration::from_millis(pause)).await;
                cancel_running().await;
            };
            let plan = plan(vec![together("ALTER TABLE public.t ADD b int")]);
            let (run, ()) = join(run(&place.address, &plan, &options), stop).await;
            require_cancelled(&run, State::NothingChanged);
            reader.execute("COMMIT").await.expect("a reader");
        }

        // In the middle of a build: nothing is left.
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.expect("one");
        let build = "CREATE INDEX CONCURRENTLY t_a ON public.t (a)";
        let plan_of_build = plan(vec![outside(build)]);
        let stop = async {
            until(&watcher, "EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = 't_a')").await;
            until(&watcher, WE_WAIT).await;
            cancel_running().await;
        };
        let (run_of_build, ()) = join(run(&place.address, &plan_of_build, &options), stop).await;
        reader.execute("COMMIT").await.expect("a reader");
        let left =
            place.ask("SELECT count(*) FROM pg_catalog.pg_class WHERE relname = 't_a'").await;
        match left.as_str() {
            "0" => require_cancelled(&run_of_build, State::NothingChanged),
            _ => require_cancelled(&run_of_build, State::Partial),
        }

        // Between two batches: what is done is done.
        let work = Work::Backfill(Backfill {
            table: table("t"),
            set: "a = id".to_owned(),
            condition: "a IS NULL".to_owned(),
            key: vec!["id".to_owned()],
            batch: 500,
        });
        let plan_of_fill = plan(vec![Step { mode: Mode::Alone, work, ..together("") }]);
        let (told, mut listens) = futures_channel::mpsc::unbounded::<()>();
        let mut hear = |event: &Event| {
            if matches!(event, Event::BackfillProgress { done: 1.., .. }) {
                let _ = told.unbounded_send(());
            }
        };
        let stop = async {
            futures_util::StreamExt::next(&mut listens).await;
            cancel_running().await;
        };
        let same = async |_: &pg_live::Session| Ok(true);
        let options = Options { budget: Duration::from_secs(20), ..options };
        let running = run_hearing(&place.address, &plan_of_fill, &options, &same, &mut hear);
        let (run_of_fill, ()) = join(running, stop).await;
        require_cancelled(&run_of_fill, State::Partial);
        let done: i64 = place.ask("SELECT count(a) FROM public.t").await.parse().expect("a number");
        assert!(done > 0 && done < 60_000, "{done}");
    });
}
