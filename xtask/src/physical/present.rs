//! The cluster that is there now, as far as it can be asked.
//!
//! Must never: take a mark that nobody could ask for as one that is not there.

use anyhow::Result;
use pg_live::{Address, ErrorKind, Session, archiver, protection};

use crate::consent::{self, Loss};
use crate::context::{Ctx, Waited};
use crate::target::local::Local;
use crate::target::{ServerState, Target};

pub struct Present {
    /// None when its server does not run: it is not waited for.
    pub served: Option<Address>,
    /// The one that it writes.
    pub timeline: Option<u32>,
    pub mark: Option<String>,
}

impl Present {
    pub fn look(ctx: &Ctx, target: &Target, local: &Local) -> Result<Present> {
        let (served, timeline, inside) = match local.state(ctx)? {
            ServerState::Running(address) => {
                let any = address.with_database("postgres");
                let timeline = ctx.wait(async {
                    archiver::timeline(&Session::connect(&any, "restore").await?).await
                })?;
                let mark = mark(ctx, &address)?;
                (Some(address), Some(timeline), mark)
            }
            ServerState::Stopped => {
                let unknown = "its server does not run, so that nobody can ask whether it is";
                (None, local.timeline(ctx), Some(unknown.to_owned()))
            }
            ServerState::Absent => (None, None, None),
        };
        let mark = target.configured_protection().or(inside);
        Ok(Present { served, timeline, mark })
    }

    /// The name is to be typed.
    pub fn agree_to_restore(&self, ctx: &Ctx) -> Result<()> {
        let database = ctx.config.database();
        let story = "This puts the whole server back to that moment; its present data directory is kept beside.";
        let loss =
            Loss { database: &database, story, is_empty: false, protected: self.mark.as_deref() };
        consent::agree_to_loss(ctx, &loss).map(|_| ())
    }
}

fn mark(ctx: &Ctx, address: &Address) -> Result<Option<String>> {
    let asked = ctx.wait(async { protection(&Session::connect(address, "restore").await?).await });
    match asked {
        Ok(mark) => Ok(mark),
        // Without a database there is nothing to protect.
        Err(Waited::Failed(error)) if error.kind == ErrorKind::NoDatabase => Ok(None),
        Err(error) => Err(error.into()),
    }
}
