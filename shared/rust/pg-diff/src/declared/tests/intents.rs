//! Annotations matched with a catalog.

use super::*;
use crate::catalog::{
    Body, Catalog, Column, Composite, Constraint, ConstraintKind, Enum, Id, Kind, Object, Routine,
    RoutineKind, Table, TableKind,
};

fn table() -> Body {
    Body::Table(Table {
        kind: TableKind::Ordinary,
        is_unlogged: false,
        partition_key: None,
        partition: None,
        inherits: Vec::new(),
        options: Vec::new(),
        access_method: None,
        replica_identity: crate::catalog::ReplicaIdentity::Default,
        row_security: false,
        force_row_security: false,
        cluster_on: None,
        of_type: None,
    })
}

fn column(type_name: &str) -> Body {
    Body::Column(Column {
        type_name: type_name.to_owned(),
        collation: None,
        not_null: None,
        identity: None,
        generated: None,
        storage: None,
        compression: None,
        statistics: None,
        options: Vec::new(),
        foreign_options: Vec::new(),
        is_local: true,
    })
}

fn primary_key(columns: &[&str]) -> Body {
    Body::Constraint(Constraint {
        kind: ConstraintKind::Primary,
        definition: String::new(),
        is_validated: true,
        is_enforced: true,
        is_deferrable: false,
        is_deferred: false,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        references: None,
        is_local: true,
        parent: None,
        has_period: false,
        index_comment: None,
    })
}

fn routine() -> Body {
    Body::Routine(Routine {
        kind: RoutineKind::Function,
        definition: String::new(),
        signature: String::new(),
        argument_defaults: 0,
        is_window: false,
        has_atomic_body: false,
    })
}

/// `a.t` and `public.t` with columns, and a few others.
fn catalog() -> Catalog {
    let mut catalog = Catalog { role: "me".to_owned(), ..Catalog::default() };
    let strings = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut add = |id: Id, body: Body| {
        if id.kind == Kind::Column {
            let order = catalog.column_order.entry(id.of(Kind::Table)).or_default();
            order.push(id.part.clone());
        }
        catalog.objects.insert(id, Object::new(body));
    };
    for namespace in ["a", "public"] {
        add(Id::new(Kind::Table, namespace, "t"), table());
        add(Id::part(Kind::Column, namespace, "t", "id"), column("integer"));
        add(Id::part(Kind::Column, namespace, "t", "title"), column("text"));
        add(Id::part(Kind::Constraint, namespace, "t", "pk"), primary_key(&["id"]));
    }
    add(Id::new(Kind::Table, "me", "mine"), table());
    add(Id::global(Kind::Namespace, "a"), Body::Namespace);
    add(Id::new(Kind::Enum, "public", "mood"), Body::Enum(Enum { labels: strings(&["new", "b"]) }));
    let field = crate::catalog::Attribute {
        name: "x".to_owned(),
        type_name: "integer".to_owned(),
        collation: None,
        comment: None,
    };
    let composite = Composite { attributes: vec![field] };
    add(Id::new(Kind::Composite, "public", "pair"), Body::Composite(composite));
    add(Id::part(Kind::Routine, "public", "f", "integer, text"), routine());
    add(Id::part(Kind::Routine, "public", "f", "integer, public.mood[]"), routine());
    add(Id::part(Kind::Routine, "public", "g", ""), routine());
    catalog
}

fn resolve(text: &str) -> Result<Intents, Vec<String>> {
    let resolved = read_one(text).annotations.resolve(&catalog());
    resolved.map_err(|errors| {
        errors
            .into_iter()
            .map(|it| match &it.hint {
                Some(hint) => format!("{it} ({hint})").replacen("init.sql:", "", 1),
                None => it.to_string().replacen("init.sql:", "", 1),
            })
            .collect()
    })
}

fn renames(text: &str) -> Vec<String> {
    let intents = resolve(text).expect("resolves");
    let shown = |rename: &Rename| {
        let from: Vec<String> = rename.from.iter().map(ToString::to_string).collect();
        format!("{} <- {}", rename.to, from.join(", "))
    };
    intents.renames.iter().map(shown).collect()
}

#[test]
fn names_are_found_by_the_path() {
    let of =
        |head: &str| renames(&format!("{head}\n-- @renamed from=o, x.n\nCREATE TABLE t (id int);"));
    assert_eq!(of(""), ["table public.t <- table public.o, table x.n"]);
    assert_eq!(of("SET search_path = nowhere, a, public;"), ["table a.t <- table a.o, table x.n"]);
    let qualified = "SET search_path = '';\n-- @renamed from=\"O\"\nCREATE TABLE a.t (id int);";
    assert_eq!(renames(qualified), ["table a.t <- table a.O"]);
    assert_eq!(
        renames("-- @renamed from=yours\nCREATE TABLE mine ();"),
        ["table me.mine <- table me.yours"]
    );
}

