//! Renames on a clone: asked for, run, and everything read again, so that
//! PostgreSQL itself spells what they do to the rest.
//!
//! Must never: run on a database that anybody uses.

use anyhow::Result;
use pg_diff::Catalog;
use pg_diff::catalog::Id;
use pg_diff::declared::Intents;
use pg_diff::quarantine::Keeping;
use pg_diff::rename::{self, Renamed};
use pg_live::{Address, Session};

use super::lens::Lens;
use super::outlook::read;
use super::rules::Rules;
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;

/// The current side under its new names.
pub struct Learned {
    pub renamed: Vec<Renamed>,
    pub catalog: Catalog,
    /// What cannot be kept, and why.
    pub left: Vec<(Id, String)>,
}

/// What is still to be renamed; refused where old and new are both there.
pub fn asked(
    current: &Catalog,
    desired: &Catalog,
    intents: &Intents,
    init: Option<&InitFile>,
) -> Result<Vec<Renamed>> {
    rename::asked(current, desired, intents).map_err(|conflicts| {
        let Some(first) = conflicts.first() else { return Fault::refused("a rename").into() };
        let mut fault = Fault::refused(first.message.clone()).hint(first.hint.clone());
        if let (Some(init), Some(span)) = (init, &first.span) {
            fault = fault.excerpt(init.excerpt_of(span));
        }
        fault.into()
    })
}

/// Which of what `desired` has no longer is kept; `renamed` is done in
/// `current` by then.
pub type Keeper<'a> = dyn Fn(&Catalog, &Catalog, &[Renamed]) -> Result<Keeping> + 'a;

/// Runs the renames on a copy of the clone, then those that follow, then what
/// is kept moves out of the way.
pub fn learn(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    (clone, asked): (&Address, Vec<Renamed>),
    (wanted, lens, rules): (&Catalog, Lens, &Rules),
    keeping: &Keeper<'_>,
) -> Result<Learned> {
    let copy = workshop.copy_of(clone)?;
    let mut renamed = asked;
    run(ctx, &copy, &renamed)?;
    let (mut catalog, _) = read(ctx, &copy, lens)?;
    let mut desired = wanted.clone();
    rules.filter.apply(&catalog, &mut desired);
    let following = rename::following(&catalog, &desired);
    if !following.is_empty() {
        run(ctx, &copy, &following)?;
        renamed.extend(following);
        (catalog, _) = read(ctx, &copy, lens)?;
        desired = wanted.clone();
        rules.filter.apply(&catalog, &mut desired);
    }
    let Keeping { moves, left } = keeping(&catalog, &desired, &renamed)?;
    if !moves.is_empty() {
        run(ctx, &copy, &moves)?;
        renamed.extend(moves);
        (catalog, _) = read(ctx, &copy, lens)?;
    }
    Ok(Learned { renamed, catalog, left })
}

fn run(ctx: &Ctx, copy: &Address, renamed: &[Renamed]) -> Result<()> {
    ctx.wait(async {
        let session = Session::connect(copy, "schema").await?;
        for step in renamed.iter().flat_map(|it| &it.steps) {
            session.execute(&step.sql()).await?;
        }
        pg_live::Result::Ok(())
    })
    .map_err(|why| anyhow::Error::from(why).context("renaming on a clone"))
}
