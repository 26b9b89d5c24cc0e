//! The services, and whether the server has room for their connections.
//!
//! Must never: wait for a service that is just starting.

use anyhow::Result;
use pg_live::Session;

use super::Section;
use super::fixes::Mend;
use crate::context::Ctx;
use crate::services::{self, Scope, State};
use crate::target::{ServerState, Target};

/// As in `shared/python/settings.py`.
const DEFAULT_POOL: i64 = 20;
const DEFAULT_OVERFLOW: i64 = 10;
/// The api and the enrichment have one each.
const POOLS: i64 = 2;
/// The processor, and what each of the three asks for /health with.
const OUTSIDE_POOLS: i64 = 4;

pub fn examine(ctx: &Ctx, target: &Target, section: &mut Section<'_>) -> Result<()> {
    let wanted = Scope::of(ctx, None)? == Scope::All;
    for it in services::conditions(ctx, target)? {
        let name = it.service.name();
        match it.state {
            State::Healthy => section.pass(name, it.story()),
            State::Stopped if !wanted => section.pass(name, it.story()),
            State::Stopped | State::Starting => {
                section.warning(name, it.story(), "cargo xtask up");
                section.mend(Mend::Up);
            }
            State::Unhealthy => {
                section.failure(name, it.story(), format!("cargo xtask logs {name}"));
            }
        }
    }
    let ServerState::Running(address) = target.state(ctx)? else {
        section.skipped("connection budget", "the server does not run");
        return Ok(());
    };
    let setting = |name: &str, usual: i64| {
        ctx.config.value(name).and_then(|value| value.parse().ok()).unwrap_or(usual)
    };
    let pool = setting("POSTGRES_POOL_SIZE", DEFAULT_POOL)
        + setting("POSTGRES_MAX_OVERFLOW", DEFAULT_OVERFLOW);
    let budget = POOLS * pool + OUTSIDE_POOLS;
    let room = ctx.wait(async {
        let session = Session::connect(&address, "doctor").await?;
        let row = session.query_one("SELECT current_setting('max_connections')::bigint", &[]);
        pg_live::Result::Ok(row.await?.get::<_, i64>(0))
    })?;
    let wrong = (budget > room)
        .then(|| format!("the services may open {budget} connections, the server takes {room}"));
    section.warn_if(
        "connection budget",
        wrong,
        "lower POSTGRES_POOL_SIZE, or raise max_connections",
    );
    Ok(())
}
