//! Which rows go where: the tables of the live database beside those that
//! init.sql makes, by their names, `@renamed`, `@using` and `@backfill`.
//!
//! Must never: let rows stay behind without saying so, or copy by the place of
//! a column instead of its name.

use std::collections::BTreeMap;

use pg_diff::Catalog;
use pg_diff::catalog::{Column, Id, Kind, TableKind};
use pg_diff::declared::Intents;
use pg_diff::rename::{Renamed, old_name};
use pg_live::feed::Published;
use pg_live::quote_ident;
use pg_live::stream::Stream;

/// Rows of one table, and the table they go into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The table that holds the rows now. No partition of it is meant.
    pub from: Id,
    /// Where they go: of a partitioned table the uppermost.
    pub to: Id,
    /// The columns that are filled, by their new names.
    pub columns: Vec<Filled>,
    /// All columns that the rows have, old and new name.
    names: Vec<(String, String)>,
    /// Partitions below it have the rows.
    pub is_partitioned: bool,
}

/// One column and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    pub name: String,
    /// SQL over the row under its new names.
    value: String,
    is_same_type: bool,
    /// The value is written the same on both sides.
    pub is_comparable: bool,
    is_plain: bool,
}

impl Move {
    /// `SELECT ...` of these rows, of some pages only.
    fn select(&self, pages: &str) -> String {
        let values: Vec<&str> = self.columns.iter().map(|it| it.value.as_str()).collect();
        format!("SELECT {} FROM {}", values.join(", "), self.source(pages))
    }

    /// These rows, and where they go.
    pub fn stream(&self, pages: &str) -> Stream {
        Stream { from: self.select(pages), into: self.list(), is_binary: self.is_binary() }
    }

    /// The rows of the table they went into, as [`Move::stream`] gives them.
    pub fn arrived(&self, pages: &str) -> Stream {
        let values: Vec<String> =
            self.columns.iter().map(|it| format!("t.{}", quote_ident(&it.name))).collect();
        let from = format!("SELECT {} FROM {}", values.join(", "), self.target(pages));
        Stream { from, into: self.list(), is_binary: self.is_binary() }
    }

    /// What goes is written as what arrives: it can be compared on its way.
    pub fn is_the_same(&self) -> bool {
        self.columns.iter().all(|it| it.is_comparable)
    }

    fn target(&self, pages: &str) -> String {
        let only = if self.is_partitioned { "" } else { "ONLY " };
        format!("{only}{} AS t{pages}", place(&self.to))
    }

    /// Rows and the sum of their hashes, before.
    pub fn hash_of_source(&self, pages: &str) -> String {
        hash(self.comparable(|it| it.value.clone()), &self.source(pages))
    }

    /// And after, in the table they went into.
    pub fn hash_of_target(&self, pages: &str) -> String {
        let values = self.comparable(|it| format!("t.{}", quote_ident(&it.name)));
        hash(values, &self.target(pages))
    }

    fn comparable(&self, value: impl Fn(&Filled) -> String) -> Vec<String> {
        self.columns.iter().filter(|it| it.is_comparable).map(value).collect()
    }

    /// The columns that are filled.
    pub fn list(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|it| quote_ident(&it.name)).collect();
        format!("{} ({})", place(&self.to), names.join(", "))
    }

    /// With all columns it needs no list of them, which would keep rows without
    /// a key from being told.
    pub fn published(&self) -> Published {
        let is_filled = |name: &String| self.columns.iter().any(|it| it.name == *name);
        let all = self.names.iter().all(|(_, new)| is_filled(new));
        let columns = || self.columns.iter().map(|it| it.name.clone()).collect();
        Published { table: place(&self.to), columns: (!all).then(columns) }
    }

    /// What COPY can pass on as it lies in memory.
    pub fn is_binary(&self) -> bool {
        self.columns.iter().all(|it| it.is_same_type)
    }

    /// Changes of these rows can be told by the names of table and columns.
    pub fn is_followable(&self) -> bool {
        !self.has_expressions() && self.names.iter().all(|(old, new)| old == new)
    }

    /// Expressions of somebody's, who knows an ordinary `search_path`.
    pub fn has_expressions(&self) -> bool {
        !self.columns.iter().all(|it| it.is_plain)
    }

    /// Expressions name columns as init.sql does.
    fn source(&self, pages: &str) -> String {
        let named = |(old, new): &(String, String)| {
            format!("o.{} AS {}", quote_ident(old), quote_ident(new))
        };
        let names: Vec<String> = self.names.iter().map(named).collect();
        let from = place(&self.from);
        format!("(SELECT {} FROM ONLY {from} AS o{pages}) AS t", names.join(", "))
    }
}

fn hash(values: Vec<String>, source: &str) -> String {
    let row = match values.as_slice() {
        [] => "''".to_owned(),
        all => format!("ROW({})::text", all.join(", ")),
    };
    format!(
        "SELECT count(*), coalesce(sum(\
         hashtextextended({row}, 0)::numeric), 0)::text FROM {source}"
    )
}

pub fn place(id: &Id) -> String {
    format!("{}.{}", quote_ident(&id.namespace), quote_ident(&id.name))
}

/// Every table that holds rows, matched; and those that init.sql does not
/// know.
#[derive(Debug, Default)]
pub struct Matched {
    pub moves: Vec<Move>,
    pub left: Vec<Id>,
}

