//! States that a schema comparison cannot see and that bite later.
//!
//! Must never: mend anything. A finding says what is wrong and what follows.

use futures_util::future::try_join_all;
use serde::Serialize;

use crate::error::Result;
use crate::session::{Session, quote_ident, quote_literal};

/// The closed list of what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Left by a concurrent build that failed: costs writes, serves no reads.
    InvalidIndex,
    /// NOT VALID: rows from before it may break it.
    UnvalidatedConstraint,
    /// The next value is taken already: the next insert fails.
    SequenceBehind,
}

#[derive(Clone, Debug, Serialize)]
pub struct HealthFinding {
    pub fault: Fault,
    pub object: String,
    pub message: String,
    /// SQL that mends it.
    pub fix: String,
}

/// All findings, by kind and name.
pub async fn check(session: &Session) -> Result<Vec<HealthFinding>> {
    let mut findings = Vec::new();
    for row in session.query(include_str!("introspect/faults.sql"), &[]).await? {
        let (is_index, object, on): (bool, String, String) = (row.get(0), row.get(1), row.get(2));
        findings.push(if is_index {
            let message = format!("index on {on} is invalid: a concurrent build did not finish");
            let fix = format!("REINDEX INDEX CONCURRENTLY {object};");
            HealthFinding { fault: Fault::InvalidIndex, object, message, fix }
        } else {
            let message =
                format!("constraint on {on} is NOT VALID: rows from before it were never checked");
            let fix = format!("ALTER TABLE {on} VALIDATE CONSTRAINT {};", quote_ident(&object));
            HealthFinding { fault: Fault::UnvalidatedConstraint, object, message, fix }
        });
    }
    findings.extend(sequences_behind(session).await?);
    Ok(findings)
}

async fn sequences_behind(session: &Session) -> Result<Vec<HealthFinding>> {
    let rows = session.query(include_str!("introspect/owned_sequences.sql"), &[]).await?;
    let checking = rows.iter().map(|row| async move {
        let (namespace, sequence): (String, String) = (row.get(0), row.get(1));
        let (table_namespace, table, column): (String, String, String) =
            (row.get(2), row.get(3), row.get(4));
        let increment: i64 = row.get(5);
        let (table_name, column_name) = (
            format!("{}.{}", quote_ident(&table_namespace), quote_ident(&table)),
            quote_ident(&column),
        );
        let sequence_name = format!("{}.{}", quote_ident(&namespace), quote_ident(&sequence));
        let extreme = if increment < 0 { "min" } else { "max" };
        let sql = format!(
            "SELECT s.last_value, s.is_called, t.used FROM {sequence_name} s, \
             (SELECT {extreme}({column_name})::bigint AS used FROM {table_name}) t"
        );
        let row = session.query_one(&sql, &[]).await?;
        let (last, is_called, used): (i64, bool, Option<i64>) =
            (row.get(0), row.get(1), row.get(2));
        let next = if is_called { last.saturating_add(increment) } else { last };
        let behind =
            used.is_some_and(|used| if increment < 0 { next >= used } else { next <= used });
        Ok::<_, crate::Error>(behind.then(|| HealthFinding {
            fault: Fault::SequenceBehind,
            object: format!("{namespace}.{sequence}"),
            message: format!(
                "next value is {next}, {table}.{column} already holds {}: the next insert fails",
                used.unwrap_or_default()
            ),
            fix: format!(
                "SELECT setval({}, (SELECT {extreme}({column_name}) FROM {table_name}));",
                quote_literal(&sequence_name)
            ),
        }))
    });
    Ok(try_join_all(checking).await?.into_iter().flatten().collect())
}
