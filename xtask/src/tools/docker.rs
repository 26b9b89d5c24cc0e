//! `docker`: is the engine there, which containers, volumes and images.
//!
//! Must never: go through compose. One call of docker takes 0.1 s, one of
//! compose up to 2 s (measured).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::{Finished, Run};

/// A container as `docker inspect` tells it.
#[derive(Clone, Debug)]
pub struct Container {
    pub id: String,
    pub name: String,
    pub running: bool,
    pub exit_code: i64,
    /// How often the engine started it again by itself.
    pub restarts: i64,
    /// Name and tag it was made from.
    pub image: String,
    /// The port on 127.0.0.1 that leads to 5432.
    pub port: Option<u16>,
    /// Ports inside, and the ports of this machine that lead to them.
    pub published: Vec<(u16, u16)>,
    /// What the engine says of its health check.
    pub health: Option<String>,
    /// Named volume at the data directory.
    pub volume: Option<String>,
    /// The service compose made it for.
    pub service: Option<String>,
    /// The folder compose was run in.
    pub working_dir: Option<String>,
}

/// The label with the hash of what an image of ours was built from.
pub const RECIPE_LABEL: &str = "xtask.recipe";
/// What the services' image is built on.
pub const PYTHON_IMAGE: &str = "python:3.11-slim";

pub fn docker() -> Run {
    Run::new("docker").timeout(Duration::from_secs(120))
}

/// Why the engine cannot be used; None when it answers.
pub fn why_not(ctx: &Ctx) -> Option<String> {
    if !ctx.proc.has("docker") {
        return Some("the `docker` program is not installed".to_owned());
    }
    let run =
        docker().args(["info", "--format", "{{.ServerVersion}}"]).timeout(Duration::from_secs(15));
    match ctx.proc.capture(&run) {
        Ok(finished) if finished.is_success() && !finished.stdout.trim().is_empty() => None,
        Ok(finished) => Some(first_line(&finished)),
        Err(error) => Some(error.to_string()),
    }
}

pub fn require_engine(ctx: &Ctx) -> Result<()> {
    match why_not(ctx) {
        None => Ok(()),
        Some(why) => Err(Fault::unavailable(format!("the Docker engine does not answer: {why}"))
            .hint("start it (`systemctl start docker`), or work without it: `cargo xtask target local`")
            .into()),
    }
}

fn first_line(finished: &Finished) -> String {
    finished
        .stderr
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no answer")
        .trim()
        .to_owned()
}

/// The containers of one compose service, running or not.
pub fn service_containers(ctx: &Ctx, project: &str, service: &str) -> Result<Vec<Container>> {
    list(
        ctx,
        &[
            &format!("label=com.docker.compose.project={project}"),
            &format!("label=com.docker.compose.service={service}"),
            // `compose run` makes containers of the same service beside it.
            "label=com.docker.compose.oneoff=False",
        ],
    )
}

/// Every container of a project.
pub fn project_containers(ctx: &Ctx, project: &str) -> Result<Vec<Container>> {
    list(ctx, &[&format!("label=com.docker.compose.project={project}")])
}

/// Every container, running or stopped, that holds a volume.
pub fn volume_users(ctx: &Ctx, volume: &str) -> Result<Vec<Container>> {
    list(ctx, &[&format!("volume={volume}")])
}

fn list(ctx: &Ctx, filters: &[&str]) -> Result<Vec<Container>> {
    let mut run = docker().args(["ps", "--all", "--quiet", "--no-trunc"]);
    for filter in filters {
        run = run.arg("--filter").arg(*filter);
    }
    let ids = ctx.proc.read(&run)?;
    let ids: Vec<&str> = ids.split_whitespace().collect();
    inspect(ctx, &ids)
}

/// Containers that are gone meanwhile are left out.
pub fn inspect(ctx: &Ctx, ids: &[&str]) -> Result<Vec<Container>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let finished = ctx.proc.capture(&docker().arg("inspect").args(ids.iter().copied()))?;
    let all: Value = serde_json::from_str(&finished.stdout).context("reading `docker inspect`")?;
    Ok(all.as_array().into_iter().flatten().map(container).collect())
}

