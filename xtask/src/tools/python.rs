//! Python environments of this checkout: the one of the services, where no
//! container brings it, and the one of the checks. Made on first use, made
//! again when their requirements say something else.
//!
//! Must never: install anything whose hash is not in the requirements, or
//! change an environment that it did not make.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::{ensure_private_dir, wait_for_lock, write_private};
use crate::proc::Run;
use crate::tools::packages::{self, Need};

/// What the services run on.
pub const REQUIREMENTS: &str = "shared/python/requirements.txt";
const CHECKS: &str = "shared/python/requirements-dev.txt";
/// Inside the environment: what it was made from.
const STAMP: &str = "xtask-requirements";
/// The oldest Python the services run on.
const OLDEST: (u32, u32) = (3, 11);
/// Downloads on a slow line included.
const INSTALL_TIMEOUT: Duration = Duration::from_secs(1800);

#[derive(Clone, Debug)]
pub struct Environment {
    dir: PathBuf,
    requirements: Vec<PathBuf>,
}

impl Environment {
    /// What the services, their tests and the scripts run in.
    pub fn services(ctx: &Ctx) -> Result<Environment> {
        let requirements = vec![ctx.root.join(REQUIREMENTS)];
        match ctx.config.value("XTASK_VENV") {
            Some(dir) => Ok(Environment { dir: ctx.root.join(dir), requirements }),
            None => Environment::named(ctx, "venv", requirements),
        }
    }

    /// What ruff and mypy run in; mypy looks into what the services import.
    pub fn checks(ctx: &Ctx) -> Result<Environment> {
        let requirements = [REQUIREMENTS, CHECKS].map(|name| ctx.root.join(name)).to_vec();
        Environment::named(ctx, "checks", requirements)
    }

    /// `.xtask/venv-<hash>`: other requirements are another folder, so that
    /// nothing changes under what runs.
    fn named(ctx: &Ctx, word: &str, requirements: Vec<PathBuf>) -> Result<Environment> {
        let hash = hash_of(&requirements)?;
        Ok(Environment { dir: ctx.config.state_dir().join(format!("{word}-{hash}")), requirements })
    }

    /// Removes what other requirements had made. Nothing may run in it.
    pub fn sweep(&self) {
        let name = |dir: &Path| dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let own = name(&self.dir);
        let Some((word, _)) = own.rsplit_once('-') else { return };
        let entries = self.dir.parent().and_then(|parent| fs::read_dir(parent).ok());
        for path in entries.into_iter().flatten().flatten().map(|entry| entry.path()) {
            let other = name(&path);
            if other.starts_with(&format!("{word}-")) && !other.starts_with(&own) {
                // What cannot be removed now is tried again next time.
                let _ =
                    if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        }
    }

    pub fn python(&self) -> PathBuf {
        self.dir.join("bin/python")
    }

    /// True when nothing needs to be installed.
    pub fn is_ready(&self) -> Result<bool> {
        Ok(self.is_foreign() || self.stamp() == Some(hash_of(&self.requirements)?))
    }

    /// Makes the environment, or brings it up to requirements.txt. True when
    /// something was installed.
    pub fn ensure(&self, ctx: &Ctx) -> Result<bool> {
        if self.is_ready()? {
            return Ok(false);
        }
        let parent = self.dir.parent().unwrap_or(&ctx.root);
        ensure_private_dir(parent)?;
        // Two runs at once: the second waits and finds it made.
        let _lock = wait_for_lock(&self.dir.with_extension("lock"), &ctx.interrupt)?;
        if self.is_ready()? {
            return Ok(false);
        }
        let hash = hash_of(&self.requirements)?;
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing `{}`", self.dir.display()));
            }
            _ => {}
        }
        match ctx.proc.find("uv") {
            Some(uv) => self.install_with_uv(ctx, &uv)?,
            None => self.install_with_pip(ctx)?,
        }
        write_private(&self.dir.join(STAMP), hash.as_bytes())?;
        Ok(true)
    }

    /// Somebody else's: used as it is.
    fn is_foreign(&self) -> bool {
        self.python().exists() && self.stamp().is_none() && !self.is_unfinished()
    }

    fn stamp(&self) -> Option<String> {
        fs::read_to_string(self.dir.join(STAMP)).ok()
    }

    /// Ours, and its making was interrupted.
    fn is_unfinished(&self) -> bool {
        self.dir.with_extension("lock").exists()
    }

    fn install_with_uv(&self, ctx: &Ctx, uv: &Path) -> Result<()> {
        let oldest = format!(">={}.{}", OLDEST.0, OLDEST.1);
        let run = Run::new(uv).args(["venv", "--quiet", "--python", &oldest]).arg(&self.dir);
        install(ctx, &run)?;
        let run = Run::new(uv)
            .args(["pip", "install", "--quiet", "--require-hashes", "--python"])
            .arg(self.python());
        install(ctx, &self.with_requirements(run))
    }

    fn install_with_pip(&self, ctx: &Ctx) -> Result<()> {
        let python = require_python(ctx)?;
        let venv = Run::new(&python).args(["-m", "venv"]).arg(&self.dir);
        let finished = ctx.proc.capture(&venv)?;
        if !finished.is_success() {
            // Debian ships Python without the part that makes environments.
            packages::ensure(ctx, Need::Python)?;
            let again = venv.clone().arg("--clear");
            let finished = ctx.proc.capture(&again)?;
            ctx.proc.require_success(&again, &finished)?;
        }
        let run = Run::new(self.python())
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--require-hashes"])
            .arg("--disable-pip-version-check");
        install(ctx, &self.with_requirements(run))
    }

    fn with_requirements(&self, run: Run) -> Run {
        self.requirements.iter().fold(run, |run, file| run.arg("--requirement").arg(file))
    }
}

/// Over the contents of some files, in their order.
pub fn hash_of(files: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for path in files {
        let bytes = fs::read(path).with_context(|| format!("reading `{}`", path.display()))?;
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hex(&hash.finalize()[..8]))
}

fn install(ctx: &Ctx, run: &Run) -> Result<()> {
    let run = run.clone().timeout(INSTALL_TIMEOUT);
    let finished = ctx.proc.capture(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::unavailable(format!(
        "installing the Python packages: `{}` ended with {}: {}",
        run.shown(),
        finished.status,
        finished.last_words()
    ))
    .hint("the package index must be reachable once; without the services: add `--services db`")
    .into())
}

/// A Python that is new enough, installed with consent where there is none.
pub fn require_python(ctx: &Ctx) -> Result<PathBuf> {
    if let Some(python) = find_python(ctx) {
        return Ok(python);
    }
    packages::ensure(ctx, Need::Python)?;
    find_python(ctx).ok_or_else(|| {
        let (major, minor) = OLDEST;
        Fault::unavailable(format!("what was installed is older than Python {major}.{minor}"))
            .hint("install it by hand, or work without the services: add `--services db`")
            .into()
    })
}

pub fn find_python(ctx: &Ctx) -> Option<PathBuf> {
    ["python3", "python3.13", "python3.12", "python3.11"]
        .iter()
        .filter_map(|name| ctx.proc.find(name))
        .find(|python| is_new_enough(ctx, python))
}

fn is_new_enough(ctx: &Ctx, python: &Path) -> bool {
    let (major, minor) = OLDEST;
    let code = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
    let run = Run::new(python).args(["-c", &code]);
    ctx.proc.capture(&run).is_ok_and(|finished| finished.is_success())
}
