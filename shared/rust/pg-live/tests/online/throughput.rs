//! How fast rows are read, written and indexed here, beside what the estimate
//! says: `cargo test -p pg-live --test online throughput -- --ignored --nocapture`.
#![expect(clippy::print_stderr, reason = "numbers are for people")]

use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::Step;
use pg_live::apply::Event;
use pg_live::prove::{estimate, sizes};

use crate::place::{alone, everywhere, outside, plan, together};
use crate::runs::{options, proved, run};

/// What is measured, and the step that does it.
type Measured = (&'static str, fn(&str) -> Step);

const STEPS: [Measured; 8] = [
    ("ALTER TABLE public.t ALTER a SET NOT NULL", alone),
    ("ALTER TABLE public.t ADD CONSTRAINT c CHECK (a >= 0) NOT VALID", together),
    ("ALTER TABLE public.t VALIDATE CONSTRAINT c", alone),
    ("CREATE INDEX CONCURRENTLY t_u ON public.t (u)", outside),
    ("CREATE INDEX CONCURRENTLY t_c ON public.t (c)", outside),
    (
        "ALTER TABLE public.t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES public.p NOT VALID",
        together,
    ),
    ("ALTER TABLE public.t VALIDATE CONSTRAINT f", alone),
    ("ALTER TABLE public.t ALTER w TYPE bigint", alone),
];

#[test]
#[ignore = "takes minutes and asserts nothing"]
fn throughput() {
    everywhere(|place| async move {
        place.run(include_str!("throughput.sql")).await;
        let steps = STEPS.map(|(sql, step)| {
            let table = Id::new(Kind::Table, "public", "t");
            Step { tables: vec![table], ..step(sql) }
        });
        let plan = plan(steps.into());
        // The clone has the rows here: what it took is not added twice.
        let mut certificate = proved(&place, &plan).await;
        certificate.steps.iter_mut().for_each(|step| step.millis = 0);
        let live = place.session().await;
        let sizes = sizes(&live, &certificate).await.expect("sizes");
        let estimate = estimate(&plan, &certificate, &sizes);
        let run = run(&place.address, &plan, &options()).await;
        run.require_applied();
        eprintln!("PostgreSQL {}: expected and taken, ms", place.major);
        for event in &run.events {
            if let Event::StepDone { step, millis } = event {
                let expected = estimate.steps[*step].expected_ms;
                let hazards: Vec<&str> =
                    estimate.steps[*step].hazards.iter().map(|it| it.kind.word()).collect();
                let sql = plan.steps[*step].sql();
                eprintln!("{expected:>7} {millis:>7}  {sql}  {}", hazards.join(" "));
            }
        }
    });
}
