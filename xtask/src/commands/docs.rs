//! `docs`: the reference pages, written anew or looked at; and what changed
//! since a commit, for a release note.
//!
//! Must never: write with `--check` or `--dry-run`, or take a page that
//! cannot be read for an up-to-date one.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::docs::{self, Beside, Page};
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::schema::side::typed_path;

pub const COMMAND: Command = Command {
    name: "docs",
    summary: "Write the reference pages of tables and commands; `--check` says if they are stale",
    usage: "[--check] | [--since REF] [--with-stats] [--out FILE]",
    flags: &[
        ("--check", "write nothing; exit 2 when a page is not what it should be"),
        ("--since REF", "print what changed in init.sql since a commit, as a release note"),
        ("--with-stats", "rows and sizes of the live tables too; needs `--out`"),
        (
            "--out FILE",
            "write to FILE instead: a page (.html), a note or a page (.md); may be repeated",
        ),
    ],
    examples: &[
        "cargo xtask docs",
        "cargo xtask docs --check",
        "cargo xtask docs --since v1.2",
        "cargo xtask docs --since HEAD~1 --with-stats --out changes.html",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (is_check, with_stats) = (rest.flag("--check"), rest.flag("--with-stats"));
    let (since, outs) = (rest.value("--since")?, rest.values("--out")?);
    rest.no_words(COMMAND.name)?;
    if since.is_none() && !with_stats && outs.is_empty() {
        return pages(ctx, is_check);
    }
    if is_check {
        return Err(Fault::usage(
            "`--check` looks at the pages of the project, which hold no changes and no rows: \
             it goes with no other flag",
        )
        .into());
    }
    let outs = outs.iter().map(|out| file(ctx, out)).collect::<Result<Vec<PathBuf>>>()?;
    let asked = Beside { since, with_stats, outs };
    refuse(&asked)?;
    beside(ctx, &asked)
}

/// A file that says by its end what it is.
fn file(ctx: &Ctx, typed: &str) -> Result<PathBuf> {
    let path = ctx.root.join(typed_path(ctx, typed)?);
    if path.extension().is_none_or(|it| it != "html" && it != "md") {
        let says = format!("`--out` writes .html and .md, and `{typed}` is neither");
        return Err(Fault::usage(says).into());
    }
    Ok(path)
}

fn refuse(asked: &Beside) -> Result<()> {
    if asked.with_stats && asked.outs.is_empty() {
        return Err(Fault::usage(
            "rows and sizes differ from machine to machine and are in no page of the project",
        )
        .hint("say where they go: `--out FILE.html` or `--out FILE.md`")
        .into());
    }
    let has_note = asked.outs.iter().any(|it| it.extension().is_some_and(|it| it == "md"));
    if asked.with_stats && asked.since.is_some() && has_note {
        let says = "a note of changes has no place for rows and sizes";
        return Err(Fault::usage(says).hint("`--with-stats --out FILE.html`").into());
    }
    Ok(())
}

fn beside(ctx: &Ctx, asked: &Beside) -> Result<Answer> {
    let made = {
        let _progress = ctx.term.progress("reading init.sql");
        docs::beside(ctx, asked)?
    };
    let shown = |path: &PathBuf| path.strip_prefix(&ctx.root).unwrap_or(path).display().to_string();
    let names: Vec<String> = made.files.iter().map(|(path, _)| shown(path)).collect();
    let data = json!({
        "changes": made.reference.changes,
        "stats": made.reference.stats,
        "files": names,
        "dry_run": ctx.globals.dry_run,
    });
    if made.files.is_empty() {
        let note = made.note.unwrap_or_default();
        return Ok(Answer::done(note.trim_end(), data));
    }
    let verb = if ctx.globals.dry_run { "would write" } else { "wrote" };
    if !ctx.globals.dry_run {
        for (path, text) in &made.files {
            write(path, text).with_context(|| format!("writing `{}`", shown(path)))?;
        }
    }
    let lines: Vec<String> = names.iter().map(|name| format!("{verb} {name}")).collect();
    Ok(Answer::done(lines.join("\n"), data))
}

fn write(path: &PathBuf, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

fn pages(ctx: &Ctx, is_check: bool) -> Result<Answer> {
    let (pages, reference) = {
        let _progress = ctx.term.progress("reading init.sql");
        docs::pages(ctx)?
    };
    let stale: Vec<&Page> = pages.iter().filter(|page| page.is_stale()).collect();
    let names: Vec<&str> = stale.iter().map(|page| page.path).collect();
    let all: Vec<&str> = pages.iter().map(|page| page.path).collect();
    let data = json!({ "pages": all, "stale": names, "coverage": reference.coverage });
    if stale.is_empty() {
        return Ok(Answer::done(format!("up to date: {}", all.join(", ")), data));
    }
    if is_check || ctx.globals.dry_run {
        let line = |page: &&Page| {
            let why = if page.found.is_none() { "missing" } else { "stale" };
            format!("{why}: {}\n", page.path)
        };
        let lines: String = stale.iter().map(line).collect();
        let exit = if is_check { Exit::Attention } else { Exit::Done };
        return Ok(Answer { exit, text: format!("{lines}next: cargo xtask docs"), data });
    }
    for page in &stale {
        page.write(ctx)?;
    }
    let lines: Vec<String> = names.iter().map(|name| format!("wrote {name}")).collect();
    Ok(Answer::done(lines.join("\n"), data))
}
