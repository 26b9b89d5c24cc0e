//! `backup copy`, `backup fetch`, and what retention does in the store.
//!
//! Must never: make a good backup look bad because a copy of it failed, or
//! the other way round.

use anyhow::Result;
use serde_json::json;

use crate::backup::copies::{Copied, Copies};
use crate::backup::create::shown;
use crate::backup::retention::Reason;
use crate::backup::store::{Backup, Store};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit, Fault, exit_of};

/// Behind a backup that was made. False: it is here alone, or an earlier one
/// is, which was said.
pub fn after(ctx: &Ctx, copies: Result<Option<Copies>>, store: &Store, made: &Backup) -> bool {
    let mut are_all_there = true;
    let copied = copies.and_then(|copies| {
        let Some(copies) = copies else { return Ok(None) };
        copies.upload(ctx, made, false)?;
        // A migration does not wait until its backup is copied, and a store
        // is not always there.
        for it in copies.missing(ctx, &store.list()?.0)? {
            if let Err(error) = copies.upload(ctx, &it, false) {
                ctx.interrupt.check()?;
                are_all_there = false;
                ctx.term.warn(&format!("{} was not copied: {error:#}", it.label));
                ctx.term.hint(&format!("cargo xtask backup copy {}", it.label));
            }
        }
        Ok(Some(copies))
    });
    let (why, hint) = match copied {
        Ok(None) => return true,
        Ok(Some(copies)) => match remove_old(ctx, &copies, store) {
            Ok(_) => return are_all_there,
            Err(error) => (
                format!("the copy is good; older ones were not looked at: {error:#}"),
                "cargo xtask backup prune".to_owned(),
            ),
        },
        Err(error) => (
            format!("the backup is good, and was not copied: {error:#}"),
            format!("cargo xtask backup copy {}", made.label),
        ),
    };
    ctx.term.warn(&why);
    ctx.term.hint(&hint);
    false
}

/// What `backup check` says of the copies, behind what it says of the backups.
pub fn check(ctx: &Ctx, copies: Option<&Copies>, mut answer: Answer, hours: i64) -> Result<Answer> {
    let Some(copies) = copies else { return Ok(answer) };
    let newest = copies.complete(ctx)?.into_iter().next();
    let age = newest.as_ref().map(|it| it.age_seconds());
    let told = match (&newest, age) {
        (Some(it), Some(age)) if age <= hours * 3600 => {
            format!("its newest copy, {}, is {:.1} h old", it.label, age as f64 / 3600.0)
        }
        (Some(it), Some(age)) => {
            answer.exit = Exit::Failed;
            let hours_old = age as f64 / 3600.0;
            format!("the newest copy, {}, is {hours_old:.1} h old; {hours} h are allowed", it.label)
        }
        _ => {
            answer.exit = Exit::Failed;
            format!("there is no copy in {}", copies.shown)
        }
    };
    answer.text = format!("{}\n{told}", answer.text);
    answer.data["copy"] =
        json!({ "label": newest.map(|it| it.label.to_string()), "age_seconds": age });
    Ok(answer)
}

