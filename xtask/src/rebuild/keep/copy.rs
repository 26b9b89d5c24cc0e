//! The copy way: the tables of init.sql in a new database, the rows copied
//! into them behind a fence, then keys, indexes and the rest.
//!
//! Nothing looks at the rows while they come: no key, no trigger, in whatever
//! circle tables refer to each other. Keys are made afterwards and look at all
//! of them. Readers go on until the swap, writers wait (`pg_live::behind`).
//!
//! Must never: swap in rows that were not compared, or give up the fence
//! before the swap.

use std::time::Duration;

use anyhow::Result;
use pg_live::behind::Behind;
use pg_live::numbers::Counter;
use pg_live::{Address, Session, database, stream};
use serde_json::json;

use super::Keeping;
use super::choose::Chosen;
use super::finish::require_equal;
use super::others::Others;
use super::rows::{self, Hand, Piece, Sent};
use super::sequences::counters;
use super::shape::{self, Post};
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::beside;
use crate::schema::card;
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::verify::{self, counted, maintenance, size};

/// More hands than this wait for the disk, not for each other.
const HANDS: std::ops::RangeInclusive<usize> = 2..=8;

pub(super) fn hand_count() -> usize {
    let count = std::thread::available_parallelism().map_or(2, usize::from);
    count.clamp(*HANDS.start(), *HANDS.end())
}

pub struct Done {
    pub fingerprint: String,
    pub rows: i64,
    /// How long writers waited.
    pub held: Duration,
}

/// The rows, on their way.
pub struct Copied {
    pub pieces: Vec<Piece>,
    pub sent: Sent,
}

/// What is known before anybody waits.
pub struct Prepared {
    pub new: Address,
    pub post: Post,
    pub counters: Vec<Counter>,
}

