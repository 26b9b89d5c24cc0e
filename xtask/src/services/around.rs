//! The services around a change of the database: what they need is there
//! before anything stops, they stop before the database does, and they run
//! when it serves again, also after a failure.
//!
//! Must never: leave services down that ran, without saying so.

use anyhow::Result;

use super::{Scope, check, prepare, running, start, stop, summary};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::steps::{Steps, told};
use crate::target::Target;

#[derive(Debug)]
pub struct Around<'a> {
    pub target: &'a Target,
    scope: Scope,
    /// How many were stopped here.
    stopped: usize,
}

impl<'a> Around<'a> {
    pub fn new(target: &'a Target, scope: Scope) -> Around<'a> {
        let scope = match target {
            // Not ours to stop or start.
            Target::Url(_) => Scope::None,
            Target::Local(_) | Target::Compose(_) => scope,
        };
        Around { target, scope, stopped: 0 }
    }

    /// What can fail slowly fails here, while everything still runs.
    pub fn prepare(&self, ctx: &Ctx, steps: &mut Steps<'_>) -> Result<()> {
        match self.scope {
            Scope::All => {
                steps.step("prepare services", |_| Ok(told((), prepare(ctx, self.target)?)))
            }
            Scope::Db | Scope::None => Ok(()),
        }
    }

    pub fn stop(&mut self, ctx: &Ctx, steps: &mut Steps<'_>) -> Result<()> {
        if self.scope == Scope::None || running(ctx, self.target)? == 0 {
            return Ok(());
        }
        self.stopped = steps.step("stop services", |_| {
            let stopped = stop(ctx, self.target)?;
            Ok(told(stopped, format!("{stopped}, each after what it had in hand")))
        })?;
        Ok(())
    }

    pub fn has_stopped(&self) -> bool {
        self.stopped > 0
    }

    /// The database was exchanged under them: they read it and their own code
    /// anew.
    pub fn restart(&mut self, ctx: &Ctx, steps: &mut Steps<'_>) -> Result<()> {
        self.stop(ctx, steps)?;
        self.start(ctx, steps)
    }

    /// Starts them and looks whether the platform works.
    pub fn start(&self, ctx: &Ctx, steps: &mut Steps<'_>) -> Result<()> {
        if self.scope != Scope::All {
            return Ok(());
        }
        steps.step("start services", |_| {
            let running = start(ctx, self.target)?;
            Ok(told((), summary(&running)))
        })?;
        steps.step("check services", |_| Ok(told((), check(ctx, self.target)?)))
    }

    /// The answer about the database, unless the services failed after it: then
    /// it is told as it is, and the failure is theirs alone.
    pub fn conclude(&self, ctx: &Ctx, started: Result<()>, answer: Answer) -> Result<Answer> {
        let Err(error) = started else { return Ok(answer) };
        ctx.term.status(&answer.text);
        let exit = exit_of(&error);
        // The database is changed: that is more than nothing.
        let exit = if exit == Exit::Interrupted { Exit::Partial } else { exit };
        let fault =
            Fault::new(exit, format!("the database is done, the services are not: {error:#}"));
        Err(match error.downcast::<Fault>().ok().and_then(|it| it.hint) {
            Some(hint) => fault.hint(hint),
            None => fault.hint("start them: `cargo xtask up`"),
        }
        .into())
    }

    /// Puts back what was stopped before a failure. The failure itself is the
    /// caller's to tell.
    pub fn put_back(&self, ctx: &Ctx) {
        if self.stopped == 0 {
            return;
        }
        if let Err(error) = ctx.interrupt.shield(|| start(ctx, self.target))
            && exit_of(&error) != Exit::Interrupted
        {
            ctx.term.warn(&format!("the services were stopped and do not start again: {error:#}"));
            ctx.term.hint("start them: `cargo xtask up`");
        }
    }
}
