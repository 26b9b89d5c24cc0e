//! What a move that was stopped left on both servers, and the way back from one
//! that was done.
//!
//! Must never: sweep what a run is at work on, or what was never ours.

use anyhow::Result;
use pg_live::feed::{self, Abandoned, Tending, between};
use pg_live::{Address, ErrorKind, Session, database, protection, quote_ident};
use serde_json::json;

use super::{To, intent};
use crate::consent;
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::{is_beside, prefix};
use crate::rebuild::keep::tending::{self, sweep_feed, tend};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{maintenance, size};

/// What comes of looking at what was before.
pub enum Settled {
    /// There is nothing to do.
    Answered(Answer),
    /// What the run would clean first; nothing where it has done so.
    Left(Vec<String>),
}

/// Both marks, and which database this is.
struct Marks {
    identity: String,
    moved: Option<String>,
    incoming: Option<String>,
    reopened: Option<String>,
}

fn marks(ctx: &Ctx, live: &Address, there: &Address) -> Result<Marks> {
    Ok(ctx.wait(async {
        let (source, server) = (maintenance(live).await?, maintenance(there).await?);
        // Waits for a transaction that is closing it: then its mark tells.
        let inside = Session::connect(live, "db-rebuild").await?;
        pg_live::Result::Ok(Marks {
            identity: between::identity(&inside).await?,
            moved: between::moved(&source, &live.database).await?,
            incoming: between::incoming(&server, &there.database).await?,
            reopened: between::reopened(&source, &live.database).await?,
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
/// Where one is at work, this one must not begin.
pub fn sweep_source(ctx: &Ctx, live: &Address) -> Result<()> {
    let left = abandoned(ctx, live)?;
    if let (_, true) = tending::sweep(ctx, live)? {
        ctx.term.warn(&format!(
            "a run with --online was stopped; its slot and publication are gone now{}",
            beyond(left.as_ref())
        ));
    }
    Ok(())
}

fn abandoned(ctx: &Ctx, live: &Address) -> Result<Option<Abandoned>> {
    Ok(ctx.wait(async {
        match Session::connect(live, "db-rebuild").await {
            Err(error) if error.kind == ErrorKind::NoDatabase => Ok(None),
            session => feed::abandoned(&session?).await,
        }
    })?)
}

/// What [`sweep_source`] and the sweep of half-built databases would clean.
pub fn left_here(ctx: &Ctx, live: &Address) -> Result<Vec<String>> {
    let mut left: Vec<String> = abandoned(ctx, live)?.iter().map(abandoned_story).collect();
    let unfinished =
        ctx.wait(async { tending::unfinished(&maintenance(live).await?, live).await })?;
    left.extend(unfinished.iter().map(|it| format!("`{it}` is half-built")));
    Ok(left)
}

/// For a dry run.
pub fn lines(left: &[String]) -> String {
    let line = |it: &String| format!("left by a run that was stopped, and cleaned first: {it}\n");
    left.iter().map(line).collect()
}

/// Takes over from whatever came before. Without the lock of the source it only
/// looks.
pub fn settle(
    ctx: &Ctx,
    (live, source): (&Address, &Target),
    (there, to): (&Address, &To),
    held: Option<&Tending>,
) -> Result<Settled> {
    let found = marks(ctx, live, there)?;
    if let Some(moved) = &found.moved {
        let is_this =
            found.incoming.as_ref().is_some_and(|it| moved.starts_with(&format!("{it} ")));
        if is_this && held.is_some() {
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
            let data = json!({ "moved": moved, "to": there.to_string() });
            return Ok(Settled::Answered(Answer::done(text, data)));
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
    let Some(held) = held else {
        let mut left = left_here(ctx, live)?;
        left.extend(found.incoming.iter().map(|_| format!("`{there}` is half-filled")));
        let unfilled = unfilled(ctx, there, &found.identity)?;
        left.extend(unfilled.iter().map(|it| format!("`{it}` there is made, and not filled")));
        return Ok(Settled::Left(left));
    };
    let mut was_left = sweep_unfilled(ctx, there, &found.identity)?;
    if let Some(mark) = &found.incoming {
        sweep_destination(ctx, there, mark)?;
        was_left = true;
    }
    if sweep_feed(ctx, live, held)? || was_left {
        ctx.term.warn("a move was stopped; what it left on both servers is gone now");
    }
    Ok(Settled::Left(Vec::new()))
}

/// What this run made, on both servers. A move that came through stays.
pub fn sweep(
    ctx: &Ctx,
    live: &Address,
    there: &Address,
    (mark, held): (&str, &(Tending, Tending)),
) -> Result<()> {
    if moved(ctx, live)?.is_some_and(|it| it.starts_with(&format!("{mark} "))) {
        return Ok(());
    }
    // First where a slot keeps the log; the other server may be what failed.
    sweep_feed(ctx, live, &held.0)?;
    ctx.wait(held.1.require_held())?;
    let identity = mark.split(' ').next().unwrap_or_default();
    sweep_unfilled(ctx, there, identity)?;
    sweep_destination(ctx, there, mark)
}

/// Databases that were made there for this one's rows and did not come to their
/// name: theirs tells.
fn unfilled(ctx: &Ctx, there: &Address, identity: &str) -> Result<Vec<String>> {
    let word = intent::word(identity);
    let all = ctx.wait(async {
        database::list(&maintenance(there).await?, &prefix(&there.database, &word)).await
    })?;
    let names = all.into_iter().map(|it| it.name);
    Ok(names.filter(|it| is_beside(&there.database, &word, it)).collect())
}

/// Nothing came into them; one that something is in stays, and is told.
fn sweep_unfilled(ctx: &Ctx, there: &Address, identity: &str) -> Result<bool> {
    let found = unfilled(ctx, there, identity)?;
    let mut stays = Vec::new();
    for name in &found {
        let is_gone = ctx.wait(async {
            let server = maintenance(there).await?;
            between::drop_unfilled(&server, &there.with_database(name)).await
        })?;
        if !is_gone {
            let server = format!("{}:{}", there.host, there.port);
            ctx.term.warn(&format!(
                "`{name}` on {server} was made by a move that was stopped, and something or \
                 somebody is in it: it stays"
            ));
            ctx.term.hint("look at it, and drop it yourself");
            stays.push(name.clone());
        }
    }
    intent::settle(ctx, (there, identity), &stays)?;
    Ok(stays.len() < found.len())
}

fn sweep_destination(ctx: &Ctx, there: &Address, mark: &str) -> Result<()> {
    Ok(ctx.wait(async {
        let server = maintenance(there).await?;
        let name = &there.database;
        if between::incoming(&server, name).await?.as_deref() == Some(mark) {
            // The subscription first: a database that is being fed cannot go.
            // One that was dropped halfway has none, and lets nobody in.
            if !feed::subscribed(&server, &[name]).await?.is_empty() {
                feed::unsubscribe(there).await?;
            }
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

/// What may be left on other servers: told, and then forgotten.
fn elsewhere(ctx: &Ctx) -> Result<String> {
    if ctx.globals.dry_run {
        return Ok(String::new());
    }
    let line = |it: &intent::Intent| {
        let name = quote_ident(&it.database);
        format!("\n{}: look there, and drop it (DROP DATABASE {name})", it.story())
    };
    Ok(intent::forget(ctx)?.iter().map(line).collect())
}

/// `--reopen`: the database that was moved takes writes again.
pub fn reopen(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let abandoned = abandoned(ctx, &live)?;
    let tending = tend(ctx, &live, "`cargo xtask db-rebuild --reopen`")?;
    let (mark, own, protected) = ctx.wait(async {
        let server = maintenance(&live).await?;
        // Waits for a transaction that is closing it: then its mark tells.
        let inside = Session::connect(&live, "db-rebuild").await?;
        let mark = between::moved(&server, &live.database).await?;
        let own = between::own_comment(&server, &live.database).await?;
        pg_live::Result::Ok((mark, own, protection(&inside).await?))
    })?;
    let name = &live.database;
    if mark.is_none() && !ctx.globals.dry_run && sweep_feed(ctx, &live, &tending)? {
        let text = format!(
            "`{name}` takes writes; what a stopped run left of its feed is gone{}{}",
            beyond(abandoned.as_ref()),
            elsewhere(ctx)?
        );
        return Ok(Answer::done(text, json!({ "reopened": false })));
    }
    let Some(mark) = mark else {
        let text = format!("`{name}` was not moved: it takes writes{}", elsewhere(ctx)?);
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
    let mut steps = Steps::begin(ctx, target.name())?;
    ctx.term.equivalent("sql>", &sql);
    let opened = steps.step("open", |_| {
        ctx.wait(async { maintenance(&live).await?.execute(&sql).await })?;
        Ok(told((), "who connects from now on may write"))
    });
    let records = steps.end();
    opened?;
    let elsewhere = elsewhere(ctx)?;
    let text = format!("`{name}` takes writes again; it was moved to {place}{elsewhere}");
    Ok(Answer::done(text, json!({ "reopened": true, "steps": records })))
}
