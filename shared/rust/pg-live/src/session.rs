//! One connection to one database, with the settings everything here relies on.
//!
//! Must never: run with the caller's `search_path`, time zone or date style:
//! what is read on two servers must be spelled alike.

use std::time::Duration;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row};

use crate::address::Address;
use crate::cancel::Registration;
use crate::error::{Error, ErrorKind, Result};
use crate::tls;

/// A server on the other side of the world answers well within this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// While a statement runs for an hour nothing is on the wire: routers forget
/// such connections, and we would wait for ever for one whose server is gone.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Deparsing needs the first two, equal spelling the next three; JIT costs
/// more than it gives on catalog queries (measured: 730 against 521 ms). The
/// timeouts are ours: a server's own would look like an interruption.
const SETTINGS: &str = "SET search_path = ''; SET jit = off; SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; \
     SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET client_min_messages = warning; \
     SET statement_timeout = 0; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = 0; \
     SET idle_session_timeout = 0";

pub struct Session {
    client: Client,
    address: Address,
    _registration: Registration,
}

impl Session {
    /// Connects; `purpose` becomes the tail of `application_name`
    /// (`xtask/db-rebuild`), so that `pg_stat_activity` says who we are.
    pub async fn connect(address: &Address, purpose: &str) -> Result<Session> {
        let tls = tls::connector(&address.tls)?;
        let mut config = tokio_postgres::Config::new();
        config
            .port(address.port)
            .user(&address.user)
            .dbname(&address.database)
            .application_name(format!("xtask/{purpose}"))
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(KEEPALIVE / 3)
            .ssl_mode(match address.tls {
                crate::Tls::Disable => tokio_postgres::config::SslMode::Disable,
                crate::Tls::Prefer => tokio_postgres::config::SslMode::Prefer,
                crate::Tls::Require | crate::Tls::Verify { .. } => {
                    tokio_postgres::config::SslMode::Require
                }
            });
        config.host(&address.host);
        if let Some(password) = &address.password {
            config.password(password);
        }
        let opened = match &tls {
            Some(tls) => open(&config, tls.clone()).await,
            None => open(&config, NoTls).await,
        };
        // The server's own words do not say which one it is.
        let client = opened.map_err(|mut error| {
            if error.kind == ErrorKind::Authentication {
                error.message = format!("{address}: {}", error.message);
            }
            error
        })?;
        let registration = Registration::new(client.cancel_token(), tls);
        let session = Session { client, address: address.clone(), _registration: registration };
        session.execute(SETTINGS).await?;
        Ok(session)
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Runs statements without parameters and without an answer.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql).await?)
    }

    pub async fn query(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        Ok(self.client.query(sql, parameters).await?)
    }

    /// Without parameters, in one round trip: nothing is prepared first.
    pub(crate) async fn query_at_once(&self, sql: &str) -> Result<Vec<Row>> {
        Ok(self.client.query_typed(sql, &[]).await?)
    }

    pub async fn query_one(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Row> {
        Ok(self.client.query_one(sql, parameters).await?)
    }

    /// `server_version_num`: 150018 for 15.18.
    pub async fn server_version(&self) -> Result<i32> {
        let row = self.query_one("SELECT current_setting('server_version_num')::int", &[]).await?;
        Ok(row.get(0))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

#[expect(clippy::disallowed_methods, reason = "the one door to a server")]
async fn open<T>(config: &tokio_postgres::Config, tls: T) -> Result<Client>
where
    T: tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket>,
    T::Stream: Send + 'static,
{
    let connecting = config.connect(tls);
    let (client, connection) = match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(opened) => opened?,
        Err(_) => return Err(Error::new(ErrorKind::Unreachable, "no answer within 10 s")),
    };
    // The connection's own errors reach the caller through the client.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(client)
}

/// `messages` → `"messages"`, with embedded quotes doubled.
pub fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `it's` → `'it''s'`. `standard_conforming_strings` is on since 9.1; a
/// backslash switches to the form that means the same either way.
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}
