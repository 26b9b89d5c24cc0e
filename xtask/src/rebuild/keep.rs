//! `db-rebuild --keep-data`: the rows stay. A copy of the live database becomes
//! what init.sql says and takes its name; the one before is kept.
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
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::HazardKind;
use pg_diff::rename::old_name;
use pg_live::copy::Copying;
use pg_live::hold::{Held, Names, attached, copy_and_hold};
use pg_live::{Address, Session, database, facts, protection, written};
use serde_json::json;

use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::beside;
use crate::rebuild::{self, swap};
use crate::schema::allow::Allowed;
use crate::schema::card;
use crate::schema::migrate::{self, Applied, Course, Ready, Request, Work};
use crate::schema::outlook::Outlook;
use crate::schema::rules::Rules;
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{counted, maintenance, size};
use crate::ways::{self, loss, record::Baseline};

const COMMAND: &str = "db-rebuild --keep-data";

/// What nobody needs to allow by name: nobody waits at the copy, clients are
/// away anyway and get their own code back, and what goes is counted, asked
/// about, and still in the database that is kept.
const OF_A_COPY: [HazardKind; 6] = [
    HazardKind::LongLock,
    HazardKind::TableRewrite,
    HazardKind::BlocksWrites,
    HazardKind::NotReversible,
    HazardKind::BreaksClients,
    HazardKind::DataLoss,
];

pub struct Options {
    pub services: Scope,
    pub rules: Rules,
    pub allowed: Allowed,
    pub sql: bool,
}

