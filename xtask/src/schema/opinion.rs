//! Two opinions on one comparison: ours, object by object, and that of
//! `pg_dump`, text by text.
//!
//! Must never: let one of them overrule the other. What only one sees is told.

use pg_diff::catalog::{Id, Kind};
use pg_diff::dump::{self, DumpChange, Key};
use pg_diff::{Change, Dump};

/// What two dumps differ in, order that means nothing aside; the texts are
/// those of the dumps.
pub fn compare(declared: &Dump, live: &Dump) -> Vec<DumpChange> {
    let mut changes = dump::compare(declared, live);
    if changes.is_empty() {
        return changes;
    }
    let (declared, live) = (declared.clone().without_order(), live.clone().without_order());
    changes.retain(|change| {
        let key = change.object();
        declared.entries().get(key) != live.entries().get(key)
    });
    changes
}

/// Differences that only one of the two sees.
pub fn apart<'a>(
    ours: &'a [Change],
    theirs: &'a [DumpChange],
) -> (Vec<&'a Change>, Vec<&'a DumpChange>) {
    let is_theirs =
        |change: &&Change| theirs.iter().any(|it| is_about(it.object(), change.object()));
    let is_ours =
        |change: &&DumpChange| ours.iter().any(|it| is_about(change.object(), it.object()));
    (
        ours.iter().filter(|it| !is_theirs(it)).collect(),
        theirs.iter().filter(|it| !is_ours(it)).collect(),
    )
}

/// True when an entry of a dump may be about an object: `pg_dump` names a
/// column's default `messages id`, and a comment `TABLE messages`.
pub fn is_about(key: &Key, id: &Id) -> bool {
    let own = [&*id.name, id.own_name()];
    let is_named = |name: &&str| {
        let mut words = key.name.split([' ', '.', '(', ',']).map(|word| word.trim_matches('"'));
        key.name == **name || words.any(|word| word == *name)
    };
    let is_there = *key.namespace == *id.namespace
        || key.namespace.is_empty()
        || id.namespace.is_empty()
        || id.kind == Kind::DefaultPrivilege;
    is_there && own.iter().any(is_named)
}

#[cfg(test)]
mod tests {
    //! Names as `pg_dump` writes them.

    use super::*;

    #[test]
    fn entries_are_matched_with_objects() {
        let key = |kind: &str, name: &str| Key {
            kind: kind.to_owned(),
            namespace: "public".to_owned(),
            name: name.to_owned(),
        };
        let table = Id::new(Kind::Table, "public", "messages");
        let column = table.with(Kind::Column, "id");
        assert!(is_about(&key("TABLE", "messages"), &column));
        assert!(is_about(&key("COMMENT", "COLUMN messages.id"), &column));
        assert!(is_about(&key("DEFAULT", "messages id"), &table.with(Kind::Default, "id")));
        let routine = Id::part(Kind::Routine, "public", "f", "integer");
        assert!(is_about(&key("FUNCTION", "f(integer)"), &routine));
        assert!(!is_about(&key("TABLE", "messages_old"), &table));
        assert!(!is_about(
            &Key { namespace: "audit".to_owned(), ..key("TABLE", "messages") },
            &table
        ));
    }
}
