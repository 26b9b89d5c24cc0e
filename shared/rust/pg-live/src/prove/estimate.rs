//! What a plan costs on the live rows: expected times, and the hazards that
//! follow from what was observed.
//!
//! The time of a step is what it took on the clone, and for each table:
//!
//! | work | how fast | measured |
//! |---|---|---|
//! | read | 200 MB/s and 1.5 million rows/s | 430 to 1,240 MB/s, with a simple check |
//! | write anew | 40 MB/s | 35 to 50 MB/s, without its indexes |
//! | build an index | 250,000 rows/s | `uuid` 400,000 to 1,250,000, 96 bytes of text 100,000 to 135,000 |
//! | backfill | 20,000 rows/s | 55,000 to 80,000 without a pause between batches |
//!
//! Measured with 2,000,000 rows (350 MB) on two slow cores, everything in
//! memory, PostgreSQL 15 and 18; `tests/throughput.rs` measures again. A
//! foreign key reads both its tables (2,000,000 rows in 3.5 to 5.2 s; the
//! model says 5.1). Expect a factor of three, and ten for GIN.
//!
//! Must never: ask a server, or call something harmless that it does not know.

use pg_diff::catalog::Id;
use pg_diff::plan::{Hazard, HazardKind, Plan, Work};
use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, StepCertificate};
use super::sizes::{Size, Sizes};
use crate::lock::Blocks;

/// Waiting that nobody notices: a lock held for less is no hazard.
pub const MOMENT_MS: u64 = 100;

const READ_BYTES_PER_MS: u64 = 200_000;
const READ_ROWS_PER_MS: u64 = 1_500;
const REWRITE_BYTES_PER_MS: u64 = 40_000;
const INDEX_ROWS_PER_MS: u64 = 250;
const BACKFILL_ROWS_PER_MS: u64 = 20;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// As many as the plan has, in its order.
    pub steps: Vec<StepEstimate>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepEstimate {
    /// Index into `Plan::steps`.
    pub step: usize,
    pub expected_ms: u64,
    /// Of that: reading and writing rows.
    pub rows_ms: u64,
    /// What observation adds to the hazards the plan knows.
    pub hazards: Vec<Hazard>,
}

impl Estimate {
    pub fn expected_ms(&self) -> u64 {
        self.steps.iter().map(|step| step.expected_ms).sum()
    }
}

/// `sizes` are those of the live tables ([`sizes`](super::sizes())); a table that
/// is not in them has no rows.
pub fn estimate(plan: &Plan, certificate: &Certificate, sizes: &Sizes) -> Estimate {
    let steps = certificate.steps.iter().map(|seen| {
        let work = plan.steps.get(seen.step).map(|step| &step.work);
        let rows_ms = match work {
            Some(Work::Backfill(backfill)) => {
                size_of(sizes, &backfill.table).rows / BACKFILL_ROWS_PER_MS
            }
            Some(Work::Statement(_)) | None => rows_ms(seen, sizes),
        };
        let hazards = match work {
            // Its locks last for a batch, and block no client.
            Some(Work::Backfill(_)) => Vec::new(),
            Some(Work::Statement(_)) | None => hazards(seen, sizes, rows_ms),
        };
        StepEstimate { step: seen.step, expected_ms: seen.millis + rows_ms, rows_ms, hazards }
    });
    Estimate { steps: steps.collect() }
}

fn size_of(sizes: &Sizes, table: &Id) -> Size {
    sizes.get(table).copied().unwrap_or_default()
}

fn rows_ms(seen: &StepCertificate, sizes: &Sizes) -> u64 {
    // Writing a table anew reads it, and so does building its indexes.
    let is_read = |table: &&Id| {
        !seen.rewrites.contains(table) && !seen.indexes_built.iter().any(|it| it.table == **table)
    };
    let read = |size: Size| size.bytes / READ_BYTES_PER_MS + size.rows / READ_ROWS_PER_MS;
    let scans = seen.scans.iter().filter(is_read).map(|table| read(size_of(sizes, table)));
    let rewrites = seen.rewrites.iter().map(|table| {
        let size = size_of(sizes, table);
        (size.bytes + size.toast_bytes) / REWRITE_BYTES_PER_MS
    });
    let builds = seen.indexes_built.iter().map(|it| {
        let size = size_of(sizes, &it.table);
        size.rows / INDEX_ROWS_PER_MS + size.bytes / READ_BYTES_PER_MS
    });
    scans.chain(rewrites).chain(builds).sum()
}

