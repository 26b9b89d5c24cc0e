//! What is remembered below `.xtask/schedule`: what was installed, and how the
//! last run of each job ended.
//!
//! Must never: let an old success hide a newer failure.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::context::Ctx;
use crate::private_file::{ensure_private_dir, write_private};

/// A longer log begins anew; the one before is kept.
const LONGEST_LOG: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Systemd,
    Cron,
}

impl How {
    pub fn name(self) -> &'static str {
        match self {
            How::Systemd => "systemd timers",
            How::Cron => "the crontab",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Installed {
    pub how: How,
    pub place: Place,
    /// Name and time of each job.
    pub jobs: Vec<(String, String)>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LastRun {
    pub job: String,
    pub target: String,
    pub began: Timestamp,
    pub seconds: f64,
    /// As the command ended.
    pub exit: i32,
    /// Its last words.
    pub says: String,
    /// When it last ended well.
    pub good: Option<Timestamp>,
}

impl LastRun {
    /// Done; 2 is attention, and the work was done.
    pub fn is_good(&self) -> bool {
        matches!(self.exit, 0 | 2)
    }
}

pub fn dir(ctx: &Ctx) -> Result<PathBuf> {
    ensure_private_dir(&ctx.config.state_dir().join("schedule"))
}

fn read<T: DeserializeOwned>(ctx: &Ctx, name: &str) -> Result<Option<T>> {
    let path = ctx.config.state_dir().join("schedule").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .with_context(|| format!("reading `{}`", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading `{}`", path.display())),
    }
}

pub fn installed(ctx: &Ctx) -> Result<Option<Installed>> {
    read(ctx, "installed.json")
}

pub fn remember_installed(ctx: &Ctx, installed: &Installed) -> Result<()> {
    let text = serde_json::to_string_pretty(installed)?;
    write_private(&dir(ctx)?.join("installed.json"), text.as_bytes())
}

pub fn forget_installed(ctx: &Ctx) -> Result<()> {
    let path = dir(ctx)?.join("installed.json");
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

pub fn last_run(ctx: &Ctx, job: &str) -> Result<Option<LastRun>> {
    read(ctx, &format!("{job}.json"))
}

pub fn remember_run(ctx: &Ctx, run: &LastRun) -> Result<()> {
    let text = serde_json::to_string_pretty(run)?;
    write_private(&dir(ctx)?.join(format!("{}.json", run.job)), text.as_bytes())
}

/// Puts the words of a run behind those of the runs before.
pub fn log(ctx: &Ctx, run: &LastRun, words: &str) -> Result<PathBuf> {
    let path = dir(ctx)?.join(format!("{}.log", run.job));
    let is_long = path.metadata().is_ok_and(|it| it.len() > LONGEST_LOG);
    let write = || {
        if is_long {
            std::fs::rename(&path, path.with_extension("log.1"))?;
        }
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
        writeln!(file, "== {} {} ended with {}", run.began, run.job, run.exit)?;
        writeln!(file, "{}", words.trim_end())
    };
    write().with_context(|| format!("writing `{}`", path.display()))?;
    Ok(path)
}
