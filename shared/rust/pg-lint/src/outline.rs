//! What the statements of a file make and change, read from their tokens.
//!
//! Only what rules ask for is read; expressions and bodies are passed over.
//!
//! Must never: fail, or know what is right. A statement that cannot be read
//! makes nothing.

mod alter;
mod column;
mod constraint;
mod index;
mod plain;
mod reader;
mod routine;
mod table;

use std::collections::HashMap;
use std::ops::Range;

use pg_diff::declared::Parts;

pub use alter::{Action, ActionKind, Alter};
pub use column::{Column, Type};
pub use constraint::{Constraint, ConstraintKind, ForeignKey};
pub use index::{Index, Key};
pub use plain::{Drop, DropKind, Insert, Object, ObjectKind, Policy, Trigger, View};
pub use reader::Reader;
pub use routine::Routine;
pub use table::Table;

/// A name as the server reads it, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub namespace: Option<String>,
    /// Folded, and cut to what the server keeps.
    pub name: String,
    pub range: Range<usize>,
    /// Bytes of the last part before it is cut.
    pub bytes: usize,
}

impl Name {
    /// True for what may be one thing: where a namespace is not written, the
    /// search_path decides, and that is not read.
    pub fn is(&self, other: &Name) -> bool {
        let may_be = match (&self.namespace, &other.namespace) {
            (Some(one), Some(two)) => one == two,
            (None, _) | (_, None) => true,
        };
        may_be && self.name == other.name
    }

    /// As people write it.
    pub fn shown(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// One statement, by its first words.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    pub reader: Reader<'a>,
    /// Bytes, with the semicolon.
    pub start: usize,
    pub end: usize,
}

impl Statement<'_> {
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Everything a file makes, in its order. `at` in each is the number of its
/// statement.
#[derive(Clone, Debug, Default)]
pub struct Outline<'a> {
    pub statements: Vec<Statement<'a>>,
    pub tables: Vec<Table>,
    pub indexes: Vec<Index>,
    pub routines: Vec<Routine>,
    pub triggers: Vec<Trigger>,
    pub policies: Vec<Policy>,
    pub views: Vec<View>,
    pub objects: Vec<Object>,
    pub alters: Vec<Alter>,
    pub drops: Vec<Drop>,
    pub inserts: Vec<Insert>,
    /// Where in the lists above what is about a table of this name stands.
    by_table: HashMap<String, Places>,
}

#[derive(Clone, Debug, Default)]
struct Places {
    tables: Vec<usize>,
    indexes: Vec<usize>,
    alters: Vec<usize>,
}

