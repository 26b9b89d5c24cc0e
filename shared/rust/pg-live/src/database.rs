//! Databases as objects of a server: made, dropped, listed, and the
//! properties that belong to the database and not to what is in it.
//!
//! Must never: drop a database that is not ours by name and by question.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::feed::between;
use crate::session::{Session, quote_ident, quote_literal};

/// What `CREATE DATABASE` must repeat so that two databases compare and sort
/// alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locale {
    pub encoding: String,
    collate: String,
    ctype: String,
    /// `libc`, `icu` or `builtin`; None before PostgreSQL 15, which has no choice.
    provider: Option<String>,
    /// ICU or builtin locale name.
    locale: Option<String>,
    icu_rules: Option<String>,
    /// Of the collation when the database was made, as its provider says it.
    version: Option<String>,
}

impl Locale {
    /// Without a provider: as PostgreSQL 14 and what was noted by it know it.
    pub fn of_libc(encoding: &str, collate: &str, ctype: &str) -> Locale {
        let (encoding, collate, ctype) = (encoding.into(), collate.into(), ctype.into());
        Locale { encoding, collate, ctype, ..Locale::default() }
    }

    /// As a server of this major can be told: 14 knows libc alone, and does
    /// not want it said.
    #[must_use]
    pub fn known_to(mut self, major: i32) -> Locale {
        if major < 15 && self.provider.as_deref() == Some("libc") {
            self.provider = None;
        }
        self
    }
}

/// A database kept after a swap.
#[derive(Clone, Debug, Serialize)]
pub struct KeptDatabase {
    pub name: String,
    pub bytes: i64,
}

/// The locale of a database on this server; None when there is no such one.
pub async fn locale(session: &Session, database: &str) -> Result<Option<Locale>> {
    // As JSON, because the columns differ between 14 and 18.
    let sql = "SELECT to_jsonb(d), pg_catalog.pg_encoding_to_char(d.encoding) \
               FROM pg_catalog.pg_database d WHERE d.datname = $1";
    let rows = session.query(sql, &[&database]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let all: Value = row.get(0);
    let text = |key: &str| all.get(key).and_then(Value::as_str).map(str::to_owned);
    let provider = text("datlocprovider").map(|letter| match letter.as_str() {
        "i" => "icu".to_owned(),
        "b" => "builtin".to_owned(),
        _ => "libc".to_owned(),
    });
    Ok(Some(Locale {
        encoding: row.get(1),
        collate: text("datcollate").unwrap_or_default(),
        ctype: text("datctype").unwrap_or_default(),
        provider,
        locale: text("datlocale").or_else(|| text("daticulocale")),
        icu_rules: text("daticurules"),
        version: text("datcollversion"),
    }))
}

/// True when the session's role owns its database: what the same role makes
/// elsewhere then has the same owner.
pub async fn is_owner(session: &Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.pg_get_userbyid(datdba) = current_user \
               FROM pg_catalog.pg_database WHERE datname = current_database()";
    Ok(session.query_one(sql, &[]).await?.get(0))
}

/// Makes an empty database from `template0`.
pub async fn create(session: &Session, database: &str, locale: &Locale) -> Result<()> {
    session.execute(&create_sql(database, locale)).await
}

/// The statement [`create`] runs, for those who want to read it first.
pub fn create_sql(database: &str, locale: &Locale) -> String {
    let mut sql = format!(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        quote_ident(database),
        quote_literal(&locale.encoding),
        quote_literal(&locale.collate),
        quote_literal(&locale.ctype),
    );
    // Said also when it is libc: the template's provider would be taken else.
    if let Some(provider) = &locale.provider {
        sql.push_str(&format!(" LOCALE_PROVIDER {provider}"));
        if let (true, Some(name)) = (provider != "libc", &locale.locale) {
            let key = if provider == "icu" { "ICU_LOCALE" } else { "BUILTIN_LOCALE" };
            sql.push_str(&format!(" {key} {}", quote_literal(name)));
        }
        if let Some(rules) = &locale.icu_rules {
            sql.push_str(&format!(" ICU_RULES {}", quote_literal(rules)));
        }
    }
    sql
}

/// Makes a database that equals `template` in everything but its settings.
pub async fn clone(session: &Session, template: &str, database: &str) -> Result<()> {
    let (database, template) = (quote_ident(database), quote_ident(template));
    // Where nothing waits for the disk, files are copied faster than the log
    // of them is written; elsewhere that costs two checkpoints of the server.
    let fsync = "SELECT pg_catalog.current_setting('fsync') = 'off'";
    let is_scratch: bool = session.query_one(fsync, &[]).await?.get(0);
    let has_strategies = session.server_version().await? >= 150_000;
    let strategy = if is_scratch && has_strategies { " STRATEGY file_copy" } else { "" };
    session.execute(&format!("CREATE DATABASE {database} TEMPLATE {template}{strategy}")).await
}

/// Drops a scratch database if it is there, ending whoever is in it.
pub async fn drop_scratch(session: &Session, database: &str) -> Result<()> {
    session
        .execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote_ident(database)))
        .await
}

