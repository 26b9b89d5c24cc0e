//! A private PostgreSQL cluster of this checkout, from the server programs of
//! this machine.
//!
//! ```text
//! HOME/              ~/.local/share/xtask/<project>-<id>, for root /var/lib/xtask/...
//!   checkout         the checkout it belongs to
//!   password         0600, random
//!   port             loopback port, kept while it is free
//!   data/            the cluster that is served
//!   data.new/        being built; swept by the next run
//!   data.old/        set aside during the change of places
//!   data.gone/       given up, being deleted
//!   data.before-*/   set aside by a restore of a physical backup; see `local/recovery.rs`
//!   pgbackrest/      configuration and repository; see `local/archiving.rs`
//!   log              the server's log
//!   run/             its private socket
//! ```
//!
//! Must never: be shared between two checkouts, listen beyond loopback, or
//! run as root.

pub mod archiving;
mod recovery;
mod server;

use std::cell::OnceCell;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pg_live::{Address, Tls};

use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::{ensure_private_dir, write_private};
use crate::proc::Account;
use crate::run_state::is_copied;
use crate::target::ServerState;
use crate::target::env_file::checkout_id;
use crate::tools::postgres::{self, Installation};

#[derive(Debug)]
pub struct Local {
    pub home: PathBuf,
    /// Who runs the server when we are root.
    account: Option<Account>,
    /// Serves scratch databases only: nothing in it is worth a disk's flush.
    is_scratch: bool,
    /// Found once: looking through the machine takes 50 ms.
    serving: OnceCell<Installation>,
}

/// The three places a cluster can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Live,
    New,
    Old,
    /// Given up; only the disk still holds it.
    Gone,
}

impl Local {
    pub fn open(ctx: &Ctx) -> Result<Local> {
        let account = if nix::unistd::geteuid().is_root() { Some(unprivileged()?) } else { None };
        let base = base_dir(ctx, account.is_some())?;
        let own = base.join(format!("{}-{}", ctx.config.metadata.project, checkout_id(ctx)));
        let home = if own.exists() { own } else { moved_home(ctx, &base).unwrap_or(own) };
        Ok(Local { home, account, is_scratch: false, serving: OnceCell::new() })
    }

    /// Another cluster of this checkout, for scratch databases while no server
    /// is up. What is in it may be thrown away at any time.
    pub fn scratch(ctx: &Ctx) -> Result<Local> {
        let live = Local::open(ctx)?;
        let name = format!("{}-scratch-{}", ctx.config.metadata.project, checkout_id(ctx));
        let home = live.home.with_file_name(name);
        Ok(Local { home, is_scratch: true, serving: OnceCell::new(), ..live })
    }

    pub fn dir(&self, slot: Slot) -> PathBuf {
        self.home.join(match slot {
            Slot::Live => "data",
            Slot::New => "data.new",
            Slot::Old => "data.old",
            Slot::Gone => "data.gone",
        })
    }

    pub fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    pub fn exists(&self, slot: Slot) -> bool {
        self.dir(slot).join("PG_VERSION").is_file()
    }

