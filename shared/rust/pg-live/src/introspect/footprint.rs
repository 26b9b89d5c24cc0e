//! Whether a reading would bring what an earlier one brought, found out
//! without reading: the server hashes the rows on which a reading rests.
//!
//! Must never: be equal where a catalog is not. What a section asks for, or
//! PostgreSQL's deparsing looks at, is in `footprint.sql` and `versions.sql`.

use super::{ATTEMPTS, BEGIN, Failure, major, since};
use crate::error::{Error, Result};
use crate::session::Session;

const FOOTPRINT: &str = include_str!("footprint.sql");
const VERSIONS: &str = include_str!("versions.sql");

/// Spelled alike for everyone; and its sets of OIDs are hashed however many
/// there are, where a small `work_mem` would have them searched.
const SETTINGS: &str = concat!(include_str!("spelling.sql"), ";\nSET LOCAL work_mem = '256MB'");

/// What the rows of one snapshot hash to.
#[derive(Debug)]
pub struct Footprint {
    pub text: String,
    /// Which versions of rows they were; None where nobody will ask.
    versions: Option<String>,
}

/// `session` is in no transaction. Where `is_known` says so of its text,
/// [`Footprint::held`] is not going to be asked.
pub async fn footprint(
    session: &Session,
    mut is_known: impl FnMut(&str) -> bool,
) -> Result<Footprint> {
    let major = major(session).await?;
    let mut attempt = 1;
    loop {
        session.execute(&format!("{BEGIN};\n{SETTINGS}")).await?;
        let found = look(session, major, &mut is_known).await;
        session.execute("ROLLBACK").await?;
        match found {
            // A type went away whose value was to be written.
            Err(error) if attempt < ATTEMPTS && Failure::Server(error.clone()).may_pass() => {
                attempt += 1;
            }
            found => return found,
        }
    }
}

async fn look(
    session: &Session,
    major: u32,
    is_known: &mut impl FnMut(&str) -> bool,
) -> Result<Footprint> {
    let text = hash(session, FOOTPRINT, major).await?;
    let versions = match is_known(&text) {
        true => None,
        false => Some(hash(session, VERSIONS, major).await?),
    };
    Ok(Footprint { text, versions })
}

impl Footprint {
    /// True where no row has changed until now: what was read meanwhile is
    /// what goes with this footprint. The rows alone would not tell: one that
    /// was changed and changed back says what it said.
    pub async fn held(&self, session: &Session) -> Result<bool> {
        match &self.versions {
            Some(versions) => {
                Ok(*versions == hash(session, VERSIONS, major(session).await?).await?)
            }
            None => Ok(false),
        }
    }
}

async fn hash(session: &Session, sql: &str, major: u32) -> Result<String> {
    let rows = session.query_at_once(&since::fit(sql, major)).await?;
    let row = rows.first().ok_or_else(|| Error::shape("a hash is one row"))?;
    Ok(row.get(0))
}
