//! `--fix`: the patches of errors and warnings, applied to one side or as a
//! person decides for each.
//!
//! Must never: choose a side by itself.

use std::path::Path;

use anyhow::Result;

use super::finding::Severity;
use super::patch::{self, Patches};
use super::remedy::Remedy;
use super::verdict::Told;
use super::verify::Compared;
use crate::context::Ctx;
use crate::outcome::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// The models follow init.sql.
    Models,
    /// init.sql follows the models.
    Sql,
    Ask,
}

impl Fix {
    pub fn parse(word: &str) -> Result<Fix> {
        match word {
            "models" => Ok(Fix::Models),
            "sql" => Ok(Fix::Sql),
            "ask" => Ok(Fix::Ask),
            other => {
                Err(Fault::usage(format!("--fix is models, sql or ask, not `{other}`")).into())
            }
        }
    }
}

/// What was done.
pub struct Fixed {
    pub models: usize,
    pub sql: usize,
    /// Errors and warnings without a patch of the side that was chosen.
    pub left: usize,
}

/// Changes the files; with `--dry-run` only shows how.
pub fn fix(
    ctx: &Ctx,
    compared: &Compared,
    fix: Fix,
    (remedies, patches): (&[Remedy], &[Patches]),
    dir: &Path,
) -> Result<Fixed> {
    if fix == Fix::Ask && !ctx.term.look.interactive {
        return Err(Fault::refused("there is nobody to ask")
            .hint("decide for all: `--fix models` or `--fix sql`")
            .into());
    }
    let (mut models, mut sql, mut left) = (Vec::new(), Vec::new(), 0);
    for ((told, remedy), patches) in compared.verdict.told.iter().zip(remedies).zip(patches) {
        if told.finding.severity == Severity::Info {
            continue;
        }
        let side = match fix {
            Fix::Ask => ask(ctx, told, patches),
            Fix::Models | Fix::Sql => Some(fix),
        };
        match (side, &patches.model, &patches.init) {
            (Some(Fix::Models), Some(_), _) => models.push(remedy),
            (Some(Fix::Sql), _, Some(_)) => sql.push(remedy),
            _ => left += 1,
        }
    }
    if ctx.globals.dry_run {
        return Ok(Fixed { models: models.len(), sql: sql.len(), left });
    }
    let models = patch::fix_models(ctx, compared, &models, dir)?;
    let sql = patch::fix_init(ctx, compared, &sql)?;
    Ok(Fixed { models, sql, left })
}

/// None: neither.
fn ask(ctx: &Ctx, told: &Told, patches: &Patches) -> Option<Fix> {
    let finding = &told.finding;
    ctx.term.plain(&format!(
        "\n{} {}: {}",
        finding.rule.id(),
        finding.title(),
        finding.consequence
    ));
    let database = told.init.as_ref().or(told.live.as_ref());
    let sides = [("models", Some(&finding.model)), ("database", database)];
    for (side, value) in sides.into_iter().filter_map(|(side, it)| Some((side, it?))) {
        ctx.term.plain(&format!("    {side:<9} {value}"));
    }
    let mut ways = Vec::new();
    for (letter, name, patch) in [("m", "models", &patches.model), ("s", "init.sql", &patches.init)]
    {
        if let Some(patch) = patch {
            ctx.term.plain(patch.trim_end());
            ways.push(format!("[{letter}] change {name}"));
        }
    }
    if ways.is_empty() {
        ctx.term.plain("no patch is known");
        return None;
    }
    let question = format!("{}, anything else: leave it.", ways.join(", "));
    match ctx.term.ask(&question, &ctx.interrupt).as_deref() {
        Some("m") if patches.model.is_some() => Some(Fix::Models),
        Some("s") if patches.init.is_some() => Some(Fix::Sql),
        _ => None,
    }
}
