//! Whether a plan may run: its hazards allowed, its losses agreed to.
//!
//! Must never: ask about one thing and do another. What is shown is the plan
//! that runs.

use std::collections::BTreeSet;

use anyhow::Result;
use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::{Hazard, HazardKind};
use pg_live::seeds::SeedReport;
use pg_live::{Address, Session, protection, rows};

use super::Request;
use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::schema::allow;
use crate::schema::outlook::Outlook;
use crate::verify::counted;

/// Every hazard of the plan is allowed by name, or nothing is done.
pub fn to_hazards(missing: &[&Hazard]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<String> =
        missing.iter().map(|it| format!("\n  {}: {}: {}", it.kind, it.about, it.why)).collect();
    Err(Fault::refused(format!("the plan holds what nobody has allowed yet:{}", named.concat()))
        .hint(format!("if it is meant, add `{}`", allow::flag_for(missing)))
        .into())
}

pub fn loses_data(found: &Outlook) -> bool {
    found.plan.hazards().iter().any(|it| it.kind == HazardKind::DataLoss)
}

/// A yes to the plan; where rows or values go, with the database's name.
pub fn to_plan(ctx: &Ctx, request: &Request, live: &Address, found: &Outlook) -> Result<()> {
    let protected = protected(ctx, request, live)?;
    let steps = counted(found.plan.steps.len(), "step");
    if loses_data(found) {
        let losses = found.plan.hazards().into_iter().filter(|it| it.kind == HazardKind::DataLoss);
        let losses: Vec<String> = losses.map(|it| format!("{} ({})", it.about, it.why)).collect();
        let backup =
            if request.backup && !request.allowed.all { "; a backup is made first" } else { "" };
        let story = format!("This loses data: {}{backup}.", losses.join(", "));
        let loss = Loss {
            database: &live.database,
            story: &story,
            is_empty: false,
            protected: protected.as_deref(),
        };
        return consent::agree_to_loss(ctx, &loss).map(|_| ());
    }
    if protected.is_none() && is_empty(ctx, live, found)? {
        return Ok(());
    }
    let what = format!("change `{}` by {steps}", live.database);
    consent::agree_to_change(ctx, &live.database, protected.as_deref(), &what)
}

/// A yes to seed rows alone.
pub fn to_rows(ctx: &Ctx, request: &Request, live: &Address, seeds: &SeedReport) -> Result<()> {
    let protected = protected(ctx, request, live)?;
    let count = counted(seeds.missing.len() + seeds.outdated.len(), "seed row");
    let what = format!("write {count} into `{}`", live.database);
    consent::agree_to_change(ctx, &live.database, protected.as_deref(), &what)
}

fn protected(ctx: &Ctx, request: &Request, live: &Address) -> Result<Option<String>> {
    let inside =
        ctx.wait(async { protection(&Session::connect(live, "db-migrate").await?).await })?;
    Ok(request.target.configured_protection().or(inside))
}

/// A database with nothing in it: nobody needs to be asked.
fn is_empty(ctx: &Ctx, live: &Address, found: &Outlook) -> Result<bool> {
    let all = found.from.catalog.objects.keys();
    let tables: BTreeSet<Id> = all.filter(|id| id.kind == Kind::Table).cloned().collect();
    let empty = ctx
        .wait(async { rows::empty(&Session::connect(live, "db-migrate").await?, &tables).await })?;
    Ok(empty.len() == tables.len())
}