    /// The major the cluster was made by.
    pub fn major(&self, slot: Slot) -> Option<u32> {
        fs::read_to_string(self.dir(slot).join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// The installation that can serve what is there, or the best one.
    pub fn installation(&self, ctx: &Ctx) -> Result<Installation> {
        if let Some(found) = self.serving.get() {
            return Ok(found.clone());
        }
        // While the first cluster is being built, it is the one; also when the
        // old one is given up because nothing here can serve it.
        let (live, new) = (self.major(Slot::Live), self.major(Slot::New));
        let found = match postgres::require(ctx, live.or(new)) {
            Err(_) if new.is_some() => postgres::require(ctx, new)?,
            other => other?,
        };
        Ok(self.serving.get_or_init(|| found).clone())
    }

    /// Notes what was found already.
    pub fn served_by(&self, installation: Installation) {
        let _ = self.serving.set(installation);
    }

    pub fn state(&self, ctx: &Ctx) -> Result<ServerState> {
        if !self.exists(Slot::Live) {
            return Ok(ServerState::Absent);
        }
        match self.serving_port(Slot::Live) {
            Some(port) => Ok(ServerState::Running(self.address(ctx, port)?)),
            None => Ok(ServerState::Stopped),
        }
    }

    pub fn address(&self, ctx: &Ctx, port: u16) -> Result<Address> {
        let path = self.home.join("password");
        let password =
            fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
        Ok(Address {
            host: "127.0.0.1".to_owned(),
            port,
            user: ctx.config.user(),
            password: Some(password.trim().to_owned()),
            database: ctx.config.database(),
            tls: Tls::Disable,
        })
    }

    /// Makes the folder with password and socket place, once.
    pub fn ensure_home(&self, ctx: &Ctx) -> Result<()> {
        let parent = self.home.parent().unwrap_or(&self.home);
        // The account must be able to walk through.
        let mode = if self.account.is_some() { 0o711 } else { 0o700 };
        for dir in [parent, &self.home] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(dir)
                .with_context(|| format!("making `{}`", dir.display()))?;
        }
        let socket_dir = self.socket_dir();
        if let Ok(meta) = fs::symlink_metadata(&socket_dir) {
            let owner =
                self.account.as_ref().map_or_else(|| nix::unistd::geteuid().as_raw(), |it| it.uid);
            if !meta.is_dir() || meta.uid() != owner {
                let shown = socket_dir.display();
                return Err(Fault::failed(format!("`{shown}` is somebody else's"))
                    .hint(format!("look at it: `ls -ld {shown}`"))
                    .into());
            }
        }
        self.ensure_owned_dir(&socket_dir)?;
        write_private(&self.home.join("checkout"), ctx.root.as_os_str().as_encoded_bytes())?;
        if !self.is_scratch {
            let noted = ensure_private_dir(&ctx.config.state_dir())?.join("home");
            write_private(&noted, self.home.as_os_str().as_encoded_bytes())?;
        }
        let password = self.home.join("password");
        if !password.exists() {
            let mut random = [0_u8; 18];
            getrandom::fill(&mut random)
                .map_err(|error| Fault::failed(format!("no random numbers to be had: {error}")))?;
            write_private(&password, hex(&random).as_bytes())?;
        }
        Ok(())
    }

    /// Ends and removes what a killed run left, and puts the served cluster
    /// back in its place. True when something was to be done.
    pub fn settle(&self, ctx: &Ctx) -> Result<bool> {
        let mut settled = false;
        if self.dir(Slot::Gone).exists() {
            self.discard(ctx, Slot::Gone)?;
            settled = true;
        }
        if self.dir(Slot::New).exists() {
            self.discard(ctx, Slot::New)?;
            settled = true;
        }
        if self.dir(Slot::Old).exists() {
            if self.exists(Slot::Live) && self.name_kept()? {
                ctx.term.detail("the cluster that a restore set aside got its name");
            } else if self.exists(Slot::Live) {
                // The new one had been verified before it took the place.
                self.give_up_old(ctx)?;
            } else {
                self.rename(Slot::Old, Slot::Live)?;
            }
            settled = true;
        }
        self.forget_keeping()?;
        Ok(settled)
    }

    /// The new cluster serves: from one moment to the next the old one is
    /// given up. What cannot be deleted is told, and no reason to go back.
    pub fn give_up_old(&self, ctx: &Ctx) -> Result<()> {
        self.discard(ctx, Slot::Gone)?;
        if self.dir(Slot::Old).exists() {
            self.rename(Slot::Old, Slot::Gone)?;
            if let Err(error) = self.discard(ctx, Slot::Gone) {
                ctx.term.warn(&format!("the old data directory is not wholly deleted: {error:#}"));
            }
        }
        Ok(())
    }

    /// Stops and deletes a slot that is not the served one.
    pub fn discard(&self, ctx: &Ctx, slot: Slot) -> Result<()> {
        if self.serving_port(slot).is_some() {
            let installation = postgres::require(ctx, self.major(slot))?;
            self.stop(ctx, &installation, slot)?;
        }
        let dir = self.dir(slot);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing `{}`", dir.display()))
            }
            _ => Ok(()),
        }
    }

    pub fn rename(&self, from: Slot, to: Slot) -> Result<()> {
        let (from, to) = (self.dir(from), self.dir(to));
        fs::rename(&from, &to)
            .with_context(|| format!("renaming `{}` to `{}`", from.display(), to.display()))?;
        // The rename itself must survive a power cut.
        fs::File::open(&self.home)?.sync_all()?;
        Ok(())
    }

    /// Socket paths end at 107 bytes; a long home gets a short stand-in.
    fn socket_dir(&self) -> PathBuf {
        let inside = self.home.join("run");
        if inside.as_os_str().len() <= 80 {
            return inside;
        }
        let name = self.home.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let tail = name.rsplit('-').next().unwrap_or("x");
        PathBuf::from(format!("/tmp/.xtask-{tail}"))
    }

    fn ensure_owned_dir(&self, dir: &Path) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_context(|| format!("making `{}`", dir.display()))?;
        self.hand_over(dir)
    }

    /// Gives a file to the account that runs the server.
    fn hand_over(&self, path: &Path) -> Result<()> {
        match &self.account {
            Some(account) => chown(path, Some(account.uid), Some(account.gid))
                .with_context(|| format!("giving `{}` to {}", path.display(), account.name)),
            None => Ok(()),
        }
    }
}

/// The cluster of a checkout that was moved here: the folder it was made in is
/// gone. A copy finds that folder still there, and gets a cluster of its own.
fn moved_home(ctx: &Ctx, base: &Path) -> Option<PathBuf> {
    if is_copied(ctx) {
        return None;
    }
    let noted = fs::read_to_string(ctx.config.state_dir().join("home")).ok()?;
    let home = PathBuf::from(noted);
    let checkout = PathBuf::from(fs::read_to_string(home.join("checkout")).ok()?);
    (home.parent() == Some(base) && (checkout == ctx.root || !checkout.exists())).then_some(home)
}

fn base_dir(ctx: &Ctx, is_root: bool) -> Result<PathBuf> {
    if let Some(dir) = ctx.config.value("XTASK_LOCAL_DIR") {
        return Ok(PathBuf::from(dir));
    }
    if is_root {
        return Ok(PathBuf::from("/var/lib/xtask"));
    }
    if let Some(dir) = ctx.config.ambient("XDG_DATA_HOME") {
        return Ok(PathBuf::from(dir).join("xtask"));
    }
    match ctx.config.ambient("HOME") {
        Some(home) => Ok(PathBuf::from(home).join(".local/share/xtask")),
        None => {
            Err(Fault::unavailable("`HOME` is not set, so there is no place for the local cluster")
                .hint("set XTASK_LOCAL_DIR to a folder of yours")
                .into())
        }
    }
}

/// PostgreSQL does not run as root: the packages' own account, else nobody.
fn unprivileged() -> Result<Account> {
    for name in ["postgres", "nobody"] {
        if let Some(user) = nix::unistd::User::from_name(name)? {
            return Ok(Account {
                name: name.to_owned(),
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            });
        }
    }
    Err(Fault::unavailable(
        "the server must not run as root, and there is neither `postgres` nor `nobody`",
    )
    .into())
}
