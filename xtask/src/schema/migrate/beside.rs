//! A plan that was proved, run on a copy of the live database instead of on
//! the database itself.
//!
//! Must never: touch what is served, or leave a journal that reads as if it
//! had been.

use anyhow::Result;
use pg_live::Address;

use super::{Applied, Course, Journal, Work, run, seeds_of};
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::schema::seeding;

impl Work<'_> {
    /// Everything from the first step to the empty comparison, on `copy`.
    pub fn apply_to(&mut self, course: &mut Course<'_, '_>, copy: &Address) -> Result<Applied> {
        let served = std::mem::replace(&mut self.live, copy.clone());
        let applied = self.on_copy(course);
        self.live = served;
        applied.map_err(|error| match exit_of(&error) {
            // A copy that is half-done is none.
            Exit::Partial => match self.ctx.interrupt.check() {
                Ok(()) => Fault::failed(format!("{error:#}"))
                    .hint(format!("this was on a copy: `{}` is as it was", self.live.database))
                    .into(),
                Err(stop) => stop.into(),
            },
            Exit::Done
            | Exit::Failed
            | Exit::Attention
            | Exit::Refused
            | Exit::Unavailable
            | Exit::Usage
            | Exit::Interrupted => error,
        })
    }

    fn on_copy(&mut self, course: &mut Course<'_, '_>) -> Result<Applied> {
        let ctx = self.ctx;
        course.note("apply")?;
        let mut journal = Journal::of(ctx, self.request.target.name(), &self.live.database);
        let steps = run::apply(ctx, &self.live, &self.found, &mut journal)?;
        let fingerprint = course.step("compare again", || self.compare_again())?;
        Ok(Applied { steps, fingerprint, seeds: String::new() })
    }

    /// The rows of init.sql that `copy` lacks; none written is None.
    pub fn seed(&self, copy: &Address) -> Result<Option<String>> {
        let missing = seeds_of(self.ctx, &self.workshop, copy, &self.found)?;
        if missing.is_complete() {
            return Ok(None);
        }
        seeding::write(self.ctx, copy, &missing).map(Some)
    }

    /// What is served now equals the file.
    pub fn is_served(&self, applied: &Applied) {
        self.note_equal(&applied.fingerprint);
    }

    /// Where nothing but rows of init.sql is missing: written where they are.
    pub fn only_rows(self) -> Result<Answer> {
        self.only_seeds()
    }
}
