//! Whether the SQLAlchemy models follow: asked once a migration is done.
//!
//! Must never: fail a migration that is done. What the models do not say is
//! told, with what happens to whoever uses them.

use pg_diff::catalog::{Body, Id, Kind};
use pg_diff::{Change, diff};
use serde_json::{Value, json};

use crate::context::Ctx;
use crate::outcome::{Answer, Exit};
use crate::schema::lens::Lens;
use crate::schema::outlook::Outlook;
use crate::schema::reading::Reading;
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::services;

/// What the models say otherwise than init.sql.
pub struct Findings(Vec<Finding>);

struct Finding {
    about: Id,
    /// A query or an insert of theirs fails.
    breaks: bool,
    says: String,
}

/// None where there are no models of this file, or nothing to ask them with.
pub fn check(ctx: &Ctx, workshop: &Workshop<'_>, found: &Outlook) -> Option<Findings> {
    let init = found.to.init.as_ref()?;
    let is_ours = init.path == ctx.root.join(&ctx.config.metadata.init);
    let is_there = ctx.root.join("shared/python/models").is_dir();
    if !is_ours || !is_there {
        return None;
    }
    if !services::is_python_ready(ctx, &workshop.target) {
        ctx.term.detail("the models are not checked: no Python environment");
        return None;
    }
    match Reading::of(ctx, workshop, &Side::Models) {
        Ok(models) => Some(compare(workshop, &models, &found.to)),
        Err(error) => {
            ctx.term.warn(&format!("the models cannot be asked: {error:#}"));
            None
        }
    }
}

fn compare(workshop: &Workshop<'_>, models: &Reading, declared: &Reading) -> Findings {
    let lens = Lens::between(workshop, models, declared);
    let (mut ours, mut theirs) = (declared.catalog.clone(), models.catalog.clone());
    lens.put_before(&mut ours);
    lens.put_before(&mut theirs);
    let findings = diff(&theirs, &ours).into_iter().map(|change| {
        let (breaks, says) = match &change {
            Change::Drop { object } => {
                let is_used = matches!(object.kind, Kind::Table | Kind::Column);
                let what = if is_used { ": statements that name it fail" } else { "" };
                (is_used, format!("the models have it, init.sql has not{what}"))
            }
            Change::Create { object } => {
                let default = object.with(Kind::Default, &object.part);
                let is_needed = matches!(ours.body(object), Some(Body::Column(it))
                    if it.not_null.is_some() && it.identity.is_none() && it.generated.is_none())
                    && !ours.contains(&default)
                    && theirs.contains(&object.of(Kind::Table));
                let what = if is_needed { ": an insert has no value for it" } else { "" };
                (is_needed, format!("init.sql has it, the models have not{what}"))
            }
            Change::Alter { differences, .. } => {
                let parts = differences.iter().map(|it| {
                    format!("{} in the models, {} in init.sql", shown(&it.from), shown(&it.to))
                });
                (false, parts.collect::<Vec<_>>().join("; "))
            }
        };
        Finding { about: change.object().clone(), breaks, says }
    });
    Findings(findings.collect())
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "nothing" } else { value }
}

/// The answer of a migration that is done, with what the models say to it.
pub fn answer(mut text: String, mut data: Value, findings: Option<Findings>) -> Answer {
    let Some(findings) = findings else { return Answer::done(text, data) };
    text = format!("{text}\n{}", findings.lines());
    data["models"] = findings.document();
    let exit = if findings.breaks() { Exit::Attention } else { Exit::Done };
    Answer { exit, text, data }
}

impl Findings {
    /// Something that uses the models fails from now on.
    fn breaks(&self) -> bool {
        self.0.iter().any(|it| it.breaks)
    }

    /// One line each, and what shows more.
    fn lines(&self) -> String {
        if self.0.is_empty() {
            return "models: as init.sql says".to_owned();
        }
        let mut all: Vec<String> =
            self.0.iter().map(|it| format!("models: {}: {}", it.about, it.says)).collect();
        all.push("hint: `cargo xtask db-diff models init` shows it all".to_owned());
        all.join("\n")
    }

    fn document(&self) -> Value {
        let one = |it: &Finding| json!({ "object": it.about.to_string(), "breaks": it.breaks, "says": it.says });
        json!(self.0.iter().map(one).collect::<Vec<_>>())
    }
}
