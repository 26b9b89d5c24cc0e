//! `db-rebuild --swap`: the new database beside the old one in the running
//! server; then both change names in one transaction. `--undo` changes them
//! back.
//!
//! ```text
//! <database>                     the one that is served
//! <database>__new_<time>         being built; dropped by the next run
//! <database>__before_<time>      what was served before a swap
//! <database>__undone_<time>      what was served before an undo or a rollback
//! ```
//!
//! Must never: drop a database that was ever served.

use anyhow::Result;
use pg_live::{Address, Session, database, protection, quote_ident, shadow, swap};
use serde_json::json;

use crate::consent;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::{Answer, Fault};
use crate::rebuild::beside::{beside, is_beside, prefix};
use crate::rebuild::{self, Fate, Options, keep};
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{self, Fresh};
use crate::ways;
use crate::ways::record::{Records, Undoing};

const UNDO: &str = "db-rebuild --undo";

pub fn run(ctx: &Ctx, target: &Target, services: Scope) -> Result<Answer> {
    let live = target.require_running(ctx)?;
    let kept = ways::kept_name(ctx, target, &live, "before")?;
    if ctx.globals.dry_run {
        return dry_run(ctx, target, &live, &kept);
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, services);
    let built =
        around.prepare(ctx, &mut steps).and_then(|()| build(ctx, &mut steps, target, &live, &kept));
    match built {
        Ok(fresh) => {
            let restarted = around.restart(ctx, &mut steps);
            let took = steps.took();
            let records = steps.end();
            let text = format!(
                "{} rebuilt from init.sql: {}\nthe old one is kept as {kept} (back: `cargo xtask db-rebuild --undo`)\ndone in {:.1} s",
                live.database,
                fresh.summary(),
                took.as_secs_f64()
            );
            let data = json!({ "database": live.database, "steps": records, "facts": fresh.facts, "kept": kept });
            around.conclude(ctx, restarted, Answer::done(text, data))
        }
        Err(error) => {
            // The next run sweeps what cannot be dropped now.
            let _ = ctx.interrupt.shield(|| drop_unfinished(ctx, &live));
            Err(rebuild::conclude_failure(steps, error))
        }
    }
}

/// init.sql runs in the new database itself, in one transaction on an empty
/// database of the same server: it is what init.sql says by construction, and
/// a second copy to compare with would only take time. What is checked is
/// what a load can still get wrong.
fn build(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    live: &Address,
    kept: &str,
) -> Result<Fresh> {
    let init = InitFile::read(ctx)?;
    let new = live.with_database(&beside(&live.database, "new"));
    let tending = steps.step("build", |_| {
        drop_unfinished(ctx, live)?;
        // What is being built looks like left behind to who sweeps.
        let tending = keep::tend(ctx, live, "`cargo xtask db-rebuild --swap`")?;
        let how = match clone_shadow(ctx, live, &new, &init)? {
            true => "copied from the proved scratch database",
            false => {
                verify::create_and_load(ctx, live, &new, &init)?;
                "init.sql ran from the first line to the last"
            }
        };
        Ok(told(tending, how))
    })?;
    let fresh = steps.step("check", |_| {
        let fresh = verify::require_fresh(ctx, &new)?;
        let detail = fresh.summary();
        Ok(told(fresh, detail))
    })?;
    let old = rebuild::assess(ctx, live, &fresh.seeds)?;
    // The old database stays: agreeing is about what is served afterwards.
    rebuild::require_consent(
        ctx,
        target,
        &old,
        Options { fate: Fate::Kept, services: Scope::None },
    )?;
    steps.step("swap", |_| {
        let newcomer = ways::Newcomer {
            command: "db-rebuild --swap",
            code: ways::Served::Known(ways::code::present(ctx, None)),
            baseline: ways::loss::baseline(ctx, &new)?,
        };
        // The swap takes it itself.
        drop(tending);
        ways::exchange(ctx, target, live, (&new.database, kept), newcomer)?;
        Ok(told((), format!("the old one is {kept}")))
    })?;
    Ok(fresh)
}

/// A shadow of this very init.sql is copied faster than built again.
fn clone_shadow(ctx: &Ctx, live: &Address, new: &Address, init: &InitFile) -> Result<bool> {
    let cloned = ctx.wait(async {
        let session = verify::maintenance(live).await?;
        let Some(locale) = database::locale(&session, &live.database).await? else {
            return Ok(false);
        };
        let Some(shadow) = shadow::find(&session, &init.shadow_hash(&live.user), &locale).await?
        else {
            return Ok(false);
        };
        match database::clone(&session, &shadow.address.database, &new.database).await {
            Ok(()) => Ok(true),
            // Somebody is reading it right now.
            Err(error) if database::is_in_use(&error) => Ok(false),
            Err(error) => Err(error),
        }
    })?;
    Ok(cloned)
}

