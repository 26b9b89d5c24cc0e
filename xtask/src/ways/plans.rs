//! Ways back by a plan: the one that was proved with the migration that it
//! undoes, one from a file, or one made anew.
//!
//! Must never: offer a plan that begins at another schema than what is there.

use std::path::Path;

use anyhow::Result;
use pg_diff::Plan;
use pg_diff::plan::file::{End, PlanFile};
use pg_live::{Address, Introspection, Session};

use super::code::Code;
use super::find::{Here, How, Way};
use super::loss::{self, Loss};
use super::record::{Record, What};
use crate::context::Ctx;
use crate::schema::migrate::Past;
use crate::schema::outlook::outlook;
use crate::schema::plan_file;
use crate::schema::reading::Reading;
use crate::schema::rules::Rules;
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::stamp::{digits, shown};
use crate::verify::counted;

/// Plans that undo migrations whose end is what is there; and the last one in
/// any case, with why it is none.
pub fn plans(here: &Here<'_>) -> Result<Vec<Way>> {
    let records = here.records.all();
    let mut found = Vec::new();
    let mut fingerprint: Option<String> = None;
    let mut ends: Vec<&str> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let What::Migration { plan, is_done, .. } = &record.what else { continue };
        let live: &str = match &fingerprint {
            Some(print) => print,
            None => fingerprint.insert(print_of(here.ctx, here.live)?),
        };
        // Undone already, or never begun.
        let is_behind = plan.from.fingerprint == live;
        let is_end = plan.to.fingerprint == live;
        if is_behind || !is_end && index > 0 {
            continue;
        }
        // The newest of those that lead to one state.
        if ends.contains(&plan.from.fingerprint.as_str()) {
            continue;
        }
        ends.push(&plan.from.fingerprint);
        let story = format!("undo `{}` of {}", record.command, shown(&record.id));
        let schema = match (is_end, is_done, &plan.reverse) {
            (true, _, Some(_)) | (false, true, _) => None,
            (true, _, None) | (false, false, _) => here.records.schema(&record.id),
        };
        if let Some(catalog) = schema {
            let past = Past { catalog, fingerprint: plan.from.fingerprint.clone() };
            found.push(anew(here, (record, plan), (live, past), is_end)?);
            continue;
        }
        let why_not = match (is_end, is_done, &plan.reverse) {
            (true, _, Some(_)) => None,
            (true, _, None) => Some("it was found that no plan brings everything back".to_owned()),
            (false, true, _) => {
                Some("the schema was changed since, and is not the one it ended with".to_owned())
            }
            (false, false, _) => Some(
                "it was stopped midway: `cargo xtask db-migrate --resume` brings it to its end"
                    .to_owned(),
            ),
        };
        found.push(way_of_plan(here, plan, (&record.id, story), record.before.clone(), why_not)?);
    }
    Ok(found)
}

/// Where a plan was stopped midway, or went on from there: one more is made.
fn anew(
    here: &Here<'_>,
    (record, plan): (&Record, &PlanFile),
    (live, past): (&str, Past),
    is_end: bool,
) -> Result<Way> {
    let loss = loss_anew(here, &plan.plan, &past)?;
    let how = if is_end { "which went on after one that was stopped" } else { "stopped midway" };
    Ok(Way {
        name: record.id.clone(),
        at: digits(&record.id),
        story: format!(
            "undo `{}` of {}, {how}: a plan made and proved now",
            record.command,
            shown(&record.id)
        ),
        code: record.before.clone(),
        loss,
        why_not: None,
        how: How::Anew {
            from: live.to_owned(),
            forward: Box::new(plan.plan.clone()),
            past: Box::new(past),
        },
    })
}

/// What a plan from what is there to a schema that was takes.
pub fn loss_anew(here: &Here<'_>, forward: &Plan, past: &Past) -> Result<Loss> {
    let Here { ctx, target, live, .. } = *here;
    let workshop = Workshop::open(ctx, target.clone(), live.clone())?;
    let from = Reading::of(ctx, &workshop, &Side::Live)?;
    let rules = Rules::configured(ctx)?;
    let found = outlook(ctx, &workshop, (from, past.reading()), &rules, false)?;
    loss::of_plan(ctx, live, forward, &found.plan)
}

fn print_of(ctx: &Ctx, live: &Address) -> Result<String> {
    Ok(ctx.wait(async {
        let session = Session::connect(live, "rollback").await?;
        pg_live::Result::Ok(Introspection::begin(&session).await?.catalog().fingerprint())
    })?)
}

fn way_of_plan(
    here: &Here<'_>,
    plan: &PlanFile,
    (name, story): (&str, String),
    code: Option<Code>,
    why_not: Option<String>,
) -> Result<Way> {
    let reverse = plan.reverse.clone().unwrap_or_default();
    let loss = match why_not {
        None => loss::of_plan(here.ctx, here.live, &plan.plan, &reverse)?,
        Some(_) => Loss::default(),
    };
    let steps = counted(reverse.steps.len(), "step");
    let inverse = PlanFile {
        from: plan.to.clone(),
        to: End { what: "the schema before".to_owned(), ..plan.from.clone() },
        after: Vec::new(),
        reverse: Some(plan.plan.clone()),
        plan: reverse,
        ..plan.clone()
    };
    Ok(Way {
        name: name.to_owned(),
        how: How::Plan(Box::new(inverse)),
        at: digits(name),
        story: format!("{story}: a plan of {steps}, proved again before it runs"),
        code,
        loss,
        why_not,
    })
}

pub fn is_plan(to: &str) -> bool {
    let ends = Path::new(to).extension().is_some_and(|it| it == "sql" || it == "json");
    ends && Path::new(to).exists()
}

/// The way back of a plan in a file.
pub fn file(here: &Here<'_>, path: &str) -> Result<Way> {
    let plan = plan_file::load(Path::new(path))?;
    let live = print_of(here.ctx, here.live)?;
    let why_not = match (&plan.reverse, plan.to.fingerprint == live) {
        (None, _) => Some("the file holds no way back".to_owned()),
        (Some(_), false) => Some("the schema is not the one that the plan ends with".to_owned()),
        (Some(_), true) => None,
    };
    let is_it = |record: &Record| match &record.what {
        What::Migration { plan: known, .. } => {
            known.from.fingerprint == plan.from.fingerprint
                && known.to.fingerprint == plan.to.fingerprint
        }
        What::Swap { .. } => false,
    };
    let code = here.records.all().into_iter().find(is_it).and_then(|record| record.before);
    way_of_plan(here, &plan, (path, format!("undo {path}")), code, why_not)
}
