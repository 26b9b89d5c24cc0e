//! Which sequence takes the place of which: by the column it fills, then by
//! its name.
//!
//! Must never: go by names alone. A serial's sequence that becomes an
//! identity's is called otherwise.

use std::collections::BTreeMap;

use pg_diff::Catalog;
use pg_diff::catalog::{Body, Id, Kind};
use pg_diff::rename::{Renamed, old_name};
use pg_live::numbers::Counter;
use pg_live::quote_ident;

use super::matching::place;

pub fn counters(from: &Catalog, to: &Catalog, renamed: &[Renamed]) -> Vec<Counter> {
    let (olds, news) = (owners(from), owners(to));
    let by_column: BTreeMap<&Id, &Id> =
        olds.iter().map(|(sequence, column)| (column, sequence)).collect();
    let all = to.objects.iter().filter_map(|(id, object)| Some((id, object.body.sequence()?)));
    all.map(|(id, sequence)| {
        let column = news.get(id);
        let same_column = column.and_then(|it| by_column.get(&old_name(renamed, it)).copied());
        let same_name = Some(old_name(renamed, id)).filter(|it| from.contains(it));
        let mut old: Vec<String> = same_column.map(place).into_iter().collect();
        old.extend(same_name.as_ref().map(place));
        old.dedup();
        Counter {
            old,
            new: place(id),
            column: column
                .filter(|it| is_integer(to, it))
                .map(|it| (place(&it.of(Kind::Table)), quote_ident(&it.part))),
            increment: sequence.increment,
            cycles: sequence.cycles,
        }
    })
    .collect()
}

/// Sequences and the columns they fill.
fn owners(catalog: &Catalog) -> BTreeMap<Id, Id> {
    let mut owners = BTreeMap::new();
    for (id, object) in &catalog.objects {
        if let Body::SequenceOwner(owner) = &object.body {
            owners.insert(id.of(Kind::Sequence), owner.column.clone());
        }
        if let Some(identity) = object.body.column().and_then(|it| it.identity.as_ref()) {
            owners.insert(identity.sequence.clone(), id.clone());
        }
    }
    owners
}

/// A serial may fill a column of text; its largest text says nothing.
fn is_integer(catalog: &Catalog, column: &Id) -> bool {
    let column = catalog.body(column).and_then(|it| it.column());
    column.is_some_and(|it| ["smallint", "integer", "bigint"].contains(&it.type_name.as_str()))
}