/// Gives a database that nobody is in another name.
pub async fn rename(session: &Session, database: &str, name: &str) -> Result<()> {
    let (database, name) = (quote_ident(database), quote_ident(name));
    session.execute(&format!("ALTER DATABASE {database} RENAME TO {name}")).await
}

/// Dropped halfway by a server that was stopped: all that can be done is to drop
/// it again.
pub async fn is_invalid(session: &Session, database: &str) -> Result<bool> {
    let sql = "SELECT FROM pg_catalog.pg_database WHERE datname = $1 AND datconnlimit = -2";
    Ok(!session.query(sql, &[&database]).await?.is_empty())
}

/// Drops a database that nobody is in.
pub async fn drop_unused(session: &Session, database: &str) -> Result<()> {
    session.execute(&format!("DROP DATABASE IF EXISTS {}", quote_ident(database))).await
}

/// Ends every session of one `application_name`; how many.
pub async fn end_sessions(session: &Session, application_name: &str) -> Result<i64> {
    let sql = "SELECT count(pg_catalog.pg_terminate_backend(pid)) \
               FROM pg_catalog.pg_stat_activity WHERE application_name = $1";
    Ok(session.query_one(sql, &[&application_name]).await?.get(0))
}

/// Databases whose name begins with `prefix`, oldest first.
pub async fn list(session: &Session, prefix: &str) -> Result<Vec<KeptDatabase>> {
    let sql = include_str!("introspect/databases.sql");
    let rows = session.query(sql, &[&prefix]).await?;
    Ok(rows.iter().map(|row| KeptDatabase { name: row.get(0), bytes: row.get(1) }).collect())
}

/// The statements that give `to` what `from` has beside its contents, for a
/// server that is not there yet.
pub async fn properties(session: &Session, from: &str, to: &str) -> Result<Vec<String>> {
    let rows =
        session.query(include_str!("introspect/database_properties.sql"), &[&from, &to]).await?;
    let mut all: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let is_moved = between::moved(session, from).await?.is_some();
    if is_moved || between::reopened(session, from).await?.is_some() {
        // Closed when it was moved: what takes its place is not.
        let is_closing =
            |it: &String| is_moved && it.contains(" SET default_transaction_read_only ");
        all.retain(|it| !it.starts_with("COMMENT ON DATABASE") && !is_closing(it));
        if let Some(own) = between::own_comment(session, from).await? {
            let (to, own) = (quote_ident(to), quote_literal(&own));
            all.push(format!("COMMENT ON DATABASE {to} IS {own}"));
        }
    }
    Ok(all)
}

/// Gives `to` the owner, privileges, settings, connection limit and comment
/// that `from` has: `CREATE DATABASE ... TEMPLATE` and a rename carry none of
/// them over (measured).
pub async fn copy_properties(session: &Session, from: &str, to: &str) -> Result<()> {
    for statement in properties(session, from, to).await? {
        session.execute(&statement).await?;
    }
    Ok(())
}

/// True when a statement failed only because somebody is in the database.
pub fn is_in_use(error: &Error) -> bool {
    error.kind == ErrorKind::InUse
}
