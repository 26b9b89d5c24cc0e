//! A dump without what lies in quarantine.
//!
//! Must never: take away more of a table than the columns that are kept.

use std::collections::{BTreeMap, BTreeSet};

use super::Key;
use crate::catalog::{Id, Kind};
use crate::ddl::ident;
use crate::quarantine::is_kept_name;

pub fn leave_out(entries: &mut BTreeMap<Key, String>, kept: &BTreeSet<Id>) {
    let ours = kept.iter().filter(|id| is_kept_name(&id.namespace));
    let namespaces: BTreeSet<&str> = ours.map(|id| &*id.namespace).collect();
    let is_sequence = |key: &Key| {
        kept.iter().filter(|id| id.kind == Kind::Sequence).any(|id| {
            let name = key.name.strip_prefix("SEQUENCE ").unwrap_or(&key.name);
            *key.namespace == *id.namespace && (name == &*id.name || name == ident(&id.name))
        })
    };
    let columns: Vec<&Id> = kept
        .iter()
        .filter(|id| id.kind == Kind::Column && !namespaces.contains(&*id.namespace))
        .collect();
    entries.retain(|key, _| {
        let is_namespace = key.namespace.is_empty()
            && namespaces.iter().any(|it| key.name == *it || key.name == format!("SCHEMA {it}"));
        let is_column = |id: &&&Id| {
            *key.namespace == *id.namespace
                && key.name.starts_with("COLUMN ")
                && key.name.ends_with(&format!(".{}", ident(&id.part)))
        };
        let is_kept = is_namespace || namespaces.contains(&*key.namespace);
        !is_kept && !is_sequence(key) && !columns.iter().any(|id| is_column(&id))
    });
    for (key, sql) in entries.iter_mut().filter(|(key, _)| key.kind.ends_with("TABLE")) {
        let own =
            columns.iter().filter(|id| *key.namespace == *id.namespace && *key.name == *id.name);
        for id in own {
            *sql = without_column(sql, &ident(&id.part));
        }
    }
}

/// Its line in CREATE TABLE, and what is said of it behind that.
fn without_column(sql: &str, column: &str) -> String {
    let (declared, altered) = (format!("    {column} "), format!(" ALTER COLUMN {column} "));
    let is_about = |line: &&str| line.starts_with(&declared) || line.contains(&altered);
    let mut lines: Vec<&str> = sql.lines().filter(|line| !is_about(line)).collect();
    // The line before may be the last of the list now.
    let end = lines.iter().position(|line| line.starts_with(')'));
    if let Some(last) = end.and_then(|end| lines.get_mut(end.checked_sub(1)?)) {
        *last = last.strip_suffix(',').unwrap_or(last);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    //! Columns in the middle and at the end; a namespace with all in it.

    use super::super::Dump;
    use super::*;

    fn dump(text: &str) -> Dump {
        Dump::parse(text)
    }

    fn entry(kind: &str, namespace: &str, name: &str, sql: &str) -> String {
        format!("--\n-- Name: {name}; Type: {kind}; Schema: {namespace}; Owner: o\n--\n\n{sql}\n\n")
    }

    #[test]
    fn what_is_kept_is_in_no_dump() {
        let table = |columns: &str| {
            entry("TABLE", "public", "t", &format!("CREATE TABLE public.t (\n{columns}\n);"))
        };
        let live = [
            table("    xtask_kept_a text,\n    id integer,\n    \"xtask_kept_É\" text"),
            entry("COMMENT", "public", "COLUMN t.xtask_kept_a", "COMMENT ON COLUMN ..."),
            entry("SCHEMA", "-", "xtask_kept_public", "CREATE SCHEMA xtask_kept_public;"),
            entry("TABLE", "xtask_kept_public", "gone", "CREATE TABLE ..."),
            entry("SEQUENCE", "public", "xtask_kept_a_seq", "CREATE SEQUENCE ..."),
            entry("COMMENT", "public", "SEQUENCE xtask_kept_a_seq", "COMMENT ON ..."),
        ];
        let table_id = Id::new(Kind::Table, "public", "t");
        let kept = BTreeSet::from([
            table_id.with(Kind::Column, "xtask_kept_a"),
            table_id.with(Kind::Column, "xtask_kept_É"),
            Id::new(Kind::Table, "xtask_kept_public", "gone"),
            Id::new(Kind::Sequence, "public", "xtask_kept_a_seq"),
        ]);
        assert_eq!(dump(&live.concat()).without_kept(&kept), dump(&table("    id integer")));
    }
}
