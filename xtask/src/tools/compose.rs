//! docker-compose 1.29 and compose v2, driven alike.
//!
//! Must never: use a flag that only one of them has, or ask compose what
//! docker knows.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::services;

/// How compose is called here: `docker compose` or `docker-compose`.
#[derive(Clone, Debug)]
pub struct ComposeCli {
    words: Vec<String>,
    project: String,
}

impl ComposeCli {
    pub fn find(ctx: &Ctx, project: &str) -> Result<ComposeCli> {
        let with = |words: &[&str]| ComposeCli {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            project: project.to_owned(),
        };
        let plugin =
            Run::new("docker").args(["compose", "version"]).timeout(Duration::from_secs(15));
        if ctx.proc.has("docker-compose")
            && ctx.config.ambient("XTASK_COMPOSE") == Some("docker-compose")
        {
            return Ok(with(&["docker-compose"]));
        }
        if ctx.proc.capture(&plugin).is_ok_and(|finished| finished.is_success()) {
            return Ok(with(&["docker", "compose"]));
        }
        if ctx.proc.has("docker-compose") {
            return Ok(with(&["docker-compose"]));
        }
        Err(Fault::unavailable("neither `docker compose` nor `docker-compose` is installed")
            .hint("install one (`apt-get install docker-compose`), or work without it: `cargo xtask target local`")
            .into())
    }

    /// Makes and starts the containers of some services, from images that are
    /// there.
    pub fn up(&self, ctx: &Ctx, services: &[&str]) -> Result<()> {
        let run = self.up_run(ctx, services);
        let finished = ctx.proc.capture(&run)?;
        if finished.is_success() {
            return Ok(());
        }
        let (shown, status) = (run.shown(), finished.status);
        let words = finished.last_words();
        Err(Fault::unavailable(format!("`{shown}` ended with {status}: {words}")).into())
    }

    /// The call that [`ComposeCli::up`] makes.
    pub fn up_run(&self, ctx: &Ctx, services: &[&str]) -> Run {
        let words = ["up", "--no-build", "-d"].iter().chain(services).copied();
        self.run(ctx, &words.collect::<Vec<_>>())
    }

    /// A call in the project's folder, under the project's name.
    pub fn run(&self, ctx: &Ctx, arguments: &[&str]) -> Run {
        // One reader of settings: what we resolved is what compose gets, also
        // from `--env-file`. The environment beats its own reading of `.env`.
        let mut run = Run::new(&self.words[0]);
        let of_database =
            ["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PORT", "POSTGRES_IMAGE", "API_PORT"];
        for name in of_database.into_iter().chain(services::SETTINGS) {
            if let Some(value) = ctx.config.value(name) {
                run = run.env(name, value);
            }
        }
        if let Some(password) = ctx.config.value("POSTGRES_PASSWORD") {
            run = run.secret("POSTGRES_PASSWORD", password);
        }
        run.args(&self.words[1..])
            .args(["-p", &self.project])
            .args(arguments)
            .dir(&ctx.root)
            .timeout(Duration::from_secs(600))
            // v1 hangs on piped stdin with this set (measured).
            .without("COMPOSE_INTERACTIVE_NO_CLI")
    }
}

/// The project name compose itself would take: `COMPOSE_PROJECT_NAME`, else
/// the folder's name, lowercased, other characters dropped.
pub fn project_name(ctx: &Ctx) -> String {
    match ctx.config.value("COMPOSE_PROJECT_NAME") {
        Some(name) => normalized(&name),
        None => folder_name(&ctx.root),
    }
}

fn folder_name(root: &Path) -> String {
    normalized(&root.file_name().unwrap_or_default().to_string_lossy())
}

fn normalized(name: &str) -> String {
    let kept: String = name
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
        .collect();
    let trimmed = kept.trim_start_matches(['-', '_']);
    if trimmed.is_empty() { "default".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    //! Names as compose makes them.

    use super::*;

    #[test]
    fn the_folder_gives_the_project_its_name() {
        assert_eq!(
            folder_name(Path::new("/src/OSINT Intelligence_Platform-2.x")),
            "osintintelligence_platform-2x"
        );
        assert_eq!(folder_name(Path::new("/src/Проєкт")), "default");
    }
}
