//! What a move that was stopped left on both servers, and the way back from one
//! that was done.
//!
//! Must never: sweep what a run is at work on, or what was never ours.

use std::time::Duration;

use anyhow::Result;
use pg_live::feed::{self, Abandoned, between};
use pg_live::{Address, ErrorKind, Session, database, protection};
use serde_json::json;

use super::To;
use crate::consent;
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::{is_beside, prefix};
use crate::rebuild::keep::online;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{maintenance, size};

const PAUSE: Duration = Duration::from_millis(100);
const LOOKS: usize = 20;

/// Both marks, and which database this is.
struct Marks {
    identity: String,
    moved: Option<String>,
    incoming: Option<String>,
    reopened: Option<String>,
    is_tended: bool,
}

fn marks(ctx: &Ctx, live: &Address, there: &Address) -> Result<Marks> {
    Ok(ctx.wait(async {
        let (source, server) = (maintenance(live).await?, maintenance(there).await?);
        // Waits for a transaction that is closing it: then its mark tells.
        let inside = Session::connect(live, "db-rebuild").await?;
        let mut is_tended = between::is_tended(&source, &live.database).await?;
        let mut looks = LOOKS;
        // Our own last sessions may still be on their way out.
        while is_tended && looks > 0 {
            looks -= 1;
            tokio::time::sleep(PAUSE).await;
            is_tended = between::is_tended(&source, &live.database).await?;
        }
        pg_live::Result::Ok(Marks {
            identity: between::identity(&inside).await?,
            moved: between::moved(&source, &live.database).await?,
            incoming: between::incoming(&server, &there.database).await?,
            reopened: between::reopened(&source, &live.database).await?,
            is_tended,
        })
    })?)
}

/// The mark of the source, when nobody is about to write it.
pub fn moved(ctx: &Ctx, live: &Address) -> Result<Option<String>> {
    Ok(ctx.wait(async {
        let _inside = Session::connect(live, "db-rebuild").await?;
        between::moved(&maintenance(live).await?, &live.database).await
    })?)
}

/// What a stopped run left on this server, and a word on what it left elsewhere.
pub fn sweep_source(ctx: &Ctx, live: &Address) -> Result<()> {
    let left = ctx.wait(async {
        match Session::connect(live, "db-rebuild").await {
            Err(error) if error.kind == ErrorKind::NoDatabase => Ok(None),
            session => feed::abandoned(&session?).await,
        }
    })?;
    if online::sweep(ctx, live)? {
        ctx.term.warn(&format!(
            "a run with --online was stopped; its slot and publication are gone now{}",
            beyond(left.as_ref())
        ));
    }
    Ok(())
}

/// Takes over from whatever came before. An answer: there is nothing to do.
pub fn settle(
    ctx: &Ctx,
    (live, source): (&Address, &Target),
    (there, to): (&Address, &To),
) -> Result<Option<Answer>> {
    let found = marks(ctx, live, there)?;
    if found.is_tended {
        let what = format!("`{}` is being moved by another run", live.database);
        return Err(Fault::unavailable(what).hint("wait for it to end").into());
    }
    if let Some(moved) = &found.moved {
        let is_this =
            found.incoming.as_ref().is_some_and(|it| moved.starts_with(&format!("{it} ")));
        if is_this && !ctx.globals.dry_run {
            ctx.wait(async {
                between::clear_incoming(&maintenance(there).await?, &there.database).await
            })?;
        }
        if is_this || moved.ends_with(&format!(" to {there}")) {
            let text = format!(
                "`{}` was moved to {there} before; that is what is served\n{}",
                live.database,
                super::story::next(to, there)
            );
            return Ok(Some(Answer::done(
                text,
                json!({ "moved": moved, "to": there.to_string() }),
            )));
        }
        let what = format!("`{}` was moved: {}", live.database, place(moved));
        return Err(Fault::refused(what).hint(super::story::reopening(source)).into());
    }
    let reopened = found.reopened.as_deref().unwrap_or_default();
    if found.incoming.as_ref().is_some_and(|it| reopened.starts_with(&format!("{it} "))) {
        let what = format!(
            "`{there}` is whole: the move into it was given up when it was done, and it may have \
             been written to since"
        );
        return Err(Fault::refused(what)
            .hint("name another database in --to, or look at that one and drop it yourself")
            .into());
    }
    if let Some(incoming) = &found.incoming
        && !incoming.starts_with(&format!("{} ", found.identity))
    {
        let what = format!("`{there}` is being filled from another database");
        return Err(Fault::refused(what)
            .hint("name another database in --to, or drop that one if its move is given up")
            .into());
    }
    if ctx.globals.dry_run {
        return Ok(None);
    }
    sweep_unnamed(ctx, there, &found.identity)?;
    let had_incoming = found.incoming.is_some();
    if let Some(mark) = &found.incoming {
        sweep_destination(ctx, there, mark)?;
    }
    if online::sweep(ctx, live)? || had_incoming {
        ctx.term.warn("a move was stopped; what it left on both servers is gone now");
    }
    Ok(None)
}

