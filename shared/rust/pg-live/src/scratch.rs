//! A scratch database of one run: made, used, dropped.
//!
//! ```text
//! xtask_clone_<16 hex>
//! ```
//!
//! Its maker holds an advisory lock of its name until the end. One that nobody
//! holds was left by a run that was killed: the next run drops it.
//!
//! Must never: outlive its run, or be dropped by another while it is in use.

use crate::address::Address;
use crate::database::{self, Locale};
use crate::error::Result;
use crate::session::Session;

const PREFIX: &str = "xtask_clone_";
const DIGITS: usize = 16;

/// True for a name that only we give.
pub fn is_scratch(name: &str) -> bool {
    number(name).is_some()
}

/// What its name says, which is also the number of its lock.
fn number(name: &str) -> Option<i64> {
    let digits = name.strip_prefix(PREFIX)?;
    let is_plain = digits.len() == DIGITS && digits.chars().all(|c| c.is_ascii_hexdigit());
    let number = is_plain.then(|| u64::from_str_radix(digits, 16).ok())??;
    Some(number.cast_signed())
}

/// What a scratch database begins as.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// Nothing, with this locale.
    Empty(&'a Locale),
    /// A copy of this database, which nobody may be in.
    CopyOf(&'a str),
}

/// A scratch database, and the session that holds its lock.
pub struct Scratch {
    session: Session,
    pub address: Address,
}

impl Scratch {
    /// Makes one, and drops those that killed runs left. `session` is on a
    /// maintenance database; `random` is new for each.
    pub async fn create(session: Session, random: u64, origin: Origin<'_>) -> Result<Scratch> {
        sweep(&session).await?;
        let name = format!("{PREFIX}{random:016x}");
        session.query("SELECT pg_catalog.pg_advisory_lock($1)", &[&random.cast_signed()]).await?;
        match origin {
            Origin::Empty(locale) => database::create(&session, &name, locale).await?,
            // The settings of a database are not copied: a copy of a shadow
            // can be written to.
            Origin::CopyOf(template) => database::clone(&session, template, &name).await?,
        }
        let address = session.address().with_database(&name);
        Ok(Scratch { session, address })
    }

    /// Drops it, whoever is in it.
    pub async fn drop(self) -> Result<()> {
        database::drop_scratch(&self.session, &self.address.database).await
    }
}

async fn sweep(session: &Session) -> Result<()> {
    for it in database::list(session, PREFIX).await? {
        let Some(number) = number(&it.name) else { continue };
        let row =
            session.query_one("SELECT pg_catalog.pg_try_advisory_lock($1)", &[&number]).await?;
        if row.get(0) {
            database::drop_scratch(session, &it.name).await?;
            session.query("SELECT pg_catalog.pg_advisory_unlock($1)", &[&number]).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Names that are ours, and names that only look like it.

    use super::is_scratch;

    #[test]
    fn only_names_that_we_make_are_taken() {
        assert!(is_scratch("xtask_clone_0123456789abcdef"));
        assert!(is_scratch("xtask_clone_ffffffffffffffff"));
        for name in
            ["xtask_clone_", "xtask_clone_0123456789abcdeg", "xtask_clone_0123456789abcdef0"]
        {
            assert!(!is_scratch(name), "{name}");
        }
    }
}
