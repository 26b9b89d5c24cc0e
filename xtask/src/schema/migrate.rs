//! Making a live database what a file declares, while others use it.
//!
//! plan -> proof -> questions to the rows -> hazards -> consent -> backup ->
//! apply -> compare again -> seed rows. Whatever stops it, the plan from what
//! is there then to what is declared is the rest.
//!
//! Must never: begin what was not proved, agreed to, or is not the plan that
//! was shown.

mod agree;
mod early;
mod journal;
mod run;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;
use pg_diff::{Change, diff};
use pg_live::seeds::SeedReport;
use pg_live::{Address, Introspection, Session};
use serde_json::{Value, json};

use super::allow::{self, Allowed};
use super::asking::{self, Asked};
use super::card::{self, Show};
use super::known::Known;
use super::lens::Lens;
use super::outlook::{Outlook, outlook};
use super::plan_file;
use super::reading::{self, Looked, Reading};
use super::rules::Rules;
use super::seeding;
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault};
use crate::target::Target;
use crate::verify::counted;

pub use journal::Journal;
pub use run::Course;

/// What was asked for.
pub struct Request {
    pub target: Rc<Target>,
    pub init: PathBuf,
    /// A plan that was written before.
    pub plan: Option<PathBuf>,
    pub rules: Rules,
    pub allowed: Allowed,
    pub backup: bool,
    pub resume: bool,
    pub sql: bool,
}

pub fn migrate(ctx: &Ctx, request: &Request) -> Result<Answer> {
    let started = Instant::now();
    let live = request.target.require_answering(ctx)?;
    if request.allowed.all {
        allow::require_scratch(ctx, &live)?;
    }
    let journal = Journal::of(ctx, request.target.name(), &live.database);
    if request.resume {
        ctx.term.status(&journal.story());
    }
    let (workshop, mut found) = match &request.plan {
        Some(path) => {
            let file = plan_file::load(path)?;
            let from = read_again(ctx, request, &live)?;
            if plan_file::is_done(&from, &file) {
                let text = format!("nothing to do: {} has been run", path.display());
                return Ok(Answer::done(text, json!({ "equal": true, "applied": 0 })));
            }
            let workshop = Workshop::open(ctx, request.target.clone(), live.clone())?;
            let progress = ctx.term.progress("prove");
            let found = plan_file::outlook(ctx, &workshop, from, file)?;
            drop(progress);
            (workshop, found)
        }
        None => match planned(ctx, request, &live)? {
            Planned::Nothing(answer) => return Ok(*answer),
            Planned::Outlook(both) => *both,
        },
    };
    let progress = ctx.term.progress("ask the rows");
    early::add_hazards(ctx, &workshop, &mut found);
    let asked = asking::ask(ctx, &live, &found.plan)?;
    let seeds = seeds_of(ctx, &workshop, &live, &found)?;
    drop(progress);
    let work = Work { ctx, request, live: &live, workshop: &workshop, journal };
    if found.is_equal() {
        return work.only_seeds(&found, &seeds);
    }
    work.go(found, &asked, &seeds, started)
}

