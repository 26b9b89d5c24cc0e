//! The stream of a dump: compressed, hashed and counted on its way to the
//! disk, and back.
//!
//! Must never: end a file without its checksum, or believe one that has none.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::encryption::{self, Identities, Seal, Sink};
use super::manifest::FileRecord;
use crate::init_file::hex;

/// Less work than zstd's own default, 3, and smaller than gzip still: the bench
/// `backup` prints both.
const LEVEL: i32 = 2;

/// Compresses what is written to it, and encrypts it where that is wanted.
pub struct Archive<'a> {
    encoder: zstd::stream::write::Encoder<'static, Sink<Hashed>>,
    pub raw_bytes: u64,
    /// Told the raw bytes so far.
    on_progress: &'a mut dyn FnMut(u64),
}

/// A file whose hash is known when its last byte is.
struct Hashed {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<'a> Archive<'a> {
    pub fn create(
        path: &Path,
        seal: Option<&Seal>,
        on_progress: &'a mut dyn FnMut(u64),
    ) -> Result<Archive<'a>> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(path);
        let file = file.with_context(|| format!("making `{}`", path.display()))?;
        let hashed = Hashed { file, hash: Sha256::new(), bytes: 0 };
        let sink = match seal {
            Some(seal) => Sink::Sealed(seal.around(hashed)?),
            None => Sink::Clear(hashed),
        };
        let mut encoder = zstd::stream::write::Encoder::new(sink, LEVEL)?;
        encoder.include_checksum(true)?;
        let cores = std::thread::available_parallelism().map_or(1, |it| it.get().min(8));
        encoder.multithread(u32::try_from(cores).unwrap_or(1))?;
        Ok(Archive { encoder, raw_bytes: 0, on_progress })
    }

    /// The last byte is on disk; what it is.
    pub fn finish(self, name: &str) -> Result<FileRecord> {
        let sink = self.encoder.finish().context("compressing")?;
        let hashed = sink.finish().context("writing the last of the dump")?;
        hashed.file.sync_all().context("writing the dump to disk")?;
        let sha256 = hex(&hashed.hash.finalize());
        Ok(FileRecord { name: name.to_owned(), bytes: hashed.bytes, sha256 })
    }
}

impl Write for Archive<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.encoder.write(bytes)?;
        self.raw_bytes += written as u64;
        (self.on_progress)(self.raw_bytes);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

/// A file's record, read from the disk again.
pub fn record(path: &Path, name: &str) -> Result<FileRecord> {
    let file = File::open(path).with_context(|| format!("reading `{}`", path.display()))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let (mut hash, mut bytes, mut chunk) = (Sha256::new(), 0_u64, vec![0; 1 << 20]);
    loop {
        let read =
            reader.read(&mut chunk).with_context(|| format!("reading `{}`", path.display()))?;
        if read == 0 {
            let sha256 = hex(&hash.finalize());
            return Ok(FileRecord { name: name.to_owned(), bytes, sha256 });
        }
        hash.update(&chunk[..read]);
        bytes += read as u64;
    }
}

/// Decrypts and decompresses a dump into `sink`.
pub fn unpack(path: &Path, key: Option<&Identities>, sink: &mut dyn Write) -> Result<()> {
    let file = File::open(path).with_context(|| format!("reading `{}`", path.display()))?;
    let reader = encryption::reader(file, key)
        .with_context(|| format!("decrypting `{}`", path.display()))?;
    let mut decoder = zstd::stream::read::Decoder::new(reader)?;
    io::copy(&mut decoder, sink).with_context(|| format!("unpacking `{}`", path.display()))?;
    Ok(())
}