pub fn run(ctx: &Ctx, target: &Rc<Target>, options: Options) -> Result<Answer> {
    let Options { services, rules, allowed, sql } = options;
    let live = target.require_answering(ctx)?;
    require_alone(ctx, &live)?;
    let request = Request {
        target: target.clone(),
        init: ctx.config.metadata.init.clone(),
        plan: None,
        command: COMMAND,
        snapshot: false,
        rules,
        allowed: OF_A_COPY.into_iter().fold(allowed, Allowed::and),
        backup: false,
        resume: false,
        sql,
    };
    let mut work = match migrate::ready(ctx, &request)? {
        Ready::Nothing(answer) => return Ok(*answer),
        Ready::Work(work) => work,
    };
    if work.found.is_equal() {
        return work.only_rows();
    }
    let kept = beside(&live.database, "before");
    let going = going(ctx, &live, &work.found)?;
    if ctx.globals.dry_run {
        return dry_run(ctx, &work, (&live, &kept), &going);
    }
    ctx.term.status(format!("{}{}", work.card(), lines(&going)).trim_end());
    work.require_allowed()?;
    agree(ctx, target, &live, (&work.found, !going.is_empty()))?;
    let mut steps = Steps::begin(ctx, COMMAND, target.name())?;
    let mut around = Around::new(target, services);
    let keeping = Keeping { ctx, target, live: &live, kept: &kept };
    let kept_it = around
        .prepare(ctx, &mut steps)
        .and_then(|()| around.stop(ctx, &mut steps))
        .and_then(|()| keeping.go(&mut steps, &mut work));
    match kept_it {
        Ok(done) => {
            let started = around.start(ctx, &mut steps);
            let answer = keeping.answer(steps, &work, &done);
            around.conclude(ctx, started, answer)
        }
        Err(error) => {
            // The next run sweeps what cannot be dropped now.
            let _ = ctx.interrupt.shield(|| swap::drop_unfinished(ctx, &live));
            around.put_back(ctx);
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

/// Replication knows a database by its number: it would go on with the one
/// that is set aside, and rows would be missing in the new one.
fn require_alone(ctx: &Ctx, live: &Address) -> Result<()> {
    let found = ctx.wait(async { attached(&maintenance(live).await?, &live.database).await })?;
    if found.is_empty() {
        return Ok(());
    }
    let what = format!(
        "`{}` is replicated by {}, which would stay with the database that is set aside",
        live.database,
        found.join(", ")
    );
    Err(Fault::refused(what).hint("end that first, and begin it anew with the new one").into())
}

/// What the plan takes from the rows, counted where it can be.
fn going(ctx: &Ctx, live: &Address, found: &Outlook) -> Result<Vec<String>> {
    let hazards = found.plan.hazards().into_iter();
    let lost: Vec<_> = hazards.filter(|it| it.kind == HazardKind::DataLoss).collect();
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    Ok(ctx.wait(async {
        let session = Session::connect(live, "db-rebuild").await?;
        let mut all = Vec::new();
        for hazard in lost {
            let was = old_name(&found.renamed, &hazard.about);
            let place = (&*was.namespace, &*was.name);
            #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else holds rows")]
            let count = match was.kind {
                Kind::Column => {
                    Some((written::values(&session, place, Some(&was.part)).await?, "value"))
                }
                Kind::Table => Some((written::values(&session, place, None).await?, "row")),
                _ => None,
            };
            let amount = count.map_or_else(String::new, |(count, word)| {
                format!(": {}", counted(usize::try_from(count).unwrap_or(0), word))
            });
            all.push(format!("{was} ({}){amount}", hazard.why));
        }
        pg_live::Result::Ok(all)
    })?)
}

fn lines(going: &[String]) -> String {
    going.iter().map(|it| format!("the new one will not have: {it}\n")).collect()
}

/// A yes; with the database's name where something goes.
fn agree(
    ctx: &Ctx,
    target: &Target,
    live: &Address,
    (found, loses): (&Outlook, bool),
) -> Result<()> {
    let inside =
        ctx.wait(async { protection(&Session::connect(live, "db-rebuild").await?).await })?;
    let mark = target.configured_protection().or(inside);
    let steps = counted(found.plan.steps.len(), "step");
    let what = format!(
        "rebuild `{}` with its rows, {steps} on a copy; meanwhile nobody can connect to it",
        live.database
    );
    if !loses {
        return consent::agree_to_change(ctx, &live.database, mark.as_deref(), &what);
    }
    let story = format!(
        "This will {what}. It will not have what is told above; the database before is kept beside it."
    );
    let protected = mark.as_deref();
    let loss = Loss { database: &live.database, story: &story, is_empty: false, protected };
    consent::agree_to_loss(ctx, &loss).map(|_| ())
}

fn dry_run(
    ctx: &Ctx,
    work: &Work<'_>,
    (live, kept): (&Address, &str),
    going: &[String],
) -> Result<Answer> {
    let mut text = work.card();
    if let Err(error) = work.require_possible() {
        ctx.term.status(text.trim_end());
        return Err(error);
    }
    let would = [
        format!("copy `{}`, and let nobody into it from then on", live.database),
        format!("run the plan on the copy, {}", counted(work.found.plan.steps.len(), "step")),
        "compare the copy with init.sql, and its rows with those before".to_owned(),
        format!("rename `{}` to `{kept}` and the copy to `{0}`", live.database),
    ];
    text.push_str(&lines(going));
    text.push_str("would:\n");
    for (index, step) in would.iter().enumerate() {
        text.push_str(&format!("  {}. {step}\n", index + 1));
    }
    let missing = work.missing();
    if !missing.is_empty() {
        text.push_str(&format!("needs: {}\n", crate::schema::allow::flag_for(&missing)));
    }
    text.push_str("nothing was changed");
    let mut data = work.document();
    data["dry_run"] = json!(true);
    data["would"] = json!(would);
    data["going"] = json!(going);
    Ok(Answer::done(text, data))
}

struct Keeping<'a> {
    ctx: &'a Ctx,
    target: &'a Target,
    live: &'a Address,
    kept: &'a str,
}

struct Done {
    applied: Applied,
    rows: i64,
    /// How long nobody could enter.
    held: Duration,
}

impl Keeping<'_> {
    /// Whatever ends this lets everybody in again: the hold goes with it.
    fn go<'c>(&self, steps: &mut Steps<'c>, work: &mut Work<'_>) -> Result<Done>
    where
        Self: 'c,
    {
        let Keeping { ctx, live, kept, .. } = *self;
        let new = live.with_database(&beside(&live.database, "new"));
        let names = Names { live: &live.database, copy: &new.database, kept };
        steps.step("sweep", |_| {
            swap::drop_unfinished(ctx, live)?;
            Ok(told((), "nothing half-built is left"))
        })?;
        let held = steps.step("copy", |_| self.copy(names, work.found.from.catalog.major))?;
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
            self.swap(names, held, baseline)?;
            Ok(told((), format!("the old one is {kept}")))
        })?;
        let held = since.elapsed();
        work.is_served(&applied);
        Ok(Done { applied, rows, held })
    }

    fn copy(&self, names: Names<'_>, major: u32) -> Result<crate::steps::Told<Held>> {
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

    fn swap(&self, names: Names<'_>, held: Held, baseline: Baseline) -> Result<()> {
        let Keeping { ctx, target, live, kept } = *self;
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
            let Err(error) = swapped else { return Ok(()) };
            // A connection may break after the last word was said.
            let is_there = ctx.interrupt.shield(|| {
                ctx.wait(async { database::list(&maintenance(live).await?, kept).await })
            });
            match is_there {
                Ok(found) if found.iter().any(|it| it.name == kept) => Ok(()),
                _ => Err(error.into()),
            }
        })
    }

    fn answer(&self, steps: Steps<'_>, work: &Work<'_>, done: &Done) -> Answer {
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
        data["applied"] = json!(done.applied.steps);
        data["fingerprint_after"] = json!(done.applied.fingerprint);
        data["rows"] = json!(rows);
        data["held_ms"] = json!(done.held.as_millis());
        data["kept"] = json!(self.kept);
        data["steps"] = json!(records);
        Answer::done(text, data)
    }
}

fn story(counts: &Baseline) -> String {
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
