//! `images`: the container images, built from Debian packages, for machines
//! that no registry serves.
//!
//! Must never: build again what was built from the same recipe, or replace an
//! image that came from elsewhere without being told to.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::commands::Command;
use crate::consent;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::hex;
use crate::outcome::{Answer, Fault};
use crate::proc::Run;
use crate::steps::{Steps, told};
use crate::target::compose::image;
use crate::tools::docker;

pub const COMMAND: Command = Command {
    name: "images",
    summary: "Build the container images from Debian packages, where no registry serves them",
    usage: "[postgres | python] [--force]",
    flags: &[("--force", "build also what is there already")],
    examples: &["cargo xtask images", "cargo xtask images postgres --force"],
    run,
};

const RECIPES: &str = "infrastructure/docker";
/// Holds the hash of the recipe an image was built from.
const LABEL: &str = "xtask.recipe";
/// Downloads on a slow line included.
const BUILD_TIMEOUT: Duration = Duration::from_secs(3600);

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let force = rest.flag("--force");
    let words = rest.words(COMMAND.name, 1)?;
    let names: Vec<&str> = match words.first().map(String::as_str) {
        None => vec!["postgres", "python"],
        Some(name @ ("postgres" | "python")) => vec![name],
        Some(other) => {
            return Err(Fault::usage(format!("there is no recipe `{other}`"))
                .hint("recipes: postgres, python")
                .into());
        }
    };
    docker::require_engine(ctx)?;
    let mut plan = Vec::new();
    for name in names {
        let tag = if name == "postgres" { image(ctx) } else { "python:3.11-slim".to_owned() };
        let recipe = recipe_hash(&ctx.root.join(RECIPES), name)?;
        let built_from = docker::image_label(ctx, &tag, LABEL)?;
        let is_there = docker::has_image(ctx, &tag)?;
        let is_current =
            built_from.as_deref() == Some(recipe.as_str()) || (is_there && built_from.is_none());
        plan.push((name, tag, recipe, force || !is_current));
    }
    if ctx.globals.dry_run {
        let lines: Vec<String> = plan
            .iter()
            .map(|(name, tag, _, build)| {
                format!("{} {tag} ({name})", if *build { "would build" } else { "is there:" })
            })
            .collect();
        return Ok(Answer::done(
            format!("{}\nnothing was changed", lines.join("\n")),
            json!({ "dry_run": true, "would": lines }),
        ));
    }
    if plan.iter().any(|(.., build)| *build) {
        ensure_bootstrap(ctx)?;
    }
    let mut steps = Steps::begin(ctx, "images", "compose")?;
    let mut tags = Vec::new();
    let mut failed = None;
    for (name, tag, recipe, build) in &plan {
        let made = steps.step(&format!("image {name}"), |_| {
            if *build {
                build_image(ctx, name, tag, recipe)?;
            }
            Ok(told((), if *build { tag.clone() } else { format!("{tag} is there") }))
        });
        match made {
            Ok(()) => tags.push(tag.clone()),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let records = steps.end();
    match failed {
        Some(error) => Err(error),
        None => Ok(Answer::done(
            format!("images: {}", tags.join(", ")),
            json!({ "images": tags, "steps": records }),
        )),
    }
}

fn build_image(ctx: &Ctx, name: &str, tag: &str, recipe: &str) -> Result<()> {
    let run = Run::new(ctx.root.join(RECIPES).join("build.sh"))
        .arg(name)
        .args(["--tag", tag, "--label"])
        .arg(format!("{LABEL}={recipe}"))
        .timeout(BUILD_TIMEOUT);
    let finished = ctx.proc.streamed(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::unavailable(format!(
        "building `{tag}` ended with {}; its words are above",
        finished.status
    ))
    .into())
}

fn ensure_bootstrap(ctx: &Ctx) -> Result<()> {
    if ctx.proc.has("mmdebstrap") {
        return Ok(());
    }
    if !ctx.proc.has("apt-get") {
        return Err(Fault::unavailable(
            "the images are made with mmdebstrap, and there is no apt-get here to install it",
        )
        .hint("on this system pull the official images: `docker pull postgres:17`")
        .into());
    }
    let run = Run::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", "mmdebstrap"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    consent::agree(
        ctx,
        &format!("The images are made with mmdebstrap. Install it? This runs `{}`", run.shown()),
    )?;
    let finished = ctx.proc.streamed(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::unavailable(format!("`{}` ended with {}", run.shown(), finished.status))
        .hint("run `apt-get update` first")
        .into())
}

/// Over every file the recipe is made of, by name and content.
fn recipe_hash(dir: &Path, name: &str) -> Result<String> {
    let mut files = Vec::new();
    for part in [dir.to_owned(), dir.join(name)] {
        let entries =
            fs::read_dir(&part).with_context(|| format!("reading `{}`", part.display()))?;
        files.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()));
    }
    files.sort();
    let mut hash = Sha256::new();
    for path in files {
        add_file(&mut hash, dir, &path)?;
    }
    Ok(hex(&hash.finalize()[..8]))
}

fn add_file(hash: &mut Sha256, dir: &Path, path: &PathBuf) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("reading `{}`", path.display()))?;
    let shown = path.strip_prefix(dir).unwrap_or(path);
    hash.update(shown.as_os_str().as_encoded_bytes());
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(&bytes);
    Ok(())
}
