//! `orm-verify`: the SQLAlchemy models against init.sql and the live database.
//!
//! Must never: change a database, or a file that `--fix` does not name.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::orm::fix::{self, Fix};
use crate::orm::known::Contents;
use crate::orm::patch::{self, Patches};
use crate::orm::statements::SQL_FOLDERS;
use crate::orm::verdict::Verdict;
use crate::orm::verify::{Compared, Live, Request, verify};
use crate::orm::{card, emit, exceptions};
use crate::outcome::{Answer, Exit, Fault};
use crate::schema::side::typed_path;
use crate::verify::counted;

pub const COMMAND: Command = Command {
    name: "orm-verify",
    summary: "Compare the SQLAlchemy models with init.sql and live: what breaks, who is behind",
    usage: "[--against SIDE] [--models MODULE[:ATTR]] [--init FILE] [--all]",
    flags: &[
        ("--against SIDE", "init, live or both (default: both while the live server is up)"),
        (
            "--models MODULE[:ATTR]",
            "any project's: a module, package or file; a Base or a MetaData",
        ),
        ("--init FILE", "the file that declares the schema, instead of the project's"),
        ("--sql PATH", "also PREPARE the SQL in Python files there; may be repeated"),
        ("--python PATH", "the interpreter that imports the models"),
        ("--patches", "show how to change the models, and how init.sql"),
        ("--fix HOW", "models, sql or ask: apply the patches of errors and warnings"),
        ("--emit FILE", "write models for the tables that have none to a new module"),
        ("--unless-known", "end at once where the same files were found in step before; for hooks"),
        ("--baseline FILE", "tell only what is not in FILE"),
        ("--write-baseline FILE", "write what is found now to FILE, and end with 0"),
        ("--all", "show every finding; those that break nothing are counted otherwise"),
    ],
    examples: &[
        "cargo xtask orm-verify",
        "cargo xtask orm-verify --against init --json",
        "cargo xtask orm-verify --models app.models:Base --init schema.sql",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (all, patches) = (rest.flag("--all"), rest.flag("--patches"));
    let unless_known = rest.flag("--unless-known");
    let fix = rest.value("--fix")?.map(|word| Fix::parse(&word)).transpose()?;
    let (against, models) = (rest.value("--against")?, rest.value("--models")?);
    let (init, python) = (rest.value("--init")?, rest.value("--python")?);
    let emit = rest.value("--emit")?;
    let (baseline, write) = (rest.value("--baseline")?, rest.value("--write-baseline")?);
    let mut statements = rest.values("--sql")?;
    rest.no_words(COMMAND.name)?;
    // Only what is asked of the project itself is remembered; where init.sql
    // and live are both in step, init.sql is.
    let is_own = models.is_none() && init.is_none() && python.is_none() && statements.is_empty();
    let is_told = fix.is_none() && baseline.is_none() && against.as_deref() != Some("live");
    let contents = if is_own && is_told { Some(Contents::of(ctx)?) } else { None };
    let is_offline = against.as_deref() == Some("init");
    if unless_known && is_offline && contents.as_ref().is_some_and(Contents::are_known) {
        let text = "the models say what init.sql says: the same files were compared before";
        return Ok(Answer::done(text, json!({ "known": true, "findings": [] })));
    }
    if models.is_none() {
        let own = SQL_FOLDERS.iter().filter(|it| ctx.root.join(it).is_dir());
        statements.extend(own.map(|it| (*it).to_owned()));
    }
    let path = |file: String| anyhow::Ok(ctx.root.join(typed_path(ctx, &file)?));
    let emit: Option<PathBuf> = emit.map(path).transpose()?;
    let baseline: Option<PathBuf> = baseline.map(path).transpose()?;
    let write: Option<PathBuf> = write.map(path).transpose()?;
    let init = init.map(|file| typed_path(ctx, &file)).transpose()?;
    let request = request(ctx, against.as_deref(), models, init, python.map(PathBuf::from))?;
    let request = Request { statements, ..request };
    let found = |ctx: &Ctx| -> Result<Compared> {
        let mut compared = verify(ctx, &request).context("comparing the models")?;
        exceptions::apply_comments(&mut compared.verdict, &request.dir(ctx)?);
        if let Some(file) = &baseline {
            exceptions::apply_baseline(ctx, &mut compared.verdict, file)?;
        }
        Ok(compared)
    };
    let compared = found(ctx)?;
    if let Some(contents) = contents.filter(|_| compared.verdict.exit() == Exit::Done) {
        // Only the next run's time is lost.
        if let Err(error) = contents.note() {
            ctx.term.warn(&format!("this comparison is not remembered: {error:#}"));
        }
    }
    if let Some(file) = emit {
        return emitted(ctx, &compared, &request, &file);
    }
    if let Some(file) = write {
        let count = counted(exceptions::write_baseline(&compared.verdict, &file)?, "finding");
        let text = format!("{count} written to {}", file.display());
        return Ok(Answer::done(text, compared.verdict.document()));
    }
    if fix.is_none() && !patches && !ctx.term.look.json {
        return Ok(answer(&compared.verdict, &[], all));
    }
    let dir = request.dir(ctx)?;
    let remedies = patch::remedies(&compared);
    let made = patch::patches(ctx, &compared, &remedies, &dir)?;
    let Some(fix) = fix else { return Ok(answer(&compared.verdict, &made, all)) };
    let fixed = fix::fix(ctx, &compared, fix, (&remedies, &made), &dir)?;
    let said = format!(
        "{} in the models, {} in init.sql, {} without a patch",
        counted(fixed.models, "change"),
        counted(fixed.sql, "change"),
        fixed.left
    );
    if ctx.globals.dry_run {
        let mut answer = answer(&compared.verdict, &made, all);
        answer.text.push_str(&format!("\nwould make: {said}\nnothing was changed"));
        return Ok(answer);
    }
    ctx.term.status(&said);
    let mut answer = answer(&found(ctx)?.verdict, &[], all);
    answer.data["fixed"] = json!({ "models": fixed.models, "init": fixed.sql, "left": fixed.left });
    Ok(answer)
}

/// Models for what has none. They are written only when they say what the
/// database says.
fn emitted(ctx: &Ctx, compared: &Compared, request: &Request, file: &Path) -> Result<Answer> {
    let emitted = emit::emit(compared)?;
    let data = json!({ "classes": emitted.classes, "left": emitted.left, "text": emitted.text });
    let left: String =
        emitted.left.iter().map(|it| format!("not written: {}: {}\n", it.object, it.why)).collect();
    if emitted.classes.is_empty() {
        return Ok(Answer::done(format!("{left}every table has its model"), data));
    }
    let differs = emit::prove(ctx, compared, request, &emitted)?;
    if let Some(first) = differs.first() {
        let count = counted(differs.len(), "difference");
        return Err(Fault::failed(format!(
            "the new models do not say what the database says ({count}), first {first}"
        ))
        .into());
    }
    let classes = emitted.classes.join(", ");
    if ctx.globals.dry_run {
        let text = format!("{}\n{left}would write {classes}\nnothing was changed", emitted.text);
        return Ok(Answer::done(text, data));
    }
    emit::write(file, &emitted.text)?;
    let shown = file.strip_prefix(&ctx.root).unwrap_or(file).display();
    Ok(Answer::done(
        format!(
            "{left}{shown}: {classes}; compared again: no difference\nimport it where the other models are imported"
        ),
        data,
    ))
}

fn answer(verdict: &Verdict, patches: &[Patches], all: bool) -> Answer {
    let mut data = verdict.document();
    for (at, it) in patches.iter().enumerate() {
        data["findings"][at]["patches"] = json!({ "model": it.model, "init": it.init });
    }
    Answer { exit: verdict.exit(), text: card::text(verdict, patches, all), data }
}

/// Models of others are compared with a database that was named, or with
/// none.
fn request(
    ctx: &Ctx,
    against: Option<&str>,
    models: Option<String>,
    init: Option<PathBuf>,
    python: Option<PathBuf>,
) -> Result<Request> {
    let is_named = ctx.globals.db_url.is_some() || ctx.globals.target.is_some();
    let is_own = models.is_none() && init.is_none();
    let live = match (against, is_named, is_own) {
        (Some("init"), ..) => Live::Never,
        (Some("live" | "both"), ..) => Live::Always,
        (None, true, _) => Live::UnlessEmpty,
        (None, false, true) => Live::IfUp,
        (None, false, false) => Live::Never,
        (Some(other), ..) => {
            let says = format!("--against is init, live or both, not `{other}`");
            return Err(Fault::usage(says).into());
        }
    };
    // Models of others have no init.sql of ours beside a database of theirs.
    let is_foreign = models.is_some() && is_named && against.is_none();
    let init = match (init, against) {
        (_, Some("live")) => None,
        (None, _) if is_foreign => None,
        (None, _) => Some(ctx.config.metadata.init.clone()),
        (file, _) => file,
    };
    Ok(Request { models, init, live, python, statements: Vec::new() })
}
