//! A file that a program writes where the services run, wanted here.
//!
//! Must never: leave it behind in a container.

use std::path::PathBuf;

use anyhow::Result;

use super::compose;
use crate::context::Ctx;
use crate::target::Target;
use crate::tools::docker::docker;

#[derive(Debug)]
pub struct Report {
    /// Its name for the program that writes it.
    pub inside: PathBuf,
    outside: PathBuf,
    container: Option<String>,
}

impl Report {
    pub fn new(ctx: &Ctx, target: &Target, outside: PathBuf) -> Result<Report> {
        let outside = std::path::absolute(&outside)?;
        match target {
            Target::Compose(it) => Ok(Report {
                inside: PathBuf::from(format!("/tmp/xtask-report-{}", std::process::id())),
                outside,
                container: Some(compose::require_api(ctx, it)?.id),
            }),
            Target::Local(_) | Target::Url(_) => {
                Ok(Report { inside: outside.clone(), outside, container: None })
            }
        }
    }

    /// Brings it here.
    pub fn fetch(&self, ctx: &Ctx) -> Result<()> {
        let Some(container) = &self.container else { return Ok(()) };
        let inside = format!("{container}:{}", self.inside.display());
        ctx.proc.read(&docker().args(["cp", &inside]).arg(&self.outside))?;
        ctx.proc.read(&docker().args(["exec", container, "rm"]).arg(&self.inside))?;
        Ok(())
    }
}
