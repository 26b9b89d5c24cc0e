//! The platform's services on the target's database: api, processor and
//! enrichment, started, stopped, asked how they are.
//!
//! On `local` they are processes of this checkout kept up by a supervisor, on
//! `compose` containers. A database that only has a URL has services
//! elsewhere, which are not ours to start.
//!
//! Must never: stop or start anything of another checkout.

mod around;
mod check;
mod compose;
mod image;
mod local;
mod probe;
mod report;
mod supervisor;
pub mod test_databases;

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::target::Target;
use crate::target::compose::Compose;
use crate::tools::python::Environment;

pub use around::Around;
use check::check;
pub use image::ServicesImage;
pub use local::Place;
pub use report::Report;
pub use supervisor::supervise;

/// Settings of theirs that `.env` may hold; docker-compose.yml names the same.
pub const SETTINGS: [&str; 4] =
    ["LOG_LEVEL", "POSTGRES_POOL_SIZE", "POSTGRES_MAX_OVERFLOW", "POSTGRES_POOL_RECYCLE"];

/// From the start of a process until it answers, on a busy machine.
const START_DEADLINE: Duration = Duration::from_secs(90);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    Api,
    Processor,
    Enrichment,
}

impl Service {
    pub const ALL: [Service; 3] = [Service::Api, Service::Processor, Service::Enrichment];

    pub fn name(self) -> &'static str {
        match self {
            Service::Api => "api",
            Service::Processor => "processor",
            Service::Enrichment => "enrichment",
        }
    }

    /// The variable that says where it listens.
    fn port_variable(self) -> &'static str {
        match self {
            Service::Api => "API_PORT",
            Service::Processor => "PROCESSOR_PORT",
            Service::Enrichment => "ENRICHMENT_PORT",
        }
    }

    fn usual_port(self) -> u16 {
        match self {
            Service::Api => 8000,
            Service::Processor => 8002,
            Service::Enrichment => 8003,
        }
    }
}

/// `--services`: what a command does with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They stop before the database does and run when it is over.
    All,
    /// They stop before the database does and stay down.
    Db,
    /// They are left as they are.
    None,
}

/// Flag and meaning, for the help of the commands that take it.
pub const SCOPE_FLAG: (&str, &str) = (
    "--services WHICH",
    "all: they run afterwards (default); db: only the database does; none: leave them alone",
);

