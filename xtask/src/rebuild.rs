//! The whole database from init.sql: what the three ways have in common.
//!
//! Must never: give up the old database before init.sql is proved, consent is
//! there, and what would be lost lies in a complete dump.

pub mod compose;
pub mod local;
pub mod swap;

use std::path::PathBuf;

use anyhow::Result;
use pg_live::seeds::DeclaredSeeds;
use pg_live::shadow::PREFIX;
use pg_live::{Address, ErrorKind, Session, database, protection, quote_ident, set_protection};
use serde_json::json;

use crate::consent::{self, Consent, Loss};
use crate::context::{Ctx, Waited};
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::run_state::RunState;
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::tools::pg_dump;
use crate::verify::{self, AtRisk, Verification, size};

#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Dump what would be lost before it goes.
    pub backup: bool,
}

/// What is known about the database that is to be replaced.
#[derive(Debug)]
pub enum Old {
    /// There is none.
    None,
    /// It answers; this is what it holds beyond init.sql.
    Known { address: Address, risk: AtRisk, protection: Option<String> },
    /// It is there and cannot be asked; this is why.
    Unknown { why: String },
}

impl Old {
    fn is_empty(&self) -> bool {
        match self {
            Old::None => true,
            Old::Known { risk, .. } => risk.rows <= 0,
            Old::Unknown { .. } => false,
        }
    }

    fn story(&self, options: Options) -> String {
        match self {
            Old::None => "there is no database yet".to_owned(),
            Old::Known { risk, .. } if risk.rows <= 0 => {
                "the database holds nothing but seed rows".to_owned()
            }
            Old::Known { risk, .. } => {
                let after = if options.backup {
                    "a safety dump is made first"
                } else {
                    "NO dump is made (--no-backup)"
                };
                format!("This replaces the database: {}; {after}.", risk.story())
            }
            Old::Unknown { why } => {
                format!(
                    "This replaces a database that cannot be read ({why}); NO dump can be made of it."
                )
            }
        }
    }
}

/// Agreement to lose what is in the old database, told with numbers.
pub fn require_consent(ctx: &Ctx, target: &Target, old: &Old, options: Options) -> Result<Consent> {
    if let (Old::Unknown { why }, true) = (old, options.backup) {
        return Err(Fault::failed(format!(
            "the old database cannot be read, so no safety dump can be made: {why}"
        ))
        .hint("mend that, or give up its data: `cargo xtask db-rebuild --no-backup`")
        .into());
    }
    let database = ctx.config.database();
    let inside = match old {
        Old::Known { protection, .. } => protection.clone(),
        Old::None | Old::Unknown { .. } => None,
    };
    let mark = target.configured_protection().or(inside);
    let story = old.story(options);
    consent::agree_to_loss(
        ctx,
        &Loss {
            database: &database,
            story: &story,
            is_empty: old.is_empty(),
            protected: mark.as_deref(),
        },
    )
}

/// What the old database holds, and whether it bears a mark.
pub fn assess(ctx: &Ctx, address: &Address, seeds: &DeclaredSeeds) -> Result<Old> {
    let risk = verify::at_risk(ctx, address, seeds)?;
    let asked = ctx.wait(async {
        let session = Session::connect(address, "db-rebuild").await?;
        protection(&session).await
    });
    let protection = match asked {
        Ok(mark) => mark,
        // Without a database there is nothing to protect.
        Err(Waited::Failed(error)) if error.kind == ErrorKind::NoDatabase => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Old::Known { address: address.clone(), risk, protection })
}

/// Like [`assess`], for a rebuild that takes the whole cluster down: what
/// lies beside the database would go with it, and init.sql brings none back.
pub fn assess_cluster(ctx: &Ctx, address: &Address, seeds: &DeclaredSeeds) -> Result<Old> {
    let all = ctx.wait(async {
        let session = verify::maintenance(address).await?;
        database::list(&session, "").await
    })?;
    let unfinished = swap::prefix(&address.database, "new");
    let ours = ["postgres", "template0", "template1", address.database.as_str()];
    let is_scratch = |name: &str| name.starts_with(PREFIX) || name.starts_with(&unfinished);
    let beside: Vec<&str> = all
        .iter()
        .map(|it| it.name.as_str())
        .filter(|name| !ours.contains(name) && !is_scratch(name))
        .collect();
    let [first, ..] = beside.as_slice() else { return assess(ctx, address, seeds) };
    Err(Fault::refused(format!(
        "the same server holds more than `{}`, and all of it would be lost: {}",
        address.database,
        beside.join(", ")
    ))
    .hint(format!(
        "leave it alone with `cargo xtask db-rebuild --swap`, or drop what is not wanted: \
         `cargo xtask psql -- -c 'DROP DATABASE {}'`",
        quote_ident(first)
    ))
    .into())
}

