//! This checkout: init.sql, `.env`, settings.
//!
//! Must never: show a value of `.env`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Result;

use super::Section;
use super::fixes::Mend;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::target::env_file::PLACEHOLDER;

/// A shorter one is guessed.
const SHORTEST_PASSWORD: usize = 12;

pub fn examine(ctx: &Ctx, section: &mut Section<'_>) -> Result<()> {
    init_file(ctx, section);
    let path = ctx.root.join(".env");
    if path.exists() {
        env_file(ctx, &path, section)?;
    } else {
        section.pass(".env", "none yet: compose makes one on first use");
    }
    ignored(ctx, section)?;
    password(ctx, section);
    ambient(ctx, section);
    Ok(())
}

fn init_file(ctx: &Ctx, section: &mut Section<'_>) {
    let name = "init.sql";
    match InitFile::read(ctx) {
        Ok(init) if init.is_world_readable() => {
            section.pass(name, format!("{} lines", init.lines()));
        }
        Ok(init) => {
            let message = format!("`{}` cannot be read by the container's user", init.shown);
            section.failure(name, message, format!("chmod 644 {}", init.shown));
            section.mend(Mend::Mode { path: init.path, mode: 0o644 });
        }
        Err(error) => {
            let hint = error.downcast_ref::<Fault>().and_then(|fault| fault.hint.clone());
            let fix = hint.unwrap_or_else(|| "git status".to_owned());
            section.failure(name, format!("{error:#}"), fix);
        }
    }
}

fn env_file(ctx: &Ctx, path: &Path, section: &mut Section<'_>) -> Result<()> {
    let mode = path.metadata()?.permissions().mode() & 0o777;
    let wrong = (mode & 0o077 != 0)
        .then(|| format!("its mode is {mode:o}: other users of this machine read the password"));
    section.fail_if(".env mode", wrong, "chmod 600 .env");
    section.mend(Mend::Mode { path: path.to_owned(), mode: 0o600 });

    let keys = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned())).collect()
    };
    let own = keys(&std::fs::read_to_string(path)?);
    let example = std::fs::read_to_string(ctx.root.join(".env.example")).unwrap_or_default();
    let missing: Vec<String> =
        keys(&example).into_iter().filter(|key| !own.contains(key)).collect();
    let wrong = (!missing.is_empty())
        .then(|| format!(".env.example has what it has not: {}", missing.join(", ")));
    section.warn_if(".env keys", wrong, "diff .env.example .env");

    let tracked = Run::new("git").args(["ls-files", "--error-unmatch", ".env"]);
    if ctx.proc.has("git") && ctx.root.join(".git").exists() {
        let is_tracked = ctx.proc.capture(&tracked)?.is_success();
        let wrong = is_tracked.then(|| "it is tracked by git, password and all".to_owned());
        section.fail_if(".env in git", wrong, "git rm --cached .env");
    }
    Ok(())
}

/// What holds passwords and dumps is one `git add .` away from everybody else.
fn ignored(ctx: &Ctx, section: &mut Section<'_>) -> Result<()> {
    if !ctx.proc.has("git") || !ctx.root.join(".git").exists() {
        return Ok(());
    }
    let mut open = Vec::new();
    for name in [".env", ".xtask"] {
        let asking = Run::new("git").args(["check-ignore", "--quiet", "--no-index", name]);
        if !ctx.proc.capture(&asking)?.is_success() {
            open.push(name);
        }
    }
    let wrong = (!open.is_empty()).then(|| format!("git does not ignore {}", open.join(", ")));
    let fix = format!("printf '/%s\\n' {} >> .gitignore", open.join(" "));
    section.warn_if("git ignores", wrong, &fix);
    Ok(())
}

fn password(ctx: &Ctx, section: &mut Section<'_>) {
    let Some(password) = ctx.config.value("POSTGRES_PASSWORD") else { return };
    let wrong = if password == PLACEHOLDER {
        Some("it is the one of .env.example".to_owned())
    } else if password.len() < SHORTEST_PASSWORD {
        Some(format!("it is shorter than {SHORTEST_PASSWORD} characters"))
    } else {
        None
    };
    section.fail_if(
        "POSTGRES_PASSWORD",
        wrong,
        "cargo xtask psql -- -c '\\password', then the same in .env",
    );
}

/// Variables of the shell that lead compose elsewhere.
fn ambient(ctx: &Ctx, section: &mut Section<'_>) {
    for name in ["COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "DOCKER_HOST"] {
        if let Some(value) = ctx.config.ambient(name) {
            section.warning(
                name,
                format!("the shell sets it to `{value}`, which wins over this checkout's own"),
                format!("unset {name}"),
            );
        }
    }
}
