//! What differs between two dumps, object by object.
//!
//! Must never: say how to mend it. That is the plan's work.

use serde::Serialize;
use similar::TextDiff;

use super::{Dump, Key};

/// One object on which declared and live disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum DumpChange {
    /// Declared in init.sql, absent from the live database.
    Missing { object: Key, declared: String },
    /// In the live database, not declared in init.sql.
    Extra { object: Key, live: String },
    /// On both sides, spelled differently.
    Changed { object: Key, declared: String, live: String },
}

impl DumpChange {
    pub fn object(&self) -> &Key {
        match self {
            DumpChange::Missing { object, .. }
            | DumpChange::Extra { object, .. }
            | DumpChange::Changed { object, .. } => object,
        }
    }

    /// `-` for missing, `+` for extra, `~` for changed: what the live side
    /// has, seen from init.sql.
    pub fn mark(&self) -> char {
        match self {
            DumpChange::Missing { .. } => '-',
            DumpChange::Extra { .. } => '+',
            DumpChange::Changed { .. } => '~',
        }
    }

    /// A unified diff from the declared text to the live one, three lines of
    /// context, without a header.
    pub fn unified(&self) -> String {
        let (declared, live) = match self {
            DumpChange::Missing { declared, .. } => (declared.as_str(), ""),
            DumpChange::Extra { live, .. } => ("", live.as_str()),
            DumpChange::Changed { declared, live, .. } => (declared.as_str(), live.as_str()),
        };
        let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\n") };
        let (declared, live) = (ended(declared), ended(live));
        TextDiff::from_lines(&declared, &live).unified_diff().context_radius(3).to_string()
    }
}

/// Every difference, in key order.
pub fn compare(declared: &Dump, live: &Dump) -> Vec<DumpChange> {
    let mut changes = Vec::new();
    for (key, sql) in declared.entries() {
        match live.entries().get(key) {
            None => {
                changes.push(DumpChange::Missing { object: key.clone(), declared: sql.clone() })
            }
            Some(other) if other != sql => changes.push(DumpChange::Changed {
                object: key.clone(),
                declared: sql.clone(),
                live: other.clone(),
            }),
            Some(_) => {}
        }
    }
    for (key, sql) in live.entries() {
        if !declared.entries().contains_key(key) {
            changes.push(DumpChange::Extra { object: key.clone(), live: sql.clone() });
        }
    }
    changes.sort_by(|a, b| a.object().cmp(b.object()));
    changes
}

#[cfg(test)]
mod tests {
    //! Each kind of difference is seen once, and equal dumps have none.

    use super::*;

    fn dump(tables: &[(&str, &str)]) -> Dump {
        let text: String = tables
            .iter()
            .map(|(name, sql)| {
                format!(
                    "--\n-- Name: {name}; Type: TABLE; Schema: public; Owner: o\n--\n\n{sql}\n\n"
                )
            })
            .collect();
        Dump::parse(&text)
    }

    #[test]
    fn equal_dumps_have_no_difference() {
        assert_eq!(compare(&dump(&[("a", "x")]), &dump(&[("a", "x")])), []);
    }

    #[test]
    fn missing_extra_and_changed_are_told_apart() {
        let changes = compare(&dump(&[("a", "1"), ("b", "2")]), &dump(&[("b", "3"), ("c", "4")]));
        let marks: String = changes.iter().map(DumpChange::mark).collect();
        assert_eq!(marks, "-~+");
        assert!(changes[1].unified().contains("-2\n+3\n"), "{}", changes[1].unified());
    }
}
