//! `--to`: the rows go to another server while everybody writes, and the
//! database there takes over.
//!
//! Two servers commit nothing together, so one place decides: the transaction
//! that closes the source. Before it the source is served and the destination
//! is a leftover; after it the source is only read and the destination is whole.
//!
//! Must never: let a write into the source be told as done after the last
//! change was taken, or drop a destination that the source has given way to.

mod intent;
mod leftovers;
mod preflight;
mod story;

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use pg_live::behind::Behind;
use pg_live::feed::{Feed, Tending, between};
use pg_live::{Address, Session, database, numbers};

use super::choose::{Choice, Chosen, Way, choose};
use super::copy::Prepared;
use super::follow::Course;
use super::online::published;
use super::sequences::counters;
use super::shape::{self, Post};
use super::tending::{require_free, tend};
use super::{Keeping, OF_A_COPY, Options, lines, require_alone};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild;
use crate::rebuild::beside::beside;
use crate::schema::allow::Allowed;
use crate::schema::migrate::{Request, Work, unproved};
use crate::schema::rules::Rules;
use crate::services::Around;
use crate::stamp::stamp;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{counted, maintenance};

pub use intent::{NEXT as NEXT_OF_UNFILLED, all as unfilled};
use leftovers::Settled;
pub use leftovers::{
    abandoned_story, left_here, lines as lines_of_left, place, reopen, sweep_source,
};

const COMMAND: &str = "db-rebuild --keep-data --online --to";

/// For whoever meets a database that was moved.
pub const NEXT: &str = "cargo xtask target NAME # where it is now; if that is given up: `cargo xtask db-rebuild --reopen`";

/// Where it goes.
pub struct To {
    pub target: Rc<Target>,
    /// The source as the destination's server reaches it.
    pub reach: Option<Address>,
}

impl To {
    /// What was typed: a name of a target, or a URL.
    pub fn of(ctx: &Ctx, to: &str, source_url: Option<&str>) -> Result<To> {
        let target = match to.contains("://") || to.contains('=') {
            true => Target::Url(crate::target::url::Url::parsed(to, "--to")?),
            false => Target::named(ctx, to)?,
        };
        let reach = source_url.map(|text| {
            Address::parse(text)
                .map_err(|error| anyhow::Error::from(error).context("reading `--source-url`"))
        });
        Ok(To { target: Rc::new(target), reach: reach.transpose()? })
    }
}

/// A move, and both its ends.
struct Moving<'a> {
    keeping: Keeping<'a>,
    to: &'a To,
    there: &'a Address,
    reach: Address,
    identity: String,
    mark: String,
}

struct Done {
    fingerprint: String,
    rows: i64,
    held: Duration,
    major: u32,
}

