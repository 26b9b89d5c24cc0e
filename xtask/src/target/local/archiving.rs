//! What a local server does with its write-ahead log: nothing, keep it until
//! somebody asks for it, or hand it to pgBackRest.
//!
//! ```text
//! HOME/pgbackrest/
//!   pgbackrest.conf   written by us, read by the server's account
//!   conf.d/           what somebody adds: another repository, encryption
//!   archiving         the system identifier of the cluster that archives
//!   repository/       backups and archive, unless they are elsewhere
//!   log/ lock/ spool/
//! ```
//!
//! Must never: let another cluster than the one that was agreed to archive, or
//! one that is being built or serves scratch databases.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Local, Slot};
use crate::context::Ctx;
use crate::private_file::write_private;
use crate::proc::Run;
use crate::tools::{pgbackrest, postgres};

pub const STANZA: &str = "main";

/// Seconds after which a segment is archived that is not full. That much is
/// lost with the disk at most.
const ARCHIVE_TIMEOUT: u32 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archiving {
    Off,
    /// What is to be archived stays where it is until the server is told how.
    Waiting,
    On,
}

impl Local {
    /// Everything of pgBackRest.
    pub fn pgbackrest_dir(&self) -> PathBuf {
        self.home.join("pgbackrest")
    }

    fn archiving_mark(&self) -> PathBuf {
        self.pgbackrest_dir().join("archiving")
    }

    /// What tells one cluster from all others: the first number in its control
    /// file, in every major.
    pub fn system_identifier(&self, slot: Slot) -> Option<u64> {
        let bytes = fs::read(self.dir(slot).join("global/pg_control")).ok()?;
        Some(u64::from_ne_bytes(bytes.get(..8)?.try_into().ok()?))
    }

    /// The timeline of the cluster that is served, whose server is stopped.
    /// None where nobody can tell.
    pub fn timeline(&self, ctx: &Ctx) -> Option<u32> {
        let installation = postgres::require(ctx, self.major(Slot::Live)).ok()?;
        let run = self
            .server_program(&installation, "pg_controldata")
            .arg("--pgdata")
            .arg(self.dir(Slot::Live))
            .env("LC_ALL", "C");
        let text = ctx.proc.read(&run).ok()?;
        let label = "Latest checkpoint's TimeLineID:";
        text.lines().find_map(|line| line.strip_prefix(label)?.trim().parse().ok())
    }

    /// What a slot's server is started with.
    pub fn archiving(&self, slot: Slot) -> Archiving {
        let agreed = fs::read_to_string(self.archiving_mark()).ok();
        let agreed = agreed.and_then(|text| text.trim().parse::<u64>().ok());
        let is_agreed = agreed.is_some() && agreed == self.system_identifier(slot);
        match slot {
            Slot::Live if is_agreed => Archiving::On,
            Slot::Live | Slot::New | Slot::Old | Slot::Gone => Archiving::Off,
        }
    }

    /// Archiving was agreed to once, if perhaps for the cluster before.
    pub fn has_archived(&self) -> bool {
        self.archiving_mark().exists()
    }

    /// The server that is started next on the live slot archives.
    pub fn agree_to_archive(&self) -> Result<()> {
        let path = self.dir(Slot::Live).join("global/pg_control");
        let system = self.system_identifier(Slot::Live).with_context(|| {
            format!("reading the identity of the cluster in `{}`", path.display())
        })?;
        write_private(&self.archiving_mark(), system.to_string().as_bytes())
    }

    pub fn stop_archiving(&self) -> Result<()> {
        let path = self.archiving_mark();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing `{}`", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// pgBackRest as the server's account runs it, with our configuration.
    pub fn pgbackrest(&self, program: PathBuf) -> Run {
        Run::new(program)
            .account(self.account.clone())
            .dir(&self.home)
            .args(self.pgbackrest_options())
    }

    fn pgbackrest_options(&self) -> [String; 3] {
        let dir = self.pgbackrest_dir();
        [
            format!("--config={}", dir.join("pgbackrest.conf").display()),
            format!("--config-include-path={}", dir.join("conf.d").display()),
            format!("--stanza={STANZA}"),
        ]
    }

    /// Lines for the server's settings.
    pub(super) fn archive_settings(&self, ctx: &Ctx, archiving: Archiving) -> String {
        match archiving {
            Archiving::Off => String::new(),
            Archiving::Waiting => "archive_mode = on\narchive_command = ''\n".to_owned(),
            Archiving::On => format!(
                "archive_mode = on\narchive_command = '{}'\narchive_timeout = {ARCHIVE_TIMEOUT}\n",
                self.archive_command(ctx).replace('\'', "''")
            ),
        }
    }

    /// One that is not installed any more fails, and that is told; without a
    /// command nothing would.
    fn archive_command(&self, ctx: &Ctx) -> String {
        let program =
            ctx.proc.find(pgbackrest::PROGRAM).unwrap_or_else(|| pgbackrest::PROGRAM.into());
        let words = std::iter::once(program.display().to_string()).chain(self.pgbackrest_options());
        // `%` is the server's, quotes are the shell's.
        let words: Vec<String> = words
            .map(|word| format!("'{}'", word.replace('\'', "'\\''").replace('%', "%%")))
            .collect();
        format!("{} archive-push %p", words.join(" "))
    }

    /// A folder that the server's account owns; `None`: one it can walk through.
    pub fn ensure_pgbackrest_dir(&self, name: Option<&str>) -> Result<PathBuf> {
        let dir = self.pgbackrest_dir();
        match name {
            Some(name) => {
                let dir = dir.join(name);
                self.ensure_owned_dir(&dir)?;
                Ok(dir)
            }
            None => {
                let mode = if self.account.is_some() { 0o711 } else { 0o700 };
                fs::DirBuilder::new()
                    .recursive(true)
                    .mode(mode)
                    .create(&dir)
                    .with_context(|| format!("making `{}`", dir.display()))?;
                Ok(dir)
            }
        }
    }

    /// A folder somewhere else for the server's account alone.
    pub fn ensure_account_dir(&self, dir: &std::path::Path) -> Result<()> {
        self.ensure_owned_dir(dir)
    }

    /// A file that the server's account reads, and nobody else.
    pub fn write_for_account(&self, path: &std::path::Path, text: &str) -> Result<()> {
        write_private(path, text.as_bytes())?;
        self.hand_over(path)
    }

    /// Who runs the server when we are root.
    pub fn account_name(&self) -> Option<&str> {
        self.account.as_ref().map(|it| it.name.as_str())
    }

    /// Where its server listens for programs of this machine.
    pub fn sockets(&self) -> PathBuf {
        self.socket_dir()
    }
}