/// The mark of the old database, on the new one.
pub fn carry_protection(ctx: &Ctx, old: &Old, new: &Address) -> Result<()> {
    let Old::Known { protection: Some(mark), .. } = old else { return Ok(()) };
    ctx.wait(async {
        let session = Session::connect(new, "db-rebuild").await?;
        set_protection(&session, Some(mark)).await
    })?;
    Ok(())
}

/// The safety dump, when there is something to lose. The path is noted, so
/// that also a later run can name it.
pub fn dump_step(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    old: &Old,
    options: Options,
) -> Result<Option<PathBuf>> {
    let Old::Known { address, .. } = old else { return Ok(None) };
    if old.is_empty() || !options.backup {
        return Ok(None);
    }
    steps.step("safety dump", |run: &mut RunState| {
        let path = pg_dump::safety_dump(ctx, target, address)?;
        run.safety_dump(&path)?;
        let bytes = path.metadata().map_or(0, |meta| meta.len());
        let shown = path.strip_prefix(&ctx.root).unwrap_or(&path).display().to_string();
        Ok(told(
            Some(path),
            format!("{shown}, {}, read back", size(i64::try_from(bytes).unwrap_or(0))),
        ))
    })
}

/// A verification that is not clean ends the run.
pub fn require_clean(verification: Verification) -> Result<Verification> {
    if verification.is_clean() {
        return Ok(verification);
    }
    let report = verification.report();
    Err(Fault::failed(format!("the new database is not what init.sql says:\n{report}")).into())
}

/// Ends a run that failed: with the old database gone it is told as partial,
/// with what is safe and the command that goes on.
pub fn conclude_failure(steps: Steps<'_>, error: anyhow::Error) -> anyhow::Error {
    let note = steps.run.note().clone();
    if !note.old_is_gone {
        steps.withdraw();
        return error;
    }
    let dump = match &note.safety_dump {
        Some(path) => format!("; its data is in `{}`", path.display()),
        None => String::new(),
    };
    let why = if exit_of(&error) == Exit::Interrupted {
        "interrupted".to_owned()
    } else {
        format!("{error:#}")
    };
    Fault::partial(format!("stopped during `{}`: {why}. The old database is gone{dump}", note.step))
        .hint("go on with `cargo xtask db-rebuild`; `cargo xtask status` tells the state")
        .into()
}

/// The answer of a rebuild that went through.
pub fn answer(
    ctx: &Ctx,
    steps: Steps<'_>,
    verification: &Verification,
    extra: serde_json::Value,
) -> Answer {
    let took = steps.took();
    let dump = steps.run.note().safety_dump.clone();
    let records = steps.end();
    let database = ctx.config.database();
    let mut text =
        format!("{database} rebuilt from init.sql and verified: {}\n", verification.summary());
    if let Some(dump) = &dump {
        let shown = dump.strip_prefix(&ctx.root).unwrap_or(dump).display().to_string();
        text.push_str(&format!("the old data is in {shown} (pg_restore reads it)\n"));
    }
    text.push_str(&format!("done in {:.1} s, {} steps", took.as_secs_f64(), records.len()));
    Answer::done(
        text,
        json!({ "database": database, "steps": records, "verification": verification, "safety_dump": dump, "more": extra }),
    )
}

/// What `--dry-run` says.
pub fn dry_answer(
    ctx: &Ctx,
    target: &Target,
    old: &Old,
    would: &[String],
    options: Options,
) -> Answer {
    let mut text = format!("{}\nwould:\n", old.story(options));
    for (index, step) in would.iter().enumerate() {
        text.push_str(&format!("  {}. {step}\n", index + 1));
    }
    text.push_str("nothing was changed");
    let risk = match old {
        Old::Known { risk, .. } => json!(risk),
        Old::None | Old::Unknown { .. } => serde_json::Value::Null,
    };
    let database = ctx.config.database();
    Answer::done(
        text,
        json!({ "dry_run": true, "database": database, "target": target.name(), "at_risk": risk, "would": would }),
    )
}
