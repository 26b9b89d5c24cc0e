//! init.sql and plans under the rules of `pg-lint`: what is read, who is asked
//! beside the text, and what becomes of the findings.
//!
//! The text alone answers in milliseconds. A database is asked only where
//! init.sql has annotations that it may have had its use of, and only one that
//! somebody chose and that answers by itself.
//!
//! Must never: change a database that is served, or choose a target.

mod ask;
mod forms;
mod frame;
mod mend;
mod models;
mod source;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Result;
use pg_diff::declared::{Date, SourceFile};
use pg_lint::rules::{self, models_differ, not_idempotent};
use pg_lint::{About, Around, Placed, Severity, Sheet, needs_server};

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Exit, Fault};
use crate::target::Target;
use crate::verify;

pub use forms::{Format, list};
pub use source::Source;

/// What somebody wants of a run.
#[derive(Debug)]
pub struct Request {
    pub source: Source,
    pub format: Format,
    /// Mend what can be mended safely.
    pub fix: bool,
    /// Run init.sql twice on a scratch database, and ask the models.
    pub prove: bool,
}

/// What was looked at, and what is left to say.
pub struct Report {
    /// The file that was named.
    pub shown: String,
    /// The command that looks at it.
    pub command: String,
    pub sheet: Sheet,
    pub left: Vec<Placed>,
    /// How many rules had their say.
    pub asked: usize,
    /// What `--fix` did, one line each.
    pub mended: Vec<String>,
    /// It only would have done that.
    pub dry_run: bool,
}

pub fn lint(ctx: &Ctx, request: &Request) -> Result<Answer> {
    let mut report = examine(ctx, request)?;
    if request.fix {
        let mended = mend::mend(ctx, &report.sheet, &report.left)?;
        if !ctx.globals.dry_run && !mended.is_empty() {
            report = examine(ctx, request)?;
        }
        report.mended = mended;
    }
    Ok(Answer { exit: report.exit(), text: report.text(request.format), data: report.document() })
}

fn examine(ctx: &Ctx, request: &Request) -> Result<Report> {
    let off = off(ctx)?;
    let (mut sheet, about) = read(ctx, &request.source)?;
    let mut asked: Vec<&str> = Vec::new();
    if request.source.is_init_on_disk(ctx) {
        if ask::ask(ctx, &mut sheet)? {
            asked.push("annotation-done");
        }
        if request.prove {
            asked.extend(prove(ctx, &mut sheet)?);
        }
    }
    let is_run = |id: &str| {
        let is_for = rules::find(id).is_some_and(|rule| rule.is_for(about));
        is_for && (!needs_server(id) || asked.contains(&id))
    };
    Ok(Report {
        shown: request.source.shown(ctx),
        command: request.source.command(ctx),
        left: sheet.judged(&off, &is_run),
        sheet,
        asked: rules::ALL.iter().filter(|it| is_run(it.id) && !off.contains_key(it.id)).count(),
        mended: Vec::new(),
        dry_run: ctx.globals.dry_run,
    })
}

fn read(ctx: &Ctx, source: &Source) -> Result<(Sheet, About)> {
    let (shown, about) = (source.shown(ctx), source.about(ctx));
    let root = source.load(ctx, &shown)?;
    if about == About::Plan {
        return Ok((Sheet::plan(&shown, &root), about));
    }
    let before = source.before(ctx, &root);
    let around = Around { today: today()?, before: before.as_deref() };
    let mut load = |name: &str| match name == shown {
        true => Ok(root.clone()),
        false => source.load(ctx, name).map_err(|error| format!("{error:#}")),
    };
    Ok((Sheet::declaration(&shown, &mut load, around), about))
}

/// Adds what a second run of init.sql does, and what the models say
/// otherwise. Gives the rules that had their say.
fn prove(ctx: &Ctx, sheet: &mut Sheet) -> Result<Vec<&'static str>> {
    let init = InitFile::read(ctx)?;
    let target = Rc::new(Target::resolve(ctx)?);
    let live = target.require_running(ctx)?;
    let top = SourceFile::new(&init.shown, &init.text).span(0..0);
    for again in verify::run_twice(ctx, &target, &live, &init)? {
        let finding = not_idempotent::RULE.at(0..0, again.message);
        sheet.push(again.span.as_ref().unwrap_or(&top), finding);
    }
    let mut asked = vec![not_idempotent::RULE.id];
    if models::compare(ctx, sheet, &target, &init)? {
        asked.push(models_differ::RULE.id);
    }
    Ok(asked)
}

/// The rules that are off, each known and with a reason.
fn off(ctx: &Ctx) -> Result<BTreeMap<String, String>> {
    let off = ctx.config.metadata.lint.off.clone();
    for (id, reason) in &off {
        let place = "[workspace.metadata.xtask.lint.off] of Cargo.toml";
        if rules::find(id).is_none() {
            let fault = Fault::failed(format!("{place} names `{id}`, and there is no such rule"));
            return Err(match rules::nearest(id) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("all of them: `cargo xtask lint --list`"),
            }
            .into());
        }
        if reason.trim().is_empty() {
            return Err(Fault::failed(format!("{place} gives no reason for `{id}`"))
                .hint(format!("write it: {id} = \"why\""))
                .into());
        }
    }
    Ok(off)
}

fn today() -> Result<Date> {
    let text = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    Date::parse(&text).ok_or_else(|| Fault::failed("the clock shows no date").into())
}

impl Report {
    pub fn count(&self, severity: Severity) -> usize {
        self.left.iter().filter(|it| it.finding.severity == severity).count()
    }

    /// Findings that `--fix` takes away.
    pub fn mendable(&self) -> usize {
        self.left.iter().filter(|it| it.finding.fix.is_some()).count()
    }

    fn exit(&self) -> Exit {
        if self.count(Severity::Error) > 0 {
            Exit::Failed
        } else if self.left.is_empty() {
            Exit::Done
        } else {
            Exit::Attention
        }
    }
}

/// A path as the project knows it: init.sql, or one that was typed.
pub fn named(path: Option<PathBuf>, is_declaration: bool, staged: bool) -> Source {
    match path {
        Some(path) => Source::File { path, is_declaration },
        None if staged => Source::Staged,
        None => Source::Init,
    }
}
