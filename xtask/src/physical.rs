//! Physical backups by pgBackRest, for databases that outgrow dumps: files of
//! the whole cluster, and the archive of what was written since, from which any
//! moment can be had back.
//!
//! Only the server that this tool starts itself has them: its settings, its
//! data directory and its place in the file system are ours.
//!
//! ```text
//! repository.rs   where everything is, the configuration, how it is called
//! listing.rs      what `pgbackrest info` knows: backups, clusters, the archive
//! lag.rs          whether the archive keeps up
//! present.rs      the cluster that is there now
//! differences.rs  its rows beside those of a restored one
//! setup.rs        the first use, and what is missing since
//! backup.rs       made, listed, expired
//! moment.rs       which backup leads to which moment
//! way.rs          the same in words, and as arguments
//! restore.rs      beside the served cluster, looked at, and put in its place
//! undo.rs         back to the cluster that a restore set aside, or gone for good
//! ```
//!
//! Must never: change a server that is not ours to start, or end one that
//! serves before the other was looked at.

pub mod backup;
mod differences;
pub mod lag;
pub mod listing;
pub mod moment;
mod present;
mod repository;
pub mod restore;
mod setup;
pub mod undo;
mod way;

use anyhow::Result;

use crate::flags::Rest;
use crate::outcome::Fault;
use crate::target::Target;
use crate::target::local::Local;

pub use repository::Repository;

/// Who makes a backup, and restores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Dump,
    Pgbackrest,
}

pub const ENGINE_FLAG: (&str, &str) = (
    "--engine ENGINE",
    "dump (default), or pgbackrest: files of the whole server, and any moment since",
);

impl Engine {
    pub fn of(rest: &mut Rest) -> Result<Engine> {
        match rest.value("--engine")?.as_deref() {
            None | Some("dump") => Ok(Engine::Dump),
            Some("pgbackrest") => Ok(Engine::Pgbackrest),
            Some(other) => {
                Err(Fault::usage(format!("--engine is dump or pgbackrest, not `{other}`")).into())
            }
        }
    }
}

/// The cluster, if it is one that this tool starts.
pub fn require_local(target: &Target) -> Result<&Local> {
    let (why, hint) = match target {
        Target::Local(local) => return Ok(local),
        Target::Compose(_) => (
            "the server of target `compose` lives in a container whose image has no pgBackRest",
            "set pgBackRest up in an image of yours, with archive_mode and archive_command; \
             dumps work there: `cargo xtask backup`",
        ),
        Target::Url(_) => (
            "a server that is reached by a URL has its data directory elsewhere",
            "set pgBackRest up on the machine of that server; dumps work from here: `cargo xtask backup`",
        ),
    };
    Err(Fault::refused(format!(
        "pgBackRest works on the data directory of the server, on its machine: {why}"
    ))
    .hint(hint)
    .into())
}
