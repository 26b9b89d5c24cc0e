//! No lost row: what stays keeps its rows, and what loses some says so.

use std::collections::{BTreeMap, BTreeSet};

use pg_diff::catalog::Kind;
use pg_diff::declared::Intents;
use pg_diff::plan::{HazardKind, Plan};
use pg_live::{Result, Session, quote_ident};

type Name = (String, String);

/// Tables and their columns, with types.
type Shape = BTreeMap<Name, Table>;

#[derive(Clone, Debug, PartialEq)]
struct Table {
    is_partitioned: bool,
    /// A partition, or one that inherits.
    has_parents: bool,
    columns: BTreeMap<String, String>,
}

/// The rows of every table before a plan runs, each column for itself that
/// may go away, those that stay as one.
pub struct Before {
    old: Shape,
    new: Shape,
    rows: BTreeMap<Name, Vec<String>>,
    /// Columns that hold anything but null.
    filled: BTreeSet<(Name, String)>,
    /// Columns, by name, whose values an annotation asks to change.
    asked: BTreeSet<String>,
}

impl Before {
    /// `new` is a session on the database that is migrated to.
    pub async fn read(
        old_session: &Session,
        new_session: &Session,
        intents: &Intents,
    ) -> Result<Before> {
        let (old, new) = (shape(old_session).await?, shape(new_session).await?);
        let changed = intents.using.keys().chain(intents.backfills.keys());
        let mut before = Before {
            old,
            new,
            rows: BTreeMap::new(),
            filled: BTreeSet::new(),
            asked: changed.map(|id| id.part.to_string()).collect(),
        };
        for (name, table) in &before.old {
            let kept = before.kept(name, table);
            let from = select_from(name, table);
            before.rows.insert(name.clone(), rows(old_session, &kept, &from).await?);
            for column in table.columns.keys() {
                let quoted = quote_ident(column);
                let sql = format!("SELECT EXISTS (SELECT {from} WHERE {quoted} IS NOT NULL)");
                if old_session.query_one(&sql, &[]).await?.get(0) {
                    before.filled.insert((name.clone(), column.clone()));
                }
            }
        }
        Ok(before)
    }

    pub fn row_count(&self) -> usize {
        let tables = self.old.iter().filter(|(_, table)| !table.is_partitioned);
        tables.filter_map(|(name, _)| self.rows.get(name)).map(Vec::len).sum()
    }

    /// Columns on both sides with the same type.
    fn kept(&self, name: &Name, table: &Table) -> Vec<String> {
        let Some(after) = self.new.get(name) else { return Vec::new() };
        let is_kept = |(column, type_name): &(&String, &String)| {
            after.columns.get(*column) == Some(*type_name) && !self.asked.contains(*column)
        };
        table.columns.iter().filter(is_kept).map(|(column, _)| column.clone()).collect()
    }

    /// What is lost without a word, one line each. `session` is on the
    /// migrated database.
    pub async fn check(&self, session: &Session, plan: &Plan) -> Result<Vec<String>> {
        let said = Said::read(plan);
        let mut lost = Vec::new();
        for (name, table) in &self.old {
            let label = format!("{}.{}", name.0, name.1);
            let had = self.rows.get(name).map_or(0, Vec::len);
            if had == 0 || said.table(name) {
                continue;
            }
            let Some(after) = self.new.get(name) else {
                // A partitioned table holds nothing itself.
                if !table.is_partitioned {
                    lost.push(format!("{label} is gone with {had} rows and no data-loss hazard"));
                }
                continue;
            };
            for column in table.columns.keys().filter(|it| !after.columns.contains_key(*it)) {
                let is_filled = self.filled.contains(&(name.clone(), column.clone()));
                if is_filled && !said.column(name, table, column) {
                    lost.push(format!("{label}.{column} is gone without a data-loss hazard"));
                }
            }
            if table.is_partitioned && self.partitions_moved(name) {
                continue;
            }
            lost.extend(self.check_rows(session, name, &said).await?);
        }
        Ok(lost)
    }

