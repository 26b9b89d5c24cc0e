//! Which database a command works on, and how to reach it.
//!
//! Three kinds: `local` (a private cluster of this checkout), `compose` (the
//! docker-compose stack), and a URL (any PostgreSQL that is already running).
//! The first command that needs one picks, says so, and notes the choice;
//! from then on nothing falls back silently.
//!
//! Must never: change the choice by itself once it is made.

pub mod compose;
pub mod env_file;
pub mod local;
pub mod url;

use anyhow::Result;
use pg_live::Address;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file;
use crate::proc::{Run, process_start};
use crate::tools::compose::ComposeCli;
use crate::tools::docker;
use crate::tools::postgres;

use self::compose::Compose;
use self::local::Local;
use self::url::Url;

#[derive(Debug)]
pub enum Target {
    Local(Local),
    Compose(Compose),
    Url(Url),
}

/// What is where the target's database should be.
#[derive(Clone, Debug)]
pub enum ServerState {
    /// Never made, or removed.
    Absent,
    /// Its data is there, nobody serves it.
    Stopped,
    /// It serves, or tries to.
    Running(Address),
}

impl Target {
    /// The target of this run, choosing and noting one if none was chosen.
    pub fn resolve(ctx: &Ctx) -> Result<Target> {
        if let Some(text) = &ctx.globals.db_url {
            return Ok(Target::Url(Url::ad_hoc(text)?));
        }
        let name = match chosen(ctx)? {
            Some(name) => name,
            None => choose(ctx)?,
        };
        Target::named(ctx, &name)
    }

    pub fn named(ctx: &Ctx, name: &str) -> Result<Target> {
        match name {
            "local" => Ok(Target::Local(Local::open(ctx)?)),
            "compose" => Ok(Target::Compose(Compose::open(ctx)?)),
            other => Ok(Target::Url(Url::named(ctx, other)?)),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Target::Local(_) => "local",
            Target::Compose(_) => "compose",
            Target::Url(url) => &url.name,
        }
    }

    /// The name of its database.
    pub fn database(&self, ctx: &Ctx) -> String {
        match self {
            Target::Local(_) | Target::Compose(_) => ctx.config.database(),
            Target::Url(url) => url.address.database.clone(),
        }
    }

    pub fn state(&self, ctx: &Ctx) -> Result<ServerState> {
        match self {
            Target::Local(local) => local.state(ctx),
            Target::Compose(compose) => compose.state(ctx),
            Target::Url(url) => Ok(ServerState::Running(url.address.clone())),
        }
    }

    /// The database's address; a server that is not running is a failure.
    pub fn require_running(&self, ctx: &Ctx) -> Result<Address> {
        match self.state(ctx)? {
            ServerState::Running(address) => Ok(address),
            ServerState::Stopped => Err(Fault::unavailable(format!(
                "the server of target `{}` is stopped",
                self.name()
            ))
            .hint("start it: `cargo xtask up`")
            .into()),
            ServerState::Absent => {
                Err(Fault::unavailable(format!("target `{}` has no database yet", self.name()))
                    .hint("build it: `cargo xtask db-rebuild`")
                    .into())
            }
        }
    }

    /// Like [`Target::require_running`], and our password is taken: told with
    /// its cause when it is not.
    pub fn require_answering(&self, ctx: &Ctx) -> Result<Address> {
        let address = self.require_running(ctx)?;
        match self {
            Target::Compose(compose) => crate::rebuild::compose::require_answering(ctx, compose),
            Target::Local(_) | Target::Url(_) => Ok(address),
        }
    }

    /// One of PostgreSQL's client programs, set up to reach `address`.
    pub fn program(&self, ctx: &Ctx, name: &str, address: &Address) -> Result<Run> {
        match self {
            Target::Local(local) => {
                Ok(with_address(Run::new(local.installation(ctx)?.program(name)), address)
                    .env("PGAPPNAME", application_name(name)))
            }
            Target::Compose(compose) => compose.program(ctx, name, address),
            Target::Url(url) => Ok(with_address(Run::new(url.client(ctx, name)?), address)
                .env("PGAPPNAME", application_name(name))),
        }
    }

