//! Names of the databases that a swap makes and keeps, and forgetting them.
//!
//! ```text
//! <database>__new_<time>       <database>__before_<time>       <database>__undone_<time>
//! <database>__snapshot_<time>
//! ```
//!
//! Must never: take a database for ours that only begins alike. A user may
//! well have an `app__new_customers`.

use anyhow::Result;
use jiff::Timestamp;
use pg_live::{Session, database, protection};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::{Answer, Fault};
use crate::span;
use crate::stamp::{self, stamp};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::verify::{self, counted};

/// PostgreSQL's limit on a name, in bytes.
pub const NAME_LIMIT: usize = 63;
/// What stays until somebody gives it up.
const KEPT: [&str; 3] = ["before", "undone", "snapshot"];
/// `20261122t092258123z`.
const TIME_LENGTH: usize = 19;
const HASH_LENGTH: usize = 8;
/// Where the configuration says nothing.
const KEEP_REPLACED: &str = "7d";

/// `<database>__<word>_`. A name too long to stand there whole is cut and
/// told apart by its hash.
pub fn prefix(database: &str, word: &str) -> String {
    let room = NAME_LIMIT - TIME_LENGTH - word.len() - "__".len() - "_".len();
    if database.len() <= room {
        return format!("{database}__{word}_");
    }
    let mut end = room - HASH_LENGTH - 1;
    while !database.is_char_boundary(end) {
        end -= 1;
    }
    let hash = hex(&Sha256::digest(database.as_bytes())[..HASH_LENGTH / 2]);
    format!("{}~{hash}__{word}_", &database[..end])
}

/// For what goes by no order of changes.
pub fn beside(database: &str, word: &str) -> String {
    beside_at(database, word, &stamp())
}

pub fn beside_at(database: &str, word: &str, stamp: &str) -> String {
    format!("{}{}", prefix(database, word), stamp::in_name(stamp))
}

/// True for a name that [`beside`] gave for this database.
pub fn is_beside(database: &str, word: &str, name: &str) -> bool {
    let Some(time) = name.strip_prefix(&prefix(database, word)) else { return false };
    let is_digit = |(at, c): (usize, char)| match at {
        8 => c == 't',
        18 => c == 'z',
        _ => c.is_ascii_digit(),
    };
    time.len() == TIME_LENGTH && time.chars().enumerate().all(is_digit)
}

/// The databases that swaps, undos and migrations kept of one, oldest first.
pub async fn kept(session: &Session, name: &str) -> pg_live::Result<Vec<database::KeptDatabase>> {
    let mut kept = Vec::new();
    for word in KEPT {
        let found = database::list(session, &prefix(name, word)).await?;
        kept.extend(found.into_iter().filter(|it| is_beside(name, word, &it.name)));
    }
    Ok(kept)
}

/// How long what was replaced is kept, in hours; None: until it is dropped.
pub fn hours_to_keep(ctx: &Ctx) -> Result<Option<i64>, Fault> {
    let time = ctx.config.metadata.keep_replaced.as_deref().unwrap_or(KEEP_REPLACED);
    if time == "no" {
        return Ok(None);
    }
    span::hours("`keep-replaced` in Cargo.toml", time).map(Some)
}

/// Seconds since it was replaced. A clock that went back makes nothing old.
pub fn age(name: &str) -> i64 {
    let since = stamp::at_end(name).unwrap_or(Timestamp::MAX);
    (Timestamp::now().as_second() - since.as_second()).max(0)
}

pub fn is_overdue(name: &str, hours_to_keep: Option<i64>) -> bool {
    hours_to_keep.is_some_and(|hours| age(name) > hours * 3600)
}

/// `--forget`: drops what swaps and undos kept of this database; or only what
/// is kept for longer than it should be.
pub fn forget(ctx: &Ctx, target: &Target, overdue: bool) -> Result<Answer> {
    let live = target.require_answering(ctx)?;
    let (kept, mark) = ctx.wait(async {
        let session = verify::maintenance(&live).await?;
        let kept = kept(&session, &live.database).await?;
        let mark = protection(&Session::connect(&live, "db-rebuild").await?).await?;
        pg_live::Result::Ok((kept, mark))
    })?;
    let hours = if overdue { hours_to_keep(ctx)? } else { None };
    let is_meant = |name: &&str| !overdue || is_overdue(name, hours);
    let names: Vec<&str> = kept.iter().map(|it| it.name.as_str()).filter(is_meant).collect();
    if ctx.globals.dry_run {
        let text = format!("would drop: {}\nnothing was changed", names.join(", "));
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": names })));
    }
    let mark = target.configured_protection().or(mark);
    let story = format!("This drops for good: {}.", names.join(", "));
    let loss = Loss {
        database: &live.database,
        story: &story,
        is_empty: names.is_empty(),
        protected: mark.as_deref().filter(|_| !names.is_empty()),
    };
    consent::agree_to_loss(ctx, &loss)?;
    let mut steps = Steps::begin(ctx, target.name())?;
    let dropped = steps.step("forget", |_| {
        ctx.wait(async {
            let session = verify::maintenance(&live).await?;
            for name in &names {
                database::drop_unused(&session, name).await?;
            }
            pg_live::Result::Ok(())
        })?;
        Ok(told((), format!("{} dropped", names.len())))
    });
    let records = steps.end();
    dropped.map_err(|error| error.context(Fault::failed("not all of them could be dropped")))?;
    let text = if names.is_empty() && !kept.is_empty() {
        format!("none of {} is overdue", counted(kept.len(), "kept database"))
    } else if names.is_empty() {
        "nothing was kept".to_owned()
    } else {
        format!("dropped: {}", names.join(", "))
    };
    Ok(Answer::done(text, json!({ "steps": records, "dropped": names })))
}

#[cfg(test)]
mod tests {
    //! Names fit, differ, and are told from a user's.

    use super::*;

    #[test]
    fn names_stay_within_63_bytes_and_are_known_again() {
        for name in ["app", "п".repeat(31).as_str(), "x".repeat(63).as_str()] {
            for word in ["new", "before", "undone", "snapshot"] {
                let made = beside(name, word);
                assert!(made.len() <= NAME_LIMIT, "{made}");
                assert!(is_beside(name, word, &made), "{made}");
            }
        }
    }

    #[test]
    fn long_names_that_begin_alike_are_told_apart() {
        let base = "customer_analytics_platform_europe_";
        let made = beside(&format!("{base}production"), "before");
        assert!(!is_beside(&format!("{base}staging"), "before", &made));
    }

    #[test]
    fn a_users_database_is_never_ours() {
        assert!(!is_beside("app", "new", "app__new_customers"));
        assert!(!is_beside("app", "new", "app__new_20261122t0922581234"));
    }
}
