//! What every command is handed: the project, the settings, the doors.
//!
//! Must never: hold state of a command.

use std::cell::OnceCell;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use tokio::runtime::{Builder, Runtime};

use crate::config::Config;
use crate::flags::Globals;
use crate::interrupt::Interrupt;
use crate::outcome::Fault;
use crate::proc::Proc;
use crate::term::Term;

pub struct Ctx {
    pub root: PathBuf,
    pub globals: Globals,
    pub config: Config,
    pub term: Term,
    pub proc: Proc,
    pub interrupt: Interrupt,
    runtime: OnceCell<Runtime>,
}

const TICK: Duration = Duration::from_millis(50);
/// How long a cancelled statement may take to say so.
const CANCEL_GRACE: Duration = Duration::from_secs(5);

impl Ctx {
    pub fn new(globals: Globals, config: Config, term: Term, interrupt: Interrupt) -> Ctx {
        let root = config.root.clone();
        let proc = Proc::new(term.clone(), interrupt.clone(), root.clone());
        Ctx { root, globals, config, term, proc, interrupt, runtime: OnceCell::new() }
    }

    /// The same run with the settings read again.
    pub fn reloaded(&self) -> Result<Ctx> {
        let config =
            Config::load(&self.root, crate::config::environment(), &self.globals.env_files)?;
        Ok(Ctx::new(self.globals.clone(), config, self.term.clone(), self.interrupt.clone()))
    }

    /// The same run with the settings of a file that is not there.
    pub fn with_file(&self, origin: &str, text: &str) -> Result<Ctx> {
        let config = self.config.with_file(origin, text)?;
        Ok(Ctx::new(self.globals.clone(), config, self.term.clone(), self.interrupt.clone()))
    }

    /// Runs a conversation with servers to its end. When the user says stop,
    /// the servers are asked to cancel, and what they then say unwinds.
    pub fn wait<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Waited<E>> {
        self.interrupt.check().map_err(|_| Waited::Interrupted)?;
        let runtime = self.runtime().map_err(Waited::Runtime)?;
        runtime.block_on(async {
            let mut work = std::pin::pin!(work);
            loop {
                match tokio::time::timeout(TICK, work.as_mut()).await {
                    Ok(done) => return done.map_err(Waited::Failed),
                    Err(_) if self.interrupt.is_raised() => break,
                    Err(_) => {}
                }
            }
            pg_live::cancel::cancel_running().await;
            match tokio::time::timeout(CANCEL_GRACE, work).await {
                // It came through after all: that is what must be told.
                Ok(Ok(done)) => Ok(done),
                Ok(Err(_)) | Err(_) => Err(Waited::Interrupted),
            }
        })
    }

    /// Like [`Ctx::wait`], for work that knows by itself how to stop: it is
    /// told once, and waited for however long it takes to leave things whole.
    pub fn wait_to_its_end<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Waited<E>> {
        self.interrupt.check().map_err(|_| Waited::Interrupted)?;
        let runtime = self.runtime().map_err(Waited::Runtime)?;
        runtime.block_on(async {
            let mut work = std::pin::pin!(work);
            let mut is_told = false;
            loop {
                match tokio::time::timeout(TICK, work.as_mut()).await {
                    Ok(done) => return done.map_err(Waited::Failed),
                    Err(_) if self.interrupt.is_raised() && !is_told => {
                        is_told = true;
                        pg_live::cancel::cancel_running().await;
                    }
                    Err(_) => {}
                }
            }
        })
    }

    fn runtime(&self) -> std::io::Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let built = Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(self.runtime.get_or_init(|| built))
    }
}

/// Why a conversation has no result.
#[derive(Debug)]
pub enum Waited<E> {
    Failed(E),
    Interrupted,
    Runtime(std::io::Error),
}

impl<E: Into<anyhow::Error>> From<Waited<E>> for anyhow::Error {
    fn from(waited: Waited<E>) -> anyhow::Error {
        match waited {
            Waited::Failed(error) => error.into(),
            Waited::Interrupted => Fault::interrupted().into(),
            Waited::Runtime(error) => anyhow::Error::from(error).context("starting the runtime"),
        }
    }
}
