//! What a database holds, told so exactly that a copy can be compared with it:
//! rows and a hash of every table, the state of every sequence.
//!
//! Must never: compare what was read at two moments. Everything comes from one
//! snapshot, the same that `pg_dump --snapshot` reads.

pub mod dump;
mod large_objects;
mod tally;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::database::{self, Locale};
use crate::error::Result;
use crate::session::{Session, quote_ident, quote_literal};
use crate::stream::each;
use tally::{Lines, Tally};

/// A transaction whose view of the database other programs can share while it
/// is open.
pub struct Snapshot {
    session: Session,
    /// For `pg_dump --snapshot` and `SET TRANSACTION SNAPSHOT`.
    pub name: String,
}

impl Snapshot {
    pub async fn export(address: &Address) -> Result<Snapshot> {
        let session = Session::connect(address, "backup").await?;
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let row = session.query_one("SELECT pg_catalog.pg_export_snapshot()", &[]).await?;
        Ok(Snapshot { name: row.get(0), session })
    }

    pub fn session(&self) -> &Session {
        &self.session
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableContent {
    pub namespace: String,
    pub name: String,
    /// Of a partition: namespace and name of the table that it is a part of,
    /// in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<(String, String)>,
    /// Those whose values are in the hash, in the order they have there.
    #[serde(default)]
    pub columns: Vec<String>,
    pub rows: i64,
    /// Sum of the 128-bit XXH3 hashes of all rows as COPY spells them, in
    /// hexadecimal: the order of rows does not matter, any changed byte does.
    /// Empty where it is not known.
    pub hash: String,
}

impl TableContent {
    /// Where its rows are looked for: another partition may have them. What a
    /// hash of an enum is differs from database to database.
    fn whole(&self) -> (&str, &str) {
        let own = (&*self.namespace, &*self.name);
        self.root.as_ref().map_or(own, |(namespace, name)| (namespace, name))
    }

    fn is_same_table(&self, other: &TableContent) -> bool {
        self.namespace == other.namespace && self.name == other.name
    }

    /// What COPY is asked for.
    fn copied(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|it| quote_ident(it)).collect();
        let list =
            if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        format!("{}.{}{list}", quote_ident(&self.namespace), quote_ident(&self.name))
    }
}

/// All of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeObjects {
    pub count: i64,
    /// As of a table, of slices of them; empty where it is not known.
    pub hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceContent {
    pub namespace: String,
    pub name: String,
    /// None: never used.
    pub last_value: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub tables: Vec<TableContent>,
    #[serde(default)]
    pub large_objects: LargeObjects,
    pub sequences: Vec<SequenceContent>,
}

impl Content {
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Rows and the sum of the hashes of every table, partitions together;
    /// None where one of the hashes is not known.
    fn wholes(&self) -> BTreeMap<(&str, &str), (i64, Option<u128>)> {
        let mut all = BTreeMap::new();
        for table in &self.tables {
            let (rows, hash) = all.entry(table.whole()).or_insert((0, Some(0_u128)));
            *rows += table.rows;
            let own = u128::from_str_radix(&table.hash, 16).ok();
            *hash = hash.zip(own).map(|(all, own)| all.wrapping_add(own));
        }
        all
    }

