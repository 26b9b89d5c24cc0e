//! The proof of a plan: run on a clone, compared with what is wanted by two
//! who do not know of each other, and undone again.
//!
//! Must never: call a plan proved that one of them objects to.

use anyhow::{Context, Result};
use pg_diff::catalog::{Id, Kind};
use pg_diff::dump::DumpChange;
use pg_diff::plan::{Hazard, HazardKind};
use pg_diff::{Catalog, Change, Dump, Options, Plan, ddl, diff, plan, rename};
use pg_live::prove::{
    Certificate, Estimate, ProofFailure, Sizes, StepFailure, estimate, prove as run_on, sizes,
};
use pg_live::{Address, Session};

use super::clone::{self, Cloning};
use super::lens::Lens;
use super::opinion;
use super::outlook::{Clone, Outlook, read};
use super::reading::{Place, Reading};
use super::workshop::Workshop;
use crate::context::{Ctx, Waited};
use crate::outcome::Fault;
use crate::tools::pg_dump;
use crate::verify::counted;

/// What was seen of a plan.
pub struct Proof {
    pub certificate: Certificate,
    /// Of the live tables it touches, by the names they have now.
    pub sizes: Sizes,
    pub estimate: Estimate,
    /// Back again: run on the clone after the plan.
    pub reverse: Plan,
    /// What the way back does not bring back, or why there is none.
    pub lost: Vec<Hazard>,
    /// What only `pg_dump` sees differ, and did before the plan.
    pub unseen: Vec<DumpChange>,
    /// Of the clone after the plan.
    pub fingerprint: String,
}

pub struct Proving<'a> {
    pub workshop: &'a Workshop<'a>,
    pub clone: Clone,
    pub lens: Lens,
}

/// The clone, once it is what was cloned: else nothing seen on it is true.
pub fn require_clone(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    (cloning, lens): (Cloning, Lens),
    current: &Catalog,
) -> Result<Clone> {
    let (address, dump) = clone::finish(ctx, workshop, cloning)?;
    let (mut cloned, _) = read(ctx, &address, lens)?;
    let left_out = left_out(&cloned, current);
    if !left_out.is_empty() {
        ctx.wait(async {
            let session = Session::connect(&address, "schema").await?;
            for sql in &left_out {
                session.execute(sql).await?;
            }
            pg_live::Result::Ok(())
        })?;
        (cloned, _) = read(ctx, &address, lens)?;
    }
    let is_about_validity = |change: &Change| invalid_index(current, change.object());
    let mut differing = diff(&cloned, current);
    differing.retain(|change| !is_about_validity(change));
    match differing.first() {
        None => Ok(Clone { address, dump }),
        Some(first) => Err(Fault::failed(format!(
            "the clone of the schema differs from it in {}, first {}",
            counted(differing.len(), "object"),
            first.object()
        ))
        .hint("somebody may be changing the schema: run the command again")
        .into()),
    }
}

/// What a dump of the schema leaves out: an index that a failed build left
/// invalid, which is whole on the clone, and the contents of materialized
/// views, without which nobody can read them.
fn left_out(cloned: &Catalog, current: &Catalog) -> Vec<String> {
    let absent = current.objects.iter().filter(|(id, _)| !cloned.contains(id));
    let mut all: Vec<String> = absent
        .filter_map(|(id, object)| object.body.index().map(|index| (id, index)))
        .filter(|(_, index)| !index.is_valid)
        .map(|(id, index)| ddl::create_index(index, &id.name, false).text())
        .collect();
    let is_filled = |side: &Catalog, id: &Id| {
        side.body(id).and_then(|it| it.materialized_view()).is_some_and(|it| it.is_populated)
    };
    let views = current.objects.keys().filter(|id| id.kind == Kind::MaterializedView);
    let mut empty: Vec<(usize, &Id)> = views
        .filter(|id| is_filled(current, id) && !is_filled(cloned, id))
        .map(|id| (height(current, id, 0), id))
        .collect();
    empty.sort();
    all.extend(empty.iter().map(|(_, id)| ddl::refresh(id).text()));
    all
}

