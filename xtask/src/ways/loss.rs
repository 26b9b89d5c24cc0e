//! What a way back would take with it: rows that are newer than the state
//! gone back to, values of columns that go.
//!
//! Must never: call lost what stays in a database that is kept, or call
//! nothing lost what could not be counted.

use std::collections::BTreeMap;

use anyhow::Result;
use pg_diff::catalog::Kind;
use pg_diff::plan::{HazardKind, Plan};
use pg_live::content::{Content, TableContent};
use pg_live::facts::exact_facts;
use pg_live::written::{self, TableWrites};
use pg_live::{Address, Session};
use serde::Serialize;

use super::record::Baseline;
use crate::backup::manifest::Manifest;
use crate::context::Ctx;
use crate::outcome::{Exit, exit_of};
use crate::verify::counted;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Loss {
    /// Tables whose rows are not those of then.
    pub tables: Vec<TableLoss>,
    /// Columns and tables that go.
    pub values: Vec<ValueLoss>,
    /// Why it is not known what was written since.
    pub unknown: Option<String>,
    /// What comes back, and comes back empty.
    pub empty: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct TableLoss {
    pub table: String,
    /// Rows that are newer.
    pub newer: i64,
    /// Rows of then that were changed or deleted since.
    pub gone: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct ValueLoss {
    pub what: String,
    /// None where nobody can count it.
    pub values: Option<i64>,
}

impl Loss {
    /// True when nothing goes. What comes back empty went before.
    pub fn is_nothing(&self) -> bool {
        self.tables.is_empty() && self.values.is_empty() && self.unknown.is_none()
    }

    /// The smaller the better.
    pub fn weight(&self) -> (i64, i64, usize) {
        let rows = self.tables.iter().map(|it| it.newer.max(it.gone).max(1)).sum::<i64>();
        let values = self.values.iter().map(|it| it.values.unwrap_or(i64::MAX / 4)).sum::<i64>();
        (i64::from(self.unknown.is_some()), rows.saturating_add(values), self.empty.len())
    }

    /// `nothing is lost`, or what is, in one line.
    pub fn story(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.unknown.clone());
        parts.extend(self.values.iter().map(|it| match it.values {
            Some(values) => format!("{} goes with {}", it.what, counted(amount(values), "value")),
            None => format!("what is in {} goes", it.what),
        }));
        if !self.tables.is_empty() {
            let named: Vec<String> = self.tables.iter().map(TableLoss::story).collect();
            parts.push(format!("written since then: {}", named.join(", ")));
        }
        let empty = match self.empty.as_slice() {
            [] => String::new(),
            all => format!("; comes back empty: {}", all.join(", ")),
        };
        match parts.as_slice() {
            [] => format!("nothing is lost{empty}"),
            _ => format!("{}{empty}", parts.join("; ")),
        }
    }
}

impl TableLoss {
    fn story(&self) -> String {
        let mut parts = Vec::new();
        if self.newer > 0 {
            parts.push(format!("{} newer", counted(amount(self.newer), "row")));
        }
        if self.gone > 0 {
            parts.push(format!("{} changed or deleted", self.gone));
        }
        if parts.is_empty() {
            parts.push("other rows, though as many".to_owned());
        }
        format!("{} ({})", self.table, parts.join(", "))
    }
}

fn amount(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// Where a database stands now: every table is counted.
pub fn baseline(ctx: &Ctx, address: &Address) -> Result<Baseline> {
    Ok(ctx.wait(async {
        let moment = written::moment(&Session::connect(address, "rollback").await?).await?;
        let found = written::since(address, &[]).await?;
        let named = found.into_iter().map(|it| (format!("{}.{}", it.namespace, it.name), it.rows));
        let rows = named.collect();
        pg_live::Result::Ok(Baseline { moment, rows })
    })?)
}

/// What was written to `live` since it stood at each of these. A table that is
/// not there any more was dropped by a change of the schema, which is told as
/// such.
pub fn since(ctx: &Ctx, live: &Address, thens: &[&Baseline]) -> Result<Vec<Loss>> {
    if thens.is_empty() {
        return Ok(Vec::new());
    }
    let moments: Vec<i64> = thens.iter().map(|then| then.moment).collect();
    for moment in &moments {
        ctx.term.equivalent(
            "sql>",
            &format!("SELECT count(*) FROM <each table> WHERE age(xmin) <= age('{moment}');"),
        );
    }
    match ctx.wait(written::since(live, &moments)).map_err(anyhow::Error::from) {
        Ok(found) => {
            let losses = thens.iter().enumerate().map(|(at, then)| beyond(ctx, &found, at, then));
            Ok(losses.collect())
        }
        Err(error) if exit_of(&error) != Exit::Failed => Err(error),
        // A moment that cannot be told from now is no moment.
        Err(error) if thens.len() == 1 => {
            let unknown = Some(format!("what was written since is not known: {error:#}"));
            Ok(vec![Loss { unknown, ..Loss::default() }])
        }
        Err(_) => {
            let each = thens.iter().map(|then| since(ctx, live, &[then]));
            Ok(each.collect::<Result<Vec<_>>>()?.concat())
        }
    }
}

/// Of the moment at this place.
fn beyond(ctx: &Ctx, found: &[TableWrites], at: usize, then: &Baseline) -> Loss {
    let mut before = then.rows.clone();
    let mut tables = Vec::new();
    for it in found {
        let table = format!("{}.{}", it.namespace, it.name);
        let newer = it.written[at];
        let kept = it.rows - newer;
        let gone = before.remove(&table).map_or(0, |rows| (rows - kept).max(0));
        if newer > 0 || gone > 0 {
            tables.push(TableLoss { table, newer, gone });
        }
    }
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    Loss { tables: beyond_remade(ctx, tables), ..Loss::default() }
}

/// What the platform fills again by itself is nobody's loss.
fn beyond_remade(ctx: &Ctx, mut tables: Vec<TableLoss>) -> Vec<TableLoss> {
    tables.retain(|it| !ctx.config.metadata.remade.contains(&it.table));
    tables
}

/// Without a record of when it was: both databases are counted.
pub fn between(ctx: &Ctx, live: &Address, then: &Address) -> Result<Loss> {
    let count = |address: Address| async move {
        let found = exact_facts(&Session::connect(&address, "rollback").await?).await?;
        let all = found.tables.into_iter();
        pg_live::Result::Ok(
            all.map(|it| (format!("{}.{}", it.namespace, it.name), it.rows))
                .collect::<BTreeMap<_, _>>(),
        )
    };
    let (now, mut before) = ctx.wait(async {
        pg_live::Result::Ok((count(live.clone()).await?, count(then.clone()).await?))
    })?;
    let mut tables = Vec::new();
    for (table, rows) in now {
        let then = before.remove(&table).unwrap_or(0);
        tables.push(TableLoss { table, newer: (rows - then).max(0), gone: (then - rows).max(0) });
    }
    tables.extend(before.into_iter().map(|(table, gone)| TableLoss { table, newer: 0, gone }));
    tables.retain(|it| it.newer > 0 || it.gone > 0);
    let unknown = Some("it is not recorded when it was set aside".to_owned());
    Ok(Loss { tables: beyond_remade(ctx, tables), unknown, ..Loss::default() })
}

/// What is otherwise now than in a backup.
pub fn against(ctx: &Ctx, now: &Content, backup: &Manifest) -> Loss {
    let mut tables = Vec::new();
    let mut then: BTreeMap<String, (i64, &str)> = BTreeMap::new();
    for it in &backup.content.tables {
        then.insert(format!("{}.{}", it.namespace, it.name), (it.rows, &it.hash));
    }
    for it in &now.tables {
        let table = format!("{}.{}", it.namespace, it.name);
        match then.remove(&table) {
            Some((rows, hash)) if rows == it.rows && (hash.is_empty() || hash == it.hash) => {}
            found => {
                let rows = found.map_or(0, |(rows, _)| rows);
                let (newer, gone) = ((it.rows - rows).max(0), (rows - it.rows).max(0));
                if found.is_some() || newer > 0 {
                    tables.push(TableLoss { table, newer, gone });
                }
            }
        }
    }
    let is_sealed = |it: &TableContent| it.hash.is_empty();
    let unknown =
        backup.content.tables.iter().any(is_sealed).then(|| sealed(Some(backup)).to_owned());
    let missing = then.into_iter().filter(|(_, (rows, _))| *rows > 0);
    tables.extend(missing.map(|(table, (gone, _))| TableLoss { table, newer: 0, gone }));
    Loss { tables: beyond_remade(ctx, tables), unknown, ..Loss::default() }
}

/// Why there is no hash of its rows.
pub fn sealed(backup: Option<&Manifest>) -> &'static str {
    match backup {
        Some(Manifest { encryption: Some(_), .. }) => {
            "it is encrypted: which rows were changed since is known to whoever has XTASK_BACKUP_IDENTITY"
        }
        Some(Manifest { encryption: None, .. }) => {
            "its rows can only be counted: it is of an older version"
        }
        None => "its rows can only be counted: plain SQL has no hashes",
    }
}

/// What goes when `reverse` undoes `forward`.
pub fn of_plan(ctx: &Ctx, live: &Address, forward: &Plan, reverse: &Plan) -> Result<Loss> {
    let lost = |plan: &Plan| {
        let hazards = plan.hazards().into_iter().filter(|it| it.kind == HazardKind::DataLoss);
        hazards.map(|it| it.about.clone()).collect::<std::collections::BTreeSet<_>>()
    };
    let going = lost(reverse);
    let values = ctx.wait(async {
        let session = Session::connect(live, "rollback").await?;
        let mut values = Vec::new();
        for id in going {
            let place = (&*id.namespace, &*id.name);
            #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else holds rows")]
            let count = match id.kind {
                Kind::Column => Some(written::values(&session, place, Some(&id.part)).await?),
                Kind::Table => Some(written::values(&session, place, None).await?),
                _ => None,
            };
            values.push(ValueLoss { what: id.to_string(), values: count });
        }
        pg_live::Result::Ok(values)
    })?;
    let values = values.into_iter().filter(|it| it.values != Some(0)).collect();
    let empty = lost(forward).iter().map(ToString::to_string).collect();
    Ok(Loss { values, empty, ..Loss::default() })
}
