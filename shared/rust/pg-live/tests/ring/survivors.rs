//! No lost row: what stays keeps its rows, sequences go on, and what loses
//! some says so.

use std::collections::{BTreeMap, BTreeSet};

use pg_diff::catalog::{Id, Kind};
use pg_diff::declared::Intents;
use pg_diff::plan::{HazardKind, Plan, Work};
use pg_diff::rename::{self, Renamed};
use pg_live::{Result, Session, quote_ident};

type Name = (String, String);

/// Tables, by name.
type Shape = BTreeMap<Name, Table>;

#[derive(Clone, Debug)]
struct Table {
    is_partitioned: bool,
    /// A partition, or one that inherits.
    has_parents: bool,
    /// An UPDATE may change more than it says.
    has_triggers: bool,
    /// Of a partition: the table above all others.
    root: Option<Name>,
    /// With their types.
    columns: BTreeMap<String, String>,
}

/// The rows of every table before a plan runs.
pub struct Before<'a> {
    renamed: &'a [Renamed],
    old: Shape,
    new: Shape,
    /// What a table of the old side is called on the new one.
    names: BTreeMap<Name, Name>,
    rows: BTreeMap<Name, Vec<String>>,
    /// Columns that hold anything but null.
    filled: BTreeSet<(Name, String)>,
    sequences: Vec<Sequence>,
    /// Columns of the new side whose values an annotation asks to change.
    asked: BTreeSet<Id>,
}

struct Sequence {
    name: Name,
    at: i64,
    owner: Option<Name>,
}