enum Planned<'a> {
    Nothing(Box<Answer>),
    Outlook(Box<(Workshop<'a>, Outlook)>),
}

/// From what is there to what the file declares.
fn planned<'a>(ctx: &'a Ctx, request: &Request, live: &Address) -> Result<Planned<'a>> {
    let init = InitFile::at(ctx, &request.init)?;
    let known = Known::of(ctx).equal(&init, &live.user, &request.rules);
    let from = match reading::look(ctx, &request.target, live, known)? {
        Looked::Equal(seeds) if seeds.is_complete() => {
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

struct Work<'a> {
    ctx: &'a Ctx,
    request: &'a Request,
    live: &'a Address,
    workshop: &'a Workshop<'a>,
    journal: Journal,
}

impl Work<'_> {
    /// The schema is what it should be.
    fn only_seeds(self, found: &Outlook, seeds: &SeedReport) -> Result<Answer> {
        self.note_equal(found, &found.from.fingerprint);
        let Some(init) = &found.to.init else { return Err(Fault::failed("no file").into()) };
        if seeds.is_complete() {
            return Ok(nothing(self.live, init, seeds));
        }
        let lines = seeding::lines(seeds);
        if self.ctx.globals.dry_run {
            return Ok(self.would(lines, json!({ "seeds": seeds })));
        }
        self.ctx.term.status(lines.trim_end());
        agree::to_rows(self.ctx, self.request, self.live, seeds)?;
        let written = seeding::write(self.ctx, self.live, seeds)?;
        let text = format!("{}: {written} written, the schema was right", self.live.database);
        Ok(Answer::done(text, json!({ "applied": 0, "seed_rows": seeds })))
    }

    fn would(&self, text: String, mut data: Value) -> Answer {
        data["dry_run"] = json!(true);
        Answer::done(format!("{}\nnothing was changed", text.trim_end()), data)
    }

    fn go(
        mut self,
        mut found: Outlook,
        asked: &Asked,
        seeds: &SeedReport,
        started: Instant,
    ) -> Result<Answer> {
        let ctx = self.ctx;
        let missing: Vec<_> =
            self.request.allowed.missing(&found.plan).into_iter().cloned().collect();
        let missing: Vec<_> = missing.iter().collect();
        let show = Show { sql: self.request.sql, missing: &missing };
        let mut card = card::text(&found, show);
        card.push_str(&asked.lines());
        card.push_str(&seeding::lines(seeds));
        if ctx.globals.dry_run {
            let mut data = card::document(&found, &missing);
            data["answers"] = asked.document();
            data["seeds"] = json!(seeds);
            if asked.is_refused() {
                ctx.term.status(card.trim_end());
                return Err(asked.fault().into());
            }
            if !missing.is_empty() {
                card.push_str(&format!("needs: {}\n", allow::flag_for(&missing)));
            }
            return Ok(self.would(card, data));
        }
        ctx.term.status(card.trim_end());
        if asked.is_refused() {
            return Err(asked.fault().into());
        }
        agree::to_hazards(&missing)?;
        agree::to_plan(ctx, self.request, self.live, &found)?;
        let mut course = Course::begin(ctx, &self.request.target)?;
        if self.request.backup && !self.request.allowed.all && agree::loses_data(&found) {
            course.step("backup", || run::backup(ctx, &self.request.target))?;
        }
        course.note("apply")?;
        let applied = run::apply(ctx, self.live, &found, &mut self.journal)?;
        let fingerprint = course.step("compare again", || self.compare_again(&mut found))?;
        let written = course.step("seed rows", || {
            let seeds = seeds_of(ctx, self.workshop, self.live, &found)?;
            let written = match seeds.is_complete() {
                true => "none missing".to_owned(),
                false => format!("{} written", seeding::write(ctx, self.live, &seeds)?),
            };
            Ok((written.clone(), written))
        })?;
        self.note_equal(&found, &fingerprint);
        let seconds = started.elapsed().as_secs_f64();
        let text = format!(
            "{} is what {} says: {} in {seconds:.1} s\nseed rows: {written}",
            self.live.database,
            found.to.shown,
            counted(applied, "step"),
        );
        let mut data = card::document(&found, &[]);
        data["applied"] = json!(applied);
        data["seeds"] = json!(written);
        data["fingerprint_after"] = json!(fingerprint);
        data["steps"] = json!(course.end());
        Ok(Answer::done(text, data))
    }

    /// The comparison that must be empty now, and the fingerprint.
    fn compare_again(&self, found: &mut Outlook) -> Result<(String, String)> {
        let mut reached = self.ctx.wait(async {
            let session = Session::connect(self.live, "schema").await?;
            Introspection::begin(&session).await?.with_dependencies().await
        })?;
        let fingerprint = reached.fingerprint();
        let lens = Lens::between(self.workshop, &found.from, &found.to);
        lens.put_before(&mut reached);
        // What somebody made meanwhile and is left alone stays left alone.
        let mut desired = found.to.catalog.clone();
        lens.put_before(&mut desired);
        self.request.rules.filter.apply(&reached, &mut desired);
        let left = diff(&reached, &desired);
        match left.first() {
            None => Ok((fingerprint, "no difference".to_owned())),
            Some(first) => Err(not_reached(&left, first)),
        }
    }

    fn note_equal(&self, found: &Outlook, fingerprint: &str) {
        let (Some(init), Some(seeds)) = (&found.to.init, &found.to.seeds) else { return };
        let about = (init, self.workshop.role(), &self.request.rules);
        let seen = (found.from.catalog.major, fingerprint);
        if let Err(error) = Known::of(self.ctx).note_equal(about, seen, seeds) {
            self.ctx.term.warn(&format!("this comparison is not remembered: {error:#}"));
        }
    }
}

fn not_reached(left: &[Change], first: &Change) -> anyhow::Error {
    Fault::new(
        Exit::Partial,
        format!(
            "all steps are done, and {} still differ, first {} {}",
            counted(left.len(), "object"),
            first.mark(),
            first.object()
        ),
    )
    .hint("somebody else may have changed the schema meanwhile: `cargo xtask db-diff`")
    .into()
}