/// What `backup copy` names, newest first.
pub fn copy(ctx: &Ctx, copies: &Copies, backups: &[Backup], again: bool) -> Result<Answer> {
    if ctx.globals.dry_run {
        let there = copies.complete(ctx)?;
        let is_there = |it: &&Backup| there.iter().any(|copy| copy.label == it.label);
        let missing = backups.iter().filter(|it| again || !is_there(it));
        let labels: Vec<String> = missing.map(|it| it.label.to_string()).collect();
        let text = format!(
            "would copy to {}: {}\nnothing was changed",
            copies.shown,
            if labels.is_empty() { "nothing, all are there".to_owned() } else { labels.join(", ") }
        );
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": labels })));
    }
    let (mut copied, mut before, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for it in backups {
        match copies.upload(ctx, it, again) {
            Ok(Copied::Now) => copied.push(it.label.to_string()),
            Ok(Copied::Before) => before.push(it.label.to_string()),
            Err(error) if backups.len() == 1 => return Err(error),
            Err(error) if exit_of(&error) == Exit::Unavailable => return Err(error),
            Err(error) if exit_of(&error) == Exit::Refused => ctx.term.warn(&format!("{error:#}")),
            Err(error) => {
                ctx.interrupt.check()?;
                ctx.term.error(&format!("{}: {error:#}", it.label));
                failed.push(it.label.to_string());
            }
        }
    }
    if !failed.is_empty() {
        return Err(Fault::failed(format!("not copied: {}", failed.join(", "))).into());
    }
    let text = match (copied.is_empty(), before.len()) {
        (true, 0) => "there is no backup to copy".to_owned(),
        (true, _) => format!("all are in {} already", copies.shown),
        (false, 0) => format!("in {}: {}", copies.shown, copied.join(", ")),
        (false, many) => {
            format!("in {}: {}; {many} were before", copies.shown, copied.join(", "))
        }
    };
    Ok(Answer::done(text, json!({ "copied": copied, "before": before })))
}

pub fn fetch(ctx: &Ctx, copies: &Copies, store: &Store, word: &str) -> Result<Answer> {
    let copy = copies.find(ctx, word)?;
    let label = copy.label.to_string();
    if let Ok(here) = store.find(&label) {
        let text = format!("{label} is here already: `{}`", here.dir.display());
        return Ok(Answer::done(text, json!({ "label": label, "fetched": false })));
    }
    if ctx.globals.dry_run {
        let (bytes, there) = (shown(copy.bytes()), &copies.shown);
        let text = format!("would fetch {label}, {bytes}, from {there}\nnothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [label] })));
    }
    let fetched = copies.fetch(ctx, store, &copy)?;
    let text = format!("{label}: {}", super::listing::shown_dir(ctx, &fetched));
    Ok(Answer::done(text, json!({ "label": label, "fetched": true, "dir": fetched.dir })))
}

/// Says and does what retention says of the copies. What cannot be reached now
/// is looked at the next time.
pub fn prune(
    ctx: &Ctx,
    copies: Result<Option<Copies>>,
    store: &Store,
    text: &mut String,
) -> (Exit, Vec<String>) {
    let pruned = copies.and_then(|copies| {
        let Some(copies) = copies else { return Ok(Vec::new()) };
        text.push_str(&fates(ctx, &copies, store)?);
        if ctx.globals.dry_run { Ok(Vec::new()) } else { remove_old(ctx, &copies, store) }
    });
    match pruned {
        Ok(gone) => (Exit::Done, gone),
        Err(error) => {
            ctx.term.warn(&format!("the copies were not looked at: {error:#}"));
            (Exit::Attention, Vec::new())
        }
    }
}

/// Each copy, and why it stays; one line each.
fn fates(ctx: &Ctx, copies: &Copies, store: &Store) -> Result<String> {
    let judged = copies.judged(ctx, &store.list()?.0)?;
    let line = |label: &str, fate: String| format!("{label} in {}  {fate}\n", copies.shown);
    Ok(judged
        .iter()
        .map(|(copy, reasons)| {
            let fate = match reasons.as_deref() {
                None => "is on its way".to_owned(),
                Some([]) => "goes".to_owned(),
                Some(reasons) => {
                    let why: Vec<&str> = reasons.iter().copied().map(Reason::story).collect();
                    format!("stays: {}", why.join(", "))
                }
            };
            line(&copy.label.to_string(), fate)
        })
        .collect())
}

/// What retention lets go of in the store; the labels.
pub fn remove_old(ctx: &Ctx, copies: &Copies, store: &Store) -> Result<Vec<String>> {
    let mut gone = Vec::new();
    for (copy, reasons) in copies.judged(ctx, &store.list()?.0)? {
        if reasons.is_some_and(|reasons| reasons.is_empty()) {
            copies.remove(ctx, &copy)?;
            gone.push(copy.label.to_string());
        }
    }
    Ok(gone)
}
