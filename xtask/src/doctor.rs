//! The checks of `doctor`: what they find, section by section.
//!
//! Must never: change anything, or call a check passed that could not be made.

mod backups;
mod database;
mod engine;
mod environment;
pub mod fixes;
mod services;
mod storage;

use std::rc::Rc;

use anyhow::Result;
use serde::Serialize;

use self::fixes::Mend;
use crate::context::Ctx;
use crate::flags::Globals;
use crate::outcome::{Exit, exit_of};
use crate::target::Target;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Pass,
    Warning,
    Failure,
    /// Not made: something it needs is missing, or `--quick` left it out.
    Skipped,
}

#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub section: &'static str,
    /// What was looked at.
    pub name: String,
    pub state: State,
    /// What is wrong, or why it was not looked at; empty for a pass without
    /// anything to tell.
    pub message: String,
    /// The one command that mends it.
    pub fix: Option<String>,
    /// What `--fix` does about it.
    #[serde(skip)]
    pub mend: Option<Mend>,
}

/// The checks of one section as they are made.
pub struct Section<'a> {
    name: &'static str,
    checks: &'a mut Vec<Check>,
}

impl Section<'_> {
    fn add(&mut self, name: &str, state: State, message: String, fix: Option<String>) {
        let name = name.to_owned();
        self.checks.push(Check { section: self.name, name, state, message, fix, mend: None });
    }

    fn pass(&mut self, name: &str, message: impl Into<String>) {
        self.add(name, State::Pass, message.into(), None);
    }

    fn warning(&mut self, name: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.add(name, State::Warning, message.into(), Some(fix.into()));
    }

    fn failure(&mut self, name: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.add(name, State::Failure, message.into(), Some(fix.into()));
    }

    /// The last check, unless it passed, is one that `--fix` mends.
    fn mend(&mut self, mend: Mend) {
        if let Some(last) = self.checks.last_mut().filter(|it| it.state != State::Pass) {
            last.mend = Some(mend);
        }
    }

    fn skipped(&mut self, name: &str, why: impl Into<String>) {
        self.add(name, State::Skipped, why.into(), None);
    }

    /// A warning when there is something wrong, else a pass.
    fn warn_if(&mut self, name: &str, wrong: Option<String>, fix: &str) {
        match wrong {
            Some(message) => self.warning(name, message, fix),
            None => self.pass(name, ""),
        }
    }

    /// A failure when there is something wrong, else a pass.
    fn fail_if(&mut self, name: &str, wrong: Option<String>, fix: &str) {
        match wrong {
            Some(message) => self.failure(name, message, fix),
            None => self.pass(name, ""),
        }
    }
}

/// Makes every check, in the order in which one rests on another. Only an
/// interruption ends it early.
pub fn examine(ctx: &Ctx, quick: bool) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    let mut section = |name: &'static str, work: &dyn Fn(&mut Section<'_>) -> Result<()>| {
        ctx.interrupt.check()?;
        let progress = ctx.term.progress(name);
        let mut section = Section { name, checks: &mut checks };
        let made = work(&mut section);
        drop(progress);
        match made {
            Err(error) if exit_of(&error) == Exit::Interrupted => Err(error),
            // The rest of the section could not be looked at: that is a finding.
            Err(error) => {
                section.failure(name, format!("{error:#}"), "cargo xtask status");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    };
    section("environment", &|section| environment::examine(ctx, section))?;
    let target = Target::resolve(ctx);
    let target = match target {
        Ok(target) => Some(Rc::new(target)),
        Err(error) => {
            section("target", &|section| {
                section.failure("target", format!("{error:#}"), "cargo xtask target local");
                Ok(())
            })?;
            None
        }
    };
    if let Some(target) = &target {
        if let Target::Compose(compose) = &**target {
            section("engine", &|section| engine::examine(ctx, compose, section))?;
        }
        section("database", &|section| database::examine(ctx, target, quick, section))?;
        section("services", &|section| services::examine(ctx, target, section))?;
    }
    section("storage", &|section| storage::examine(ctx, target.as_deref(), section))?;
    section("backups", &|section| backups::examine(ctx, target.as_deref(), section))?;
    for fix in checks.iter_mut().filter_map(|check| check.fix.as_mut()) {
        *fix = directed(fix, &ctx.globals);
    }
    Ok(checks)
}

/// A fix for the target that was looked at: pasted without the flag, it would
/// change another database. A URL holds a password and is not repeated.
fn directed(fix: &str, globals: &Globals) -> String {
    let flag = match (&globals.target, &globals.db_url) {
        (_, Some(_)) => " --db-url URL".to_owned(),
        (Some(name), None) => format!(" --target {name}"),
        (None, None) => return fix.to_owned(),
    };
    let ours = "cargo xtask";
    fix.replace(&format!("{ours} "), &format!("{ours}{flag} "))
}

/// One failure is enough for a failure, one warning for attention.
pub fn exit(checks: &[Check]) -> Exit {
    let has = |state| checks.iter().any(|check| check.state == state);
    if has(State::Failure) {
        Exit::Failed
    } else if has(State::Warning) {
        Exit::Attention
    } else {
        Exit::Done
    }
}
