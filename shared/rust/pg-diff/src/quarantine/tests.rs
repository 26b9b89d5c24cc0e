//! What is kept, left alone, and taken back, on catalogs made by hand.

use super::*;
use crate::catalog::{Body, Catalog, Column, NotNull, ReplicaIdentity, Table, TableKind};
use crate::plan::{Options, plan};

fn put_table(catalog: &mut Catalog, name: &str, columns: &[&str]) -> Id {
    let id = Id::new(Kind::Table, "public", name);
    let table = Table {
        kind: TableKind::Ordinary,
        is_unlogged: false,
        partition_key: None,
        partition: None,
        inherits: Vec::new(),
        options: Vec::new(),
        access_method: None,
        replica_identity: ReplicaIdentity::Default,
        row_security: false,
        force_row_security: false,
        cluster_on: None,
        of_type: None,
    };
    catalog.objects.insert(id.clone(), Object::new(Body::Table(table)));
    for name in columns {
        catalog.objects.insert(id.with(Kind::Column, name), Object::new(Body::Column(column())));
    }
    catalog.column_order.insert(id.clone(), columns.iter().map(|it| (*it).into()).collect());
    id
}

fn column() -> Column {
    let not_null = NotNull { name: None, is_validated: true, no_inherit: false, is_local: true };
    Column {
        type_name: "text".to_owned(),
        collation: None,
        not_null: Some(not_null),
        identity: None,
        generated: None,
        storage: None,
        compression: None,
        statistics: None,
        options: Vec::new(),
        foreign_options: Vec::new(),
        is_local: true,
    }
}

fn terms() -> Keep {
    Keep {
        dropped: "2026-11-30T00:00:00Z".to_owned(),
        until: "2026-12-14T00:00:00Z".to_owned(),
        by: "init.sql".to_owned(),
    }
}

fn sql(moves: &[crate::rename::Renamed]) -> Vec<String> {
    let all = moves.iter().flat_map(|it| &it.steps).map(Step::sql);
    all.filter(|it| !it.starts_with("COMMENT")).collect()
}

/// The current side once the column was kept.
fn with_kept() -> (Catalog, Id) {
    let mut current = Catalog::default();
    let table = put_table(&mut current, "t", &["id", "xtask_kept_notes", "more"]);
    let kept = table.with(Kind::Column, "xtask_kept_notes");
    let mark = Mark::new(table.with(Kind::Column, "notes"), &terms());
    current.objects.get_mut(&kept).expect("was put").comment = Some(mark.text());
    (current, table)
}

#[test]
fn a_column_and_a_table_move_and_an_empty_table_goes() {
    let (mut current, mut desired) = (Catalog::default(), Catalog::default());
    let table = put_table(&mut current, "t", &["id", "notes"]);
    put_table(&mut desired, "t", &["id"]);
    let gone = put_table(&mut current, "gone", &["id"]);
    let empty = put_table(&mut current, "none", &["id"]);
    let keeping = keep(&current, &desired, &terms(), &|id| *id == empty);
    assert_eq!(
        sql(&keeping.moves),
        [
            "CREATE SCHEMA xtask_kept_public",
            "ALTER TABLE public.gone SET SCHEMA xtask_kept_public",
            "ALTER TABLE public.t RENAME COLUMN notes TO xtask_kept_notes",
        ]
    );
    let all = keep(&current, &desired, &terms(), &|id| *id == table || *id == gone || *id == empty);
    assert_eq!(sql(&all.moves), Vec::<String>::new());
}

#[test]
fn what_is_kept_is_wanted_where_it_stands_and_refuses_nothing() {
    let (current, table) = with_kept();
    let mut desired = Catalog::default();
    put_table(&mut desired, "t", &["id", "more"]);
    let left = leave_alone(&current, &mut desired);
    assert_eq!(left.len(), 1);
    assert_eq!(desired.column_order[&table], current.column_order[&table]);
    let steps = plan(&current, &desired, &Options::default()).steps;
    let steps: Vec<String> = steps.iter().map(Step::sql).collect();
    assert_eq!(steps, ["ALTER TABLE public.t ALTER COLUMN xtask_kept_notes DROP NOT NULL"]);
}

#[test]
fn a_name_without_the_mark_and_a_mark_without_the_name_are_nobodys() {
    let (mut current, table) = with_kept();
    let id = table.with(Kind::Column, "xtask_kept_notes");
    let object = current.objects.remove(&id).expect("was put");
    current.objects.insert(table.with(Kind::Column, "notes"), object.clone());
    current.objects.insert(id, Object { comment: None, ..object });
    assert!(kept(&current).is_empty());
    assert!(leave_alone(&current, &mut Catalog::default()).is_empty());
}

#[test]
fn what_is_declared_again_comes_back_unless_its_name_is_taken() {
    let (mut current, table) = with_kept();
    let mut desired = Catalog::default();
    put_table(&mut desired, "t", &["id", "notes", "more"]);
    let rename = "ALTER TABLE public.t RENAME COLUMN xtask_kept_notes TO notes";
    assert_eq!(sql(&take_back(&current, &desired).expect("free")), [rename]);
    let mut again = current.clone();
    leave_alone(&current, &mut again);
    assert_eq!(take_back(&current, &again), Ok(vec![]), "nobody declared it");
    let taken = table.with(Kind::Column, "notes");
    current.objects.insert(taken.clone(), Object::new(Body::Column(column())));
    assert_eq!(take_back(&current, &desired), Ok(vec![]));
    let asked = std::collections::BTreeSet::from([table.with(Kind::Column, "xtask_kept_notes")]);
    assert_eq!(take_out(&current, &asked), Err((taken, "notes".to_owned())));
}

#[test]
fn what_only_the_other_side_keeps_is_not_made_anew() {
    let (past, table) = with_kept();
    let mut current = Catalog::default();
    put_table(&mut current, "t", &["id", "more"]);
    let mut desired = past;
    leave_alone(&current, &mut desired);
    assert!(plan(&current, &desired, &Options { online: false, ..Options::default() }).is_empty());
    assert_eq!(desired.column_order[&table].len(), 2);
}
