//! Whether something goes too early: the models still describe it, or the
//! time it was promised is not over.
//!
//! Must never: keep a plan from being made. What cannot be asked is told.

use std::collections::BTreeSet;

use pg_diff::catalog::{Id, Kind};
use pg_diff::declared::{Annotations, Date};
use pg_diff::plan::{Action, Hazard, HazardKind};
use pg_diff::{Catalog, Change};

use crate::context::Ctx;
use crate::orm::uses;
use crate::schema::outlook::Outlook;
use crate::schema::reading::{Reading, init_of_commit};
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::services;

/// Adds what is found to the steps that drop.
pub fn add_hazards(ctx: &Ctx, workshop: &Workshop<'_>, found: &mut Outlook) {
    uses::add_hazards(ctx, workshop, found);
    let dropped: BTreeSet<Id> = found
        .changes
        .iter()
        .filter(|change| matches!(change, Change::Drop { .. }))
        .map(Change::object)
        .chain(found.kept().map(|(id, _)| id))
        .filter(|id| {
            matches!(id.kind, Kind::Table | Kind::Column | Kind::MaterializedView | Kind::View)
        })
        .cloned()
        .collect();
    let is_ours = found
        .to
        .init
        .as_ref()
        .is_some_and(|init| init.path == ctx.root.join(&ctx.config.metadata.init));
    if dropped.is_empty() || !is_ours {
        return;
    }
    let mut hazards = promised(ctx, &found.current, &dropped);
    hazards.extend(modelled(ctx, workshop, &dropped));
    for hazard in hazards {
        let is_it =
            |object: &Id| *object == hazard.about || hazard.about.of(object.kind) == *object;
        let mut steps = found.plan.steps.iter_mut();
        let step = steps.find(|step| {
            matches!(step.action, Action::Drop | Action::Alter | Action::Keep)
                && is_it(&step.object)
        });
        if let Some(step) = step {
            step.hazards.push(hazard);
        }
    }
}

/// `@deprecated` of the last commit, whose time is not over.
fn promised(ctx: &Ctx, current: &Catalog, dropped: &BTreeSet<Id>) -> Vec<Hazard> {
    let Ok(before) = init_of_commit(ctx, "HEAD") else { return Vec::new() };
    let today = today();
    let mut hazards = Vec::new();
    for annotation in before.annotations.iter() {
        let one = Annotations::from(vec![annotation.clone()]);
        let Ok(intents) = one.resolve(current) else { continue };
        for (id, promise) in intents.deprecated {
            if dropped.contains(&id) && today.is_none_or(|today| today < promise.remove_after) {
                let why = format!("it is promised until {}", promise.remove_after);
                hazards.push(Hazard { kind: HazardKind::ContractTooEarly, about: id, why });
            }
        }
    }
    hazards
}

fn today() -> Option<Date> {
    Date::parse(&jiff::Timestamp::now().strftime("%Y-%m-%d").to_string())
}

/// What the SQLAlchemy models still describe.
fn modelled(ctx: &Ctx, workshop: &Workshop<'_>, dropped: &BTreeSet<Id>) -> Vec<Hazard> {
    let is_there = ctx.root.join("shared/python/models").is_dir();
    if !is_there || !services::is_python_ready(ctx, &workshop.target) {
        ctx.term.detail("the models are not asked: no Python environment");
        return Vec::new();
    }
    match Reading::of(ctx, workshop, &Side::Models) {
        Ok(models) => dropped
            .iter()
            .filter(|id| models.catalog.contains(id))
            .map(|id| Hazard {
                kind: HazardKind::ContractTooEarly,
                about: id.clone(),
                why: "shared/python/models still describe it".to_owned(),
            })
            .collect(),
        Err(error) => {
            ctx.term.warn(&format!("the models cannot be asked: {error:#}"));
            Vec::new()
        }
    }
}
