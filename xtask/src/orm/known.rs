//! Which contents of the files were found in step before: a commit hook asks
//! about the same files again and again, and importing SQLAlchemy alone takes
//! longer than a person waits for a commit.
//!
//! Must never: remember a verdict that is not clean, or take two contents for
//! the same that differ in anything a verdict was made from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::statements::SQL_FOLDERS;
use crate::context::Ctx;
use crate::init_file::{InitFile, hex};
use crate::private_file::{ensure_private_dir, write_private};

/// How many verdicts are kept, newest last.
const KEPT: usize = 64;

/// Everything that a verdict on the project's own models and its init.sql was
/// made from.
pub struct Contents {
    hash: String,
    notes: PathBuf,
}

impl Contents {
    pub fn of(ctx: &Ctx) -> Result<Contents> {
        let mut digest = Sha256::new();
        let mut add = |name: &str, bytes: &[u8]| {
            digest.update(format!("{name} {}\n", bytes.len()));
            digest.update(bytes);
        };
        // Findings may be left out until a day.
        add("day", jiff::Timestamp::now().strftime("%Y-%m-%d").to_string().as_bytes());
        add("version", env!("CARGO_PKG_VERSION").as_bytes());
        for script in [include_str!("dump.py"), include_str!("sql_strings.py")] {
            add("script", script.as_bytes());
        }
        add("program", program().as_bytes());
        add("init", InitFile::read(ctx)?.text.as_bytes());
        let mut files = vec![ctx.root.join("Cargo.toml"), ctx.root.join("pyproject.toml")];
        for folder in SQL_FOLDERS.iter().chain(&["docs"]) {
            walk(&ctx.root.join(folder), &mut files)?;
        }
        files.sort();
        for file in files {
            let shown = file.strip_prefix(&ctx.root).unwrap_or(&file).display().to_string();
            match fs::read(&file) {
                Ok(bytes) => add(&shown, &bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => add(&shown, b"-"),
                Err(error) => return Err(error).with_context(|| format!("reading `{shown}`")),
            }
        }
        let notes = ctx.config.state_dir().join("orm-in-step");
        Ok(Contents { hash: hex(&digest.finalize()), notes })
    }

    pub fn are_known(&self) -> bool {
        fs::read_to_string(&self.notes).is_ok_and(|text| text.lines().any(|it| it == self.hash))
    }

    /// Remembers that these are in step.
    pub fn note(&self) -> Result<()> {
        let text = fs::read_to_string(&self.notes).unwrap_or_default();
        let mut hashes: Vec<&str> = text.lines().filter(|it| *it != self.hash).collect();
        hashes.push(&self.hash);
        let from = hashes.len().saturating_sub(KEPT);
        if let Some(dir) = self.notes.parent() {
            ensure_private_dir(dir)?;
        }
        write_private(&self.notes, format!("{}\n", hashes[from..].join("\n")).as_bytes())
    }
}

/// The rules are in the program: another build is asked anew.
fn program() -> String {
    let seen = std::env::current_exe().and_then(fs::metadata);
    let seen = seen.and_then(|it| Ok((it.len(), it.modified()?)));
    seen.map_or_else(|_| String::new(), |(length, at)| format!("{length} {at:?}"))
}

/// Python, its requirements, and Markdown with SQL in it.
fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("reading `{}`", dir.display())),
    };
    for entry in entries {
        let path = entry.with_context(|| format!("reading `{}`", dir.display()))?.path();
        let is_read = path.extension().is_some_and(|it| it == "py" || it == "md" || it == "txt");
        if path.is_dir() {
            walk(&path, found)?;
        } else if is_read {
            found.push(path);
        }
    }
    Ok(())
}
