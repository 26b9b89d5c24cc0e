//! `backup prune`, and what every backup does at its end: what retention lets
//! go of is removed.
//!
//! Must never: say that something goes which stays.

use std::fmt::Write as _;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::copying;
use crate::backup::copies::Copies;
use crate::backup::retention::{Reason, judge};
use crate::backup::store::{Backup, Store};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit, Fault};

/// Labels.
#[derive(Debug, Default)]
pub struct Removed {
    pub gone: Vec<String>,
    /// What cannot go now: it is being read, or its folder is not ours. It was
    /// said why.
    pub left: Vec<String>,
}

pub fn prune(ctx: &Ctx, store: &Store, copies: Result<Option<Copies>>) -> Result<Answer> {
    let (complete, _) = store.list()?;
    let judged = judge(
        complete.iter().map(Backup::candidate).collect(),
        &ctx.config.metadata.retention,
        Timestamp::now(),
    );
    let unfinished = copies.as_ref().ok().and_then(Option::as_ref);
    let removed = match ctx.globals.dry_run {
        true => Removed::default(),
        false => remove_old(ctx, store, unfinished)?,
    };
    let mut text = String::new();
    for (it, reasons) in &judged {
        let why: Vec<&str> = reasons.iter().copied().map(Reason::story).collect();
        let fate = match why.is_empty() {
            false => format!("stays: {}", why.join(", ")),
            true if removed.left.contains(&it.label) => "stays for now".to_owned(),
            true => "goes".to_owned(),
        };
        let _ = writeln!(text, "{}  {fate}", it.label);
    }
    let (exit, there) = copying::prune(ctx, copies, store, &mut text);
    if ctx.globals.dry_run {
        text.push_str("nothing was changed");
        return Ok(Answer { exit, text, data: json!({ "dry_run": true }) });
    }
    let exit = if removed.left.is_empty() { exit } else { Exit::Attention };
    let data = json!({ "removed": removed.gone, "left": removed.left, "removed_copies": there });
    Ok(Answer { exit, text, data })
}

/// What retention lets go of.
pub fn remove_old(ctx: &Ctx, store: &Store, copies: Option<&Copies>) -> Result<Removed> {
    let _lock = store.lock()?;
    store.sweep()?;
    let (complete, _) = store.list()?;
    let candidates = complete.iter().map(Backup::candidate).collect();
    let judged = judge(candidates, &ctx.config.metadata.retention, Timestamp::now());
    let mut removed = Removed::default();
    for (candidate, _) in judged.iter().filter(|(_, reasons)| reasons.is_empty()) {
        if ctx.interrupt.is_raised() {
            return Err(stopped(removed.gone.len()).into());
        }
        let Some(it) = complete.iter().find(|it| it.label.to_string() == candidate.label) else {
            continue;
        };
        let given_up = copies.map_or(Ok(()), |copies| copies.give_up(ctx, it));
        match given_up.and_then(|()| store.remove(it)) {
            Ok(()) => removed.gone.push(candidate.label.clone()),
            Err(error) => {
                ctx.term.warn(&format!("{} stays for now: {error:#}", candidate.label));
                removed.left.push(candidate.label.clone());
            }
        }
    }
    Ok(removed)
}

fn stopped(removed: usize) -> Fault {
    match removed {
        0 => Fault::interrupted(),
        count => Fault::partial(format!("interrupted; {count} removed"))
            .hint("go on with `cargo xtask backup prune`"),
    }
}
