//! Two sides, what differs between them, the plan that makes one the other,
//! and its proof.
//!
//! Must never: touch the database that is read, or call two sides equal of
//! which one was not read in full.

use std::collections::BTreeSet;

use anyhow::Result;
use pg_diff::catalog::{Body, Id, Kind};
use pg_diff::declared::Intents;
use pg_diff::filter::Filtered;
use pg_diff::plan::Fill;
use pg_diff::quarantine::{self, Keep, Keeping, Passage, Way};
use pg_diff::rename::{self, Renamed};
use pg_diff::{Catalog, Change, Options, Plan, diff, plan};
use pg_live::{Session, introspect, rows};

use super::lens::Lens;
use super::prove::{self, Proof, Proving};
use super::reading::{Place, Reading};
use super::renames;
use super::rules::Rules;
use super::workshop::Workshop;
use super::{allow, clone};
use crate::context::Ctx;
use crate::outcome::Fault;

/// What becomes of what.
pub struct Outlook {
    pub from: Reading,
    pub to: Reading,
    /// What the files say beside the schema.
    pub intents: Intents,
    /// The current side with its new names.
    pub current: Catalog,
    /// The desired side, with what is left alone as it is now.
    pub desired: Catalog,
    pub filtered: Filtered,
    pub renamed: Vec<Renamed>,
    /// What should be kept and cannot be, and why.
    pub left: Vec<(Id, String)>,
    /// Without what the renames do.
    pub changes: Vec<Change>,
    /// Tables whose columns differ in their order only.
    pub order_only: Vec<Id>,
    /// Renames first.
    pub plan: Plan,
    /// Tables of the current side, by their names there, without a row.
    pub empty: BTreeSet<Id>,
    /// None where there is nothing to prove, or nobody wanted it.
    pub proof: Option<Proof>,
}

impl Outlook {
    pub fn is_equal(&self) -> bool {
        self.changes.is_empty() && self.renamed.is_empty()
    }

    /// What goes into quarantine, by the name it had.
    pub fn kept(&self) -> impl Iterator<Item = (&Id, &Passage)> {
        self.passages(Way::In).map(|(it, passage)| (&it.from, passage))
    }

    /// What comes back from it, by the name it gets.
    pub fn taken_back(&self) -> impl Iterator<Item = (&Id, &Passage)> {
        self.passages(Way::Out).map(|(it, passage)| (&it.to, passage))
    }

    fn passages(&self, way: Way) -> impl Iterator<Item = (&Renamed, &Passage)> {
        let all = self.renamed.iter().filter_map(|it| Some((it, it.passage.as_ref()?)));
        all.filter(move |(_, passage)| passage.way == way)
    }
}

/// What differs, without a plan.
pub struct Comparison {
    pub changes: Vec<Change>,
    pub filtered: Filtered,
    pub unmanaged: Vec<String>,
}

/// Compares two sides as they are, renames not looked at.
pub fn compare(
    workshop: &Workshop<'_>,
    (from, mut to): (Reading, Reading),
    rules: &Rules,
) -> Result<Comparison> {
    let lens = Lens::between(workshop, &from, &to);
    let mut current = from.catalog;
    lens.put_before(&mut current);
    lens.put_before(&mut to.catalog);
    let filtered = rules.filter.apply(&current, &mut to.catalog);
    let changes = diff(&current, &to.catalog);
    Ok(Comparison { changes, filtered, unmanaged: current.unmanaged })
}

/// What init.sql declares again comes back from quarantine, unless something
/// else is renamed to be it.
fn taken_back(
    current: &Catalog,
    desired: &Catalog,
    asked: &[Renamed],
) -> Result<Vec<Renamed>, Fault> {
    for (id, mark) in quarantine::kept(current).iter().filter(|(id, _)| id.kind == Kind::Column) {
        let renamed = asked.iter().find(|it| it.part.is_none() && it.from == id.of(Kind::Table));
        let Some(to) = renamed.map(|it| it.to.with(Kind::Column, &mark.was.part)) else { continue };
        if desired.contains(&to) && !asked.iter().any(|it| it.to == to) {
            return Err(Fault::refused(format!(
                "{to} is to come back from quarantine, and its table is renamed in the same change"
            ))
            .hint("rename the table first and migrate, then declare the column again"));
        }
    }
    let mut moves = quarantine::take_back(current, desired).map_err(|(id, name)| {
        Fault::refused(format!(
            "{id} is to come back from quarantine, and something else is called `{name}` by now"
        ))
        .hint("rename that one in init.sql and migrate, then declare this one again")
    })?;
    moves.retain(|it| !asked.iter().any(|other| other.to == it.to));
    Ok(moves)
}

