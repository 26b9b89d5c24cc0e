//! Reads one database into a [`Catalog`]: a fixed number of queries, whatever
//! is in it, all of one snapshot and pipelined on one connection.
//!
//! One file of SQL per kind or small group in `introspect/`, and beside it the
//! `.rs` that makes objects of its rows. The text of definitions is
//! PostgreSQL's own: two databases that mean the same spell the same.
//!
//! Must never: ask once per table, or guess what the server can say.

mod aggregate;
mod column;
mod comment;
mod constraint;
mod default_privilege;
mod depend;
mod draft;
mod extension;
mod footprint;
mod foreign;
mod grant;
mod index;
mod namespace;
mod operator;
mod policy;
mod publication;
mod relation;
mod routine;
mod sequence;
mod since;
mod statistics;
mod text_search;
mod trigger;
mod types;
mod unmanaged;
mod view;

use std::borrow::Cow;

use futures_util::future::FutureExt;
use futures_util::stream::{FuturesOrdered, StreamExt};
use pg_diff::catalog::Catalog;
use tokio_postgres::Row;

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use draft::{Addresses, Draft};

pub use footprint::{Footprint, footprint};

/// A snapshot holds for rows; PostgreSQL's deparsing looks at what was
/// committed last. Where somebody changes what is being read, it is read again.
const ATTEMPTS: u32 = 5;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Settings and locks end with the savepoint: deparsing a view locks what it
/// reads, and whoever alters that would wait for us.
const SAVEPOINT: &str =
    concat!("SAVEPOINT xtask_reading;", include_str!("introspect/spelling.sql"));

const ROLLBACK_TO_SAVEPOINT: &str =
    "ROLLBACK TO SAVEPOINT xtask_reading; RELEASE SAVEPOINT xtask_reading";

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
    foreign::LANGUAGES,
    foreign::FOREIGN_DATA_WRAPPERS,
    foreign::SERVERS,
    foreign::USER_MAPPINGS,
    types::COLLATIONS,
    types::ENUMS,
    types::DOMAINS,
    types::DOMAIN_CONSTRAINTS,
    types::COMPOSITES,
    types::RANGES,
    operator::CASTS,
    operator::OPERATORS,
    operator::OPERATOR_FAMILIES,
    operator::OPERATOR_CLASSES,
    text_search::PARSERS,
    text_search::TEMPLATES,
    text_search::DICTIONARIES,
    text_search::CONFIGURATIONS,
    routine::ROUTINES,
    aggregate::AGGREGATES,
    relation::RELATIONS,
    relation::INHERITANCE,
    relation::TABLES,
    relation::FOREIGN_TABLES,
    sequence::SEQUENCES,
    view::VIEWS,
    view::MATERIALIZED_VIEWS,
    column::COLUMNS,
    column::NOT_NULLS,
    constraint::CONSTRAINTS,
    index::INDEXES,
    policy::RULES,
    trigger::TRIGGERS,
    trigger::EXCEPTIONS,
    policy::POLICIES,
    statistics::STATISTICS,
    publication::PUBLICATIONS,
    publication::PUBLISHED_TABLES,
    publication::PUBLISHED_NAMESPACES,
    trigger::EVENT_TRIGGERS,
    default_privilege::DEFAULT_PRIVILEGES,
    comment::COMMENTS,
    unmanaged::UNMANAGED,
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
            session.execute(BEGIN).await?;
            let failure = match objects(session, major).await {
                Ok((catalog, addresses)) => {
                    return Ok(Introspection { session, catalog, addresses, is_open: true });
                }
                Err(failure) => failure,
            };
            session.execute("ROLLBACK").await?;
            if attempt == ATTEMPTS || !failure.may_pass() {
                return Err(failure.into());
            }
            attempt += 1;
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

/// Reads the objects as the transaction that `session` is in sees them, its
/// own changes included. Nothing else may change them meanwhile.
pub async fn introspect_in_transaction(session: &Session) -> Result<Catalog> {
    let major = major(session).await?;
    let (catalog, _) = objects(session, major).await?;
    Ok(catalog)
}

/// Why an attempt brought nothing.
enum Failure {
    Moved,
    Server(Error),
}

impl Failure {
    /// True where the next attempt may find the schema at rest. XX000: the
    /// deparser asked for something that is gone.
    fn may_pass(&self) -> bool {
        match self {
            Failure::Moved => true,
            Failure::Server(error) => error.sqlstate.as_deref() == Some("XX000"),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Moved => {
                Error::new(ErrorKind::InUse, "the schema changes faster than it can be read")
            }
            Failure::Server(error) => error,
        }
    }
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
    let run = |sql: &'static str| async move { session.execute(sql).await.map(|()| Vec::new()) };
    let mut answers: FuturesOrdered<_> = FuturesOrdered::new();
    answers.push_back(run(SAVEPOINT).boxed_local());
    answers.extend(texts.iter().map(|sql| session.query_at_once(sql).boxed_local()));
    answers.push_back(run(ROLLBACK_TO_SAVEPOINT).boxed_local());

    let mut draft = Draft::new(major);
    let mut failure: Option<Failure> = None;
    // The savepoint's two ends have no rows.
    let none: fn(&mut Draft, &Row) -> Read = |_, _| Ok(());
    let readers = std::iter::once(none).chain(sections.iter().map(|it| it.read));
    let mut readers = readers.chain(std::iter::once(none));
    while let (Some(answer), Some(read)) = (answers.next().await, readers.next()) {
        let read = match answer {
            Ok(_) if failure.is_some() => Ok(()),
            Ok(rows) => rows
                .iter()
                .try_for_each(|row| read(&mut draft, row))
                .map_err(|Moved| Failure::Moved),
            Err(error) => Err(Failure::Server(error)),
        };
        // What follows a failure only echoes it.
        failure = failure.or(read.err());
    }
    match failure {
        Some(failure) => Err(failure),
        None => Ok(draft.finish()),
    }
}
