//! Reads one database into a [`Catalog`]: a fixed number of queries, whatever
//! is in it, all of one snapshot and pipelined on one connection.
//!
//! One file of SQL per kind or small group in `introspect/`, and beside it the
//! `.rs` that makes objects of its rows. The text of definitions is
//! PostgreSQL's own: two databases that mean the same spell the same.
//!
//! Must never: ask once per table, or guess what the server can say.

mod column;
mod comment;
mod constraint;
mod depend;
mod draft;
mod extension;
mod grant;
mod index;
mod namespace;
mod relation;
mod routine;
mod sequence;
mod since;
mod trigger;
mod types;
mod view;

use std::borrow::Cow;

use futures_util::future::FutureExt;
use futures_util::stream::{FuturesOrdered, StreamExt};
use pg_diff::catalog::Catalog;
use tokio_postgres::Row;

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use draft::{Addresses, Draft};

/// A snapshot holds for rows; PostgreSQL's deparsing looks at what was
/// committed last. Where somebody changes what is being read, it is read again.
const ATTEMPTS: u32 = 5;

/// Whatever the session ran before: `init.sql` may have set anything. What is
/// not pinned by [`Session`] and changes a spelling is here.
const BEGIN: &str = include_str!("introspect/begin.sql");

/// What was read is gone, or is called otherwise, since the snapshot was taken.
#[derive(Debug)]
struct Moved;

type Read = std::result::Result<(), Moved>;

/// One query, and what becomes of each of its rows.
struct Section {
    sql: &'static str,
    /// The first major that is asked.
    since: u32,
    read: fn(&mut Draft, &Row) -> Read,
}

/// In the order in which each finds what it refers to.
const SECTIONS: &[Section] = &[
    namespace::ROLE,
    namespace::NAMESPACES,
    extension::EXTENSIONS,
    relation::RELATIONS,
    relation::INHERITANCE,
    relation::TABLES,
    sequence::SEQUENCES,
    view::VIEWS,
    view::MATERIALIZED_VIEWS,
    column::COLUMNS,
    column::NOT_NULLS,
    constraint::CONSTRAINTS,
    index::INDEXES,
    routine::ROUTINES,
    trigger::TRIGGERS,
    types::ENUMS,
    comment::COMMENTS,
];

/// One REPEATABLE READ READ ONLY snapshot. Objects first; dependencies only
/// when asked, of the same snapshot.
///
/// The transaction ends with it, also when it is dropped.
pub struct Introspection<'s> {
    session: &'s Session,
    catalog: Catalog,
    addresses: Addresses,
    is_open: bool,
}

impl Introspection<'_> {
    /// Reads every object. `session` is in no transaction.
    pub async fn begin(session: &Session) -> Result<Introspection<'_>> {
        let major = major(session).await?;
        let mut attempt = 1;
        loop {
            let failure = match objects(session, major).await {
                Ok((catalog, addresses)) => {
                    return Ok(Introspection { session, catalog, addresses, is_open: true });
                }
                Err(failure) => failure,
            };
            session.execute("ROLLBACK").await?;
            match failure {
                Failure::Moved if attempt < ATTEMPTS => attempt += 1,
                Failure::Moved => return Err(moved()),
                Failure::Server(error) => return Err(error),
            }
        }
    }

    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The catalog with what depends on what.
    pub async fn with_dependencies(mut self) -> Result<Catalog> {
        let rows = self.session.query_at_once(depend::SQL).await?;
        self.end().await?;
        let mut catalog = std::mem::take(&mut self.catalog);
        catalog.dependencies = depend::read(&rows, &self.addresses);
        Ok(catalog)
    }

    pub async fn without_dependencies(mut self) -> Result<Catalog> {
        self.end().await?;
        Ok(std::mem::take(&mut self.catalog))
    }

    async fn end(&mut self) -> Result<()> {
        self.is_open = false;
        self.session.execute("COMMIT").await
    }
}

impl Drop for Introspection<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // Sent at the first poll; nobody waits for the answer.
            let _ = self.session.execute("ROLLBACK").now_or_never();
        }
    }
}

/// Reads everything, dependencies included.
pub async fn introspect(session: &Session) -> Result<Catalog> {
    Introspection::begin(session).await?.with_dependencies().await
}

/// Why an attempt brought nothing.
enum Failure {
    Moved,
    Server(Error),
}

fn moved() -> Error {
    Error::new(ErrorKind::InUse, "the schema changes faster than it can be read")
}

async fn major(session: &Session) -> Result<u32> {
    let version = session.server_version().await?;
    u32::try_from(version / 10_000).map_err(|_| Error::shape("the server's version is no number"))
}

/// Everything goes out at once; answers are made objects as they come in.
async fn objects(
    session: &Session,
    major: u32,
) -> std::result::Result<(Catalog, Addresses), Failure> {
    let sections: Vec<&Section> = SECTIONS.iter().filter(|it| it.since <= major).collect();
    let texts: Vec<Cow<'_, str>> = sections.iter().map(|it| since::fit(it.sql, major)).collect();
    let begin = async {
        session.execute(BEGIN).await?;
        Ok(Vec::new())
    };
    let mut answers: FuturesOrdered<_> = FuturesOrdered::new();
    answers.push_back(begin.boxed_local());
    answers.extend(texts.iter().map(|sql| session.query_at_once(sql).boxed_local()));

    let mut draft = Draft::new(major);
    let mut failure: Option<Failure> = None;
    let mut readers = sections.iter();
    answers.next().await;
    while let Some(answer) = answers.next().await {
        let Some(section) = readers.next() else { break };
        match answer {
            Ok(rows) if failure.is_none() => {
                let mut rows = rows.iter();
                if rows.try_for_each(|row| (section.read)(&mut draft, row)).is_err() {
                    failure = Some(Failure::Moved);
                }
            }
            Ok(_) => {}
            Err(error) => worse(&mut failure, error),
        }
    }
    match failure {
        Some(failure) => Err(failure),
        None => draft.finish().map_err(|Moved| Failure::Moved),
    }
}

/// Keeps what went wrong first: what follows it in the transaction only says
/// that it is aborted (25P02).
fn worse(failure: &mut Option<Failure>, error: Error) {
    let failure_is_echo = match failure {
        Some(Failure::Server(first)) => first.sqlstate.as_deref() == Some("25P02"),
        Some(Failure::Moved) => false,
        None => true,
    };
    if failure_is_echo {
        // XX000: the deparser asked for something that is gone.
        let is_moved = error.sqlstate.as_deref() == Some("XX000");
        *failure = Some(if is_moved { Failure::Moved } else { Failure::Server(error) });
    }
}