/// Compares, plans, and proves the plan where `wants_proof` says so.
pub fn outlook(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    (from, to): (Reading, Reading),
    rules: &Rules,
    wants_proof: bool,
) -> Result<Outlook> {
    let lens = Lens::between(workshop, &from, &to);
    let intents = resolve(&to)?;
    let mut current = from.catalog.clone();
    let mut wanted = to.catalog.clone();
    lens.put_before(&mut current);
    lens.put_before(&mut wanted);
    let mut desired = wanted.clone();
    let mut filtered = rules.filter.apply(&current, &mut desired);
    let mut asked = renames::asked(&current, &desired, &intents, to.init.as_ref())?;
    let back = taken_back(&current, &desired, &asked)?;
    asked.extend(back);
    let mut changes = diff(&current, &desired);
    let follows = !rename::following(&current, &desired).is_empty();
    let keeps = rules.keep.is_some() && changes.iter().any(|it| it.mark() == '-');
    let is_equal = changes.is_empty() && asked.is_empty();
    // The models describe no more than tables: there is nothing to plan.
    let is_planned = !is_equal && lens.everything;
    let needs_clone = is_planned && (wants_proof || follows || keeps || !asked.is_empty());
    let clone = if needs_clone {
        let cloning = clone::begin(ctx, workshop, &from)?;
        Some(prove::require_clone(ctx, workshop, (cloning, lens), &current)?)
    } else {
        None
    };
    let (mut renamed, mut left) = (Vec::new(), Vec::new());
    if let Some(clone) = clone.as_ref().filter(|_| follows || keeps || !asked.is_empty()) {
        let keeping = |current: &Catalog, desired: &Catalog, renamed: &[Renamed]| match &rules.keep
        {
            Some(keep) => keeping(ctx, &from.place, (current, desired, renamed), keep),
            None => Ok(Keeping::default()),
        };
        let sides = (&wanted, lens, rules);
        let learned = renames::learn(ctx, workshop, (&clone.address, asked), sides, &keeping)?;
        renamed = learned.renamed;
        left = learned.left;
        current = learned.catalog;
        desired = wanted.clone();
        filtered = rules.filter.apply(&current, &mut desired);
        changes = diff(&current, &desired);
    }
    let order_only = order_only(&current, &desired);
    let mut outlook = Outlook {
        from,
        to,
        intents,
        current,
        desired,
        filtered,
        renamed,
        left,
        changes,
        order_only,
        plan: Plan::default(),
        empty: BTreeSet::new(),
        proof: None,
    };
    if !is_planned {
        return Ok(outlook);
    }
    let options = options(ctx, &mut outlook)?;
    outlook.plan = plan(&outlook.current, &outlook.desired, &options);
    let steps = outlook.renamed.iter().flat_map(|it| it.steps.clone());
    outlook.plan.steps = steps.chain(std::mem::take(&mut outlook.plan.steps)).collect();
    allow::forget_empty(&mut outlook);
    if let Some(clone) = clone.filter(|_| wants_proof) {
        let proving = Proving { workshop, clone, lens };
        outlook.proof = Some(prove::prove(ctx, &mut outlook, proving)?);
    }
    Ok(outlook)
}

/// What moves out of the way of the plan; a table without rows just goes.
fn keeping(
    ctx: &Ctx,
    place: &Place,
    (current, desired, renamed): (&Catalog, &Catalog, &[Renamed]),
    keep: &Keep,
) -> Result<Keeping> {
    let gone = current.objects.keys().filter(|id| !desired.contains(id));
    let tables = gone.map(|id| rename::old_name(renamed, &id.of(Kind::Table)));
    let empty = empty_of(ctx, place, &tables.collect())?;
    let is_empty = |id: &Id| empty.contains(&rename::old_name(renamed, id));
    Ok(quarantine::keep(current, desired, keep, &is_empty))
}