impl Keeping<'_> {
    /// What a new database could not have, and nobody said that it may go.
    pub fn require_copyable(&self, chosen: &Chosen<'_>) -> Result<()> {
        let mut why = Self::why_not_copied(chosen);
        why.extend(self.why_others_stay(chosen)?);
        if !chosen.work.knows_roles() {
            why.insert(
                0,
                "init.sql is proved on another server, whose roles are others".to_owned(),
            );
        }
        if why.is_empty() {
            return Ok(());
        }
        Err(Fault::refused(format!("the copy way does not fit: {}", why.join("; ")))
            .hint("keep them with the files: `cargo xtask db-rebuild --keep-data --way clone`")
            .into())
    }

    /// What no copy takes along.
    pub(super) fn why_not_copied(chosen: &Chosen<'_>) -> Vec<String> {
        let found = &chosen.work.found;
        let mut why = Vec::new();
        let ignored: Vec<String> = found.filtered.ignored.iter().map(ToString::to_string).collect();
        if !ignored.is_empty() {
            why.push(format!("rules leave alone what it would not have: {}", ignored.join(", ")));
        }
        why
    }

    /// Whatever ends this lets writers go on: the fence goes with it.
    pub fn copy_into_new<'c>(
        &self,
        steps: &mut Steps<'c>,
        around: &mut Around<'_>,
        chosen: &mut Chosen<'_>,
    ) -> Result<Done>
    where
        Self: 'c,
    {
        let ctx = self.ctx;
        let tending = self.sweep_unfinished(steps, "")?;
        let prepared = steps.step("tables", |_| self.make_tables(chosen))?;
        around.stop(ctx, steps)?;
        let behind = steps.step("fence", |_| {
            ctx.term.equivalent(
                "sql>",
                "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE <each> IN SHARE MODE; \
                 SELECT pg_export_snapshot();",
            );
            let behind = self.raise()?;
            self.require_unchanged(chosen)?;
            Ok(told(behind, "writers wait, readers go on"))
        })?;
        let others = self.move_rows(steps, (chosen, &prepared), &behind)?;
        steps.step("analyze", |_| self.finish_tables(chosen, &prepared))?;
        self.take_over(steps, (chosen, &prepared, &others), (behind, &tending))
    }

    pub(super) fn make_tables(&self, chosen: &Chosen<'_>) -> Result<crate::steps::Told<Prepared>> {
        let Keeping { ctx, target, live, .. } = *self;
        let new = live.with_database(&beside(&live.database, "new"));
        let found = &chosen.work.found;
        let before = chosen.work.dump_of_declared("pre-data")?;
        let post = Post::of(&chosen.work.dump_of_declared("post-data")?);
        ctx.wait(async {
            let session = maintenance(live).await?;
            let locale = verify::locale_like(&session, live).await?;
            let sql = database::create_sql(&new.database, &locale);
            ctx.term.equivalent("sql>", &format!("{sql};"));
            database::create(&session, &new.database, &locale).await
        })?;
        ctx.term.equivalent(
            "$",
            &format!("pg_dump --schema-only --section=pre-data | psql -d {}", new.database),
        );
        shape::load(ctx, target, &new, &before)?;
        let mut counters = counters(&found.from.catalog, &found.to.catalog, &found.renamed);
        counters.extend(self.counters_of_extensions(chosen)?);
        let detail = format!("{} takes rows in", new.database);
        Ok(told(Prepared { new, post, counters }, detail))
    }

    /// Rows, keys and indexes, what is said of them, and the rest.
    fn move_rows(
        &self,
        steps: &mut Steps<'_>,
        (chosen, prepared): (&Chosen<'_>, &Prepared),
        behind: &Behind,
    ) -> Result<Others> {
        let hands = self.hands(prepared, behind)?;
        let copied = self.send_rows(steps, (chosen, prepared), &hands)?;
        let others = self.send_others(steps, chosen, &hands)?;
        self.carry_journal(self.target, behind, &prepared.new)?;
        let later = self.build(steps, (chosen, prepared), (&hands, &copied))?;
        let all: Vec<&String> = prepared.post.rest.iter().chain(&later).collect();
        self.run_rest(steps, prepared, &all)?;
        Ok(others)
    }

    pub(super) fn hands(&self, prepared: &Prepared, behind: &Behind) -> Result<Vec<Hand>> {
        let both = (self.live, &prepared.new);
        Ok(self.ctx.wait(Hand::all(hand_count(), both, &behind.snapshot))?)
    }

    pub(super) fn send_rows(
        &self,
        steps: &mut Steps<'_>,
        (chosen, prepared): (&Chosen<'_>, &Prepared),
        hands: &[Hand],
    ) -> Result<Copied> {
        let Keeping { ctx, live, .. } = *self;
        let moves = &chosen.matched.moves;
        steps.long_step("copy", |_, progress| {
            ctx.term.equivalent(
                "sql>",
                &format!(
                    "COPY (SELECT <columns> FROM ONLY <each>) TO STDOUT; -- into {}, {} at once",
                    prepared.new.database,
                    hands.len()
                ),
            );
            let (copied, bytes) = ctx.wait(async {
                let session = Session::connect(live, "copy").await?;
                let extents = rows::extents_of_sources(&session, moves).await?;
                let pieces = rows::pieces(&extents);
                let sent = rows::send(hands, (moves, pieces.clone()), progress).await?;
                let bytes: i64 = extents.iter().map(|it| it.bytes).sum();
                pg_live::Result::Ok((Copied { pieces, sent }, bytes))
            })?;
            let tables = counted(moves.len(), "table");
            let rows: i64 = copied.sent.values().map(|it| it.rows).sum();
            Ok(told(copied, format!("{rows} rows of {tables}, {}", size(bytes))))
        })
    }

    /// Gives what could not be built yet.
    pub(super) fn build(
        &self,
        steps: &mut Steps<'_>,
        (chosen, prepared): (&Chosen<'_>, &Prepared),
        (hands, copied): (&[Hand], &Copied),
    ) -> Result<Vec<String>> {
        let Keeping { ctx, .. } = *self;
        let moves = &chosen.matched.moves;
        steps.long_step("indexes", |_, progress| {
            let builds = self.in_order(prepared)?;
            for it in &builds {
                ctx.term.equivalent("sql>", it.sql.trim_end());
            }
            let count = format!("{} keys and indexes", builds.len());
            let rows = (moves.as_slice(), copied.pieces.as_slice());
            let work = rows::build_and_compare(hands, rows, (builds, &copied.sent), progress);
            let (sums, later) = ctx.wait(work)?;
            require_equal(&sums)?;
            let rows = format!("{} rows in {}", sums.rows(), counted(sums.tables(), "table"));
            Ok(told(later, format!("{count}; {rows} compared")))
        })
    }

    pub(super) fn run_rest(
        &self,
        steps: &mut Steps<'_>,
        prepared: &Prepared,
        all: &[&String],
    ) -> Result<()> {
        steps.long_step("rest", |_, progress| {
            for sql in all {
                self.ctx.term.equivalent("sql>", sql.trim_end());
            }
            self.ctx.wait(async {
                let session = stream::writer(&prepared.new).await?;
                for (at, sql) in all.iter().enumerate() {
                    progress.tell(&format!("{} of {}", at + 1, all.len()));
                    session.execute(sql).await?;
                }
                pg_live::Result::Ok(())
            })?;
            let keys = all.iter().filter(|it| it.contains("FOREIGN KEY")).count();
            let keys = counted(keys, "foreign key");
            Ok(told((), format!("{keys} validated, then triggers and rules")))
        })
    }

    /// Keys first: nobody else can build on their tables. Then the longest.
    fn in_order(&self, prepared: &Prepared) -> Result<Vec<shape::Build>> {
        let sizes = self.ctx.wait(async {
            stream::index_bytes(&Session::connect(self.live, "copy").await?).await
        })?;
        let bytes = |name: &str| sizes.iter().find(|it| it.0 == name).map_or(0, |it| it.1);
        let mut builds = prepared.post.builds.clone();
        builds.sort_by_key(|it| (!it.is_key, std::cmp::Reverse(bytes(&it.name))));
        Ok(builds)
    }

    pub fn answer_of_copy(&self, steps: Steps<'_>, chosen: &Chosen<'_>, done: &Done) -> Answer {
        let took = steps.took();
        let records = steps.end();
        let (database, work) = (&self.live.database, &chosen.work);
        let (held, rows) = (done.held.as_secs_f64(), done.rows);
        let text = format!(
            "{database} is what {} says, with its {rows} rows copied into a new database\n\
             nobody could write to it for {held:.1} s\n\
             the one before is kept as {} (back: `cargo xtask rollback`)\ndone in {:.1} s",
            work.found.to.shown,
            self.kept,
            took.as_secs_f64()
        );
        let mut data = card::document(&work.found, &[]);
        data["way"] = json!(chosen.way.name());
        data["why"] = json!(chosen.why);
        data["fingerprint_after"] = json!(done.fingerprint);
        data["rows"] = json!(rows);
        data["held_ms"] = json!(done.held.as_millis());
        data["kept"] = json!(self.kept);
        data["steps"] = json!(records);
        Answer::done(text, data)
    }
}
