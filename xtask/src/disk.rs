//! How much room a disk has.
//!
//! Must never: take the room that is kept for root for ours.

use std::io;
use std::path::Path;

use nix::sys::statvfs::statvfs;

/// Bytes that are left where this path is, or will be.
pub fn free(path: &Path) -> io::Result<u64> {
    let existing = path.ancestors().find(|it| it.exists()).unwrap_or(path);
    let found = statvfs(existing)?;
    Ok(found.blocks_available().saturating_mul(found.fragment_size()))
}