/// Puts the database from before the last swap back.
pub fn undo(ctx: &Ctx, target: &Target, services: Scope) -> Result<Answer> {
    let live = target.require_running(ctx)?;
    // Begun again, it would undo the swap before that one.
    if let Some(Undoing { kept, code }) = ways::undone_untold(ctx, target, &live)? {
        if ctx.globals.dry_run {
            let what =
                format!("end an undo that never told its end: what it undid is kept as `{kept}`");
            let text = format!("would {what}\nnothing was changed");
            return Ok(Answer::done(text, json!({ "dry_run": true, "would": [what] })));
        }
        let steps = Steps::begin(ctx, target.name())?;
        Records::of(ctx, target).note_served(code.as_ref())?;
        return end_undo(ctx, steps, (target, services), (&live, &kept));
    }
    let prefix = prefix(&live.database, "before");
    let found = ctx.wait(async {
        let session = verify::maintenance(&live).await?;
        database::list(&session, &prefix).await
    })?;
    // The names end with the time of the swap.
    let ours = found.iter().filter(|it| is_beside(&live.database, "before", &it.name));
    let Some(before) = ours.max_by_key(|it| it.name.clone()) else {
        return Err(Fault::failed("no database from before a swap is kept here").into());
    };
    let kept = ways::kept_name(ctx, target, &live, "undone")?;
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
    let mark =
        ctx.wait(async { protection(&Session::connect(&live, "db-rebuild").await?).await })?;
    let mark = mark.or(target.configured_protection());
    consent::agree_to_change(ctx, &live.database, mark.as_deref(), &what)?;
    let mut steps = Steps::begin(ctx, target.name())?;
    let swapped = steps.step("swap", |_| {
        drop_unfinished(ctx, &live)?;
        let code = ways::code_of(ctx, target, &before.name);
        let undoing = Undoing { kept: kept.clone(), code: code.clone() };
        Records::of(ctx, target).note_undoing(&undoing)?;
        let newcomer = ways::Newcomer {
            command: UNDO,
            code: ways::Served::Known(code),
            baseline: ways::loss::baseline(ctx, &live.with_database(&before.name))?,
        };
        ways::exchange(ctx, target, &live, (&before.name, &kept), newcomer)?;
        Ok(told((), format!("{} is served again", before.name)))
    });
    if let Err(error) = swapped {
        return Err(rebuild::conclude_failure(steps, error));
    }
    end_undo(ctx, steps, (target, services), (&live, &kept))
}

/// The names have changed.
fn end_undo(
    ctx: &Ctx,
    mut steps: Steps<'_>,
    (target, services): (&Target, Scope),
    (live, kept): (&Address, &str),
) -> Result<Answer> {
    let mut around = Around::new(target, services);
    let restarted = around.restart(ctx, &mut steps);
    Records::of(ctx, target).forget_undoing();
    let records = steps.end();
    let text = format!(
        "{} is the one from before the swap again; the other is kept as {kept}",
        live.database
    );
    let answer = Answer::done(text, json!({ "steps": records, "kept": kept }));
    around.conclude(ctx, restarted, answer)
}

/// Both change names in one transaction; the old one is `kept`.
pub fn exchange(ctx: &Ctx, live: &Address, new: &str, kept: &str) -> Result<()> {
    let name = quote_ident(&live.database);
    let renames = format!(
        "BEGIN; ALTER DATABASE {name} RENAME TO {}; ALTER DATABASE {} RENAME TO {name}; COMMIT",
        quote_ident(kept),
        quote_ident(new)
    );
    ctx.term.equivalent("sql>", &renames);
    // A feed would go on with the one that is set aside.
    let (_tending, _) = keep::sweep(ctx, live)?;
    let swapped = ctx.wait(async {
        let session = verify::maintenance(live).await?;
        database::copy_properties(&session, &live.database, new).await?;
        swap(&session, &live.database, new, kept).await
    });
    // Told as failed, an undo would be begun again and undo the swap before it.
    keep::came_through(ctx, live, kept, swapped)
}

/// What a killed run left; never one that was served. Where a run is at work,
/// nothing is touched and that is the error.
pub fn drop_unfinished(ctx: &Ctx, live: &Address) -> Result<()> {
    // A database that is being fed cannot be dropped.
    let (_tending, _) = keep::sweep(ctx, live)?;
    ctx.wait(async {
        let session: Session = verify::maintenance(live).await?;
        for name in keep::unfinished(&session, live).await? {
            // One that another checkout is filling right now stays.
            match database::drop_unused(&session, &name).await {
                Err(error) if !database::is_in_use(&error) => return Err(error),
                _ => {}
            }
        }
        pg_live::Result::Ok(())
    })?;
    Ok(())
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
    let old = rebuild::assess(ctx, live, &proven.seeds)?;
    Ok(rebuild::dry_answer(
        ctx,
        target,
        &old,
        &would,
        Options { fate: Fate::Kept, services: Scope::None },
    ))
}
