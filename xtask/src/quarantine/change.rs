//! Out of quarantine by name: back, or gone for good. Both are plans, proved
//! on a clone and run as any other.
//!
//! Must never: drop what is not overdue, unless that was said.

use std::collections::BTreeSet;
use std::rc::Rc;

use anyhow::Result;
use pg_diff::catalog::Id;
use pg_diff::plan::{HazardKind, Plan};
use pg_diff::{Options as Planning, ddl, plan, quarantine};
use pg_live::Address;
use serde_json::json;

use super::list::{Lying, lying};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::schema::allow::Allowed;
use crate::schema::migrate::{Request, Written, migrate};
use crate::schema::plan_file;
use crate::schema::reading::Reading;
use crate::schema::rules::Rules;
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::target::Target;

pub struct Options {
    /// Before its time.
    pub early: bool,
    pub backup: bool,
    pub allowed: Allowed,
}

/// Drops what is overdue; of some names, only those.
pub fn purge(ctx: &Ctx, target: &Rc<Target>, names: &[String], options: Options) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let all = lying(ctx, &live)?;
    let asked = named(&all, names)?;
    let is_due = |it: &&Lying| it.is_overdue() || options.early;
    if let Some(early) = asked.iter().find(|it| !names.is_empty() && !is_due(it)) {
        return Err(Fault::refused(format!("{} is kept {}", early.name(), early.when()))
            .hint("its rows go for good: if that is meant, add `--early`")
            .into());
    }
    let roots: Vec<&Lying> =
        asked.into_iter().filter(|it| is_due(it) && !it.goes_along()).collect();
    if roots.is_empty() {
        return Ok(nothing_overdue(&all));
    }
    let from = read(ctx, target, &live)?;
    let mut ids: BTreeSet<Id> = BTreeSet::new();
    for root in roots {
        let along = quarantine::goes_with(&from.catalog, &root.kept.id);
        let is_later = |it: &&Lying| along.contains(&it.kept.id) && !it.goes_along() && !is_due(it);
        match all.iter().find(is_later) {
            None => ids.extend(along),
            Some(later) => {
                let why = format!(
                    "{} stays: {} would go with it, and is kept {}",
                    root.name(),
                    later.name(),
                    later.when()
                );
                if !names.is_empty() {
                    return Err(Fault::refused(why)
                        .hint("if both are to go for good, add `--early`")
                        .into());
                }
                ctx.term.warn(&why);
            }
        }
    }
    if ids.is_empty() {
        return Ok(nothing_overdue(&all));
    }
    let left = quarantine::without(&from.catalog, &ids);
    let steps = plan(&from.catalog, &left, &Planning::default());
    if steps.is_empty() {
        return Ok(nothing_overdue(&all));
    }
    let allowed = options.allowed.and(HazardKind::DataLoss);
    run(ctx, target, (from, steps, Plan::default()), (allowed, options.backup))
}

fn nothing_overdue(all: &[Lying]) -> Answer {
    let next = all.iter().find(|it| !it.goes_along());
    let next = next.map_or_else(String::new, |it| format!(": {} is kept {}", it.name(), it.when()));
    let text = format!("nothing in quarantine is overdue{next}");
    Answer::done(text, json!({ "purged": [] }))
}

/// Gives things the names back that they had, with their rows.
pub fn restore(
    ctx: &Ctx,
    target: &Rc<Target>,
    names: &[String],
    options: Options,
) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let all = lying(ctx, &live)?;
    if names.is_empty() {
        return Err(Fault::usage("which one? `cargo xtask quarantine` shows the names").into());
    }
    let ids = named(&all, names)?.iter().map(|it| it.kept.id.clone()).collect();
    let from = read(ctx, target, &live)?;
    let moves = quarantine::take_out(&from.catalog, &ids).map_err(|(id, name)| {
        Fault::refused(format!("{id} cannot come back: something else is called `{name}` by now"))
            .hint(
                "rename that first, or take the rows over by hand: \
             `cargo xtask quarantine` tells where they are",
            )
    })?;
    let passages = || moves.iter().filter_map(|it| it.passage.as_ref());
    let definitions: Vec<&str> =
        passages().flat_map(|it| it.mark.definition.iter().map(String::as_str)).collect();
    let definitions = definitions.join(";\n    ");
    let undo = moves.iter().rev().filter_map(|it| it.passage.as_ref());
    let back = Plan { steps: undo.flat_map(|it| it.undo.clone()).collect(), probes: Vec::new() };
    let steps = moves.iter().flat_map(|it| it.steps.clone()).collect();
    let forward = Plan { steps, probes: Vec::new() };
    let mut answer = run(ctx, target, (from, forward, back), (options.allowed, options.backup))?;
    answer.text.push_str(&format!(
        "\ninit.sql has to say it again, or the next `cargo xtask db-migrate` drops it:\n    {definitions}"
    ));
    Ok(answer)
}

fn read(ctx: &Ctx, target: &Rc<Target>, live: &Address) -> Result<Reading> {
    Reading::of(ctx, &Workshop::open(ctx, target.clone(), live.clone())?, &Side::Live)
}

/// Those that were named; all of them where none was.
fn named<'a>(all: &'a [Lying], names: &[String]) -> Result<Vec<&'a Lying>> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let mut found = Vec::new();
    for name in names {
        // Dropped twice: the last one is meant, the other has the name it has now.
        let fitting: Vec<&Lying> = all.iter().filter(|it| is_called(it, name)).collect();
        if let [first, rest @ ..] = fitting.as_slice()
            && let Some(other) = rest.iter().find(|it| it.kept.mark.was != first.kept.mark.was)
        {
            let (one, two) = (&first.kept.id, &other.kept.id);
            return Err(Fault::usage(format!("`{name}` may be {one} or {two}"))
                .hint("say the name that it has now: `cargo xtask quarantine` tells it")
                .into());
        }
        match fitting.into_iter().max_by(|a, b| a.kept.mark.dropped.cmp(&b.kept.mark.dropped)) {
            Some(it) => found.push(it),
            None => {
                return Err(Fault::usage(format!("nothing in quarantine is called `{name}`"))
                    .hint("cargo xtask quarantine")
                    .into());
            }
        }
    }
    Ok(found)
}

fn is_called(it: &Lying, name: &str) -> bool {
    let (id, was) = (&it.kept.id, it.name());
    let dot = if id.part.is_empty() { String::new() } else { format!(".{}", ddl::ident(&id.part)) };
    let now = format!("{}{dot}", ddl::qualified(id));
    was == *name || now == *name || was.strip_prefix("public.") == Some(name)
}

/// Finds out on a clone where the plan ends, and runs it.
fn run(
    ctx: &Ctx,
    target: &Rc<Target>,
    (from, plan, reverse): (Reading, Plan, Plan),
    (allowed, backup): (Allowed, bool),
) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let progress = ctx.term.progress("prove");
    let workshop = Workshop::open(ctx, target.clone(), live)?;
    let reverse = Some(reverse).filter(|it| !it.is_empty());
    let file = plan_file::made(ctx, &workshop, &from, (plan, reverse), "the quarantine")?;
    drop((progress, workshop));
    let request = Request {
        target: target.clone(),
        init: ctx.config.metadata.init.clone(),
        plan: Some(Written::Made(Box::new(file))),
        command: "quarantine",
        snapshot: false,
        rules: Rules::configured(ctx)?,
        allowed,
        backup,
        resume: false,
        sql: false,
    };
    migrate(ctx, &request)
}
