//! The old database of the stack: made to answer, and taken away.
//!
//! Must never: remove a volume that could not be given back when that fails.

use anyhow::Result;
use pg_live::{Address, ErrorKind, Session};

use super::{preflight, up, wait_answering};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::rebuild::Options;
use crate::steps::{Steps, told};
use crate::target::ServerState;
use crate::target::compose::{Compose, Stdin, exec, password_fault};
use crate::tools::docker::{self, Container, docker};

/// Stops the old database and removes its volume. One that could not be
/// removed serves again: nothing was lost.
pub fn take_away(ctx: &Ctx, steps: &mut Steps<'_>, compose: &Compose) -> Result<()> {
    let Some(volume) = compose.volume(ctx)? else {
        return steps.step("down", |_| Ok(told((), remove_containers(ctx, compose)?)));
    };
    let downed = steps.step("down", |_| Ok(told((), remove_containers(ctx, compose)?)));
    let removed = downed.and_then(|()| {
        steps.step("remove volume", |run| {
            preflight::check_volume(ctx, compose, None)?;
            run.old_is_gone(true)?;
            ctx.proc.read(&docker().args(["volume", "rm", &volume]))?;
            Ok(told((), volume.clone()))
        })
    });
    let Err(error) = removed else { return Ok(()) };
    ctx.interrupt.shield(|| {
        if !docker::has_volume(ctx, &volume)? {
            return Ok(());
        }
        steps.run.old_is_gone(false)?;
        ctx.term.status("nothing was lost: starting the old database again");
        let served = up(ctx, compose).and_then(|container| {
            wait_answering(ctx, &container, &compose.address(ctx, &container)?)
        });
        match served {
            Ok(()) => Ok(()),
            Err(second) => Err(anyhow::Error::from(
                Fault::partial(format!(
                    "{error:#}; and starting the old database again failed: {second:#}"
                ))
                .hint("its data is there: `cargo xtask up`"),
            )),
        }
    })?;
    Err(error)
}

/// The old database's address with its container running. `Err` inside says
/// why it cannot be read; without `--no-backup` that ends the run.
pub fn serve_old(
    ctx: &Ctx,
    compose: &Compose,
    options: Options,
) -> Result<Option<Result<Address, String>>> {
    let container = match compose.state(ctx)? {
        ServerState::Absent => return Ok(None),
        ServerState::Running(_) => compose.require_container(ctx)?,
        ServerState::Stopped => up(ctx, compose)?,
    };
    let address = compose.address(ctx, &container)?;
    match wait_answering(ctx, &container, &address) {
        Ok(()) => {
            require_same_server(ctx, &container, &address)?;
            Ok(Some(Ok(address)))
        }
        Err(error) => {
            let told = why_unreadable(ctx, compose, &container, error);
            if options.backup() { Err(told) } else { Ok(Some(Err(format!("{told:#}")))) }
        }
    }
}

/// What answers on the port is the very server in the container. With an
/// engine on another machine it is not, and what is counted here would not be
/// what is removed there.
fn require_same_server(ctx: &Ctx, container: &Container, address: &Address) -> Result<()> {
    let sql = "SELECT system_identifier::text FROM pg_control_system()";
    let run = exec(&container.id, Stdin::Pipe, "psql", address).args([
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--command",
        sql,
    ]);
    let inside = ctx.proc.read(&run)?;
    let outside: String = ctx.wait(async {
        let session = Session::connect(address, "db-rebuild").await?;
        pg_live::Result::Ok(session.query_one(sql, &[]).await?.get(0))
    })?;
    if inside.trim() == outside {
        return Ok(());
    }
    Err(Fault::refused(format!(
        "127.0.0.1:{} is not the server in container `{}`",
        address.port, container.name
    ))
    .hint(
        "the Docker engine must be on this machine: look at DOCKER_HOST and `docker context show`",
    )
    .into())
}

/// The two reasons people meet, in their own words; else the error as it is.
pub fn why_unreadable(
    ctx: &Ctx,
    compose: &Compose,
    container: &Container,
    error: anyhow::Error,
) -> anyhow::Error {
    match error.downcast_ref::<pg_live::Error>().map(|error| error.kind) {
        Some(ErrorKind::Authentication) => return password_fault(ctx, container).into(),
        Some(ErrorKind::Incomplete) => {
            let stopped = docker::init_complaint(&docker::logs(ctx, &container.id))
                .unwrap_or_else(|| format!("{error:#}"));
            return Fault::failed(format!("the database is half-initialised: {stopped}"))
                .hint("repair init.sql, then `cargo xtask db-rebuild`")
                .into();
        }
        _ => {}
    }
    let volume = compose.volume(ctx).ok().flatten();
    let major =
        volume.as_ref().and_then(|volume| docker::volume_major(ctx, volume, &container.image));
    let server = docker::image_major(ctx, &container.image);
    match (volume, major, server) {
        (Some(volume), Some(data), Some(server)) if data != server => Fault::failed(format!(
            "the volume `{volume}` was made by PostgreSQL {data}, the image `{}` is PostgreSQL {server}: a server does not open another major's data",
            container.image
        ))
        .hint(format!(
            "to keep the data, go back to it with POSTGRES_IMAGE=postgres:{data} in .env; to give it up: `cargo xtask db-rebuild --no-backup`"
        ))
        .into(),
        _ => error,
    }
}

/// Stops and removes the service's own containers, whatever their state.
pub fn remove_containers(ctx: &Ctx, compose: &Compose) -> Result<String> {
    let containers = docker::service_containers(ctx, &compose.project, &compose.service)?;
    for container in &containers {
        // Its data is proved, dumped or given up: no need for a long farewell.
        ctx.proc.read(&docker().args(["stop", "--time", "60", &container.id]))?;
        ctx.proc.read(&docker().args(["rm", &container.id]))?;
    }
    Ok(match containers.len() {
        0 => "no container".to_owned(),
        _ => containers.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", "),
    })
}
