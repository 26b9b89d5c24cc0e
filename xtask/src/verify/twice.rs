//! The proof that init.sql may run again: where it ran, a second run raises
//! nothing, changes no object and no row.
//!
//! Must never: run it in a database that is served.

use std::rc::Rc;

use anyhow::Result;
use pg_diff::Catalog;
use pg_diff::declared::{Span, parts};
use pg_diff::diff;
use pg_lint::outline::Outline;
use pg_live::content::{Content, content};
use pg_live::{Address, LoadFailure, Session, introspect, load};

use crate::context::{Ctx, Waited};
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::schema::workshop::Workshop;
use crate::target::Target;

/// One thing that a second run does.
pub struct Again {
    /// The statement that does it, where that is known.
    pub span: Option<Span>,
    /// Without a full stop.
    pub message: String,
}

/// Runs init.sql once more on a copy of the scratch database where it ran.
pub fn run_twice(
    ctx: &Ctx,
    target: &Rc<Target>,
    live: &Address,
    init: &InitFile,
) -> Result<Vec<Again>> {
    let progress = ctx.term.progress("running init.sql twice");
    let workshop = Workshop::open(ctx, target.clone(), live.clone())?;
    let once = workshop.shadow(init)?;
    let copy = workshop.copy_of(&once)?;
    let before = state(ctx, &copy)?;
    if let Some(failure) = run(ctx, &copy, init)? {
        let message = format!("a second run stops here: {}", failure.error);
        let span = failure.offset.and_then(|at| init.span(at));
        return Ok(vec![Again { span, message }]);
    }
    let after = state(ctx, &copy)?;
    drop(progress);
    let objects = diff(&before.0, &after.0).into_iter().map(|change| Again {
        span: None,
        message: format!("a second run changes {}", change.object()),
    });
    let rows = before.1.differences(&after.1).into_iter().map(|difference| Again {
        span: insert_of(init, &difference),
        message: format!("after a second run {difference}"),
    });
    Ok(objects.chain(rows).collect())
}

/// Runs the file; where the server stopped, if it did.
fn run(ctx: &Ctx, scratch: &Address, init: &InitFile) -> Result<Option<LoadFailure>> {
    ctx.term.equivalent("$", &format!("psql -d {} -f {}", scratch.database, init.shown));
    let unplaced = |error| LoadFailure { error, offset: None, finished: 0 };
    let ran = ctx.wait(async {
        let session = Session::connect(scratch, "lint").await.map_err(unplaced)?;
        load(&session, &init.text).await
    });
    match ran {
        Ok(()) => Ok(None),
        Err(Waited::Failed(failure)) if failure.error.sqlstate.is_some() => Ok(Some(failure)),
        Err(Waited::Failed(failure)) => Err(init.fault(&failure)),
        Err(Waited::Interrupted) => Err(Fault::interrupted().into()),
        Err(Waited::Runtime(error)) => Err(error.into()),
    }
}

/// Every object, and a hash of every row.
fn state(ctx: &Ctx, scratch: &Address) -> Result<(Catalog, Content)> {
    Ok(ctx.wait(async {
        let catalog = introspect(&Session::connect(scratch, "lint").await?).await?;
        let session = Session::connect(scratch, "lint").await?;
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        pg_live::Result::Ok((catalog, content(&session).await?))
    })?)
}

/// The INSERT into the table that a difference begins with: `public.t has ...`.
fn insert_of(init: &InitFile, difference: &str) -> Option<Span> {
    let table = difference.split(' ').next()?;
    let parts = parts(&init.text);
    let outline = Outline::of(&init.text, &parts);
    let named = |name: &str| table.rsplit('.').next() == Some(name);
    let insert = outline.inserts.iter().find(|it| named(&it.table.name))?;
    init.span(outline.range(insert.at).start)
}
