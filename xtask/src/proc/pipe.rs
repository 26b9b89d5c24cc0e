//! Programs whose output is taken, or whose input is given, as it flows.
//!
//! Must never: hold it all, or call half of it all. The exit status counts.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::{Finished, Proc, Run, Started, TICK, overdue};

const CHUNK: u32 = 1 << 20;

/// One that holds a whole chunk: who writes waits less for who reads.
pub fn wide_pipe() -> Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = std::io::pipe().context("making a pipe")?;
    // Beyond the user's limit it stays as it is.
    let _ = fcntl(&writer, FcntlArg::F_SETPIPE_SZ(CHUNK.cast_signed()));
    Ok((reader, writer))
}

/// The reader stopped before the end.
pub fn is_closed(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<std::io::Error>();
    cause.is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe)
}

impl Proc {
    /// Everything the program prints goes to `sink`. A sink that fails ends
    /// the program.
    pub fn pour(&self, run: &Run, sink: &mut dyn Write) -> Result<Finished> {
        let (mut reader, writer) = wide_pipe()?;
        let expression = self.expression(run).stdin_null().stdout_file(writer).stderr_capture();
        let mut started = self.begin(run.clone(), expression)?;
        let poured = self.watched(&started.handle.pids(), run, || {
            let mut chunk = vec![0; CHUNK as usize];
            loop {
                match reader.read(&mut chunk) {
                    Ok(0) => return Ok(()),
                    Ok(read) => sink.write_all(&chunk[..read])?,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        })?;
        // Dropping what runs on ends it.
        poured.with_context(|| format!("keeping what `{}` prints", run.shown()))?;
        self.join(&mut started)
    }

    /// The program reads what `source` writes. A program that ends early is
    /// told by its status; one that was not given everything is not to blame.
    pub fn feed(
        &self,
        run: &Run,
        source: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<Finished> {
        let (mut started, fed) = self.start_fed(run, source)?;
        let finished = self.join(&mut started)?;
        match fed {
            Err(error) if !finished.is_success() && is_closed(&error) => {}
            fed => fed?,
        }
        Ok(finished)
    }

    /// Like [`Proc::feed`], and works on: what the source met counts where the
    /// program then ends well.
    pub fn start_fed(
        &self,
        run: &Run,
        source: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<(Started, Result<()>)> {
        let (reader, mut writer) = wide_pipe()?;
        let expression = self.expression(run).stdin_file(reader).stdout_null().stderr_capture();
        let started = self.begin(run.clone(), expression)?;
        let fed = self.watched(&started.handle.pids(), run, || source(&mut writer))?;
        Ok((started, fed))
    }

    /// Does some work that waits for a program, and ends the program when the
    /// user says stop or its time is up. That is told here: an ended
    /// `docker exec` says 0, as one that did its work (measured).
    fn watched<T>(&self, pids: &[u32], run: &Run, work: impl FnOnce() -> T) -> Result<T> {
        let (is_done, was_ended) = (AtomicBool::new(false), AtomicBool::new(false));
        let (interrupt, timeout) = (self.interrupt.clone(), run.timeout);
        let done = std::thread::scope(|scope| {
            scope.spawn(|| {
                let started = Instant::now();
                while !is_done.load(Ordering::Relaxed) {
                    if interrupt.is_raised() || started.elapsed() > timeout {
                        was_ended.store(true, Ordering::Relaxed);
                        for pid in pids {
                            let _ = killpg(Pid::from_raw(pid.cast_signed()), Signal::SIGTERM);
                        }
                    }
                    std::thread::sleep(TICK);
                }
            });
            let done = work();
            is_done.store(true, Ordering::Relaxed);
            done
        });
        if was_ended.load(Ordering::Relaxed) {
            self.note_child(None);
            self.interrupt.check()?;
            return Err(overdue(run));
        }
        Ok(done)
    }
}
