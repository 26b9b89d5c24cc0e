//! A program that is running.
//!
//! Must never: leave it running when nobody waits for it any more.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::{Run, status_code};

/// How long a child may take to end after being asked to.
const GRACE: Duration = Duration::from_secs(5);

/// Dropping it ends the program and what it started.
#[derive(Debug)]
pub struct Started {
    pub(super) run: Run,
    pub(super) handle: duct::Handle,
    pub(super) at: Instant,
    pub(super) is_done: bool,
}

impl Started {
    pub(super) fn new(run: Run, handle: duct::Handle) -> Started {
        Started { run, handle, at: Instant::now(), is_done: false }
    }

    pub fn pid(&self) -> Option<u32> {
        self.handle.pids().first().copied()
    }

    /// Its status, if it has ended.
    pub fn ended(&mut self) -> Result<Option<i32>> {
        let looked = self.handle.try_wait();
        let output = looked.with_context(|| format!("waiting for `{}`", self.run.shown()))?;
        let status = output.map(|output| status_code(&output.status));
        self.is_done = status.is_some();
        Ok(status)
    }

    /// Sends a signal to it and what it started.
    pub fn ask(&self, signal: Signal) {
        for pid in self.handle.pids() {
            let _ = killpg(Pid::from_raw(pid.cast_signed()), signal);
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if self.is_done {
            return;
        }
        self.ask(Signal::SIGTERM);
        if !matches!(self.handle.wait_timeout(GRACE), Ok(Some(_))) {
            self.ask(Signal::SIGKILL);
            let _ = self.handle.wait_timeout(GRACE);
        }
    }
}
