//! Synthetic rows: a few in every table that takes them, so that a migration
//! has something to lose.
//!
//! Values are guessed from types, checks and partition bounds; what a table
//! refuses is left out.

use std::collections::{BTreeMap, BTreeSet};

use pg_live::{Result, Session};

use super::values::{Chance, Place, Types, literals};

/// How rows are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variety {
    /// Nulls where they are allowed, defaults left to the server.
    Mixed,
    /// A value everywhere.
    Full,
}

const ROWS: u64 = 3;

/// Guesses per row.
const TRIES: u64 = 14;

struct Table {
    oid: u32,
    name: String,
    needs: Vec<u32>,
    has_triggers: bool,
    columns: Vec<Column>,
    keys: Vec<ForeignKey>,
}

struct Column {
    number: i16,
    name: String,
    type_oid: u32,
    type_name: String,
    not_null: bool,
    has_default: bool,
    /// From checks and bounds that name it.
    hints: Vec<String>,
}

#[derive(Clone)]
struct ForeignKey {
    columns: Vec<i16>,
    table: u32,
    table_name: String,
    referenced: Vec<(i16, String)>,
}

/// Fills every table that can be filled; answers how many rows there are.
pub async fn fill(session: &Session, variety: Variety) -> Result<usize> {
    let types = Types::read(session).await?;
    let mut tables = read_tables(session).await?;
    sort_by_need(&mut tables);
    let mut rows = 0;
    let mut is_filled = BTreeSet::new();
    // Twice: a table in a cycle waits for the other.
    for _ in 0..2 {
        for table in &tables {
            if !is_filled.contains(&table.oid) {
                let inserted = fill_table(session, &types, table, variety).await?;
                rows += inserted;
                if inserted > 0 {
                    is_filled.insert(table.oid);
                }
            }
        }
    }
    Ok(rows)
}

async fn fill_table(
    session: &Session,
    types: &Types,
    table: &Table,
    variety: Variety,
) -> Result<usize> {
    let mut inserted = 0;
    for row in 0..ROWS {
        let mut is_in = false;
        for attempt in 0..TRIES {
            let sql = insert(types, table, Guess { row, attempt, variety });
            match session.execute(&sql).await {
                Ok(()) => {
                    is_in = true;
                    break;
                }
                Err(error) if error.sqlstate.is_none() => return Err(error),
                Err(_) => session.execute("ROLLBACK").await?,
            }
        }
        if !is_in {
            break;
        }
        inserted += 1;
    }
    Ok(inserted)
}

#[derive(Clone, Copy)]
struct Guess {
    row: u64,
    attempt: u64,
    variety: Variety,
}

/// One transaction, because a refused row may leave nothing behind.
fn insert(types: &Types, table: &Table, guess: Guess) -> String {
    let mut chance = Chance::new(&table.name, guess.row * 1000 + guess.attempt);
    let is_mixed = guess.variety == Variety::Mixed;
    let mut values: BTreeMap<i16, String> = BTreeMap::new();
    for column in &table.columns {
        let may_be_left = column.has_default || (is_mixed && !column.not_null);
        // The first row has everything; the last tries only what must be.
        let only_needed = is_mixed && guess.attempt + 2 >= TRIES;
        if may_be_left && (only_needed || (guess.row + guess.attempt > 0 && chance.one_in(4))) {
            continue;
        }
        let hints = if guess.attempt == 0 { &[][..] } else { &column.hints };
        let place = Place {
            type_oid: column.type_oid,
            type_name: &column.type_name,
            ordinal: guess.row * 7 + guess.attempt,
        };
        values.insert(column.number, types.value(place, hints, &mut chance));
    }
    for key in &table.keys {
        point(table, key, guess, &mut values);
    }
    let named = table.columns.iter().filter(|column| values.contains_key(&column.number));
    let names: Vec<&str> = named.map(|column| column.name.as_str()).collect();
    let values: Vec<&str> = values.values().map(String::as_str).collect();
    let what = if names.is_empty() {
        "DEFAULT VALUES".to_owned()
    } else {
        format!("({}) VALUES ({})", names.join(", "), values.join(", "))
    };
    // A trigger may refuse everything, or call what does not run.
    let is_quiet = table.has_triggers && guess.attempt % 2 == 1;
    let role = if is_quiet { "SET LOCAL session_replication_role = replica; " } else { "" };
    format!("BEGIN; {role}INSERT INTO {} {what}; COMMIT", table.name)
}

