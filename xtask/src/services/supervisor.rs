//! The process that keeps the services of `local` up: starts them, starts
//! again what ended, and on SIGTERM lets each finish what it has in hand.
//!
//! Must never: outlive its lock, give up on a service, or start one in a busy
//! loop.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Place, Service};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::private_file::{open_lock, take_lock_soon, write_private};
use crate::proc::{Run, Started, process_start};
use crate::stamp::now;

pub const LOCK: &str = "lock";
pub const STATE: &str = "state.json";
/// The variable with the database's address, without secrets.
pub const DATABASE: &str = "XTASK_SERVICES_DATABASE";
/// The variable with the Python they run in; another requirements.txt leads
/// to another one, and that is for the next start.
pub const PYTHON: &str = "XTASK_SERVICES_PYTHON";

const TICK: Duration = Duration::from_millis(200);
/// A service drains within 10 s.
const DRAIN: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// One that ran this long starts again at once.
const PROVEN: Duration = Duration::from_secs(60);
const LONGEST_LOG: u64 = 10 << 20;
const LOOK_AT_LOGS: Duration = Duration::from_secs(10);

/// `state.json`.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Saved {
    pub database: String,
    /// What they run in.
    pub python: PathBuf,
    pub services: BTreeMap<String, Record>,
}

/// A number that may be used again, with what makes it one process for good.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Process {
    pub pid: i32,
    pub started: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Record {
    /// None between two tries.
    pub process: Option<Process>,
    pub port: u16,
    pub restarts: u64,
    pub since: String,
    /// How it ended last time.
    pub last_end: Option<String>,
}

impl Saved {
    pub fn read(place: &Place) -> Option<Saved> {
        serde_json::from_slice(&fs::read(place.dir.join(STATE)).ok()?).ok()
    }

    fn write(&self, place: &Place) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        write_private(&place.dir.join(STATE), text.as_bytes())
    }
}

impl Process {
    fn of(pid: u32) -> Process {
        Process { pid: pid.cast_signed(), started: process_start(pid) }
    }

    /// The supervisor, from its lock.
    pub fn of_supervisor(place: &Place) -> Option<Process> {
        serde_json::from_slice(&fs::read(place.dir.join(LOCK)).ok()?).ok()
    }

    pub fn is_alive(&self) -> bool {
        self.started != "-" && process_start(self.pid.cast_unsigned()) == self.started
    }
}

/// One service and when it is to be started again.
struct Kept {
    service: Service,
    running: Option<Started>,
    began: Instant,
    due: Instant,
    pause: Duration,
    record: Record,
}

/// The whole life of a supervisor. It ends when it is told to.
pub fn supervise(ctx: &Ctx) -> Result<Answer> {
    // Away from the terminal, whose end is not ours.
    let _ = nix::unistd::setsid();
    let place = Place::of(ctx);
    let path = place.dir.join(LOCK);
    let mut lock = open_lock(&path)?;
    if !take_lock_soon(&lock, &path)? {
        return Err(Fault::unavailable("another supervisor is at work").into());
    }
    lock.set_len(0)?;
    lock.write_all(&serde_json::to_vec(&Process::of(std::process::id()))?)?;
    let mut kept = Service::ALL
        .map(|service| Kept::new(ctx, service))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let mut saved = None;
    let mut looked = Instant::now();
    while !ctx.interrupt.is_raised() {
        for it in &mut kept {
            it.look(ctx, &place);
        }
        save(ctx, &place, &kept, &mut saved);
        if looked.elapsed() > LOOK_AT_LOGS {
            looked = Instant::now();
            kept.iter().for_each(|it| shorten_log(&place, it.service));
        }
        std::thread::sleep(TICK);
    }
    ctx.interrupt.shield(|| drain(ctx, &mut kept));
    save(ctx, &place, &kept, &mut saved);
    Ok(Answer::done("", json!({})))
}

fn save(ctx: &Ctx, place: &Place, kept: &[Kept], saved: &mut Option<Saved>) {
    let services =
        kept.iter().map(|it| (it.service.name().to_owned(), it.record.clone())).collect();
    let database = ctx.config.ambient(DATABASE).unwrap_or_default().to_owned();
    let now = Saved { database, python: python(ctx), services };
    if saved.as_ref() == Some(&now) {
        return;
    }
    match now.write(place) {
        Ok(()) => *saved = Some(now),
        // The next tick tries again.
        Err(error) => say(ctx, &format!("{error:#}")),
    }
}

