//! Whether a server answers, and whether init.sql has run to its end.
//!
//! Must never: take an open port, a socket or `pg_isready` for an answer. The
//! official image serves its socket while init.sql is still running, and
//! `pg_isready` is green for a database that does not exist (measured).

use std::future::Future;
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;

/// Between two tries. A start takes seconds, a try 5 ms.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a server may answer without the marker. The images run init.sql
/// on a private server that TCP does not reach, so one that answers is past
/// it; this is for images that do otherwise.
const INCOMPLETE_GRACE: Duration = Duration::from_secs(5);

/// What a query over TCP with the real credentials found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The marker is there: everything in init.sql ran.
    Ready,
    /// The database answers; the marker is not there.
    Incomplete,
}

/// Runs the marker's query once. A server without the marker is
/// [`Probe::Incomplete`]; one that cannot be asked is an error.
pub async fn is_ready(address: &Address, marker: &str) -> Result<Probe> {
    let session = Session::connect(address, "ready").await?;
    session.execute("SET search_path = public, pg_catalog").await?;
    match session.query_one(marker, &[]).await {
        Ok(row) => match row.try_get::<_, bool>(0) {
            Ok(true) => Ok(Probe::Ready),
            Ok(false) | Err(_) => Ok(Probe::Incomplete),
        },
        Err(error) if error.kind == ErrorKind::Statement => Ok(Probe::Incomplete),
        Err(error) => Err(error),
    }
}

/// Tries until the marker answers, `still_there` fails, or `deadline` passes.
///
/// `still_there` is asked between tries, so that a server that died is told
/// at once and not after the deadline. An error that waiting cannot mend
/// (wrong password, permission) ends the wait.
pub async fn wait_ready<F, E>(
    address: &Address,
    marker: &str,
    deadline: Duration,
    mut still_there: F,
) -> std::result::Result<(), E>
where
    F: AsyncFnMut() -> std::result::Result<(), E>,
    E: From<Error>,
{
    let started = Instant::now();
    let mut incomplete_since = None;
    loop {
        let last = match is_ready(address, marker).await {
            Ok(Probe::Ready) => return Ok(()),
            Ok(Probe::Incomplete) => {
                let since = *incomplete_since.get_or_insert_with(Instant::now);
                if since.elapsed() > INCOMPLETE_GRACE {
                    return Err(Error::new(
                        ErrorKind::Incomplete,
                        "init.sql has not run to its end there",
                    )
                    .into());
                }
                "the completion marker is not there".to_owned()
            }
            Err(error) if may_pass(error.kind) => {
                incomplete_since = None;
                error.to_string()
            }
            Err(error) => return Err(error.into()),
        };
        still_there().await?;
        if started.elapsed() > deadline {
            let waited = deadline.as_secs();
            return Err(Error::new(
                ErrorKind::Deadline,
                format!("not ready after {waited} s: {last}"),
            )
            .into());
        }
        pause().await;
    }
}

fn pause() -> impl Future<Output = ()> {
    tokio::time::sleep(PAUSE)
}

/// States a starting server passes through.
fn may_pass(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Unreachable | ErrorKind::NotReady | ErrorKind::NoDatabase => true,
        ErrorKind::Authentication
        | ErrorKind::Permission
        | ErrorKind::InUse
        | ErrorKind::OutOfResources
        | ErrorKind::Cancelled
        | ErrorKind::Address
        | ErrorKind::Deadline
        | ErrorKind::Incomplete
        | ErrorKind::Statement => false,
    }
}
