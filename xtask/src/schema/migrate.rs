//! Making a live database what a file declares, while others use it.
//!
//! plan -> proof -> questions to the rows -> hazards -> consent -> backup ->
//! apply -> compare again -> seed rows. Whatever stops it, the plan from what
//! is there then to what is declared is the rest.
//!
//! Must never: begin what was not proved, agreed to, or is not the plan that
//! was shown.

mod agree;
mod beside;
mod early;
mod journal;
pub mod models;
mod reached;
mod request;
mod run;
mod snapshot;
pub mod statistics;
mod trace;

use std::time::Instant;

use anyhow::Result;
use pg_diff::plan::Hazard;
use pg_live::Address;
use pg_live::seeds::SeedReport;
use serde_json::{Value, json};

use self::trace::Trace;
use super::allow;
use super::asking::{self, Asked};
use super::card::{self, Show};
use super::known::Known;
use super::outlook::{Outlook, outlook};
use super::plan_file;
use super::reading::{self, Looked, Reading};
use super::seeding;
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Fault, exit_of};
use crate::verify::counted;
use crate::ways;

pub use beside::unproved;
pub use journal::Journal;
pub use request::{Past, Request, Written};
pub use run::Course;

pub fn migrate(ctx: &Ctx, request: &Request) -> Result<Answer> {
    match ready(ctx, request)? {
        Ready::Nothing(answer) => Ok(*answer),
        Ready::Work(work) => work.run(),
    }
}

/// What there is to do, proved; nothing is changed yet.
pub enum Ready<'a> {
    Nothing(Box<Answer>),
    Work(Box<Work<'a>>),
}

pub fn ready<'a>(ctx: &'a Ctx, request: &'a Request) -> Result<Ready<'a>> {
    let started = Instant::now();
    let live = request.target.require_answering(ctx)?;
    if request.allowed.all {
        allow::require_scratch(ctx, &live)?;
    }
    let journal = Journal::of(ctx, request.target.name(), &live.database);
    if request.resume {
        ctx.term.status(&journal.story());
    }
    let planned = match &request.plan {
        Some(written) => written_before(ctx, request, &live, written)?,
        None => declared(ctx, request, &live)?,
    };
    let (workshop, mut found) = match planned {
        Planned::Outlook(both) => *both,
        Planned::Nothing(answer) => return Ok(Ready::Nothing(answer)),
    };
    let progress = ctx.term.progress("ask the rows");
    early::add_hazards(ctx, &workshop, &mut found);
    let asked = asking::ask(ctx, &live, &found.plan)?;
    let seeds = seeds_of(ctx, &workshop, &live, &found)?;
    drop(progress);
    Ok(Ready::Work(Box::new(Work {
        ctx,
        request,
        live,
        workshop,
        journal,
        found,
        asked,
        seeds,
        started,
    })))
}

enum Planned<'a> {
    Nothing(Box<Answer>),
    Outlook(Box<(Workshop<'a>, Outlook)>),
}

/// A plan that was made before, or towards a schema that was.
fn written_before<'a>(
    ctx: &'a Ctx,
    request: &Request,
    live: &Address,
    written: &Written,
) -> Result<Planned<'a>> {
    let (file, name) = match written {
        Written::File(path) => (plan_file::load(path)?, path.display().to_string()),
        Written::Made(file) => ((**file).clone(), "the plan".to_owned()),
        Written::Towards(past) => {
            let from = read_again(ctx, request, live)?;
            let workshop = Workshop::open(ctx, request.target.clone(), live.clone())?;
            let progress = ctx.term.progress("plan and prove");
            let found = outlook(ctx, &workshop, (from, past.reading()), &request.rules, true)?;
            drop(progress);
            return Ok(Planned::Outlook(Box::new((workshop, found))));
        }
    };
    let from = read_again(ctx, request, live)?;
    if plan_file::is_done(&from, &file) {
        let text = format!("nothing to do: {name} has been run");
        let answer = Answer::done(text, json!({ "equal": true, "applied": 0 }));
        return Ok(Planned::Nothing(Box::new(answer)));
    }
    let workshop = Workshop::open(ctx, request.target.clone(), live.clone())?;
    let progress = ctx.term.progress("prove");
    let found = plan_file::outlook(ctx, &workshop, from, file)?;
    drop(progress);
    Ok(Planned::Outlook(Box::new((workshop, found))))
}

