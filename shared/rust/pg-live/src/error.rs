//! What can go wrong between us and a server, as a closed list of kinds.
//!
//! Must never: be decided on message text. Kinds come from SQLSTATE and from
//! which step failed.

use std::fmt;

use tokio_postgres::error::{DbError, ErrorPosition};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nobody answers there, or the connection broke. Retry makes sense.
    Unreachable,
    /// The server is there and not taking connections yet, or no more of them.
    NotReady,
    /// Wrong password or role, or no `pg_hba.conf` line (28000, 28P01).
    Authentication,
    /// The database does not exist (3D000).
    NoDatabase,
    /// The role may not do that (42501).
    Permission,
    /// Somebody else holds it (55006, 55P03).
    InUse,
    /// The server ran out of disk or memory (class 53).
    OutOfResources,
    /// We asked the server to stop (57014).
    Cancelled,
    /// The address itself cannot be read.
    Address,
    /// The deadline of a wait passed.
    Deadline,
    /// The server answers, and init.sql has not run to its end.
    Incomplete,
    /// Any other statement that failed.
    Statement,
}

#[derive(Clone, Debug)]
pub struct Error {
    pub kind: ErrorKind,
    pub message: String,
    /// Five characters, when the server said them.
    pub sqlstate: Option<String>,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// PL/pgSQL call stack or similar (`where` of the protocol).
    pub context: Option<String>,
    /// Character offset into the statement text, from 0.
    pub position: Option<usize>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            sqlstate: None,
            detail: None,
            hint: None,
            context: None,
            position: None,
        }
    }

    pub(crate) fn address(why: String) -> Error {
        Error::new(ErrorKind::Address, format!("cannot read the database URL: {why}"))
    }

    /// A statement answered with something else than it should.
    pub(crate) fn shape(why: &str) -> Error {
        Error::new(ErrorKind::Statement, why.to_owned())
    }

    fn server(error: &DbError) -> Error {
        let position = match error.position() {
            Some(ErrorPosition::Original(at)) => Some((*at as usize).saturating_sub(1)),
            Some(ErrorPosition::Internal { .. }) | None => None,
        };
        Error {
            kind: kind_of(error.code().code()),
            message: error.message().to_owned(),
            sqlstate: Some(error.code().code().to_owned()),
            detail: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
            context: error.where_().map(str::to_owned),
            position,
        }
    }
}

/// Source: appendix "PostgreSQL Error Codes" of the manual.
fn kind_of(sqlstate: &str) -> ErrorKind {
    match sqlstate {
        "28000" | "28P01" => ErrorKind::Authentication,
        "3D000" => ErrorKind::NoDatabase,
        "42501" => ErrorKind::Permission,
        "55006" | "55P03" => ErrorKind::InUse,
        "57014" => ErrorKind::Cancelled,
        "53300" | "57P03" => ErrorKind::NotReady,
        code if code.starts_with("53") => ErrorKind::OutOfResources,
        // Class 08 connection exception, 57P01/57P02 shutdown and crash.
        "57P01" | "57P02" => ErrorKind::Unreachable,
        code if code.starts_with("08") => ErrorKind::Unreachable,
        _ => ErrorKind::Statement,
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Error {
        if let Some(server) = error.as_db_error() {
            return Error::server(server);
        }
        let mut message = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        // What is not the server's word is the connection's end or beginning.
        Error::new(ErrorKind::Unreachable, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(sqlstate) = &self.sqlstate {
            write!(f, " ({sqlstate})")?;
        }
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