/// What this run made, on both servers. A move that came through stays.
pub fn sweep(ctx: &Ctx, live: &Address, there: &Address, mark: &str) -> Result<()> {
    if moved(ctx, live)?.is_some_and(|it| it.starts_with(&format!("{mark} "))) {
        return Ok(());
    }
    // First where a slot keeps the log; the other server may be what failed.
    online::sweep(ctx, live)?;
    let identity = mark.split(' ').next().unwrap_or_default();
    sweep_unnamed(ctx, there, identity)?;
    sweep_destination(ctx, there, mark)
}

/// Databases that were made there and did not come to their name.
fn sweep_unnamed(ctx: &Ctx, there: &Address, identity: &str) -> Result<()> {
    let prefix = prefix(&there.database, "new");
    Ok(ctx.wait(async {
        let server = maintenance(there).await?;
        for it in database::list(&server, &prefix).await? {
            let mark = between::incoming(&server, &it.name).await?;
            let is_ours = mark.is_some_and(|mark| mark.starts_with(&format!("{identity} ")));
            if is_ours && is_beside(&there.database, "new", &it.name) {
                database::drop_unused(&server, &it.name).await?;
            }
        }
        pg_live::Result::Ok(())
    })?)
}

fn sweep_destination(ctx: &Ctx, there: &Address, mark: &str) -> Result<()> {
    Ok(ctx.wait(async {
        let server = maintenance(there).await?;
        let name = &there.database;
        if between::incoming(&server, name).await?.as_deref() == Some(mark) {
            // The subscription first: a database that is being fed cannot go.
            feed::unsubscribe(there).await?;
            database::drop_scratch(&server, name).await?;
        }
        pg_live::Result::Ok(())
    })?)
}

/// `osint @ db2:5432, at 20261130T160000.000Z`, of a mark.
pub fn place(mark: &str) -> String {
    let mut words = mark.splitn(4, ' ');
    let (_, time, _, place) = (words.next(), words.next(), words.next(), words.next());
    format!("{}, at {}", place.unwrap_or("?"), time.unwrap_or("?"))
}

/// Of a feed that nobody empties any more.
pub fn abandoned_story(found: &Abandoned) -> String {
    let to = found.to.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
    format!(
        "the feed{to} of a run that was stopped keeps {} of the server's log, and ever more",
        size(found.bytes)
    )
}

/// What is left on the other server, which only a run that may go there sweeps.
fn beyond(found: Option<&Abandoned>) -> String {
    found.and_then(|it| it.to.as_ref()).map_or_else(String::new, |to| {
        format!(
            "\n{to} is left half-filled there: the same command with --to sweeps it, or drop \
             its subscription {NAME} and the database",
            NAME = feed::NAME
        )
    })
}

/// `--reopen`: the database that was moved takes writes again.
pub fn reopen(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let (mark, own, protected, abandoned) = ctx.wait(async {
        let server = maintenance(&live).await?;
        // Waits for a transaction that is closing it: then its mark tells.
        let inside = Session::connect(&live, "db-rebuild").await?;
        let mark = between::moved(&server, &live.database).await?;
        let own = between::own_comment(&server, &live.database).await?;
        let protected = protection(&inside).await?;
        pg_live::Result::Ok((mark, own, protected, feed::abandoned(&inside).await?))
    })?;
    let name = &live.database;
    let is_tended =
        ctx.wait(async { between::is_tended(&maintenance(&live).await?, name).await })?;
    if is_tended {
        let what = format!("`{name}` is being moved by another run");
        return Err(Fault::unavailable(what).hint("wait for it to end").into());
    }
    if mark.is_none() && !ctx.globals.dry_run && online::sweep(ctx, &live)? {
        let text = format!(
            "`{name}` takes writes; what a stopped run left of its feed is gone{}",
            beyond(abandoned.as_ref())
        );
        return Ok(Answer::done(text, json!({ "reopened": false })));
    }
    let Some(mark) = mark else {
        let text = format!("`{name}` was not moved: it takes writes");
        return Ok(Answer::done(text, json!({ "reopened": false })));
    };
    let sql = between::open_sql(name, &mark, own.as_deref());
    let place = place(&mark);
    let what = format!("let `{name}` take writes again; what was written since stays at {place}");
    if ctx.globals.dry_run {
        let text = format!("would {what}\nnothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [what] })));
    }
    let mark = protected.or(target.configured_protection());
    consent::agree_to_change(ctx, name, mark.as_deref(), &what)?;
    let mut steps = Steps::begin(ctx, "db-rebuild --reopen", target.name())?;
    ctx.term.equivalent("sql>", &sql);
    let opened = steps.step("open", |_| {
        ctx.wait(async { maintenance(&live).await?.execute(&sql).await })?;
        Ok(told((), "who connects from now on may write"))
    });
    let records = steps.end();
    opened?;
    let text = format!("`{name}` takes writes again; it was moved to {place}");
    Ok(Answer::done(text, json!({ "reopened": true, "steps": records })))
}