    /// A partitioned table may have other partitions: each answers for itself.
    fn partitions_moved(&self, name: &Name) -> bool {
        let leaves = |shape: &Shape| -> BTreeSet<Name> { shape.keys().cloned().collect() };
        self.new.get(name).is_some_and(|it| it.is_partitioned)
            && leaves(&self.old) != leaves(&self.new)
    }

    async fn check_rows(
        &self,
        session: &Session,
        name: &Name,
        said: &Said,
    ) -> Result<Option<String>> {
        let (Some(table), Some(after), Some(before)) =
            (self.old.get(name), self.new.get(name), self.rows.get(name))
        else {
            return Ok(None);
        };
        let kept = self.kept(name, table);
        // A column that is made anew on purpose cannot be compared, and rows
        // are told apart by all the others together: then they are counted.
        let is_whole = !kept.iter().any(|column| said.column(name, table, column));
        let now = rows(session, &kept, &select_from(name, after)).await?;
        let label = format!("{}.{}", name.0, name.1);
        if now.len() < before.len() {
            let (had, has) = (before.len(), now.len());
            return Ok(Some(format!("{label} had {had} rows and has {has}")));
        }
        let gone = subtract(before, &now);
        match gone.first() {
            Some(row) if is_whole => {
                Ok(Some(format!("{label} lost {} rows, one was {row}", gone.len())))
            }
            _ => Ok(None),
        }
    }
}

/// What a plan says is lost.
struct Said {
    tables: BTreeSet<Name>,
    columns: BTreeSet<(Name, String)>,
}

impl Said {
    fn read(plan: &Plan) -> Said {
        let mut said = Said { tables: BTreeSet::new(), columns: BTreeSet::new() };
        let hazards = plan.steps.iter().flat_map(|step| &step.hazards);
        for hazard in hazards.filter(|it| it.kind == HazardKind::DataLoss) {
            let name = (hazard.about.namespace.to_string(), hazard.about.name.to_string());
            if hazard.about.kind == Kind::Table {
                said.tables.insert(name);
            } else if hazard.about.kind == Kind::Column {
                said.columns.insert((name, hazard.about.part.to_string()));
            }
        }
        said
    }

    fn table(&self, name: &Name) -> bool {
        self.tables.contains(name)
    }

    /// Said of the table itself, or of the parent that the column comes from.
    fn column(&self, name: &Name, table: &Table, column: &str) -> bool {
        let is_meant =
            |(at, it): &(Name, String)| it == column && (table.has_parents || at == name);
        self.table(name) || self.columns.iter().any(is_meant)
    }
}

async fn shape(session: &Session) -> Result<Shape> {
    let mut shape = Shape::new();
    for row in session.query(include_str!("survivors/tables.sql"), &[]).await? {
        let (names, types): (Vec<String>, Vec<String>) = (row.get(3), row.get(4));
        let table = Table {
            is_partitioned: row.get::<_, String>(2) == "p",
            has_parents: row.get(5),
            columns: names.into_iter().zip(types).collect(),
        };
        shape.insert((row.get(0), row.get(1)), table);
    }
    Ok(shape)
}

/// Without the rows of those that inherit: they answer for themselves.
fn select_from(name: &Name, table: &Table) -> String {
    let only = if table.is_partitioned { "" } else { "ONLY " };
    format!("FROM {only}{}.{}", quote_ident(&name.0), quote_ident(&name.1))
}

async fn rows(session: &Session, columns: &[String], from: &str) -> Result<Vec<String>> {
    let columns: Vec<String> = columns.iter().map(|it| quote_ident(it)).collect();
    // No column is called like the row.
    let row = "\"the row\"";
    let columns = columns.join(", ");
    let sql = format!("SELECT row_to_json({row})::text FROM (SELECT {columns} {from}) {row}");
    let rows = session.query(&sql, &[]).await?;
    let mut rows: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    rows.sort_unstable();
    Ok(rows)
}

/// Those of one sorted list that another has not, as often as they are there.
fn subtract<'a>(from: &'a [String], those: &[String]) -> Vec<&'a String> {
    let mut those = those.iter().peekable();
    from.iter()
        .filter(|row| {
            while those.next_if(|it| it < row).is_some() {}
            those.next_if_eq(row).is_none()
        })
        .collect()
}
