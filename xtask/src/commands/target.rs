//! `target`: which database commands work on; changing it; its protection.
//!
//! Must never: change anything but the note and the mark.

use anyhow::Result;
use pg_live::{Session, protection, set_protection};
use serde_json::json;

use crate::commands::Command;
use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::stamp::now;
use crate::target::{self, Target};

pub const COMMAND: Command = Command {
    name: "target",
    summary: "Show or choose what commands work on: local, compose, url or a name of Cargo.toml",
    usage: "[NAME | --protect | --unprotect]",
    flags: &[
        ("--protect", "mark the database, inside itself: losing its data then needs --confirm-db"),
        ("--unprotect", "take that mark away"),
    ],
    examples: &["cargo xtask target", "cargo xtask target compose", "cargo xtask target --protect"],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let (protect, unprotect) = (rest.flag("--protect"), rest.flag("--unprotect"));
    let words = rest.words(COMMAND.name, 1)?;
    if protect && unprotect {
        return Err(Fault::usage("--protect and --unprotect exclude each other").into());
    }
    if (protect || unprotect) && !words.is_empty() {
        let hint = "choose the target first, or name it with --target";
        return Err(Fault::usage("a name and a mark do not go together").hint(hint).into());
    }
    if let Some(name) = words.first() {
        return choose(ctx, name);
    }
    if protect || unprotect {
        return mark(ctx, protect);
    }
    show(ctx)
}

fn choose(ctx: &Ctx, name: &str) -> Result<Answer> {
    // It must be usable, or at least exist.
    let target = Target::named(ctx, name)?;
    if ctx.globals.dry_run {
        return Ok(Answer::done(
            format!("would choose {name}\nnothing was changed"),
            json!({ "dry_run": true }),
        ));
    }
    target::remember(ctx, target.name())?;
    Ok(Answer::done(format!("target {name} from now on"), json!({ "target": name })))
}

fn show(ctx: &Ctx) -> Result<Answer> {
    let chosen = target::chosen(ctx)?;
    let mut names = vec!["local".to_owned(), "compose".to_owned(), "url".to_owned()];
    names.extend(ctx.config.metadata.targets.keys().cloned());
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{} {name}", if Some(name) == chosen.as_ref() { "*" } else { " " }))
        .collect();
    let mut text = lines.join("\n");
    if chosen.is_none() {
        text.push_str("\nnone chosen yet: the first command that needs one picks");
    }
    Ok(Answer::done(text, json!({ "target": chosen, "targets": names })))
}

fn mark(ctx: &Ctx, protect: bool) -> Result<Answer> {
    let target = Target::resolve(ctx)?;
    let address = target.require_answering(ctx)?;
    if ctx.globals.dry_run {
        return Ok(Answer::done(
            "would change the mark\nnothing was changed",
            json!({ "dry_run": true }),
        ));
    }
    let before =
        ctx.wait(async { protection(&Session::connect(&address, "target").await?).await })?;
    if let (false, Some(before)) = (protect, &before) {
        let story = format!("This takes the protection of `{}` away ({before}).", address.database);
        let loss = Loss {
            database: &address.database,
            story: &story,
            is_empty: false,
            protected: Some(before),
        };
        consent::agree_to_loss(ctx, &loss)?;
    }
    let mark = protect.then(|| format!("set {}", now()));
    ctx.wait(async {
        set_protection(&Session::connect(&address, "target").await?, mark.as_deref()).await
    })?;
    let word = if protect { "protected" } else { "no longer protected" };
    Ok(Answer::done(format!("{} is {word}", address.database), json!({ "protected": protect })))
}
