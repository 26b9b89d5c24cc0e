//! The models against init.sql, as findings of `lint --prove`.
//!
//! Must never: make a Python environment: who only lints did not ask for one.

use anyhow::Result;
use pg_diff::catalog::Id;
use pg_diff::declared::{SourceFile, Span};
use pg_lint::rules::models_differ;
use pg_lint::{Severity, Sheet};

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::orm::finding::Severity as Gravity;
use crate::orm::init_edit::offset_of;
use crate::orm::verify::{self, Live, Request};
use crate::orm::{exceptions, python};
use crate::target::Target;

/// Adds what the models say otherwise; false where nobody could be asked.
pub fn compare(ctx: &Ctx, sheet: &mut Sheet, target: &Target, init: &InitFile) -> Result<bool> {
    if ctx.config.metadata.models.is_none() {
        return Ok(false);
    }
    if !python::is_at_hand(ctx, target) {
        ctx.term.status(
            "the models were not compared: they have no Python environment yet (`cargo xtask orm-verify` makes it)",
        );
        return Ok(false);
    }
    let request = Request {
        models: None,
        init: Some(ctx.config.metadata.init.clone()),
        live: Live::Never,
        python: None,
        statements: Vec::new(),
    };
    let mut compared = verify::verify(ctx, &request)?;
    exceptions::apply_comments(&mut compared.verdict, &ctx.root);
    for told in &compared.verdict.told {
        let found = &told.finding;
        let severity = match found.severity {
            Gravity::Error => Severity::Error,
            Gravity::Warning => Severity::Warning,
            Gravity::Info => continue,
        };
        let place = found.place.as_ref();
        let place = place.map_or_else(String::new, |it| format!(" ({}:{})", it.file, it.line));
        let message = format!("{}: {}{place}", found.title(), found.consequence);
        let mut finding = models_differ::RULE.at(0..0, message);
        finding.severity = severity;
        sheet.push(&span(init, &found.object), finding);
    }
    Ok(true)
}

/// The line of a column, else its table's, else the whole file.
fn span(init: &InitFile, object: &Id) -> Span {
    let at = offset_of(&init.text, (&object.namespace, &object.name), &object.part);
    at.and_then(|at| init.span(at))
        .unwrap_or_else(|| SourceFile::new(&init.shown, &init.text).span(0..0))
}
