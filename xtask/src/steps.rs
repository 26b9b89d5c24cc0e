//! The steps of a changing command: shown, timed, noted.
//!
//! Must never: run a step that was not noted first. A kill between the note
//! and the step is then told as that step.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::context::Ctx;
use crate::run_state::RunState;
use crate::term::{Mark, Progress};

#[derive(Clone, Debug, Serialize)]
pub struct StepRecord {
    pub step: String,
    pub ms: u128,
    pub detail: String,
}

/// A step's value with the words that stand behind it in the table.
pub struct Told<T> {
    pub value: T,
    pub detail: String,
}

pub fn told<T>(value: T, detail: impl Into<String>) -> Told<T> {
    Told { value, detail: detail.into() }
}

pub struct Steps<'a> {
    ctx: &'a Ctx,
    pub run: RunState,
    started: Instant,
    records: Vec<StepRecord>,
}

impl<'a> Steps<'a> {
    pub fn begin(ctx: &'a Ctx, target: &str) -> Result<Steps<'a>> {
        let run = RunState::begin(ctx, target)?;
        if let Some(before) = &run.interrupted {
            ctx.term.warn(&format!(
                "`cargo xtask {}` of {} was stopped during `{}`; this run takes over",
                before.command, before.started, before.step
            ));
        }
        Ok(Steps { ctx, run, started: Instant::now(), records: Vec::new() })
    }

    /// Runs one step. Its name is in the run's note before it begins.
    pub fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut RunState) -> Result<Told<T>>,
    ) -> Result<T> {
        self.long_step(name, |run, _| work(run))
    }

    /// One that tells how far it is.
    pub fn long_step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut RunState, &Progress) -> Result<Told<T>>,
    ) -> Result<T> {
        self.ctx.interrupt.check()?;
        self.run.at_step(name)?;
        let progress = self.ctx.term.progress(name);
        let started = Instant::now();
        let done = work(&mut self.run, &progress);
        drop(progress);
        let took = started.elapsed();
        match done {
            Ok(told) => {
                self.ctx.term.step(Mark::Ok, name, took, &told.detail);
                self.records.push(StepRecord {
                    step: name.to_owned(),
                    ms: took.as_millis(),
                    detail: told.detail,
                });
                Ok(told.value)
            }
            Err(error) => {
                self.ctx.term.step(Mark::Fail, name, took, "");
                Err(error)
            }
        }
    }

    pub fn took(&self) -> Duration {
        self.started.elapsed()
    }

    /// The run is over and left nothing half-done.
    pub fn end(self) -> Vec<StepRecord> {
        let Steps { ctx, run, records, .. } = self;
        run.end(ctx);
        records
    }

    /// The run is over, and what an earlier run left is still to be taken
    /// over.
    pub fn withdraw(self) -> Vec<StepRecord> {
        let Steps { ctx, run, records, .. } = self;
        run.withdraw(ctx);
        records
    }
}
