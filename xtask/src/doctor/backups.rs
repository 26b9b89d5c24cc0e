//! The backups there are: how old the newest is, whether one was proved, and
//! who can read them.
//!
//! Must never: open a dump, or take a file's time for a backup's age.

use std::os::unix::fs::PermissionsExt;

use anyhow::Result;
use jiff::Timestamp;
use pg_live::Session;
use pg_live::facts::facts;

use super::Section;
use super::fixes::Mend;
use crate::backup::copies::Copies;
use crate::backup::manifest::Level;
use crate::backup::store::{Backup, Store};
use crate::context::Ctx;
use crate::physical::backup::newest;
use crate::physical::lag::lag;
use crate::schedule::{job, record, troubles};
use crate::target::{ServerState, Target};

/// A night, and a margin.
const DAILY_HOURS: i64 = 26;
const WEEKLY_HOURS: i64 = 7 * 24;
/// A restore is tried at least so often.
const PROVEN_HOURS: i64 = 31 * 24;
/// What init.sql itself brings is less.
const MORE_THAN_SEEDS: i64 = 1000;

pub fn examine(ctx: &Ctx, target: Option<&Target>, section: &mut Section<'_>) -> Result<()> {
    modes(ctx, section)?;
    scheduled(ctx, section)?;
    let Some(target) = target else {
        section.skipped("last backup", "there is no target");
        return Ok(());
    };
    let (complete, broken) = Store::of(ctx, target.name(), &target.database(ctx)).list()?;
    for it in broken {
        section.warning("backups", format!("not a backup: {it}"), "cargo xtask backup list");
    }
    let name = "last backup";
    let fix = "cargo xtask backup";
    let dumped = complete.first().map(age_hours);
    let physical = newest(ctx, target)
        .map(|(_, ended)| (Timestamp::now().as_second() - ended.as_second()) / 3600);
    match dumped.into_iter().chain(physical).min() {
        None => match holds_rows(ctx, target) {
            Some(true) => section.warning(name, "there is none, and the database holds rows", fix),
            Some(false) => section.pass(name, "there is none, and nothing to lose"),
            None => section.skipped(name, "there is none, and nobody knows what would be lost"),
        },
        Some(hours) if hours > WEEKLY_HOURS => {
            section.failure(name, format!("it is {} days old", hours / 24), fix);
        }
        Some(hours) if hours > DAILY_HOURS => {
            section.warning(name, format!("it is {hours} hours old"), fix);
        }
        Some(hours) => section.pass(name, format!("{hours} hours old")),
    }
    if !complete.is_empty() {
        let proven = complete.iter().find(|it| it.level() == Level::Proven).map(age_hours);
        let wrong = match proven {
            None => Some("no restore has proved any of them".to_owned()),
            Some(hours) if hours > PROVEN_HOURS => {
                Some(format!("the newest that a restore proved is {} days old", hours / 24))
            }
            Some(_) => None,
        };
        section.warn_if("proven backup", wrong, "cargo xtask backup verify latest");
    }
    copied(ctx, target, section);
    archived(ctx, target, section);
    Ok(())
}

/// What was acknowledged and is in no backup yet.
fn archived(ctx: &Ctx, target: &Target, section: &mut Section<'_>) {
    let Target::Local(local) = target else { return };
    let Ok(ServerState::Running(address)) = target.state(ctx) else { return };
    let name = "archiving";
    let fix = "cargo xtask backup check --engine pgbackrest";
    match lag(ctx, local, &address) {
        Ok(None) => {}
        Ok(Some(lag)) => match (lag.is_failing, lag.wrong) {
            (true, wrong) => section.failure(name, lag.story, wrong.unwrap_or(fix)),
            (false, Some(wrong)) => section.warning(name, lag.story, wrong),
            (false, None) => section.pass(name, lag.story),
        },
        Err(error) => section.warning(name, format!("nobody knows: {error:#}"), fix),
    }
}

/// What a fire leaves.
fn copied(ctx: &Ctx, target: &Target, section: &mut Section<'_>) {
    let name = "last copy";
    let fix = "cargo xtask backup copy";
    let copies = Copies::wanted(ctx, target.name(), &target.database(ctx));
    let newest = copies.and_then(|copies| match copies {
        Some(copies) => Ok(Some(copies.complete(ctx)?.into_iter().next())),
        None => Ok(None),
    });
    match newest {
        Ok(None) => {}
        Ok(Some(None)) => section.warning(name, "there is none in the store", fix),
        Ok(Some(Some(newest))) => match newest.age_seconds() / 3600 {
            hours if hours > WEEKLY_HOURS => {
                section.failure(name, format!("it is {} days old", hours / 24), fix);
            }
            hours if hours > DAILY_HOURS => {
                section.warning(name, format!("it is {hours} hours old"), fix);
            }
            hours => section.pass(name, format!("{hours} hours old")),
        },
        Err(error) => section.warning(name, format!("nobody knows: {error:#}"), fix),
    }
}

fn age_hours(backup: &Backup) -> i64 {
    (Timestamp::now().as_second() - backup.label.time.as_second()) / 3600
}

/// Jobs that somebody should start, and that end well.
fn scheduled(ctx: &Ctx, section: &mut Section<'_>) -> Result<()> {
    let name = "schedule";
    let Some(installed) = record::installed(ctx)? else {
        section.skipped(name, "nothing is installed: `cargo xtask schedule install`");
        return Ok(());
    };
    let jobs = job::configured(&ctx.config.metadata.schedule)?;
    let wrong = troubles(ctx, &installed, &jobs)?;
    section.warn_if(
        name,
        Some(wrong.join("; ")).filter(|_| !wrong.is_empty()),
        "cargo xtask schedule show",
    );
    Ok(())
}

/// The dumps that rebuilds made.
fn modes(ctx: &Ctx, section: &mut Section<'_>) -> Result<()> {
    let entries = std::fs::read_dir(ctx.config.state_dir().join("backups"));
    for dump in entries.into_iter().flatten().flatten() {
        let mode = dump.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let shown = format!(".xtask/backups/{}", dump.file_name().to_string_lossy());
            section.failure(
                "dump mode",
                format!("`{shown}` is {mode:o}"),
                format!("chmod 600 {shown}"),
            );
            section.mend(Mend::Mode { path: dump.path(), mode: 0o600 });
        }
    }
    Ok(())
}

/// None when the database cannot be asked.
fn holds_rows(ctx: &Ctx, target: &Target) -> Option<bool> {
    let ServerState::Running(address) = target.state(ctx).ok()? else { return None };
    let found = ctx.wait(async { facts(&Session::connect(&address, "doctor").await?).await });
    Some(found.ok()?.rows() > MORE_THAN_SEEDS)
}
