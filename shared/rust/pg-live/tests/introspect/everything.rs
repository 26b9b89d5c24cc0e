//! One of every kind, read and compared word for word: `everything.sql` makes
//! what `everything.txt` says. Lines that end in `-- since 16` or `-- until 15`
//! are for those majors; of a body only what is set is written.

use std::collections::BTreeSet;

use pg_diff::catalog::{Catalog, Kind};
use serde_json::Value;

use crate::server::{Scratch, run};

const SQL: &str = include_str!("everything.sql");
const EXPECTED: &str = include_str!("everything.txt");

/// Kinds that `everything.sql` makes: all of them.
const KINDS: usize = 39;

#[test]
fn everything_is_read() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load(SQL).await;
        let catalog = scratch.catalog().await;
        let kinds: BTreeSet<Kind> = catalog.objects.keys().map(|id| id.kind).collect();
        assert_eq!(kinds.len(), KINDS, "{kinds:?}");

        let found = written(&catalog);
        let expected = EXPECTED.lines().filter_map(|line| for_major(line, catalog.major));
        let expected: Vec<&str> = expected.collect();
        let missing: Vec<_> =
            expected.iter().filter(|line| !found.iter().any(|it| it == *line)).collect();
        let surplus: Vec<_> =
            found.iter().filter(|line| !expected.contains(&line.as_str())).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "missing {missing:#?}\nsurplus {surplus:#?}"
        );

        let other = Scratch::new(&server).await;
        other.load(SQL).await;
        assert_eq!(catalog, other.catalog().await, "loaded twice");
        scratch.drop().await;
        other.drop().await;
    });
}

/// The line without its mark, where it is for `major`.
fn for_major(line: &str, major: u32) -> Option<&str> {
    let Some((text, mark)) = line.rsplit_once(" -- ") else { return Some(line) };
    let bound = |word: &str| mark.strip_prefix(word)?.parse::<u32>().ok();
    match (bound("since "), bound("until ")) {
        (Some(since), _) => (since <= major).then_some(text),
        (_, Some(until)) => (major <= until).then_some(text),
        (None, None) => Some(line),
    }
}

fn written(catalog: &Catalog) -> Vec<String> {
    let object =
        |(id, object)| format!("{id} {}", without_nothing(serde_json::to_value(object).unwrap()));
    let objects = catalog.objects.iter().map(object);
    let edges =
        catalog.dependencies.iter().map(|(from, to, link)| format!("{from} -> {to} {link:?}"));
    let unmanaged = catalog.unmanaged.iter().map(|it| format!("unmanaged {it}"));
    let lines = objects.chain(edges).chain(unmanaged);
    // Who makes all this has another name on another server.
    let mine = |line: String| {
        let role = &catalog.role;
        line.replace(&format!("moon.{role}"), "moon.ME")
            .replace(&format!("FOR {role}"), "FOR ME")
            .replace(&format!("shop.{role}"), "shop.ME")
            .replace(&format!("privileges {role}"), "privileges ME")
    };
    lines.map(mine).collect()
}

fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.into_iter().map(|(key, value)| (key, without_nothing(value)));
            let is_nothing = |value: &Value| {
                value.is_null()
                    || *value == Value::Bool(false)
                    || *value == Value::Array(Vec::new())
            };
            Value::Object(kept.filter(|(_, value)| !is_nothing(value)).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(without_nothing).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
