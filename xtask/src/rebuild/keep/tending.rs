//! The lock of whoever works on the feeds of a database, and what a run that
//! was stopped left of one.
//!
//! Must never: sweep without the lock, or keep who waits for it in the dark.

use anyhow::Result;
use pg_live::feed::{self, Rival, Tending};
use pg_live::{Address, database};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::rebuild::beside::{is_beside, prefix};
use crate::verify::maintenance;

const SWEEPING: &str = "a run that sweeps what another left";

/// Takes the lock to the end of a run; `what` is told to others.
pub fn tend(ctx: &Ctx, live: &Address, what: &str) -> Result<Tending> {
    let asked = ctx.wait(async {
        let server = maintenance(live).await?.address().clone();
        feed::tend(&server, &live.database, what).await
    })?;
    asked.map_err(|rival| busy(live, &rival))
}

/// For who only looks: nobody else is at work.
pub fn require_free(ctx: &Ctx, live: &Address) -> Result<()> {
    let rival = ctx.wait(async { feed::rival(&maintenance(live).await?, &live.database).await })?;
    rival.map_or(Ok(()), |rival| Err(busy(live, &rival)))
}

fn busy(live: &Address, rival: &Rival) -> anyhow::Error {
    let what = format!("another run works on `{live}`: {}", rival.story());
    let hint = format!(
        "wait for it to end; if its machine is gone, end its session there: \
         `SELECT pg_terminate_backend({})`, and run the command again",
        rival.pid
    );
    Fault::unavailable(what).hint(hint).into()
}

/// Takes the lock and drops what a stopped run left of its feed, which looks
/// like somebody else's replication; answers whether there was something.
pub fn sweep(ctx: &Ctx, live: &Address) -> Result<(Tending, bool)> {
    let tending = tend(ctx, live, SWEEPING)?;
    let swept = sweep_feed(ctx, live, &tending)?;
    Ok((tending, swept))
}

/// For who has the lock.
pub fn sweep_feed(ctx: &Ctx, live: &Address, tending: &Tending) -> Result<bool> {
    Ok(ctx.wait(async {
        tending.require_held().await?;
        let session = maintenance(live).await?;
        if database::locale(&session, &live.database).await?.is_none() {
            return Ok(false);
        }
        let all = unfinished(&session, live).await?;
        let ours: Vec<&str> = all.iter().map(String::as_str).collect();
        for name in feed::subscribed(&session, &ours).await? {
            feed::unsubscribe(&live.with_database(&name)).await?;
        }
        feed::sweep(live).await
    })?)
}

/// The databases beside this one that were made to take its name, and did not.
pub async fn unfinished(
    session: &pg_live::Session,
    live: &Address,
) -> pg_live::Result<Vec<String>> {
    let all = database::list(session, &prefix(&live.database, "new")).await?;
    let names = all.into_iter().map(|it| it.name);
    Ok(names.filter(|name| is_beside(&live.database, "new", name)).collect())
}
