//! Which renames are found, and which are refused.

use super::*;
use crate::catalog::{Body, Catalog, Enum, Index, Kind, Object};
use crate::declared::{Intents, Rename};

fn table(name: &str) -> Id {
    Id::new(Kind::Table, "public", name)
}

/// Bodies do not matter for names.
fn catalog(ids: &[Id]) -> Catalog {
    let object = Object::new(Body::Enum(Enum { labels: vec![] }));
    let mut catalog = Catalog::default();
    catalog.objects.extend(ids.iter().map(|id| (id.clone(), object.clone())));
    catalog
}

fn intents(renames: &[(&[Id], Id)]) -> Intents {
    let rename = |(from, to): &(&[Id], Id)| Rename { from: from.to_vec(), to: to.clone() };
    Intents { renames: renames.iter().map(rename).collect(), ..Intents::default() }
}

fn sql(renamed: &[Renamed]) -> Vec<String> {
    renamed.iter().flat_map(|it| &it.steps).map(Step::sql).collect()
}

#[test]
fn a_table_is_renamed_before_its_column() {
    let (a, b) = (table("a"), table("b"));
    let column = |table: &Id, name: &str| table.with(Kind::Column, name);
    let current = catalog(&[a.clone(), column(&a, "x")]);
    let desired = catalog(&[b.clone(), column(&b, "y")]);
    let intents = intents(&[(&[column(&b, "x")], column(&b, "y")), (&[a], b)]);
    let renamed = asked(&current, &desired, &intents).expect("no conflict");
    assert_eq!(
        sql(&renamed),
        ["ALTER TABLE public.a RENAME TO b", "ALTER TABLE public.b RENAME COLUMN x TO y"]
    );
    assert_eq!(renamed[0].steps[0].hazards[0].kind, HazardKind::BreaksClients);
}

#[test]
fn what_is_done_is_not_done_again() {
    let intents = intents(&[(&[table("a")], table("b"))]);
    let done = catalog(&[table("b")]);
    assert_eq!(asked(&done, &done, &intents), Ok(vec![]));
    // Something new may have taken the old name since.
    let both = catalog(&[table("a"), table("b")]);
    assert_eq!(asked(&both, &both, &intents), Ok(vec![]));
}

#[test]
fn two_names_at_once_are_a_conflict() {
    let intents = intents(&[(&[table("a"), table("c")], table("b"))]);
    let desired = catalog(&[table("b")]);
    for current in [[table("a"), table("b")], [table("a"), table("c")]] {
        let conflicts = asked(&catalog(&current), &desired, &intents).expect_err("both");
        assert!(conflicts[0].message.starts_with("both table public."), "{conflicts:?}");
    }
}

#[test]
fn names_are_exchanged_by_way_of_the_new_one() {
    // a becomes b, and a new a is made.
    let intents = intents(&[(&[table("a")], table("b"))]);
    let desired = catalog(&[table("a"), table("b")]);
    let renamed = asked(&catalog(&[table("a")]), &desired, &intents).expect("no conflict");
    assert_eq!(sql(&renamed), ["ALTER TABLE public.a RENAME TO b"]);
}

#[test]
fn a_move_is_two_statements() {
    let intents = intents(&[(&[Id::new(Kind::Table, "old", "a")], table("b"))]);
    let current = catalog(&[Id::new(Kind::Table, "old", "a")]);
    let renamed = asked(&current, &catalog(&[table("b")]), &intents).expect("no conflict");
    assert_eq!(
        sql(&renamed),
        ["ALTER TABLE old.a SET SCHEMA public", "ALTER TABLE public.a RENAME TO b"]
    );
}

#[test]
fn a_renamed_namespace_holds_what_it_held() {
    let (old, new) = (Id::global(Kind::Namespace, "old"), Id::global(Kind::Namespace, "new"));
    let inside = |namespace: &str, name: &str| Id::new(Kind::Table, namespace, name);
    let current = catalog(&[old.clone(), inside("old", "a")]);
    let desired = catalog(&[new.clone(), inside("new", "b")]);
    let intents = intents(&[(&[inside("new", "a")], inside("new", "b")), (&[old], new)]);
    let renamed = asked(&current, &desired, &intents).expect("no conflict");
    assert_eq!(sql(&renamed), ["ALTER SCHEMA old RENAME TO new", "ALTER TABLE new.a RENAME TO b"]);
}

fn index(definition: &str) -> Object {
    Object::new(Body::Index(Index {
        table: table("t"),
        definition: definition.to_owned(),
        is_unique: false,
        is_valid: true,
        parent: None,
        is_partitioned: false,
        statistics: vec![],
    }))
}

#[test]
fn the_same_index_under_another_name_is_renamed() {
    let side = |list: &[(&str, &str)]| {
        let mut catalog = catalog(&[table("t")]);
        for (name, definition) in list {
            catalog.objects.insert(Id::new(Kind::Index, "public", name), index(definition));
        }
        catalog
    };
    let one = following(&side(&[("i", "USING btree (a)")]), &side(&[("j", "USING btree (a)")]));
    assert_eq!(sql(&one), ["ALTER INDEX public.i RENAME TO j"]);
    assert_eq!(
        following(&side(&[("i", "USING btree (a)")]), &side(&[("j", "USING hash (a)")])),
        []
    );
    let two = side(&[("i", "USING btree (a)"), ("k", "USING btree (a)")]);
    assert_eq!(following(&two, &side(&[("j", "USING btree (a)")])), []);
}
