//! The repository of a local cluster: its folders, its configuration, and how
//! pgBackRest is called with them.
//!
//! Must never: put a password into a file or an argument.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use pg_live::Address;

use super::listing::Listing;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::{Finished, Run};
use crate::target::local::archiving::STANZA;
use crate::target::local::{Local, Slot};
use crate::tools::pgbackrest;

/// A backup of a large cluster takes hours.
const LONG: Duration = Duration::from_secs(7 * 24 * 3600);
/// More processes than this do not make one disk faster.
const MOST_PROCESSES: usize = 4;

pub struct Repository<'a> {
    ctx: &'a Ctx,
    pub local: &'a Local,
    program: PathBuf,
}

impl<'a> Repository<'a> {
    /// Of a cluster that may have none yet.
    pub fn of(ctx: &'a Ctx, local: &'a Local) -> Result<Repository<'a>> {
        Ok(Repository { ctx, local, program: pgbackrest::require(ctx)? })
    }

    /// The one that was set up; None when there is none.
    pub fn existing(ctx: &'a Ctx, local: &'a Local) -> Result<Option<Repository<'a>>> {
        if !local.pgbackrest_dir().join("pgbackrest.conf").exists() {
            return Ok(None);
        }
        Repository::of(ctx, local).map(Some)
    }

    pub fn require_existing(ctx: &'a Ctx, local: &'a Local) -> Result<Repository<'a>> {
        match Repository::existing(ctx, local)? {
            Some(it) => Ok(it),
            None => Err(Fault::failed("there is no repository of pgBackRest yet")
                .hint("set one up with the first backup: `cargo xtask backup --engine pgbackrest`")
                .into()),
        }
    }

    pub fn config_path(&self) -> PathBuf {
        self.local.pgbackrest_dir().join("pgbackrest.conf")
    }

    /// Where backups and archive are: better on another disk than the data.
    pub fn place(&self) -> PathBuf {
        match self.ctx.config.value("XTASK_PGBACKREST_DIR") {
            Some(dir) => self.ctx.root.join(dir),
            None => self.local.pgbackrest_dir().join("repository"),
        }
    }

    fn days(&self) -> i64 {
        self.ctx.config.metadata.retention.days.max(1)
    }

    /// As it is now, whatever the configuration says since the last backup.
    pub fn retention(&self) -> [String; 2] {
        [
            "--repo1-retention-full-type=time".to_owned(),
            format!("--repo1-retention-full={}", self.days()),
        ]
    }

    /// What the configuration is to say.
    pub fn config(&self) -> String {
        let dir = self.local.pgbackrest_dir();
        let processes = std::thread::available_parallelism().map_or(1, usize::from);
        format!(
            "# Written by `cargo xtask backup --engine pgbackrest`; what you add goes into conf.d/.\n\
             [global]\n\
             repo1-path={}\n\
             repo1-retention-full-type=time\n\
             repo1-retention-full={}\n\
             repo1-bundle=y\n\
             compress-type=zst\n\
             compress-level=3\n\
             process-max={}\n\
             start-fast=y\n\
             log-path={}\n\
             lock-path={}\n\
             spool-path={}\n\
             log-level-console=off\n\
             log-level-stderr=warn\n\
             log-level-file=info\n\
             \n\
             [{STANZA}]\n\
             pg1-path={}\n",
            self.place().display(),
            self.days(),
            processes.clamp(1, MOST_PROCESSES),
            dir.join("log").display(),
            dir.join("lock").display(),
            dir.join("spool").display(),
            self.local.dir(Slot::Live).display(),
        )
    }

    /// True when the file says what it is to say.
    pub fn is_configured(&self) -> bool {
        std::fs::read_to_string(self.config_path()).is_ok_and(|text| text == self.config())
    }

    /// Folders and configuration, made or made right.
    pub fn ensure(&self) -> Result<()> {
        self.local.ensure_pgbackrest_dir(None)?;
        for name in ["conf.d", "log", "lock", "spool"] {
            self.local.ensure_pgbackrest_dir(Some(name))?;
        }
        self.local.ensure_account_dir(&self.place()).map_err(|error| {
            Fault::failed(format!("making the place of the backups: {error:#}")).hint(
                "set XTASK_PGBACKREST_DIR to a folder that can be made, and that the account of \
                 the server can reach",
            )
        })?;
        self.local.write_for_account(&self.config_path(), &self.config())
    }

    /// pgBackRest with our configuration, to be told what to do.
    pub fn run(&self) -> Run {
        self.local.pgbackrest(self.program.clone()).timeout(LONG)
    }

    /// The same for what asks the server, too.
    pub fn run_with_server(&self, address: &Address) -> Run {
        let run = self
            .run()
            .arg(format!("--pg1-socket-path={}", self.local.sockets().display()))
            .arg(format!("--pg1-port={}", address.port))
            .arg(format!("--pg1-user={}", address.user))
            .arg("--pg1-database=postgres");
        match &address.password {
            Some(password) => run.secret("PGPASSWORD", password.clone()),
            None => run,
        }
    }

    pub fn require(&self, doing: &str, run: &Run) -> Result<Finished> {
        let finished = self.ctx.proc.capture(run)?;
        pgbackrest::require_success(doing, &finished)?;
        Ok(finished)
    }

    /// A small file out of the archive, such as a timeline's history; None
    /// where there is none, or nobody can tell.
    pub fn archived(&self, name: &str) -> Option<String> {
        let path = self.local.ensure_pgbackrest_dir(Some("spool")).ok()?.join("asked");
        let run = self.run().args(["archive-get", name]).arg(&path);
        let found = self.ctx.proc.capture(&run).is_ok_and(|it| it.is_success());
        let text = found.then(|| std::fs::read_to_string(&path).ok()).flatten();
        let _ = std::fs::remove_file(&path);
        text
    }

    /// What is there.
    pub fn listing(&self) -> Result<Listing> {
        let run = self.run().args(["--output=json", "info"]);
        let finished = self.require("asking for the backups of pgBackRest", &run)?;
        Listing::parse(&finished.stdout).context("reading what `pgbackrest info` says")
    }
}
