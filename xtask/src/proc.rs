//! The one place that starts other programs.
//!
//! duct runs them (pipes, timeouts, captures), xshell runs the scripts of
//! `ci`, which says what is there. Every child gets an empty stdin unless it
//! is fed, its own process group, and no ambient `PG*` or `COMPOSE_*`
//! surprises; it is ended when the user says stop or the time is up.
//!
//! Must never: put a secret into arguments, or decide on what a program
//! prints. Exit status decides.

mod pipe;
mod run;
mod started;

use std::cell::RefCell;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::interrupt::Interrupt;
use crate::outcome::Fault;
use crate::term::Term;

pub use pipe::{is_closed, wide_pipe};
pub use run::{Run, quote};
pub use started::Started;

const TICK: Duration = Duration::from_millis(100);
/// What the number of a signal is added to, by shells and by us.
const BY_SIGNAL: i32 = 128;
/// SIGRTMAX.
const LAST_SIGNAL: i32 = 64;

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

#[derive(Debug)]
pub struct Proc {
    term: Term,
    interrupt: Interrupt,
    root: PathBuf,
    /// Told about each child that is started and gone, for [`crate::run_state`].
    watcher: RefCell<Option<PathBuf>>,
}

/// What a finished child left.
#[derive(Debug)]
pub struct Finished {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    pub fn is_success(&self) -> bool {
        self.status == 0
    }

    /// By a signal, and not by a decision of its own.
    pub fn was_killed(&self) -> bool {
        (BY_SIGNAL + 1..=BY_SIGNAL + LAST_SIGNAL).contains(&self.status)
    }

    /// The last lines a person should see.
    pub fn last_words(&self) -> String {
        let text = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> =
            text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() && self.was_killed() {
            return format!("it was killed by signal {}", self.status - BY_SIGNAL);
        }
        lines[lines.len().saturating_sub(6)..].join("\n")
    }
}

impl Proc {
    pub fn new(term: Term, interrupt: Interrupt, root: PathBuf) -> Proc {
        Proc { term, interrupt, root, watcher: RefCell::new(None) }
    }

    /// Where the number of the running child is written, so that the next run
    /// can end one that outlived a killed tool.
    pub fn watch(&self, file: Option<PathBuf>) {
        let before = self.watcher.replace(file);
        if let (Some(before), None) = (before, &*self.watcher.borrow()) {
            // One that was given up and never waited for is still in it.
            let _ = std::fs::remove_file(before);
        }
    }

    /// True when a program is to be found on `PATH`.
    pub fn has(&self, program: &str) -> bool {
        which::which(program).is_ok()
    }

    pub fn find(&self, program: &str) -> Option<PathBuf> {
        which::which(program).ok()
    }

    /// Runs to the end and hands back status and output; a status that is not
    /// 0 is the caller's to judge.
    pub fn capture(&self, run: &Run) -> Result<Finished> {
        self.drive(run, self.expression(run).stdin_null().stdout_capture().stderr_capture())
    }

    /// Like [`Proc::capture`]; a status that is not 0 is a failure.
    pub fn read(&self, run: &Run) -> Result<String> {
        let finished = self.capture(run)?;
        self.require_success(run, &finished)?;
        Ok(finished.stdout)
    }

    /// Reads stdin from `file`; output is thrown away, errors are kept.
    pub fn feed_file(&self, run: &Run, file: File) -> Result<Finished> {
        self.drive(run, self.expression(run).stdin_file(file).stdout_null().stderr_capture())
    }

    /// The user's own terminal: stdin, stdout and stderr are theirs.
    pub fn interactive(&self, run: &Run) -> Result<i32> {
        self.term.equivalent("$", &run.shown());
        let output = self
            .bare(run)
            .unchecked()
            .run()
            .with_context(|| format!("starting `{}`", run.shown()))?;
        Ok(status_code(&output.status))
    }

    /// Output is shown as it comes, on stderr.
    pub fn streamed(&self, run: &Run) -> Result<Finished> {
        self.drive(run, self.expression(run).stdin_null().stdout_to_stderr())
    }

    pub fn require_success(&self, run: &Run, finished: &Finished) -> Result<()> {
        if finished.is_success() {
            return Ok(());
        }
        let words = finished.last_words();
        Err(Fault::failed(format!("`{}` ended with {}: {words}", run.shown(), finished.status))
            .into())
    }

    /// A shell rooted in the project, for the scripts of `ci`.
    #[expect(clippy::disallowed_methods, reason = "the one door to processes")]
    pub fn shell(&self) -> Result<xshell::Shell> {
        let shell = xshell::Shell::new()?;
        shell.change_dir(&self.root);
        Ok(shell)
    }

