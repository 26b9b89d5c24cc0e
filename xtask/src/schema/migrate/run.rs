//! Running a plan: what is told meanwhile, and what its end means.
//!
//! Must never: call a run that stopped midway anything else.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::Result;
use pg_diff::plan::{Plan, Step};
use pg_live::apply::{Event, Options, Outcome, State, Stopped, Story, Why, apply as run_on};
use pg_live::{Address, Introspection, Session};
use serde_json::{Value, json};

use super::Journal;
use crate::backup::create;
use crate::backup::store::Store;
use crate::context::Ctx;
use crate::outcome::{Exit, Fault};
use crate::run_state::RunState;
use crate::schema::card::time;
use crate::schema::outlook::Outlook;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::term::{Mark, Progress};

/// How long a server that serves may be away in the middle of a plan.
pub const RECONNECT: Duration = Duration::from_secs(60);

/// The steps of the command itself, or some of a longer run's.
pub struct Course<'a, 's> {
    ctx: &'a Ctx,
    run: Run<'a, 's>,
    records: Vec<Value>,
}

enum Run<'a, 's> {
    Own(Box<RunState>),
    Of(&'s mut Steps<'a>),
    /// One of a database that only has a URL does not keep other runs of this
    /// checkout waiting: the database does.
    Unnoted,
}

impl<'a, 's> Course<'a, 's> {
    pub fn begin(ctx: &'a Ctx, target: &Target) -> Result<Course<'a, 's>> {
        let run = match ctx.globals.db_url {
            Some(_) => return Ok(Course { ctx, run: Run::Unnoted, records: Vec::new() }),
            None => RunState::begin(ctx, target.name())?,
        };
        if let Some(before) = &run.interrupted {
            ctx.term.warn(&format!(
                "`cargo xtask {}` of {} was stopped during `{}`; this run takes over",
                before.command, before.started, before.step
            ));
        }
        Ok(Course { ctx, run: Run::Own(Box::new(run)), records: Vec::new() })
    }

    /// Within a run that goes on afterwards.
    pub fn within(ctx: &'a Ctx, steps: &'s mut Steps<'a>) -> Course<'a, 's> {
        Course { ctx, run: Run::Of(steps), records: Vec::new() }
    }

    pub fn note(&mut self, name: &str) -> Result<()> {
        self.ctx.interrupt.check()?;
        self.at_step(name)
    }

    fn at_step(&mut self, name: &str) -> Result<()> {
        match &mut self.run {
            Run::Own(run) => run.at_step(name),
            Run::Of(steps) => steps.run.at_step(name),
            Run::Unnoted => Ok(()),
        }
    }

    /// Its value, and the words behind it.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
        if let Run::Of(steps) = &mut self.run {
            return steps.step(name, |_| work().map(|(value, detail)| told(value, detail)));
        }
        self.at_step(name)?;
        let progress = self.ctx.term.progress(name);
        let started = Instant::now();
        let done = work();
        drop(progress);
        let took = started.elapsed();
        match done {
            Ok((value, detail)) => {
                self.ctx.term.step(Mark::Ok, name, took, &detail);
                self.records
                    .push(json!({ "step": name, "ms": took.as_millis(), "detail": detail }));
                Ok(value)
            }
            Err(error) => {
                self.ctx.term.step(Mark::Fail, name, took, "");
                Err(error)
            }
        }
    }

    pub fn end(self) -> Vec<Value> {
        if let Run::Own(run) = self.run {
            run.end(self.ctx);
        }
        self.records
    }
}

/// A backup of what is about to go.
pub fn backup(ctx: &Ctx, target: &Target) -> Result<((), String)> {
    let store = Store::of(ctx, target.name(), &target.database(ctx));
    create::require_room(ctx, target, &store)?;
    let made = create::create(ctx, target, &store)?;
    Ok(((), made.label.to_string()))
}

/// Runs the plan and answers how many steps it had. A server that is lost is
/// called again for so long.
pub fn apply(
    ctx: &Ctx,
    live: &Address,
    found: &Outlook,
    (journal, reconnect): (&mut Journal, Duration),
) -> Result<usize> {
    journal.begin(found);
    let telling = Telling::new(ctx, &found.plan);
    let certificate = found.proof.as_ref().map(|proof| &proof.certificate);
    let options = Options { certificate, reconnect, ..Options::default() };
    let wanted = found.from.fingerprint.clone();
    // Read by a session of its own, whose snapshot is not that of ours.
    let recheck = async |session: &Session| -> pg_live::Result<bool> {
        let beside = Session::connect(session.address(), "schema").await?;
        let reading = Introspection::begin(&beside).await?;
        Ok(reading.catalog().fingerprint() == wanted)
    };
    for group in found.plan.groups() {
        explain(ctx, group);
    }
    let outcome = ctx.wait_to_its_end(async {
        let mut tell = |event| telling.tell(event);
        let story = Story { tell: &mut tell, journal };
        run_on(live, &found.plan, &options, &recheck, story).await
    });
    drop(telling);
    match outcome? {
        Outcome::Applied { steps, .. } => Ok(steps),
        Outcome::Stopped(stopped) => Err(stopped_fault(&found.plan, &stopped).into()),
    }
}

