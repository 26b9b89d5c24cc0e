//! What a database holds, told so exactly that a copy can be compared with it:
//! rows and a hash of every table, the state of every sequence.
//!
//! Must never: compare what was read at two moments. Everything comes from one
//! snapshot, the same that `pg_dump --snapshot` reads.

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::error::Result;
use crate::session::{Session, quote_ident};

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
    pub rows: i64,
    /// Sum of the 64-bit hashes of all rows as text: the order of rows does
    /// not matter, any changed byte does.
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
    pub sequences: Vec<SequenceContent>,
}

impl Content {
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// What another content has otherwise, one sentence each.
    pub fn differences(&self, other: &Content) -> Vec<String> {
        let mut found = Vec::new();
        for table in &self.tables {
            let name = format!("{}.{}", table.namespace, table.name);
            let twin =
                |it: &&TableContent| it.namespace == table.namespace && it.name == table.name;
            match other.tables.iter().find(twin) {
                None => found.push(format!("{name} is missing")),
                Some(it) if it.rows != table.rows => {
                    found.push(format!("{name} has {} rows, not {}", it.rows, table.rows));
                }
                Some(it) if it.hash != table.hash => {
                    found.push(format!("{name} has other rows, though as many"));
                }
                Some(_) => {}
            }
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
    let names = session.query(include_str!("introspect/tables.sql"), &[]).await?;
    let reading = names.iter().map(|row| async move {
        let (namespace, name): (String, String) = (row.get(0), row.get(1));
        let sql = format!(
            "SELECT count(*), coalesce(sum(pg_catalog.hashtextextended((t.*)::text, 0)::numeric), 0)::text \
             FROM ONLY {}.{} AS t",
            quote_ident(&namespace),
            quote_ident(&name)
        );
        let row = session.query_one(&sql, &[]).await?;
        Ok::<_, crate::Error>(TableContent { namespace, name, rows: row.get(0), hash: row.get(1) })
    });
    let tables = try_join_all(reading).await?;
    let rows = session.query(include_str!("introspect/sequences.sql"), &[]).await?;
    let read = |row: &tokio_postgres::Row| SequenceContent {
        namespace: row.get(0),
        name: row.get(1),
        last_value: row.get(2),
    };
    Ok(Content { tables, sequences: rows.iter().map(read).collect() })
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
    /// Name and version, by name.
    pub extensions: Vec<(String, String)>,
    pub database_bytes: i64,
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
        extensions: extensions.iter().map(|row| (row.get(0), row.get(1))).collect(),
        database_bytes: row.get(4),
    })
}
