//! `--online`, on one server or between two: from the first row to behind the
//! last change.
//!
//! What takes long is done while everybody writes. Only what the last changes
//! decide is done when writers wait.
//!
//! Must never: compare what somebody could still change, or leave a view as it
//! was before the last change to what it reads.

use std::time::Duration;

use anyhow::Result;
use pg_live::behind::Behind;
use pg_live::feed::{Feed, views};
use pg_live::{Address, Session};

use super::Keeping;
use super::choose::Chosen;
use super::copy::Prepared;
use super::finish::require_equal;
use super::online::is_new_key;
use super::rows::{self, Hand, Sent};
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{counted, size};

/// Catching up with everything that was written while the rows were copied.
const LONG: Duration = Duration::from_secs(24 * 3600);
/// And with what was written in the last moment before the fence.
const SHORT: Duration = Duration::from_secs(60);

/// Where rows and changes come to.
pub(super) struct Course<'a> {
    pub feed: Feed,
    /// They read at the place where the feed begins.
    pub hands: Vec<Hand>,
    /// The target whose programs reach the new database.
    pub there: &'a Target,
}

impl Keeping<'_> {
    /// `begin` lets the changes come. Gives the fence, and how many rows there are.
    pub(super) fn follow<'c>(
        &self,
        steps: &mut Steps<'c>,
        around: &mut Around<'_>,
        (chosen, prepared): (&Chosen<'_>, &Prepared),
        (course, begin): (Course<'_>, impl AsyncFnOnce(&Feed, &Address) -> pg_live::Result<()>),
    ) -> Result<(Behind, i64)>
    where
        Self: 'c,
    {
        let ctx = self.ctx;
        let Course { feed, hands, there } = course;
        let new = &prepared.new;
        let copied = self.send_rows(steps, (chosen, prepared), &hands)?;
        let later = self.build(steps, (chosen, prepared), (&hands, &copied))?;
        drop(hands);
        // A key that the live database does not have holds for nobody yet.
        let (last, rest): (Vec<&String>, Vec<&String>) =
            prepared.post.rest.iter().chain(&later).partition(|sql| is_new_key(chosen, sql));
        self.run_rest(steps, prepared, &rest)?;
        steps.long_step("catch up", |_, progress| {
            let behind = |bytes| progress.tell(&format!("{} behind", size(bytes)));
            ctx.wait(async {
                begin(&feed, new).await?;
                feed.wait_telling(new, LONG, behind).await
            })?;
            Ok(told((), "everything written meanwhile is there"))
        })?;
        let filled = steps.step("analyze", |_| {
            let filled = ctx.wait(views::read(new, &super::finish::views(chosen)))?;
            let finished = self.finish_tables(chosen, prepared)?;
            ctx.wait(feed.wait_for(new, LONG))?;
            Ok(told(filled, finished.detail))
        })?;
        around.stop(ctx, steps)?;
        let behind =
            steps.step("fence", |_| Ok(told(self.raise()?, "writers wait, readers go on")))?;
        steps.step("last changes", |_| {
            ctx.wait(async {
                feed.wait_for(new, SHORT).await?;
                feed.close(new).await
            })?;
            self.require_unchanged(chosen)?;
            Ok(told((), "publication, slot and subscription are gone"))
        })?;
        let hands = self.hands(prepared, &behind)?;
        let rows = steps.long_step("compare rows", |_, progress| {
            let moves = &chosen.matched.moves;
            let (sums, _) = ctx.wait(async {
                let session = Session::connect(self.live, "copy").await?;
                let pieces = rows::pieces(&rows::extents_of_sources(&session, moves).await?);
                let nothing = (Vec::new(), &Sent::new());
                rows::build_and_compare(&hands, (moves, &pieces), nothing, progress).await
            })?;
            require_equal(&sums)?;
            let tables = counted(sums.tables(), "table");
            Ok(told(sums.rows(), format!("{} rows in {tables}", sums.rows())))
        })?;
        drop(hands);
        if !last.is_empty() {
            self.run_rest(steps, prepared, &last)?;
        }
        self.carry_journal(there, &behind, new)?;
        if !filled.is_empty() {
            steps.step("views", |_| {
                let again = ctx.wait(async {
                    let again = views::outdated(new, &filled).await?;
                    rows::finish(new, 1, again.clone(), Vec::new()).await?;
                    pg_live::Result::Ok(again.len())
                })?;
                let views = counted(filled.len(), "materialized view");
                Ok(told((), format!("{again} of {views} filled again")))
            })?;
        }
        Ok((behind, rows))
    }
}