fn hazards(seen: &StepCertificate, sizes: &Sizes, rows_ms: u64) -> Vec<Hazard> {
    let mut hazards = Vec::new();
    let mut add = |kind, about: &Id, why: String| {
        if !hazards.iter().any(|it: &Hazard| it.kind == kind && it.about == *about) {
            hazards.push(Hazard { kind, about: about.clone(), why });
        }
    };
    let is_full = |table: &Id| !size_of(sizes, table).is_empty();
    for built in seen.indexes_built.iter().filter(|it| is_full(&it.table)) {
        let rows = size_of(sizes, &built.table).rows;
        let why = format!("{} is built over about {rows} rows", built.index);
        add(HazardKind::IndexBuild, &built.table, why);
    }
    if rows_ms < MOMENT_MS {
        return hazards;
    }
    let time = time(rows_ms);
    for table in seen.rewrites.iter().filter(|table| is_full(table)) {
        let size = size_of(sizes, table);
        let mb = (size.bytes + size.toast_bytes).div_ceil(1_000_000);
        add(HazardKind::TableRewrite, table, format!("{mb} MB are written anew, about {time}"));
    }
    for lock in seen.locks.iter().chain(&seen.held) {
        // An empty table's clients wait as well.
        match lock.blocks {
            Blocks::Ddl => {}
            Blocks::Writes => {
                let why = format!("whoever writes to it waits for about {time}");
                add(HazardKind::BlocksWrites, &lock.table, why);
            }
            Blocks::Reads => {
                let why = format!("whoever reads or writes it waits for about {time}");
                add(HazardKind::LongLock, &lock.table, why);
            }
        }
    }
    hazards
}

/// `0.4 s`, `12 s`, `3 min`: an estimate has no more digits.
fn time(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{:.1} s", ms as f64 / 1000.0),
        10_000..120_000 => format!("{} s", ms / 1000),
        _ => format!("{} min", ms.div_ceil(60_000)),
    }
}

#[cfg(test)]
mod tests {
    //! The same observation on an empty, a small and a big table.

    use std::collections::BTreeMap;

    use pg_diff::catalog::Kind;

    use super::super::certificate::{BuiltIndex, ObservedLock};
    use super::*;
    use crate::lock::LockMode;

    fn table(name: &str) -> Id {
        Id::new(Kind::Table, "public", name)
    }

    fn lock(name: &str, mode: LockMode) -> ObservedLock {
        ObservedLock { table: table(name), index: None, mode, blocks: mode.blocks() }
    }

    fn seen() -> StepCertificate {
        StepCertificate {
            step: 0,
            locks: Vec::new(),
            held: Vec::new(),
            rewrites: Vec::new(),
            scans: Vec::new(),
            indexes_built: Vec::new(),
            millis: 3,
            observed: true,
        }
    }

    fn kinds(seen: StepCertificate, rows: u64) -> Vec<HazardKind> {
        let size = Size { rows, bytes: rows * 175, toast_bytes: 0, is_analyzed: true };
        let sizes: BTreeMap<Id, Size> = [(table("t"), size)].into();
        let certificate = Certificate { steps: vec![seen] };
        let estimate = estimate(&Plan::default(), &certificate, &sizes);
        estimate.steps[0].hazards.iter().map(|it| it.kind).collect()
    }

    #[test]
    fn a_scan_under_a_lock_is_a_hazard_when_somebody_would_notice() {
        let it = StepCertificate {
            locks: vec![lock("t", LockMode::AccessExclusive)],
            scans: vec![table("t")],
            ..seen()
        };
        assert_eq!(kinds(it.clone(), 0), []);
        assert_eq!(kinds(it.clone(), 1_000), []);
        assert_eq!(kinds(it, 1_000_000), [HazardKind::LongLock]);
    }

    #[test]
    fn a_lock_that_an_earlier_statement_took_counts() {
        let it = StepCertificate {
            held: vec![lock("other", LockMode::ShareRowExclusive)],
            locks: vec![lock("t", LockMode::ShareUpdateExclusive)],
            scans: vec![table("t")],
            ..seen()
        };
        assert_eq!(kinds(it, 1_000_000), [HazardKind::BlocksWrites]);
    }

    #[test]
    fn a_rewrite_and_its_indexes_are_told() {
        let index = Id::new(Kind::Index, "public", "t_a");
        let it = StepCertificate {
            locks: vec![lock("t", LockMode::AccessExclusive)],
            rewrites: vec![table("t")],
            scans: vec![table("t")],
            indexes_built: vec![BuiltIndex { index, table: table("t") }],
            ..seen()
        };
        use HazardKind::{IndexBuild, LongLock, TableRewrite};
        assert_eq!(kinds(it, 1_000_000), [IndexBuild, TableRewrite, LongLock]);
    }
}
