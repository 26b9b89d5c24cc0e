//! `db-rebuild --swap`: the new database beside the old one in the running
//! server; then both change names in one transaction. `--undo` changes them
//! back.
//!
//! ```text
//! <database>                     the one that is served
//! <database>__new_<time>         being built; dropped by the next run
//! <database>__before_<time>      what was served before a swap
//! <database>__undone_<time>      what was served before an undo
//! ```
//!
//! Must never: drop a database that was ever served.

use anyhow::Result;
use pg_live::{Address, Session, database, swap};
use serde_json::json;

use crate::consent;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Fault};
use crate::rebuild::{self, Options};
use crate::run_state::stamp;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{self, Verification};

pub fn run(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let live = target.require_running(ctx)?;
    let kept = beside(&live.database, "before");
    if ctx.globals.dry_run {
        return dry_run(ctx, target, &live, &kept);
    }
    let mut steps = Steps::begin(ctx, "db-rebuild --swap", target.name())?;
    match build(ctx, &mut steps, target, &live, &kept) {
        Ok(verification) => {
            let mut answer = rebuild::answer(ctx, steps, &verification, json!({ "kept": kept }));
            answer.text.push_str(&format!(
                "; the old one is kept as {kept} (back: cargo xtask db-rebuild --undo)"
            ));
            Ok(answer)
        }
        Err(error) => {
            ctx.interrupt.shield(|| drop_unfinished(ctx, &live)).ok();
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

fn build(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    live: &Address,
    kept: &str,
) -> Result<Verification> {
    let init = InitFile::read(ctx)?;
    let proven = steps.step("prove init.sql", |_| {
        drop_unfinished(ctx, live)?;
        let proven = verify::prove(ctx, target, live, &init)?;
        let detail = if proven.shadow.built {
            "runs from the first line to the last"
        } else {
            "proved before, unchanged"
        };
        Ok(told(proven, detail))
    })?;
    let old = rebuild::assess(ctx, live, &proven)?;
    // The old database stays: agreeing is about what is served afterwards.
    rebuild::require_consent(ctx, target, &old, Options { backup: true })?;
    let new = live.with_database(&beside(&live.database, "new"));
    steps.step("build", |_| {
        ctx.wait(async {
            let session = verify::maintenance(live).await?;
            database::clone(&session, &proven.shadow.address.database, &new.database).await
        })?;
        Ok(told((), format!("database {}", new.database)))
    })?;
    let verification = steps.step("verify", |_| {
        let found = rebuild::require_clean(verify::verify(ctx, target, &new, &proven)?)?;
        let detail =
            format!("{} of {} tables, no difference", found.tables_present, found.tables_declared);
        Ok(told(found, detail))
    })?;
    steps.step("swap", |_| {
        exchange(ctx, live, &new.database, kept)?;
        Ok(told((), format!("old one kept as {kept}")))
    })?;
    Ok(verification)
}

/// Puts the database from before the last swap back.
pub fn undo(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let live = target.require_running(ctx)?;
    let prefix = prefix(&live.database, "before");
    let found = ctx.wait(async {
        let session = verify::maintenance(&live).await?;
        database::list(&session, &prefix).await
    })?;
    let Some(before) = found.last() else {
        return Err(Fault::failed("no database from before a swap is kept here").into());
    };
    let kept = beside(&live.database, "undone");
    let what = format!(
        "serve `{}` again as `{}`, and keep the present one as `{kept}`",
        before.name, live.database
    );
    if ctx.globals.dry_run {
        return Ok(Answer::done(
            format!("would {what}\nnothing was changed"),
            json!({ "dry_run": true, "would": [what] }),
        ));
    }
    consent::agree(ctx, &format!("This will {what}"))?;
    let mut steps = Steps::begin(ctx, "db-rebuild --undo", target.name())?;
    let swapped = steps.step("swap", |_| {
        exchange(ctx, &live, &before.name, &kept)?;
        Ok(told((), format!("{} is served again", before.name)))
    });
    if let Err(error) = swapped {
        return Err(rebuild::conclude_failure(steps, error));
    }
    let records = steps.end();
    Ok(Answer::done(
        format!(
            "{} is the one from before the swap again; the other is kept as {kept}",
            live.database
        ),
        json!({ "steps": records, "kept": kept }),
    ))
}

fn exchange(ctx: &Ctx, live: &Address, new: &str, kept: &str) -> Result<()> {
    let renames = format!(
        "BEGIN; ALTER DATABASE {} RENAME TO {kept}; ALTER DATABASE {new} RENAME TO {}; COMMIT",
        live.database, live.database
    );
    ctx.term.equivalent("sql>", &renames);
    ctx.wait(async {
        let session = verify::maintenance(live).await?;
        database::copy_properties(&session, &live.database, new).await?;
        swap(&session, &live.database, new, kept).await
    })?;
    Ok(())
}

/// What a killed run left; never one that was served.
fn drop_unfinished(ctx: &Ctx, live: &Address) -> Result<()> {
    let prefix = prefix(&live.database, "new");
    ctx.wait(async {
        let session: Session = verify::maintenance(live).await?;
        for it in database::list(&session, &prefix).await? {
            database::drop_scratch(&session, &it.name).await?;
        }
        pg_live::Result::Ok(())
    })?;
    Ok(())
}

/// `<database>__<word>_`, short enough that the time fits into 63 bytes.
pub fn prefix(database: &str, word: &str) -> String {
    let room = 63 - stamp().len() - word.len() - 3;
    let mut end = room.min(database.len());
    while !database.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}__{word}_", &database[..end])
}

fn beside(database: &str, word: &str) -> String {
    format!("{}{}", prefix(database, word), stamp().to_lowercase())
}

fn dry_run(ctx: &Ctx, target: &Target, live: &Address, kept: &str) -> Result<Answer> {
    let init = InitFile::read(ctx)?;
    let proven = verify::prove(ctx, target, live, &init)?;
    let would = [
        "build a database beside the served one and compare it with init.sql".to_owned(),
        format!(
            "rename `{}` to `{kept}` and the new one to `{}`, in one transaction",
            live.database, live.database
        ),
    ];
    let old = rebuild::assess(ctx, live, &proven)?;
    Ok(rebuild::dry_answer(ctx, target, &old, &would, Options { backup: true }))
}

#[cfg(test)]
mod tests {
    //! Names fit, whatever the database is called.

    use super::*;

    #[test]
    fn names_stay_within_63_bytes() {
        for name in ["app", "п".repeat(31).as_str(), "x".repeat(63).as_str()] {
            assert!(beside(name, "before").len() <= 63, "{}", beside(name, "before"));
        }
    }
}
