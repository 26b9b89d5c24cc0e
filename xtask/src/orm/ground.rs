//! The server on which scratch databases are made: the target's while it is
//! up, else one of this checkout that serves nothing but this.
//!
//! Must never: make anything on a server of others that nobody named.

use std::fs::File;
use std::rc::Rc;

use anyhow::Result;
use pg_live::Address;

use super::verify::Live;
use crate::context::Ctx;
use crate::private_file::wait_for_lock;
use crate::schema::workshop::Workshop;
use crate::target::local::{Local, Slot};
use crate::target::{ServerState, Target, chosen};
use crate::tools::postgres;

/// Where to look, and whose database is live.
pub struct Ground<'a> {
    pub workshop: Workshop<'a>,
    /// The live database, where one is compared.
    pub live: Option<Rc<Target>>,
    /// Ends after the workshop, which cleans up on it.
    _server: Option<ScratchServer<'a>>,
}

impl<'a> Ground<'a> {
    /// On the server of a target whose database is compared.
    pub fn of_target(ctx: &'a Ctx, target: Rc<Target>, address: Address) -> Result<Ground<'a>> {
        let workshop = Workshop::open(ctx, target.clone(), address)?;
        Ok(Ground { workshop, live: Some(target), _server: None })
    }

    /// Without a live database: on the server of the checkout's own target
    /// while that is up, else on one that is started for it.
    pub fn alone(ctx: &'a Ctx, served: Option<&Served>) -> Result<Ground<'a>> {
        if let Some((target, address)) = served {
            let workshop = Workshop::open(ctx, target.clone(), address.clone())?;
            return Ok(Ground { workshop, live: None, _server: None });
        }
        let (server, address) = ScratchServer::start(ctx)?;
        let workshop = Workshop::open(ctx, server.target.clone(), address)?;
        Ok(Ground { workshop, live: None, _server: Some(server) })
    }
}

/// A server that is up, and where its database is.
pub type Served = (Rc<Target>, Address);

/// The checkout's own server that is up: the chosen one, or whichever it is
/// where none was chosen. Nothing is chosen here, and a named target may be
/// anybody's.
pub fn served(ctx: &Ctx) -> Result<Option<Served>> {
    let own = ["compose", "local"];
    let chosen = chosen(ctx)?;
    let is_meant = |name: &&str| chosen.as_deref().is_none_or(|it| it == *name);
    Ok(own.into_iter().filter(is_meant).find_map(|name| {
        // A target that cannot be asked is not up: there are other servers.
        let target = Target::named(ctx, name).map(Rc::new).ok()?;
        let ServerState::Running(_) = target.state(ctx).ok()? else { return None };
        target.require_answering(ctx).ok().map(|address| (target, address))
    }))
}

/// The major of the server that will be asked, where a data directory of this
/// checkout tells it.
pub fn known_major(ctx: &Ctx, live: Live, served: Option<&Served>) -> Result<Option<u32>> {
    if matches!(live, Live::Always | Live::UnlessEmpty) {
        return Ok(None);
    }
    let major = match served.map(|it| &*it.0) {
        Some(Target::Local(local)) => local.major(Slot::Live),
        Some(Target::Compose(_) | Target::Url(_)) => None,
        None => Local::scratch(ctx)?.major(Slot::Live),
    };
    Ok(major)
}

/// A cluster of this checkout that is up while a run needs it.
struct ScratchServer<'a> {
    ctx: &'a Ctx,
    target: Rc<Target>,
    /// One run at a time: it stops the server when it is over.
    _lock: File,
}

impl<'a> ScratchServer<'a> {
    fn start(ctx: &'a Ctx) -> Result<(ScratchServer<'a>, Address)> {
        let local = Local::scratch(ctx)?;
        local.ensure_home(ctx)?;
        let progress = ctx.term.progress("start a scratch server");
        let lock = wait_for_lock(&local.home.join("lock"), &ctx.interrupt)?;
        local.settle(ctx)?;
        let installation = match postgres::require(ctx, local.major(Slot::Live)) {
            Ok(found) => found,
            // Its server programs are gone: there is nothing in it to keep.
            Err(_) => {
                local.discard(ctx, Slot::Live)?;
                postgres::require(ctx, None)?
            }
        };
        if !local.exists(Slot::Live) {
            local.discard(ctx, Slot::Live)?;
            local.init(ctx, &installation, Slot::New)?;
            local.rename(Slot::New, Slot::Live)?;
        }
        let port = local.start(ctx, &installation, Slot::Live)?;
        local.served_by(installation);
        let address = local.address(ctx, port)?.with_database("postgres");
        drop(progress);
        let target = Rc::new(Target::Local(local));
        Ok((ScratchServer { ctx, target, _lock: lock }, address))
    }
}

impl Drop for ScratchServer<'_> {
    fn drop(&mut self) {
        let Target::Local(local) = &*self.target else { return };
        let stopped = self.ctx.interrupt.shield(|| {
            let installation = local.installation(self.ctx)?;
            local.stop(self.ctx, &installation, Slot::Live)
        });
        if let Err(error) = stopped {
            self.ctx.term.warn(&format!("the scratch server is left for the next run: {error:#}"));
        }
    }
}