#[test]
fn parts_are_named_under_their_relation() {
    let text = "CREATE TABLE t (\n  id int, -- @renamed from=key\n\
        title text, -- @using b::text\n-- @backfill '' batch=10\n  CONSTRAINT pk PRIMARY KEY (id) -- @renamed from=t_pkey\n);";
    let found = errors(text);
    assert_eq!(found, ["4:4: `@backfill` is about a column, and this is a constraint"]);
    let text = text.replace("\n-- @backfill '' batch=10", "");
    assert_eq!(
        renames(&text),
        [
            "column public.t.id <- column public.t.key",
            "constraint public.t.pk <- constraint public.t.t_pkey"
        ]
    );
    let intents = resolve(&text).expect("resolves");
    let title = Id::part(Kind::Column, "public", "t", "title");
    assert_eq!(intents.using.get(&title).map(String::as_str), Some("b::text"));
    assert_eq!(intents.places.get(&(Word::Using, title)).map(|it| it.line), Some(3));
}

#[test]
fn values_and_dates_are_kept() {
    let text = "-- @deprecated since=2026-01-01 remove-after=2026-02-01\nCREATE SCHEMA a;\n\
        ALTER TABLE a.t ADD COLUMN title text; -- @backfill upper('x') batch=10";
    let intents = resolve(text).expect("resolves");
    let title = Id::part(Kind::Column, "a", "t", "title");
    let fill = Fill { expression: "upper('x')".to_owned(), batch: 10 };
    assert_eq!(intents.backfills, [(title, fill)].into());
    let dates = intents.deprecated.get(&Id::global(Kind::Namespace, "a")).expect("there");
    assert_eq!(dates.remove_after.parts(), (2026, 2, 1));
}

#[test]
fn routines_are_told_apart_by_their_arguments() {
    let of = |arguments: &str| {
        resolve(&format!(
            "-- @renamed from=h\nCREATE FUNCTION f({arguments}) RETURNS int RETURN 1;"
        ))
        .map(|intents| intents.renames[0].from[0].to_string())
    };
    for arguments in
        ["a int, b text", "int4, text DEFAULT 'x'", "IN a integer, b pg_catalog.text, OUT c int"]
    {
        assert_eq!(of(arguments).as_deref(), Ok("function public.h(integer, text)"), "{arguments}");
    }
    for arguments in
        ["a int = 1, VARIADIC b mood[]", "int, b public.mood ARRAY", "int, \"mood\"[3]"]
    {
        let found = of(arguments);
        assert_eq!(
            found.as_deref(),
            Ok("function public.h(integer, public.mood[])"),
            "{arguments}"
        );
    }
    assert!(
        of("a date, b date").is_err_and(|why| why[0].starts_with("1:4: 2 functions are called f"))
    );
    // Where there is one only, nothing has to be told apart.
    let one = "-- @renamed from=h\nCREATE FUNCTION g(whatever) RETURNS int RETURN 1;";
    assert_eq!(renames(one), ["function public.g() <- function public.h()"]);
}

#[test]
fn labels_and_fields_are_renamed_within_their_type() {
    let text = "CREATE TYPE mood AS ENUM ('new' /* @renamed from=\"Old\", older */, 'b');\n\
        CREATE TYPE pair AS (x int -- @renamed from=y\n);";
    let intents = resolve(text).expect("resolves");
    let shown: Vec<String> = intents
        .part_renames
        .iter()
        .map(|it| format!("{}.{} <- {:?} at {}", it.of, it.to, it.from, it.span))
        .collect();
    assert_eq!(
        shown,
        [
            "type public.mood.new <- [\"Old\", \"older\"] at init.sql:1:36",
            "type public.pair.x <- [\"y\"] at init.sql:2:31"
        ]
    );
}

