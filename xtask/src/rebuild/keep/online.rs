//! `--online`: the rows are copied while everybody writes; what is written
//! meanwhile follows by logical replication, and writers wait only for the end
//! of it.
//!
//! Must never: begin where a change could not follow, or leave a slot behind
//! that keeps the server's log for ever.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use pg_diff::catalog::{ConstraintKind, Id, Kind};
use pg_live::behind::Behind;
use pg_live::feed::{self, Feed, Published};
use pg_live::{Address, Session, database};

use super::Keeping;
use super::choose::Chosen;
use super::copy::Done;
use super::finish::require_equal;
use super::matching::{Move, place, uppermost};
use super::rows::{self, Sent};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::rebuild::beside::{is_beside, prefix};
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{counted, maintenance};

/// Catching up with everything that was written while the rows were copied.
pub(super) const LONG: Duration = Duration::from_secs(24 * 3600);
/// And with what was written in the last moment before the fence.
pub(super) const SHORT: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(100);
const LOOKS: usize = 20;

/// Drops what a run that was killed left of its feed: it looks like somebody
/// else's replication. One that is at work is left alone.
pub fn sweep(ctx: &Ctx, live: &Address) -> Result<bool> {
    let prefix = prefix(&live.database, "new");
    Ok(ctx.wait(async {
        let session = maintenance(live).await?;
        if !database::list(&session, &live.database)
            .await?
            .iter()
            .any(|it| it.name == live.database)
        {
            return Ok(false);
        }
        let all = database::list(&session, &prefix).await?;
        let ours: Vec<&str> = all
            .iter()
            .map(|it| it.name.as_str())
            .filter(|name| is_beside(&live.database, "new", name))
            .collect();
        // Our own last sessions may still be on their way out.
        let mut looks = LOOKS;
        while feed::is_tended(&session, &ours).await?
            || feed::between::is_tended(&session, &live.database).await?
        {
            looks -= 1;
            if looks == 0 {
                return Ok(false);
            }
            tokio::time::sleep(PAUSE).await;
        }
        for name in feed::subscribed(&session, &ours).await? {
            feed::unsubscribe(&live.with_database(&name)).await?;
        }
        feed::sweep(live).await
    })?)
}

