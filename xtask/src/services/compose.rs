//! The services of the docker-compose stack.
//!
//! Must never: let compose make an image the slow way, or a container of the
//! database that is not the one that serves.

use std::time::Duration;

use anyhow::Result;

use super::{Condition, Service, ServicesImage, State, probe};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::target::compose::Compose;
use crate::term::Term;
use crate::tools::docker::{self, Container, docker};

/// SIGTERM to every process whose first argument is the script.
const END_SCRIPT: &str = include_str!("end_script.py");

/// Between two looks at the containers, 0.1 s of processor each.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// The containers of the services, running or not.
fn containers(ctx: &Ctx, compose: &Compose) -> Result<Vec<(Service, Option<Container>)>> {
    let found = docker::project_containers(ctx, &compose.project)?;
    let of = |service: Service| {
        let mut found = found.iter();
        found.find(|it| it.service.as_deref() == Some(service.name())).cloned()
    };
    Ok(Service::ALL.map(|service| (service, of(service))).to_vec())
}

pub fn conditions(ctx: &Ctx, compose: &Compose) -> Result<Vec<Condition>> {
    let found = containers(ctx, compose)?;
    let each = found.iter().map(|(service, container)| match container {
        Some(found) => condition(ctx, *service, found),
        None => Ok(Condition::stopped(*service)),
    });
    each.collect()
}

/// How many run.
pub fn running(ctx: &Ctx, compose: &Compose) -> Result<usize> {
    let found = containers(ctx, compose)?;
    Ok(found.iter().flat_map(|(_, container)| container).filter(|it| it.running).count())
}

fn condition(ctx: &Ctx, service: Service, found: &Container) -> Result<Condition> {
    let published = found.published.iter().find(|(inside, _)| *inside == service.usual_port());
    let port = published.map(|(_, outside)| *outside).filter(|_| found.running);
    let (state, detail) = match (found.running, port) {
        (false, _) if found.exit_code == 0 => (State::Stopped, String::new()),
        (false, _) => (State::Stopped, format!("ended with {}", found.exit_code)),
        (true, Some(port)) => probe::health(port),
        (true, None) => match found.health.as_deref() {
            Some("healthy") => (State::Healthy, String::new()),
            Some("unhealthy") => (State::Unhealthy, String::new()),
            // The engine asks every ten seconds; after a start that is long.
            Some(_) | None => (asked_inside(ctx, service, found)?, String::new()),
        },
    };
    let restarts = u64::try_from(found.restarts).unwrap_or(0);
    Ok(Condition { service, state, port, restarts, detail })
}

fn asked_inside(ctx: &Ctx, service: Service, found: &Container) -> Result<State> {
    let port = service.usual_port().to_string();
    let run = docker().args(["exec", &found.id, "python", "-m", "shared.python.health", &port]);
    Ok(if ctx.proc.capture(&run)?.is_success() { State::Healthy } else { State::Starting })
}

pub fn start(ctx: &Ctx, compose: &Compose) -> Result<Vec<Condition>> {
    ServicesImage::of(ctx, &compose.project, false)?.ensure(ctx)?;
    compose.cli(ctx)?.up(ctx, &Service::ALL.map(Service::name))?;
    super::wait_healthy(
        ctx,
        LOOK_AGAIN,
        || conditions(ctx, compose),
        |service| {
            let found = docker::service_containers(ctx, &compose.project, service.name());
            let found = found.unwrap_or_default();
            found.first().map(|it| docker::logs(ctx, &it.id)).unwrap_or_default()
        },
    )
}

pub fn stop(ctx: &Ctx, compose: &Compose) -> Result<usize> {
    let found = containers(ctx, compose)?;
    let running: Vec<&Container> =
        found.iter().flat_map(|(_, container)| container).filter(|it| it.running).collect();
    if !running.is_empty() {
        // All at once: each may take its whole time.
        let run = docker().args(["stop", "--time", "15"]);
        ctx.proc.read(&run.args(running.iter().map(|it| it.id.as_str())))?;
    }
    Ok(running.len())
}

pub fn require_api(ctx: &Ctx, compose: &Compose) -> Result<Container> {
    let found = docker::service_containers(ctx, &compose.project, Service::Api.name())?;
    found.into_iter().find(|it| it.running).ok_or_else(|| {
        Fault::unavailable("service `api` is not running").hint("start it: `cargo xtask up`").into()
    })
}

/// `python` inside the api's container, where DATABASE_URL and code are.
pub fn python(ctx: &Ctx, compose: &Compose) -> Result<Run> {
    let api = require_api(ctx, compose)?;
    let mut run = Run::new("docker").args(["exec", "--interactive"]);
    if Term::is_all_terminal() {
        run = run.arg("--tty");
    }
    Ok(run.arg(api.id).arg("python"))
}

/// Like [`python`], for a program that reads what we write: a terminal would
/// be in the way.
pub fn piped_python(ctx: &Ctx, compose: &Compose) -> Result<Run> {
    let api = require_api(ctx, compose)?;
    Ok(Run::new("docker").args(["exec", "--interactive"]).arg(api.id).arg("python"))
}

/// Asks a script inside the api's container to end: a signal to `docker exec`
/// does not reach it.
pub fn end_inside(ctx: &Ctx, compose: &Compose, script: &str) -> Result<()> {
    let api = require_api(ctx, compose)?;
    let run = docker().args(["exec", &api.id, "python", "-c", END_SCRIPT, script]);
    ctx.proc.read(&run).map(|_| ())
}
