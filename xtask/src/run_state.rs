//! What this checkout is doing right now: the lock and the note beside it.
//!
//! ```text
//! .xtask/
//!   target       the sticky choice
//!   folder       device and inode of the checkout: a copy is told by them
//!   home         where the local cluster of this checkout is
//!   lock         held (flock) while a changing command runs
//!   run.json     command, step and what is safe; gone when the run ends
//!   moving.json  databases that a move is about to make on other servers
//!   child        process number of the program running for us
//!   backups/     safety dumps, 0600
//!   ways/        what ways back need to know; see `ways/record.rs`
//! ```
//!
//! A note without a held lock is a run that was killed: `status` names it and
//! the next changing command takes over.
//!
//! Must never: be what correctness rests on. Every step also survives without
//! the note.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::{ensure_private_dir, open_lock, take_lock_soon, write_private};
use crate::proc::process_start;
use crate::stamp::now;

/// How long an orphaned child may take to end.
const ORPHAN_GRACE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    /// As it was typed.
    pub command: String,
    pub target: String,
    pub step: String,
    pub pid: u32,
    pub started: String,
    /// A complete safety dump this run made.
    pub safety_dump: Option<PathBuf>,
    /// True once the old database was given up.
    pub old_is_gone: bool,
}

/// The lock of this checkout with the note of this run.
#[derive(Debug)]
pub struct RunState {
    dir: PathBuf,
    _lock: File,
    note: Note,
    /// What the run before left when it was killed.
    pub interrupted: Option<Note>,
}

impl RunState {
    /// Takes the lock or says who has it. Programs that a killed run left
    /// behind are ended first.
    pub fn begin(ctx: &Ctx, target: &str) -> Result<RunState> {
        let dir = ensure_private_dir(&ctx.config.state_dir())?;
        let path = dir.join("lock");
        let mut lock = open_lock(&path)?;
        if !take_lock_soon(&lock, &path)? {
            let mut holder = String::new();
            let _ = lock.read_to_string(&mut holder);
            let holder = if holder.trim().is_empty() {
                "another run".to_owned()
            } else {
                holder.trim().to_owned()
            };
            return Err(Fault::unavailable(format!("{holder} is working on this checkout"))
                .hint("wait for it to end, then run the command again")
                .into());
        }
        end_orphan(ctx, &dir);
        write_private(&dir.join("folder"), folder_id(&ctx.root).as_bytes())?;
        sweep_partial_dumps(&dir);
        let interrupted = read_note(&dir);
        // What was lost then is in that dump, whatever becomes of this run.
        let inherited = interrupted.as_ref().filter(|before| before.old_is_gone);
        let command = &ctx.globals.again;
        let note = Note {
            command: command.clone(),
            target: target.to_owned(),
            step: "starting".to_owned(),
            pid: std::process::id(),
            started: now(),
            safety_dump: inherited.and_then(|before| before.safety_dump.clone()),
            old_is_gone: false,
        };
        lock.set_len(0)?;
        write!(lock, "`cargo xtask {command}` (pid {}, since {})", note.pid, note.started)?;
        ctx.proc.watch(Some(dir.join("child")));
        Ok(RunState { dir, _lock: lock, note, interrupted })
    }

    pub fn at_step(&mut self, step: &str) -> Result<()> {
        self.note.step = step.to_owned();
        self.write()
    }

    pub fn safety_dump(&mut self, path: &Path) -> Result<()> {
        self.note.safety_dump = Some(path.to_owned());
        self.write()
    }

    pub fn old_is_gone(&mut self, gone: bool) -> Result<()> {
        self.note.old_is_gone = gone;
        self.write()
    }

    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The run ended and left nothing to take over.
    pub fn end(self, ctx: &Ctx) {
        ctx.proc.watch(None);
        let _ = std::fs::remove_file(self.dir.join("run.json"));
    }

    /// The run ended and did not take over what an earlier one left: a loss
    /// that is to be made good stays on record.
    pub fn withdraw(mut self, ctx: &Ctx) {
        match self.interrupted.take().filter(|before| before.old_is_gone) {
            Some(before) => {
                ctx.proc.watch(None);
                self.note = before;
                // The note of this run says less, and is there.
                let _ = self.write();
            }
            None => self.end(ctx),
        }
    }

    fn write(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.note)?;
        write_private(&self.dir.join("run.json"), text.as_bytes())
    }
}

/// Which folder this is, whatever its path: a move keeps it, a copy does not.
pub fn folder_id(dir: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    dir.metadata().map_or_else(|_| String::new(), |meta| format!("{}:{}", meta.dev(), meta.ino()))
}

/// True when `.xtask` came here by copying another checkout.
pub fn is_copied(ctx: &Ctx) -> bool {
    std::fs::read_to_string(ctx.config.state_dir().join("folder"))
        .is_ok_and(|noted| noted != folder_id(&ctx.root))
}

/// The note of a run that was killed; None while a run is alive.
pub fn interrupted_run(ctx: &Ctx) -> Option<Note> {
    let dir = ctx.config.state_dir();
    let lock = File::open(dir.join("lock")).ok()?;
    let note = read_note(&dir)?;
    // A program that was just being started when its run was killed holds the
    // lock for a moment longer than the run.
    let is_alive = kill(Pid::from_raw(note.pid.cast_signed()), None).is_ok();
    (lock.try_lock().is_ok() || !is_alive).then_some(note)
}

fn read_note(dir: &Path) -> Option<Note> {
    serde_json::from_slice(&std::fs::read(dir.join("run.json")).ok()?).ok()
}

/// A program that a killed run started may still be working on the very
/// things we are about to change.
fn end_orphan(ctx: &Ctx, dir: &Path) {
    let file = dir.join("child");
    let noted = std::fs::read_to_string(&file).unwrap_or_default();
    let Some((pid, started)) = noted.trim().split_once(' ') else { return };
    let Ok(pid) = pid.parse().map(Pid::from_raw) else { return };
    // The number may belong to somebody else by now; the start time tells.
    let is_known = started != "-" && pid.as_raw() > 1;
    if is_known && process_start(pid.as_raw().cast_unsigned()) == started {
        ctx.term.warn(&format!("ending process {pid}, left by a run that was killed"));
        let _ = killpg(pid, Signal::SIGTERM);
        let asked = Instant::now();
        while kill(pid, None).is_ok() && asked.elapsed() < ORPHAN_GRACE {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = killpg(pid, Signal::SIGKILL);
    }
    let _ = std::fs::remove_file(file);
}

/// A dump that a killed run began holds data and helps nobody.
fn sweep_partial_dumps(dir: &Path) {
    for entry in std::fs::read_dir(dir.join("backups")).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|it| it == "partial") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
