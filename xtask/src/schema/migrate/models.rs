//! Whether the SQLAlchemy models follow: asked once a migration or a rollback
//! is done.
//!
//! Must never: fail what is done. What the models do not say is
//! told, with what happens to whoever uses them.

use crate::context::Ctx;
use crate::orm::finding::Severity;
use crate::orm::verdict::Verdict;
use crate::orm::{exceptions, verify};
use crate::outcome::{Answer, Exit};
use crate::schema::reading::Reading;
use crate::schema::workshop::Workshop;
use crate::services;
use crate::target::Target;

/// None where there are no models of this file, or nothing to ask them with.
pub fn check(ctx: &Ctx, workshop: &Workshop<'_>, declared: &Reading) -> Option<Verdict> {
    let init = declared.init.as_ref()?;
    let is_ours = init.path == ctx.root.join(&ctx.config.metadata.init);
    if !is_ours || !can_be_asked(ctx, &workshop.target) {
        return None;
    }
    match verify::against_declared(ctx, workshop, declared, init) {
        Ok(mut verdict) => {
            exceptions::apply_comments(&mut verdict, &ctx.root);
            Some(verdict)
        }
        Err(error) => {
            ctx.term.warn(&format!("the models cannot be asked: {error:#}"));
            None
        }
    }
}

/// There are models, and Python to ask them with.
pub fn can_be_asked(ctx: &Ctx, target: &Target) -> bool {
    let is_there =
        ctx.config.metadata.models.is_some() && ctx.root.join("shared/python/models").is_dir();
    if is_there && !services::is_python_ready(ctx, target) {
        ctx.term.detail("the models are not checked: no Python environment");
        return false;
    }
    is_there
}

/// The answer about what is done, with what the models say to it.
pub fn add(answer: &mut Answer, verdict: Option<Verdict>) {
    let Some(verdict) = verdict else { return };
    answer.text = format!("{}\n{}", answer.text, lines(&verdict));
    answer.data["models"] = verdict.document();
    // Something that uses the models fails from now on.
    if verdict.told.iter().any(|it| it.finding.breaks_every_use()) {
        answer.exit = Exit::Attention;
    }
}

/// One line each, and what shows more.
fn lines(verdict: &Verdict) -> String {
    let said = verdict.told.iter().map(|it| &it.finding);
    let mut all: Vec<String> = said
        .filter(|it| it.severity < Severity::Info || it.is_drift())
        .map(|it| {
            let place = it.place.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
            format!("models: {}: {}: {}{place}", it.severity.word(), it.title(), it.consequence)
        })
        .collect();
    if all.is_empty() {
        return "models: as init.sql says".to_owned();
    }
    all.push("hint: `cargo xtask orm-verify` shows it all".to_owned());
    all.join("\n")
}
