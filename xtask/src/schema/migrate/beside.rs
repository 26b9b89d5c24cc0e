//! A plan that was proved, run on a copy of the live database instead of on
//! the database itself.
//!
//! Must never: touch what is served, or leave a journal that reads as if it
//! had been.

use std::time::{Duration, Instant};

use anyhow::Result;
use pg_diff::catalog::Id;
use pg_live::Address;

use super::{Applied, Course, Journal, Request, Work, read_again, run, seeds_of};
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::schema::outlook::outlook;
use crate::schema::workshop::Workshop;
use crate::schema::{asking, reading, seeding};
use crate::tools::pg_dump::{self, Roles};

/// A session may be lost; a server that was has let everybody in, and what is
/// done on a copy after that is done for nothing.
const RECONNECT: Duration = Duration::from_secs(5);

/// Like [`super::ready`] towards what the file declares, for who only wants to
/// know what goes where: there need be no difference, and nothing is proved.
pub fn unproved<'a>(ctx: &'a Ctx, request: &'a Request) -> Result<Work<'a>> {
    let started = Instant::now();
    let live = request.target.require_answering(ctx)?;
    let init = InitFile::at(ctx, &request.init)?;
    let from = read_again(ctx, request, &live)?;
    let progress = ctx.term.progress("compare and ask the rows");
    let workshop = Workshop::open(ctx, request.target.clone(), live.clone())?;
    let to = reading::declared(ctx, &workshop, init)?;
    let found = outlook(ctx, &workshop, (from, to), &request.rules, false)?;
    let asked = asking::ask(ctx, &live, &found.plan)?;
    let seeds = seeds_of(ctx, &workshop, &live, &found)?;
    drop(progress);
    let journal = Journal::of(ctx, request.target.name(), &live.database);
    Ok(Work { ctx, request, live, workshop, journal, found, asked, seeds, started })
}

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
        let steps = run::apply(ctx, &self.live, &self.found, (&mut journal, RECONNECT))?;
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

    /// The comparison that must be empty, of a database made from the file
    /// itself, and its fingerprint.
    pub fn compare_made(&mut self, made: &Address) -> Result<(String, String)> {
        let served = std::mem::replace(&mut self.live, made.clone());
        let compared = self.compare_again();
        self.live = served;
        compared
    }

    /// For who puts the rows in anew: which partition they are in now says
    /// nothing. True where the plan would have been refused because of it.
    pub fn rows_move_freely(&mut self) -> bool {
        let was_refused = self.asked.is_refused();
        let declared = &self.found.to.catalog;
        let is_partition = |id: &Id| declared.body(id).is_some_and(|it| it.partition().is_some());
        self.asked.forget(is_partition);
        was_refused && !self.asked.is_refused()
    }

    /// Whether init.sql was proved on a server with the same roles.
    pub fn knows_roles(&self) -> bool {
        self.workshop.roles == Roles::Same
    }

    /// A section of the dump of what init.sql makes; none of its rows.
    pub fn dump_of_declared(&self, section: &str) -> Result<String> {
        let Some(init) = &self.found.to.init else { return Err(Fault::failed("no file").into()) };
        let shadow = self.workshop.shadow(init)?;
        let program = self.workshop.program("pg_dump", &shadow)?;
        let run = pg_dump::schema_run(program, self.workshop.roles);
        self.ctx.proc.read(&run.arg(format!("--section={section}")))
    }

    /// What is served now equals the file.
    pub fn is_served(&self, fingerprint: &str) {
        self.note_equal(fingerprint);
    }

    /// Where nothing but rows of init.sql is missing: written where they are.
    pub fn only_rows(self) -> Result<Answer> {
        self.only_seeds()
    }
}
