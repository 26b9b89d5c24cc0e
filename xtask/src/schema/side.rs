//! What `db-diff FROM TO` names: `live`, `init`, `git:REF`, `models`,
//! `dump:FILE`, a target, a URL.
//!
//! Must never: read anything. It says what was meant.

use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Context, Result};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;
use crate::target::url::Url;

#[derive(Clone, Debug)]
pub enum Side {
    /// The database of this run's target.
    Live,
    /// init.sql as it lies on disk, or the file that `--init` names.
    Init(PathBuf),
    /// init.sql of a commit.
    Git(String),
    /// The tables that the SQLAlchemy models describe.
    Models,
    /// A file of `pg_dump`, plain or not.
    Dump(PathBuf),
    /// The database of another target.
    Database(Rc<Target>),
}

pub const WORDS: &str = "live, init, git:REF, models, dump:FILE, a target's name, or a URL";

impl Side {
    pub fn parse(ctx: &Ctx, word: &str) -> Result<Side> {
        if word.contains("://") {
            return Ok(Side::Database(Rc::new(Target::Url(Url::parsed(word, "the URL")?))));
        }
        let (kind, rest) = word.split_once(':').unwrap_or((word, ""));
        match (kind, rest) {
            ("live", "") => Ok(Side::Live),
            ("init", "") => Ok(Side::Init(ctx.config.metadata.init.clone())),
            ("models", "") => Ok(Side::Models),
            ("git", reference) if is_reference(reference) => Ok(Side::Git(reference.to_owned())),
            ("git", _) => Err(Fault::usage("which commit? `git:HEAD`, `git:v1.2`").into()),
            ("dump", "") => Err(Fault::usage("which file? `dump:backup.sql`").into()),
            ("dump", file) => Ok(Side::Dump(ctx.root.join(typed_path(ctx, file)?))),
            (_, "") => match Target::named(ctx, word) {
                Ok(target) => Ok(Side::Database(Rc::new(target))),
                Err(error) => Err(error.context(format!("`{word}` is none of: {WORDS}"))),
            },
            _ => Err(Fault::usage(format!("`{word}` is none of: {WORDS}")).into()),
        }
    }
}

/// What git cannot take for a flag or for a path.
fn is_reference(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && !text.contains([':', '\0', '\n'])
}

/// A file as it was typed, from the folder it was typed in; seen from the
/// project where it lies inside.
pub fn typed_path(ctx: &Ctx, typed: &str) -> Result<PathBuf> {
    let here = std::env::current_dir().context("looking for the current folder")?;
    let path = here.join(typed);
    Ok(path.strip_prefix(&ctx.root).map_or(path.clone(), |inside| inside.to_owned()))
}
