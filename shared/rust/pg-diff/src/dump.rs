//! The text of `pg_dump --schema-only`, taken apart into one entry per object.
//!
//! Must never: judge. An entry is text under a key; whether two texts mean the
//! same is decided by PostgreSQL's own deparser having spelled both of them.

mod change;
mod inherited;
mod kept;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::catalog::{Id, Kind};
use crate::ddl::redacted;
use crate::scan::{Lexer, TokenKind, split_list, until_closed};
use crate::wording::settled;

pub use change::{DumpChange, compare};

/// Identity of one archive entry, as `pg_dump` writes it into the comment
/// above the entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    /// `TABLE`, `INDEX`, `FK CONSTRAINT`, `COMMENT` ... The list is
    /// `pg_dump`'s and grows with its versions, so it is open here.
    pub kind: String,
    /// Empty for objects outside any namespace (extensions, event triggers).
    pub namespace: String,
    pub name: String,
}

/// One object's SQL, as spelled by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub key: Key,
    pub sql: String,
}

/// All entries of one database, in key order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dump {
    entries: BTreeMap<Key, String>,
}

impl Dump {
    /// Parses plain-format output of `pg_dump --schema-only`.
    ///
    /// Everything that varies between two dumps of equal schemas is dropped:
    /// the preamble, version comments, and the random `\restrict` token that
    /// 14.19, 15.14, 16.10, 17.6 and later write. The two session settings
    /// that carry meaning (`default_tablespace`,
    /// `default_table_access_method`) become a line of the entries they apply
    /// to, so that the order of entries does not matter.
    pub fn parse(text: &str) -> Dump {
        let mut parser = Parser::default();
        for line in text.lines() {
            parser.line(line);
        }
        parser.finish()
    }

    pub fn entries(&self) -> &BTreeMap<Key, String> {
        &self.entries
    }

    /// The same with everything in one fixed order that has none: the columns
    /// of a table, and the options behind WITH. Two databases may have got
    /// them at different times.
    #[must_use]
    pub fn without_order(self) -> Dump {
        let mut all = self.without_inherited();
        all.sort();
        all
    }

    /// Tables without what they have from their parents as well.
    #[must_use]
    pub fn without_inherited(mut self) -> Dump {
        inherited::leave_out(&mut self.entries);
        self
    }

    /// Without what lies in quarantine.
    #[must_use]
    pub fn without_kept(mut self, kept: &BTreeSet<Id>) -> Dump {
        if !kept.is_empty() {
            kept::leave_out(&mut self.entries, kept);
        }
        self
    }

    fn sort(&mut self) {
        for (key, sql) in &mut self.entries {
            if key.kind.ends_with("TABLE") {
                *sql = sorted_columns(sql);
            }
            if sql.contains("WITH (") {
                *sql = sql.lines().map(sorted_options).collect::<Vec<_>>().join("\n");
            }
        }
    }

    /// How many entries of each kind there are, in the order of the kinds.
    pub fn count_by_kind(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for key in self.entries.keys() {
            *counts.entry(key.kind.clone()).or_default() += 1;
        }
        counts
    }
}

#[derive(Default)]
struct Parser {
    dump: Dump,
    current: Option<(Key, Vec<String>)>,
    tablespace: String,
    access_method: String,
}

impl Parser {
    fn line(&mut self, line: &str) {
        if let Some(key) = parse_header(line) {
            self.close();
            self.current = Some((key, Vec::new()));
        } else if let Some(value) = setting(line, "default_tablespace") {
            self.tablespace = value.to_owned();
        } else if let Some(value) = setting(line, "default_table_access_method") {
            self.access_method = value.to_owned();
        } else if line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ") {
            // Random per run: never part of the schema.
        } else if let Some((_, body)) = &mut self.current {
            body.push(line.to_owned());
        }
    }

    fn close(&mut self) {
        let Some((key, body)) = self.current.take() else { return };
        let mut sql = strip_frame(&body);
        if key.kind == "USER MAPPING" {
            // It is going to be shown where it differs.
            sql = redacted(&Id::global(Kind::UserMapping, ""), &sql);
        }
        if holds_storage(&key.kind) {
            if !self.tablespace.is_empty() {
                sql.push_str(&format!("\n-- tablespace {}", self.tablespace));
            }
            if !self.access_method.is_empty() && self.access_method != "heap" {
                sql.push_str(&format!("\n-- access method {}", self.access_method));
            }
        }
        sql = settled(sql);
        // Entries may share a key (two ACLs of one table): the texts add up.
        let slot = self.dump.entries.entry(key).or_default();
        if !slot.is_empty() {
            slot.push('\n');
        }
        slot.push_str(&sql);
    }

    fn finish(mut self) -> Dump {
        self.close();
        self.dump
    }
}

/// Sorts what stands between the parentheses of `CREATE TABLE`; a name may
/// hold whatever it likes, ends of lines too. The result is for comparing, not
/// for running.
fn sorted_columns(sql: &str) -> String {
    let mut tokens = Lexer::new(sql).skip_while(|it| !it.is(sql, "create"));
    let opens = tokens.find(|it| it.kind == TokenKind::OpenParenthesis);
    let Some((head, rest)) = opens.map(|it| sql.split_at(it.end)) else { return sql.to_owned() };
    let Some((list, tail)) = until_closed(rest) else { return sql.to_owned() };
    let mut all = split_list(list);
    all.sort_unstable();
    format!("{head}\n{}\n){tail}", all.join(",\n"))
}

/// Sorts what stands between the parentheses of the last `WITH (...)`.
fn sorted_options(line: &str) -> String {
    let Some((before, rest)) = line.rsplit_once("WITH (") else { return line.to_owned() };
    let Some((options, behind)) = rest.split_once(')') else { return line.to_owned() };
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    format!("{before}WITH ({}){behind}", options.join(", "))
}

/// Kinds whose text is affected by the two storage settings.
fn holds_storage(kind: &str) -> bool {
    matches!(kind, "TABLE" | "INDEX" | "MATERIALIZED VIEW" | "CONSTRAINT")
}

/// `-- Name: messages; Type: TABLE; Schema: public; Owner: osint_user`
///
/// Read from the right, because only the name can hold the separators.
fn parse_header(line: &str) -> Option<Key> {
    let rest = line.strip_prefix("-- Name: ")?;
    let (rest, _owner) = rest.rsplit_once("; Owner: ")?;
    let (rest, namespace) = rest.rsplit_once("; Schema: ")?;
    let (name, kind) = rest.rsplit_once("; Type: ")?;
    let namespace = if namespace == "-" { "" } else { namespace };
    Some(Key { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() })
}

fn setting<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let value = line.strip_prefix("SET ")?.strip_prefix(name)?.strip_prefix(" = ")?;
    Some(value.trim_end_matches(';').trim_matches('\''))
}

/// Drops the `--` frame lines and blank lines around an entry's statements,
/// and the archive's closing comment.
fn strip_frame(body: &[String]) -> String {
    let is_frame =
        |line: &String| matches!(line.as_str(), "" | "--" | "-- PostgreSQL database dump complete");
    let first = body.iter().position(|line| !is_frame(line)).unwrap_or(body.len());
    let last = body.iter().rposition(|line| !is_frame(line)).map_or(first, |at| at + 1);
    body[first..last].join("\n")
}

#[cfg(test)]
mod tests;
