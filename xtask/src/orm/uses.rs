//! Statements of services, scripts and documentation that a plan breaks: they
//! can be PREPAREd on the schema that is there, and not on the one to come.
//!
//! Must never: keep a plan from being made. What cannot be asked is told.

use anyhow::Result;
use pg_diff::catalog::Id;
use pg_diff::plan::{Action, Hazard, HazardKind, Step};
use pg_diff::scan::mentions;

use super::python::Interpreter;
use super::statements::{Broken, SQL_FOLDERS, begin, finish, prepare};
use crate::context::Ctx;
use crate::schema::outlook::Outlook;
use crate::schema::reading::Place;
use crate::schema::workshop::Workshop;
use crate::services;

/// Adds a hazard for each to the step that breaks it.
pub fn add_hazards(ctx: &Ctx, workshop: &Workshop<'_>, found: &mut Outlook) {
    let takes_away = |step: &Step| {
        matches!(step.action, Action::Drop | Action::Alter | Action::Rename | Action::Keep)
    };
    if !found.plan.steps.iter().any(takes_away) {
        return;
    }
    let broken = match broken(ctx, workshop, found) {
        Ok(broken) => broken,
        Err(error) => {
            ctx.term.warn(&format!("the SQL of the services cannot be checked: {error:#}"));
            return;
        }
    };
    for it in broken {
        let sql = &it.text.sql;
        let steps = &mut found.plan.steps;
        let is_named = |step: &Step| {
            let object = &step.object;
            takes_away(step) && mentions(sql, &object.name) && mentions(sql, own(object))
        };
        // What it names is not always what changes: a view may stand between.
        let at = steps.iter().position(is_named).or_else(|| steps.iter().position(takes_away));
        if let Some(step) = at.and_then(|at| steps.get_mut(at)) {
            let why = format!("{} still uses it: {}", it.place, it.why);
            let (kind, about) = (HazardKind::ContractTooEarly, step.object.clone());
            step.hazards.push(Hazard { kind, about, why });
        }
    }
}

fn own(object: &Id) -> &str {
    if object.part.is_empty() { &object.name } else { &object.part }
}

fn broken(ctx: &Ctx, workshop: &Workshop<'_>, found: &Outlook) -> Result<Vec<Broken>> {
    let (Some(init), Place::Served(live, _)) = (&found.to.init, &found.from.place) else {
        return Ok(Vec::new());
    };
    let is_ours = init.path == ctx.root.join(&ctx.config.metadata.init);
    if !is_ours || !services::is_python_ready(ctx, &workshop.target) {
        return Ok(Vec::new());
    }
    let paths: Vec<String> = SQL_FOLDERS
        .iter()
        .filter(|it| ctx.root.join(it).is_dir())
        .map(|it| (*it).to_owned())
        .collect();
    let interpreter = Interpreter::of_services(ctx, Some(&workshop.target))?;
    let texts = finish(ctx, begin(ctx, &interpreter, &paths)?, &ctx.root)?;
    let then = prepare(ctx, &workshop.shadow(init)?, &texts.statements)?.broken;
    if then.is_empty() {
        return Ok(then);
    }
    // What is broken today is not the plan's doing.
    let suspects: Vec<_> = then.iter().map(|it| it.text.clone()).collect();
    let today: Vec<_> =
        prepare(ctx, live, &suspects)?.broken.into_iter().map(|it| it.place).collect();
    let is_today = |it: &Broken| {
        today.iter().any(|place| place.file == it.place.file && place.line == it.place.line)
    };
    Ok(then.into_iter().filter(|it| !is_today(it)).collect())
}