/// How many views it stands on: the lower ones are filled first.
fn height(current: &Catalog, id: &Id, seen: usize) -> usize {
    // A view cannot read itself; the bound is for a catalog that lies.
    if seen > 100 {
        return seen;
    }
    let views = current.dependencies.needs(id).map(|(id, _)| id);
    let views = views.filter(|id| matches!(id.kind, Kind::View | Kind::MaterializedView));
    views.map(|id| 1 + height(current, id, seen + 1)).max().unwrap_or(0)
}

fn invalid_index(current: &Catalog, id: &Id) -> bool {
    current.body(id).and_then(|body| body.index()).is_some_and(|index| !index.is_valid)
}

/// Runs the plan on the clone and looks at what it does. What was observed is
/// added to the hazards of the plan.
pub fn prove(ctx: &Ctx, outlook: &mut Outlook, proving: Proving<'_>) -> Result<Proof> {
    let Proving { workshop, clone, lens } = proving;
    let wanted_dump = begin_dump(ctx, workshop, outlook)?;
    let certificate = ctx.wait(run_on(&clone.address, &outlook.plan)).map_err(refused)?;
    let (reached, fingerprint) = read(ctx, &clone.address, lens)?;
    require_reached(outlook, &reached)?;
    let unseen = match wanted_dump {
        Some((dumping, roles)) => {
            let program = workshop.program("pg_dump", &clone.address)?;
            let reached = pg_dump::start_schema(ctx, program, roles)?.finish(ctx)?;
            let wanted = dumping.finish(ctx)?;
            second_opinion(outlook, &clone, (wanted, reached))?
        }
        None => Vec::new(),
    };
    let sizes = live_sizes(ctx, &outlook.from, &certificate)?;
    let estimate = estimate(&outlook.plan, &certificate, &sizes);
    for step in &estimate.steps {
        if let Some(planned) = outlook.plan.steps.get_mut(step.step) {
            // What the plan knew already is not said twice.
            let is_new = |it: &&Hazard| !planned.hazards.iter().any(|known| known.kind == it.kind);
            let seen: Vec<Hazard> = step.hazards.iter().filter(is_new).cloned().collect();
            planned.hazards.extend(seen);
        }
    }
    let (reverse, mut lost) = way_back(ctx, outlook, &reached, &clone.address, lens)?;
    lost.extend(data_loss(outlook));
    Ok(Proof { certificate, sizes, estimate, reverse, lost, unseen, fingerprint })
}

/// How big the tables of a certificate are, where they are live.
pub fn live_sizes(ctx: &Ctx, from: &Reading, certificate: &Certificate) -> Result<Sizes> {
    match &from.place {
        Place::Served(address, _) => Ok(ctx.wait(async {
            sizes(&Session::connect(address, "schema").await?, certificate).await
        })?),
        Place::Shadow | Place::Scratch(_) => Ok(Sizes::new()),
    }
}

type WantedDump = (pg_dump::SchemaDump, pg_dump::Roles);

/// Begins to dump what is wanted; it goes on while the plan runs.
fn begin_dump(ctx: &Ctx, workshop: &Workshop<'_>, outlook: &Outlook) -> Result<Option<WantedDump>> {
    let to = &outlook.to;
    let roles =
        if outlook.from.has_roles { clone::roles(workshop, to) } else { pg_dump::Roles::Different };
    let program = match (&to.place, &to.init) {
        (Place::Served(address, target), _) => target.program(ctx, "pg_dump", address)?,
        (Place::Shadow, Some(init)) => workshop.program("pg_dump", &workshop.shadow(init)?)?,
        (Place::Shadow, None) => return Ok(None),
        (Place::Scratch(address), _) => workshop.program("pg_dump", address)?,
    };
    Ok(Some((pg_dump::start_schema(ctx, program, roles)?, roles)))
}

pub fn refused(why: Waited<ProofFailure>) -> anyhow::Error {
    match why {
        Waited::Failed(ProofFailure::Step(StepFailure { step, sql, error })) => {
            let mut message = format!(
                "the plan does not run on a clone of the schema: step {}: {error}",
                step + 1
            );
            if let Some(context) = &error.context {
                message.push_str(&format!(" [{}]", context.lines().next().unwrap_or_default()));
            }
            let hint = error.hint.map_or_else(
                || "the database was not touched; `cargo xtask db-diff --sql --no-proof` shows the plan".to_owned(),
                |hint| format!("{hint}; the database was not touched"),
            );
            Fault::failed(format!("{message}\n    {}", sql.replace('\n', "\n    ")))
                .hint(hint)
                .into()
        }
        Waited::Failed(ProofFailure::Server(error)) => {
            anyhow::Error::from(error).context("running the plan on a clone of the schema")
        }
        Waited::Interrupted => Fault::interrupted().into(),
        Waited::Runtime(error) => error.into(),
    }
}