/// What the comments of the files ask for.
fn resolve(to: &Reading) -> Result<Intents> {
    let Some(init) = &to.init else { return Ok(Intents::default()) };
    init.annotations.resolve(&to.catalog).map_err(|errors| {
        let Some(first) = errors.first() else { return Fault::failed("an annotation").into() };
        let fault = Fault::failed(first.message.clone()).excerpt(init.excerpt_of(&first.span));
        match &first.hint {
            Some(hint) => fault.hint(hint.clone()).into(),
            None => fault.into(),
        }
    })
}

/// Tables whose columns are the same in another order.
fn order_only(current: &Catalog, desired: &Catalog) -> Vec<Id> {
    let differs = |(id, order): (&Id, &Vec<std::sync::Arc<str>>)| {
        let other = desired.column_order.get(id)?;
        let names: BTreeSet<_> = order.iter().collect();
        let same = order.len() == other.len() && other.iter().all(|name| names.contains(name));
        (same && order != other).then(|| id.clone())
    };
    current.column_order.iter().filter_map(differs).collect()
}

/// Looks which tables of the plan hold no row.
pub fn look_for_rows(ctx: &Ctx, outlook: &mut Outlook) -> Result<()> {
    let tables = touched(outlook);
    let old = tables.iter().map(|id| rename::old_name(&outlook.renamed, id)).collect();
    outlook.empty = empty_of(ctx, &outlook.from.place, &old)?;
    Ok(())
}

fn empty_of(ctx: &Ctx, place: &Place, tables: &BTreeSet<Id>) -> Result<BTreeSet<Id>> {
    match place {
        Place::Served(address, _) => Ok(ctx.wait(async {
            rows::empty(&Session::connect(address, "schema").await?, tables).await
        })?),
        // A plan for a file is a plan for whoever has rows.
        Place::Shadow | Place::Scratch(_) => Ok(BTreeSet::new()),
    }
}

/// What the plan takes from the rows and from the annotations.
fn options(ctx: &Ctx, outlook: &mut Outlook) -> Result<Options> {
    look_for_rows(ctx, outlook)?;
    let renamed = &outlook.renamed;
    let is_empty = |id: &Id| outlook.empty.contains(&rename::old_name(renamed, id));
    let tables = outlook.current.objects.keys().filter(|id| id.kind == Kind::Table);
    let fills = outlook.intents.backfills.iter().map(|(id, fill)| {
        (id.clone(), Fill { expression: fill.expression.clone(), batch: fill.batch })
    });
    Ok(Options {
        online: true,
        empty: tables.filter(|id| is_empty(id)).cloned().collect(),
        using: outlook.intents.using.clone(),
        backfills: fills.collect(),
        renamed: renamed.clone(),
    })
}

/// Tables that a change is about, that it refers to, or that hang on it.
fn touched(outlook: &Outlook) -> BTreeSet<Id> {
    let mut tables = BTreeSet::new();
    for change in &outlook.changes {
        let id = change.object();
        let about = std::iter::once(id.clone());
        let hanging = outlook.current.dependencies.needed_by(id).map(|(id, _)| id.clone());
        for id in about.chain(hanging) {
            tables.insert(id.of(Kind::Table));
            for side in [&outlook.current, &outlook.desired] {
                match side.body(&id) {
                    Some(Body::Index(index)) => tables.extend([index.table.clone()]),
                    Some(Body::Constraint(it)) => tables.extend(it.references.clone()),
                    _ => {}
                }
            }
        }
    }
    tables.retain(|id| outlook.current.contains(id));
    tables
}

/// Reads a scratch database through the lens, and its fingerprint without.
pub fn read(ctx: &Ctx, address: &pg_live::Address, lens: Lens) -> Result<(Catalog, String)> {
    let mut catalog =
        ctx.wait(async { introspect(&Session::connect(address, "schema").await?).await })?;
    let fingerprint = catalog.fingerprint();
    lens.put_before(&mut catalog);
    Ok((catalog, fingerprint))
}

/// A clone that was found to be what it should be.
pub struct Clone {
    pub address: pg_live::Address,
    /// What `pg_dump` said of the original.
    pub dump: Option<String>,
}