impl Scope {
    /// From the flag, else from XTASK_SERVICES, else all there are.
    pub fn of(ctx: &Ctx, flag: Option<String>) -> Result<Scope> {
        let (value, origin) = match flag {
            Some(value) => (value, "--services"),
            None => match ctx.config.value("XTASK_SERVICES") {
                Some(value) => (value, "XTASK_SERVICES"),
                None => ("all".to_owned(), ""),
            },
        };
        match value.as_str() {
            "all" => Ok(Scope::All),
            "db" => Ok(Scope::Db),
            "none" => Ok(Scope::None),
            other => {
                Err(Fault::usage(format!("{origin} is all, db or none, not `{other}`")).into())
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Stopped,
    /// It runs and does not answer yet.
    Starting,
    Healthy,
    /// It answers that something is wrong.
    Unhealthy,
}

/// How one service is.
#[derive(Clone, Debug, Serialize)]
pub struct Condition {
    pub service: Service,
    pub state: State,
    /// On 127.0.0.1.
    pub port: Option<u16>,
    /// How often it ended by itself and was started again.
    pub restarts: u64,
    /// What is to be said besides.
    pub detail: String,
}

impl Condition {
    fn stopped(service: Service) -> Condition {
        Condition { service, state: State::Stopped, port: None, restarts: 0, detail: String::new() }
    }

    /// `healthy on port 8000, restarted 2 times`
    pub fn story(&self) -> String {
        let mut story = match self.state {
            State::Stopped => "stopped".to_owned(),
            State::Starting => "starting".to_owned(),
            State::Healthy => "healthy".to_owned(),
            State::Unhealthy => "unhealthy".to_owned(),
        };
        if let Some(port) = self.port {
            story.push_str(&format!(" on port {port}"));
        }
        if self.restarts > 0 {
            story.push_str(&format!(", started again {} times", self.restarts));
        }
        if !self.detail.is_empty() {
            story.push_str(&format!(": {}", self.detail));
        }
        story
    }
}

/// How each service of the target is; empty where they are not ours.
pub fn conditions(ctx: &Ctx, target: &Target) -> Result<Vec<Condition>> {
    match target {
        Target::Local(_) => local::conditions(ctx),
        Target::Compose(compose) => compose::conditions(ctx, compose),
        Target::Url(_) => Ok(Vec::new()),
    }
}

/// What starting them will need is there, or is fetched now, while nothing
/// has been stopped yet. Says what was done.
pub fn prepare(ctx: &Ctx, target: &Target) -> Result<&'static str> {
    match target {
        Target::Local(_) => Ok(match Environment::services(ctx)?.ensure(ctx)? {
            true => "Python environment made from requirements.txt",
            false => "Python environment as requirements.txt says",
        }),
        Target::Compose(compose) => {
            Ok(match ServicesImage::of(ctx, &compose.project, false)?.ensure(ctx)? {
                true => "image built from requirements.txt",
                false => "image as requirements.txt says",
            })
        }
        Target::Url(_) => Ok("they run elsewhere"),
    }
}

/// Starts those that do not run and waits until all of them are healthy.
pub fn start(ctx: &Ctx, target: &Target) -> Result<Vec<Condition>> {
    match target {
        Target::Local(_) => local::start(ctx, &target.require_running(ctx)?),
        Target::Compose(compose) => compose::start(ctx, compose),
        Target::Url(_) => Ok(Vec::new()),
    }
}

/// Waits until all are healthy. One that ends by itself is told with the last
/// of what it said.
fn wait_healthy(
    ctx: &Ctx,
    pause: Duration,
    look: impl Fn() -> Result<Vec<Condition>>,
    log: impl Fn(Service) -> String,
) -> Result<Vec<Condition>> {
    let started = Instant::now();
    loop {
        ctx.interrupt.check()?;
        let found = look()?;
        if found.iter().all(|it| it.state == State::Healthy) {
            return Ok(found);
        }
        let fallen = found.iter().find(|it| it.restarts > 0 || it.state == State::Stopped);
        if let Some(fallen) = fallen {
            let name = fallen.service.name();
            let words = log(fallen.service);
            let lines: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty()).collect();
            let last = lines[lines.len().saturating_sub(4)..].join("\n");
            return Err(Fault::failed(format!("service `{name}` does not stay up: {last}"))
                .hint(format!("its log: `cargo xtask logs {name}`"))
                .into());
        }
        if started.elapsed() > START_DEADLINE {
            let late = found.iter().filter(|it| it.state != State::Healthy);
            let late: Vec<String> =
                late.map(|it| format!("{} is {}", it.service.name(), it.story())).collect();
            let seconds = START_DEADLINE.as_secs();
            return Err(Fault::unavailable(format!(
                "not healthy after {seconds} s: {}",
                late.join(", ")
            ))
            .hint("their logs: `cargo xtask logs`")
            .into());
        }
        std::thread::sleep(pause);
    }
}

/// How many there are to stop.
pub fn running(ctx: &Ctx, target: &Target) -> Result<usize> {
    match target {
        Target::Local(_) => local::running(ctx),
        Target::Compose(compose) => compose::running(ctx, compose),
        Target::Url(_) => Ok(0),
    }
}

/// Ends those that run, each after what it has in hand. Says how many.
pub fn stop(ctx: &Ctx, target: &Target) -> Result<usize> {
    match target {
        Target::Local(_) => local::stop(ctx),
        Target::Compose(compose) => compose::stop(ctx, compose),
        Target::Url(_) => Ok(0),
    }
}

/// A Python program where the services run: in the api's container, or with
/// the environment of this checkout. `words` stand behind `python`.
pub fn python<S: Into<std::ffi::OsString>>(
    ctx: &Ctx,
    target: &Target,
    words: impl IntoIterator<Item = S>,
) -> Result<Run> {
    let run = match target {
        Target::Compose(compose) => compose::python(ctx, compose)?,
        Target::Local(_) | Target::Url(_) => {
            let address = target.require_running(ctx)?;
            local::python(ctx, &address)?
        }
    };
    Ok(run.args(words))
}

/// The Python in the container of the api, for a program that is written to.
pub fn piped_python(ctx: &Ctx, compose: &Compose) -> Result<Run> {
    compose::piped_python(ctx, compose)
}

/// True when [`python`] can be used without making anything first.
pub fn is_python_ready(ctx: &Ctx, target: &Target) -> bool {
    match target {
        Target::Compose(_) => running(ctx, target).is_ok_and(|count| count > 0),
        Target::Local(_) | Target::Url(_) => {
            Environment::services(ctx).and_then(|it| it.is_ready()).unwrap_or(false)
        }
    }
}

/// What [`python`] needs is there, or is made now.
pub fn prepare_python(ctx: &Ctx, target: &Target) -> Result<()> {
    if let Target::Compose(_) = target {
        // The container brings it.
        return Ok(());
    }
    let environment = Environment::services(ctx)?;
    if !environment.is_ready()? {
        ctx.term.status("making the Python environment from requirements.txt, once");
        environment.ensure(ctx)?;
    }
    Ok(())
}

/// Asks `scripts/migrate_NAME.py` to end where a signal to its client does
/// not reach it.
pub fn end_inside(ctx: &Ctx, target: &Target, name: &str) -> Result<()> {
    match target {
        Target::Compose(it) => compose::end_inside(ctx, it, &format!("scripts/migrate_{name}.py")),
        Target::Local(_) | Target::Url(_) => Ok(()),
    }
}

/// `api healthy on port 8000, ...` for the table of steps.
pub fn summary(conditions: &[Condition]) -> String {
    let parts: Vec<String> = conditions
        .iter()
        .map(|it| match it.port {
            Some(port) => format!("{} on port {port}", it.service.name()),
            None => it.service.name().to_owned(),
        })
        .collect();
    parts.join(", ")
}
