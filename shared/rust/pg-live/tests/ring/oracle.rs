//! The second opinion: what `pg_dump` says, spelled so that two dumps of
//! equal schemas are equal.
//!
//! Must not matter: the order of columns and of what is kept in the order of
//! columns, the order in which grants were made, and whether a table says again
//! what it has from its parents. Everything else must.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pg_diff::dump::{Dump, Key};
use pg_diff::scan;
use similar::TextDiff;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oracle {
    entries: BTreeMap<Key, String>,
}

impl Oracle {
    /// Reads plain-format output of `pg_dump --schema-only`.
    pub fn read(text: &str) -> Oracle {
        let dump = Dump::parse(text).without_inherited();
        let entries = dump.entries().iter();
        Oracle { entries: entries.map(|(key, sql)| (key.clone(), spell(key, sql))).collect() }
    }

    /// How many entries say something else, and one unified diff of them all,
    /// from `self` to `other`.
    pub fn differences(&self, other: &Oracle) -> Differences {
        let mut found = Differences::default();
        let keys = self.entries.keys().chain(other.entries.keys());
        let keys: std::collections::BTreeSet<&Key> = keys.collect();
        for key in keys {
            let (ours, theirs) = (self.entries.get(key), other.entries.get(key));
            if ours == theirs {
                continue;
            }
            let place = if key.namespace.is_empty() { "-" } else { &key.namespace };
            let name = format!("{} {place} {}", key.kind, key.name);
            let mark = match (ours, theirs) {
                (Some(_), None) => '-',
                (None, Some(_)) => '+',
                (Some(_), Some(_)) | (None, None) => '~',
            };
            let ended = |text: Option<&String>| text.map_or(String::new(), |it| format!("{it}\n"));
            let (ours, theirs) = (ended(ours), ended(theirs));
            let diff = TextDiff::from_lines(&ours, &theirs);
            let _ = write!(found.text, "{mark} {name}\n{}", diff.unified_diff().context_radius(3));
            found.names.push(format!("{mark} {name}"));
        }
        found
    }
}

#[derive(Debug, Default)]
pub struct Differences {
    /// `~ TABLE public users`, in key order.
    pub names: Vec<String>,
    pub text: String,
}

/// One entry with nothing left to chance.
fn spell(key: &Key, sql: &str) -> String {
    let (sql, storage) = cut_storage(sql);
    let mut statements = split(sql);
    for statement in &mut statements {
        match key.kind.as_str() {
            "TABLE" | "FOREIGN TABLE" if is_create_table(statement) => {
                *statement = sort_options(&sort_list(statement));
            }
            // Kept in the order of the table's columns, which differs.
            "PUBLICATION TABLE" => *statement = sort_list(statement),
            "STATISTICS" => *statement = sort_statistics(statement),
            _ => {}
        }
    }
    statements.sort();
    statements.extend(storage.iter().map(|line| (*line).to_owned()));
    statements.join("\n")
}

/// The lines that [`Dump`] adds for settings that carry meaning.
fn cut_storage(sql: &str) -> (&str, Vec<&str>) {
    let is_storage =
        |line: &str| line.starts_with("-- tablespace ") || line.starts_with("-- access method ");
    let storage: Vec<&str> = sql.lines().filter(|line| is_storage(line)).collect();
    let end = storage.first().and_then(|line| sql.find(line)).unwrap_or(sql.len());
    (sql[..end].trim_end(), storage)
}

/// The statements of an entry. One that is run by another role says so.
fn split(sql: &str) -> Vec<String> {
    let starts = scan::starts(sql);
    let mut role = String::new();
    let mut found = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(sql.len());
        let statement = sql[*start..end].trim_end();
        if let Some(rest) = statement.strip_prefix("SET SESSION AUTHORIZATION ") {
            role = format!(" -- by {rest}");
        } else if statement == "RESET SESSION AUTHORIZATION;" {
            role.clear();
        } else {
            found.push(format!("{statement}{role}"));
        }
    }
    found
}

fn is_create_table(statement: &str) -> bool {
    let mut words = statement.split_whitespace();
    words.next() == Some("CREATE") && words.take(2).any(|word| word == "TABLE")
}

/// Sorts what stands between the first parentheses.
fn sort_list(statement: &str) -> String {
    let Some(list) = List::find(statement) else { return statement.to_owned() };
    let mut items = list.items.clone();
    items.sort_unstable();
    let items: Vec<String> = items.iter().map(|item| format!("    {item}")).collect();
    format!("{}\n{}\n{}", &statement[..list.start], items.join(",\n"), &statement[list.end..])
}

/// The storage parameters of a table, kept in the order of their setting.
fn sort_options(statement: &str) -> String {
    let Some(at) = statement.rfind("\nWITH (") else { return statement.to_owned() };
    let (head, tail) = statement.split_at(at);
    format!("{head}{}", sort_list(tail))
}

/// `CREATE STATISTICS s (kinds) ON a, b FROM t;`
fn sort_statistics(statement: &str) -> String {
    let Some((head, rest)) = statement.split_once(" ON ") else { return statement.to_owned() };
    let Some((columns, table)) = rest.rsplit_once(" FROM ") else { return statement.to_owned() };
    let wrapped = format!("({columns})");
    let Some(list) = List::find(&wrapped) else { return statement.to_owned() };
    let mut items = list.items.clone();
    items.sort_unstable();
    format!("{head} ON {} FROM {table}", items.join(", "))
}

/// A parenthesised list, taken apart at its own commas.
struct List<'a> {
    /// Behind the opening parenthesis.
    start: usize,
    /// Before the closing one.
    end: usize,
    items: Vec<&'a str>,
}

impl<'a> List<'a> {
    fn find(text: &'a str) -> Option<List<'a>> {
        let (mut depth, mut quote) = (0_usize, None);
        let (mut start, mut item) = (0, 0);
        let mut items = Vec::new();
        for (at, c) in text.char_indices() {
            match (quote, c) {
                // A doubled quote closes and opens again.
                (Some(open), _) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '(' | '[') => {
                    depth += 1;
                    if depth == 1 && c == '(' {
                        (start, item) = (at + 1, at + 1);
                    }
                }
                (None, ')' | ']') => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 && c == ')' {
                        items.push(text[item..at].trim());
                        items.retain(|item| !item.is_empty());
                        return Some(List { start, end: at, items });
                    }
                }
                (None, ',') if depth == 1 => {
                    items.push(text[item..at].trim());
                    item = at + 1;
                }
                (None, _) => {}
            }
        }
        None
    }
}