fn container(it: &Value) -> Container {
    let text = |pointer: &str| it.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let mounts = it["Mounts"].as_array().into_iter().flatten();
    let data = mounts.filter(|mount| mount["Type"] == "volume").find(|mount| {
        mount["Destination"].as_str().is_some_and(|to| to.starts_with("/var/lib/postgresql"))
    });
    // Both forms: what will be published once it runs, and what is now.
    let mut published = ports(it.pointer("/NetworkSettings/Ports"));
    published.extend(ports(it.pointer("/HostConfig/PortBindings")));
    Container {
        id: text("/Id").unwrap_or_default(),
        name: text("/Name").unwrap_or_default().trim_start_matches('/').to_owned(),
        running: it.pointer("/State/Running").and_then(Value::as_bool).unwrap_or(false),
        exit_code: it.pointer("/State/ExitCode").and_then(Value::as_i64).unwrap_or(0),
        restarts: it["RestartCount"].as_i64().unwrap_or(0),
        image: text("/Config/Image").unwrap_or_default(),
        port: published.iter().find(|(inside, _)| *inside == 5432).map(|(_, outside)| *outside),
        published,
        health: text("/State/Health/Status"),
        volume: data.and_then(|mount| mount["Name"].as_str()).map(str::to_owned),
        service: text("/Config/Labels/com.docker.compose.service"),
        working_dir: text("/Config/Labels/com.docker.compose.project.working_dir"),
    }
}

/// `{"8000/tcp": [{"HostPort": "8001"}]}`
fn ports(table: Option<&Value>) -> Vec<(u16, u16)> {
    let entries = table.and_then(Value::as_object).into_iter().flatten();
    let pair = |(inside, bindings): (&String, &Value)| {
        let inside = inside.strip_suffix("/tcp")?.parse().ok()?;
        Some((inside, bindings[0]["HostPort"].as_str()?.parse().ok()?))
    };
    entries.filter_map(pair).collect()
}

/// The name of a compose volume, whatever `name:` the compose file gives it.
pub fn compose_volume(ctx: &Ctx, project: &str, key: &str) -> Result<Option<String>> {
    let run = docker()
        .args(["volume", "ls", "--quiet"])
        .arg("--filter")
        .arg(format!("label=com.docker.compose.project={project}"))
        .arg("--filter")
        .arg(format!("label=com.docker.compose.volume={key}"));
    Ok(ctx.proc.read(&run)?.lines().next().map(str::to_owned))
}

/// Volumes of this key in every project; also those without labels.
pub fn volumes_named(ctx: &Ctx, key: &str) -> Result<Vec<String>> {
    let all = ctx.proc.read(&docker().args(["volume", "ls", "--quiet"]))?;
    let suffix = format!("_{key}");
    Ok(all.lines().filter(|name| name.ends_with(&suffix)).map(str::to_owned).collect())
}

/// Where the engine keeps everything, if that is on this machine.
pub fn root_dir(ctx: &Ctx) -> Option<PathBuf> {
    let said = ctx.proc.read(&docker().args(["info", "--format", "{{.DockerRootDir}}"])).ok()?;
    Some(PathBuf::from(said.trim())).filter(|dir| dir.exists())
}

pub fn has_volume(ctx: &Ctx, volume: &str) -> Result<bool> {
    Ok(ctx.proc.capture(&docker().args(["volume", "inspect", volume]))?.is_success())
}

pub fn has_image(ctx: &Ctx, image: &str) -> Result<bool> {
    Ok(ctx.proc.capture(&docker().args(["image", "inspect", image]))?.is_success())
}

/// True when a registry says it has the image; nothing is downloaded.
pub fn registry_has(ctx: &Ctx, image: &str) -> bool {
    let run = docker().args(["manifest", "inspect", image]).timeout(Duration::from_secs(8));
    ctx.proc.capture(&run).is_ok_and(|finished| finished.is_success())
}

