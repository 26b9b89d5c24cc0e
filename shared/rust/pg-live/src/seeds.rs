//! Seed rows: the rows init.sql itself inserts, looked for in a live database.
//!
//! A row is there when any unique key of its table finds it, which is the
//! question `ON CONFLICT DO NOTHING` asks: so "missing" means exactly "a
//! second run of init.sql would insert it". A row that is there with other
//! values was edited by an operator; that is their right and no difference.
//!
//! `-- @seed` says more: by which columns a row is found, and which of its
//! columns follow the file whoever changed them.
//!
//! Must never: write without being asked, overwrite what an operator changed
//! and no rule names, or read more of a live table than the keys ask for.

mod write;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{ErrorKind, Result};
use crate::facts::Facts;
use crate::session::{Session, quote_ident};

pub use write::write;

/// What `-- @seed` says of one table. Names are unquoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedRule {
    pub namespace: String,
    pub name: String,
    /// Finds a row.
    pub key: Vec<String>,
    /// Follows the file.
    pub update: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct SeedReport {
    /// Seed rows declared by init.sql.
    pub declared: usize,
    /// Of these, found with the declared values.
    pub intact: usize,
    pub missing: Vec<SeedRow>,
    /// To be brought up to the file: a rule names a column that differs.
    pub outdated: Vec<SeedRow>,
    /// Left as they are.
    pub edited: Vec<SeedRow>,
    /// How many of `intact` each table has, by namespace and name.
    #[serde(skip)]
    pub intact_by_table: BTreeMap<(String, String), i64>,
}

/// A seed row, named by its key.
#[derive(Clone, Debug, Serialize)]
pub struct SeedRow {
    pub table: String,
    pub key: String,
    /// Columns whose live value is another one; empty for a missing row.
    pub columns: Vec<String>,
    /// Of these, the ones that nobody edited: the file says something new.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed_in_file: Vec<String>,
    /// What would make it equal; None for a row that stays.
    #[serde(skip)]
    statement: Option<String>,
    #[serde(skip)]
    keys: Vec<Option<String>>,
    #[serde(skip)]
    live: Value,
}

impl SeedReport {
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.outdated.is_empty()
    }

    /// What inserts the missing rows and updates the outdated ones.
    pub fn statements(&self) -> Vec<String> {
        let rows = self.missing.iter().chain(&self.outdated);
        rows.filter_map(|row| row.statement.clone()).collect()
    }

    /// Tells what was edited from what the file says anew, by what it said
    /// before.
    pub fn tell_apart(&mut self, before: &DeclaredSeeds) {
        for row in &mut self.edited {
            let Some(shipped) = before.find(&row.table, &row.keys) else { continue };
            let is_unedited = |column: &&String| {
                let value = shipped.get(*column);
                value.is_some() && value == row.live.get(*column)
            };
            row.changed_in_file = row.columns.iter().filter(is_unedited).cloned().collect();
        }
    }
}

/// The seed rows of every table that has some, as a shadow holds them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DeclaredSeeds {
    tables: Vec<SeedTable>,
}

/// A table with seed rows: how its rows are found and what is compared.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SeedTable {
    namespace: String,
    name: String,
    rule: Option<SeedRule>,
    keys: Vec<String>,
    columns: Vec<String>,
    /// Content and key values, in a fixed order.
    rows: Vec<(Value, Vec<Option<String>>)>,
}

/// Reads the seed rows of a shadow. `facts` are the shadow's own counts:
/// tables without rows there are not asked about.
pub async fn declared(shadow: &Session, facts: &Facts) -> Result<DeclaredSeeds> {
    declared_by(shadow, facts, &[]).await
}

/// Like [`declared`], with what the file says of its rows.
pub async fn declared_by(
    shadow: &Session,
    facts: &Facts,
    rules: &[SeedRule],
) -> Result<DeclaredSeeds> {
    let reading =
        seed_tables(shadow, facts, rules).await?.into_iter().map(|mut table| async move {
            let sql = format!("{} ORDER BY t::text", table.rows_sql());
            let rows = shadow.query(&sql, &[]).await?;
            table.rows = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            Ok::<_, crate::Error>(table)
        });
    Ok(DeclaredSeeds { tables: try_join_all(reading).await? })
}

/// Looks for every declared row in `live`.
pub async fn compare(declared: &DeclaredSeeds, live: &Session) -> Result<SeedReport> {
    let comparing = declared.tables.iter().map(|table| compare_table(table, live));
    let mut report = SeedReport::default();
    for part in try_join_all(comparing).await? {
        report.declared += part.declared;
        report.intact += part.intact;
        report.missing.extend(part.missing);
        report.outdated.extend(part.outdated);
        report.edited.extend(part.edited);
        report.intact_by_table.extend(part.intact_by_table);
    }
    Ok(report)
}

impl DeclaredSeeds {
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.rows.is_empty())
    }

    /// The row that has one of these keys.
    fn find(&self, table: &str, keys: &[Option<String>]) -> Option<&Value> {
        let table = self.tables.iter().find(|it| it.name == table)?;
        let is_it = |row: &&(Value, Vec<Option<String>>)| {
            row.1.iter().zip(keys).any(|(a, b)| a.is_some() && a == b)
        };
        table.rows.iter().find(is_it).map(|(content, _)| content)
    }
}

