//! The clone way: a copy of the served database, which the plan makes what
//! init.sql says.
//!
//! Until the end nobody is let into the database that is served, readers
//! included: a copy wants nobody in its template, and what would be written
//! after it would be missing in it (`pg_live::hold`). It is as long as copy,
//! plan, counts and swap take together; the proof, the questions to the rows
//! and the asking are done before, while everybody works.
//!
//! Must never: swap in a copy whose rows were not counted before and after
//! the plan, or go on where somebody could have written meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::HazardKind;
use pg_diff::rename::old_name;
use pg_live::copy::Copying;
use pg_live::hold::{Held, Names, copy_and_hold};
use pg_live::{Session, database, facts};
use serde_json::json;

use super::{COMMAND, Keeping, Way, came_through};
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::beside;
use crate::schema::card;
use crate::schema::migrate::{Applied, Course, Work, statistics};
use crate::schema::outlook::Outlook;
use crate::steps::{Steps, told};
use crate::verify::{counted, maintenance, size};
use crate::ways::{self, loss, record::Baseline};

pub struct Done {
    applied: Applied,
    rows: i64,
    /// How long nobody could enter.
    held: Duration,
}

impl Keeping<'_> {
    /// Whatever ends this lets everybody in again: the hold goes with it.
    pub fn clone_and_change<'c>(&self, steps: &mut Steps<'c>, work: &mut Work<'_>) -> Result<Done>
    where
        Self: 'c,
    {
        let Keeping { ctx, live, kept, .. } = *self;
        let new = live.with_database(&beside(&live.database, "new"));
        let names = Names { live: &live.database, copy: &new.database, kept };
        let _tending = self.sweep_unfinished(steps, "")?;
        let held =
            steps.step("copy", |_| self.clone_served(names, work.found.from.catalog.major))?;
        let before = steps.step("count", |_| {
            let counts = loss::baseline(ctx, &new)?;
            let detail = story(&counts);
            Ok(told(counts, detail))
        })?;
        let applied = work.apply_to(&mut Course::within(ctx, steps), &new)?;
        let after = steps.step("count again", |_| {
            let counts = loss::baseline(ctx, &new)?;
            require_rows(&work.found, &before, &counts)?;
            let detail = format!("{}, as before where the table stays", story(&counts));
            Ok(told(counts, detail))
        })?;
        let baseline = steps.step("seed rows", |_| match work.seed(&new)? {
            None => Ok(told(after, "none missing")),
            Some(written) => Ok(told(loss::baseline(ctx, &new)?, format!("{written} written"))),
        })?;
        let (rows, since) = (baseline.rows.values().sum(), held.since);
        steps.step("swap", |_| {
            self.swap_clone(names, held, baseline)?;
            Ok(told((), format!("the old one is {kept}")))
        })?;
        let held = since.elapsed();
        work.is_served(&applied.fingerprint);
        statistics::gather(ctx, &mut Course::within(ctx, steps), live, &work.found);
        Ok(Done { applied, rows, held })
    }

    fn clone_served(&self, names: Names<'_>, major: u32) -> Result<crate::steps::Told<Held>> {
        let Keeping { ctx, live, .. } = *self;
        let bytes =
            ctx.wait(async { facts::bytes(&Session::connect(live, "db-rebuild").await?).await })?;
        let fitting = Copying::fitting(major, bytes);
        ctx.term.equivalent("sql>", &format!("{};", fitting.0.sql(names.live, names.copy)));
        ctx.term.equivalent(
            "sql>",
            &format!("BEGIN; {}; -- from the copy on nobody enters", names.aside()),
        );
        let held = ctx.wait(async {
            let server = maintenance(live).await?.address().clone();
            copy_and_hold(&server, names, fitting).await
        });
        let held = held.map_err(anyhow::Error::from).context("copying what is served")?;
        let detail = format!(
            "{}, {}, {}; nobody enters {}",
            names.copy,
            size(bytes),
            held.copying.story(),
            names.live
        );
        Ok(told(held, detail))
    }

    fn swap_clone(&self, names: Names<'_>, held: Held, baseline: Baseline) -> Result<()> {
        let Keeping { ctx, target, live, kept, .. } = *self;
        let newcomer = ways::Newcomer {
            command: COMMAND,
            code: ways::Served::Known(ways::code::present(ctx, None)),
            baseline,
        };
        ways::exchange_by(ctx, target, kept, newcomer, || {
            ctx.term.equivalent("sql>", &format!("{}; COMMIT;", names.takes_over()));
            let swapped = ctx.wait(async {
                let session = maintenance(live).await?;
                database::copy_properties(&session, names.live, names.copy).await?;
                held.swap().await
            });
            came_through(ctx, live, kept, swapped)
        })
    }

    pub fn answer_of_clone(&self, steps: Steps<'_>, work: &Work<'_>, done: &Done) -> Answer {
        let took = steps.took();
        let records = steps.end();
        let database = &self.live.database;
        let (held, rows) = (done.held.as_secs_f64(), done.rows);
        let text = format!(
            "{database} is what {} says, with its {rows} rows: {} on a copy\n\
             nobody could connect to it for {held:.1} s\n\
             the one before is kept as {} (back: `cargo xtask rollback`)\ndone in {:.1} s",
            work.found.to.shown,
            counted(done.applied.steps, "step"),
            self.kept,
            took.as_secs_f64()
        );
        let mut data = card::document(&work.found, &[]);
        data["way"] = json!(Way::Clone.name());
        data["applied"] = json!(done.applied.steps);
        data["fingerprint_after"] = json!(done.applied.fingerprint);
        data["rows"] = json!(rows);
        data["held_ms"] = json!(done.held.as_millis());
        data["kept"] = json!(self.kept);
        data["steps"] = json!(records);
        Answer::done(text, data)
    }
}

pub fn story(counts: &Baseline) -> String {
    let rows: i64 = counts.rows.values().sum();
    format!("{rows} rows in {}", counted(counts.rows.len(), "table"))
}

/// Every table that stays has the rows it had, whatever it was called.
fn require_rows(found: &Outlook, before: &Baseline, after: &Baseline) -> Result<()> {
    let hazards = found.plan.hazards();
    let goes =
        |id: &Id| hazards.iter().any(|it| it.kind == HazardKind::DataLoss && it.about == *id);
    let named = |id: &Id| format!("{}.{}", id.namespace, id.name);
    let olds: BTreeMap<String, &Id> = found
        .current
        .objects
        .keys()
        .filter(|id| id.kind == Kind::Table)
        .map(|id| (named(id), id))
        .collect();
    let mut wrong = Vec::new();
    for (table, id) in olds {
        let was = named(&old_name(&found.renamed, id));
        let Some(rows) = before.rows.get(&was) else { continue };
        let now = after.rows.get(&table);
        if now != Some(rows) && *rows > 0 && !goes(id) {
            let now = now.map_or_else(|| "none".to_owned(), ToString::to_string);
            wrong.push(format!("{was} had {rows} and has {now}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Fault::failed(format!("the plan changed how many rows there are: {}", wrong.join("; ")))
        .hint("this was on a copy: what is served is as it was; `cargo xtask db-diff --sql` shows the plan")
        .into())
}
