//! The first `.env` of a checkout: made from `.env.example`, with a password
//! of its own, a port and a project name that nobody else uses.
//!
//! Must never: touch a `.env` that is there.

use std::net::TcpListener;

use anyhow::{Context, Result};

use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::private_file::create_private;
use crate::tools::docker;

/// What `.env.example` has in place of a password.
pub const PLACEHOLDER: &str = "change-me";

/// A `.env` that is not written yet.
struct Draft {
    text: String,
    story: String,
}

/// The settings of a checkout that has no `.env`: written, and with
/// `--dry-run` only thought of. None when it has one.
pub fn settle(ctx: &Ctx) -> Result<Option<Ctx>> {
    let path = ctx.root.join(".env");
    if path.exists() || ctx.config.value("POSTGRES_PASSWORD").is_some() {
        return Ok(None);
    }
    let draft = draft(ctx)?;
    if ctx.globals.dry_run {
        ctx.term.status(&format!("would write .env: {}", draft.story));
        return Ok(Some(ctx.with_file(".env, not written", &draft.text)?));
    }
    // Where another run was quicker its settings count.
    if create_private(&path, draft.text.as_bytes())? {
        ctx.term.status(&format!("wrote .env: {}", draft.story));
    }
    Ok(Some(ctx.reloaded()?))
}

fn draft(ctx: &Ctx) -> Result<Draft> {
    let example = ctx.root.join(".env.example");
    let text = std::fs::read_to_string(&example)
        .with_context(|| format!("reading `{}`", example.display()))?;
    let mut random = [0_u8; 18];
    getrandom::fill(&mut random)
        .map_err(|error| Fault::failed(format!("no random numbers to be had: {error}")))?;
    let project = free_project(ctx)?;
    let port = free_port(5432, &[])?;
    let api_port = free_port(8000, &[])?;
    let text = text
        .lines()
        .map(|line| match line.split_once('=') {
            Some(("POSTGRES_PASSWORD", PLACEHOLDER)) => {
                format!("POSTGRES_PASSWORD={}\n", hex(&random))
            }
            Some(("COMPOSE_PROJECT_NAME", _)) => format!("COMPOSE_PROJECT_NAME={project}\n"),
            Some(("POSTGRES_PORT", _)) => format!("POSTGRES_PORT={port}\n"),
            Some(("API_PORT", _)) => format!("API_PORT={api_port}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    Ok(Draft { text, story: format!("project {project}, port {port}, a new random password") })
}

/// The project's own name, unless another checkout's containers or volume
/// bear it already.
fn free_project(ctx: &Ctx) -> Result<String> {
    let name = ctx
        .config
        .value("COMPOSE_PROJECT_NAME")
        .unwrap_or_else(|| ctx.config.metadata.project.clone());
    let volume = docker::compose_volume(ctx, &name, &ctx.config.metadata.volume)?;
    let taken = volume.is_some() || !docker::project_containers(ctx, &name)?.is_empty();
    if !taken {
        return Ok(name);
    }
    let own = format!("{name}-{}", checkout_id(ctx));
    ctx.term.warn(&format!(
        "project {name} exists already, from another checkout or an earlier clone; this one is {own} \
         (to take over the old volume, set COMPOSE_PROJECT_NAME={name} and its password in .env)"
    ));
    Ok(own)
}

/// Eight hex digits that no other checkout of this machine has.
pub fn checkout_id(ctx: &Ctx) -> String {
    use sha2::{Digest, Sha256};
    let path = ctx.root.canonicalize().unwrap_or_else(|_| ctx.root.clone());
    hex(&Sha256::digest(path.as_os_str().as_encoded_bytes())[..4])
}

/// The first free port from `first` on that is not spoken for.
pub fn free_port(first: u16, taken: &[u16]) -> Result<u16> {
    (first..first.saturating_add(200))
        .find(|port| !taken.contains(port) && is_free(*port))
        .ok_or_else(|| Fault::unavailable(format!("no free port from {first} on")).into())
}

pub fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
