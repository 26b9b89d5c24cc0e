//! The services' container image: their Python environment, made again when
//! requirements.txt or the recipe says something else.
//!
//! Where a build can reach the package index it is an ordinary build. Where
//! it cannot, the packages are downloaded on this machine first. Either way
//! every file must match its hash in requirements.txt.
//!
//! Must never: build what was built from the same files.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::tools::docker::{self, PYTHON_IMAGE, RECIPE_LABEL, docker};
use crate::tools::python::{self, REQUIREMENTS};

const DOCKERFILE: &str = "infrastructure/docker/services/Dockerfile";
const WHEELS: &str = "infrastructure/docker/services/wheels";
/// Downloads on a slow line included.
const TIMEOUT: Duration = Duration::from_secs(1800);

#[derive(Debug)]
pub struct ServicesImage {
    pub tag: String,
    recipe: String,
    pub is_current: bool,
}

impl ServicesImage {
    pub fn of(ctx: &Ctx, project: &str, force: bool) -> Result<ServicesImage> {
        let tag = format!("{project}_services");
        let recipe = python::hash_of(&[DOCKERFILE, REQUIREMENTS].map(|name| ctx.root.join(name)))?;
        let made_from = docker::image_label(ctx, &tag, RECIPE_LABEL)?;
        let is_current = !force && made_from.as_deref() == Some(&recipe);
        Ok(ServicesImage { is_current, tag, recipe })
    }

    /// True when it was built.
    pub fn ensure(&self, ctx: &Ctx) -> Result<bool> {
        if self.is_current {
            return Ok(false);
        }
        self.build(ctx)?;
        Ok(true)
    }

    fn build(&self, ctx: &Ctx) -> Result<()> {
        if !docker::has_image(ctx, PYTHON_IMAGE)? && !docker::registry_has(ctx, PYTHON_IMAGE) {
            return Err(Fault::unavailable(format!(
                "the services' image is made from `{PYTHON_IMAGE}`, which is not here and no registry gives it"
            ))
            .hint("build it from Debian packages: `cargo xtask images python`")
            .into());
        }
        let wheels = ctx.root.join(WHEELS);
        remove_wheels(&wheels)?;
        if !reaches_index(ctx) {
            download_wheels(ctx, &wheels)?;
        }
        let run = docker()
            .args(["build", "--tag", &self.tag, "--label"])
            .arg(format!("{RECIPE_LABEL}={}", self.recipe))
            .arg("--file")
            .arg(ctx.root.join(DOCKERFILE))
            .arg(&ctx.root)
            .timeout(TIMEOUT);
        let built = ctx.proc.capture(&run);
        remove_wheels(&wheels)?;
        ctx.proc.require_success(&run, &built?)
    }
}

/// Whether a container of the base reaches the package index: asked with one
/// small file instead of waiting through the retries of a whole build.
fn reaches_index(ctx: &Ctx) -> bool {
    let run = docker()
        .args(["run", "--rm", "--entrypoint", "python3", PYTHON_IMAGE, "-m", "pip"])
        .args([
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--retries=0",
            "--timeout=8",
            "--dest=/tmp/probe",
            "annotated-types",
        ]);
    ctx.proc.capture(&run.timeout(Duration::from_secs(60))).is_ok_and(|it| it.is_success())
}

fn download_wheels(ctx: &Ctx, wheels: &Path) -> Result<()> {
    let python = python::require_python(ctx)?;
    let machine = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86_64" };
    let mut run = Run::new(python)
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--require-hashes", "--only-binary=:all:", "--python-version=3.11"])
        .arg("--requirement")
        .arg(ctx.root.join(REQUIREMENTS))
        .arg("--dest")
        .arg(wheels)
        .timeout(TIMEOUT);
    for standard in ["2_28", "2_17", "2014", "2_12", "2010", "2_5", "1"] {
        run = run.arg(format!("--platform=manylinux{}_{machine}", standard_name(standard)));
    }
    let finished = ctx.proc.capture(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::unavailable(format!(
        "neither a build nor this machine gets the Python packages: {}",
        finished.last_words()
    ))
    .hint("the package index must be reachable once; without the services: `--services db`")
    .into())
}

/// `2_28` is written with an underscore before it, `2014` is not.
fn standard_name(standard: &str) -> String {
    if standard.contains('_') { format!("_{standard}") } else { standard.to_owned() }
}

fn remove_wheels(wheels: &Path) -> Result<()> {
    let entries =
        fs::read_dir(wheels).with_context(|| format!("reading `{}`", wheels.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|it| it == "whl") {
            fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
        }
    }
    Ok(())
}
