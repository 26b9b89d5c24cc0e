//! Going one way back: services, database, code, services, a last look.
//!
//! The database goes first: a code without its database serves nobody, a
//! database without its code is told and mended by one command. What is under
//! way is noted, so that a run that was killed is gone on with.
//!
//! Must never: give up what is newer without `--discard-newer`, or begin what
//! the code would stop halfway.

use std::rc::Rc;

use anyhow::Result;
use pg_live::{Session, protection, written};
use serde_json::{Value, json};

use super::code::{self, Change, Wish};
use super::find::{self, Here, How, Reach, Way};
use super::loss::{self, Loss};
use super::record::{DoneWhen, Pending, Records};
use super::{Newcomer, Served, exchange, finish, reverse, tell};
use crate::backup::encryption::Keyring;
use crate::backup::restore;
use crate::backup::source::Source;
use crate::consent::{self, Loss as Asked};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::rebuild::beside::beside_at;
use crate::rebuild::{self, swap};
use crate::schema::allow::Allowed;
use crate::schema::migrate::{self, Course, Ready, Request, Work};
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;

pub struct Options {
    /// A way by name; the least lossy of the last change without.
    pub to: Option<String>,
    pub code: Wish,
    pub discard_newer: bool,
    pub list: bool,
    pub services: Scope,
    pub allowed: Allowed,
    pub sql: bool,
}

pub fn rollback(ctx: &Ctx, target: &Rc<Target>, options: &Options) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let records = Records::of(ctx, target);
    let horizon =
        ctx.wait(async { written::horizon(&Session::connect(&live, "rollback").await?).await })?;
    let here = Here { ctx, target, live: &live, records: &records, horizon };
    if !options.list
        && let Some(answer) = finish::left(&here, options)?
    {
        return Ok(answer);
    }
    let progress = ctx.term.progress("look for ways back");
    let to = options.to.as_deref();
    let mut ways = find::ways(&here, to, reach(ctx, options))?;
    if find::pick(&ways, to).is_err() {
        ways = find::ways(&here, to, Reach::All)?;
    }
    drop(progress);
    if options.list {
        let chosen = find::pick(&ways, to).ok();
        let name = chosen.map(|at| &ways[at].name);
        let data = json!({ "ways": tell::documents(&ways), "chosen": name });
        return Ok(Answer::done(tell::list(&ways, chosen), data));
    }
    let chosen = find::pick(&ways, to)?;
    let way = &ways[chosen];
    let served = records.served();
    let (change, obstacle) = code::change(ctx, way.code.as_ref(), &options.code, served.as_ref())?;
    let request = reverse::request(ctx, target, way, options)?;
    let mut work = request.as_ref().map(|request| proved(ctx, request)).transpose()?;
    let mut card = tell::list(&ways, Some(chosen));
    if let Some(work) = &work {
        card.push_str(&work.card());
    }
    if ctx.globals.dry_run {
        if let Some(error) = work.as_deref().and_then(|it| it.require_possible().err()) {
            ctx.term.status(card.trim_end());
            return Err(error);
        }
        let needs = needs(way, obstacle.as_ref(), options);
        return Ok(dry_run(card, (way, &ways), (&change, options), needs, work.as_deref()));
    }
    ctx.term.status(&format!("{card}{}", change.story()));
    if let Some(fault) = obstacle {
        return Err(fault.into());
    }
    require_discard(&way.loss, options)?;
    if let Some(work) = &work {
        work.require_allowed()?;
    }
    agree(&here, way)?;
    go(&here, way, (&change, options), work.as_deref_mut())
}

/// Who has agreed already chooses no more.
fn reach(ctx: &Ctx, options: &Options) -> Reach {
    let is_chosen = matches!(options.to.as_deref(), None | Some("previous"));
    if is_chosen && ctx.globals.yes && !ctx.globals.dry_run && !options.list {
        Reach::Changes
    } else {
        Reach::All
    }
}

