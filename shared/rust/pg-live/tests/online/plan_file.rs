//! A plan file, run by psql.

use std::process::{Command, Output};

use pg_diff::plan::file::{End, FORMAT, PlanFile, read};
use pg_diff::plan::{Backfill, Mode, Step, Work};
use pg_live::Address;

use crate::place::{Place, alone, everywhere, outside, plan, table, together};

const WRONG: &str = "SELECT (SELECT count(*) FROM public.t \
     WHERE content IS DISTINCT FROM lower(title) || '$xtask$' OR touched <> 1) \
     + (SELECT count(*) FROM public.p WHERE content IS DISTINCT FROM 'it''s' OR touched <> 1)";

fn backfill(name: &str, set: &str, key: &[&str]) -> Step {
    let work = Work::Backfill(Backfill {
        table: table(name),
        set: format!("{set}, touched = touched + 1"),
        condition: "content IS NULL".to_owned(),
        key: key.iter().map(|&it| it.to_owned()).collect(),
        batch: 700,
    });
    Step { mode: Mode::Outside, work, ..together("") }
}

fn file(major: i32) -> PlanFile {
    let end =
        |what: &str, digit: &str| End { what: what.to_owned(), fingerprint: digit.repeat(64) };
    PlanFile {
        format: FORMAT,
        tool: "a test".to_owned(),
        major: u32::try_from(major).expect("a major"),
        from: end("live", "a"),
        to: end("init", "b"),
        plan: plan(vec![
            together("ALTER TABLE public.t ADD COLUMN \"PORT\" int, ADD COLUMN list int[]"),
            together(
                "CREATE VIEW public.v AS SELECT list[1:\"PORT\"] AS part FROM public.t -- end",
            ),
            backfill("t", "content = lower(title) || '$xtask$'", &["Part", "number"]),
            backfill("p", "content = 'it''s'", &[]),
            alone("ALTER TABLE public.t ALTER COLUMN content SET NOT NULL"),
            outside("CREATE UNIQUE INDEX CONCURRENTLY i ON public.t (number)"),
            together("ALTER TABLE public.t ADD CONSTRAINT u UNIQUE USING INDEX i"),
        ]),
        after: Vec::new(),
        reverse: None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a test runs the program that people run")]
#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn psql(address: &Address, sql: &str) -> Option<Output> {
    let path = std::env::temp_dir().join(format!("{}.sql", address.database));
    std::fs::write(&path, sql).expect("a temporary file");
    let mut command = Command::new("psql");
    command
        .arg("-X")
        .arg("-f")
        .arg(&path)
        .env("PGPASSWORD", address.password.as_deref().unwrap_or_default());
    command.args(["-h", &address.host, "-U", &address.user, "-d", &address.database]);
    command.args(["-p", &address.port.to_string()]);
    let output = command.output();
    std::fs::remove_file(&path).expect("ours");
    if output.is_err() {
        eprintln!("not run: there is no psql");
    }
    output.ok()
}

async fn is_right(place: &Place) {
    assert_eq!(place.ask(WRONG).await, "0");
    let valid =
        "SELECT count(*) FROM pg_index WHERE indexrelid = 'public.u'::regclass AND indisvalid";
    assert_eq!(place.ask(valid).await, "1");
    // psql did not put its own port there.
    let shown = place.ask("SELECT pg_get_viewdef('public.v')").await;
    assert!(shown.contains("\"PORT\""), "{shown}");
}

#[test]
fn psql_runs_it() {
    everywhere(|place| async move {
        place.run(include_str!("plan_file.sql")).await;
        let file = file(place.major);
        let json = file.json().expect("writes");
        assert_eq!(read(&json, &file.sql()), Ok(file.clone()));
        let Some(output) = psql(&place.address, &file.sql()) else { return };
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        assert_eq!(told, "");
        is_right(&place).await;
    });
}

#[test]
fn it_stops_at_the_first_error_and_what_is_done_is_not_done_again() {
    everywhere(|place| async move {
        place.run(include_str!("plan_file.sql")).await;
        let mut whole = file(place.major);
        let mut broken = whole.clone();
        broken.plan.steps[4] = alone("ALTER TABLE public.t ALTER COLUMN no SET NOT NULL");
        let Some(output) = psql(&place.address, &broken.sql()) else { return };
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(place.ask("SELECT to_regclass('public.i')").await, "null");
        whole.plan.steps.drain(..2);
        let output = psql(&place.address, &whole.sql()).expect("psql is there");
        assert!(output.status.success());
        is_right(&place).await;
    });
}

#[test]
fn it_refuses_another_server_and_another_run() {
    everywhere(|place| async move {
        place.run(include_str!("plan_file.sql")).await;
        let Some(output) = psql(&place.address, &file(place.major + 1).sql()) else { return };
        assert_eq!(output.status.code(), Some(3));
        let other = place.session().await;
        let lock = format!("SELECT pg_advisory_lock({})", pg_live::apply::LOCK);
        other.execute(&lock).await.expect("a lock");
        let output = psql(&place.address, &file(place.major).sql()).expect("psql is there");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(place.ask("SELECT to_regclass('public.v')").await, "null");
    });
}
