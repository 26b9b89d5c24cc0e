//! The certificate against what PostgreSQL was measured to do, statement by
//! statement.

use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::Step;
use pg_live::prove::{ProofFailure, StepCertificate, prove};

use crate::place::{Place, alone, everywhere, outside, plan, together};

/// Statement, then what is seen of it: `table LOCK` for what is stronger than
/// ROW SHARE, `+` for a rewrite, `?` for a scan, `#` for an index built.
/// The third column: the first major version that knows the statement.
const TABLE: &[(&str, &str, i32)] = &[
    ("ALTER TABLE public.t ADD z int", "t AEL", 0),
    ("ALTER TABLE public.t ADD z int NOT NULL DEFAULT 5", "t AEL", 0),
    ("ALTER TABLE public.t ADD z timestamptz DEFAULT now()", "t AEL", 0),
    (
        "ALTER TABLE public.t ADD z uuid DEFAULT gen_random_uuid()",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    (
        "ALTER TABLE public.t ADD z public.positive",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    (
        "ALTER TABLE public.t ADD z bigint GENERATED ALWAYS AS IDENTITY",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    (
        "ALTER TABLE public.t ADD z int GENERATED ALWAYS AS (a + 1) STORED",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    ("ALTER TABLE public.t ADD z int GENERATED ALWAYS AS (a + 1) VIRTUAL", "t AEL", 18),
    ("ALTER TABLE public.t ADD z int CHECK (z > 0)", "t AEL, ?t", 0),
    ("ALTER TABLE public.t ADD z int UNIQUE", "t AEL, ?t, #t_z_key", 0),
    ("ALTER TABLE public.t ADD z bigint REFERENCES public.p", "p SRE, t AEL", 0),
    ("ALTER TABLE public.t DROP d", "t AEL", 0),
    ("ALTER TABLE public.t RENAME d TO e", "t AEL", 0),
    ("ALTER TABLE public.t ALTER d SET DEFAULT 'x'", "t AEL", 0),
    ("ALTER TABLE public.t ALTER a SET NOT NULL", "t AEL, ?t", 0),
    ("ALTER TABLE public.t ALTER sure SET NOT NULL", "t AEL", 0),
    ("ALTER TABLE public.t ADD CONSTRAINT z NOT NULL a NOT VALID", "t AEL", 18),
    ("ALTER TABLE public.t ALTER b TYPE varchar(30)", "t AEL", 0),
    ("ALTER TABLE public.t ALTER b TYPE text", "t AEL", 0),
    ("ALTER TABLE public.t ALTER n TYPE numeric(12,2)", "t AEL", 0),
    // In a session that is in UTC, as ours are.
    ("ALTER TABLE public.t ALTER ts TYPE timestamptz", "t AEL", 0),
    (
        "ALTER TABLE public.t ALTER w TYPE bigint",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    (
        "ALTER TABLE public.t ALTER c TYPE varchar(9)",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    (
        "ALTER TABLE public.t ALTER j TYPE jsonb",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    ("ALTER TABLE public.t ALTER c TYPE text COLLATE \"C\"", "t AEL, ?t, #t_c", 0),
    ("ALTER TABLE public.t ALTER d TYPE public.free", "t AEL", 0),
    ("ALTER TABLE public.t ALTER a SET STATISTICS 50", "t SUE", 0),
    ("ALTER TABLE public.t SET (fillfactor = 70)", "t SUE", 0),
    ("COMMENT ON TABLE public.t IS 'x'", "t SUE", 0),
    ("ALTER TABLE public.t ENABLE ROW LEVEL SECURITY", "t AEL", 0),
    ("CREATE POLICY z ON public.t USING (true)", "t AEL", 0),
    (
        "ALTER TABLE public.t SET UNLOGGED",
        "t AEL, +t, ?t, #t_a, #t_b, #t_c, #t_p, #t_pkey, #t_sure",
        0,
    ),
    ("ALTER TABLE public.t ADD CHECK (a > 1)", "t AEL, ?t", 0),
    ("ALTER TABLE public.t ADD CHECK (a > 1) NOT VALID", "t AEL", 0),
    ("ALTER TABLE public.t VALIDATE CONSTRAINT t_positive", "t SUE, ?t", 0),
    ("ALTER TABLE public.t ADD FOREIGN KEY (f_id) REFERENCES public.p", "p SRE, t SRE, ?p, ?t", 0),
    (
        "ALTER TABLE public.t ADD FOREIGN KEY (f_id) REFERENCES public.p NOT VALID",
        "p SRE, t SRE",
        0,
    ),
    (
        "ALTER TABLE public.t ADD FOREIGN KEY (f_id) REFERENCES public.p NOT ENFORCED",
        "p SRE, t SRE",
        18,
    ),
    ("ALTER TABLE public.t VALIDATE CONSTRAINT t_p_id", "t SUE, ?p, ?t", 0),
    ("ALTER TABLE public.t DROP CONSTRAINT t_p_id", "p AEL, t AEL", 0),
    ("DROP TABLE public.t", "p AEL, t AEL", 0),
    ("ALTER TABLE public.t ADD UNIQUE (a)", "t AEL, ?t, #t_a_key", 0),
    ("ALTER TABLE public.t ADD CONSTRAINT z UNIQUE USING INDEX t_sure", "t AEL", 0),
    ("ALTER TABLE public.t ADD EXCLUDE USING btree (a WITH =)", "t AEL, ?t, #t_a_excl", 0),
    ("CREATE INDEX z ON public.t (d)", "t S, ?t, #z", 0),
    ("DROP INDEX public.t_a", "t AEL", 0),
    ("ALTER INDEX public.t_a RENAME TO t_z", "t/t_a SUE", 0),
    ("REINDEX INDEX public.t_a", "t S, t/t_a AEL, ?t, #t_a", 0),
    (
        "CREATE TRIGGER z BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.same()",
        "t SRE",
        0,
    ),
    ("ALTER TABLE public.t DISABLE TRIGGER t_old", "t SRE", 0),
    ("DROP TRIGGER t_old ON public.t", "t AEL", 0),
    ("CREATE TABLE public.z (p_id bigint REFERENCES public.p)", "p SRE", 0),
    (
        "CREATE TABLE public.z PARTITION OF public.part FOR VALUES FROM (20) TO (30)",
        "part AEL, part_rest AEL, ?part_rest",
        0,
    ),
    (
        "ALTER TABLE public.part ATTACH PARTITION public.candidate FOR VALUES FROM (40) TO (50)",
        "candidate AEL, part SUE, part_rest AEL, ?candidate, ?part_rest",
        0,
    ),
    (
        "ALTER TABLE public.part ATTACH PARTITION public.checked FOR VALUES FROM (50) TO (60)",
        "checked AEL, part SUE, part_rest AEL, ?part_rest",
        0,
    ),
    (
        "ALTER TABLE public.part DETACH PARTITION public.part_low",
        "part AEL, part_low AEL, part_rest AEL",
        0,
    ),
    (
        "CREATE INDEX ON public.part (id)",
        "part S, part_low S, part_rest S, ?part_low, ?part_rest, #part_low_id_idx, \
         #part_rest_id_idx",
        0,
    ),
    ("CREATE INDEX ON ONLY public.part (id)", "part S", 0),
    ("ALTER TYPE public.mood ADD VALUE 'wild'", "", 0),
    ("ALTER DOMAIN public.free ADD CHECK (value <> '')", "uses_domain S, ?uses_domain", 0),
    ("ALTER DOMAIN public.free ADD CHECK (value <> '') NOT VALID", "", 0),
    ("CREATE OR REPLACE VIEW public.seen AS SELECT id FROM public.p", "seen AEL", 0),
    ("REFRESH MATERIALIZED VIEW public.counted", "counted AEL, +counted, ?p", 0),
    ("CREATE OR REPLACE FUNCTION public.same() RETURNS trigger LANGUAGE plpgsql AS ''", "", 0),
];

const OUTSIDE: &[(&str, &str)] = &[
    ("CREATE INDEX CONCURRENTLY z ON public.t (d)", "t SUE, ?t, #z"),
    ("DROP INDEX CONCURRENTLY public.t_a", "t SUE"),
    ("REINDEX INDEX CONCURRENTLY public.t_a", "t SUE, ?t, #t_a"),
];

fn short(seen: &StepCertificate) -> String {
    let mut parts = Vec::new();
    for lock in seen.locks.iter().filter(|lock| lock.mode.word() != "ACCESS SHARE") {
        let word = match lock.mode.word() {
            "ROW SHARE" => continue,
            "ROW EXCLUSIVE" => "RE",
            "SHARE UPDATE EXCLUSIVE" => "SUE",
            "SHARE" => "S",
            "SHARE ROW EXCLUSIVE" => "SRE",
            "EXCLUSIVE" => "E",
            _ => "AEL",
        };
        let index = lock.index.as_ref().map(|it| format!("/{}", it.name)).unwrap_or_default();
        parts.push(format!("{}{index} {word}", lock.table.name));
    }
    parts.extend(seen.rewrites.iter().map(|it| format!("+{}", it.name)));
    parts.extend(seen.scans.iter().map(|it| format!("?{}", it.name)));
    parts.extend(seen.indexes_built.iter().map(|it| format!("#{}", it.index.name)));
    parts.join(", ")
}

/// The tables in a schema of their own.
async fn prepare(place: &Place, schema: &str) {
    let tables = include_str!("certificate.sql");
    let sql = format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path = {schema}; {tables}");
    place.run(&sql).await;
}

/// Each statement alone, on tables of its own.
async fn require(place: &Place, rows: &[(&str, &str)], step: impl Fn(&str) -> Step) {
    let mut steps = Vec::new();
    for (index, (sql, _)) in rows.iter().enumerate() {
        let schema = format!("s{index}");
        prepare(place, &schema).await;
        let mut step = step(&sql.replace("public.", &format!("{schema}.")));
        step.tables = vec![Id::new(Kind::Table, &schema, "t")];
        steps.push(step);
    }
    let certificate = prove(&place.address, &plan(steps)).await.expect("every statement runs");
    let mut wrong = Vec::new();
    for ((sql, expected), step) in rows.iter().zip(&certificate.steps) {
        let found = short(step);
        if found != *expected || !step.observed {
            wrong.push(format!("{sql}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "on {}:\n{}", place.major, wrong.join("\n"));
}

#[test]
fn statements_do_what_was_measured() {
    everywhere(|place| async move {
        let known = TABLE.iter().filter(|(_, _, since)| *since <= place.major);
        let rows: Vec<(&str, &str)> = known.map(|(sql, seen, _)| (*sql, *seen)).collect();
        require(&place, &rows, alone).await;
    });
}

#[test]
fn concurrent_statements_are_seen_from_outside() {
    everywhere(|place| async move { require(&place, OUTSIDE, outside).await });
}

#[test]
fn what_a_transaction_holds_is_told_of_its_later_statements() {
    everywhere(|place| async move {
        prepare(&place, "public").await;
        let certificate = prove(
            &place.address,
            &plan(vec![
                together("ALTER TABLE public.p ADD z int"),
                together("ALTER TABLE public.t VALIDATE CONSTRAINT t_positive"),
                alone("ALTER TABLE public.t VALIDATE CONSTRAINT t_p_id"),
                together("ALTER TABLE public.t ALTER a SET NOT NULL"),
            ]),
        )
        .await
        .expect("a plan that runs");
        let held = |step: usize| -> Vec<String> {
            let held = &certificate.steps[step].held;
            held.iter().map(|lock| format!("{} {}", lock.table.name, lock.mode)).collect()
        };
        assert_eq!(held(0), [""; 0]);
        assert_eq!(held(1), ["p ACCESS EXCLUSIVE"]);
        assert_eq!(held(2), [""; 0]);
        assert_eq!(short(&certificate.steps[2]), "t SUE, ?p, ?t");
        assert_eq!(short(&certificate.steps[3]), "t AEL, ?t");
    });
}

#[test]
fn a_statement_that_fails_is_named() {
    everywhere(|place| async move {
        prepare(&place, "public").await;
        let steps = vec![
            together("ALTER TYPE public.mood ADD VALUE 'wild'"),
            together("ALTER TABLE public.t ADD z public.mood DEFAULT 'wild'"),
        ];
        match prove(&place.address, &plan(steps)).await {
            Err(ProofFailure::Step(failure)) => {
                assert_eq!(failure.step, 1);
                // A new value must be committed before it is used.
                assert_eq!(failure.error.sqlstate.as_deref(), Some("55P04"));
                assert!(failure.sql.contains("DEFAULT 'wild'"));
            }
            other => panic!("{other:?}"),
        }
    });
}
