//! Choosing the moment: not to ask for a lock while somebody holds it who
//! will not give it back in time.
//!
//! Whoever waits for a strong lock keeps everybody waiting who comes after.
//! So a long transaction is waited out without asking.
//!
//! Must never: wait for ever. After a while the lock is asked for all the
//! same: the look may be wrong.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pg_diff::catalog::Id;
use pg_diff::ddl;
use pg_diff::plan::{Action, Step};

use super::Run;
use super::event::Blocker;
use super::lookout::blocker;
use super::outcome::Halt;
use crate::lock::LockMode;

/// A transaction that is older may well stay.
const OLD: Duration = Duration::from_millis(250);
const HOLD_OFF: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(250);

impl Run<'_> {
    /// Waits until nobody with an old transaction holds what these steps lock.
    pub(super) async fn moment(&mut self, first: usize, steps: &[Step]) -> Result<(), Halt> {
        let wanted = self.wanted(first, steps);
        let end = Instant::now() + HOLD_OFF;
        while !wanted.is_empty() {
            let old = self.holders(&wanted).await;
            if old.is_empty() || Instant::now() > end {
                break;
            }
            self.voice.waiting(first, &old);
            self.pause(first, LOOK).await?;
        }
        Ok(())
    }

    /// The strongest lock on each table, as it was observed or can be guessed.
    fn wanted(&self, first: usize, steps: &[Step]) -> BTreeMap<Id, LockMode> {
        let mut wanted: BTreeMap<Id, LockMode> = BTreeMap::new();
        let mut add = |table: &Id, mode: LockMode| {
            let strongest = wanted.entry(table.clone()).or_insert(mode);
            *strongest = mode.max(*strongest);
        };
        for (index, step) in (first..).zip(steps) {
            let seen = self.options.certificate.and_then(|it| it.steps.get(index));
            match seen {
                Some(seen) => seen.locks.iter().for_each(|lock| add(&lock.table, lock.mode)),
                None => step.tables.iter().for_each(|table| add(table, guess(step.action))),
            }
        }
        wanted
    }

    async fn holders(&mut self, wanted: &BTreeMap<Id, LockMode>) -> Vec<Blocker> {
        let names: Vec<String> = wanted.keys().map(ddl::qualified).collect();
        let modes: Vec<LockMode> = wanted.values().copied().collect();
        let rows = self.lookout.rows(include_str!("holders.sql"), &[&names, &self.link.pid]).await;
        let mut old: Vec<Blocker> = Vec::new();
        for row in &rows {
            let place = usize::try_from(row.get::<_, i64>(6) - 1).ok();
            let ours = place.and_then(|place| modes.get(place));
            let theirs = LockMode::from_server(row.get(7));
            let is_in_the_way = ours.zip(theirs).is_some_and(|(a, b)| a.conflicts(b));
            let holder = blocker(row);
            if is_in_the_way
                && u128::from(holder.age_ms) >= OLD.as_millis()
                && !old
                    .iter()
                    .any(|it| it.pid == holder.pid && it.application == holder.application)
            {
                old.push(holder);
            }
        }
        old
    }
}

fn guess(action: Action) -> LockMode {
    match action {
        Action::Validate => LockMode::ShareUpdateExclusive,
        Action::Backfill => LockMode::RowExclusive,
        Action::Rename
        | Action::Create
        | Action::Alter
        | Action::Drop
        | Action::Keep
        | Action::TakeBack => LockMode::AccessExclusive,
    }
}