fn explain(ctx: &Ctx, group: &[Step]) {
    let together = group.len() > 1;
    if together {
        ctx.term.equivalent("sql>", "BEGIN;");
    }
    for step in group {
        ctx.term.equivalent("sql>", &format!("{};", step.shown()));
    }
    if together {
        ctx.term.equivalent("sql>", "COMMIT;");
    }
}

/// The terminal while a plan runs.
struct Telling<'a> {
    ctx: &'a Ctx,
    plan: &'a Plan,
    progress: RefCell<Option<Progress>>,
}

impl<'a> Telling<'a> {
    fn new(ctx: &'a Ctx, plan: &'a Plan) -> Telling<'a> {
        Telling { ctx, plan, progress: RefCell::new(None) }
    }

    fn name(&self, step: usize) -> String {
        let object = self.plan.steps.get(step).map(|it| it.object.to_string());
        format!("step {} {}", step + 1, object.unwrap_or_default())
    }

    fn say(&self, words: &str) {
        if let Some(progress) = &*self.progress.borrow() {
            progress.tell(words);
        }
    }

    fn tell(&self, event: Event) {
        match event {
            Event::StepStarted { step } => {
                let progress = self.ctx.term.progress(&self.name(step));
                self.progress.replace(Some(progress));
            }
            Event::Waiting { blockers, .. } => {
                let stories: Vec<String> = blockers.iter().map(|it| it.story()).collect();
                self.say(&format!("waiting for {}", stories.join("; ")));
            }
            Event::Retrying { step, attempt, in_ms, .. } => {
                let words = format!("try {} in {}", attempt + 1, time(in_ms));
                self.say(&words);
                self.ctx.term.detail(&format!("  {}: {words}", self.name(step)));
            }
            Event::IndexProgress { phase, done, total, .. } => {
                let percent = (done * 100).checked_div(total).unwrap_or(0);
                self.say(&format!("{phase}, {percent} %"));
            }
            Event::BackfillProgress { done, estimated, eta_ms, .. } => {
                let left = eta_ms.map_or_else(String::new, |ms| format!(", {} left", time(ms)));
                self.say(&format!("{done} of about {estimated} rows{left}"));
            }
            Event::Throttled { why, .. } => self.say(&format!("making room: {why}")),
            Event::LeftoverDropped { index, .. } => {
                self.ctx.term.status(&format!("  {index} was left half-built, and is gone"));
            }
            Event::Reconnected { committed, .. } => {
                let was = if committed { "had become true" } else { "had not become true" };
                self.ctx.term.warn(&format!("the connection was lost; the last transaction {was}"));
            }
            Event::StepDone { step, millis } => {
                self.ctx.term.detail(&format!("  {}: {}", self.name(step), time(millis)));
            }
            Event::GroupCommitted { first, last, millis } => {
                self.progress.replace(None);
                let name = match last - first {
                    0 => format!("step {}", first + 1),
                    _ => format!("steps {} to {}", first + 1, last + 1),
                };
                let object = self.plan.steps.get(first).map(|it| it.object.to_string());
                let took = Duration::from_millis(millis);
                self.ctx.term.step(Mark::Ok, &name, took, &object.unwrap_or_default());
            }
        }
    }
}

/// What the end of a run means for whoever started it.
fn stopped_fault(plan: &Plan, stopped: &Stopped) -> Fault {
    let step = plan.steps.get(stopped.step);
    let object = step.map(|it| it.object.to_string()).unwrap_or_default();
    let (exit, state) = match stopped.state {
        State::NothingChanged => (exit_of(&stopped.why), "nothing was changed".to_owned()),
        State::Partial => {
            (Exit::Partial, format!("{} of {} steps are done", stopped.done, plan.steps.len()))
        }
        State::Unknown => (Exit::Partial, "whether the last step was done is not known".to_owned()),
    };
    let message = format!("step {} ({object}): {}; {state}", stopped.step + 1, stopped.why);
    let fault = Fault::new(exit, message);
    match (exit, &stopped.why) {
        (Exit::Partial, _) => {
            fault.hint("go on from what is there: `cargo xtask db-migrate --resume`")
        }
        (_, Why::Moved) => fault.hint("look at what it is now: `cargo xtask db-diff`"),
        (_, Why::Busy(_) | Why::Locked { .. }) => {
            fault.hint("wait for them to end, then run the command again")
        }
        (_, why) => match why.error().and_then(|error| error.hint.clone()) {
            Some(hint) => fault.hint(hint),
            None => fault,
        },
    }
}

fn exit_of(why: &Why) -> Exit {
    match why {
        Why::Moved => Exit::Refused,
        Why::Busy(_) | Why::Locked { .. } | Why::TooLong { .. } | Why::Pressed(_) => {
            Exit::Unavailable
        }
        Why::Lost { .. } => Exit::Unavailable,
        Why::Cancelled => Exit::Interrupted,
        Why::Refused(_) | Why::Stuck { .. } => Exit::Failed,
    }
}