impl<'a> Outline<'a> {
    pub fn of(text: &'a str, parts: &'a Parts) -> Outline<'a> {
        let mut outline = Outline::default();
        for (at, statement) in parts.statements.iter().enumerate() {
            let tokens = parts.tokens.get(statement.tokens.clone()).unwrap_or_default();
            let reader = Reader::new(text, tokens);
            let Range { start, end } = statement.range;
            outline.statements.push(Statement { reader, start, end });
            outline.take(at, reader);
        }
        outline.note_places();
        outline
    }

    /// A file of thousands of tables is looked through once, not once a table.
    fn note_places(&mut self) {
        let mut all: HashMap<String, Places> = HashMap::new();
        let mut of = |name: &Name, note: &dyn Fn(&mut Places)| {
            note(all.entry(name.name.clone()).or_default());
        };
        for (place, it) in self.tables.iter().enumerate() {
            of(&it.name, &|places| places.tables.push(place));
        }
        for (place, it) in self.indexes.iter().enumerate() {
            of(&it.table, &|places| places.indexes.push(place));
        }
        for (place, it) in self.alters.iter().enumerate() {
            of(&it.table, &|places| places.alters.push(place));
        }
        self.by_table = all;
    }

    fn take(&mut self, at: usize, mut reader: Reader<'a>) {
        if reader.accept("create") {
            self.created(at, reader);
        } else if reader.accept("alter") {
            self.alters.extend(alter::read(at, reader));
        } else if reader.accept("drop") {
            self.drops.extend(plain::dropped(at, reader));
        } else if reader.sees("insert") || reader.sees("with") {
            self.inserts.extend(plain::inserted(at, reader));
        }
    }

    fn created(&mut self, at: usize, mut reader: Reader<'a>) {
        let verb_end = reader.behind();
        let replaces = reader.accept("or replace");
        let persistence = ["global", "local", "temp", "temporary", "unlogged", "recursive"];
        let mut is_temporary = false;
        while let Some(token) = reader.peek() {
            let word = persistence.iter().find(|word| token.is(reader.source(), word));
            let Some(word) = word else { break };
            is_temporary |= word.starts_with("temp");
            reader.advance();
        }
        let start = Start { at, verb_end, replaces, is_temporary };
        let mut ahead = reader;
        if ahead.accept("table") {
            self.tables.extend(table::read(&start, ahead));
        } else if ahead.accept_any(&["index", "unique index"]) {
            self.indexes.extend(index::read(&start, reader));
        } else if ahead.accept_any(&["function", "procedure"]) {
            self.routines.extend(routine::read(&start, ahead));
        } else if ahead.accept_any(&["trigger", "constraint trigger"]) {
            self.triggers.extend(plain::trigger(&start, reader));
        } else if ahead.accept("policy") {
            self.policies.extend(plain::policy(&start, ahead));
        } else if ahead.accept_any(&["view", "materialized view"]) {
            self.views.extend(plain::view(&start, reader));
        } else {
            self.objects.extend(plain::object(&start, reader));
        }
    }

    /// The table of this name.
    pub fn table(&self, name: &Name) -> Option<&Table> {
        let places = self.by_table.get(&name.name)?;
        let mut named = places.tables.iter().filter_map(|place| self.tables.get(*place));
        named.find(|table| table.name.is(name))
    }

    /// A column of a table, in its CREATE or in an ALTER.
    pub fn column(&self, table: &Name, name: &str) -> Option<&Column> {
        let places = self.by_table.get(&table.name)?;
        let altered = places.alters.iter().filter_map(|place| self.alters.get(*place));
        let altered = altered.flat_map(|it| &it.actions).filter_map(Action::column);
        let own = self.table(table).into_iter().flat_map(|it| &it.columns);
        own.chain(altered).find(|column| column.name.name == name)
    }

    /// The statement of a number.
    pub fn range(&self, at: usize) -> Range<usize> {
        self.statements.get(at).map_or(0..0, Statement::range)
    }

    /// The beginning of a statement, for findings about all of it: up to the
    /// end of its first line.
    pub fn head(&self, at: usize) -> Range<usize> {
        let range = self.range(at);
        let text = self.statements.get(at).map_or("", |it| it.reader.source());
        let inside = text.get(range.clone()).unwrap_or_default();
        let line = inside.split('\n').next().unwrap_or_default().trim_end();
        range.start..range.start + line.len()
    }

    /// Every constraint of a table, in its CREATE and in an ALTER.
    pub fn constraints_of<'b>(
        &'b self,
        table: &'b Name,
    ) -> impl Iterator<Item = &'b Constraint> + 'b {
        let places = self.by_table.get(&table.name).into_iter();
        places.flat_map(move |places| {
            let own = places.tables.iter().filter_map(|place| self.tables.get(*place));
            let own = own.filter(|it| it.name.is(table)).flat_map(|it| &it.constraints);
            let altered = places.alters.iter().filter_map(|place| self.alters.get(*place));
            let altered = altered.filter(|it| it.table.is(table)).flat_map(|it| &it.actions);
            own.chain(altered.flat_map(Action::constraints))
        })
    }

    /// Every index of a table, in the order of the file.
    pub fn indexes_of<'b>(&'b self, table: &'b Name) -> impl Iterator<Item = &'b Index> + 'b {
        let places = self.by_table.get(&table.name).into_iter();
        let indexes = places.flat_map(|places| &places.indexes);
        let indexes = indexes.filter_map(|place| self.indexes.get(*place));
        indexes.filter(move |index| index.table.is(table))
    }

    /// Every constraint of the file, with its table.
    pub fn constraints(&self) -> impl Iterator<Item = (&Name, &Constraint)> {
        let own = self.tables.iter();
        let own = own.flat_map(|it| it.constraints.iter().map(move |one| (&it.name, one)));
        let altered = self.alters.iter().flat_map(|it| {
            let constraints = it.actions.iter().flat_map(Action::constraints);
            constraints.map(move |one| (&it.table, one))
        });
        own.chain(altered)
    }

    /// Every column of the file, with its table.
    pub fn columns(&self) -> impl Iterator<Item = (&Name, &Column)> {
        let own = self.tables.iter();
        let own = own.flat_map(|it| it.columns.iter().map(move |one| (&it.name, one)));
        let altered = self.alters.iter().flat_map(|it| {
            it.actions.iter().filter_map(move |action| Some((&it.table, action.column()?)))
        });
        own.chain(altered)
    }
}

/// What stands before the name of what is made.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub at: usize,
    /// Where CREATE ends.
    pub verb_end: usize,
    pub replaces: bool,
    pub is_temporary: bool,
}

/// IF NOT EXISTS, or where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    Said,
    Missing { at: usize },
}

impl Guard {
    pub fn read(reader: &mut Reader<'_>) -> Guard {
        let at = reader.behind();
        if reader.accept("if not exists") { Guard::Said } else { Guard::Missing { at } }
    }
}

#[cfg(test)]
mod tests;