/// From what is there to what the file declares.
fn declared<'a>(ctx: &'a Ctx, request: &Request, live: &Address) -> Result<Planned<'a>> {
    let init = InitFile::at(ctx, &request.init)?;
    let known = Known::of(ctx).equal(&init, &live.user, &request.rules);
    let from = match reading::look(ctx, &request.target, live, known)? {
        Looked::Equal(seeds) if seeds.is_complete() => {
            if request.init == ctx.config.metadata.init && !ctx.globals.dry_run {
                ways::note_served(ctx, &request.target);
            }
            return Ok(Planned::Nothing(Box::new(nothing(live, &init, &seeds))));
        }
        Looked::Equal(_) => read_again(ctx, request, live)?,
        Looked::Read(reading) => *reading,
    };
    let progress = ctx.term.progress("plan and prove");
    let workshop = Workshop::open(ctx, request.target.clone(), live.clone())?;
    let to = reading::declared(ctx, &workshop, init)?;
    let found = outlook(ctx, &workshop, (from, to), &request.rules, true)?;
    drop(progress);
    Ok(Planned::Outlook(Box::new((workshop, found))))
}

fn read_again(ctx: &Ctx, request: &Request, live: &Address) -> Result<Reading> {
    match reading::look(ctx, &request.target, live, None)? {
        Looked::Read(reading) => Ok(*reading),
        Looked::Equal(_) => Err(Fault::failed("nothing was said to be known").into()),
    }
}

/// Rows that are missing now; of tables that the plan makes all of them are.
fn seeds_of(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    live: &Address,
    found: &Outlook,
) -> Result<SeedReport> {
    match (&found.to.seeds, &found.to.init) {
        (Some(seeds), Some(init)) => seeding::compare(ctx, workshop, live, (seeds, init)),
        _ => Ok(SeedReport::default()),
    }
}

fn nothing(live: &Address, init: &InitFile, seeds: &SeedReport) -> Answer {
    let mut text = format!("nothing to do: {} equals {}", live.database, init.shown);
    let rows = seeding::lines(seeds);
    if !rows.is_empty() {
        text = format!("{text}\n{}", rows.trim_end());
    }
    let data = json!({
        "database": live.database, "to": init.shown, "equal": true, "applied": 0, "seeds": seeds,
    });
    Answer::done(text, data)
}

/// A plan that is proved, with everything that was asked about it.
pub struct Work<'a> {
    ctx: &'a Ctx,
    request: &'a Request,
    live: Address,
    workshop: Workshop<'a>,
    journal: Journal,
    pub found: Outlook,
    asked: Asked,
    seeds: SeedReport,
    started: Instant,
}

/// What became true.
pub struct Applied {
    pub steps: usize,
    pub fingerprint: String,
    /// Of the seed rows, in words.
    pub seeds: String,
}

