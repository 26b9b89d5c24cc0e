//! The services on `local`: processes of this checkout, kept up by a
//! supervisor that outlives the terminal.
//!
//! ```text
//! .xtask/services/
//!   lock             held (flock) by the supervisor while it lives; names its process
//!   state.json       each service's process, port and restarts
//!   supervisor.log   what it did
//!   api.log ...      what each service said, one JSON object a line
//! ```
//!
//! Must never: trust a process number without its start time.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use pg_live::Address;

use super::supervisor::{self, LOCK, Process, Record, STATE, Saved};
use super::{Condition, SETTINGS, Service, State, probe};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::{ensure_private_dir, open_lock, take_lock};
use crate::proc::Run;
use crate::target::env_file::{free_port, is_free};
use crate::tools::python::Environment;

/// The supervisor gives each service its time and a margin.
const STOP_DEADLINE: Duration = Duration::from_secs(25);
const SUPERVISOR_DEADLINE: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(50);

/// Where things lie.
#[derive(Clone, Debug)]
pub struct Place {
    pub dir: PathBuf,
}

impl Place {
    pub fn of(ctx: &Ctx) -> Place {
        Place { dir: ctx.config.state_dir().join("services") }
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.log"))
    }

    fn has_supervisor(&self) -> Result<bool> {
        let path = self.dir.join(LOCK);
        Ok(path.exists() && !take_lock(&open_lock(&path)?, &path)?)
    }
}

pub fn conditions(ctx: &Ctx) -> Result<Vec<Condition>> {
    let place = Place::of(ctx);
    let saved = Saved::read(&place).filter(|_| place.has_supervisor().unwrap_or(false));
    Ok(Service::ALL
        .into_iter()
        .map(|service| {
            let record = saved.as_ref().and_then(|saved| saved.services.get(service.name()));
            record.map_or_else(|| Condition::stopped(service), |record| condition(service, record))
        })
        .collect())
}

fn condition(service: Service, record: &Record) -> Condition {
    let (state, detail) = match record.process {
        Some(_) => probe::health(record.port),
        // Between two tries.
        None => (State::Starting, record.last_end.clone().unwrap_or_default()),
    };
    Condition { service, state, port: Some(record.port), restarts: record.restarts, detail }
}

pub fn start(ctx: &Ctx, address: &Address) -> Result<Vec<Condition>> {
    let place = Place::of(ctx);
    let environment = Environment::services(ctx)?;
    environment.ensure(ctx)?;
    ensure_private_dir(&place.dir)?;
    if place.has_supervisor()? {
        let serves = Saved::read(&place).is_some_and(|it| {
            it.database == address.to_string() && it.python == environment.python()
        });
        let is_well = conditions(ctx)?.iter().all(|it| it.state == State::Healthy);
        // They serve a database that is somewhere else by now, or wait for
        // their next try.
        if !(serves && is_well) {
            stop(ctx)?;
        }
    }
    if !place.has_supervisor()? {
        end_orphans(ctx, &place)?;
        launch(ctx, &place, address, &environment)?;
        environment.sweep();
    }
    wait_for_supervisor(ctx, &place)?;
    super::wait_healthy(
        ctx,
        TICK,
        || conditions(ctx),
        |service| fs::read_to_string(place.log(service.name())).unwrap_or_default(),
    )
}

fn launch(ctx: &Ctx, place: &Place, address: &Address, environment: &Environment) -> Result<()> {
    let mut taken = Vec::new();
    let before = Saved::read(place);
    let program = std::env::current_exe().context("finding this program")?;
    let mut run = with_database(Run::new(program).args(["supervise", "--quiet"]), address)
        .env(supervisor::DATABASE, address.to_string())
        .env(supervisor::PYTHON, environment.python().display().to_string());
    for name in SETTINGS {
        if let Some(value) = ctx.config.value(name) {
            run = run.env(name, value);
        }
    }
    for service in Service::ALL {
        let noted = before.as_ref().and_then(|it| it.services.get(service.name()));
        let port = port(ctx, service, noted.map(|record| record.port), &taken)?;
        taken.push(port);
        run = run.env(service.port_variable(), port.to_string());
    }
    let log = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(place.log("supervisor"))
        .context("opening the supervisor's log")?;
    // What the last one left says nothing any more.
    let _ = fs::remove_file(place.dir.join(STATE));
    ctx.proc.detach(&run, log)
}