/// The plan on a clone, with what the rows say to it.
fn proved<'a>(ctx: &'a Ctx, request: &'a Request) -> Result<Box<Work<'a>>> {
    match migrate::ready(ctx, request)? {
        Ready::Work(work) => Ok(work),
        Ready::Nothing(_) => Err(Fault::failed("the schema is that of before already").into()),
    }
}

fn require_discard(loss: &Loss, options: &Options) -> Result<()> {
    if loss.is_nothing() || options.discard_newer {
        return Ok(());
    }
    Err(Fault::refused(format!("what is newer than that state would go: {}", loss.story()))
        .hint("if it is meant, add `--discard-newer`")
        .into())
}

/// What a dry run says is missing.
fn needs(way: &Way, obstacle: Option<&Fault>, options: &Options) -> Vec<String> {
    let mut needs = Vec::new();
    if require_discard(&way.loss, options).is_err() {
        needs.push("--discard-newer".to_owned());
    }
    needs.extend(obstacle.map(|fault| format!("clean code: {fault}")));
    needs
}

fn dry_run(
    mut text: String,
    (way, ways): (&Way, &[Way]),
    (change, options): (&Change, &Options),
    needs: Vec<String>,
    work: Option<&Work<'_>>,
) -> Answer {
    let would = tell::would(way, change, options.services);
    text.push_str("would:\n");
    for (index, step) in would.iter().enumerate() {
        text.push_str(&format!("  {}. {step}\n", index + 1));
    }
    for it in &needs {
        text.push_str(&format!("needs: {it}\n"));
    }
    let missing = work.map(Work::missing).unwrap_or_default();
    if !missing.is_empty() {
        text.push_str(&format!("needs: {}\n", crate::schema::allow::flag_for(&missing)));
    }
    text.push_str("nothing was changed");
    let data = json!({
        "dry_run": true,
        "way": tell::document(way),
        "ways": tell::documents(ways),
        "code": change,
        "would": would,
        "needs": needs,
        "plan": work.map(Work::document),
    });
    Answer::done(text, data)
}

/// A yes; with the database's name where something goes.
fn agree(here: &Here<'_>, way: &Way) -> Result<()> {
    let Here { ctx, target, live, .. } = *here;
    let inside =
        ctx.wait(async { protection(&Session::connect(live, "rollback").await?).await })?;
    let mark = target.configured_protection().or(inside);
    if way.loss.is_nothing() {
        let what = format!("take `{}` back ({})", live.database, way.story);
        return consent::agree_to_change(ctx, &live.database, mark.as_deref(), &what);
    }
    let after = match &way.how {
        How::Plan(_) | How::Anew { .. } => "a backup is made first",
        How::Swap { .. } | How::Backup(_) | How::Cluster => "the present database is kept beside",
    };
    let story = format!("This gives up what is newer: {}; {after}.", way.loss.story());
    let protected = mark.as_deref();
    let asked = Asked { database: &live.database, story: &story, is_empty: false, protected };
    consent::agree_to_loss(ctx, &asked).map(|_| ())
}

fn go(
    here: &Here<'_>,
    way: &Way,
    (change, options): (&Change, &Options),
    work: Option<&mut Work<'_>>,
) -> Result<Answer> {
    let Here { ctx, target, live, records, .. } = *here;
    let id = super::next_stamp(ctx, target, live)?;
    let kept = beside_at(&live.database, "undone", &id);
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, options.services);
    let done_when = match &way.how {
        How::Plan(inverse) => DoneWhen::Schema {
            from: inverse.from.fingerprint.clone(),
            to: inverse.to.fingerprint.clone(),
        },
        How::Anew { from, past, .. } => {
            DoneWhen::Schema { from: from.clone(), to: past.fingerprint.clone() }
        }
        How::Swap { .. } | How::Backup(_) | How::Cluster => DoneWhen::Kept(kept),
    };
    let pending = Pending {
        id,
        story: way.story.clone(),
        done_when,
        change: change.clone(),
        code: way.code.clone(),
    };
    let noted = records.note_pending(&pending);
    let gone = noted.and_then(|()| {
        let going = Going { here, way, options, pending: &pending };
        going.database(&mut steps, &mut around, work)
    });
    let Err(error) = gone else { return finish::conclude(here, steps, &around, &pending) };
    // A connection may break after the last word was said.
    let state = ctx.interrupt.shield(|| finish::state(ctx, live, &pending.done_when));
    if matches!(state, Ok(finish::State::Done)) {
        ctx.term.warn(&format!("the database went back, and then: {error:#}"));
        return finish::conclude(here, steps, &around, &pending);
    }
    // Where nobody could be asked, the next run asks.
    if exit_of(&error) != Exit::Partial && state.is_ok() {
        records.forget_pending();
    }
    // The next run sweeps what cannot be dropped now.
    let _ = ctx.interrupt.shield(|| swap::drop_unfinished(ctx, live));
    around.put_back(ctx);
    Err(rebuild::conclude_failure(steps, error))
}

