//! Reading a dump while it goes somewhere else: what it holds is known when
//! its last byte has passed.
//!
//! Must never: slow down the dump, or end well where the dump does not.

use std::io::{self, PipeWriter, Write};
use std::thread::JoinHandle;

use anyhow::Result;
use pg_live::content::dump::{self, Dumped};

use crate::proc::wide_pipe;

/// Passes everything on to `next` as well.
pub struct Inventory<W> {
    pub next: W,
    pipe: PipeWriter,
    reading: JoinHandle<io::Result<Dumped>>,
}

impl<W: Write> Inventory<W> {
    pub fn before(next: W) -> Result<Inventory<W>> {
        let (mut reader, pipe) = wide_pipe()?;
        let reading = std::thread::spawn(move || dump::read(&mut reader));
        Ok(Inventory { next, pipe, reading })
    }

    /// Everything that passed. Call it when the last byte has.
    pub fn finish(self) -> Result<(W, Dumped)> {
        drop(self.pipe);
        let read =
            self.reading.join().map_err(|_| anyhow::anyhow!("the dump's reader panicked"))?;
        Ok((self.next, read?))
    }
}

impl<W: Write> Write for Inventory<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.next.write(bytes)?;
        match self.pipe.write_all(&bytes[..written]) {
            // The reader has given up; why, it says at the end.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(written),
            passed => passed.map(|()| written),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.next.flush()
    }
}