/// All are asked to end at once; who does not in time is ended.
fn drain(ctx: &Ctx, kept: &mut [Kept]) {
    let asked = Instant::now();
    kept.iter().filter_map(|it| it.running.as_ref()).for_each(|it| it.ask(Signal::SIGTERM));
    while kept.iter().any(|it| it.running.is_some()) {
        for it in kept.iter_mut() {
            if let Some(running) = &mut it.running {
                if let Ok(Some(status)) = running.ended() {
                    say(ctx, &format!("{} ended with {status}", it.service.name()));
                    it.running = None;
                    it.record.process = None;
                } else if asked.elapsed() > DRAIN {
                    say(ctx, &format!("{} does not end and is killed", it.service.name()));
                    running.ask(Signal::SIGKILL);
                }
            }
        }
        std::thread::sleep(TICK / 4);
    }
}

impl Kept {
    fn new(ctx: &Ctx, service: Service) -> Result<Kept> {
        let name = service.port_variable();
        let port = ctx.config.ambient(name).and_then(|port| port.parse().ok());
        let port = port.with_context(|| format!("{name} is not given"))?;
        let record = Record { process: None, port, restarts: 0, since: now(), last_end: None };
        let start = Instant::now();
        Ok(Kept { service, running: None, began: start, due: start, pause: FIRST_PAUSE, record })
    }

    /// Starts it when it is time, and sees whether it is still there.
    fn look(&mut self, ctx: &Ctx, place: &Place) {
        match &mut self.running {
            None if Instant::now() >= self.due => {
                if let Err(error) = self.start(ctx, place) {
                    self.again_later(ctx, format!("cannot be started: {error:#}"));
                }
            }
            None => {}
            Some(running) => match running.ended() {
                Ok(None) => {}
                Ok(Some(status)) => self.again_later(ctx, format!("ended with {status}")),
                Err(error) => self.again_later(ctx, format!("was lost sight of: {error:#}")),
            },
        }
    }

    fn start(&mut self, ctx: &Ctx, place: &Place) -> Result<()> {
        let log = open_log(place, self.service)?;
        let run = Run::new(python(ctx))
            .args(["-m", &format!("services.{}", self.service.name())])
            .env("PYTHONPATH", ctx.root.display().to_string())
            .env("PYTHONUNBUFFERED", "1")
            .env("SERVICE_HOST", "127.0.0.1");
        let running = ctx.proc.start_logged(run, log)?;
        let pid = running.pid().context("it has no process number")?;
        say(ctx, &format!("{} started as process {pid}", self.service.name()));
        self.record.process = Some(Process::of(pid));
        self.record.since = now();
        self.running = Some(running);
        self.began = Instant::now();
        Ok(())
    }

    fn again_later(&mut self, ctx: &Ctx, why: String) {
        if self.running.is_some() && self.began.elapsed() > PROVEN {
            self.pause = FIRST_PAUSE;
        }
        say(
            ctx,
            &format!("{} {why}; again in {:.1} s", self.service.name(), self.pause.as_secs_f64()),
        );
        self.running = None;
        self.due = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.record.process = None;
        self.record.restarts += 1;
        self.record.last_end = Some(why);
    }
}

fn python(ctx: &Ctx) -> PathBuf {
    PathBuf::from(ctx.config.ambient(PYTHON).unwrap_or("python3"))
}

/// Into the supervisor's own log.
fn say(ctx: &Ctx, text: &str) {
    ctx.term.plain(&format!("{} {text}", now()));
}

fn open_log(place: &Place, service: Service) -> Result<File> {
    shorten_log(place, service);
    let path = place.log(service.name());
    let mut options = OpenOptions::new();
    options
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("opening `{}`", path.display()))
}

/// A long log becomes `.log.1`. The service goes on writing into the same
/// file, at its new end, because it was opened to append.
fn shorten_log(place: &Place, service: Service) {
    let path = place.log(service.name());
    if path.metadata().is_ok_and(|meta| meta.len() > LONGEST_LOG) {
        let before = path.with_extension("log.1");
        if fs::copy(&path, before).is_ok() {
            let _ = OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(0));
        }
    }
}