    #[expect(clippy::disallowed_methods, reason = "the one door to processes")]
    fn bare(&self, run: &Run) -> duct::Expression {
        let mut expression = duct::cmd(&run.program, &run.arguments);
        for (name, value) in run.environment.iter().chain(&run.secrets) {
            expression = expression.env(name, value);
        }
        // The outer call works first in duct: what is set above stays.
        for name in &run.removed {
            expression = expression.env_remove(name);
        }
        // Any of them beats its configuration, also in what a server archives.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PGBACKREST_") {
                expression = expression.env_remove(name);
            }
        }
        expression = expression.dir(run.dir.as_deref().unwrap_or(&self.root));
        if let Some(account) = run.account.clone() {
            // Setting the uid as root also drops supplementary groups.
            expression = expression.before_spawn(move |command| {
                command.uid(account.uid).gid(account.gid);
                Ok(())
            });
        }
        expression.unchecked()
    }

    fn expression(&self, run: &Run) -> duct::Expression {
        self.bare(run).before_spawn(|command| {
            // Its own group: Ctrl-C reaches us, and we decide what it means.
            command.process_group(0);
            Ok(())
        })
    }

    /// Begins to run; output is kept for [`Proc::finish`].
    pub fn start(&self, run: Run) -> Result<Started> {
        let expression = self.expression(&run).stdin_null().stdout_capture().stderr_capture();
        self.begin(run, expression)
    }

    /// Like [`Proc::start`], of a program that is told `input`.
    pub fn start_told(&self, run: Run, input: &str) -> Result<Started> {
        let expression = self.expression(&run).stdin_bytes(input);
        self.begin(run, expression.stdout_capture().stderr_capture())
    }

    /// Waits for a begun run; its status is the caller's to judge.
    pub fn wait(&self, mut started: Started) -> Result<Finished> {
        self.join(&mut started)
    }

    /// Waits for a begun run; a status that is not 0 is a failure.
    pub fn finish(&self, mut started: Started) -> Result<String> {
        let finished = self.join(&mut started)?;
        self.require_success(&started.run, &finished)?;
        Ok(finished.stdout)
    }

    /// Begins to run with its output shown as it comes, on stderr.
    pub fn start_streamed(&self, run: Run) -> Result<Started> {
        let expression = self.expression(&run).stdin_null().stdout_to_stderr();
        self.begin(run, expression)
    }

    /// Begins to run for long; both outputs are appended to `log`.
    pub fn start_logged(&self, run: Run, log: File) -> Result<Started> {
        let expression = self.expression(&run).stdin_null().stderr_to_stdout().stdout_file(log);
        let handle = expression.start().map_err(|error| cannot_start(&run, &error))?;
        Ok(Started::new(run, handle))
    }

    /// Begins a program that outlives this one. It stays in our process group
    /// until it makes a session of its own.
    pub fn detach(&self, run: &Run, log: File) -> Result<()> {
        self.term.equivalent("$", &format!("{} &", run.shown()));
        let expression = self.bare(run).stdin_null().stderr_to_stdout().stdout_file(log);
        let handle = expression.start().map_err(|error| cannot_start(run, &error))?;
        // Nobody waits for it, and nothing may end it when we are done.
        std::mem::forget(handle);
        Ok(())
    }

    fn drive(&self, run: &Run, expression: duct::Expression) -> Result<Finished> {
        let mut started = self.begin(run.clone(), expression)?;
        self.join(&mut started)
    }

    fn begin(&self, run: Run, expression: duct::Expression) -> Result<Started> {
        self.interrupt.check()?;
        self.term.equivalent("$", &run.shown());
        let handle = expression.start().map_err(|error| cannot_start(&run, &error))?;
        self.note_child(handle.pids().first().copied());
        Ok(Started::new(run, handle))
    }

    fn join(&self, started: &mut Started) -> Result<Finished> {
        let output = loop {
            match started.handle.wait_timeout(TICK) {
                Ok(Some(output)) => break output.clone(),
                Ok(None) => {}
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("waiting for `{}`", started.run.shown()));
                }
            }
            let is_overdue = started.at.elapsed() > started.run.timeout;
            if is_overdue || self.interrupt.is_raised() {
                // Dropping it ends it.
                self.note_child(None);
                if is_overdue {
                    return Err(overdue(&started.run));
                }
                return Err(Fault::interrupted().into());
            }
        };
        started.is_done = true;
        self.note_child(None);
        self.term.detail(&format!("      {:.2} s", started.at.elapsed().as_secs_f64()));
        Ok(Finished {
            status: status_code(&output.status),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: started.run.redacted(&String::from_utf8_lossy(&output.stderr)),
        })
    }

    fn note_child(&self, pid: Option<u32>) {
        if let Some(file) = &*self.watcher.borrow() {
            // Only a help for after a crash: a full disk must not stop us here.
            let _ = match pid {
                Some(pid) => std::fs::write(file, format!("{pid} {}", process_start(pid))),
                None => std::fs::remove_file(file),
            };
        }
    }
}

/// When a process began, in the kernel's own ticks; `-` where that is not to
/// be had or it is gone. With the number it names one process for good.
pub fn process_start(pid: u32) -> String {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field holds the name, which may hold spaces and brackets.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace().nth(19).unwrap_or("-").to_owned()
}

fn status_code(status: &std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| BY_SIGNAL + status.signal().unwrap_or(0))
}

fn overdue(run: &Run) -> anyhow::Error {
    let (shown, seconds) = (run.shown(), run.timeout.as_secs());
    Fault::unavailable(format!("`{shown}` took longer than {seconds} s")).into()
}

fn cannot_start(run: &Run, error: &std::io::Error) -> anyhow::Error {
    let program = Path::new(&run.program).display();
    Fault::unavailable(format!("cannot start `{program}`: {error}")).into()
}
