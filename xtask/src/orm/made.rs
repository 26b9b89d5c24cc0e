//! The tables of the models, made by PostgreSQL in a scratch database, so
//! that it spells every type, default and expression.
//!
//! The scratch database has what init.sql made but its tables and views:
//! extensions, functions and types that the models only name are there. It
//! stays as it is for the next run: the transaction is never committed.
//!
//! Must never: stop at the first statement that is refused. Each refusal is
//! told, and the rest is compared.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use pg_diff::Catalog;
use pg_diff::catalog::{Id, Kind};
use pg_live::{Address, Error, Session, introspect_in_transaction, quote_ident, shadow};

use super::extraction::{Extraction, Statement};
use crate::context::Ctx;

pub struct Made {
    pub catalog: Catalog,
    pub refused: Vec<Refusal>,
    /// In the transaction that made them, which ends with it.
    pub session: Session,
}

/// What PostgreSQL does not take.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub statement: Statement,
    /// The server's words.
    pub why: String,
}

impl Refusal {
    fn of(statement: &Statement, error: &Error) -> Refusal {
        Refusal { statement: statement.clone(), why: error.to_string() }
    }
}

/// What drops every table and view of a database that `there` was read from.
pub fn without_tables(there: &Catalog) -> String {
    let mut sql = String::new();
    for kind in [Kind::View, Kind::MaterializedView, Kind::ForeignTable, Kind::Table] {
        let ids = there.objects.keys().filter(|id| id.kind == kind);
        let names: Vec<String> = ids.map(|id| qualified(&id.namespace, &id.name)).collect();
        if !names.is_empty() {
            let word = kind.word().to_uppercase();
            let _ = writeln!(sql, "DROP {word} IF EXISTS {} CASCADE;", names.join(", "));
        }
    }
    sql
}

/// Makes the tables in `room`, which is as `there` was read but [`without_tables`].
pub fn make(ctx: &Ctx, room: &Address, there: &Catalog, said: &Extraction) -> Result<Made> {
    let clearing = clearing(there, said);
    let all: Vec<&Statement> =
        said.types.iter().chain(&said.sequences).chain(&said.statements).collect();
    let batch: String = all.iter().fold(String::new(), |mut text, it| {
        let _ = writeln!(text, "{};", it.sql);
        text
    });
    let made = ctx.wait(async {
        let session = Session::connect(room, "models").await?;
        session.execute("SET search_path = DEFAULT").await?;
        shadow::begin_trial(&session).await?;
        session.execute(&clearing).await?;
        let mut refused = Vec::new();
        // All at once; one by one when that fails.
        if attempt(&session, &batch).await?.is_some() {
            for statement in all {
                if let Some(error) = attempt(&session, &statement.sql).await? {
                    refused.push(Refusal::of(statement, &error));
                }
            }
        }
        let catalog = introspect_in_transaction(&session).await?;
        pg_live::Result::Ok(Made { catalog, refused, session })
    });
    made.map_err(anyhow::Error::from).context("making the tables of the models")
}

/// Runs statements, or none of them and the server's words.
async fn attempt(session: &Session, sql: &str) -> pg_live::Result<Option<Error>> {
    session.execute("SAVEPOINT attempt").await?;
    match session.execute(sql).await {
        Ok(()) => session.execute("RELEASE SAVEPOINT attempt").await.map(|()| None),
        Err(error) if error.sqlstate.is_none() => Err(error),
        Err(error) => {
            session.execute("ROLLBACK TO SAVEPOINT attempt").await?;
            Ok(Some(error))
        }
    }
}

/// Drops what the models make by themselves.
fn clearing(there: &Catalog, said: &Extraction) -> String {
    let mut sql = String::new();
    for (id, object) in there.objects.iter().filter(|(id, _)| id.kind == Kind::Sequence) {
        let name = qualified(&id.namespace, &id.name);
        let is_named = said.statements.iter().any(|it| it.sql.contains(&*id.name));
        match object.body.sequence() {
            // It went with its table, and the models name it.
            Some(it) if is_named && !it.is_identity => {
                let kind = &it.type_name;
                let _ = writeln!(sql, "CREATE SEQUENCE IF NOT EXISTS {name} AS {kind};");
            }
            // A serial column would get one of another name.
            Some(_) if is_of_serial(id, said) => {
                let _ = writeln!(sql, "DROP SEQUENCE IF EXISTS {name} CASCADE;");
            }
            Some(_) | None => {}
        }
    }
    for (word, made) in [("TYPE", &said.types), ("SEQUENCE", &said.sequences)] {
        for it in made {
            let name = it.name.as_deref().unwrap_or_default();
            let name = match &it.schema {
                Some(schema) => qualified(schema, name),
                None => quote_ident(name),
            };
            let _ = writeln!(sql, "DROP {word} IF EXISTS {name} CASCADE;");
        }
    }
    let of_tables = said.tables.iter().filter_map(|it| it.schema.as_ref());
    let of_types = said.types.iter().chain(&said.sequences).filter_map(|it| it.schema.as_ref());
    for schema in of_tables.chain(of_types) {
        let _ = writeln!(sql, "CREATE SCHEMA IF NOT EXISTS {};", quote_ident(schema));
    }
    sql
}

/// Called as the sequence of a serial column.
fn is_of_serial(id: &Id, said: &Extraction) -> bool {
    said.tables.iter().filter(|table| id.name.starts_with(&table.name)).any(|table| {
        table.columns.iter().any(|it| *id.name == format!("{}_{}_seq", table.name, it.name))
    })
}

fn qualified(namespace: &str, name: &str) -> String {
    format!("{}.{}", quote_ident(namespace), quote_ident(name))
}