/// A label of an image; None when either is not there.
pub fn image_label(ctx: &Ctx, image: &str, label: &str) -> Result<Option<String>> {
    let format = format!("{{{{index .Config.Labels {label:?}}}}}");
    let finished =
        ctx.proc.capture(&docker().args(["image", "inspect", "--format", &format, image]))?;
    let text = finished.stdout.trim();
    Ok((finished.is_success() && !text.is_empty() && text != "<no value>").then(|| text.to_owned()))
}

/// A container's log, both streams. The whole of it: docker-compose.yml keeps
/// it below 30 MB, and one refused init.sql is quoted there in full, which
/// pushes everything before it out of any short tail.
pub fn logs(ctx: &Ctx, id: &str) -> String {
    let run = docker().args(["logs", id]);
    match ctx.proc.capture(&run) {
        Ok(finished) => format!("{}{}", finished.stdout, finished.stderr),
        Err(_) => String::new(),
    }
}

/// `PG_VERSION` of the cluster in a volume, read through a container that
/// does nothing else.
pub fn volume_major(ctx: &Ctx, volume: &str, image: &str) -> Option<String> {
    let run = docker()
        .args(["run", "--rm", "--network", "none", "--volume", &format!("{volume}:/volume:ro")])
        .args(["--entrypoint", "cat", image, "/volume/PG_VERSION"]);
    let finished = ctx.proc.capture(&run).ok()?;
    finished.is_success().then(|| finished.stdout.trim().to_owned())
}

/// The major of the server in an image.
pub fn image_major(ctx: &Ctx, image: &str) -> Option<String> {
    let run = docker().args([
        "run",
        "--rm",
        "--network",
        "none",
        "--entrypoint",
        "postgres",
        image,
        "--version",
    ]);
    let finished = ctx.proc.capture(&run).ok().filter(|finished| finished.is_success())?;
    super::postgres::parse_major(&finished.stdout).map(|major| major.to_string())
}

/// The line of a container's log that says why: psql's own complaint about
/// init.sql, else the last FATAL or ERROR, else the last line.
pub fn last_complaint(ctx: &Ctx, id: &str) -> String {
    let log = logs(ctx, id);
    init_complaint(&log)
        .or_else(|| {
            log.lines()
                .rev()
                .find(|line| line.contains("FATAL:") || line.contains("ERROR:"))
                .map(str::to_owned)
        })
        .or_else(|| log.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned))
        .unwrap_or_else(|| "its log is empty".to_owned())
}

/// `psql:/docker-entrypoint-initdb.d/001-init.sql:1873: ERROR:  relation ...`
/// → `init.sql stopped at line 1873: relation ...`. For people to read;
/// nothing is decided on it.
pub fn init_complaint(log: &str) -> Option<String> {
    // The last one: notices and warnings come before the error psql stops at.
    let line = log.lines().rfind(|line| line.contains("psql:/docker-entrypoint-initdb.d/"))?;
    let rest = line.split_once("psql:/docker-entrypoint-initdb.d/")?.1;
    let (_, rest) = rest.split_once(':')?;
    let (number, message) = rest.split_once(':')?;
    let message = message.trim().trim_start_matches("ERROR:").trim_start_matches("FATAL:").trim();
    Some(format!("init.sql stopped at line {number}: {message}"))
}

#[cfg(test)]
mod tests {
    //! The line of a log that says why.

    use super::*;

    #[test]
    fn the_complaint_is_the_error_and_not_the_warning_before_it() {
        let at = "psql:/docker-entrypoint-initdb.d/001-init.sql";
        let log = format!(
            "{at}:78: WARNING:  SET LOCAL can only be used in transaction blocks\n\
             {at}:774: ERROR:  type \"varcharr\" does not exist\nLINE 1: ...\n"
        );
        assert_eq!(
            init_complaint(&log).as_deref(),
            Some("init.sql stopped at line 774: type \"varcharr\" does not exist")
        );
    }
}
