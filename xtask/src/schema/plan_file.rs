//! A plan in a file, to be looked at by others and run later: `plan.sql` for
//! people and psql, `plan.json` beside it for us.
//!
//! Must never: run a file whose two halves disagree, or that was made for
//! another schema than the one that is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pg_diff::declared::Intents;
use pg_diff::diff;
use pg_diff::filter::Filtered;
use pg_diff::plan::Plan;
use pg_diff::plan::file::{self, End, FORMAT, PlanFile};
use pg_live::prove::{estimate, prove as run_on};
use pg_live::{Introspection, Session};

use super::clone;
use super::lens::Lens;
use super::outlook::{Outlook, read};
use super::prove::{self, Proof};
use super::reading::{Place, Reading};
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;

/// A fingerprint after each step takes a look at everything after each.
const MAX_LOOKS: usize = 200;

/// `plan.sql` and `plan.json`, whichever of them was named.
fn both(path: &Path) -> (PathBuf, PathBuf) {
    (path.with_extension("sql"), path.with_extension("json"))
}

/// Writes a proved plan; answers what was written.
pub fn write(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    found: &Outlook,
    path: &Path,
) -> Result<(PathBuf, PathBuf)> {
    let Some(proof) = &found.proof else {
        return Err(Fault::usage("--out writes a proved plan: leave `--no-proof` out").into());
    };
    let lens = Lens::between(workshop, &found.from, &found.to);
    let after = match found.plan.steps.len() > MAX_LOOKS {
        true => Vec::new(),
        false => after_each(ctx, workshop, (&found.from, lens), &found.plan)?,
    };
    let to = after.last().cloned().unwrap_or_else(|| proof.fingerprint.clone());
    let written = PlanFile {
        format: FORMAT,
        tool: concat!("xtask ", env!("CARGO_PKG_VERSION")).to_owned(),
        major: found.from.catalog.major,
        from: End { what: found.from.shown.clone(), fingerprint: found.from.fingerprint.clone() },
        to: End { what: found.to.shown.clone(), fingerprint: to },
        plan: found.plan.clone(),
        after,
        reverse: Some(proof.reverse.clone()),
    };
    let (sql, json) = both(path);
    // How to log in somewhere else is for nobody but who runs it.
    let is_secret = found.plan.steps.iter().any(|step| step.shown() != step.sql());
    for (path, text) in [(&sql, written.sql()), (&json, written.json()?)] {
        if is_secret {
            write_private(path, text.as_bytes())?;
        } else {
            std::fs::write(path, text).with_context(|| format!("writing `{}`", path.display()))?;
        }
    }
    Ok((sql, json))
}

/// A plan of our own, with the end that a clone shows.
pub fn made(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    from: &Reading,
    (plan, reverse): (Plan, Option<Plan>),
    to: &str,
) -> Result<PlanFile> {
    let after = after_each(ctx, workshop, (from, whole(workshop)), &plan)?;
    let fingerprint = after.last().unwrap_or(&from.fingerprint).clone();
    Ok(PlanFile {
        format: FORMAT,
        tool: concat!("xtask ", env!("CARGO_PKG_VERSION")).to_owned(),
        major: from.catalog.major,
        from: End { what: from.shown.clone(), fingerprint: from.fingerprint.clone() },
        to: End { what: to.to_owned(), fingerprint },
        plan,
        after,
        reverse,
    })
}

fn whole(workshop: &Workshop<'_>) -> Lens {
    Lens { roles: workshop.roles == crate::tools::pg_dump::Roles::Same, everything: true }
}

/// The fingerprint after each step, seen on another clone, where each step is
/// a transaction of its own.
fn after_each(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    (from, lens): (&Reading, Lens),
    plan: &Plan,
) -> Result<Vec<String>> {
    let cloning = clone::begin(ctx, workshop, from)?;
    let mut current = from.catalog.clone();
    lens.put_before(&mut current);
    let clone = prove::require_clone(ctx, workshop, (cloning, lens), &current)?;
    let prints = ctx.wait(async {
        let session = Session::connect(&clone.address, "prove").await?;
        session.execute("SET check_function_bodies = off").await?;
        let mut prints = Vec::new();
        for step in &plan.steps {
            session.execute(&step.sql()).await?;
            prints.push(Introspection::begin(&session).await?.catalog().fingerprint());
        }
        pg_live::Result::Ok(prints)
    })?;
    Ok(prints)
}

pub fn load(path: &Path) -> Result<PlanFile> {
    let (sql, json) = both(path);
    let text = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))
    };
    file::read(&text(&json)?, &text(&sql)?).map_err(|error| {
        Fault::refused(format!("`{}`: {error}", path.display()))
            .hint("make it again: `cargo xtask db-diff --out plan.sql`")
            .into()
    })
}

/// What a file would do to the schema that is there, proved again.
pub fn outlook(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    from: Reading,
    file: PlanFile,
) -> Result<Outlook> {
    require_same(&from, &file)?;
    let lens = whole(workshop);
    let mut current = from.catalog.clone();
    lens.put_before(&mut current);
    let cloning = clone::begin(ctx, workshop, &from)?;
    let clone = prove::require_clone(ctx, workshop, (cloning, lens), &current)?;
    let certificate = ctx.wait(run_on(&clone.address, &file.plan)).map_err(prove::refused)?;
    let (desired, fingerprint) = read(ctx, &clone.address, lens)?;
    if lens.roles && fingerprint != file.to.fingerprint {
        return Err(Fault::refused("the plan no longer ends where it says it ends")
            .hint("make it again: `cargo xtask db-diff --out plan.sql`")
            .into());
    }
    let sizes = prove::live_sizes(ctx, &from, &certificate)?;
    let estimate = estimate(&file.plan, &certificate, &sizes);
    let reverse = file.reverse.unwrap_or_default();
    let proof = Proof {
        certificate,
        sizes,
        estimate,
        reverse,
        lost: Vec::new(),
        unseen: Vec::new(),
        fingerprint: fingerprint.clone(),
    };
    let to = Reading {
        shown: file.to.what,
        catalog: desired.clone(),
        fingerprint,
        place: Place::Scratch(clone.address),
        init: None,
        seeds: None,
        has_roles: from.has_roles,
        is_partial: false,
    };
    let changes = diff(&current, &desired);
    let mut found = Outlook {
        from,
        to,
        intents: Intents::default(),
        current,
        desired,
        filtered: Filtered::default(),
        renamed: Vec::new(),
        left: Vec::new(),
        changes,
        order_only: Vec::new(),
        plan: file.plan,
        empty: BTreeSet::new(),
        proof: Some(proof),
    };
    super::outlook::look_for_rows(ctx, &mut found)?;
    super::allow::forget_empty(&mut found);
    let lost = prove::data_loss(&found);
    if let Some(proof) = &mut found.proof {
        proof.lost = lost;
    }
    Ok(found)
}

/// The schema must be the one the plan was made for.
fn require_same(from: &Reading, file: &PlanFile) -> Result<()> {
    if from.fingerprint == file.from.fingerprint && from.catalog.major == file.major {
        return Ok(());
    }
    let why = if from.catalog.major == file.major {
        "the schema is not the one the plan was made for".to_owned()
    } else {
        format!("the plan was made for PostgreSQL {}, this is {}", file.major, from.catalog.major)
    };
    Err(Fault::refused(why).hint("make it again: `cargo xtask db-diff --out plan.sql`").into())
}

/// True when the plan has been run already.
pub fn is_done(from: &Reading, file: &PlanFile) -> bool {
    from.fingerprint == file.to.fingerprint
}
