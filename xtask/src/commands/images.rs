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
use crate::services::ServicesImage;
use crate::steps::{Steps, told};
use crate::target::compose::image;
use crate::tools::compose::project_name;
use crate::tools::docker::{self, RECIPE_LABEL};

pub const COMMAND: Command = Command {
    name: "images",
    summary: "Build the container images from Debian packages, where no registry serves them",
    usage: "[postgres | python | services] [--force]",
    flags: &[("--force", "build also what is there already")],
    examples: &["cargo xtask images", "cargo xtask images postgres --force"],
    run,
};

const RECIPES: &str = "infrastructure/docker";
/// What Debian's suite of the recipe has.
const RECIPE_MAJOR: &str = "17";
/// Downloads on a slow line included.
const BUILD_TIMEOUT: Duration = Duration::from_secs(3600);

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let force = rest.flag("--force");
    let words = rest.words(COMMAND.name, 1)?;
    let (bases, services) = match words.first().map(String::as_str) {
        None => (vec!["postgres", "python"], true),
        Some("postgres") => (vec!["postgres"], false),
        Some("python") => (vec!["python"], false),
        Some("services") => (vec![], true),
        Some(other) => {
            return Err(Fault::usage(format!("there is no recipe `{other}`"))
                .hint("recipes: postgres, python, services")
                .into());
        }
    };
    docker::require_engine(ctx)?;
    let services =
        services.then(|| ServicesImage::of(ctx, &project_name(ctx), force)).transpose()?;
    let plan =
        bases.into_iter().map(|name| Planned::new(ctx, name, force)).collect::<Result<Vec<_>>>()?;
    if ctx.globals.dry_run {
        let bases = plan.iter().map(|it| (it.build, &it.tag, it.name));
        let services = services.iter().map(|it| (!it.is_current, &it.tag, "services"));
        let line = |(build, tag, name): (bool, &String, &str)| {
            format!("{} {tag} ({name})", if build { "would build" } else { "is there:" })
        };
        let lines: Vec<String> = bases.chain(services).map(line).collect();
        let text = format!("{}\nnothing was changed", lines.join("\n"));
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": lines })));
    }
    let mut steps = Steps::begin(ctx, "compose")?;
    let made: Result<()> = plan.iter().try_for_each(|it| {
        steps.step(&format!("image {}", it.name), |_| {
            it.ensure(ctx)?;
            Ok(told((), if it.build { it.tag.clone() } else { format!("{} is there", it.tag) }))
        })
    });
    let made = made.and_then(|()| {
        services.iter().try_for_each(|it| {
            steps.step("image services", |_| {
                let built = it.ensure(ctx)?;
                Ok(told((), if built { it.tag.clone() } else { format!("{} is there", it.tag) }))
            })
        })
    });
    let records = steps.withdraw();
    made?;
    let tags: Vec<&str> = plan
        .iter()
        .map(|it| it.tag.as_str())
        .chain(services.iter().map(|it| it.tag.as_str()))
        .collect();
    Ok(Answer::done(
        format!("images: {}", tags.join(", ")),
        json!({ "images": tags, "steps": records }),
    ))
}

/// What the stack is made from, built only where nothing else gives it.
pub fn ensure_bases(ctx: &Ctx) -> Result<()> {
    for name in ["postgres", "python"] {
        Planned::new(ctx, name, false)?.ensure(ctx)?;
    }
    Ok(())
}

/// One image: what it is made from, and whether that is to be done.
struct Planned {
    name: &'static str,
    tag: String,
    recipe: String,
    build: bool,
}

impl Planned {
    fn new(ctx: &Ctx, name: &'static str, force: bool) -> Result<Planned> {
        let tag = if name == "postgres" { image(ctx) } else { docker::PYTHON_IMAGE.to_owned() };
        if name == "postgres"
            && !tag.rsplit(':').next().is_some_and(|it| it.starts_with(RECIPE_MAJOR))
        {
            let message = format!(
                "the recipe makes PostgreSQL {RECIPE_MAJOR}, and POSTGRES_IMAGE names `{tag}`"
            );
            return Err(Fault::failed(message)
                .hint("take POSTGRES_IMAGE out of .env, or pull that image")
                .into());
        }
        let recipe = recipe_hash(&ctx.root.join(RECIPES), name)?;
        // An image without our label came from a registry: it is the real one.
        let is_current = docker::has_image(ctx, &tag)?
            && docker::image_label(ctx, &tag, RECIPE_LABEL)?
                .is_none_or(|built_from| built_from == recipe);
        Ok(Planned { name, tag, recipe, build: force || !is_current })
    }

    fn ensure(&self, ctx: &Ctx) -> Result<()> {
        if !self.build {
            return Ok(());
        }
        ensure_bootstrap(ctx)?;
        build_image(ctx, self.name, &self.tag, &self.recipe)
    }
}

fn build_image(ctx: &Ctx, name: &str, tag: &str, recipe: &str) -> Result<()> {
    let run = Run::new(ctx.root.join(RECIPES).join("build.sh"))
        .arg(name)
        .args(["--tag", tag, "--label"])
        .arg(format!("{RECIPE_LABEL}={recipe}"))
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
        files.extend(
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.is_file() && path.extension().is_none_or(|it| it != "md")),
        );
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
