//! Questions to real rows.

use std::time::Duration;

use pg_diff::plan::Probe;
use pg_live::probe::{Answer, ProbeOptions, probe};

use crate::place::{everywhere, table};

fn question(sql: &str) -> Probe {
    Probe {
        about: table("t"),
        table: table("t"),
        sql: sql.to_owned(),
        breaks: "would break it".to_owned(),
        hint: None,
    }
}

#[test]
fn rows_that_are_in_the_way_are_counted_and_shown() {
    everywhere(|place| async move {
        place
            .run(
                "CREATE TABLE public.t (id int PRIMARY KEY, a text); \
                 INSERT INTO public.t SELECT g, nullif(g % 3, 0) FROM generate_series(1, 30) g; \
                 UPDATE public.t SET a = 'x' WHERE id = 30",
            )
            .await;
        let session = place.session().await;
        let probes = [
            question("SELECT id::text FROM public.t WHERE a IS NULL"),
            question("SELECT id::text FROM public.t WHERE a IS NULL AND id < 7"),
            question("SELECT id::text FROM public.t WHERE id < 0"),
            question("SELECT id::text FROM public.t WHERE a::int IS NULL AND a IS NOT NULL"),
            question("SELECT id::text FROM public.t WHERE pg_sleep(1) IS NULL"),
            question("SELECT id::text FROM public.t"),
        ];
        let options = ProbeOptions { budget: Duration::from_secs(3) };
        let found = probe(&session, &probes, options).await.expect("answers");
        let answers: Vec<&Answer> = found.iter().map(|it| &it.answer).collect();
        let Answer::InTheWay { rows: 9, samples } = answers[0] else { panic!("{answers:?}") };
        assert_eq!(samples.len(), 5);
        assert!(
            matches!(answers[1], Answer::InTheWay { rows: 2, samples } if samples == &["3", "6"])
        );
        assert!(matches!(answers[2], Answer::Clear));
        assert!(matches!(answers[3], Answer::Fails { sqlstate, .. } if sqlstate == "22P02"));
        assert!(matches!(answers[4], Answer::Unknown { .. }));
        assert!(matches!(answers[5], Answer::InTheWay { rows: 30, .. }));
        session.execute("CREATE TABLE public.after ()").await.expect("the session is free");
    });
}
