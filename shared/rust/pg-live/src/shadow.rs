//! The shadow: a scratch database built from init.sql and nothing else.
//!
//! Its name is the hash of everything that shapes it, so an existing one is
//! right by construction and is used as it is (4 ms against 300). It gets its
//! final name only after init.sql ran to the end; it is read-only afterwards,
//! so that nobody's psql makes it lie.
//!
//! ```text
//! xtask_shadow_<16 hex>_<major>            complete
//! xtask_shadow_<16 hex>_<major>_building   left by a run that was killed; swept
//! ```
//!
//! Must never: hold data, or be compared with before it has its final name.

use crate::address::Address;
use crate::database::{self, Locale};
use crate::error::Error;
use crate::load::{LoadFailure, load};
use crate::session::{Session, quote_ident};

const PREFIX: &str = "xtask_shadow_";

/// True for a name that only we give: `xtask_shadow_<16 hex>_<major>`, with
/// `_building` behind it or not. A user's database may begin alike.
pub fn is_shadow(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let rest = rest.strip_suffix("_building").unwrap_or(rest);
    let Some((hash, major)) = rest.split_once('_') else { return false };
    hash.len() == 16
        && hash.chars().all(|c| c.is_ascii_hexdigit())
        && (1..=2).contains(&major.len())
        && major.chars().all(|c| c.is_ascii_digit())
}

/// How many complete shadows stay for the next comparison. Dropping a database
/// forces a checkpoint, so they go several at a time.
const KEEP: usize = 4;
const SWEEP_ABOVE: usize = 8;

/// One number for everybody who builds shadows on a server: builds take
/// their turn, and the sweep never meets a build.
const LOCK: i64 = 0x0078_7461_736b_0001;

/// In one database, which is where such locks are.
const TRIAL: i64 = 0x0078_7461_736b_0003;

/// What a shadow is made of.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// Over the files and the role that owns what they make; what the server
    /// adds is added here.
    pub hash: &'a str,
    pub sql: &'a str,
    /// Run when all of that is done, in a session of its own.
    pub after: &'a str,
}

/// A complete shadow.
#[derive(Clone, Debug)]
pub struct Shadow {
    pub address: Address,
    /// False when a cached one was used.
    pub built: bool,
}

/// Why there is no shadow.
#[derive(Clone, Debug)]
pub enum ShadowFailure {
    /// init.sql does not run: where, and the server's words.
    Declared(LoadFailure),
    /// The server does not let us make one.
    Server(Error),
}

impl From<Error> for ShadowFailure {
    fn from(error: Error) -> ShadowFailure {
        ShadowFailure::Server(error)
    }
}

/// The shadow that an earlier run left, if it is complete and fits.
pub async fn find(session: &Session, hash: &str, locale: &Locale) -> Result<Option<Shadow>, Error> {
    let name = name(session, hash).await?;
    let fits = database::locale(session, &name).await?.is_some_and(|found| found == *locale);
    let address = session.address().with_database(&name);
    Ok(fits.then_some(Shadow { address, built: false }))
}

/// Of the hash and of what else shapes a shadow on this server.
pub async fn name(session: &Session, hash: &str) -> Result<String, Error> {
    let row = session.query_one(include_str!("introspect/shadow_name.sql"), &[&hash]).await?;
    let hash: String = row.get(0);
    Ok(format!("{PREFIX}{hash}_{}", session.server_version().await? / 10_000))
}

/// Finds or builds the shadow of `declared` on the server `session` is on.
/// `session` is on a maintenance database, never on the one compared with.
pub async fn ensure(
    session: &Session,
    declared: Declared<'_>,
    locale: &Locale,
) -> Result<Shadow, ShadowFailure> {
    if let Some(found) = find(session, declared.hash, locale).await? {
        return Ok(found);
    }
    let name = name(session, declared.hash).await?;
    let address = session.address().with_database(&name);
    session.query("SELECT pg_catalog.pg_advisory_lock($1)", &[&LOCK]).await?;
    let built = build(session, &name, declared, locale).await;
    let swept = sweep(session, &name).await;
    session.query("SELECT pg_catalog.pg_advisory_unlock($1)", &[&LOCK]).await?;
    built?;
    swept?;
    Ok(Shadow { address, built: true })
}

async fn build(
    session: &Session,
    name: &str,
    declared: Declared<'_>,
    locale: &Locale,
) -> Result<(), ShadowFailure> {
    // Somebody may have built it while we waited, or built it with another
    // locale before.
    match database::locale(session, name).await? {
        Some(found) if found == *locale => return Ok(()),
        Some(_) => database::drop_scratch(session, name).await?,
        None => {}
    }
    let building = format!("{name}_building");
    database::drop_scratch(session, &building).await?;
    database::create(session, &building, locale).await?;
    if let Err(failure) = fill(&session.address().with_database(&building), declared).await {
        database::drop_scratch(session, &building).await?;
        return Err(failure);
    }
    let (from, to) = (quote_ident(&building), quote_ident(name));
    session
        .execute(&format!("ALTER DATABASE {from} SET default_transaction_read_only = on"))
        .await?;
    session.execute(&format!("ALTER DATABASE {from} RENAME TO {to}")).await?;
    Ok(())
}

async fn fill(building: &Address, declared: Declared<'_>) -> Result<(), ShadowFailure> {
    let inside = Session::connect(building, "shadow").await?;
    load(&inside, declared.sql).await.map_err(ShadowFailure::Declared)?;
    drop(inside);
    if !declared.after.is_empty() {
        Session::connect(building, "shadow").await?.execute(declared.after).await?;
    }
    Ok(())
}

/// Begins a transaction in a shadow or another scratch database, for what is
/// tried there and never committed. One at a time: two could wait for each
/// other's names.
pub async fn begin_trial(session: &Session) -> Result<(), Error> {
    // What is rolled back leaves dead rows in the catalogs, and a server that
    // is up for a second has no time to vacuum by itself.
    let is_grown: bool =
        session.query_one(include_str!("introspect/shadow_grown.sql"), &[]).await?.get(0);
    if is_grown {
        session.execute("VACUUM").await?;
    }
    session.execute("SET lock_timeout = 0; BEGIN READ WRITE").await?;
    session.query("SELECT pg_catalog.pg_advisory_xact_lock($1)", &[&TRIAL]).await.map(|_| ())
}

/// Drops unfinished shadows and all complete ones but the newest few. One
/// that somebody reads right now is left for the next sweep.
async fn sweep(session: &Session, just_used: &str) -> Result<(), Error> {
    let mut all = database::list(session, PREFIX).await?;
    all.retain(|it| is_shadow(&it.name));
    let (unfinished, complete): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|it| it.name.ends_with("_building"));
    for it in unfinished {
        database::drop_scratch(session, &it.name).await?;
    }
    let surplus = if complete.len() > SWEEP_ABOVE { complete.len() - KEEP } else { 0 };
    for it in complete.iter().take(surplus).filter(|it| it.name != just_used) {
        match session.execute(&format!("DROP DATABASE IF EXISTS {}", quote_ident(&it.name))).await {
            Err(error) if !database::is_in_use(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
