//! A physical backup beside the served cluster: its server brought to the
//! wanted moment, and the cluster that was served kept under a name of its own.
//!
//! ```text
//! HOME/kept-as         the name the cluster in `data.old` is to get; a run between two renames
//! HOME/data.before-*   clusters that restores set aside
//! ```
//!
//! Must never: archive from a cluster that is not served, or let a cluster go
//! that a restore set aside.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use pg_live::{ErrorKind, Session};

use super::archiving::Archiving;
use super::{Local, Slot};
use crate::context::{Ctx, Waited};
use crate::private_file::write_private;
use crate::stamp;
use crate::tools::postgres::Installation;

const PAUSE: Duration = Duration::from_millis(100);
/// From the start of the program until its pid file is there.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(20);
const KEPT: &str = "data.before-";

impl Local {
    /// An empty folder for what pgBackRest restores.
    pub fn make_slot(&self, slot: Slot) -> Result<PathBuf> {
        let dir = self.dir(slot);
        self.ensure_owned_dir(&dir)?;
        Ok(dir)
    }

    /// Starts the new slot's server on a port of its own and waits, however
    /// long that takes, until it has replayed what it was told to.
    pub fn recover(&self, ctx: &Ctx, installation: &Installation) -> Result<u16> {
        let data = self.dir(Slot::New);
        self.touch_log()?;
        let port = self.pick_port(Slot::New)?;
        self.remove_stale_socket(port)?;
        self.write_settings(ctx, &data, port, Archiving::Waiting)?;
        let run = self
            .server_program(installation, "pg_ctl")
            .arg("--pgdata")
            .arg(&data)
            .arg("--log")
            .arg(self.log())
            .args(["--no-wait", "start"]);
        ctx.interrupt.shield(|| ctx.proc.read(&run))?;
        let begun = Instant::now();
        let mut was_there = false;
        loop {
            ctx.interrupt.check()?;
            match self.serving_port(Slot::New) {
                Some(port) => {
                    was_there = true;
                    if self.is_recovered(ctx, port)? {
                        return Ok(port);
                    }
                }
                None if was_there || begun.elapsed() > BEGIN_TIMEOUT => {
                    return Err(self.start_fault(&data).into());
                }
                None => {}
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn is_recovered(&self, ctx: &Ctx, port: u16) -> Result<bool> {
        let address = self.address(ctx, port)?.with_database("postgres");
        let asked = ctx.wait(async {
            let session = Session::connect(&address, "restore").await?;
            pg_live::archiver::is_in_recovery(&session).await
        });
        match asked {
            Ok(is_in_recovery) => Ok(!is_in_recovery),
            // Until it is consistent nobody can ask.
            Err(Waited::Failed(error))
                if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotReady) =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// From now on the cluster in `data.old`, however the run ends, is kept
    /// and not given up. Gives the name of its folder.
    pub fn keep_old(&self) -> Result<String> {
        let known = self.kept_folders();
        let (stamp, _) = stamp::after(known.iter().map(String::as_str));
        let name = format!("{KEPT}{}", stamp::in_name(&stamp));
        write_private(&self.home.join("kept-as"), name.as_bytes())?;
        Ok(name)
    }

    /// The name that the next run gives to what a killed one left.
    pub fn name_to_give(&self) -> Option<String> {
        let name = fs::read_to_string(self.home.join("kept-as")).ok()?;
        let is_due = self.exists(Slot::Live) && self.exists(Slot::Old) && name.starts_with(KEPT);
        is_due.then(|| name.trim().to_owned())
    }

    /// Gives the cluster in `data.old` its name, if it is to be kept. True
    /// when it was.
    pub fn name_kept(&self) -> Result<bool> {
        let Ok(name) = fs::read_to_string(self.home.join("kept-as")) else { return Ok(false) };
        let old = self.dir(Slot::Old);
        let is_kept = name.starts_with(KEPT) && old.exists();
        if is_kept {
            self.move_dir(&old, &self.home.join(name.trim()))?;
        }
        self.forget_keeping()?;
        Ok(is_kept)
    }

    pub fn forget_keeping(&self) -> Result<()> {
        let path = self.home.join("kept-as");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing `{}`", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Clusters that restores set aside, the newest first.
    pub fn kept_clusters(&self) -> Vec<String> {
        let mut kept = self.kept_folders();
        kept.retain(|name| self.home.join(name).join("PG_VERSION").is_file());
        kept
    }

    /// What stands in the name of one, also when it cannot be served any more.
    pub fn kept_folders(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.home).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut kept: Vec<String> = names.filter(|name| name.starts_with(KEPT)).collect();
        kept.sort_by(|a, b| b.cmp(a));
        kept
    }

    /// A cluster that was set aside takes the place of the served one, which
    /// is not there at this moment.
    pub fn serve_kept(&self, name: &str) -> Result<()> {
        self.move_dir(&self.home.join(name), &self.dir(Slot::Live))
    }

    /// It cannot be served: as it was before.
    pub fn set_aside_again(&self, name: &str) -> Result<()> {
        self.move_dir(&self.dir(Slot::Live), &self.home.join(name))
    }

    fn move_dir(&self, from: &Path, to: &Path) -> Result<()> {
        fs::rename(from, to)
            .with_context(|| format!("renaming `{}` to `{}`", from.display(), to.display()))?;
        // The rename itself must survive a power cut.
        Ok(fs::File::open(&self.home)?.sync_all()?)
    }

    /// From one moment to the next it is none that could be served; a run that
    /// is killed meanwhile leaves what the next one sweeps.
    pub fn remove_kept(&self, ctx: &Ctx, name: &str) -> Result<()> {
        self.discard(ctx, Slot::Gone)?;
        self.move_dir(&self.home.join(name), &self.dir(Slot::Gone))?;
        self.discard(ctx, Slot::Gone)
    }
}