impl<'a> Before<'a> {
    /// `new_session` is on the database that is migrated to.
    pub async fn read(
        old_session: &Session,
        new_session: &Session,
        (renamed, intents): (&'a [Renamed], &Intents),
    ) -> Result<Before<'a>> {
        let changed = intents.using.keys().chain(intents.backfills.keys());
        let (old, new) = (shape(old_session).await?, shape(new_session).await?);
        let names = new.keys().map(|name| (old_name(renamed, Kind::Table, name), name.clone()));
        let mut before = Before {
            renamed,
            asked: changed.cloned().collect(),
            names: names.filter(|(was, _)| old.contains_key(was)).collect(),
            old,
            new,
            rows: BTreeMap::new(),
            filled: BTreeSet::new(),
            sequences: sequences(old_session).await?,
        };
        for (name, table) in &before.old {
            let from = select_from(name, table);
            before.rows.insert(name.clone(), rows(old_session, &before.kept(name), &from).await?);
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

    /// Columns on both sides, under their old and their new name.
    fn shared(&self, name: &Name) -> Vec<(String, String)> {
        let Some(to) = self.names.get(name) else { return Vec::new() };
        let (Some(table), Some(after)) = (self.old.get(name), self.new.get(to)) else {
            return Vec::new();
        };
        let was = |column: &String| {
            let id = Id::part(Kind::Column, &to.0, &to.1, column);
            let was = rename::old_name(self.renamed, &id).part;
            // A parent's column is renamed in its children too.
            let with_parent = self.renamed.iter().find(|it| {
                table.has_parents && it.to.kind == Kind::Column && *it.to.part == **column
            });
            with_parent.map_or(was, |it| it.from.part.clone()).to_string()
        };
        let pairs = after.columns.keys().map(|column| (was(column), column.clone()));
        let pairs: Vec<(String, String)> =
            pairs.filter(|(was, _)| table.columns.contains_key(was)).collect();
        // A new column may have the name that another gave up.
        let moved: Vec<String> =
            pairs.iter().filter(|(was, is)| was != is).map(|(was, _)| was.clone()).collect();
        pairs.into_iter().filter(|(was, is)| was != is || !moved.contains(was)).collect()
    }

    /// Those of them that keep their type.
    fn kept(&self, name: &Name) -> Vec<(String, String)> {
        let after = self.names.get(name).and_then(|to| self.new.get(to));
        let (Some(table), Some(after)) = (self.old.get(name), after) else { return Vec::new() };
        let asked = self.asked.iter().filter(|id| {
            let to = self.names.get(name);
            to.is_some_and(|to| *id.namespace == *to.0 && *id.name == *to.1)
        });
        let asked: BTreeSet<&str> = asked.map(|id| &*id.part).collect();
        let mut shared = self.shared(name);
        let relabelled: Vec<String> = self
            .renamed
            .iter()
            .filter(|it| it.part.is_some())
            .map(|it| pg_diff::ddl::qualified(&it.to))
            .collect();
        shared.retain(|(was, is)| {
            let (before, now) = (table.columns.get(was), after.columns.get(is));
            let same_labels = now.is_some_and(|it| !relabelled.iter().any(|of| it.contains(of)));
            before == now && same_labels && !asked.contains(is.as_str())
        });
        shared
    }

    /// What is lost without a word, one line each. `session` is on the
    /// migrated database.
    pub async fn check(&self, session: &Session, plan: &Plan) -> Result<Vec<String>> {
        let said = Said::read(plan, self.renamed);
        let mut lost = Vec::new();
        for (name, table) in &self.old {
            let label = format!("{}.{}", name.0, name.1);
            let had = self.rows.get(name).map_or(0, Vec::len);
            if had == 0 || said.tables.contains(name) {
                continue;
            }
            let Some(to) = self.names.get(name) else {
                let root_answers = table.root.as_ref().is_some_and(|root| {
                    said.tables.contains(root) || self.names.contains_key(root)
                });
                // A partitioned table holds nothing itself.
                if !table.is_partitioned && !root_answers {
                    lost.push(format!("{label} is gone with {had} rows and no data-loss hazard"));
                }
                continue;
            };
            let shared = self.shared(name);
            for column in table.columns.keys() {
                let is_filled = self.filled.contains(&(name.clone(), column.clone()));
                let stays = shared.iter().any(|(was, _)| was == column);
                if is_filled && !stays && !said.column(name, table, column) {
                    lost.push(format!("{label}.{column} is gone without a data-loss hazard"));
                }
            }
            if !self.is_told_elsewhere(name, to, &said) {
                lost.extend(self.check_rows(session, (name, to), &said).await?);
            }
        }
        lost.extend(self.check_sequences(session, &said).await?);
        Ok(lost)
    }

    /// Rows may move between partitions: the table above answers for them.
    /// Where a partition leaves it, each answers for itself.
    fn is_told_elsewhere(&self, name: &Name, to: &Name, said: &Said) -> bool {
        let stays = |leaf: &Name, root: &Name| {
            let now = self.names.get(leaf).and_then(|it| self.new.get(it));
            now.is_some_and(|it| it.root.as_ref() == self.names.get(root) && it.root.is_some())
        };
        let Some(table) = self.old.get(name) else { return false };
        if let Some(root) = &table.root {
            return stays(name, root);
        }
        let becomes_plain = self.new.get(to).is_some_and(|it| !it.is_partitioned);
        let mut leaves = self.old.iter().filter(|(_, it)| it.root.as_ref() == Some(name));
        table.is_partitioned
            && !becomes_plain
            && leaves.any(|(leaf, _)| {
                let moves_out = self.names.contains_key(leaf) && !stays(leaf, name);
                said.tables.contains(leaf) || moves_out
            })
    }

    async fn check_rows(
        &self,
        session: &Session,
        (name, to): (&Name, &Name),
        said: &Said,
    ) -> Result<Option<String>> {
        let (Some(table), Some(after), Some(before)) =
            (self.old.get(name), self.new.get(to), self.rows.get(name))
        else {
            return Ok(None);
        };
        let kept = self.kept(name);
        let now: Vec<(String, String)> =
            kept.iter().map(|(_, is)| (is.clone(), is.clone())).collect();
        let now = match rows(session, &now, &select_from(to, after)).await {
            // A partition behind a foreign-data wrapper that reads nothing.
            Err(error) if error.sqlstate.as_deref() == Some("55000") => return Ok(None),
            now => now?,
        };
        let label = format!("{}.{}", name.0, name.1);
        if now.len() < before.len() {
            let (had, has) = (before.len(), now.len());
            return Ok(Some(format!("{label} had {had} rows and has {has}")));
        }
        // A column that is made anew on purpose cannot be compared, and rows
        // are told apart by all of them: then they are only counted.
        let is_filled = said.filled.contains(to) && after.has_triggers;
        let is_whole = !is_filled && !kept.iter().any(|(was, _)| said.column(name, table, was));
        let gone = subtract(before, &now);
        match gone.first() {
            Some(row) if is_whole => {
                Ok(Some(format!("{label} lost {} rows, one was {row}", gone.len())))
            }
            _ => Ok(None),
        }
    }

    /// No number is given twice.
    async fn check_sequences(&self, session: &Session, said: &Said) -> Result<Vec<String>> {
        let mut lost = Vec::new();
        let rows = session.query(include_str!("survivors/names.sql"), &[]).await?;
        let now: Vec<Name> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        for name in now {
            let was = old_name(self.renamed, Kind::Sequence, &name);
            let Some(before) = self.sequences.iter().find(|it| it.name == was) else { continue };
            if before.owner.as_ref().is_some_and(|owner| said.tables.contains(owner)) {
                continue;
            }
            let (label, at) = (format!("{}.{}", name.0, name.1), before.at);
            let after = sequences(session).await?.into_iter().find(|it| it.name == name);
            let after = after.map(|it| it.at);
            if after != Some(at) && !said.restarted.contains(&name) {
                lost.push(format!("sequence {label} was at {at} and is at {after:?}"));
            }
        }
        Ok(lost)
    }
}

fn old_name(renamed: &[Renamed], kind: Kind, name: &Name) -> Name {
    let id = rename::old_name(renamed, &Id::new(kind, &name.0, &name.1));
    (id.namespace.to_string(), id.name.to_string())
}

/// What a plan says is lost, under the old names.
struct Said {
    tables: BTreeSet<Name>,
    columns: BTreeSet<(Name, String)>,
    /// Tables whose rows a step updates, by their new names.
    filled: BTreeSet<Name>,
    /// Sequences that begin again.
    restarted: BTreeSet<Name>,
}

impl Said {
    fn read(plan: &Plan, renamed: &[Renamed]) -> Said {
        let mut said = Said {
            tables: BTreeSet::new(),
            columns: BTreeSet::new(),
            filled: BTreeSet::new(),
            restarted: BTreeSet::new(),
        };
        for step in &plan.steps {
            let name = (step.object.namespace.to_string(), step.object.name.to_string());
            match &step.work {
                Work::Backfill(_) => drop(said.filled.insert(name)),
                Work::Statement(sql) if sql.ends_with(" RESTART") => {
                    said.restarted.insert(name);
                }
                Work::Statement(_) => {}
            }
        }
        let hazards = plan.steps.iter().flat_map(|step| &step.hazards);
        for hazard in hazards.filter(|it| it.kind == HazardKind::DataLoss) {
            let about = rename::old_name(renamed, &hazard.about);
            let name = (about.namespace.to_string(), about.name.to_string());
            if about.kind == Kind::Table {
                said.tables.insert(name);
            } else if about.kind == Kind::Column {
                said.columns.insert((name, about.part.to_string()));
            }
        }
        said
    }

    /// Said of the table itself, or of the parent that the column comes from.
    fn column(&self, name: &Name, table: &Table, column: &str) -> bool {
        let is_meant =
            |(at, it): &(Name, String)| it == column && (table.has_parents || at == name);
        self.tables.contains(name) || self.columns.iter().any(is_meant)
    }
}

async fn shape(session: &Session) -> Result<Shape> {
    let mut shape = Shape::new();
    for row in session.query(include_str!("survivors/tables.sql"), &[]).await? {
        let (names, types): (Vec<String>, Vec<String>) = (row.get(3), row.get(4));
        let (root_namespace, root): (Option<String>, Option<String>) = (row.get(6), row.get(7));
        let table = Table {
            is_partitioned: row.get::<_, String>(2) == "p",
            has_parents: row.get(5),
            has_triggers: row.get(8),
            root: root_namespace.zip(root),
            columns: names.into_iter().zip(types).collect(),
        };
        shape.insert((row.get(0), row.get(1)), table);
    }
    Ok(shape)
}

async fn sequences(session: &Session) -> Result<Vec<Sequence>> {
    let rows = session.query(include_str!("survivors/sequences.sql"), &[]).await?;
    let read = |row: &tokio_postgres::Row| {
        let (namespace, table): (Option<String>, Option<String>) = (row.get(3), row.get(4));
        let name = (row.get(0), row.get(1));
        Sequence { name, at: row.get(2), owner: namespace.zip(table) }
    };
    Ok(rows.iter().map(read).collect())
}

/// Without the rows of those that inherit: they answer for themselves.
fn select_from(name: &Name, table: &Table) -> String {
    let only = if table.is_partitioned { "" } else { "ONLY " };
    format!("FROM {only}{}.{}", quote_ident(&name.0), quote_ident(&name.1))
}

/// Columns under another name, each row as one text, sorted.
async fn rows(session: &Session, columns: &[(String, String)], from: &str) -> Result<Vec<String>> {
    let columns: Vec<String> = columns
        .iter()
        .map(|(column, name)| format!("{} AS {}", quote_ident(column), quote_ident(name)))
        .collect();
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
