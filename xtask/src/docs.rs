//! The reference pages: written from what init.sql declares and from the
//! table of commands, never by hand.
//!
//! The same bytes on every machine: no date, no path, no version of a server
//! is in them. What people write around the markers of a Markdown page stays.
//!
//! What differs from run to run (rows and sizes, changes since a commit) goes
//! to files that are named for it.
//!
//! Must never: print what the catalog does not say, or put what one machine
//! alone has into a page that is compared.

mod body;
mod changes;
mod columns;
mod commands_page;
mod gather;
mod html;
mod markdown;
mod markers;
mod mermaid;
mod model;
mod note;
mod reading;
mod sample;
mod source;
mod stats;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;

pub use model::Reference;

/// One file of `docs/`, as it should be.
pub struct Page {
    /// From the root of the project.
    pub path: &'static str,
    pub text: String,
    /// What lies there now; None where nothing does.
    pub found: Option<String>,
}

impl Page {
    pub fn is_stale(&self) -> bool {
        self.found.as_deref() != Some(self.text.as_str())
    }

    pub fn write(&self, ctx: &Ctx) -> Result<()> {
        let path = ctx.root.join(self.path);
        let write = || {
            fs::create_dir_all(path.parent().unwrap_or(&ctx.root))?;
            fs::write(&path, &self.text)
        };
        write().with_context(|| format!("writing `{}`", self.path))
    }
}

/// Every page, and what they were written from.
pub fn pages(ctx: &Ctx) -> Result<(Vec<Page>, Reference)> {
    let reference = reference(ctx, None)?;
    let tables = "docs/reference/database-tables.md";
    let commands = "docs/reference/commands.md";
    let pages = vec![
        between(ctx, tables, markdown::PROSE, &markdown::reference(&reference))?,
        between(ctx, commands, commands_page::PROSE, &commands_page::commands())?,
        whole(ctx, "docs/reference/database.html", html::page(&reference)?)?,
    ];
    Ok((pages, reference))
}

/// What init.sql declares, and what changed since a commit where one is named.
fn reference(ctx: &Ctx, since: Option<&str>) -> Result<Reference> {
    let init = InitFile::read(ctx)?;
    let ground = reading::ground(ctx)?;
    let declared = crate::schema::reading::declared(ctx, &ground.workshop, init.clone())?;
    let models = source::models(ctx)?;
    let mut reference = gather::gather(&declared.catalog, &init, &models);
    if let Some(since) = since {
        reference.changes = Some(changes::since(ctx, &ground.workshop, (since, &init), &models)?);
    }
    Ok(reference)
}

/// What is asked for beside the pages that are compared.
pub struct Beside {
    pub since: Option<String>,
    pub with_stats: bool,
    /// Where to, as files that end in `.html` or `.md`.
    pub outs: Vec<PathBuf>,
}

/// What came of it: text for each file, and the note where changes are asked for.
pub struct Made {
    pub reference: Reference,
    pub note: Option<String>,
    pub files: Vec<(PathBuf, String)>,
}

/// Changes, rows and sizes, in pages of their own.
pub fn beside(ctx: &Ctx, asked: &Beside) -> Result<Made> {
    let mut reference = reference(ctx, asked.since.as_deref())?;
    if asked.with_stats {
        stats::add(ctx, &mut reference)?;
    }
    let note = reference.changes.as_ref().map(note::note);
    let mut files = Vec::new();
    for out in &asked.outs {
        let up = up(&ctx.root, out);
        let is_html = out.extension().is_some_and(|it| it == "html");
        let text = match (&note, is_html) {
            (_, true) => {
                reference.up = up;
                html::page(&reference)?
            }
            (Some(note), false) => note.clone(),
            (None, false) => markdown::whole(&reference, &up.unwrap_or_default()),
        };
        files.push((out.clone(), text));
    }
    Ok(Made { reference, note, files })
}

/// The way from a file to the root of the project, where it lies inside.
fn up(root: &Path, file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root).ok()?;
    let folders = inside.components().count().saturating_sub(1);
    Some("../".repeat(folders))
}

/// A page that people write around.
fn between(ctx: &Ctx, path: &'static str, prose: &str, generated: &str) -> Result<Page> {
    let found = read(&ctx.root.join(path), path)?;
    let around = found.as_deref().unwrap_or(prose);
    let text = markers::replaced(around, generated).ok_or_else(|| {
        Fault::failed(format!(
            "`{path}` has no pair of lines `{}` and `{}`, so it is not known what may be replaced",
            markers::BEGIN,
            markers::END
        ))
        .hint(format!("put them back, or begin anew: `rm {path} && cargo xtask docs`"))
    })?;
    Ok(Page { path, text, found })
}

/// A page that is ours alone.
fn whole(ctx: &Ctx, path: &'static str, text: String) -> Result<Page> {
    Ok(Page { path, text, found: read(&ctx.root.join(path), path)? })
}

fn read(path: &Path, shown: &str) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading `{shown}`")),
    }
}
