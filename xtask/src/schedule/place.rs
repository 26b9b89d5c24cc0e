//! Where jobs run: the project, the program, the target. All of it is written
//! down when a schedule is installed: a job must never quietly use another.
//!
//! Must never: depend on cargo, or on what `target/` holds tonight.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::job::Job;
use crate::context::Ctx;
use crate::outcome::Fault;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    pub root: PathBuf,
    /// The copy of this program that jobs run.
    pub program: PathBuf,
    pub target: String,
    /// `PATH` as it was: a timer has hardly any.
    pub path: String,
}

impl Place {
    pub fn of(ctx: &Ctx, target: &str) -> Result<Place> {
        let root = ctx.root.clone();
        let text = root.display().to_string();
        if text.contains(['\n', '\r', '\\']) || root.to_str().is_none() {
            let why = format!("`{text}` cannot be written into a timer or a crontab");
            return Err(Fault::refused(why).hint("move the project to a plain path").into());
        }
        Ok(Place {
            program: root.join(".xtask/bin/xtask"),
            root,
            target: target.to_owned(),
            path: ctx.config.ambient("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin").to_owned(),
        })
    }

    /// Program and words of a job.
    pub fn words(&self, job: &Job) -> Vec<String> {
        let program = self.program.display().to_string();
        let words = ["--target", &self.target, "schedule", "run", job.name];
        [program].into_iter().chain(words.map(str::to_owned)).collect()
    }

    /// Puts a copy of this program there, whole or not at all.
    pub fn install_program(&self) -> Result<()> {
        let folder = self.program.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder)
            .with_context(|| format!("making `{}`", folder.display()))?;
        let partial = self.program.with_extension("partial");
        let own = std::env::current_exe().context("finding this program")?;
        std::fs::copy(&own, &partial)
            .and_then(|_| std::fs::rename(&partial, &self.program))
            .with_context(|| format!("copying this program to `{}`", self.program.display()))
    }
}
