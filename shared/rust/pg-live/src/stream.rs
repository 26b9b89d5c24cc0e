//! Rows on their way from one database into another, as COPY gives and takes
//! them: nothing is kept of them here.
//!
//! Must never: end a COPY well that was not read to its end.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::Cursor;
use std::pin::pin;

use futures_util::future::try_join_all;
use futures_util::{SinkExt, StreamExt};

use xxhash_rust::xxh3::xxh3_128;

use crate::address::Address;
use crate::error::{Error, Result};
use crate::session::Session;

/// How COPY begins and ends in the binary format: a signature, no flags, no
/// extension; a row of -1 columns. Source: manual, COPY.
const BINARY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const BINARY_END: &[u8] = &[0xff, 0xff];

/// One COPY out, one COPY in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// `SELECT ...`, or what stands in its place.
    pub from: String,
    /// `"public"."messages" ("id", "text")`.
    pub into: String,
    /// The same types on both sides, and none that means other things there.
    pub is_binary: bool,
}

impl Stream {
    /// The statement that reads.
    #[must_use]
    pub fn reading(&self) -> String {
        format!("COPY ({}) TO STDOUT{}", self.from, self.format())
    }

    /// The statement that writes.
    #[must_use]
    pub fn writing(&self) -> String {
        format!("COPY {} FROM STDIN{}", self.into, self.format())
    }

    fn format(&self) -> &'static str {
        if self.is_binary { " (FORMAT binary)" } else { "" }
    }
}

/// A session that reads what the owner of an exported snapshot sees.
pub async fn reader(address: &Address, snapshot: &str) -> Result<Session> {
    let session = Session::connect(address, "copy").await?;
    // A policy that hides rows from us is an error then, and no answer.
    session.execute("SET row_security = off").await?;
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let name = crate::session::quote_literal(snapshot);
    session.execute(&format!("SET TRANSACTION SNAPSHOT {name}")).await?;
    Ok(session)
}

/// A session that fills a database nobody uses yet. What is lost with it in a
/// crash is lost with the database; its settings end with the session.
pub async fn writer(address: &Address) -> Result<Session> {
    let session = Session::connect(address, "copy").await?;
    session.execute("SET synchronous_commit = off; SET lock_timeout = 0").await?;
    session.query(include_str!("stream/building.sql"), &[]).await?;
    Ok(session)
}

/// Rows, and a hash of them in whatever order: that of two sets of rows is the
/// same where COPY gives the same rows, in the same format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: i64,
    pub hash: u128,
}

impl Sum {
    pub fn add(&mut self, other: Sum) {
        self.rows += other.rows;
        self.hash = self.hash.wrapping_add(other.hash);
    }

    /// One message of COPY, which holds one row. Source: manual, Message Flow.
    fn take(&mut self, message: &[u8], is_binary: bool) {
        let row = match is_binary {
            true if message == BINARY_END => return,
            // The first row stands behind the head.
            true => message.strip_prefix(BINARY_HEAD).unwrap_or(message),
            false => message,
        };
        if !row.is_empty() && row != BINARY_END {
            self.add(Sum { rows: 1, hash: xxh3_128(row) });
        }
    }
}

/// Reads the rows of one stream, and sends them nowhere.
pub async fn sum(from: &Session, stream: &Stream) -> Result<Sum> {
    let mut reading = pin!(from.client().copy_out(&stream.reading()).await?);
    let mut sum = Sum::default();
    while let Some(piece) = reading.next().await {
        sum.take(&piece?, stream.is_binary);
    }
    Ok(sum)
}

/// What goes to the server at once: a row has some hundred bytes, and whatever
/// is handed on wakes the connection, the server and us.
const PARCEL: usize = 64 * 1024;

