//! Where the text comes from: the files on disk, or what git will commit.
//!
//! Must never: look at a file on disk where what is staged was meant.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use pg_lint::About;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::tools::git;

#[derive(Clone, Debug)]
pub enum Source {
    /// The project's init.sql, on disk.
    Init,
    /// The project's init.sql, as git will commit it.
    Staged,
    /// Another file: a plan, or a declaration.
    File { path: PathBuf, is_declaration: bool },
}

impl Source {
    /// The project's own declaration, as a server would be given it.
    pub fn is_init_on_disk(&self, ctx: &Ctx) -> bool {
        match self {
            Source::Init => true,
            Source::Staged => false,
            Source::File { path, .. } => *path == ctx.config.metadata.init,
        }
    }

    /// As people write it: relative to the project.
    pub fn shown(&self, ctx: &Ctx) -> String {
        match self {
            Source::Init | Source::Staged => ctx.config.metadata.init.display().to_string(),
            Source::File { path, .. } => path.display().to_string(),
        }
    }

    /// The command that looks at the same file on disk.
    pub fn command(&self, ctx: &Ctx) -> String {
        match self {
            Source::Init | Source::Staged => "cargo xtask lint".to_owned(),
            Source::File { is_declaration: true, .. } => {
                format!("cargo xtask lint {} --as init", self.shown(ctx))
            }
            Source::File { .. } => format!("cargo xtask lint {}", self.shown(ctx)),
        }
    }

    pub fn about(&self, ctx: &Ctx) -> About {
        match self {
            Source::Init | Source::Staged => About::Declaration,
            Source::File { is_declaration: true, .. } => About::Declaration,
            Source::File { .. } if self.is_init_on_disk(ctx) => About::Declaration,
            Source::File { .. } => About::Plan,
        }
    }

    /// The text of the file or of one that it includes.
    pub fn load(&self, ctx: &Ctx, name: &str) -> Result<String> {
        match self {
            Source::Staged => match git::show(ctx, "", name) {
                Some(text) => Ok(text),
                None => Err(Fault::failed(format!("git has no `{name}` in its index"))
                    .hint(format!("add it: `git add {name}`"))
                    .into()),
            },
            Source::Init | Source::File { .. } => read(&ctx.root.join(name), name),
        }
    }

    /// init.sql as the last commit has it, where that is another text.
    pub fn before(&self, ctx: &Ctx, now: &str) -> Option<String> {
        let init = &ctx.config.metadata.init;
        match self {
            Source::File { path, .. } if path != init => None,
            Source::Init | Source::Staged | Source::File { .. } => {
                let before = git::show(ctx, "HEAD", &init.display().to_string())?;
                (before != now).then_some(before)
            }
        }
    }
}

fn read(path: &Path, shown: &str) -> Result<String> {
    if !path.is_file() {
        return Err(Fault::failed(format!("`{shown}` is no file"))
            .hint("name one: `cargo xtask lint FILE`; without a name it is init.sql")
            .into());
    }
    let bytes = std::fs::read(path).with_context(|| format!("reading `{shown}`"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::failed(format!("`{shown}` is not UTF-8, from byte {at} on"))
            .hint(format!("convert it: `iconv -f windows-1251 -t utf-8 {shown}`"))
            .into()
    })
}
