//! PostgreSQL's own programs on this machine: found, told apart by version.
//!
//! Must never: take a client-only installation for a server.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;

/// Majors this project supports.
pub const SUPPORTED: std::ops::RangeInclusive<u32> = 14..=18;

/// A folder with `postgres`, `initdb`, `pg_ctl` and the client programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    pub bin: PathBuf,
    pub major: u32,
    /// True when the contrib extensions the platform needs are there.
    pub has_contrib: bool,
}

impl Installation {
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// Every usable installation; the best one first (contrib, then newest).
pub fn installations(ctx: &Ctx) -> Vec<Installation> {
    let mut found: Vec<Installation> =
        candidate_dirs(ctx).into_iter().filter_map(|bin| examine(ctx, &bin)).collect();
    found.sort_by_key(|it| std::cmp::Reverse((it.has_contrib, it.major)));
    found
}

/// The installation for an existing data directory, or the best for a new one.
pub fn require(ctx: &Ctx, major: Option<u32>) -> Result<Installation> {
    let all = installations(ctx);
    // A program that was stopped while it told its version is not missing.
    ctx.interrupt.check()?;
    if let Some(major) = major {
        return match all.iter().find(|it| it.major == major) {
            Some(it) => Ok(it.clone()),
            None => Err(other_major(&all, major).into()),
        };
    }
    match all.into_iter().next() {
        None => Err(Fault::unavailable("no PostgreSQL server (14 to 18) is installed here")
            .hint("install it: `cargo xtask up --yes`, or use Docker: `cargo xtask target compose`")
            .into()),
        Some(best) if !best.has_contrib => Err(Fault::unavailable(format!(
            "PostgreSQL {} in `{}` has no contrib extensions (pg_trgm, btree_gin)",
            best.major,
            best.bin.display()
        ))
        .hint("install them (`postgresql-contrib` on most systems)")
        .into()),
        Some(best) => Ok(best),
    }
}

fn other_major(all: &[Installation], major: u32) -> Fault {
    let here: Vec<String> = all.iter().map(|it| it.major.to_string()).collect();
    let here = if here.is_empty() { "none".to_owned() } else { here.join(", ") };
    Fault::failed(format!(
        "the data directory was made by PostgreSQL {major}; installed here: {here}. A server does not open another major's data"
    ))
    .hint(format!(
        "install PostgreSQL {major} to keep the data, or give it up for a new one: `cargo xtask db-rebuild --no-backup`"
    ))
}

/// A client program at least as new as the server it talks to.
pub fn client(ctx: &Ctx, program: &str, server_major: u32) -> Result<PathBuf> {
    let mut dirs: Vec<(u32, PathBuf)> = candidate_dirs(ctx)
        .into_iter()
        .filter_map(|bin| Some((version_of(ctx, &bin.join(program))?, bin)))
        .collect();
    dirs.sort();
    // The server's own major first, then the oldest newer one.
    match dirs.iter().find(|(major, _)| *major >= server_major) {
        Some((_, bin)) => Ok(bin.join(program)),
        None => Err(Fault::unavailable(format!(
            "no `{program}` of PostgreSQL {server_major} or newer is installed here"
        ))
        .hint(format!("install it (`postgresql-client-{server_major}` on Debian)"))
        .into()),
    }
}

fn candidate_dirs(ctx: &Ctx) -> BTreeSet<PathBuf> {
    if let Some(bin) = ctx.config.value("XTASK_POSTGRES_BIN") {
        return BTreeSet::from([PathBuf::from(bin)]);
    }
    let mut dirs: BTreeSet<PathBuf> = BTreeSet::new();
    if let Some(path) = ctx.config.ambient("PATH") {
        dirs.extend(path.split(':').filter(|dir| !dir.is_empty()).map(PathBuf::from));
    }
    // Debian and Ubuntu, RPM systems, Homebrew on both architectures,
    // Postgres.app: `<parent>/<name><suffix>`.
    for (parent, prefix, suffix) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                dirs.insert(entry.path().join(suffix));
            }
        }
    }
    if let Some(pg_config) = ctx.proc.find("pg_config")
        && let Ok(bin) = ctx.proc.read(&Run::new(pg_config).arg("--bindir"))
    {
        dirs.insert(PathBuf::from(bin.trim()));
    }
    dirs
}

fn examine(ctx: &Ctx, bin: &Path) -> Option<Installation> {
    let is_whole =
        ["postgres", "initdb", "pg_ctl", "pg_dump", "psql"].iter().all(|it| bin.join(it).is_file());
    if !is_whole {
        return None;
    }
    let major = version_of(ctx, &bin.join("postgres")).filter(|major| SUPPORTED.contains(major))?;
    Some(Installation { bin: bin.to_owned(), major, has_contrib: has_contrib(bin, major) })
}

/// `postgres (PostgreSQL) 15.18 (Debian ...)` → 15.
fn version_of(ctx: &Ctx, program: &Path) -> Option<u32> {
    if !program.is_file() {
        return None;
    }
    let run = Run::new(program).arg("--version").timeout(Duration::from_secs(10));
    let text = ctx.proc.capture(&run).ok().filter(|finished| finished.is_success())?.stdout;
    parse_major(&text)
}

pub fn parse_major(text: &str) -> Option<u32> {
    let number =
        text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Looks where each packaging puts `share`, seen from `bin`.
fn has_contrib(bin: &Path, major: u32) -> bool {
    let Some(prefix) = bin.parent() else { return false };
    let shares = [
        PathBuf::from(format!("/usr/share/postgresql/{major}")),
        PathBuf::from(format!("/usr/share/postgresql{major}")),
        PathBuf::from("/usr/share/pgsql"),
        prefix.join("share"),
        prefix.join("share/postgresql"),
        prefix.join(format!("share/postgresql@{major}")),
    ];
    shares.iter().any(|share| {
        ["pg_trgm", "btree_gin"]
            .iter()
            .all(|name| share.join(format!("extension/{name}.control")).is_file())
    })
}

#[cfg(test)]
mod tests {
    //! Version lines as the packagings print them.

    use super::*;

    #[test]
    fn majors_are_read_from_version_lines() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(parse_major("pg_dump (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(parse_major("nothing"), None);
    }
}
