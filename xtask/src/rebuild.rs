//! The whole database from init.sql: what the three ways have in common.
//!
//! Must never: give up the old database before init.sql is proved, consent is
//! there, and what would be lost lies in a complete dump.

pub mod beside;
pub mod cluster;
pub mod compose;
pub mod keep;
pub mod local;
pub mod swap;

use anyhow::Result;
use pg_live::seeds::DeclaredSeeds;
use pg_live::{Address, ErrorKind, Session, protection};
use serde_json::json;

use crate::backup::safety::what_reads;
use crate::consent::{self, Consent, Loss};
use crate::context::{Ctx, Waited};
use crate::outcome::{Answer, Exit, Fault, exit_of};
use crate::services::Scope;
use crate::steps::Steps;
use crate::target::Target;
use crate::verify::{self, AtRisk, Verification};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub fate: Fate,
    pub services: Scope,
}

/// What becomes of the rows that init.sql does not bring back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Dumped,
    Lost,
    Kept,
}

impl Options {
    /// Whether a dump is to be made of what would be lost.
    pub fn backup(self) -> bool {
        self.fate == Fate::Dumped
    }
}

/// What is known about the database that is to be replaced.
#[derive(Debug)]
pub enum Old {
    /// There is none.
    None,
    /// It answers; this is what it holds beyond init.sql.
    Known {
        address: Address,
        risk: AtRisk,
        protection: Option<String>,
        /// Statements for what the database has beside its contents.
        properties: Vec<String>,
    },
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
        let after = match options.fate {
            Fate::Dumped => "a safety dump is made first",
            Fate::Lost => "NO dump is made (--no-backup)",
            Fate::Kept => "the old database is kept beside the new one, its sessions are ended",
        };
        match self {
            Old::None => "there is no database yet".to_owned(),
            Old::Known { risk, .. } if risk.rows <= 0 => {
                "the database holds nothing but seed rows".to_owned()
            }
            Old::Known { risk, .. } => {
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
    if let (Old::Unknown { why }, true) = (old, options.backup()) {
        return Err(Fault::failed(format!(
            "the old database cannot be read, so no safety dump can be made: {why}"
        ))
        .hint("mend that, or give up its data: `cargo xtask db-rebuild --no-backup`")
        .into());
    }
    let database = match old {
        Old::Known { address, .. } => address.database.clone(),
        Old::None | Old::Unknown { .. } => ctx.config.database(),
    };
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
    Ok(Old::Known { address: address.clone(), risk, protection, properties: Vec::new() })
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
        text.push_str(&format!("the old data is in {shown} ({})\n", what_reads(dump)));
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