/// The port that is configured, else the one of last time, else a free one.
fn port(ctx: &Ctx, service: Service, noted: Option<u16>, taken: &[u16]) -> Result<u16> {
    let name = service.port_variable();
    if let Some(setting) = ctx.config.get(name).filter(|setting| !setting.value.is_empty()) {
        let Ok(port) = setting.value.parse::<u16>() else {
            return Err(Fault::failed(format!(
                "{name} of {} is not a port: `{}`",
                setting.origin, setting.value
            ))
            .into());
        };
        if is_free(port) {
            return Ok(port);
        }
        // `.env` is written for compose, which may have the port right now.
        ctx.term.detail(&format!("port {port} ({name}) is taken; another one is used"));
    }
    match noted.filter(|port| is_free(*port) && !taken.contains(port)) {
        Some(port) => Ok(port),
        None => free_port(service.usual_port(), taken),
    }
}

/// The supervisor has said who it is.
fn wait_for_supervisor(ctx: &Ctx, place: &Place) -> Result<()> {
    let started = Instant::now();
    while !place.has_supervisor()? || Saved::read(place).is_none() {
        ctx.interrupt.check()?;
        if started.elapsed() > SUPERVISOR_DEADLINE {
            let log = fs::read_to_string(place.log("supervisor")).unwrap_or_default();
            let last = log.lines().next_back().unwrap_or("it said nothing").to_owned();
            return Err(Fault::failed(format!("the supervisor did not start: {last}"))
                .hint(format!("its log: `{}`", place.log("supervisor").display()))
                .into());
        }
        std::thread::sleep(TICK);
    }
    Ok(())
}

/// How many there are to stop, with a supervisor or without.
pub fn running(ctx: &Ctx) -> Result<usize> {
    let place = Place::of(ctx);
    let saved = Saved::read(&place);
    let processes = saved.iter().flat_map(|saved| saved.services.values());
    let alive = processes.filter(|it| it.process.as_ref().is_some_and(Process::is_alive)).count();
    Ok(alive.max(usize::from(place.has_supervisor()?)))
}

pub fn stop(ctx: &Ctx) -> Result<usize> {
    let place = Place::of(ctx);
    if !place.has_supervisor()? {
        return end_orphans(ctx, &place);
    }
    let running = Saved::read(&place)
        .map_or(0, |saved| saved.services.values().filter(|it| it.process.is_some()).count());
    let Some(supervisor) = Process::of_supervisor(&place).filter(Process::is_alive) else {
        return Err(Fault::unavailable("a supervisor is just starting").hint("try again").into());
    };
    let group = Pid::from_raw(supervisor.pid);
    let _ = killpg(group, Signal::SIGTERM);
    let asked = Instant::now();
    while place.has_supervisor()? {
        if asked.elapsed() > STOP_DEADLINE {
            let _ = killpg(group, Signal::SIGKILL);
            end_orphans(ctx, &place)?;
            break;
        }
        std::thread::sleep(TICK);
    }
    Ok(running)
}

/// Services whose supervisor was killed.
fn end_orphans(ctx: &Ctx, place: &Place) -> Result<usize> {
    let Some(saved) = Saved::read(place) else { return Ok(0) };
    let alive =
        || saved.services.values().filter_map(|it| it.process.as_ref()).filter(|it| it.is_alive());
    let count = alive().count();
    for (signal, patience) in
        [(Signal::SIGTERM, STOP_DEADLINE / 2), (Signal::SIGKILL, STOP_DEADLINE)]
    {
        for it in alive() {
            let _ = killpg(Pid::from_raw(it.pid), signal);
        }
        let asked = Instant::now();
        while alive().next().is_some() && asked.elapsed() < patience {
            std::thread::sleep(TICK);
        }
    }
    if count > 0 {
        ctx.term.detail(&format!("ended {count} services whose supervisor was killed"));
    }
    Ok(count)
}

/// The Python of this checkout, with its code and the database.
pub fn python(ctx: &Ctx, address: &Address) -> Result<Run> {
    Ok(with_database(Run::new(Environment::services(ctx)?.python()), address)
        .env("PYTHONPATH", ctx.root.display().to_string())
        .env("PYTHONUNBUFFERED", "1")
        .dir(&ctx.root))
}

fn with_database(run: Run, address: &Address) -> Run {
    run.secret("DATABASE_URL", address.secret_url())
        .hide(address.password.clone().unwrap_or_default())
}
