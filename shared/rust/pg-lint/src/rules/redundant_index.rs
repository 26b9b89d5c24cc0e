//! No index is the beginning of another one.
//!
//! Must never: call an index redundant that enforces something, or holds other
//! rows.

use crate::finding::{Finding, Severity};
use crate::outline::Key;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "redundant-index",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "an index is not the beginning of another index or key of its table",
    why: "Whatever it finds, the longer one finds as well. Each index costs every INSERT \
              and UPDATE, memory and disk.",
    bad: case!("redundant-index/the_longer_index_does_its_work", "bad"),
    good: case!("redundant-index/the_longer_index_does_its_work", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for index in &outline.indexes {
        if index.is_unique || !index.include.is_empty() {
            continue;
        }
        let longer = outline.indexes_of(&index.table).find(|other| {
            other.at != index.at
                && other.method == index.method
                && other.predicate == index.predicate
                && other.keys.starts_with(&index.keys)
                // Of two that are the same the second goes.
                && (other.keys.len() > index.keys.len() || other.is_unique || other.at < index.at)
                && (index.method == "btree" || other.keys.len() == index.keys.len())
        });
        let key = outline.constraints_of(&index.table).find(|key| {
            key.is_key()
                && index.method == "btree"
                && index.predicate.is_none()
                && begins(&key.columns, &index.keys)
        });
        let by = match (longer, key) {
            (Some(other), _) => other.name.as_ref().map(|name| name.name.clone()),
            (None, Some(key)) => {
                let named = key.name.as_ref().map(|name| name.name.clone());
                Some(named.unwrap_or_else(|| format!("the key ({})", key.columns.join(", "))))
            }
            (None, None) => continue,
        };
        let by = by.unwrap_or_else(|| "another index".to_owned());
        let message = format!("{by} begins with the same columns: this one is never needed");
        found.push(RULE.at(outline.head(index.at), message));
    }
}

/// A key has its columns in ascending order, with the usual operators.
fn begins(columns: &[String], keys: &[Key]) -> bool {
    let is_plain = |(column, key): (&String, &Key)| *column == key.spelled;
    columns.len() >= keys.len() && columns.iter().zip(keys).all(is_plain)
}