pub fn run(ctx: &Ctx, source: &Rc<Target>, to: &To, options: Options) -> Result<Answer> {
    let Options { services, rules, allowed, sql, .. } = options;
    let live = source.require_answering(ctx)?;
    let there = to.target.require_running(ctx)?;
    let reach = reach(&live, to.reach.as_ref());
    require_another_server(ctx, &live, &there)?;
    let held = hold(ctx, &live, &there)?;
    let held_here = held.as_ref().map(|it| &it.0);
    let left = match leftovers::settle(ctx, (&live, source), (&there, to), held_here)? {
        Settled::Answered(answer) => return Ok(answer),
        Settled::Left(left) => left,
    };
    require_alone(ctx, &live)?;
    let request = request(source, ctx, rules.clone(), allowed, sql);
    let Choice::Chosen(mut chosen) = choose(ctx, &request, Some(Way::Copy))? else {
        return Err(Fault::failed("a copy was asked for").into());
    };
    let keeping = Keeping { ctx, target: source, live: &live, kept: "", online: true };
    let identity =
        ctx.wait(async { between::identity(&Session::connect(&live, "db-rebuild").await?).await })?;
    let mark = format!("{identity} {}", stamp());
    let moving = Moving { keeping, to, there: &there, reach, identity, mark };
    let major = moving.require_possible(&chosen)?;
    let going = moving.keeping.going(&chosen)?;
    let Some(held) = held else {
        return Ok(moving.dry_run(&chosen, (&left, &going), major));
    };
    ctx.term.status(
        format!("{}{}{}", chosen.work.card(), lines(&going), moving.story(major)).trim_end(),
    );
    chosen.work.require_allowed()?;
    moving.agree(!going.is_empty())?;
    let arrival = request_of_arrival(&to.target, ctx, rules, sql);
    let mut steps = Steps::begin(ctx, source.name())?;
    let mut around = Around::new(source, services);
    let done = moving.go(&mut steps, &mut around, (&mut chosen, &arrival), &held);
    match done {
        Ok(done) => Ok(moving.answer(steps, &around, &chosen, &done)),
        Err(error) => {
            let ours = (moving.mark.as_str(), &held);
            let cleaned = ctx.interrupt.shield(|| leftovers::sweep(ctx, &live, &there, ours));
            if let Err(why) = cleaned {
                ctx.term.warn(&format!("left for the next run to sweep: {why:#}"));
                ctx.term.hint(
                    "`cargo xtask db-rebuild --reopen` takes what is left on the source away",
                );
            }
            around.put_back(ctx);
            let error = ctx.interrupt.check().err().map_or(error, anyhow::Error::from);
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

/// Two servers take locks of their own: one would be its own rival.
fn require_another_server(ctx: &Ctx, live: &Address, there: &Address) -> Result<()> {
    let is_same = ctx.wait(async {
        between::is_same_server(&maintenance(live).await?, &maintenance(there).await?).await
    })?;
    if !is_same {
        return Ok(());
    }
    let what = format!("`{}` cannot be moved to {there}: that is the same server", live.database);
    Err(Fault::refused(what).hint("leave out --to").into())
}

/// Both ends, to the end of the move: of two runs that begin at once one is told.
/// A dry run only looks.
fn hold(ctx: &Ctx, live: &Address, there: &Address) -> Result<Option<(Tending, Tending)>> {
    if ctx.globals.dry_run {
        require_free(ctx, live)?;
        require_free(ctx, there)?;
        return Ok(None);
    }
    let what = format!("`cargo xtask {COMMAND} {there}` of {live}");
    Ok(Some((tend(ctx, live, &what)?, tend(ctx, there, &what)?)))
}

/// As the destination sees the source: what was said, and of what was not said
/// what we use ourselves.
fn reach(live: &Address, said: Option<&Address>) -> Address {
    let Some(said) = said else { return live.clone() };
    let password = said.password.clone().or_else(|| live.password.clone());
    Address { password, database: live.database.clone(), ..said.clone() }
}

fn request(target: &Rc<Target>, ctx: &Ctx, rules: Rules, allowed: Allowed, sql: bool) -> Request {
    Request {
        target: target.clone(),
        init: ctx.config.metadata.init.clone(),
        plan: None,
        command: COMMAND,
        snapshot: false,
        rules,
        allowed: OF_A_COPY.into_iter().fold(allowed, Allowed::and),
        backup: false,
        resume: false,
        sql,
    }
}

/// What init.sql makes on the other server, by that server's own words.
fn request_of_arrival(target: &Rc<Target>, ctx: &Ctx, rules: Rules, sql: bool) -> Request {
    request(target, ctx, rules, Allowed::default(), sql)
}

impl<'a> Moving<'a> {
    fn go<'c>(
        &self,
        steps: &mut Steps<'c>,
        around: &mut Around<'_>,
        (chosen, arrival): (&mut Chosen<'_>, &Request),
        held: &(Tending, Tending),
    ) -> Result<Done>
    where
        'a: 'c,
    {
        let Moving { keeping, there, .. } = self;
        let (ctx, live) = (keeping.ctx, keeping.live);
        let new: &Address = there;
        steps.step("destination", |_| self.make_database())?;
        let mut work = unproved(ctx, arrival)?;
        let prepared = steps.step("tables", |_| self.make_tables(chosen, &work))?;
        let (feed, hands) = steps.step("feed", |_| {
            let tables = published(&chosen.matched.moves);
            let count = tables.len();
            for sql in [
                "CREATE PUBLICATION xtask_online FOR TABLE <each (columns)>;",
                "SELECT pg_create_logical_replication_slot(<slot>, 'pgoutput');",
                "CREATE SUBSCRIPTION xtask_online CONNECTION <source> PUBLICATION xtask_online; -- there, off",
            ] {
                ctx.term.equivalent("sql>", sql);
            }
            let (feed, behind) = ctx.wait(async {
                let feed = Feed::open(live, &tables).await?;
                feed.note_destination(new).await?;
                feed.subscribe_at(new, &self.reach, count).await?;
                let behind = Behind::raise(live).await?;
                feed.begin_at(&behind).await?;
                pg_live::Result::Ok((feed, behind))
            })?;
            let hands = keeping.hands(&prepared, &behind)?;
            let held = behind.since.elapsed().as_secs_f64();
            Ok(told((feed, hands), format!("writers waited {held:.1} s, and go on")))
        })?;
        let course = Course { feed, hands, there: &self.to.target };
        let enable = async |feed: &Feed, new: &Address| feed.enable(new).await;
        let (behind, rows) =
            keeping.follow(steps, around, (chosen, &prepared), (course, enable))?;
        keeping.require_none_stay()?;
        let extremes = steps.step("sequences", |_| {
            let extremes = keeping.carry_first(&prepared)?;
            Ok(told(extremes, counted(prepared.counters.len(), "sequence")))
        })?;
        keeping.seed(steps, chosen, (&work, new))?;
        let fingerprint = steps.step("compare again", |_| {
            let (fingerprint, detail) = work.compare_made(new)?;
            keeping.require_sound(new)?;
            Ok(told(fingerprint, detail))
        })?;
        steps.step("settings", |_| self.carry_settings())?;
        keeping.require_unchanged(chosen)?;
        let since = behind.since;
        ctx.wait(async {
            held.0.require_held().await?;
            held.1.require_held().await
        })?;
        steps.step("cut over", |_| {
            self.cut_over(behind, &prepared, &extremes)?;
            Ok(told((), format!("`{}` takes no writes any more", live.database)))
        })?;
        work.is_served(&fingerprint);
        let major = work.found.to.catalog.major;
        Ok(Done { fingerprint, rows, held: since.elapsed(), major })
    }

    /// Empty, with the locale of the source, and marked as unfinished.
    fn make_database(&self) -> Result<crate::steps::Told<()>> {
        let Moving { keeping: Keeping { ctx, live, .. }, there, .. } = self;
        let making = there.with_database(&intent::making(&there.database, &self.identity));
        intent::note(ctx, &making)?;
        let made = ctx.wait(async {
            let (source, server) = (maintenance(live).await?, maintenance(there).await?);
            let locale = database::locale(&source, &live.database).await?.unwrap_or_default();
            let major = server.server_version().await? / 10_000;
            let locale = locale.known_to(major);
            let name = &there.database;
            ctx.term.equivalent("sql>", &format!("{};", database::create_sql(name, &locale)));
            // One that is there has nothing in it, and stays where ours cannot be made.
            let making = &making.database;
            database::create(&server, making, &locale).await?;
            between::set_incoming(&server, making, &self.mark, None).await?;
            let renamed = async {
                between::drop_empty(&server, there).await?;
                database::rename(&server, making, name).await
            };
            if let Err(error) = renamed.await {
                database::drop_unused(&server, making).await?;
                return Err(error);
            }
            pg_live::Result::Ok(())
        });
        made.map_err(anyhow::Error::from)
            .with_context(|| format!("making {there} with the locale of the source"))?;
        intent::done(ctx, &making)?;
        Ok(told((), format!("{there} is made, with the locale of the source")))
    }

    fn make_tables(
        &self,
        chosen: &Chosen<'_>,
        work: &Work<'_>,
    ) -> Result<crate::steps::Told<Prepared>> {
        let Moving { keeping: Keeping { ctx, .. }, to, there, .. } = self;
        let before = work.dump_of_declared("pre-data")?;
        let post = Post::of(&work.dump_of_declared("post-data")?);
        let command = format!("pg_dump --schema-only --section=pre-data | psql -d {there}");
        ctx.term.equivalent("$", &command);
        shape::load(ctx, &to.target, there, &before)?;
        let found = &chosen.work.found;
        let counters = counters(&found.from.catalog, &found.to.catalog, &found.renamed);
        let new = (*there).clone();
        Ok(told(Prepared { new, post, counters }, format!("{there} takes rows in")))
    }

    /// Owner, privileges, settings, limit and comment of the database. A role
    /// that is not on the other server is told.
    fn carry_settings(&self) -> Result<crate::steps::Told<()>> {
        let Moving { keeping: Keeping { ctx, live, .. }, there, .. } = self;
        let (mut all, server) = ctx.wait(async {
            let (source, server) = (maintenance(live).await?, maintenance(there).await?);
            let all = database::properties(&source, &live.database, &there.database).await?;
            let own = between::own_comment(&source, &live.database).await?;
            // The mark stands in it, and must not be away for a moment.
            between::set_incoming(&server, &there.database, &self.mark, own.as_deref()).await?;
            pg_live::Result::Ok((all, server))
        })?;
        all.retain(|it| !it.starts_with("COMMENT ON DATABASE"));
        let mut carried = 0;
        for statement in all {
            match ctx.wait(async { server.execute(&statement).await }) {
                Ok(()) => carried += 1,
                Err(error) => {
                    let error = anyhow::Error::from(error);
                    ctx.term.warn(&format!("not carried over: `{statement}`: {error:#}"));
                }
            }
        }
        Ok(told((), format!("{} carried over", counted(carried, "setting"))))
    }

    /// The one moment that decides.
    fn cut_over(
        &self,
        behind: Behind,
        prepared: &Prepared,
        extremes: &[Option<i64>],
    ) -> Result<()> {
        let Moving { keeping: Keeping { ctx, live, .. }, there, mark, .. } = self;
        let Prepared { new, counters, .. } = prepared;
        let moved = format!("{mark} to {there}");
        let own = ctx.wait(async {
            between::own_comment(&maintenance(live).await?, &live.database).await
        })?;
        let sql = between::close_sql(&live.database, &moved, own.as_deref());
        ctx.term.equivalent("sql>", &sql);
        let passing = beside(&live.database, "new");
        let closed = ctx.wait(async {
            let server = maintenance(live).await?.address().clone();
            let writing = Session::connect(new, "copy").await?;
            let last = async |look: &Session| {
                numbers::carry((look, &writing), counters, extremes).await.map(|_| ())
            };
            behind.close(&server, (&live.database, &passing), &sql, last).await
        });
        if let Err(error) = closed {
            // The connection may break after the last word was said.
            match ctx.interrupt.shield(|| leftovers::moved(ctx, live)) {
                Ok(Some(found)) if found == moved => {}
                Ok(_) | Err(_) => return Err(error.into()),
            }
        }
        // It is done; the mark only says so.
        let unmarked = ctx.interrupt.shield(|| {
            ctx.wait(async {
                between::clear_incoming(&maintenance(there).await?, &there.database).await
            })
        });
        if let Err(error) = unmarked {
            let error = anyhow::Error::from(error);
            ctx.term.warn(&format!("`{there}` is whole, and is marked as being filled: {error:#}"));
            ctx.term.hint("run the same command again: it takes the mark away");
        }
        Ok(())
    }
}
