//! Ctrl-C and SIGTERM: one flag that everything that waits looks at.
//!
//! Must never: end the process at the first signal. The second one does that,
//! for a person who means it, but only once somebody here has seen the first:
//! while psql has the terminal, Ctrl-C is psql's.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::outcome::Fault;

#[derive(Clone, Debug)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    seen: Arc<AtomicBool>,
    shielded: Arc<AtomicBool>,
}

impl Interrupt {
    /// Takes over the three signals.
    pub fn install() -> io::Result<Interrupt> {
        let (raised, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, seen.clone())?;
            signal_hook::flag::register(signal, raised.clone())?;
        }
        Ok(Interrupt { raised, seen, shielded: Arc::default() })
    }

    pub fn is_raised(&self) -> bool {
        let raised = self.raised.load(Ordering::Relaxed);
        if raised {
            self.seen.store(true, Ordering::Relaxed);
        }
        raised && !self.shielded.load(Ordering::Relaxed)
    }

    /// Cleaning up goes to its end, also after the user said stop.
    pub fn shield<T>(&self, cleaning: impl FnOnce() -> T) -> T {
        let before = self.shielded.swap(true, Ordering::Relaxed);
        let done = cleaning();
        self.shielded.store(before, Ordering::Relaxed);
        done
    }

    /// Between two steps: go on, or stop here.
    pub fn check(&self) -> Result<(), Fault> {
        if self.is_raised() { Err(Fault::interrupted()) } else { Ok(()) }
    }
}