/// Sends the rows of one stream; what went. `bytes` grows while it goes on.
pub async fn send(
    (from, to): (&Session, &Session),
    stream: &Stream,
    bytes: &Cell<u64>,
) -> Result<Sum> {
    let mut reading = pin!(from.client().copy_out(&stream.reading()).await?);
    let mut writing = pin!(to.client().copy_in(&stream.writing()).await?);
    let (mut sum, mut parcel, mut is_over) = (Sum::default(), Vec::new(), false);
    while !is_over {
        match reading.next().await.transpose()? {
            None => is_over = true,
            Some(piece) => {
                bytes.set(bytes.get() + u64::try_from(piece.len()).unwrap_or(0));
                sum.take(&piece, stream.is_binary);
                parcel.extend_from_slice(&piece);
            }
        }
        if parcel.len() < PARCEL && !is_over {
            continue;
        }
        let full = std::mem::replace(&mut parcel, Vec::with_capacity(2 * PARCEL));
        if let Err(refused) = writing.send(Cursor::new(full)).await {
            // Why it did not want it, it says at the end.
            return match writing.finish().await {
                Err(why) => Err(why.into()),
                Ok(_) => Err(refused.into()),
            };
        }
    }
    let taken = writing.finish().await.map_err(Error::from)?;
    if i64::try_from(taken) != Ok(sum.rows) {
        let what = format!("{} rows were sent, and {taken} were taken", sum.rows);
        return Err(Error::shape(&what));
    }
    Ok(sum)
}

/// Does all of it, in this order, with as many at once as there are hands. The
/// first error ends it.
pub async fn each<H, T>(
    hands: &[H],
    tasks: impl IntoIterator<Item = T>,
    work: impl AsyncFn(&H, T) -> Result<()>,
) -> Result<()> {
    let queue: RefCell<VecDeque<T>> = RefCell::new(tasks.into_iter().collect());
    let (queue, work) = (&queue, &work);
    let working = hands.iter().map(|hand| async move {
        loop {
            let next = queue.borrow_mut().pop_front();
            let Some(task) = next else { return Ok(()) };
            work(hand, task).await?;
        }
    });
    try_join_all(working).await.map(|_| ())
}

/// How much there is of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Of its rows alone.
    pub pages: i64,
    /// With what is stored aside.
    pub bytes: i64,
}

/// Of these tables, by their quoted names, in their order.
pub async fn extents(session: &Session, tables: &[String]) -> Result<Vec<Extent>> {
    let rows = session.query(include_str!("stream/extents.sql"), &[&tables]).await?;
    Ok(rows.iter().map(|row| Extent { pages: row.get(0), bytes: row.get(1) }).collect())
}

/// The bytes of every index, by its name alone: where two have one name, of
/// the larger one.
pub async fn index_bytes(session: &Session) -> Result<Vec<(String, i64)>> {
    let rows = session.query(include_str!("stream/indexes.sql"), &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

#[cfg(test)]
mod tests {
    //! The two statements name the same format, and rows are told from what
    //! stands around them.

    use super::*;

    #[test]
    fn both_ends_speak_the_same_format() {
        let mut stream = Stream {
            from: "SELECT 1".to_owned(),
            into: "\"t\" (\"a\")".to_owned(),
            is_binary: true,
        };
        assert_eq!(stream.reading(), "COPY (SELECT 1) TO STDOUT (FORMAT binary)");
        assert_eq!(stream.writing(), "COPY \"t\" (\"a\") FROM STDIN (FORMAT binary)");
        stream.is_binary = false;
        assert_eq!(stream.writing(), "COPY \"t\" (\"a\") FROM STDIN");
    }

    #[test]
    fn only_rows_are_summed() {
        let of = |messages: &[&[u8]], is_binary| {
            let mut sum = Sum::default();
            messages.iter().for_each(|it| sum.take(it, is_binary));
            sum
        };
        let row: &[u8] = b"\0\x01\0\0\0\x01x";
        let first = [BINARY_HEAD, row].concat();
        let whole = of(&[&first, row, BINARY_END], true);
        assert_eq!(whole.rows, 2);
        assert_eq!(whole, of(&[&first, row], true));
        assert_eq!(of(&[BINARY_HEAD, BINARY_END], true), Sum::default());
        assert_eq!(of(&[&[BINARY_HEAD, BINARY_END].concat()], true), Sum::default());
        assert_eq!(of(&[b"\n", b"x\n"], false).rows, 2);
        assert_ne!(of(&[b"y\n"], false), of(&[b"x\n"], false));
    }
}