#[test]
fn seeds_name_columns_that_are_there() {
    let of = |said: &str| resolve(&format!("-- @seed {said}\nINSERT INTO t VALUES (1);"));
    let rule = |key: &[&str], update: &[&str]| SeedRule {
        table: Id::new(Kind::Table, "public", "t"),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        update: update.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(of("key=(title)").map(|it| it.seeds), Ok(vec![rule(&["title"], &[])]));
    assert_eq!(of("update=(title)").map(|it| it.seeds), Ok(vec![rule(&["id"], &["title"])]));
    let wrong = |said: &str| of(said).expect_err("does not resolve");
    assert_eq!(
        wrong("key=(titel)"),
        ["1:4: table public.t has no column `titel` (did you mean `title`?)"]
    );
    assert_eq!(wrong("key=id update=id"), ["1:4: `id` finds the row: it cannot be updated too"]);
    let twice = "-- @seed key=(id)\nINSERT INTO t VALUES (1);\n-- @seed key=(id)\nINSERT INTO t VALUES (2);";
    assert_eq!(resolve(twice).map(|it| it.seeds.len()), Ok(1));
    let unlike = twice.replacen("key=(id)", "key=(title)", 1);
    assert_eq!(
        resolve(&unlike).expect_err("contradicts"),
        ["3:4: `@seed` of table public.t is said before, at init.sql:1:4"]
    );
    let without = "-- @seed update=(id)\nINSERT INTO mine VALUES (1);";
    assert_eq!(resolve(without).expect_err("no column").len(), 1);
}

#[test]
fn what_is_not_made_is_told_with_the_nearest_name() {
    let wrong = |text: &str| resolve(text).expect_err("does not resolve");
    assert_eq!(
        wrong("CREATE TABLE t (titel text -- @using x\n);"),
        [
            "1:31: the files do not make the column t.titel, when all of them ran (did you mean `title`?)"
        ]
    );
    assert_eq!(
        wrong("-- @renamed from=x\nCREATE TABLE public.tt ();"),
        [
            "1:4: the files do not make the table public.tt, when all of them ran (did you mean `t`?)"
        ]
    );
    assert_eq!(
        wrong("CREATE TYPE mood AS ENUM ('newx' /* @renamed from=x */);"),
        [
            "1:37: the files do not make the label mood.newx, when all of them ran (did you mean `new`?)"
        ]
    );
    assert_eq!(wrong("-- @renamed from=x\nCREATE VIEW t AS SELECT 1;").len(), 1);
}

#[test]
fn contradictions_are_told() {
    let wrong = |text: &str| resolve(text).expect_err("contradicts");
    assert_eq!(
        wrong("-- @renamed from=t\nCREATE TABLE t (id int);"),
        ["1:4: table public.t cannot have been renamed from itself"]
    );
    assert_eq!(
        wrong("CREATE TABLE t (\nid int, -- @renamed from=x\ntitle text -- @renamed from=y, x\n);"),
        ["3:15: column public.t.x was renamed already, at init.sql:2:12"]
    );
    assert_eq!(
        wrong("-- @renamed from=x\n-- @renamed from=y\nCREATE TABLE t (id int);"),
        ["2:4: `@renamed` of table public.t is said before, at init.sql:1:4"]
    );
    let label = "CREATE TYPE mood AS ENUM (\n'new' /* @renamed from=new */,\n'b' /* @renamed from=c */ /* @renamed from=d */);";
    assert_eq!(wrong(label).len(), 2);
}

#[test]
fn annotations_that_did_their_work_are_stale() {
    let text = "-- @renamed from=o\nCREATE TABLE t (\nid int, -- @renamed from=key\n\
        title text -- @using x::text\n-- @backfill ''\n);";
    let text = text.replace("\n-- @backfill ''", "\n, id2 int");
    let desired = catalog();
    let declared = read_one(&text.replace(", id2 int", ""));
    let intents = declared.annotations.resolve(&desired).expect("resolves");
    let words = |live: &Catalog| -> Vec<(Word, usize)> {
        let found = stale(&intents, &desired, live);
        found.iter().map(|it| (it.word, it.span.as_ref().map_or(0, |span| span.line))).collect()
    };
    assert_eq!(words(&desired), [(Word::Renamed, 1), (Word::Renamed, 3), (Word::Using, 4)]);

    // The table and its column are still under their old names.
    let mut before = catalog();
    let old = Id::new(Kind::Table, "public", "o");
    for (from, to) in [
        (Id::new(Kind::Table, "public", "t"), old.clone()),
        (Id::part(Kind::Column, "public", "t", "id"), old.with(Kind::Column, "key")),
        (Id::part(Kind::Column, "public", "t", "title"), old.with(Kind::Column, "title")),
    ] {
        let object = before.objects.remove(&from).expect("there");
        before.objects.insert(to, object);
    }
    assert_eq!(words(&before), []);

    // The type is another one.
    let mut other = catalog();
    let title = Id::part(Kind::Column, "public", "t", "title");
    other.objects.insert(title, Object::new(column("integer")));
    assert_eq!(words(&other), [(Word::Renamed, 1), (Word::Renamed, 3)]);
}

#[test]
fn a_fill_or_a_label_that_is_done_is_stale() {
    let text = "CREATE TYPE mood AS ENUM ('new' /* @renamed from=old */, 'b');\n\
        CREATE TABLE t (id int -- @backfill 0\n);";
    let desired = catalog();
    let intents = read_one(text).annotations.resolve(&desired).expect("resolves");
    assert_eq!(stale(&intents, &desired, &desired).len(), 2);
    let mut before = catalog();
    let labels = Enum { labels: vec!["old".to_owned(), "b".to_owned()] };
    let mood = Id::new(Kind::Enum, "public", "mood");
    before.objects.insert(mood, Object::new(Body::Enum(labels)));
    before.objects.remove(&Id::part(Kind::Column, "public", "t", "id"));
    assert_eq!(stale(&intents, &desired, &before), []);
    let why = &stale(&intents, &desired, &desired)[1].why;
    assert_eq!(why, "type public.mood has no part called `old` any more");
}
