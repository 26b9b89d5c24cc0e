//! CREATE TABLE.
//!
//! Must never: mix up a column with a constraint.

use super::column::{self, Column};
use super::constraint::{self, Constraint};
use super::{Guard, Name, Reader, Start};

#[derive(Clone, Debug)]
pub struct Table {
    pub at: usize,
    pub name: Name,
    pub guard: Guard,
    pub is_temporary: bool,
    /// PARTITION OF or OF: its columns are elsewhere.
    pub is_made_of: bool,
    /// AS or LIKE or INHERITS: there may be columns that are not said here.
    pub has_more: bool,
    pub columns: Vec<Column>,
    /// Those of its columns too.
    pub constraints: Vec<Constraint>,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.name == name)
    }
}

pub fn read(start: &Start, mut reader: Reader<'_>) -> Option<Table> {
    let guard = Guard::read(&mut reader);
    let name = reader.qualified()?;
    let is_made_of = reader.sees("partition of") || reader.sees("of");
    let mut table = Table {
        at: start.at,
        name,
        guard,
        is_temporary: start.is_temporary,
        is_made_of,
        has_more: reader.has("inherits") || reader.has("as"),
        columns: Vec::new(),
        constraints: Vec::new(),
    };
    if is_made_of {
        let _ = reader.accept("partition");
        let _ = reader.accept("of") && reader.qualified().is_some();
    }
    let Some(list) = reader.list() else { return Some(table) };
    for item in list.items() {
        if item.sees("like") {
            table.has_more = true;
        } else if constraint::begins(&item) {
            table.constraints.extend(constraint::of_table(item));
        } else if let Some((column, constraints)) = column::read(item) {
            table.columns.push(column);
            table.constraints.extend(constraints);
        }
    }
    Some(table)
}
