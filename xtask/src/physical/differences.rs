//! What a restored cluster holds beside what is served now, table by table.
//!
//! Must never: count a table as the same whose rows were not counted.

use std::fmt::Write as _;

use pg_live::facts::{Facts, TableFacts};

pub fn differences(now: &Facts, then: &Facts) -> String {
    let mut text = String::new();
    let mut same = 0;
    for it in &then.tables {
        let live = find(now, it);
        let is_counted = |live: &TableFacts| !live.estimated && !it.estimated;
        if live.is_some_and(|live| is_counted(live) && live.rows == it.rows) {
            same += 1;
        } else {
            let live = live.map_or_else(|| "not there".to_owned(), rows);
            let _ = writeln!(text, "  {:<40} {live:>12} now, {:>12} then", name(it), rows(it));
        }
    }
    for it in now.tables.iter().filter(|it| find(then, it).is_none()) {
        let _ = writeln!(text, "  {:<40} {:>12} now, not there then", name(it), rows(it));
    }
    let _ = writeln!(text, "  {same} tables have as many rows as then");
    text
}

fn find<'a>(facts: &'a Facts, wanted: &TableFacts) -> Option<&'a TableFacts> {
    facts.tables.iter().find(|it| it.namespace == wanted.namespace && it.name == wanted.name)
}

fn name(it: &TableFacts) -> String {
    format!("{}.{}", it.namespace, it.name)
}

/// Large tables are not counted.
fn rows(it: &TableFacts) -> String {
    if it.estimated { format!("about {}", it.rows) } else { it.rows.to_string() }
}

#[cfg(test)]
mod tests {
    //! Tables that are counted, and one that is too large for it.

    use super::*;

    fn facts(rows: i64, estimated: bool) -> Facts {
        let table = |name: &str, rows, estimated| TableFacts {
            namespace: "public".to_owned(),
            name: name.to_owned(),
            rows,
            estimated,
            bytes: 0,
        };
        let tables = vec![table("large", rows, estimated), table("small", 3, false)];
        Facts { tables, ..Facts::default() }
    }

    #[test]
    fn a_table_that_was_not_counted_is_never_the_same() {
        let text = differences(&facts(7, true), &facts(7, true));
        assert!(text.contains("about 7 now,      about 7 then"), "{text}");
        assert!(text.contains("1 tables have as many rows"), "{text}");
        let counted = differences(&facts(7, false), &facts(7, false));
        assert!(counted.contains("2 tables have as many rows"), "{counted}");
    }
}
