//! Rebuilding on `compose`: the guide's own road (down, volume away, up),
//! with everything proved first.
//!
//! Must never: remove another volume than the database's, or remove that one
//! while anything that could go wrong afterwards was not looked at before.

mod old;
mod preflight;

pub use old::why_unreadable;

use std::time::{Duration, Instant};

use anyhow::Result;
use pg_live::{Address, Session, wait_ready};
use serde_json::json;

use crate::context::{Ctx, Waited};
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault};
use crate::private_file::write_private;
use crate::rebuild::cluster::{self, Last};
use crate::rebuild::{self, Old, Options};
use crate::services::Around;
use crate::steps::{Steps, told};
use crate::target::compose::{Compose, Stdin, exec, image};
use crate::target::{ServerState, Target};
use crate::tools::docker::{self, Container, docker};
use crate::tools::pg_dump::Roles;
use crate::verify::{self, Proven, Reader, Verification};
use crate::ways;

/// From `up` to the last line of init.sql, on a slow disk.
const READY_DEADLINE: Duration = Duration::from_secs(180);
/// Between two looks at the container; each costs 0.1 s of processor.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

pub fn run(ctx: &Ctx, target: &Target, compose: &Compose, options: Options) -> Result<Answer> {
    if ctx.globals.dry_run {
        return dry_run(ctx, target, compose, options);
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, options.services);
    match build(ctx, &mut steps, &mut around, compose, options) {
        Ok((verification, container)) => {
            ways::begin_anew(ctx, target);
            let more = json!({ "container": container.name, "volume": container.volume, "port": container.port });
            let started = around.start(ctx, &mut steps);
            let answer = rebuild::answer(ctx, steps, &verification, more);
            around.conclude(ctx, started, answer)
        }
        Err(error) => {
            if !steps.run.note().old_is_gone {
                around.put_back(ctx);
            }
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

fn build(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    around: &mut Around<'_>,
    compose: &Compose,
    options: Options,
) -> Result<(Verification, Container)> {
    let target = around.target;
    let init = InitFile::read(ctx)?;
    steps.step("preflight", |_| {
        let detail = preflight::preflight(ctx, compose, &init)?;
        Ok(told((), detail))
    })?;
    around.prepare(ctx, steps)?;
    let old_server = steps.step("old database", |_| {
        let old = old::serve_old(ctx, compose, options)?;
        let detail = match &old {
            None => "none yet".to_owned(),
            Some(Ok(address)) => format!("answers on port {}", address.port),
            Some(Err(why)) => why.clone(),
        };
        Ok(told(old, detail))
    })?;
    let (proven, old) = steps.step("prove init.sql", |_| {
        let (proven, old) = match old_server {
            Some(Ok(address)) => {
                let proven = verify::prove(ctx, target, &address, &init)?;
                let old = cluster::assess(ctx, &address, &proven.seeds)?;
                (proven, old)
            }
            Some(Err(why)) => (prove_elsewhere(ctx, compose, &init)?, Old::Unknown { why }),
            None => (prove_elsewhere(ctx, compose, &init)?, Old::None),
        };
        Ok(told((proven, old), format!("{} lines, from the first to the last", init.lines())))
    })?;
    rebuild::require_consent(ctx, target, &old, options)?;
    around.stop(ctx, steps)?;
    let last = Last { old: &old, seeds: &proven.seeds, options };
    let fence = cluster::fence_and_dump(ctx, steps, target, &last)?;
    old::take_away(ctx, steps, compose)?;
    drop(fence);
    let started = start_new(ctx, steps, compose);
    let (container, address) = match started {
        Ok(it) => it,
        // Whatever is there is new and unfinished: served again by a restart
        // policy it would look like a database.
        Err(error) => {
            return Err(ctx.interrupt.shield(|| clear_half_made(ctx, compose, error))?);
        }
    };
    let verification = steps.step("verify", |_| {
        let found = rebuild::require_clean(verify::verify(ctx, target, &address, &proven)?)?;
        let detail =
            format!("{} of {} tables, no difference", found.tables_present, found.tables_declared);
        cluster::carry_properties(ctx, &old, &address)?;
        Ok(told(found, detail))
    })?;
    Ok((verification, container))
}

/// The new container with an empty volume, until init.sql has run in it.
fn start_new(ctx: &Ctx, steps: &mut Steps<'_>, compose: &Compose) -> Result<(Container, Address)> {
    let container = steps.step("up", |_| {
        let container = up(ctx, compose)?;
        let detail = format!("{}, port {}", container.name, container.port.unwrap_or(0));
        Ok(told(container, detail))
    })?;
    let address = compose.address(ctx, &container)?;
    steps.step("wait for init.sql", |_| {
        wait_complete(ctx, &container, &address)?;
        Ok(told((), "the completion marker answers over TCP"))
    })?;
    Ok((container, address))
}

/// Waits until the old server answers at all; its schema may be half there.
fn wait_answering(ctx: &Ctx, container: &Container, address: &Address) -> Result<()> {
    wait_for(ctx, container, address, "SELECT true")
}

/// Waits for the completion marker, and no longer than the container lives.
pub fn wait_complete(ctx: &Ctx, container: &Container, address: &Address) -> Result<()> {
    wait_for(ctx, container, address, &ctx.config.metadata.ready)
}

fn wait_for(ctx: &Ctx, container: &Container, address: &Address, marker: &str) -> Result<()> {
    ctx.term.equivalent("sql>", &format!("{marker}; -- over TCP, until it answers true"));
    let mut looked = Instant::now();
    let waited = ctx.wait(wait_ready(address, marker, READY_DEADLINE, async || {
        if looked.elapsed() < LOOK_AGAIN {
            return Ok(());
        }
        looked = Instant::now();
        require_alive(ctx, container)
    }));
    match waited {
        Ok(()) => Ok(()),
        Err(Waited::Failed(error)) => Err(error),
        Err(Waited::Interrupted) => Err(Fault::interrupted().into()),
        Err(Waited::Runtime(error)) => Err(error.into()),
    }
}

/// An early exit is told with the log's own words; a restart by the engine
/// counts as one, because then half a schema would look healthy.
fn require_alive(ctx: &Ctx, container: &Container) -> Result<()> {
    let now = docker::inspect(ctx, &[&container.id])?;
    match now.first() {
        Some(it) if it.running && it.restarts == 0 => Ok(()),
        Some(it) => {
            let words = docker::last_complaint(ctx, &it.id);
            Err(Fault::failed(format!(
                "container `{}` stopped (exit {}): {words}",
                it.name, it.exit_code
            ))
            .hint(format!("its log: `docker logs {}`", it.name))
            .into())
        }
        None => Err(Fault::unavailable(format!(
            "container `{}` was removed by somebody else",
            container.name
        ))
        .into()),
    }
}

/// init.sql on a server of the same image that nobody else sees.
fn prove_elsewhere(ctx: &Ctx, compose: &Compose, init: &InitFile) -> Result<Proven> {
    let name = format!("{}-xtask-scratch", compose.project);
    let remove = || ctx.proc.capture(&docker().args(["rm", "--force", "--volumes", &name]));
    remove()?;
    let mut run =
        docker().args(["run", "--detach", "--name", &name, "--publish", "127.0.0.1::5432"]);
    run = run
        .args(["--env", "POSTGRES_PASSWORD", "--env"])
        .arg(format!("POSTGRES_USER={}", ctx.config.user()));
    // Nothing here has to survive: no waiting for the disk.
    run = run.args(["--env", "POSTGRES_INITDB_ARGS=--no-sync"]);
    let password = ctx.config.value("POSTGRES_PASSWORD").unwrap_or_default();
    let run = run
        .arg(image(ctx))
        .args(["postgres", "-c", "fsync=off"])
        .secret("POSTGRES_PASSWORD", password);
    let proved = ctx.proc.read(&run).and_then(|_| {
        let found = docker::inspect(ctx, &[&name])?;
        let Some(container) = found.into_iter().next() else {
            return Err(Fault::unavailable("the scratch container is gone").into());
        };
        let address = compose.address(ctx, &container)?.with_database("postgres");
        wait_answering(ctx, &container, &address)?;
        let program = |address: &Address| Ok(exec(&container.id, Stdin::Pipe, "pg_dump", address));
        verify::prove_on(
            ctx,
            &address,
            &address,
            init,
            Reader { program: &program, roles: Roles::Same },
        )
    });
    ctx.interrupt.shield(remove)?;
    proved
}

/// `compose up` of the database alone; its container.
pub fn up(ctx: &Ctx, compose: &Compose) -> Result<Container> {
    compose.cli(ctx)?.up(ctx, &[&compose.service])?;
    match compose.container(ctx)? {
        Some(container) => Ok(container),
        None => Err(Fault::unavailable(format!(
            "compose made no container for service `{}`",
            compose.service
        ))
        .into()),
    }
}

/// Removes a new database that did not come to its end. What its container
/// said stays; the hint of `error` then says where.
fn clear_half_made(
    ctx: &Ctx,
    compose: &Compose,
    mut error: anyhow::Error,
) -> Result<anyhow::Error> {
    let containers = docker::service_containers(ctx, &compose.project, &compose.service)?;
    if let (Some(container), Some(fault)) = (containers.first(), error.downcast_mut::<Fault>())
        && fault.exit == Exit::Failed
    {
        let log = ctx.config.state_dir().join("container.log");
        write_private(&log, docker::logs(ctx, &container.id).as_bytes())?;
        fault.hint = Some("its log is kept: `.xtask/container.log`".to_owned());
    }
    old::remove_containers(ctx, compose)?;
    if let Some(volume) = compose.volume(ctx)? {
        ctx.proc.read(&docker().args(["volume", "rm", &volume]))?;
    }
    Ok(error)
}

fn dry_run(ctx: &Ctx, target: &Target, compose: &Compose, options: Options) -> Result<Answer> {
    let init = InitFile::read(ctx)?;
    preflight::preflight(ctx, compose, &init)?;
    let old = match compose.state(ctx)? {
        ServerState::Running(_) => match require_answering(ctx, compose) {
            Ok(address) => {
                let proven: Proven = verify::prove(ctx, target, &address, &init)?;
                cluster::assess(ctx, &address, &proven.seeds)?
            }
            Err(error) if options.backup() => return Err(error),
            Err(error) => Old::Unknown { why: format!("{error:#}") },
        },
        ServerState::Stopped => {
            Old::Unknown { why: "its container is stopped; the real run starts it".to_owned() }
        }
        ServerState::Absent => Old::None,
    };
    let mut would =
        vec![format!("prove {} ({} lines) on a scratch database", init.shown, init.lines())];
    if !old.is_empty() && options.backup() {
        would.push("dump the old database into .xtask/backups and read the dump back".to_owned());
    }
    if let Some(container) = compose.container(ctx)? {
        would.push(format!("docker stop and rm {}", container.name));
    }
    if let Some(volume) = compose.volume(ctx)? {
        would.push(format!("docker volume rm {volume}"));
    }
    would.push(compose.cli(ctx)?.up_run(ctx, &[&compose.service]).shown());
    would.push("wait for the completion marker over TCP, then compare with init.sql".to_owned());
    Ok(rebuild::dry_answer(ctx, target, &old, &would, options))
}

/// A connection for those who only look: told like the rest when it fails.
pub fn require_answering(ctx: &Ctx, compose: &Compose) -> Result<Address> {
    let container = compose.require_container(ctx)?;
    let address = compose.address(ctx, &container)?;
    match ctx.wait(Session::connect(&address, "probe")) {
        Ok(_) => Ok(address),
        Err(error) => Err(old::why_unreadable(ctx, compose, &container, error.into())),
    }
}
