//! `--online`: the rows are copied while everybody writes; what is written
//! meanwhile follows by logical replication, and writers wait only for the end
//! of it.
//!
//! Must never: begin where a change could not follow, or leave a slot behind
//! that keeps the server's log for ever.

use std::collections::BTreeMap;

use anyhow::Result;
use pg_diff::catalog::{ConstraintKind, Id, Kind};
use pg_live::behind::Behind;
use pg_live::feed::{self, Feed, Published};
use pg_live::{Address, Session};

use super::Keeping;
use super::choose::Chosen;
use super::copy::Done;
use super::follow::Course;
use super::matching::{Move, place, uppermost};
use crate::outcome::Fault;
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::target::Target;

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
        let tending = self.sweep_unfinished(steps, " --online")?;
        let prepared = steps.step("tables", |_| self.make_tables(chosen))?;
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
        let others = self.send_others(steps, chosen, &hands)?;
        let course = Course { feed, hands, there: self.target };
        let subscribe = async |feed: &Feed, new: &Address| feed.subscribe(new).await;
        let (behind, _) = self.follow(steps, around, (chosen, &prepared), (course, subscribe))?;
        self.take_over(steps, (chosen, &prepared, &others), (behind, &tending))
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
