//! Which objects a rule leaves alone, and what becomes of the rest.

use super::*;
use crate::catalog::{Body, Enum, Link, Object, SequenceOwner, View};

fn object(text: &str) -> Object {
    Object::new(Body::Enum(Enum { labels: vec![text.to_owned()] }))
}

fn add(catalog: &mut Catalog, id: &Id, text: &str) {
    catalog.objects.insert(id.clone(), object(text));
}

fn filter(ignore: &[&str], only: &[&str], exclude: &[&str]) -> Filter {
    let owned = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    Filter::read(&owned(ignore), &owned(only), &owned(exclude)).expect("good rules")
}

fn table(namespace: &str, name: &str) -> Id {
    Id::new(Kind::Table, namespace, name)
}

/// The ids that differ, as text, which a filter leaves.
fn left(filter: &Filter, ids: &[Id]) -> Vec<String> {
    let (mut current, mut desired) = (Catalog::default(), Catalog::default());
    for id in ids {
        add(&mut current, id, "old");
        add(&mut desired, id, "new");
    }
    filter.apply(&current, &mut desired);
    let differs = |id: &&Id| current.get(id) != desired.get(id);
    desired.objects.keys().filter(differs).map(ToString::to_string).collect()
}

#[test]
fn kinds_globs_and_exceptions() {
    let ids = [
        Id::global(Kind::Namespace, "audit"),
        table("audit", "log"),
        table("audit", "log").with(Kind::Column, "at"),
        table("audit", "keep"),
        table("public", "messages"),
        table("public", "messages").with(Kind::Column, "old_text"),
        Id::new(Kind::View, "audit", "seen"),
    ];
    assert_eq!(left(&filter(&[], &[], &[]), &ids).len(), ids.len());
    assert_eq!(
        left(&filter(&["audit.*"], &[], &[]), &ids),
        ["table public.messages", "column public.messages.old_text"]
    );
    assert_eq!(
        left(&filter(&["table:audit.*", "!audit.keep"], &[], &[]), &ids),
        [
            "schema audit",
            "table audit.keep",
            "table public.messages",
            "column public.messages.old_text",
            "view audit.seen"
        ]
    );
    assert_eq!(
        left(&filter(&["column:old_*"], &["messages"], &[]), &ids),
        ["table public.messages"]
    );
    assert_eq!(left(&filter(&[], &["messages"], &["public.*"]), &ids), [""; 0]);
}

#[test]
fn what_belongs_to_a_table_goes_with_it() {
    let (table, sequence) = (table("public", "t"), Id::new(Kind::Sequence, "public", "t_id_seq"));
    let mut current = Catalog::default();
    add(&mut current, &table, "old");
    add(&mut current, &sequence, "old");
    let owner = SequenceOwner { column: table.with(Kind::Column, "id") };
    let owner = Object::new(Body::SequenceOwner(owner));
    current.objects.insert(sequence.of(Kind::SequenceOwner), owner);
    let mut desired = Catalog::default();
    let filtered = filter(&["public.t"], &[], &[]).apply(&current, &mut desired);
    assert_eq!(filtered.ignored.len(), 3);
    assert_eq!(desired.objects, current.objects);
}

#[test]
fn what_needs_something_that_stays_away_is_told() {
    let (current, mut desired) = (Catalog::default(), Catalog::default());
    let (table, view) = (table("audit", "log"), Id::new(Kind::View, "public", "seen"));
    add(&mut desired, &table, "new");
    let body = View { definition: "SELECT".to_owned(), options: Vec::new() };
    desired.objects.insert(view.clone(), Object::new(Body::View(body)));
    desired.dependencies.insert(view.clone(), table.clone(), Link::Normal);
    let filtered = filter(&["audit.*"], &[], &[]).apply(&current, &mut desired);
    assert_eq!(filtered.starved, [(view.clone(), table)]);
    assert_eq!(desired.objects.keys().collect::<Vec<_>>(), [&view]);
    assert!(desired.dependencies.is_empty());
}

#[test]
fn a_rule_about_nothing_is_refused() {
    for (text, why) in [
        ("tabel:x", "there is no kind `tabel`"),
        ("table:", "names nothing"),
        ("", "names nothing"),
    ] {
        let bad = Filter::read(&[text.to_owned()], &[], &[]).expect_err("bad");
        assert!(bad.why.contains(why), "{}", bad.why);
    }
    assert!(Filter::read(&["materialized-view:a".to_owned()], &[], &[]).is_ok());
}
