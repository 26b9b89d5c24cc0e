//! What only newer majors have.

use pg_diff::catalog::{Body, Catalog, Column, Constraint, GeneratedKind, Id, Kind, NotNull};

use crate::server::{Scratch, run};

fn column<'a>(catalog: &'a Catalog, table: &str, name: &str) -> &'a Column {
    let id = Id::part(Kind::Column, "public", table, name);
    catalog.body(&id).and_then(Body::column).unwrap()
}

fn constraint<'a>(catalog: &'a Catalog, table: &str, name: &str) -> &'a Constraint {
    let id = Id::part(Kind::Constraint, "public", table, name);
    catalog.body(&id).and_then(Body::constraint).unwrap()
}

fn not_null(
    name: Option<&str>,
    is_validated: bool,
    no_inherit: bool,
    is_local: bool,
) -> Option<NotNull> {
    Some(NotNull { name: name.map(str::to_owned), is_validated, no_inherit, is_local })
}

#[test]
fn since_15() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        if scratch.catalog().await.major < 15 {
            return scratch.drop().await;
        }
        scratch.load(include_str!("since_15.sql")).await;
        let catalog = scratch.catalog().await;
        let one = constraint(&catalog, "one", "one_a_b_key");
        assert_eq!(one.definition, "UNIQUE NULLS NOT DISTINCT (a, b)");
        let reference = constraint(&catalog, "two", "two_a_b_fkey");
        let definition = "FOREIGN KEY (a, b) REFERENCES public.one(a, b) ON DELETE SET NULL (b)";
        assert_eq!(reference.definition, definition);
        let view = &catalog.get(&Id::new(Kind::View, "public", "seen")).unwrap().body;
        assert!(
            matches!(view, Body::View(it) if it.options == ["security_invoker=true"]),
            "{view:?}"
        );
        let publication = &catalog.get(&Id::global(Kind::Publication, "rows")).unwrap().body;
        let Body::Publication(it) = publication else { panic!("{publication:?}") };
        assert_eq!(it.namespaces, [] as [&str; 0]);
        assert_eq!(it.tables[0].table, "public.one");
        assert_eq!(it.tables[0].columns, ["a", "b"]);
        assert_eq!(it.tables[0].filter.as_deref(), Some("(a > 3)"));
        let publication = &catalog.get(&Id::global(Kind::Publication, "of_schema")).unwrap().body;
        assert!(matches!(publication, Body::Publication(it) if it.namespaces == ["public"]));
        scratch.drop().await;
    });
}

#[test]
fn since_17_partitions_share_an_identity() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        if scratch.catalog().await.major < 17 {
            return scratch.drop().await;
        }
        scratch.load(include_str!("since_17.sql")).await;
        let catalog = scratch.catalog().await;
        let sequence = Id::new(Kind::Sequence, "public", "whole_number_seq");
        for table in ["whole", "half", "quarter"] {
            assert_eq!(
                column(&catalog, table, "number").identity.as_ref().unwrap().sequence,
                sequence
            );
        }
        assert!(constraint(&catalog, "half", "half_id_during_excl").parent.is_some());
        assert!(catalog.unmanaged.is_empty(), "{:?}", catalog.unmanaged);
        scratch.drop().await;
    });
}

#[test]
fn since_18() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        if scratch.catalog().await.major < 18 {
            return scratch.drop().await;
        }
        scratch.load(include_str!("since_18.sql")).await;
        let catalog = scratch.catalog().await;
        let of = |table: &str, name: &str| column(&catalog, table, name).not_null.clone();
        assert_eq!(of("one", "a"), not_null(None, true, false, true));
        assert_eq!(of("one", "b"), not_null(Some("b is there"), true, false, true));
        assert_eq!(of("one", "c"), not_null(None, false, true, true));
        assert_eq!(of("one", "d"), None);
        assert_eq!(of("child", "a"), not_null(None, true, false, false));
        assert_eq!(of("child", "b"), not_null(None, true, false, false));
        assert_eq!(of("child", "c"), None);
        let long = "t23456789012345678901234567890123456789012345678901234567890123";
        assert_eq!(of(long, "column_with_a_name"), not_null(None, true, false, true));
        let generated = column(&catalog, "one", "v").generated.clone().unwrap();
        assert_eq!((generated.kind, &*generated.expression), (GeneratedKind::Virtual, "(a * 2)"));
        let stored = column(&catalog, "one", "s").generated.clone().unwrap();
        assert_eq!(stored.kind, GeneratedKind::Stored);

        let loose = constraint(&catalog, "one", "loose");
        assert_eq!(loose.definition, "CHECK ((a > 0)) NOT ENFORCED");
        assert!(!loose.is_enforced && !loose.is_validated);
        let late = constraint(&catalog, "one", "late");
        assert_eq!(late.definition, "CHECK ((a > 1))");
        assert!(late.is_enforced && !late.is_validated);
        let booked = constraint(&catalog, "room", "room_pkey");
        assert_eq!(booked.definition, "PRIMARY KEY (id, during WITHOUT OVERLAPS)");
        assert!(booked.has_period);
        let stay = constraint(&catalog, "stay", "stay_room_during_fkey");
        let definition =
            "FOREIGN KEY (room, PERIOD during) REFERENCES public.room(id, PERIOD during)";
        assert_eq!(stay.definition, definition);
        assert!(stay.has_period);

        let publication = &catalog.get(&Id::global(Kind::Publication, "generated")).unwrap().body;
        let Body::Publication(it) = publication else { panic!("{publication:?}") };
        assert_eq!(it.options[2], "publish_generated_columns = stored");
        let large = Id::part(Kind::DefaultPrivilege, "", &catalog.role, "large objects");
        assert!(catalog.contains(&large));
        assert_eq!(catalog.unmanaged, ["name \"a name\" of NOT NULL of type public.d"]);
        scratch.drop().await;
    });
}
