//! The end of a rollback once the database has gone back: the code, the
//! services, a comparison. Also of one that was killed in between.
//!
//! Must never: go on with a rollback that something else has overtaken.

use anyhow::Result;
use pg_live::{Address, Introspection, Session, database, protection};
use serde_json::{Value, json};

use super::code::{self, Change, Code};
use super::find::Here;
use super::record::{DoneWhen, Pending, Record};
use super::rollback::{Options, data};
use crate::consent;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::orm::verdict::Verdict;
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::schema::migrate::models;
use crate::schema::reading;
use crate::schema::workshop::Workshop;
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::verify;
use crate::verify::agreement::agreement;

/// How far the database has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    NotBegun,
    Between,
    Done,
}

pub fn state(ctx: &Ctx, live: &Address, done_when: &DoneWhen) -> Result<State> {
    match done_when {
        DoneWhen::Kept(name) => {
            let found =
                ctx.wait(async { database::list(&verify::maintenance(live).await?, name).await })?;
            let is_there = found.iter().any(|it| it.name == *name);
            Ok(if is_there { State::Done } else { State::NotBegun })
        }
        DoneWhen::Schema { from, to } => {
            let print = ctx.wait(async {
                let session = Session::connect(live, "rollback").await?;
                pg_live::Result::Ok(Introspection::begin(&session).await?.catalog().fingerprint())
            })?;
            Ok(match print {
                print if print == *to => State::Done,
                print if print == *from => State::NotBegun,
                _ => State::Between,
            })
        }
    }
}

/// Goes on with a rollback that was stopped after the database had gone back.
/// None: there is none, or its database is as it was.
pub fn left(here: &Here<'_>, options: &Options) -> Result<Option<Answer>> {
    let Here { ctx, target, live, records, .. } = *here;
    let Some(pending) = records.pending() else { return Ok(None) };
    let is_later = |it: &Record| it.id > pending.id && it.command != "rollback";
    let state = match records.all().iter().any(is_later) {
        true => State::NotBegun,
        false => state(ctx, live, &pending.done_when)?,
    };
    match state {
        // In between the way back is one of its own: it is looked for.
        State::NotBegun | State::Between => {
            if !ctx.globals.dry_run {
                records.forget_pending();
            }
            return Ok(None);
        }
        State::Done => {}
    }
    let story = format!(
        "a rollback was stopped when the database had gone back ({}); the rest: {}",
        pending.story,
        pending.change.story()
    );
    if ctx.globals.dry_run {
        let text = format!("{story}\nwould do the rest\nnothing was changed");
        return Ok(Some(Answer::done(text, json!({ "dry_run": true, "pending": pending }))));
    }
    ctx.term.status(&story);
    if let Some(to) = &options.to {
        ctx.term.warn(&format!("`--to {to}` is not looked at: say it again afterwards"));
    }
    let pending = Pending { change: still(here, &pending)?, ..pending };
    let inside =
        ctx.wait(async { protection(&Session::connect(live, "rollback").await?).await })?;
    let mark = target.configured_protection().or(inside);
    let what = "do the rest of it";
    consent::agree_to_change(ctx, &live.database, mark.as_deref(), what)?;
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, options.services);
    around.stop(ctx, &mut steps)?;
    conclude(here, steps, &around, &pending).map(Some)
}

/// What is still to be done of the code: files may have been edited since.
fn still(here: &Here<'_>, pending: &Pending) -> Result<Change> {
    let Change::Restore { commit, .. } = &pending.change else {
        return Ok(pending.change.clone());
    };
    let served = here.records.served();
    let wish = code::Wish::Named(commit.clone());
    let (change, obstacle) = code::change(here.ctx, None, &wish, served.as_ref())?;
    match obstacle {
        Some(fault) => Err(fault.into()),
        None => Ok(change),
    }
}

/// The database has gone back: the code follows, then the services.
pub fn conclude(
    here: &Here<'_>,
    mut steps: Steps<'_>,
    around: &Around<'_>,
    pending: &Pending,
) -> Result<Answer> {
    let Here { ctx, target, live, records, .. } = *here;
    if let Change::Restore { .. } = pending.change {
        let restored = ctx.interrupt.shield(|| {
            steps.step("code", |_| Ok(told((), code::carry_out(ctx, &pending.change)?)))
        });
        if let Err(error) = restored {
            // The note of it stays: the next rollback goes on here.
            steps.withdraw();
            let by_hand = pending.change.command().unwrap_or_default();
            let message = format!("the database went back, the code did not: {error:#}");
            return Err(Fault::partial(message)
                .hint(format!("go on: `cargo xtask rollback`, or by hand: `{by_hand}`"))
                .into());
        }
    }
    records.note_served(now_served(ctx, pending).as_ref())?;
    let started = around.start(ctx, &mut steps);
    let compared = steps.step("verify", |_| {
        let found = agreement(ctx, target, live, InitFile::read(ctx)?)?;
        let is_same = found.exit == Exit::Done;
        let words = if is_same { "no difference" } else { "differs from init.sql" };
        Ok(told(found, words))
    });
    let models = models(here, &mut steps);
    // Until here a run that was killed is gone on with, not undone.
    records.forget_pending();
    let steps = steps.end();
    let mut text = format!("{} went back: {}\n", live.database, pending.story);
    if let DoneWhen::Kept(kept) = &pending.done_when {
        text.push_str(&format!("what was served is kept as {kept}\n"));
    }
    text.push_str(&format!("{}\n", pending.change.story()));
    let (exit, verified) = tell_comparison(&mut text, compared)?;
    text.truncate(text.trim_end().len());
    let mut answer = Answer { exit, text, data: data(pending, &steps, verified) };
    models::add(&mut answer, models);
    answer.text.push_str("\nforward again: `cargo xtask rollback`");
    around.conclude(ctx, started, answer)
}

/// What the models that are beside it now say. None where nobody can ask.
fn models(here: &Here<'_>, steps: &mut Steps<'_>) -> Option<Verdict> {
    let Here { ctx, target, live, .. } = *here;
    if !models::can_be_asked(ctx, target) {
        return None;
    }
    let asked = steps.step("models", |_| {
        let init = InitFile::read(ctx)?;
        let workshop = Workshop::open(ctx, target.clone(), live.clone())?;
        let declared = reading::declared(ctx, &workshop, init)?;
        Ok(told(models::check(ctx, &workshop, &declared), "against init.sql"))
    });
    // Why init.sql cannot be read was told when the database was compared.
    asked.ok().flatten()
}

fn now_served(ctx: &Ctx, pending: &Pending) -> Option<Code> {
    match &pending.change {
        Change::Restore { commit, .. } => {
            Some(Code { commit: commit.clone(), dirty: false, init_sha256: code::init_sha256(ctx) })
        }
        Change::Leave(_) => pending.code.clone(),
    }
}

/// A database that differs from the code beside it is worth a look, and no
/// failure: it went back.
fn tell_comparison(text: &mut String, compared: Result<Answer>) -> Result<(Exit, Value)> {
    match compared {
        Ok(found) => {
            text.push_str(&format!("{}\n", found.text.trim_end()));
            Ok((found.exit, found.data))
        }
        Err(error) if exit_of(&error) == Exit::Interrupted => {
            Err(Fault::partial("the database went back; it was not compared with init.sql")
                .hint("cargo xtask db-verify")
                .into())
        }
        Err(error) => {
            text.push_str(&format!("it could not be compared with init.sql: {error:#}\n"));
            Ok((Exit::Attention, json!({ "error": format!("{error:#}") })))
        }
    }
}
