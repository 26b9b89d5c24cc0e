//! What both copies have in common at their end: journals, sequences, views,
//! statistics, and the swap.
//!
//! Must never: swap in what is not sound.

use anyhow::{Context, Result};
use pg_diff::catalog::Kind;
use pg_live::behind::Behind;
use pg_live::feed::Tending;
use pg_live::hold::Names;
use pg_live::{Address, Introspection, Session, database, health, numbers};

use super::choose::Chosen;
use super::copy::{Done, Prepared, hand_count};
use super::matching::place;
use super::others::Others;
use super::rows::{self, Sums};
use super::tending::tend;
use super::{COMMAND, Keeping, came_through, shape};
use crate::outcome::Fault;
use crate::rebuild::swap;
use crate::schema::migrate::Work;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::tools::pg_dump;
use crate::verify::{counted, maintenance};
use crate::ways::{self, loss};

impl Keeping<'_> {
    /// What a run that was stopped left goes first. Until the end of this one
    /// nobody else sweeps: what it builds looks like that.
    pub(super) fn sweep_unfinished(&self, steps: &mut Steps<'_>, how: &str) -> Result<Tending> {
        steps.step("sweep", |_| {
            swap::drop_unfinished(self.ctx, self.live)?;
            let what = format!("`cargo xtask {COMMAND}{how}`");
            let tending = tend(self.ctx, self.live, &what)?;
            Ok(told(tending, "nothing half-built is left"))
        })
    }

    /// From now on writers wait.
    pub(super) fn raise(&self) -> Result<Behind> {
        let raised = self.ctx.wait(Behind::raise(self.live)).map_err(anyhow::Error::from);
        raised.context("waiting for the writers of the database")
    }

    /// Behind the fence: what was planned with is what is there. A column that
    /// came meanwhile would not be copied.
    pub(super) fn require_unchanged(&self, chosen: &Chosen<'_>) -> Result<()> {
        let now = self.ctx.wait(async {
            let session = Session::connect(self.live, "schema").await?;
            Ok::<_, pg_live::Error>(Introspection::begin(&session).await?.catalog().fingerprint())
        })?;
        if now == chosen.work.found.from.fingerprint {
            return Ok(());
        }
        let what = format!("the schema of `{}` was changed since it was read", self.live.database);
        Err(Fault::unavailable(what).hint("nothing was changed; run the command again").into())
    }

    /// The rows of init.sql that are missing, and views that read them.
    pub(super) fn seed(
        &self,
        steps: &mut Steps<'_>,
        chosen: &Chosen<'_>,
        (work, new): (&Work<'_>, &Address),
    ) -> Result<()> {
        steps.step("seed rows", |_| match work.seed(new)? {
            None => Ok(told((), "none missing")),
            Some(written) => {
                let views = views(chosen);
                self.ctx.wait(rows::finish(new, hand_count(), views, Vec::new()))?;
                Ok(told((), format!("{written} written")))
            }
        })
    }

    /// Everything between the last row and the new name.
    pub(super) fn take_over(
        &self,
        steps: &mut Steps<'_>,
        (chosen, prepared, others): (&mut Chosen<'_>, &Prepared, &Others),
        (behind, tending): (Behind, &Tending),
    ) -> Result<Done> {
        let Keeping { ctx, kept, .. } = *self;
        let new = &prepared.new;
        steps.step("same schema", |_| {
            self.require_unchanged(chosen)?;
            Ok(told((), "nobody changed it since it was planned"))
        })?;
        let extremes = steps.step("sequences", |_| {
            let extremes = self.carry_first(prepared)?;
            Ok(told(extremes, counted(prepared.counters.len(), "sequence")))
        })?;
        self.seed(steps, chosen, (&chosen.work, new))?;
        let fingerprint = steps.step("compare again", |_| {
            let (fingerprint, detail) = chosen.work.compare_made(new)?;
            self.require_sound(new)?;
            Ok(told(fingerprint, detail))
        })?;
        let baseline = steps.step("count", |_| {
            let counts = loss::baseline(ctx, new)?;
            let detail = super::clone::story(&counts);
            Ok(told(counts, detail))
        })?;
        self.require_others(steps, (chosen, prepared, others), &behind)?;
        ctx.wait(tending.require_held())?;
        let (rows, since) = (baseline.rows.values().sum(), behind.since);
        steps.step("swap", |_| {
            let newcomer = ways::Newcomer {
                command: COMMAND,
                code: ways::Served::Known(ways::code::present(ctx, None)),
                baseline,
            };
            ways::exchange_by(ctx, self.target, kept, newcomer, || {
                self.swap_new(behind, prepared, &extremes)
            })?;
            Ok(told((), format!("the old one is {kept}")))
        })?;
        let held = since.elapsed();
        chosen.work.is_served(&fingerprint);
        Ok(Done { fingerprint, rows, held })
    }

    /// The journals that the tools keep in the database belong to its rows.
    /// `there` is the target whose programs reach `new`.
    pub(super) fn carry_journal(
        &self,
        there: &Target,
        behind: &Behind,
        new: &Address,
    ) -> Result<()> {
        let Keeping { ctx, live, target, .. } = *self;
        let name = pg_live::journal::NAMESPACE;
        let has = ctx.wait(async {
            let session = Session::connect(live, "copy").await?;
            pg_live::journal::is_there(&session).await
        })?;
        if !has {
            return Ok(());
        }
        let run = target
            .program(ctx, "pg_dump", live)?
            .args(["--inserts", "--no-password"])
            .arg(format!("--schema={name}"))
            .arg(format!("--snapshot={}", behind.snapshot));
        let dumped = ctx.proc.read(&run);
        let dump = pg_dump::ending_strays(ctx, live, dumped)?;
        shape::load(ctx, there, new, &dump)
    }

    pub(super) fn carry_first(&self, prepared: &Prepared) -> Result<Vec<Option<i64>>> {
        let Prepared { new, counters, .. } = prepared;
        Ok(self.ctx.wait(async {
            let old = Session::connect(self.live, "copy").await?;
            let new = Session::connect(new, "copy").await?;
            let extremes = numbers::extremes(&new, counters).await?;
            numbers::carry((&old, &new), counters, &extremes).await?;
            pg_live::Result::Ok(extremes)
        })?)
    }

    /// Views that hold rows, and what the planner knows.
    pub(super) fn finish_tables(
        &self,
        chosen: &Chosen<'_>,
        prepared: &Prepared,
    ) -> Result<crate::steps::Told<()>> {
        let views = views(chosen);
        let objects = &chosen.work.found.to.catalog.objects;
        // A partition is looked at with the table above it.
        let tables = objects
            .iter()
            .filter(|(id, object)| id.kind == Kind::Table && object.body.partition().is_none());
        let analyze: Vec<String> = tables.map(|(id, _)| place(id)).collect();
        let detail = format!(
            "{}, {}",
            counted(views.len(), "materialized view"),
            counted(analyze.len(), "table")
        );
        self.ctx.wait(rows::finish(&prepared.new, hand_count(), views, analyze))?;
        Ok(told((), detail))
    }

    pub(super) fn require_sound(&self, new: &Address) -> Result<()> {
        let ctx = self.ctx;
        let marker = ctx.config.metadata.ready.clone();
        let (faults, probe) = ctx.wait(async {
            let faults = health::check(&Session::connect(new, "db-rebuild").await?).await?;
            pg_live::Result::Ok((faults, pg_live::is_ready(new, &marker).await?))
        })?;
        if let Some(fault) = faults.first() {
            let what = format!("{}: {}", fault.object, fault.message);
            return Err(Fault::failed(format!("the new database is not sound: {what}")).into());
        }
        if probe != pg_live::Probe::Ready {
            return Err(Fault::failed("the completion marker does not answer").into());
        }
        Ok(())
    }

    pub(super) fn swap_new(
        &self,
        behind: Behind,
        prepared: &Prepared,
        extremes: &[Option<i64>],
    ) -> Result<()> {
        let Keeping { ctx, live, kept, .. } = *self;
        let Prepared { new, counters, .. } = prepared;
        let names = Names { live: &live.database, copy: &new.database, kept };
        ctx.term.equivalent(
            "sql>",
            &format!("BEGIN; {}; {}; COMMIT;", names.aside(), names.takes_over()),
        );
        let swapped = ctx.wait(async {
            let session = maintenance(live).await?;
            let server = session.address().clone();
            // Before the settings of the database are: they may say read-only.
            let writing = Session::connect(new, "copy").await?;
            database::copy_properties(&session, names.live, names.copy).await?;
            let last = async |look: &Session| {
                numbers::carry((look, &writing), counters, extremes).await.map(|_| ())
            };
            behind.swap(&server, names, last).await
        });
        came_through(ctx, live, kept, swapped)
    }
}

/// The materialized views that hold rows.
pub(super) fn views(chosen: &Chosen<'_>) -> Vec<String> {
    let objects = chosen.work.found.to.catalog.objects.iter();
    let populated = |it: &pg_diff::catalog::Object| {
        it.body.materialized_view().is_some_and(|it| it.is_populated)
    };
    objects.filter(|(_, object)| populated(object)).map(|(id, _)| place(id)).collect()
}

/// What was read on both sides is the same.
pub fn require_equal(sums: &Sums) -> Result<()> {
    let differences = sums.differences();
    if differences.is_empty() {
        return Ok(());
    }
    let what = differences.join("; ");
    Err(Fault::failed(format!("what was copied is not what was there: {what}"))
        .hint("this was beside what is served, which is as it was")
        .into())
}
