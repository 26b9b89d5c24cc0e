//! Rebuilding on `local`: a new cluster beside the old one, then the two
//! data directories change places.
//!
//! The old server serves until the new database is built and verified. A kill
//! at any moment leaves `data` or `data.old` whole; the next run puts things
//! in order.
//!
//! Must never: write into the old data directory.

use std::cell::Cell;

use anyhow::Result;
use pg_live::Address;
use serde_json::json;

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Fault};
use crate::rebuild::cluster::{self, Last};
use crate::rebuild::{self, Old, Options};
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::target::local::{Local, Slot};
use crate::target::{ServerState, Target};
use crate::tools::packages;
use crate::tools::postgres::{self, Installation};
use crate::verify::{self, Proven, Verification};
use crate::ways;

pub fn run(ctx: &Ctx, target: &Target, local: &Local, options: Options) -> Result<Answer> {
    if ctx.globals.dry_run {
        return dry_run(ctx, target, local, options);
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, options.services);
    let is_changing = Cell::new(false);
    match build(ctx, &mut steps, &mut around, (local, &is_changing), options) {
        Ok(verification) => {
            ways::begin_anew(ctx, target);
            let started = around.start(ctx, &mut steps);
            let answer = rebuild::answer(ctx, steps, &verification, json!({ "home": local.home }));
            around.conclude(ctx, started, answer)
        }
        Err(error) => {
            // Whatever happened, the old cluster serves again or never stopped.
            let settled = ctx.interrupt.shield(|| settle_and_serve(ctx, local, is_changing.get()));
            if settled.is_ok() {
                around.put_back(ctx);
            }
            let error = rebuild::conclude_failure(steps, error);
            Err(match settled {
                Ok(()) => error,
                Err(second) => Fault::partial(format!(
                    "{error:#}; and putting the old database back failed: {second:#}"
                ))
                .hint("`cargo xtask up` tries again; `cargo xtask status` tells the state")
                .into(),
            })
        }
    }
}

fn build(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    around: &mut Around<'_>,
    (local, is_changing): (&Local, &Cell<bool>),
    options: Options,
) -> Result<Verification> {
    let target = around.target;
    let init = InitFile::read(ctx)?;
    let (new, old_address) = steps.step("preflight", |_| {
        local.ensure_home(ctx)?;
        local.settle(ctx)?;
        let new = installation_for_new(ctx, local, options)?;
        let old = serve_old(ctx, local, options)?;
        let detail = format!("{} lines, PostgreSQL {}", init.lines(), new.major);
        Ok(told((new, old), detail))
    })?;
    around.prepare(ctx, steps)?;
    let address = steps.step("new cluster", |_| {
        local.init(ctx, &new, Slot::New)?;
        let port = local.start(ctx, &new, Slot::New)?;
        Ok(told(local.address(ctx, port)?, "beside the old one"))
    })?;
    let proven = steps.step("prove init.sql", |_| {
        let proven = verify::prove(ctx, target, &address, &init)?;
        Ok(told(proven, "runs from the first line to the last"))
    })?;
    steps.step("build", |_| {
        verify::create_and_load(ctx, &address, &address, &init)?;
        Ok(told((), format!("database {}", address.database)))
    })?;
    let verification = steps.step("verify", |_| {
        let found = rebuild::require_clean(verify::verify(ctx, target, &address, &proven)?)?;
        let detail =
            format!("{} of {} tables, no difference", found.tables_present, found.tables_declared);
        Ok(told(found, detail))
    })?;
    let old = assess(ctx, old_address, &proven)?;
    rebuild::require_consent(ctx, target, &old, options)?;
    cluster::carry_properties(ctx, &old, &address)?;
    around.stop(ctx, steps)?;
    let last = Last { old: &old, seeds: &proven.seeds, options };
    let fence = cluster::fence_and_dump(ctx, steps, target, &last)?;
    steps.step("change places", |_| {
        is_changing.set(true);
        change_places(ctx, local, &new)?;
        Ok(told((), "the old cluster is set aside"))
    })?;
    drop(fence);
    steps.step("serve", |_| {
        let port = local.start(ctx, &new, Slot::Live)?;
        require_marker(ctx, &local.address(ctx, port)?)?;
        // From here on the new one is the database, whatever the disk says.
        local.give_up_old(ctx)?;
        Ok(told((), format!("127.0.0.1:{port}")))
    })?;
    Ok(verification)
}

/// A new cluster is made by the major of the old one, so that a rebuild is
/// never a silent upgrade, or by the best there is.
fn installation_for_new(ctx: &Ctx, local: &Local, options: Options) -> Result<Installation> {
    if postgres::installations(ctx).is_empty() && !ctx.globals.dry_run {
        packages::ensure(ctx, packages::Need::Server)?;
    }
    match postgres::require(ctx, local.major(Slot::Live)) {
        Err(_) if !options.backup() => postgres::require(ctx, None),
        other => other,
    }
}