/// Foreign keys point to a row that is there, or, within a table, to the row
/// itself.
fn point(table: &Table, key: &ForeignKey, guess: Guess, values: &mut BTreeMap<i16, String>) {
    for (column, (number, name)) in key.columns.iter().zip(&key.referenced) {
        if !values.contains_key(column) {
            continue;
        }
        let own = values.get(number).filter(|_| key.table == table.oid && guess.attempt % 2 == 1);
        let value = match own {
            Some(own) => own.clone(),
            None => format!("(SELECT {name} FROM {} OFFSET {} LIMIT 1)", key.table_name, guess.row),
        };
        values.insert(*column, value);
    }
}

async fn read_tables(session: &Session) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for row in session.query(include_str!("rows/tables.sql"), &[]).await? {
        let bound: String = row.get(4);
        let table = Table {
            oid: row.get(0),
            name: row.get(1),
            needs: row.get(2),
            has_triggers: row.get(3),
            columns: Vec::new(),
            keys: Vec::new(),
        };
        tables.push((table, bound));
    }
    for row in session.query(include_str!("rows/columns.sql"), &[]).await? {
        let oid: u32 = row.get(0);
        let Some((table, bound)) = tables.iter_mut().find(|(it, _)| it.oid == oid) else {
            continue;
        };
        let name: String = row.get(2);
        let hints = if has_word(bound, &name) { literals(bound) } else { Vec::new() };
        table.columns.push(Column {
            number: row.get(1),
            name,
            type_oid: row.get(3),
            type_name: row.get(4),
            not_null: row.get(5),
            has_default: row.get(6),
            hints,
        });
    }
    let mut tables: Vec<Table> = tables.into_iter().map(|(table, _)| table).collect();
    for row in session.query(include_str!("rows/checks.sql"), &[]).await? {
        let (oid, numbers, check): (u32, Vec<i16>, String) = (row.get(0), row.get(1), row.get(2));
        let columns = tables.iter_mut().filter(|it| it.oid == oid).flat_map(|it| &mut it.columns);
        for column in columns.filter(|it| numbers.contains(&it.number)) {
            column.hints.extend(literals(&check));
        }
    }
    for row in session.query(include_str!("rows/keys.sql"), &[]).await? {
        let oid: u32 = row.get(0);
        let (numbers, names): (Vec<i16>, Vec<String>) = (row.get(4), row.get(5));
        let key = ForeignKey {
            columns: row.get(1),
            table: row.get(2),
            table_name: row.get(3),
            referenced: numbers.into_iter().zip(names).collect(),
        };
        tables.iter_mut().filter(|it| it.oid == oid).for_each(|it| it.keys.push(key.clone()));
    }
    Ok(tables)
}

fn has_word(text: &str, word: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(word).any(|(at, _)| {
        is_edge(text[..at].chars().next_back()) && is_edge(text[at + word.len()..].chars().next())
    })
}

/// Those first that the others refer to; a cycle is left as it is.
fn sort_by_need(tables: &mut Vec<Table>) {
    let mut waiting = std::mem::take(tables);
    while !waiting.is_empty() {
        let open: BTreeSet<u32> = waiting.iter().map(|table| table.oid).collect();
        let is_ready = |table: &Table| !table.needs.iter().any(|it| open.contains(it));
        let next = waiting.iter().position(is_ready).unwrap_or(0);
        tables.push(waiting.remove(next));
    }
}
