//! Annotations that a database has had its use of: asked of the one that
//! somebody chose, if it answers.
//!
//! Must never: start a server, choose a target, or fail because nobody
//! answers, unless somebody named whom to ask.

use std::rc::Rc;

use anyhow::Result;
use pg_diff::declared::{AnnotationKind, Span, stale};
use pg_lint::rules::{annotation_done, annotation_unreadable};
use pg_lint::{Fix, Sheet};

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::schema::reading::{self, Looked};
use crate::schema::workshop::Workshop;
use crate::target::{self, ServerState, Target};

/// Adds what the database says. False when there was nothing to ask, or
/// nobody.
pub fn ask(ctx: &Ctx, sheet: &mut Sheet) -> Result<bool> {
    let may_be_done = sheet.annotations.iter().any(|annotation| match annotation.kind {
        AnnotationKind::Renamed { .. }
        | AnnotationKind::Using { .. }
        | AnnotationKind::Backfill { .. } => true,
        AnnotationKind::Deprecated { .. } | AnnotationKind::Seed { .. } => false,
    });
    if !may_be_done {
        return Ok(false);
    }
    let is_named = ctx.globals.db_url.is_some() || ctx.globals.target.is_some();
    match asked(ctx, sheet) {
        Ok(is_asked) => Ok(is_asked),
        Err(error) if is_named => Err(error),
        Err(error) => {
            ctx.term.status(&format!("not asked which annotations are done: {error:#}"));
            Ok(false)
        }
    }
}

fn asked(ctx: &Ctx, sheet: &mut Sheet) -> Result<bool> {
    let is_chosen = ctx.globals.db_url.is_some() || target::chosen(ctx)?.is_some();
    if !is_chosen {
        ctx.term.status("not asked which annotations are done: no target is chosen");
        return Ok(false);
    }
    let target = Rc::new(Target::resolve(ctx)?);
    let live = match target.state(ctx)? {
        ServerState::Running(live) => live,
        ServerState::Stopped | ServerState::Absent => target.require_running(ctx)?,
    };
    let workshop = Workshop::open(ctx, target.clone(), live.clone())?;
    let desired = reading::declared(ctx, &workshop, InitFile::read(ctx)?)?.catalog;
    let current = match reading::look(ctx, &target, &live, None)? {
        Looked::Read(reading) => reading.catalog,
        // Nothing was said to be known.
        Looked::Equal(_) => return Ok(false),
    };
    match sheet.annotations.resolve(&desired) {
        Ok(intents) => {
            for done in stale(&intents, &desired, &current) {
                let Some(span) = &done.span else { continue };
                let message = format!(
                    "{} of {} is done in {}: {}",
                    done.word, done.about, live.database, done.why
                );
                let mut finding = annotation_done::RULE.at(0..0, message);
                finding.help = Some("take it away when every other database has it too".to_owned());
                let text = sheet.files.get(&span.file).cloned().unwrap_or_default();
                finding.fix = removal(&text, span);
                sheet.push(span, finding);
            }
        }
        Err(errors) => {
            for error in errors {
                let mut finding = annotation_unreadable::RULE.at(0..0, error.message.clone());
                finding.help.clone_from(&error.hint);
                sheet.push(&error.span, finding);
            }
        }
    }
    Ok(true)
}

/// The comment goes with the annotation, if there is nothing else in it.
fn removal(text: &str, span: &Span) -> Option<Fix> {
    let before = text.get(..span.start)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let dashes = line + text.get(line..span.start)?.rfind("--")?;
    let is_bare = text.get(dashes + 2..span.start)?.trim().is_empty();
    let rest = text.get(span.end..)?;
    let end = span.end + rest.find('\n').unwrap_or(rest.len());
    if !is_bare || !text.get(span.end..end)?.trim().is_empty() {
        return None;
    }
    let code = text.get(line..dashes)?;
    let range = match code.trim().is_empty() {
        true => line..(end + 1).min(text.len()),
        // Blanks before it go; a carriage return behind it stays.
        false => line + code.trim_end().len()..span.end,
    };
    Some(Fix::remove("remove the annotation", range))
}

#[cfg(test)]
mod tests {
    //! What goes with an annotation.

    use pg_diff::declared::SourceFile;
    use pg_lint::apply;

    use super::*;

    fn removed(text: &str) -> Option<String> {
        let start = text.find('@').expect("one");
        let end = start + "@renamed from=b".len();
        let span = SourceFile::new("f", text).span(start..end);
        removal(text, &span).map(|fix| apply(text, fix.edits))
    }

    #[test]
    fn the_comment_goes_and_the_line_with_it() {
        assert_eq!(removed("a int, -- @renamed from=b\r\nc\r\n"), Some("a int,\r\nc\r\n".into()));
        assert_eq!(removed("x\n  -- @renamed from=b\na int"), Some("x\na int".into()));
        assert_eq!(removed("a int -- @renamed from=b"), Some("a int".into()));
        assert_eq!(removed("a int -- was long; @renamed from=b\n"), None);
        assert_eq!(removed("a int -- @renamed from=b and why\n"), None);
    }
}