struct Going<'a> {
    here: &'a Here<'a>,
    way: &'a Way,
    options: &'a Options,
    pending: &'a Pending,
}

impl Going<'_> {
    fn database<'c>(
        &self,
        steps: &mut Steps<'c>,
        around: &mut Around<'_>,
        work: Option<&mut Work<'_>>,
    ) -> Result<()>
    where
        Self: 'c,
    {
        let Here { target, live, .. } = *self.here;
        let ctx = self.here.ctx;
        let kept = match &self.pending.done_when {
            DoneWhen::Kept(kept) => kept.as_str(),
            DoneWhen::Schema { .. } => "",
        };
        match &self.way.how {
            How::Backup(backup) => {
                let look = || self.look_again();
                let backup = Keyring::of(ctx, None)?.unlock((**backup).clone())?;
                let source = Source::Backup(Box::new(backup));
                let going = restore::Going {
                    tables: &[],
                    command: "rollback",
                    source: &source,
                    into: None,
                    code: Served::Later,
                    kept,
                    look: &look,
                };
                restore::run(ctx, steps, around, live, &going)
            }
            How::Swap { database, .. } => {
                swap::drop_unfinished(ctx, live)?;
                let newcomer = Newcomer {
                    command: "rollback",
                    code: Served::Later,
                    baseline: loss::baseline(ctx, &live.with_database(database))?,
                };
                around.prepare(ctx, steps)?;
                around.stop(ctx, steps)?;
                self.look_again()?;
                steps.step("swap", |_| {
                    exchange(ctx, target, live, (database, kept), newcomer)?;
                    Ok(told((), format!("{database} is served; the other is {kept}")))
                })
            }
            How::Plan(_) | How::Anew { .. } => {
                let Some(work) = work else { return Err(Fault::failed("no plan").into()) };
                around.prepare(ctx, steps)?;
                around.stop(ctx, steps)?;
                self.look_again()?;
                work.apply(&mut Course::within(ctx, steps)).map(|_| ())
            }
            // It says why it cannot be gone here, and is not chosen.
            How::Cluster => Err(Fault::refused("a cluster is no database")
                .hint("`cargo xtask rollback --list` tells what puts it back")
                .into()),
        }
    }

    /// With the services stopped: what they wrote meanwhile was not told.
    fn look_again(&self) -> Result<()> {
        if self.options.discard_newer || self.is_still()? {
            return Ok(());
        }
        require_discard(&find::loss_now(self.here, self.way)?, self.options)
    }

    /// Nothing was written since the ways were told.
    fn is_still(&self) -> Result<bool> {
        let Here { ctx, live, horizon, .. } = self.here;
        Ok(ctx.wait(async {
            written::is_still(&Session::connect(live, "rollback").await?, horizon).await
        })?)
    }
}

/// The data of an answer, with the way that was gone.
pub fn data(pending: &Pending, steps: &impl serde::Serialize, verified: Value) -> Value {
    let kept = match &pending.done_when {
        DoneWhen::Kept(kept) => json!(kept),
        DoneWhen::Schema { .. } => Value::Null,
    };
    json!({
        "way": pending.story,
        "kept": kept,
        "code": pending.change,
        "steps": steps,
        "verification": verified,
    })
}
