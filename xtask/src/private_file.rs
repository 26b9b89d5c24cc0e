//! Files and folders that only we can read, and locks between runs.
//!
//! Must never: leave half a file under its final name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::interrupt::Interrupt;

/// Between two looks at a lock somebody else has.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Longer than anybody looks at a lock, also on a busy machine.
const A_LOOK: Duration = Duration::from_millis(300);

/// Makes a folder that only we can enter.
pub fn ensure_private_dir(dir: &Path) -> Result<PathBuf> {
    let making = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    making.with_context(|| format!("making `{}`", dir.display()))?;
    Ok(dir.to_owned())
}

/// Makes a file as a whole, unless there is one: false then. Of two runs at
/// once one makes it.
pub fn create_private(path: &Path, bytes: &[u8]) -> Result<bool> {
    let mut own = path.as_os_str().to_owned();
    own.push(format!(".{}", std::process::id()));
    let own = PathBuf::from(own);
    write_private(&own, bytes)?;
    let linked = std::fs::hard_link(&own, path);
    let _ = std::fs::remove_file(&own);
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(|| format!("making `{}`", path.display())),
    }
}

/// Replaces a file as a whole: a crash leaves the old or the new one.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let partial = path.with_extension("partial");
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)
    };
    let written = write();
    if written.is_err() {
        // Half of it would only take room, where there may be none.
        let _ = std::fs::remove_file(&partial);
    }
    written.with_context(|| format!("writing `{}`", path.display()))
}

/// A file made to be locked; made if need be.
pub fn open_lock(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path).with_context(|| format!("opening `{}`", path.display()))
}

/// Takes a lock unless somebody has it. It ends with the file, or with us.
pub fn take_lock(file: &File, path: &Path) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("locking `{}`", path.display()))
        }
    }
}

/// Takes a lock, also from somebody who only looks whether it is free: that
/// takes it for a moment.
pub fn take_lock_soon(file: &File, path: &Path) -> Result<bool> {
    let asked = Instant::now();
    loop {
        if take_lock(file, path)? {
            return Ok(true);
        }
        if asked.elapsed() > A_LOOK {
            return Ok(false);
        }
        std::thread::sleep(LOOK_AGAIN / 10);
    }
}

/// Waits for a lock until the user says stop.
pub fn wait_for_lock(path: &Path, interrupt: &Interrupt) -> Result<File> {
    let file = open_lock(path)?;
    while !take_lock(&file, path)? {
        interrupt.check()?;
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(file)
}