/// The old database's address, its server started if need be. `Err` inside
/// says why it cannot be read.
fn serve_old(
    ctx: &Ctx,
    local: &Local,
    options: Options,
) -> Result<Option<Result<Address, String>>> {
    let Some(major) = local.major(Slot::Live) else { return Ok(None) };
    let started =
        postgres::require(ctx, Some(major)).and_then(|it| local.start(ctx, &it, Slot::Live));
    match started {
        Ok(port) => Ok(Some(Ok(local.address(ctx, port)?))),
        Err(error) if options.backup() => Err(error),
        Err(error) => Ok(Some(Err(format!("{error:#}")))),
    }
}

fn assess(ctx: &Ctx, old: Option<Result<Address, String>>, proven: &Proven) -> Result<Old> {
    match old {
        None => Ok(Old::None),
        Some(Err(why)) => Ok(Old::Unknown { why }),
        Some(Ok(address)) => cluster::assess(ctx, &address, &proven.seeds),
    }
}

fn change_places(ctx: &Ctx, local: &Local, new: &Installation) -> Result<()> {
    local.stop(ctx, new, Slot::New)?;
    if local.exists(Slot::Live) {
        if local.serving_port(Slot::Live).is_some() {
            let old = postgres::require(ctx, local.major(Slot::Live))?;
            local.stop(ctx, &old, Slot::Live)?;
        }
        local.rename(Slot::Live, Slot::Old)?;
    }
    local.rename(Slot::New, Slot::Live)
}

pub fn require_marker(ctx: &Ctx, address: &Address) -> Result<()> {
    match ctx.wait(pg_live::is_ready(address, &ctx.config.metadata.ready))? {
        pg_live::Probe::Ready => Ok(()),
        pg_live::Probe::Incomplete => {
            Err(Fault::failed("init.sql has not run to its end in the served database")
                .hint("build it anew: `cargo xtask db-rebuild`")
                .into())
        }
    }
}

/// After a failure: leftovers away, and the old server serving. `is_changing`:
/// this very run began to let the two change places. An earlier run that was
/// killed leaves both places taken, too, and what serves since took writes.
pub fn settle_and_serve(ctx: &Ctx, local: &Local, is_changing: bool) -> Result<()> {
    if !local.home.exists() {
        return Ok(());
    }
    if is_changing && local.exists(Slot::Live) && local.exists(Slot::Old) {
        // The new one took the place and did not serve to the end: undo. Under
        // another name its server would not be found any more.
        if local.serving_port(Slot::Live).is_some() {
            local.stop(ctx, &postgres::require(ctx, local.major(Slot::Live))?, Slot::Live)?;
        }
        local.discard(ctx, Slot::New)?;
        local.rename(Slot::Live, Slot::New)?;
    }
    local.settle(ctx)?;
    match local.major(Slot::Live).map(|major| postgres::require(ctx, Some(major))) {
        Some(Ok(installation)) => local.start(ctx, &installation, Slot::Live).map(|_| ()),
        // It did not serve before, and could not.
        Some(Err(_)) | None => Ok(()),
    }
}

fn dry_run(ctx: &Ctx, target: &Target, local: &Local, options: Options) -> Result<Answer> {
    let init = InitFile::read(ctx)?;
    if postgres::installations(ctx).is_empty()
        && let Some(command) = packages::would_run(ctx, packages::Need::Server)
    {
        let would = [
            format!("ask, then run `{command}`"),
            "build the database with what it installs".to_owned(),
        ];
        return Ok(rebuild::dry_answer(ctx, target, &Old::None, &would, options));
    }
    let installation = installation_for_new(ctx, local, options)?;
    let old = match local.state(ctx)? {
        ServerState::Running(address) => {
            let proven = verify::prove(ctx, target, &address, &init)?;
            assess(ctx, Some(Ok(address)), &proven)?
        }
        ServerState::Stopped => {
            Old::Unknown { why: "its server is stopped; the real run starts it".to_owned() }
        }
        ServerState::Absent => Old::None,
    };
    let mut would = vec![format!(
        "make a cluster with {} in {}",
        installation.program("initdb").display(),
        local.dir(Slot::New).display()
    )];
    would.push(format!("prove {} ({} lines) on a scratch database", init.shown, init.lines()));
    if !old.is_empty() && options.backup() {
        would.push("dump the old database into .xtask/backups and read the dump back".to_owned());
    }
    would.push("build the database from init.sql and compare it with the scratch one".to_owned());
    would.push(format!(
        "put the new data directory in the place of {}",
        local.dir(Slot::Live).display()
    ));
    Ok(rebuild::dry_answer(ctx, target, &old, &would, options))
}