    /// True where its programs see the files of this machine.
    pub fn reads_files(&self) -> bool {
        match self {
            Target::Local(_) | Target::Url(_) => true,
            Target::Compose(_) => false,
        }
    }

    /// See [`Compose::program_on_input`]; None where programs see the files of
    /// this machine.
    pub fn program_on_input(
        &self,
        ctx: &Ctx,
        program: (&str, &[&str]),
        address: &Address,
        room: (u64, u64),
    ) -> Result<Option<Run>> {
        match self {
            Target::Local(_) | Target::Url(_) => Ok(None),
            Target::Compose(compose) => compose.program_on_input(ctx, program, address, room),
        }
    }

    /// A program that works on files alone.
    pub fn offline_program(&self, ctx: &Ctx, name: &str) -> Result<Run> {
        match self {
            Target::Local(local) => Ok(Run::new(local.installation(ctx)?.program(name))),
            Target::Compose(compose) => compose.offline_program(ctx, name),
            Target::Url(url) => Ok(Run::new(url.client(ctx, name)?)),
        }
    }

    /// Marked as protected by the configuration.
    pub fn configured_protection(&self) -> Option<String> {
        match self {
            Target::Url(url) if url.protected => {
                Some(format!("target `{}` in Cargo.toml", url.name))
            }
            Target::Local(_) | Target::Compose(_) | Target::Url(_) => None,
        }
    }
}

/// What `pg_stat_activity` calls a program that this run started, and none of
/// a run on another machine.
pub fn application_name(program: &str) -> String {
    let own = std::process::id();
    format!("xtask/{program}/{own}-{}", process_start(own))
}

pub fn with_address(run: Run, address: &Address) -> Run {
    address.libpq_environment().into_iter().fold(run, |run, (name, value)| match name {
        "PGPASSWORD" => run.secret(name, value),
        _ => run.env(name, value),
    })
}

/// The choice by flag, variable or note, in this order.
pub fn chosen(ctx: &Ctx) -> Result<Option<String>> {
    if let Some(name) = &ctx.globals.target {
        return Ok(Some(name.clone()));
    }
    if let Some(name) = ctx.config.value("XTASK_TARGET") {
        return Ok(Some(name));
    }
    match std::fs::read_to_string(ctx.config.state_dir().join("target")) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|name| !name.is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(anyhow::Error::from(error).context("reading `.xtask/target`")),
    }
}

/// Notes a choice for all later commands.
pub fn remember(ctx: &Ctx, name: &str) -> Result<()> {
    let dir = private_file::ensure_private_dir(&ctx.config.state_dir())?;
    private_file::write_private(&dir.join("target"), format!("{name}\n").as_bytes())
}

/// `compose` when an engine answers and the image is there or can be had,
/// else `local`.
fn choose(ctx: &Ctx) -> Result<String> {
    let image = compose::image(ctx);
    let (name, why) = match docker::why_not(ctx) {
        Some(why) => ("local", format!("no Docker engine: {why}")),
        None if ComposeCli::find(ctx, "probe").is_err() => {
            ("local", "there is no docker-compose".to_owned())
        }
        None if docker::has_image(ctx, &image)? => {
            ("compose", format!("a Docker engine answers and has `{image}`"))
        }
        None if docker::registry_has(ctx, &image) => {
            ("compose", format!("a Docker engine answers and `{image}` can be had"))
        }
        None => {
            ("local", format!("the Docker engine has no image `{image}` and no registry gives it"))
        }
    };
    if !ctx.globals.dry_run {
        remember(ctx, name)?;
    }
    ctx.term.status(&format!(
        "target {name} from now on: {why} (`cargo xtask target NAME` changes it)"
    ));
    if name == "local" && postgres::installations(ctx).is_empty() {
        ctx.term.detail("no server programs found; they can be installed");
    }
    Ok(name.to_owned())
}
