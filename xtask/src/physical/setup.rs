//! The first use, and what is missing since: configuration, stanza, archiving.
//! Each is done again until it is right, so that a run that was killed is gone
//! on with by the next one.
//!
//! Must never: restart a server without being asked to, or leave it down
//! because archiving does not work.

use anyhow::Result;
use pg_live::archiver::archiver;
use pg_live::{Address, Session};

use super::Repository;
use super::listing::Listing;
use crate::consent;
use crate::context::Ctx;
use crate::outcome::{Exit, Fault, exit_of};
use crate::rebuild::local::require_marker;
use crate::services::{self, Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::target::local::archiving::{Archiving, STANZA};
use crate::target::local::{Local, Slot};

/// What the stanza is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stanza {
    Ours,
    Absent,
    /// The cluster before, as after a rebuild.
    Other,
}

#[derive(Debug)]
pub struct Missing {
    configuration: bool,
    stanza: Stanza,
    archiving: bool,
}

impl Missing {
    pub fn look(
        ctx: &Ctx,
        repository: &Repository<'_>,
        address: &Address,
    ) -> Result<(Missing, Listing)> {
        let local = repository.local;
        let address = &address.with_database("postgres");
        let is_configured = repository.is_configured();
        let listing = if is_configured { repository.listing()? } else { Listing::default() };
        let stanza = stanza(local, &listing);
        let is_on =
            ctx.wait(async { archiver(&Session::connect(address, "backup").await?).await })?.is_on;
        let archiving = !is_on || local.archiving(Slot::Live) != Archiving::On;
        Ok((Missing { configuration: !is_configured, stanza, archiving }, listing))
    }

    pub fn is_nothing(&self) -> bool {
        !self.configuration && self.stanza == Stanza::Ours && !self.archiving
    }

    pub fn would(&self, repository: &Repository<'_>) -> Vec<String> {
        let mut would = Vec::new();
        if self.configuration {
            would.push(format!("write `{}`", repository.config_path().display()));
            would.push(format!("keep backups and archive in `{}`", repository.place().display()));
        }
        match self.stanza {
            Stanza::Ours => {}
            Stanza::Absent => would.push("make the repository ready: `stanza-create`".to_owned()),
            Stanza::Other => would.push(
                "make the repository ready for this cluster, which is another than before: `stanza-upgrade`"
                    .to_owned(),
            ),
        }
        if self.archiving {
            would.push("turn archiving on, which restarts the server".to_owned());
        }
        would
    }
}

/// Does what is missing.
pub fn complete(
    ctx: &Ctx,
    target: &Target,
    repository: &Repository<'_>,
    missing: &Missing,
) -> Result<()> {
    if missing.archiving {
        let question = "Archiving is turned on: the server is restarted, which ends all sessions, \
                        and hands each segment of its write-ahead log to pgBackRest from then on";
        consent::agree(ctx, question)?;
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let done = run(ctx, &mut steps, target, repository, missing);
    steps.withdraw();
    done
}

fn run(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    repository: &Repository<'_>,
    missing: &Missing,
) -> Result<()> {
    steps.step("configuration", |_| {
        repository.ensure()?;
        Ok(told((), "pgbackrest.conf"))
    })?;
    // What it is of can be asked only now where there was no configuration.
    let (name, command) = match stanza(repository.local, &repository.listing()?) {
        Stanza::Ours | Stanza::Absent => ("stanza-create", "stanza-create"),
        Stanza::Other => ("stanza-upgrade", "stanza-upgrade"),
    };
    let address = target.require_running(ctx)?;
    steps.step(name, |_| {
        let run = repository.run_with_server(&address).arg(command);
        let made = repository.require("making the repository ready", &run);
        made.map_err(|error| unready(repository, error))?;
        Ok(told((), format!("stanza {STANZA}")))
    })?;
    if !missing.archiving {
        return Ok(());
    }
    restarting(ctx, steps, target, "turn archiving on", || {
        repository.local.agree_to_archive()?;
        restart_or_without(ctx, repository.local)
    })
}

fn stanza(local: &Local, listing: &Listing) -> Stanza {
    match listing.system_identifier {
        None => Stanza::Absent,
        Some(it) if Some(it) == local.system_identifier(Slot::Live) => Stanza::Ours,
        Some(_) => Stanza::Other,
    }
}

/// Nothing of the server was changed until then.
fn unready(repository: &Repository<'_>, error: anyhow::Error) -> anyhow::Error {
    if exit_of(&error) != Exit::Failed {
        return error;
    }
    let owner = repository.local.account_name();
    let owner = owner.map_or_else(String::new, |it| format!(" by the account `{it}`"));
    Fault::failed(format!("{error:#}"))
        .hint(format!(
            "`{}` must be writable{owner}, and pgBackRest must know the server's major: `pgbackrest version` \
             (2.45 knows up to 15; PostgreSQL's own packages have newer ones)",
            repository.place().display()
        ))
        .into()
}

/// Services that run are stopped around it; those that do not are left so.
fn restarting(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    name: &str,
    restart: impl FnOnce() -> Result<u16>,
) -> Result<()> {
    let scope = if services::running(ctx, target)? > 0 { Scope::All } else { Scope::None };
    let mut around = Around::new(target, scope);
    around.stop(ctx, steps)?;
    let restarted = steps.step(name, |_| Ok(told((), format!("127.0.0.1:{}", restart()?))));
    if restarted.is_err() {
        around.put_back(ctx);
    }
    restarted?;
    around.start(ctx, steps)
}

/// A server that does not start with archiving is started without. It may be
/// one that did start, and whose database is not whole.
fn restart_or_without(ctx: &Ctx, local: &Local) -> Result<u16> {
    restart(ctx, local, || Ok(())).or_else(|error| {
        local.stop_archiving()?;
        let installation = local.installation(ctx)?;
        ctx.interrupt.shield(|| {
            local.stop(ctx, &installation, Slot::Live)?;
            local.start(ctx, &installation, Slot::Live)
        })?;
        Err(Fault::failed(format!("the server runs without archiving, as before: {error:#}"))
            .hint(format!("read its log: `less {}`", local.log().display()))
            .into())
    })
}

/// `between`: what is changed while it is stopped.
fn restart(ctx: &Ctx, local: &Local, between: impl FnOnce() -> Result<()>) -> Result<u16> {
    let installation = local.installation(ctx)?;
    // Stopped midway, it would be down.
    ctx.interrupt.shield(|| {
        local.stop(ctx, &installation, Slot::Live)?;
        between()?;
        let port = local.start(ctx, &installation, Slot::Live)?;
        require_marker(ctx, &local.address(ctx, port)?)?;
        Ok(port)
    })
}

/// Archiving ends; backups and archive stay.
pub fn turn_off(ctx: &Ctx, target: &Target, local: &Local) -> Result<()> {
    consent::agree(
        ctx,
        "Archiving is turned off: the server is restarted, which ends all sessions, and no moment \
         from now on can be restored",
    )?;
    let mut steps = Steps::begin(ctx, target.name())?;
    let done = restarting(ctx, &mut steps, target, "turn archiving off", || {
        // Until it is stopped it archives, and is told as one that does.
        restart(ctx, local, || local.stop_archiving())
    });
    steps.withdraw();
    done
}
