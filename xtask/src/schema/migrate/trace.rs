//! What a migration leaves behind for `rollback`: the plan both ways, the
//! fingerprints of both ends, the code of the state before.
//!
//! Must never: stop a migration: what cannot be written down is told.

use anyhow::Result;
use pg_diff::plan::HazardKind;
use pg_diff::plan::file::{End, FORMAT as PLAN_FORMAT, PlanFile};

use super::Request;
use crate::context::Ctx;
use crate::outcome::Exit;
use crate::schema::outlook::Outlook;
use crate::schema::workshop::Workshop;
use crate::ways::code::{self, Code};
use crate::ways::record::{FORMAT, Record, Records, Snapshot, What};

pub struct Trace {
    records: Records,
    record: Record,
    /// The code that belongs to the state after.
    after: Option<Code>,
    /// From where another run was stopped.
    goes_on: bool,
    /// A rollback tells itself, when the code has followed.
    tells_code: bool,
}

impl Trace {
    /// Written before the first step: a run that is killed leaves it.
    pub fn begin(
        ctx: &Ctx,
        (request, id): (&Request, String),
        workshop: &Workshop<'_>,
        found: &Outlook,
        snapshot: Option<Snapshot>,
    ) -> Trace {
        let records = Records::of(ctx, &request.target);
        let schema = (found.from.catalog.major, found.from.fingerprint.as_str());
        let served = records.served();
        let is_ours = found
            .to
            .init
            .as_ref()
            .is_some_and(|init| init.path == ctx.root.join(&ctx.config.metadata.init));
        let after = is_ours.then(|| code::present(ctx, served.as_ref())).flatten();
        let mut plan = both_ways(found);
        let (mut before, mut taken) = (None, snapshot);
        let stopped = stopped_midway(&records, schema.1);
        if let Some((record, begun, first)) = &stopped {
            // The state before is the one before that run; what is there now
            // is nobody's.
            plan.from = begun.from.clone();
            plan.reverse = None;
            before.clone_from(&record.before);
            taken = taken.or_else(|| first.clone());
        } else {
            before = served.or_else(|| code::known(ctx, workshop.role(), &request.rules, schema));
        }
        let record = Record {
            format: FORMAT,
            id,
            command: request.command.to_owned(),
            before,
            what: What::Migration { plan: Box::new(plan), is_done: false, snapshot: taken },
        };
        let known = match &stopped {
            Some((record, ..)) => records.schema(&record.id),
            None => Some(found.from.catalog.clone()),
        };
        let noted = known.map_or(Ok(()), |catalog| records.note_schema(&record.id, &catalog));
        let trace = Trace {
            records,
            record,
            after,
            goes_on: stopped.is_some(),
            tells_code: request.is_forward(),
        };
        trace.write(ctx, noted);
        trace
    }

    /// The plan was run to its end, and this is the schema now.
    pub fn end(mut self, ctx: &Ctx, fingerprint: &str) {
        if let What::Migration { plan, is_done, .. } = &mut self.record.what {
            *is_done = true;
            fingerprint.clone_into(&mut plan.to.fingerprint);
        }
        if !self.goes_on {
            self.records.forget_schema(&self.record.id);
        }
        self.write(ctx, Ok(()));
        if !self.tells_code {
            return;
        }
        if let Err(error) = self.records.note_served(self.after.as_ref()) {
            ctx.term.warn(&format!("which code belongs to the database is not noted: {error:#}"));
        }
    }

    /// It ended otherwise. What changed nothing leaves nothing to undo; a copy
    /// that was made stays, and is told from.
    pub fn withdraw(self, exit: Exit) {
        let has_copy = match &self.record.what {
            What::Migration { snapshot, .. } => snapshot.is_some(),
            What::Swap { .. } => false,
        };
        if exit != Exit::Partial && !has_copy && !self.goes_on {
            self.records.remove(&self.record.id);
        }
    }

    fn write(&self, ctx: &Ctx, noted: Result<()>) {
        if let Err(error) = noted.and_then(|()| self.records.write(&self.record)) {
            ctx.term.warn(&format!("the way back is not written down: {error:#}"));
        }
    }
}

/// The migration that was stopped between its two ends, if that is where the
/// schema is.
fn stopped_midway(
    records: &Records,
    fingerprint: &str,
) -> Option<(Record, PlanFile, Option<Snapshot>)> {
    let last = records.all().into_iter().next()?;
    match last.what.clone() {
        What::Migration { plan, is_done: false, snapshot }
            if plan.from.fingerprint != fingerprint && plan.to.fingerprint != fingerprint =>
        {
            Some((last, *plan, snapshot))
        }
        What::Migration { .. } | What::Swap { .. } => None,
    }
}

fn both_ways(found: &Outlook) -> PlanFile {
    let proof = found.proof.as_ref();
    let is_proved = |lost: &[pg_diff::plan::Hazard]| {
        !lost.iter().any(|hazard| hazard.kind == HazardKind::NotReversible)
    };
    let reached = proof.map_or(&found.to.fingerprint, |proof| &proof.fingerprint);
    PlanFile {
        format: PLAN_FORMAT,
        tool: concat!("xtask ", env!("CARGO_PKG_VERSION")).to_owned(),
        major: found.from.catalog.major,
        from: End { what: found.from.shown.clone(), fingerprint: found.from.fingerprint.clone() },
        to: End { what: found.to.shown.clone(), fingerprint: reached.clone() },
        plan: found.plan.clone(),
        after: Vec::new(),
        reverse: proof.filter(|it| is_proved(&it.lost)).map(|it| it.reverse.clone()),
    }
}