/// `from` as it is, `to` as init.sql makes it.
pub fn matched(from: &Catalog, to: &Catalog, renamed: &[Renamed], intents: &Intents) -> Matched {
    let tables = |catalog: &Catalog| -> Vec<Id> {
        catalog.objects.keys().filter(|id| id.kind == Kind::Table).cloned().collect()
    };
    let new_names: BTreeMap<Id, Id> =
        tables(to).into_iter().map(|id| (old_name(renamed, &id), id)).collect();
    let mut all = Matched::default();
    for old in tables(from) {
        let table = from.body(&old).and_then(|it| it.table());
        if table.is_none_or(|it| it.kind == TableKind::Partitioned) {
            continue;
        }
        // A partition that is no more: its rows find theirs from above.
        let lineage = std::iter::successors(Some(old.clone()), |id| {
            Some(from.body(id)?.partition()?.parent.clone())
        });
        let mut known = lineage.filter_map(|id| new_names.get(&id).cloned());
        match known.next() {
            None => all.left.push(old),
            Some(new) => {
                let pair = Pair { from, to, renamed, intents, old: &old, new: uppermost(to, new) };
                all.moves.push(pair.matched());
            }
        }
    }
    all
}

/// The table above all that this one is a partition of.
pub fn uppermost(catalog: &Catalog, id: Id) -> Id {
    let above = |id: &Id| Some(catalog.body(id)?.partition()?.parent.clone());
    std::iter::successors(Some(id.clone()), above).last().unwrap_or(id)
}

struct Pair<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    renamed: &'a [Renamed],
    intents: &'a Intents,
    old: &'a Id,
    new: Id,
}

impl Pair<'_> {
    fn matched(&self) -> Move {
        let mut names = Vec::new();
        let mut columns = Vec::new();
        for (id, column) in self.to.columns(&self.new) {
            let was = old_name(self.renamed, &id).part.to_string();
            let before = self.from.body(&self.old.with(Kind::Column, &was));
            let before = before.and_then(|it| it.column());
            if before.is_some() {
                names.push((was, id.part.to_string()));
            }
            // What the server computes it computes again.
            if column.generated.is_none()
                && let Some(filled) = self.filled(&id, before, column)
            {
                columns.push(filled);
            }
        }
        // An expression may still want what is not there any more.
        for (id, _) in self.from.columns(self.old) {
            let name = id.part.to_string();
            if !names.iter().any(|(old, new)| *old == name || *new == name) {
                names.push((name.clone(), name));
            }
        }
        let table = self.to.body(&self.new).and_then(|it| it.table());
        let is_partitioned = table.is_some_and(|it| it.kind == TableKind::Partitioned);
        Move { from: self.old.clone(), to: self.new.clone(), columns, names, is_partitioned }
    }

    fn filled(&self, id: &Id, before: Option<&Column>, column: &Column) -> Option<Filled> {
        let name = id.part.to_string();
        let plain = format!("t.{}", quote_ident(&name));
        let backfill = self.intents.backfills.get(id).map(|it| &it.expression);
        let Some(before) = before else {
            // The default does it, unless somebody said what does.
            let expression = backfill?;
            return Some(Filled {
                name,
                value: format!("({expression})"),
                is_same_type: false,
                is_comparable: false,
                is_plain: false,
            });
        };
        let is_same = before.type_name == column.type_name;
        let using = self.intents.using.get(id).filter(|_| !is_same);
        let cast = assignment(&column.type_name).filter(|_| !is_same);
        let relabelled = is_same.then(|| self.relabelled(&column.type_name, &plain)).flatten();
        let is_plain = using.is_none() && backfill.is_none();
        let is_relabelled = relabelled.is_some();
        let mut value = match (using, relabelled) {
            (Some(using), _) => format!("({using})"),
            (None, Some(value)) => value,
            (None, None) => plain,
        };
        if let Some(cast) = &cast {
            value = format!("{value}::{cast}");
        }
        if let Some(fill) = backfill.filter(|_| using.is_none()) {
            value = format!("coalesce({value}, ({fill}))");
        }
        Some(Filled {
            name,
            value,
            is_same_type: is_same && is_plain && !is_relabelled && is_everywhere(&column.type_name),
            is_comparable: (is_same && is_plain)
                || cast.is_some_and(|it| it == column.type_name && is_plain),
            is_plain,
        })
    }

    /// The value of an enum whose labels were renamed.
    fn relabelled(&self, type_name: &str, value: &str) -> Option<String> {
        let labels = self
            .renamed
            .iter()
            .filter(|it| it.to.kind == Kind::Enum && pg_diff::ddl::qualified(&it.to) == type_name);
        let labels: Vec<_> = labels.filter_map(|it| it.part.as_ref()).collect();
        if labels.is_empty() {
            return None;
        }
        let literal = pg_live::quote_literal;
        let cases: Vec<String> = labels
            .iter()
            .map(|(old, new)| format!("WHEN {} THEN {}", literal(old), literal(new)))
            .collect();
        Some(format!("CASE {value}::text {} ELSE {value}::text END", cases.join(" ")))
    }
}

/// A type that PostgreSQL brings along, and that is written without numbers
/// that mean other things in another database.
fn is_everywhere(type_name: &str) -> bool {
    let has_no_binary = type_name.starts_with("aclitem");
    let is_ours = type_name.contains(['.', '"']);
    !is_ours && !has_no_binary && !type_name.starts_with("reg")
}

/// What a value is cast to before it is sent: the type without its length,
/// which is checked and not cut off where it arrives. None where the text of
/// the value says enough, or the type is none of PostgreSQL's own.
fn assignment(type_name: &str) -> Option<String> {
    let (base, rest) = match type_name.split_once('(') {
        None => (type_name, ""),
        Some((base, rest)) => (base, rest.split_once(')').map_or("", |it| it.1)),
    };
    // Without a length these two mean a length of one.
    let is_cut = ["bit", "character"].contains(&base);
    (is_everywhere(type_name) && !is_cut).then(|| format!("{base}{rest}"))
}

#[cfg(test)]
mod tests;