impl Keeping<'_> {
    /// Refuses what cannot follow, with the names.
    pub fn require_followable(&self, chosen: &Chosen<'_>) -> Result<()> {
        let Keeping { ctx, live, target, .. } = *self;
        let why = self.why_not_followed(chosen)?;
        let level = ctx
            .wait(async { feed::wal_level(&Session::connect(live, "db-rebuild").await?).await })?;
        if level != "logical" {
            let hint = match target {
                Target::Local(_) => {
                    "set `wal_level = logical` in infrastructure/postgres/postgresql.conf, then \
                     `cargo xtask down` and `cargo xtask up`"
                }
                Target::Compose(_) | Target::Url(_) => {
                    "set `wal_level = logical` on the server and restart it"
                }
            };
            let what = format!("--online needs wal_level = logical, and it is {level}");
            return Err(Fault::refused(what).hint(hint).into());
        }
        if why.is_empty() {
            return Ok(());
        }
        Err(Fault::refused(format!("changes could not follow: {}", why.join("; ")))
            .hint("copy while writers wait: `cargo xtask db-rebuild --keep-data --way copy`")
            .into())
    }

    /// What cannot follow, with the names.
    pub(super) fn why_not_followed(&self, chosen: &Chosen<'_>) -> Result<Vec<String>> {
        let Keeping { ctx, live, .. } = *self;
        let found = &chosen.work.found;
        let mut why = Vec::new();
        for it in &chosen.matched.moves {
            if !it.is_followable() || uppermost(&found.from.catalog, it.from.clone()) != it.to {
                why.push(format!("{} is renamed or computed anew", place(&it.from)));
            }
        }
        let tables = published(&chosen.matched.moves);
        let unfit = ctx.wait(async {
            feed::unfit(&Session::connect(live, "db-rebuild").await?, &tables).await
        })?;
        if found.from.catalog.major < 15 {
            why.push("the server is older than PostgreSQL 15".to_owned());
        }
        why.extend(unfit.iter().map(|(table, why)| format!("{table} {why}")));
        Ok(why)
    }

    /// Whatever ends this is swept: slot, publication, subscription, database.
    pub fn copy_online<'c>(
        &self,
        steps: &mut Steps<'c>,
        around: &mut Around<'_>,
        chosen: &mut Chosen<'_>,
    ) -> Result<Done>
    where
        Self: 'c,
    {
        let Keeping { ctx, live, .. } = *self;
        self.sweep_unfinished(steps)?;
        // As long as this is there, nobody takes our feed for a leftover.
        let tending = ctx.wait(feed::between::tend(live))?;
        let prepared = steps.step("tables", |_| self.make_tables(chosen))?;
        let new = &prepared.new;
        let (feed, hands) = steps.step("feed", |_| {
            let tables = published(&chosen.matched.moves);
            ctx.term.equivalent(
                "sql>",
                "CREATE PUBLICATION xtask_online FOR TABLE <each (columns)>; \
                 SELECT pg_create_logical_replication_slot(<slot>, 'pgoutput');",
            );
            let (feed, behind) = ctx.wait(async {
                let feed = Feed::open(live, &tables).await?;
                let behind = Behind::raise(live).await?;
                feed.begin_at(&behind).await?;
                pg_live::Result::Ok((feed, behind))
            })?;
            let hands = self.hands(&prepared, &behind)?;
            let held = behind.since.elapsed().as_secs_f64();
            Ok(told((feed, hands), format!("writers waited {held:.1} s, and go on")))
        })?;
        let copied = self.send_rows(steps, (chosen, &prepared), &hands)?;
        let others = self.send_others(steps, chosen, &hands)?;
        let later = self.build(steps, (chosen, &prepared), (&hands, &copied))?;
        drop(hands);
        // A key that the live database does not have holds for nobody yet.
        let (last, rest): (Vec<&String>, Vec<&String>) =
            prepared.post.rest.iter().chain(&later).partition(|sql| is_new_key(chosen, sql));
        self.run_rest(steps, &prepared, &rest)?;
        steps.step("catch up", |_| {
            ctx.wait(async {
                feed.subscribe(new).await?;
                feed.wait_for(new, LONG).await
            })?;
            Ok(told((), "everything written meanwhile is there"))
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
        // It is in the database that is to be left by everybody.
        drop(tending);
        let hands = self.hands(&prepared, &behind)?;
        steps.long_step("compare rows", |_, progress| {
            let moves = &chosen.matched.moves;
            let (sums, _) = ctx.wait(async {
                let session = Session::connect(live, "copy").await?;
                let pieces = rows::pieces(&rows::extents_of_sources(&session, moves).await?);
                let nothing = (Vec::new(), &Sent::new());
                rows::build_and_compare(&hands, (moves, &pieces), nothing, progress).await
            })?;
            require_equal(&sums)?;
            let tables = counted(sums.tables(), "table");
            Ok(told((), format!("{} rows in {tables}", sums.rows())))
        })?;
        if !last.is_empty() {
            self.run_rest(steps, &prepared, &last)?;
        }
        self.carry_journal(self.target, &behind, new)?;
        steps.step("analyze", |_| self.finish_tables(chosen, &hands))?;
        drop(hands);
        self.take_over(steps, (chosen, &prepared, &others), behind)
    }
}

/// Each table that rows go into, once.
pub(super) fn published(moves: &[Move]) -> Vec<Published> {
    let tables: BTreeMap<&Id, &Move> = moves.iter().map(|it| (&it.to, it)).collect();
    tables.into_values().map(Move::published).collect()
}

/// Replication does not ask foreign keys: one that the live database does not
/// have in the same words is made behind the last change.
pub(super) fn is_new_key(chosen: &Chosen<'_>, sql: &str) -> bool {
    let Some((table, name)) = super::shape::foreign_key(sql) else { return false };
    let found = &chosen.work.found;
    let id = Id::part(Kind::Constraint, &table.0, &table.1, &name);
    let definition = |catalog: &pg_diff::Catalog| {
        let it = catalog.body(&id).and_then(|it| it.constraint())?;
        (it.kind == ConstraintKind::Foreign && it.is_validated).then(|| it.definition.clone())
    };
    match (definition(&found.from.catalog), definition(&found.to.catalog)) {
        (Some(before), Some(after)) => before != after,
        _ => true,
    }
}
