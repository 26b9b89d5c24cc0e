//! Everything that could stop a rebuild on `compose` half-way, looked at
//! while the old database still serves.
//!
//! Must never: change anything but the local store of images.

use std::time::Duration;

use anyhow::Result;

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::target::compose::{Compose, image};
use crate::target::env_file;
use crate::tools::docker::{self, Container, docker};

/// The files, the image, the port and the volume; one line for the table.
pub fn preflight(ctx: &Ctx, compose: &Compose, init: &InitFile) -> Result<String> {
    compose.cli(ctx)?;
    if !init.is_world_readable() {
        return Err(Fault::failed(format!(
            "`{}` cannot be read by the container's user",
            init.shown
        ))
        .hint(format!("let it be read: `chmod 644 {}`", init.shown))
        .into());
    }
    let conf = &ctx.config.metadata.postgresql_conf;
    if !ctx.root.join(conf).is_file() {
        let shown = conf.display();
        return Err(Fault::failed(format!("`{shown}` is not a file; the container mounts it"))
            .hint(format!("bring it back: `git checkout -- {shown}`"))
            .into());
    }
    if ctx.config.value("POSTGRES_PASSWORD").is_none() {
        return Err(Fault::failed("POSTGRES_PASSWORD is not set")
            .hint("put it into .env (see .env.example)")
            .into());
    }
    let image = image(ctx);
    if !docker::has_image(ctx, &image)? {
        ensure_pulled(ctx, &image)?;
    }
    let container = compose.container(ctx)?;
    check_port(ctx, container.as_ref())?;
    check_volume(ctx, compose, container.as_ref())?;
    Ok(format!("{} lines, image {image}", init.lines()))
}

/// Nobody but our own container may hold the volume.
pub fn check_volume(ctx: &Ctx, compose: &Compose, container: Option<&Container>) -> Result<()> {
    let Some(volume) = compose.volume(ctx)? else { return Ok(()) };
    let ours = container.map(|it| it.id.as_str());
    let others: Vec<String> = docker::volume_users(ctx, &volume)?
        .into_iter()
        .filter(|it| Some(it.id.as_str()) != ours)
        .map(|it| it.name)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let names = others.join(", ");
    let hint = format!("remove what uses it: `docker rm --force {}`", others.join(" "));
    Err(Fault::unavailable(format!("the volume `{volume}` is also used by {names}"))
        .hint(hint)
        .into())
}

/// Gets the image from its registry. A dry run only asks whether it is there.
fn ensure_pulled(ctx: &Ctx, image: &str) -> Result<()> {
    let why = if ctx.globals.dry_run {
        (!docker::registry_has(ctx, image)).then(|| "no registry has it".to_owned())
    } else {
        ctx.term.status(&format!("pulling {image}"));
        let run = docker().args(["pull", "--quiet", image]).timeout(Duration::from_secs(900));
        let pulled = ctx.proc.capture(&run)?;
        (!pulled.is_success()).then(|| pulled.last_words())
    };
    match why {
        None => Ok(()),
        Some(why) => Err(Fault::unavailable(format!(
            "the image `{image}` is not here and cannot be pulled: {why}"
        ))
        .hint("build it from Debian packages: `cargo xtask images`")
        .into()),
    }
}

/// The port must be free, or our own container's.
fn check_port(ctx: &Ctx, container: Option<&Container>) -> Result<()> {
    let wanted = ctx.config.value("POSTGRES_PORT").unwrap_or_else(|| "5432".to_owned());
    let Ok(port) = wanted.parse::<u16>() else {
        return Err(Fault::failed(format!("POSTGRES_PORT is `{wanted}`, not a port number"))
            .hint("mend it in .env")
            .into());
    };
    let is_ours = container.is_some_and(|it| it.running && it.port == Some(port));
    if is_ours || env_file::is_free(port) {
        return Ok(());
    }
    let free = env_file::free_port(port.saturating_add(1), &[])?;
    Err(Fault::unavailable(format!("port {port} on 127.0.0.1 is taken by another program"))
        .hint(format!("choose another one in .env: POSTGRES_PORT={free}"))
        .into())
}
