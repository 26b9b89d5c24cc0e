//! A plan on a million rows while clients read and write: nobody fails, nobody
//! waits long, nothing is lost:
//! `cargo test -p pg-live --test online load -- --ignored --nocapture`.
#![expect(clippy::print_stderr, reason = "numbers are for people")]

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use pg_diff::plan::{Action, Backfill, Mode, Step, Work};
use pg_live::apply::Event;
use pg_live::{Address, Session};

use crate::place::{alone, everywhere, outside, plan, table, together};
use crate::runs::{options, run_hearing};

/// Requests that took longer are looked at.
const SLOW: Duration = Duration::from_millis(50);
/// How long the clients are alone first.
const ALONE: Duration = Duration::from_secs(15);

#[derive(Default)]
struct Client {
    count: u64,
    slow: Vec<(Instant, Duration)>,
}

fn client(address: &Address, number: i64, is_over: &AtomicBool, next: &AtomicI64) -> Client {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let session = Session::connect(address, "client").await.expect("a server");
        let mut client = Client::default();
        while !is_over.load(Ordering::Relaxed) {
            let count = client.count as i64;
            let id = (number * 7919 + count * 104_729) % 1_000_000 + 1;
            let started = Instant::now();
            let done = match count % 3 {
                0 => session.query("SELECT title FROM public.t WHERE id = $1", &[&id]).await,
                1 => {
                    let sql = "UPDATE public.t SET n = n + 1 WHERE id = $1";
                    session.query(sql, &[&id]).await
                }
                _ => {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    let sql = "INSERT INTO public.t (id, title, p_id) VALUES ($1, 'New', 1)";
                    session.query(sql, &[&id]).await
                }
            };
            done.expect("no request fails");
            if started.elapsed() > SLOW {
                client.slow.push((started, started.elapsed()));
            }
            client.count += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        client
    })
}

fn steps() -> Vec<Step> {
    let fill = Work::Backfill(Backfill {
        table: table("t"),
        set: "content = lower(title)".to_owned(),
        condition: "content IS NULL".to_owned(),
        key: vec!["id".to_owned()],
        batch: 5000,
    });
    let validate = |sql| Step { action: Action::Validate, ..alone(sql) };
    vec![
        together("ALTER TABLE public.t ADD content text"),
        together("ALTER TABLE public.t ALTER content SET DEFAULT ''"),
        together("ALTER TABLE public.t ALTER code TYPE text"),
        together(
            "ALTER TABLE public.t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES public.p NOT VALID",
        ),
        validate("ALTER TABLE public.t VALIDATE CONSTRAINT f"),
        Step { mode: Mode::Alone, work: fill, action: Action::Backfill, ..together("") },
        // Not before the rows are filled: also a check that is NOT VALID is asked
        // of every row a client updates.
        together("ALTER TABLE public.t ADD CONSTRAINT g CHECK (content IS NOT NULL) NOT VALID"),
        validate("ALTER TABLE public.t VALIDATE CONSTRAINT g"),
        together("ALTER TABLE public.t ALTER content SET NOT NULL"),
        together("ALTER TABLE public.t DROP CONSTRAINT g"),
        outside("CREATE INDEX CONCURRENTLY t_title ON public.t (title)"),
    ]
}

#[test]
#[ignore = "takes minutes, and its times are those of the machine"]
fn load() {
    everywhere(|place| async move {
        place.run(include_str!("load.sql")).await;
        let (is_over, next) = (AtomicBool::new(false), AtomicI64::new(2_000_000));
        let plan = plan(steps());
        let mut begun: Vec<(Instant, usize)> = Vec::new();
        let mut hear = |event: &Event| {
            if let Event::StepStarted { step } = event {
                begun.push((Instant::now(), *step));
            }
        };
        let (run, clients) = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..4)
                .map(|number| {
                    let (address, is_over, next) = (&place.address, &is_over, &next);
                    scope.spawn(move || client(address, number, is_over, next))
                })
                .collect();
            let runner = scope.spawn(|| {
                std::thread::sleep(ALONE);
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                let same = async |_: &Session| Ok(true);
                let options = options();
                let run = run_hearing(&place.address, &plan, &options, &same, &mut hear);
                runtime.block_on(run)
            });
            let run = runner.join().expect("no panic");
            is_over.store(true, Ordering::Relaxed);
            let clients: Vec<_> =
                clients.into_iter().map(|it| it.join().expect("no panic")).collect();
            (run, clients)
        });
        run.require_applied();
        let count: u64 = clients.iter().map(|it| it.count).sum();
        eprintln!("PostgreSQL {}: {count} requests", place.major);
        let done = run.events.iter().filter_map(|event| {
            let Event::StepDone { step, millis } = event else { return None };
            Some((*step, *millis))
        });
        let done: Vec<(usize, u64)> = done.collect();
        let slow: Vec<(Instant, Duration)> = clients.into_iter().flat_map(|it| it.slow).collect();
        let longest = |from: Option<Instant>, to: Option<Instant>| {
            let inside = slow.iter().filter(|(at, took)| {
                from.is_none_or(|from| *at + *took >= from) && to.is_none_or(|to| *at < to)
            });
            inside.map(|it| it.1.as_millis()).max().unwrap_or_default()
        };
        eprintln!("  alone: longest {} ms", longest(None, begun.first().map(|it| it.0)));
        for (place, (at, step)) in begun.iter().enumerate() {
            let to = begun.get(place + 1).map(|it| it.0);
            let took = done.iter().find(|it| it.0 == *step).map(|it| it.1).unwrap_or_default();
            eprintln!("  step {step}: {took} ms, longest request {} ms", longest(Some(*at), to));
        }
        assert_eq!(place.ask("SELECT count(*) FROM public.t WHERE content IS NULL").await, "0");
        let inserted = next.load(Ordering::Relaxed) - 2_000_000;
        let rows = place.ask("SELECT count(*) FROM public.t").await;
        assert_eq!(rows, (1_000_000 + inserted).to_string());
    });
}
