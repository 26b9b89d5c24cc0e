//! Where a server is and who we are there.
//!
//! Must never: show the password. `Debug` and `Display` leave it out; it goes
//! to the server and, by environment, to PostgreSQL's own programs.

use std::fmt;
use std::path::PathBuf;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio_postgres::config::Host;

use crate::error::{Error, Result};

/// How a connection is protected; libpq's `sslmode`, by its meanings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// `disable`: never. For loopback and private sockets.
    Disable,
    /// `prefer` (and `allow`): if the server offers it, unverified.
    Prefer,
    /// `require`: always, unverified, as libpq has it.
    Require,
    /// `verify-ca` and `verify-full`: always, certificate and name verified
    /// against the given file or, without one, the system's certificates.
    Verify { root_certificate: Option<PathBuf> },
}

#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Option<String>,
    pub database: String,
    pub tls: Tls,
}

impl Address {
    /// Reads `postgresql://user:password@host:port/database?sslmode=...` or
    /// libpq's `key=value` form. Errors never repeat the text: it holds a
    /// password.
    pub fn parse(url: &str) -> Result<Address> {
        let (plain, sslmode, root_certificate) = take_tls_parameters(url);
        let config: tokio_postgres::Config =
            plain.parse().map_err(|error: tokio_postgres::Error| {
                // The parser's source names the part that is wrong, not its value.
                let why = std::error::Error::source(&error).map(|source| source.to_string());
                Error::address(why.unwrap_or_else(|| "not a PostgreSQL URL".to_owned()))
            })?;
        let host = match config.get_hosts() {
            [] => "localhost".to_owned(),
            [Host::Tcp(host)] => host.clone(),
            #[cfg(unix)]
            [Host::Unix(path)] => path.display().to_string(),
            _ => return Err(Error::address("name one host".to_owned())),
        };
        let user =
            config.get_user().ok_or_else(|| Error::address("a user is missing".to_owned()))?;
        let database = config.get_dbname().unwrap_or(user).to_owned();
        let password = match config.get_password() {
            Some(bytes) => Some(
                String::from_utf8(bytes.to_vec())
                    .map_err(|_| Error::address("the password is not UTF-8".to_owned()))?,
            ),
            None => None,
        };
        Ok(Address {
            host,
            port: config.get_ports().first().copied().unwrap_or(5432),
            user: user.to_owned(),
            password,
            database,
            tls: parse_sslmode(sslmode.as_deref(), root_certificate)?,
        })
    }

    /// The same server, another database on it.
    pub fn with_database(&self, database: &str) -> Address {
        Address { database: database.to_owned(), ..self.clone() }
    }

    /// True when the bytes never leave this machine.
    pub fn is_loopback(&self) -> bool {
        self.host.starts_with('/')
            || matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1")
    }

    /// The whole address as a URL, password included: for a program's
    /// environment, never for arguments, files or people.
    pub fn secret_url(&self) -> String {
        let mut url = format!("postgresql://{}", percent_encoded(&self.user));
        if let Some(password) = &self.password {
            url.push(':');
            url.push_str(&percent_encoded(password));
        }
        // A socket's folder stands in the host's place, encoded.
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => percent_encoded(&self.host),
        };
        url.push_str(&format!("@{host}:{}/{}", self.port, percent_encoded(&self.database)));
        let (mode, certificate) = self.sslmode();
        url.push_str(&format!("?sslmode={mode}"));
        if let Some(certificate) = certificate {
            url.push_str(&format!("&sslrootcert={}", percent_encoded(&certificate)));
        }
        url
    }

    /// libpq's `sslmode` and `sslrootcert`.
    pub(crate) fn sslmode(&self) -> (&'static str, Option<String>) {
        match &self.tls {
            Tls::Disable => ("disable", None),
            Tls::Prefer => ("prefer", None),
            Tls::Require => ("require", None),
            Tls::Verify { root_certificate } => {
                let file = root_certificate.as_ref().map(|path| path.display().to_string());
                ("verify-full", Some(file.unwrap_or_else(|| "system".to_owned())))
            }
        }
    }

    /// What libpq's programs need to reach the same place: by environment,
    /// because arguments are readable by every user of the machine.
    pub fn libpq_environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("PGHOST", self.host.clone()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.database.clone()),
        ];
        if let Some(password) = &self.password {
            environment.push(("PGPASSWORD", password.clone()));
        }
        let (mode, certificate) = self.sslmode();
        if let Some(certificate) = certificate {
            environment.push(("PGSSLROOTCERT", certificate));
        }
        environment.push(("PGSSLMODE", mode.to_owned()));
        environment
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} @ {}:{}", self.database, self.host, self.port)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self} as {})", self.user)
    }
}

/// Every character that could mean something in a URL as `%XX`.
fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Takes `sslmode` and `sslrootcert` out of a URL or a `key=value` string:
/// the driver knows only three of libpq's modes.
fn take_tls_parameters(url: &str) -> (String, Option<String>, Option<PathBuf>) {
    let (mut mode, mut root) = (None, None);
    let mut keep = |part: &&str| {
        if let Some(value) = part.strip_prefix("sslmode=") {
            mode = Some(value.to_owned());
        } else if let Some(value) = part.strip_prefix("sslrootcert=") {
            root = (value != "system").then(|| PathBuf::from(value));
        } else {
            return true;
        }
        false
    };
    let plain = match url.split_once('?') {
        Some((base, query)) => {
            let rest: Vec<&str> = query.split('&').filter(&mut keep).collect();
            if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) }
        }
        None if url.contains("://") => url.to_owned(),
        None => url.split_whitespace().filter(&mut keep).collect::<Vec<_>>().join(" "),
    };
    (plain, mode, root)
}

fn parse_sslmode(mode: Option<&str>, root_certificate: Option<PathBuf>) -> Result<Tls> {
    match mode {
        None | Some("prefer" | "allow") => Ok(Tls::Prefer),
        Some("disable") => Ok(Tls::Disable),
        Some("require") if root_certificate.is_none() => Ok(Tls::Require),
        // libpq: `require` with a root certificate verifies.
        Some("require" | "verify-ca" | "verify-full") => Ok(Tls::Verify { root_certificate }),
        Some(other) => Err(Error::address(format!("sslmode `{other}` is not one of libpq's"))),
    }
}

#[cfg(test)]
mod tests {
    //! URLs as people write them, and that no secret is ever shown.

    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let it = Address::parse("postgresql://me:s%40crt@db.example:6432/app?sslmode=verify-full")
            .expect("valid");
        assert_eq!((it.host.as_str(), it.port, it.user.as_str()), ("db.example", 6432, "me"));
        assert_eq!(it.password.as_deref(), Some("s@crt"));
        assert_eq!(it.tls, Tls::Verify { root_certificate: None });
    }

    #[test]
    fn the_secret_url_is_read_back_as_the_same_address() {
        for text in [
            "postgresql://me:s%40%2F%3A%20%D1%97@db.example:6432/my%20db?sslmode=verify-full",
            "postgresql://me@%2Frun%2Fpg:6432/app?sslmode=disable",
            "postgresql://me:p@[::1]:5432/app?sslmode=require",
        ] {
            let it = Address::parse(text).expect("valid");
            assert_eq!(Address::parse(&it.secret_url()).expect("valid"), it, "{text}");
        }
    }

    #[test]
    fn nothing_shows_the_password() {
        let it = Address::parse("postgresql://me:canary@h/app").expect("valid");
        assert!(!format!("{it} {it:?}").contains("canary"));
        let error = Address::parse("postgresql://me:canary@h:notaport/app").expect_err("bad port");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