impl Work<'_> {
    fn run(mut self) -> Result<Answer> {
        if self.found.is_equal() {
            return self.only_seeds();
        }
        let card = self.card();
        if self.ctx.globals.dry_run {
            return self.dry_run(card);
        }
        self.ctx.term.status(card.trim_end());
        self.require_allowed()?;
        agree::to_plan(self.ctx, self.request, &self.live, &self.found)?;
        let mut course = Course::begin(self.ctx, &self.request.target)?;
        let applied = self.apply(&mut course)?;
        let models = models::check(self.ctx, &self.workshop, &self.found.to);
        let seconds = self.started.elapsed().as_secs_f64();
        let text = format!(
            "{} is what {} says: {} in {seconds:.1} s\nseed rows: {}",
            self.live.database,
            self.found.to.shown,
            counted(applied.steps, "step"),
            applied.seeds,
        );
        let mut data = card::document(&self.found, &[]);
        data["applied"] = json!(applied.steps);
        data["seeds"] = json!(applied.seeds);
        data["fingerprint_after"] = json!(applied.fingerprint);
        data["steps"] = json!(course.end());
        let mut answer = Answer::done(text, data);
        models::add(&mut answer, models);
        Ok(answer)
    }

    /// The schema is what it should be.
    fn only_seeds(self) -> Result<Answer> {
        let Work { found, seeds, .. } = &self;
        self.note_equal(&found.from.fingerprint);
        let Some(init) = &found.to.init else { return Err(Fault::failed("no file").into()) };
        if seeds.is_complete() {
            return Ok(nothing(&self.live, init, seeds));
        }
        let lines = seeding::lines(seeds);
        if self.ctx.globals.dry_run {
            return Ok(would(&lines, json!({ "seeds": seeds })));
        }
        self.ctx.term.status(lines.trim_end());
        agree::to_rows(self.ctx, self.request, &self.live, seeds)?;
        let written = seeding::write(self.ctx, &self.live, seeds)?;
        let text = format!("{}: {written} written, the schema was right", self.live.database);
        Ok(Answer::done(text, json!({ "applied": 0, "seed_rows": seeds })))
    }

    fn dry_run(&self, mut card: String) -> Result<Answer> {
        if self.asked.is_refused() {
            self.ctx.term.status(card.trim_end());
            return Err(self.asked.fault().into());
        }
        let missing = self.missing();
        if !missing.is_empty() {
            card.push_str(&format!("needs: {}\n", allow::flag_for(&missing)));
        }
        Ok(would(&card, self.document()))
    }

    /// For programs: the plan, what the rows say to it, what nobody allowed.
    pub fn document(&self) -> Value {
        let mut data = card::document(&self.found, &self.missing());
        data["answers"] = self.asked.document();
        data["seeds"] = json!(self.seeds);
        data
    }

    /// Hazards that nobody allowed yet.
    pub fn missing(&self) -> Vec<&Hazard> {
        self.request.allowed.missing(&self.found.plan)
    }

    /// For people.
    pub fn card(&self) -> String {
        let missing = self.missing();
        let show = Show { sql: self.request.sql, missing: &missing };
        let mut card = card::text(&self.found, show);
        card.push_str(&self.asked.lines());
        card.push_str(&seeding::lines(&self.seeds));
        if agree::loses_data(&self.found) && self.request.may_snapshot() {
            card.push_str(
                "this loses data: `--snapshot` makes a copy first, for `cargo xtask rollback`\n",
            );
        }
        card
    }

    /// What the rows refuse ends it here.
    pub fn require_possible(&self) -> Result<()> {
        match self.asked.is_refused() {
            true => Err(self.asked.fault().into()),
            false => Ok(()),
        }
    }

    /// And what nobody allowed.
    pub fn require_allowed(&self) -> Result<()> {
        self.require_possible()?;
        agree::to_hazards(&self.missing())
    }

    /// Does it. Hazards are allowed and whoever must agree has agreed.
    pub fn apply(&mut self, course: &mut Course<'_, '_>) -> Result<Applied> {
        let Work { ctx, request, .. } = *self;
        let is_scratch = request.allowed.all;
        if request.backup && !is_scratch && agree::loses_data(&self.found) {
            course.step("backup", || run::backup(ctx, &request.target))?;
        }
        let snapshot = match request.snapshot {
            true => Some(course.step("snapshot", || {
                snapshot::take(ctx, &request.target, &self.live, self.found.from.catalog.major)
            })?),
            false => None,
        };
        course.note("apply")?;
        let id = ways::next_stamp(ctx, &request.target, &self.live)?;
        let trace = Trace::begin(ctx, (request, id), &self.workshop, &self.found, snapshot);
        let journal = (&mut self.journal, run::RECONNECT);
        let steps = match run::apply(ctx, &self.live, &self.found, journal) {
            Ok(steps) => steps,
            Err(error) => {
                trace.withdraw(exit_of(&error));
                return Err(error);
            }
        };
        let fingerprint = course.step("compare again", || self.compare_again())?;
        trace.end(ctx, &fingerprint);
        statistics::gather(ctx, course, &self.live, &self.found);
        let seeds = course.step("seed rows", || {
            let seeds = seeds_of(ctx, &self.workshop, &self.live, &self.found)?;
            let written = match seeds.is_complete() {
                true => "none missing".to_owned(),
                false => format!("{} written", seeding::write(ctx, &self.live, &seeds)?),
            };
            Ok((written.clone(), written))
        })?;
        self.note_equal(&fingerprint);
        Ok(Applied { steps, fingerprint, seeds })
    }
}

fn would(text: &str, mut data: Value) -> Answer {
    data["dry_run"] = json!(true);
    Answer::done(format!("{}\nnothing was changed", text.trim_end()), data)
}
