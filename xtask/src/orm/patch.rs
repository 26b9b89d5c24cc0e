//! What to change so that a finding is gone: in the models, or in init.sql.
//!
//! Must never: offer a change that it could not make. What is not recognised
//! has no patch.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use pg_diff::{Difference, Property, Way};
use serde::Deserialize;
use serde_json::{Value, json};

use super::init_edit::{SqlEdit, applied};
use super::python::Interpreter;
use super::remedy::{self, Remedy};
use super::verify::Compared;
use crate::context::Ctx;

const SCRIPT: &str = include_str!("edit.py");

/// Both ways of one finding, as unified diffs.
#[derive(Clone, Debug, Default)]
pub struct Patches {
    pub model: Option<String>,
    pub init: Option<String>,
}

/// What is to be done about each finding of a verdict, in its order.
pub fn remedies(compared: &Compared) -> Vec<Remedy> {
    compared.verdict.told.iter().map(|told| remedy::of(told, compared)).collect()
}

/// The patches of each remedy, each against the files as they are.
pub fn patches(
    ctx: &Ctx,
    compared: &Compared,
    remedies: &[Remedy],
    dir: &Path,
) -> Result<Vec<Patches>> {
    let mut all = vec![Patches::default(); remedies.len()];
    let edits: Vec<(usize, &Value)> =
        remedies.iter().enumerate().filter_map(|(at, it)| Some((at, it.model.as_ref()?))).collect();
    if !edits.is_empty() {
        let files = sources(dir, edits.iter().map(|it| it.1));
        let asked: Vec<&Value> = edits.iter().map(|it| it.1).collect();
        let answers = edited(ctx, &compared.interpreter, &files, &asked, false)?;
        for ((at, edit), answer) in edits.into_iter().zip(answers) {
            let file = edit["file"].as_str().unwrap_or_default();
            if let (Some(old), Some(new)) = (files.get(file), answer.text) {
                all[at].model = Some(unified(file, old, &new));
            }
        }
    }
    if let Some(file) = &compared.file
        && let Ok(text) = std::fs::read_to_string(&file.path)
    {
        for (remedy, patches) in remedies.iter().zip(&mut all) {
            if let Some((table, edit)) = &remedy.init
                && let Some(new) = applied(&text, (&table.0, &table.1), edit)
            {
                // Seen from where the patch is applied.
                let here = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
                let shown = file.path.strip_prefix(here).ok().and_then(Path::to_str);
                patches.init = Some(unified(shown.unwrap_or(&file.shown), &text, &new));
            }
        }
    }
    Ok(all)
}

/// Writes the models of `remedies`, one change upon the other. Says how many
/// were made.
pub fn fix_models(
    ctx: &Ctx,
    compared: &Compared,
    remedies: &[&Remedy],
    dir: &Path,
) -> Result<usize> {
    let edits: Vec<&Value> = remedies.iter().filter_map(|it| it.model.as_ref()).collect();
    if edits.is_empty() {
        return Ok(0);
    }
    let files = sources(dir, edits.iter().copied());
    let answers = edited(ctx, &compared.interpreter, &files, &edits, true)?;
    let mut last: BTreeMap<&str, String> = BTreeMap::new();
    let mut made = 0;
    for (edit, answer) in edits.iter().zip(answers) {
        match answer.text {
            Some(text) => {
                made += 1;
                last.insert(edit["file"].as_str().unwrap_or_default(), text);
            }
            None => ctx.term.detail(&format!("{edit}: {}", answer.why.unwrap_or_default())),
        }
    }
    for (file, text) in last {
        write(&dir.join(file), &text)?;
        ctx.term.status(&format!("changed {file}"));
    }
    Ok(made)
}

/// Writes init.sql, one change upon the other. Says how many were made.
pub fn fix_init(ctx: &Ctx, compared: &Compared, remedies: &[&Remedy]) -> Result<usize> {
    let Some(file) = &compared.file else { return Ok(0) };
    let before =
        std::fs::read_to_string(&file.path).with_context(|| format!("reading `{}`", file.shown))?;
    let (mut text, mut made) = (before.clone(), 0);
    let edits: Vec<&((String, String), SqlEdit)> =
        remedies.iter().filter_map(|it| it.init.as_ref()).collect();
    for (table, edit) in edits {
        if let Some(new) = applied(&text, (&table.0, &table.1), edit) {
            made += 1;
            text = new;
        }
    }
    if text != before {
        write(&file.path, &text)?;
        ctx.term.status(&format!("changed {}", file.shown));
    }
    Ok(made)
}

/// In its place, whole or not at all; its mode stays.
fn write(path: &Path, text: &str) -> Result<()> {
    let shown = path.display().to_string();
    let beside = path.with_extension("xtask-new");
    let mode = std::fs::metadata(path).map(|it| it.permissions());
    std::fs::write(&beside, text).with_context(|| format!("writing `{shown}`"))?;
    if let Ok(mode) = mode {
        std::fs::set_permissions(&beside, mode).with_context(|| format!("writing `{shown}`"))?;
    }
    std::fs::rename(&beside, path).with_context(|| format!("writing `{shown}`"))
}

#[derive(Deserialize)]
struct Edited {
    text: Option<String>,
    why: Option<String>,
}

/// The files that edits are about.
fn sources<'a>(dir: &Path, edits: impl Iterator<Item = &'a Value>) -> BTreeMap<String, String> {
    let names = edits.filter_map(|it| it["file"].as_str());
    names
        .filter_map(|name| Some((name.to_owned(), std::fs::read_to_string(dir.join(name)).ok()?)))
        .collect()
}

fn edited(
    ctx: &Ctx,
    interpreter: &Interpreter,
    files: &BTreeMap<String, String>,
    edits: &[&Value],
    is_whole: bool,
) -> Result<Vec<Edited>> {
    let request = json!({ "files": files, "edits": edits, "is_whole": is_whole });
    let answer = interpreter
        .answer(ctx, "edit.py", SCRIPT, &request.to_string())
        .context("changing the models")?;
    serde_json::from_str(&answer).context("reading the changed models")
}

/// As `git apply` takes it.
fn unified(file: &str, old: &str, new: &str) -> String {
    // The text of a whole file, without the line end that `unified` adds.
    let [from, to] = [old, new].map(|it| it.strip_suffix('\n').unwrap_or(it).to_owned());
    let whole = Difference { property: Property::Definition, from, to, way: Way::Replace };
    format!("--- a/{file}\n+++ b/{file}\n{}", whole.unified())
}