/// The first opinion: our own comparison.
fn require_reached(outlook: &Outlook, reached: &Catalog) -> Result<()> {
    let differing = diff(reached, &outlook.desired);
    if differing.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = differing.iter().take(5).map(shown).collect();
    Err(Fault::failed(format!(
        "the plan runs on a clone of the schema and does not reach what is wanted: {}",
        named.join("; ")
    ))
    .hint("this is a mistake of the tool; the database was not touched: `cargo xtask db-diff --sql --no-proof`")
    .into())
}

fn shown(change: &Change) -> String {
    match change {
        Change::Create { object } => format!("{object} is missing"),
        Change::Drop { object } => format!("{object} is left"),
        Change::Alter { object, differences } => {
            let first =
                differences.first().map(|it| format!("{:?} {} -> {}", it.property, it.from, it.to));
            format!("{object}: {}", first.unwrap_or_default())
        }
    }
}

/// The second opinion: `pg_dump` knows what our model may not. What differed
/// before and is not ours to change is told; what the plan brought is a fault.
fn second_opinion(
    outlook: &Outlook,
    clone: &Clone,
    (wanted, reached): (Dump, Dump),
) -> Result<Vec<DumpChange>> {
    let kept = &outlook.filtered.kept;
    let before = clone.dump.as_deref().map(|it| Dump::parse(it).without_kept(kept));
    let reached = reached.without_kept(kept);
    let was_there = before.map_or_else(Vec::new, |before| opinion::compare(&wanted, &before));
    let is_ignored = |change: &DumpChange| {
        outlook.filtered.ignored.iter().any(|id| opinion::is_about(change.object(), id))
    };
    let (unseen, brought): (Vec<_>, Vec<_>) = opinion::compare(&wanted, &reached)
        .into_iter()
        .filter(|change| !is_ignored(change))
        .partition(|change| was_there.contains(change));
    match brought.first() {
        None => Ok(unseen),
        Some(first) => {
            let key = first.object();
            Err(Fault::failed(format!(
                "after the plan `pg_dump` still sees a difference in {} {}:\n{}",
                key.kind.to_lowercase(),
                key.name,
                first.unified()
            ))
            .hint("this is a mistake of the tool; the database was not touched")
            .into())
        }
    }
}

/// The plan back, run on the clone. It may fail: then that is what is told.
fn way_back(
    ctx: &Ctx,
    outlook: &Outlook,
    reached: &Catalog,
    clone: &Address,
    lens: Lens,
) -> Result<(Plan, Vec<Hazard>)> {
    let mut reverse = plan(reached, &outlook.current, &Options::default());
    reverse.steps.extend(rename::undo(&outlook.renamed, &outlook.current));
    let failed = match ctx.wait(run_on(clone, &reverse)) {
        Ok(_) => {
            let mut before = outlook.from.catalog.clone();
            lens.put_before(&mut before);
            let (back, _) =
                read(ctx, clone, lens).context("reading the clone after the way back")?;
            let mut differing = diff(&back, &before);
            differing.retain(|change| !invalid_index(&before, change.object()));
            differing.first().map(|first| (first.object().clone(), shown(first)))
        }
        Err(Waited::Failed(ProofFailure::Step(failure))) => {
            let object = reverse.steps.get(failure.step).map(|step| step.object.clone());
            object.map(|object| (object, format!("the way back fails: {}", failure.error)))
        }
        Err(other) => return Err(refused(other)),
    };
    let lost = failed.map(|(about, why)| Hazard { kind: HazardKind::NotReversible, about, why });
    Ok((reverse, lost.into_iter().collect()))
}

/// Rows and values that go with the plan: the way back makes their place anew,
/// empty.
pub fn data_loss(outlook: &Outlook) -> Vec<Hazard> {
    let all = outlook.plan.hazards().into_iter();
    all.filter(|hazard| hazard.kind == HazardKind::DataLoss).cloned().collect()
}
