//! What `doctor --fix` does: modes of files, and starting what is stopped.
//!
//! Must never: touch data, settings or anything that somebody may have meant.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Check;
use crate::commands::up;
use crate::context::Ctx;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    Mode {
        path: PathBuf,
        mode: u32,
    },
    /// The target's server and the services.
    Up,
}

impl Mend {
    pub fn story(&self, ctx: &Ctx) -> String {
        match self {
            Mend::Mode { path, mode } => {
                let shown = path.strip_prefix(&ctx.root).unwrap_or(path).display();
                format!("chmod {mode:o} {shown}")
            }
            Mend::Up => "cargo xtask up".to_owned(),
        }
    }

    pub fn apply(&self, ctx: &Ctx) -> Result<()> {
        match self {
            Mend::Mode { path, mode } => {
                fs::set_permissions(path, fs::Permissions::from_mode(*mode))
                    .with_context(|| format!("changing the mode of `{}`", path.display()))
            }
            Mend::Up => up::bring_up(ctx),
        }
    }
}

/// Each once, in the order of the checks.
pub fn of(checks: &[Check]) -> Vec<Mend> {
    let mut mends = Vec::new();
    for mend in checks.iter().filter_map(|check| check.mend.as_ref()) {
        if !mends.contains(mend) {
            mends.push(mend.clone());
        }
    }
    mends
}
