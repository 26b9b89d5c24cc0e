//! What queries spell themselves is what PostgreSQL's own functions spell,
//! word for word.

use std::collections::BTreeMap;

use pg_diff::catalog::{Body, Kind};

use crate::server::{Scratch, run};

const INDEXES: &str = "SELECT i.relname::text, pg_get_indexdef(i.oid)
  FROM pg_catalog.pg_class i WHERE i.relkind IN ('i', 'I') AND i.oid >= 16384";

/// Without storage parameters, which the function leaves out.
const CONSTRAINTS: &str = include_str!("plain_constraints.sql");

#[test]
fn plain_indexes_and_keys_are_spelled_as_the_server_does() {
    run(|server| async move {
        let scratch = Scratch::new(&server).await;
        scratch.load(include_str!("plain.sql")).await;
        let session = scratch.session().await;
        let catalog = scratch.catalog().await;
        let mut spelled: [BTreeMap<String, Vec<String>>; 2] = Default::default();
        for (all, sql) in spelled.iter_mut().zip([INDEXES, CONSTRAINTS]) {
            for row in session.query(sql, &[]).await.unwrap() {
                all.entry(row.get(0)).or_default().push(row.get(1));
            }
        }
        let [indexes, constraints] = &spelled;
        let (mut plain, mut seen) = ([0, 0], [0, 0]);
        for (id, object) in &catalog.objects {
            if id.kind == Kind::Index
                && let Body::Index(index) = &object.body
            {
                seen[0] += 1;
                let is_same = |it: &String| it.ends_with(&format!(" {}", index.definition));
                assert!(indexes[&*id.name].iter().any(is_same), "{id}: {}", index.definition);
                plain[0] += usize::from(!index.definition.contains([',', '=']));
            } else if let Body::Constraint(constraint) = &object.body
                && let Some(all) = constraints.get(&*id.part)
            {
                seen[1] += 1;
                let is_same =
                    |it: &String| it.trim_end_matches(" NOT VALID") == constraint.definition;
                assert!(all.iter().any(is_same), "{id}: {} {all:?}", constraint.definition);
                plain[1] += usize::from(!constraint.definition.contains(','));
            }
        }
        assert!(seen[0] > 700 && seen[1] > 300, "only {seen:?}");
        assert!(plain[0] > 400 && plain[1] > 200, "only {plain:?}");
        scratch.drop().await;
    });
}
