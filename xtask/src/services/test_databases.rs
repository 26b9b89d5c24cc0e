//! The databases that `shared/python/testing.py` makes for tests:
//! `osint_test_<12 hex>`, a template, and `osint_test_<12 hex>_...`, its
//! clones.
//!
//! Must never: take a database for one of them that a person may have named.

use anyhow::Result;
use pg_live::database;

use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::target::Target;
use crate::verify;

const PREFIX: &str = "osint_test_";
/// The beginning of the hash of init.sql.
const HASH_LENGTH: usize = 12;

pub fn is_test_database(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let (hash, rest) = rest.split_at_checked(HASH_LENGTH).unwrap_or_default();
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    hash.len() == HASH_LENGTH
        && hash.chars().all(is_hex)
        && (rest.is_empty() || rest.starts_with('_'))
}

/// Databases of runs that were killed, and templates of an older init.sql. One
/// that is in use belongs to a run that goes on.
pub fn drop_leaked(ctx: &Ctx, target: &Target) -> Result<usize> {
    let address = target.require_running(ctx)?;
    let template = format!("{PREFIX}{}", &InitFile::read(ctx)?.hash[..HASH_LENGTH]);
    let dropped = ctx.wait(async {
        let session = verify::maintenance(&address).await?;
        let mut dropped = 0;
        for it in database::list(&session, PREFIX).await? {
            if it.name == template || !is_test_database(&it.name) {
                continue;
            }
            match database::drop_unused(&session, &it.name).await {
                Ok(()) => dropped += 1,
                Err(error) if database::is_in_use(&error) => {}
                Err(error) => return Err(error),
            }
        }
        pg_live::Result::Ok(dropped)
    })?;
    Ok(dropped)
}

#[cfg(test)]
mod tests {
    //! Names that are ours, and names that only look like it.

    use super::is_test_database;

    #[test]
    fn only_names_that_the_plugin_makes_are_taken() {
        for name in ["osint_test_0123456789ab", "osint_test_0123456789ab_deadbeef_gw0_1"] {
            assert!(is_test_database(name), "{name}");
        }
        for name in ["osint_test_", "osint_test_archive", "osint_test_0123456789abc", "osint_tests"]
        {
            assert!(!is_test_database(name), "{name}");
        }
    }
}
