//! `hooks`: the pre-commit hook that runs `lint` on what is committed.
//!
//! Must never: overwrite a hook of somebody else, or take one away.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::tools::git;

pub const COMMAND: Command = Command {
    name: "hooks",
    summary: "Install, remove or show the git hook that lints init.sql before a commit",
    usage: "install | remove | show",
    flags: &[],
    examples: &["cargo xtask hooks install", "cargo xtask hooks show", "cargo xtask hooks remove"],
    run,
};

const TEMPLATE: &str = include_str!("hooks/pre-commit");

/// What tells ours from another's.
const MARK: &str = "# Written by `cargo xtask hooks install`";

/// What is where the hook belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum There {
    Nothing,
    Ours,
    /// Ours, of another version of the tool or another project.
    Older,
    Anothers,
}

struct Hook {
    path: PathBuf,
    /// Where another's is kept while ours is there.
    kept: PathBuf,
    text: String,
}

fn run(ctx: &Ctx, rest: Rest) -> Result<Answer> {
    let words = rest.words(COMMAND.name, 1)?;
    match words.first().map(String::as_str) {
        Some("install") => install(ctx, &Hook::of(ctx)?),
        Some("remove") => remove(ctx, &Hook::of(ctx)?),
        Some("show") => show(&Hook::of(ctx)?),
        Some(_) | None => Err(Fault::usage("say what: install, remove or show").into()),
    }
}

fn install(ctx: &Ctx, hook: &Hook) -> Result<Answer> {
    let there = hook.there()?;
    if there == There::Ours {
        return Ok(hook.answer("it is there already", false));
    }
    if there == There::Anothers && hook.kept.exists() {
        return Err(Fault::refused(format!(
            "`{}` is somebody else's, and so is `{}`",
            hook.path.display(),
            hook.kept.display()
        ))
        .hint("make one of the two, then run it again")
        .into());
    }
    let keeps = there == There::Anothers;
    let also = match keeps {
        true => format!("; the hook that was there runs first, from {}", hook.kept.display()),
        false => String::new(),
    };
    if ctx.globals.dry_run {
        return Ok(hook.answer(&format!("would be installed{also}"), false));
    }
    let folder = hook.path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
    // Made whole beside it first: at no moment is there half a hook.
    let partial = hook.path.with_extension("partial");
    let write = || -> std::io::Result<()> {
        fs::write(&partial, &hook.text)?;
        fs::set_permissions(&partial, fs::Permissions::from_mode(0o755))?;
        if keeps {
            fs::rename(&hook.path, &hook.kept)?;
        }
        fs::rename(&partial, &hook.path)
    };
    write().with_context(|| format!("writing `{}`", hook.path.display()))?;
    Ok(hook.answer(&format!("installed{also}"), true))
}

fn remove(ctx: &Ctx, hook: &Hook) -> Result<Answer> {
    match hook.there()? {
        There::Nothing => return Ok(hook.answer("there is none", false)),
        There::Anothers => {
            return Ok(hook.answer("the one that is there is somebody else's: it stays", false));
        }
        There::Ours | There::Older => {}
    }
    let had_another = hook.kept.exists();
    let also = if had_another { "; the one before it is in its place again" } else { "" };
    if ctx.globals.dry_run {
        return Ok(hook.answer(&format!("would be removed{also}"), false));
    }
    let gone = match had_another {
        true => fs::rename(&hook.kept, &hook.path),
        false => fs::remove_file(&hook.path),
    };
    gone.with_context(|| format!("removing `{}`", hook.path.display()))?;
    Ok(hook.answer(&format!("removed{also}"), true))
}

fn show(hook: &Hook) -> Result<Answer> {
    let state = match hook.there()? {
        There::Nothing => "not installed: `cargo xtask hooks install`",
        There::Ours => "installed",
        There::Older => "installed by another version: `cargo xtask hooks install`",
        There::Anothers => {
            "somebody else's: `cargo xtask hooks install` keeps it and runs it first"
        }
    };
    Ok(hook.answer(state, false))
}

impl Hook {
    fn of(ctx: &Ctx) -> Result<Hook> {
        let folder = git::hooks_dir(ctx).ok_or_else(|| {
            Fault::unavailable("this is no git repository, or git is not there")
                .hint("make it one: `git init`")
        })?;
        let prefix = git::prefix(ctx).unwrap_or_default();
        let init = ctx.config.metadata.init.display().to_string();
        let text = TEMPLATE.replace("@PREFIX@", &prefix).replace("@INIT@", &init);
        let path = folder.join("pre-commit");
        Ok(Hook { kept: folder.join("pre-commit.kept"), path, text })
    }

    fn there(&self) -> Result<There> {
        let text = match fs::read(&self.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(There::Nothing);
            }
            Err(error) => {
                return Err(error).with_context(|| format!("reading `{}`", self.path.display()));
            }
        };
        let is_marked = text.lines().any(|line| line.starts_with(MARK));
        Ok(match is_marked {
            true if text == self.text => There::Ours,
            true => There::Older,
            false => There::Anothers,
        })
    }

    fn answer(&self, what: &str, changed: bool) -> Answer {
        let text = format!("{}: {what}", self.path.display());
        let data = json!({
            "hook": self.path,
            "kept": self.kept.exists().then_some(&self.kept),
            "state": what,
            "changed": changed,
        });
        Answer::done(text, data)
    }
}
