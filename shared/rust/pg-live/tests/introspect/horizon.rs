//! Whether anything was committed since: who counted before need not again.

use pg_live::written::{horizon, is_still};

use crate::server::{Scratch, run};

#[test]
fn a_commit_is_seen_also_one_that_began_before() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load("CREATE TABLE public.one (a int)").await;
        let (session, other) = (scratch.session().await, scratch.session().await);
        // The tests beside this one write, too.
        let mut was_still = false;
        for _ in 0..1000 {
            let now = horizon(&session).await.unwrap();
            was_still = is_still(&session, &now).await.unwrap();
            if was_still {
                break;
            }
        }
        assert!(was_still, "nobody commits between two words, once in a thousand");

        let before = horizon(&session).await.unwrap();
        other.execute("INSERT INTO public.one VALUES (1)").await.unwrap();
        assert!(!is_still(&session, &before).await.unwrap());

        // At work before, and with a newer one that ended behind it.
        other.execute("BEGIN; INSERT INTO public.one VALUES (2)").await.unwrap();
        session.execute("INSERT INTO public.one VALUES (3)").await.unwrap();
        let before = horizon(&session).await.unwrap();
        other.execute("COMMIT").await.unwrap();
        assert!(!is_still(&session, &before).await.unwrap());
        scratch.drop().await;
    });
}
