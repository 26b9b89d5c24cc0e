//! Names that break what is put together carelessly.

use pg_diff::catalog::{Body, Grant, Grantee, Id, Kind};
use pg_live::{Session, quote_ident};

use crate::server::{Scratch, run};

/// A capital, quotes, blanks, a new line, a keyword, other alphabets, and as
/// many bytes as a name can have.
const NAMES: [&str; 8] = [
    "Introspect",
    "it's \"quoted\" introspect",
    "a.b, c (d) = $1 -- e;",
    "two\nlines\\n",
    "select",
    "пользователь_имя_которого_длинно",
    "表😀",
    "a123456789b123456789c123456789d123456789e123456789f123456789123",
];

const SQL: &str = include_str!("names.sql");

#[test]
fn any_name_is_read_as_it_is() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        let session = scratch.session().await;
        for name in NAMES {
            let quoted = quote_ident(name);
            // A run that failed may have left it.
            let _ = session.execute(&format!("CREATE ROLE {quoted}")).await;
            scratch
                .load(&SQL.replace("NAME", &quoted).replace(&format!("'{quoted}'"), "'NAME'"))
                .await;
        }
        let catalog = scratch.catalog().await;
        for name in NAMES {
            let spelled = spelled(&session, name).await;
            let is = |id: Id| catalog.get(&id).unwrap_or_else(|| panic!("{id:?} is not there"));
            is(Id::global(Kind::Namespace, name));
            is(Id::new(Kind::Enum, name, name));
            is(Id::part(Kind::Routine, name, name, &format!("{spelled}.{spelled}[]")));
            is(Id::part(Kind::DomainConstraint, name, "d", name));
            for kind in [Kind::Default, Kind::Constraint, Kind::Trigger, Kind::Rule] {
                is(Id::part(kind, name, "t", name));
            }
            let table = is(Id::new(Kind::Table, name, "t"));
            assert_eq!(table.owner.as_deref(), Some(name));
            let column = is(Id::part(Kind::Column, name, "t", name));
            let grantable =
                Grant { grantee: Grantee::Owner, privilege: "SELECT".to_owned(), grantable: true };
            assert_eq!(column.grants.as_deref(), Some([grantable].as_slice()));
            assert_eq!(column.comment.as_deref(), Some("NAME"));
            let policy = &is(Id::part(Kind::Policy, name, "t", name)).body;
            assert!(matches!(policy, Body::Policy(it) if it.roles == [name]), "{policy:?}");
            let index = &is(Id::new(Kind::Index, name, name)).body;
            let definition = format!("USING btree ({spelled}) WHERE ({spelled} IS NOT NULL)");
            assert!(matches!(index, Body::Index(it) if it.definition == definition), "{index:?}");
            let index = &is(Id::new(Kind::Index, name, "part_index")).body;
            let definition = format!("USING btree ({spelled})");
            assert!(matches!(index, Body::Index(it) if it.definition == definition), "{index:?}");
        }
        assert_eq!(catalog, scratch.catalog().await);
        scratch.drop().await;
        let session = Session::connect(&server, "test").await.unwrap();
        for name in NAMES {
            session.execute(&format!("DROP ROLE {}", quote_ident(name))).await.unwrap();
        }
    });
}

/// As PostgreSQL quotes it, where it must.
async fn spelled(session: &Session, name: &str) -> String {
    session.query_one("SELECT quote_ident($1)", &[&name]).await.unwrap().get(0)
}