    /// What another content has otherwise, one sentence each.
    pub fn differences(&self, other: &Content) -> Vec<String> {
        let mut found = Vec::new();
        for table in &self.tables {
            if !other.tables.iter().any(|it| it.is_same_table(table)) {
                found.push(format!("{}.{} is missing", table.namespace, table.name));
            }
        }
        let (before, after) = (self.wholes(), other.wholes());
        for (whole, (rows, hash)) in before {
            let name = format!("{}.{}", whole.0, whole.1);
            match after.get(&whole) {
                // It was named above.
                None => {}
                Some((now, _)) if *now != rows => {
                    found.push(format!("{name} has {now} rows, not {rows}"));
                }
                Some((_, now)) if hash.is_some() && *now != hash => {
                    found.push(format!("{name} has other rows, though as many"));
                }
                Some(_) => {}
            }
        }
        let (before, after) = (&self.large_objects, &other.large_objects);
        if !before.hash.is_empty() && before != after {
            let (was, is) = (before.count, after.count);
            found.push(format!("its {is} large objects are not the {was} there were"));
        }
        for sequence in &self.sequences {
            let twin = |it: &&SequenceContent| {
                it.namespace == sequence.namespace && it.name == sequence.name
            };
            let name = format!("{}.{}", sequence.namespace, sequence.name);
            match other.sequences.iter().find(twin) {
                None => found.push(format!("{name} is missing")),
                // Sequences obey no snapshot: others drew numbers between this
                // reading and the dump, which is then ahead.
                Some(it) if it.last_value.is_none() && sequence.last_value.is_some() => {
                    found.push(format!("{name} was used, and begins anew"));
                }
                Some(_) => {}
            }
        }
        found
    }
}

/// Reads every table once. Call it in a transaction that sees one moment.
pub async fn content(session: &Session) -> Result<Content> {
    content_like(std::slice::from_ref(session), &Content::default(), &[]).await
}

/// Like [`content`], in as many sessions as there are: of a database that
/// nobody changes. Where `like` names the same columns of a table, they are
/// hashed in its order. What is `known` is not read again.
pub async fn content_like(
    sessions: &[Session],
    like: &Content,
    known: &[TableContent],
) -> Result<Content> {
    let [session, ..] = sessions else { return Ok(Content::default()) };
    let mut unread: Vec<TableContent> =
        tables(session).await?.into_iter().map(|(_, table)| table).collect();
    for table in &mut unread {
        let Some(twin) = like.tables.iter().find(|it| it.is_same_table(table)) else { continue };
        let all: BTreeSet<&String> = table.columns.iter().collect();
        if all == twin.columns.iter().collect() {
            table.columns.clone_from(&twin.columns);
        }
    }
    let mut read = Vec::new();
    unread.retain(|table| {
        let is_it = |it: &&TableContent| it.is_same_table(table) && it.columns == table.columns;
        let twin = known.iter().find(is_it);
        read.extend(twin.map(|it| TableContent { root: table.root.clone(), ..it.clone() }));
        twin.is_none()
    });
    let read = RefCell::new(read);
    each(sessions, unread, async |session: &Session, table: TableContent| {
        let table = table_content(session, table).await?;
        read.borrow_mut().push(table);
        Ok(())
    })
    .await?;
    let mut tables = read.into_inner();
    tables.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    let (large_objects, sequences) = (objects(session).await?, sequences(session).await?);
    Ok(Content { tables, large_objects, sequences })
}

/// Rows and hash of one table, of these columns in this order.
pub async fn table_content(session: &Session, table: TableContent) -> Result<TableContent> {
    let tally = tally(session, &table.copied()).await?;
    Ok(TableContent { rows: tally.rows, hash: tally.hash(), ..table })
}

/// The place of the first that has rows, and that nobody keeps for himself,
/// while `pg_restore` fills them. It has all its rows then: they come by one
/// COPY in one transaction.
pub async fn first_filled(session: &Session, tables: &[TableContent]) -> Result<Option<usize>> {
    let free = session.query(include_str!("content/free.sql"), &[]).await?;
    let free: BTreeSet<(String, String)> = free.iter().map(|it| (it.get(0), it.get(1))).collect();
    for (at, table) in tables.iter().enumerate() {
        if !free.contains(&(table.namespace.clone(), table.name.clone())) {
            continue;
        }
        let (namespace, name) = (quote_ident(&table.namespace), quote_ident(&table.name));
        let sql = format!("SELECT EXISTS (SELECT FROM ONLY {namespace}.{name})");
        if session.query_one(&sql, &[]).await?.get(0) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The oid of a table, what it is a part of in the end, and its columns.
type Known = (u32, Option<(String, String)>, Vec<String>);

/// Every table that a backup holds the rows of, by its oid, and what COPY
/// gives of it; not read yet. The largest come first.
pub async fn tables(session: &Session) -> Result<Vec<(u32, TableContent)>> {
    let rows = session.query(include_str!("content/columns.sql"), &[]).await?;
    let mut known: BTreeMap<(String, String), Known> = rows
        .iter()
        .map(|row| {
            let columns = row.get::<_, Option<_>>(3).unwrap_or_default();
            let root = row.get::<_, Option<_>>(4).zip(row.get(5));
            ((row.get(1), row.get(2)), (row.get(0), root, columns))
        })
        .collect();
    let mut rows = session.query(include_str!("introspect/tables.sql"), &[]).await?;
    // One that was dropped since has no size any more.
    rows.sort_by_key(|row| Reverse(row.get::<_, Option<i64>>(3)));
    let tables = rows.iter().filter_map(|row| {
        let (namespace, name): (String, String) = (row.get(0), row.get(1));
        let (oid, root, columns) = known.remove(&(namespace.clone(), name.clone()))?;
        Some((oid, TableContent { namespace, name, root, columns, rows: 0, hash: String::new() }))
    });
    Ok(tables.collect())
}

/// How far every sequence is.
pub async fn sequences(session: &Session) -> Result<Vec<SequenceContent>> {
    let rows = session.query(include_str!("introspect/sequences.sql"), &[]).await?;
    let read = |row: &tokio_postgres::Row| SequenceContent {
        namespace: row.get(0),
        name: row.get(1),
        last_value: row.get(2),
    };
    Ok(rows.iter().map(read).collect())
}

async fn objects(session: &Session) -> Result<LargeObjects> {
    let count = "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata";
    let count = session.query_one(count, &[]).await?.get(0);
    let tally = match count {
        0 => Tally::default(),
        _ => {
            let sql = include_str!("content/large_objects.sql");
            tally(session, &format!("({sql})")).await?
        }
    };
    Ok(LargeObjects { count, hash: tally.hash() })
}

/// Everything that a COPY gives.
async fn tally(session: &Session, source: &str) -> Result<Tally> {
    // As a dump has it: in the encoding of the database, not in ours.
    let encoding = "SELECT pg_catalog.current_setting('server_encoding')";
    let encoding: String = session.query_at_once(encoding).await?[0].get(0);
    let copy = format!("COPY {source} TO STDOUT (ENCODING {})", quote_literal(&encoding));
    let mut reading = pin!(session.client().copy_out(&copy).await?);
    let mut lines = Lines::default();
    while let Some(piece) = reading.next().await {
        lines.push(&piece?);
    }
    Ok(lines.tally)
}

/// The rows of a table of its own; of a partitioned one, those of its
/// partitions. None where there is no such table.
pub async fn rows(session: &Session, (namespace, name): (&str, &str)) -> Result<Option<i64>> {
    let kind = "SELECT c.relkind = 'p' FROM pg_catalog.pg_class c \
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                WHERE n.nspname = $1 AND c.relname = $2";
    let found = session.query(kind, &[&namespace, &name]).await?;
    let Some(found) = found.first() else { return Ok(None) };
    let only = if found.get(0) { "" } else { "ONLY " };
    let (namespace, name) = (quote_ident(namespace), quote_ident(name));
    let sql = format!("SELECT count(*) FROM {only}{namespace}.{name}");
    Ok(Some(session.query_one(&sql, &[]).await?.get(0)))
}

/// What a backup notes about where it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub server_version: String,
    /// Of the cluster, for good; empty where the role may not ask.
    pub system_identifier: String,
    pub encoding: String,
    pub collate: String,
    pub ctype: String,
    /// Also its provider; None in a manifest of an older version.
    #[serde(default)]
    pub locale: Option<Locale>,
    /// Name and version, by name.
    pub extensions: Vec<(String, String)>,
    pub database_bytes: i64,
}

impl Origin {
    /// 15 for `15.18 (Debian 15.18-0+deb12u1)`.
    pub fn major(&self) -> Option<i32> {
        self.server_version.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
    }
}

/// Those of these extensions that nobody has installed beside the server.
pub async fn missing_extensions(session: &Session, names: &[&str]) -> Result<Vec<String>> {
    let sql = "SELECT name FROM unnest($1::text[]) AS name \
               EXCEPT SELECT name::text FROM pg_catalog.pg_available_extensions ORDER BY 1";
    Ok(session.query(sql, &[&names]).await?.iter().map(|row| row.get(0)).collect())
}

pub async fn origin(session: &Session) -> Result<Origin> {
    let row = session.query_one(include_str!("introspect/origin.sql"), &[]).await?;
    let extensions = session
        .query("SELECT extname::text, extversion FROM pg_catalog.pg_extension ORDER BY 1", &[])
        .await?;
    let identifier = "SELECT system_identifier::text FROM pg_catalog.pg_control_system()";
    // Managed servers keep it to themselves. Outside the snapshot's
    // transaction, which an error would end.
    let aside = Session::connect(session.address(), "backup").await?;
    let system_identifier = match aside.query_one(identifier, &[]).await {
        Ok(row) => row.get(0),
        Err(_) => String::new(),
    };
    Ok(Origin {
        server_version: row.get(0),
        system_identifier,
        encoding: row.get(1),
        collate: row.get(2),
        ctype: row.get(3),
        locale: database::locale(session, &session.address().database).await?,
        extensions: extensions.iter().map(|row| (row.get(0), row.get(1))).collect(),
        database_bytes: row.get(4),
    })
}