async fn seed_tables(
    shadow: &Session,
    facts: &Facts,
    rules: &[SeedRule],
) -> Result<Vec<SeedTable>> {
    let seeded: Vec<_> = facts.tables.iter().filter(|table| table.rows > 0).collect();
    let mut columns: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in shadow.query(include_str!("introspect/declared_columns.sql"), &[]).await? {
        columns.insert((row.get(0), row.get(1)), row.get(2));
    }
    let mut keys: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in shadow.query(include_str!("introspect/unique_keys.sql"), &[]).await? {
        let (parts, predicate): (Vec<String>, Option<String>) = (row.get(2), row.get(3));
        let key = unique_key(&parts, predicate.as_deref());
        keys.entry((row.get(0), row.get(1))).or_default().push(key);
    }
    Ok(seeded
        .into_iter()
        .map(|table| {
            let place = (table.namespace.clone(), table.name.clone());
            let columns = columns.remove(&place).unwrap_or_default();
            // Without a key of its own, the whole row is the key.
            let whole: Vec<String> = columns.iter().map(|column| quote_ident(column)).collect();
            let keys = keys.remove(&place).unwrap_or_else(|| vec![whole_key(&whole)]);
            let rule = rules.iter().find(|it| it.namespace == place.0 && it.name == place.1);
            let keys = match rule {
                Some(rule) => {
                    let key: Vec<String> = rule.key.iter().map(|it| quote_ident(it)).collect();
                    vec![unique_key(&key, None)]
                }
                None => keys,
            };
            let (namespace, name) = place;
            SeedTable { namespace, name, rule: rule.cloned(), keys, columns, rows: Vec::new() }
        })
        .collect())
}

/// A unique key as one text value; NULL where the index has nothing to say:
/// outside its predicate, or where a part is NULL.
fn unique_key(parts: &[String], predicate: Option<&str>) -> String {
    let present = parts.iter().map(|part| format!("({part}) IS NOT NULL"));
    let conditions: Vec<String> =
        predicate.map(|predicate| format!("({predicate})")).into_iter().chain(present).collect();
    format!("CASE WHEN {} THEN {} END", conditions.join(" AND "), whole_key(parts))
}

fn whole_key(parts: &[String]) -> String {
    format!("pg_catalog.jsonb_build_array({})::text", parts.join(", "))
}

impl SeedTable {
    /// The table's rows with their keys; the keys name columns unqualified,
    /// so they are computed where only this table is in scope.
    fn rows_sql(&self) -> String {
        format!(
            "SELECT pg_catalog.to_jsonb(t) AS content, ARRAY[{}]::text[] AS keys FROM ONLY {}.{} t",
            self.keys.join(", "),
            quote_ident(&self.namespace),
            quote_ident(&self.name)
        )
    }
}

async fn compare_table(table: &SeedTable, live: &Session) -> Result<SeedReport> {
    let mut report = SeedReport::default();
    let keys = table.rows.iter().flat_map(|(_, keys)| keys.iter().flatten().cloned());
    let wanted: Vec<String> = keys.collect();
    let sql = format!("SELECT content, keys FROM ({}) q WHERE keys && $1", table.rows_sql());
    let mut found: BTreeMap<(usize, String), Value> = BTreeMap::new();
    let rows = match live.query(&sql, &[&wanted]).await {
        Ok(rows) => rows,
        // The table or a column is not there: the schema comparison says so,
        // and none of the rows can be.
        Err(error) if error.kind == ErrorKind::Statement => Vec::new(),
        Err(error) => return Err(error),
    };
    for row in rows {
        let (content, keys): (Value, Vec<Option<String>>) = (row.get(0), row.get(1));
        for (place, key) in keys.into_iter().enumerate() {
            if let Some(key) = key {
                found.insert((place, key), content.clone());
            }
        }
    }
    for (content, keys) in &table.rows {
        report.declared += 1;
        let places = keys.iter().enumerate().filter_map(|(place, key)| Some((place, key.clone()?)));
        let live_row = places.into_iter().find_map(|place| found.get(&place));
        let columns = live_row.map(|live_row| differing(content, live_row, &table.columns));
        let row = |columns, statement| SeedRow {
            table: table.name.clone(),
            key: keys.iter().flatten().next().cloned().unwrap_or_default(),
            columns,
            changed_in_file: Vec::new(),
            statement,
            keys: keys.clone(),
            live: live_row.cloned().unwrap_or_default(),
        };
        match columns {
            None => report.missing.push(row(Vec::new(), Some(table.insert(content)))),
            Some(columns) if columns.is_empty() => report.intact += 1,
            Some(columns) => match table.update(content, &columns) {
                Some(update) => report.outdated.push(row(columns, Some(update))),
                None => report.edited.push(row(columns, None)),
            },
        }
    }
    let place = (table.namespace.clone(), table.name.clone());
    report.intact_by_table.insert(place, i64::try_from(report.intact).unwrap_or(i64::MAX));
    Ok(report)
}

/// Columns with another value in the live row. One that the live table does
/// not have is the schema comparison's to tell: nobody edited it.
fn differing(declared: &Value, live: &Value, columns: &[String]) -> Vec<String> {
    let differs = |column: &&String| {
        live.get(*column).is_some_and(|value| Some(value) != declared.get(*column))
    };
    columns.iter().filter(differs).cloned().collect()
}
