//! Publications, and what each publishes.
//!
//! Must never: leave an option out: its default may be another one tomorrow.

use pg_diff::catalog::{Body, Id, Kind, Object, Publication, PublishedTable};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, sorted};
use super::{Read, Section};

pub(super) const PUBLICATIONS: Section =
    Section { sql: include_str!("publication.sql"), since: 14, read: read_publication };

pub(super) const PUBLISHED_TABLES: Section =
    Section { sql: include_str!("published_table.sql"), since: 14, read: read_table };

pub(super) const PUBLISHED_NAMESPACES: Section =
    Section { sql: include_str!("published_namespace.sql"), since: 15, read: read_namespace };

fn read_publication(draft: &mut Draft, row: &Row) -> Read {
    let actions = ["insert", "update", "delete", "truncate"].into_iter().zip(4..);
    let actions = actions.filter(|(_, column)| row.get::<_, bool>(*column));
    let actions: Vec<&str> = actions.map(|(action, _)| action).collect();
    let mut options = vec![
        format!("publish = '{}'", actions.join(", ")),
        format!("publish_via_partition_root = {}", row.get::<_, bool>(8)),
    ];
    if let Some(generated) = row.get::<_, Option<&str>>(9) {
        let which = if generated == "s" { "stored" } else { "none" };
        options.push(format!("publish_generated_columns = {which}"));
    }
    let publication =
        Publication { all_tables: row.get(3), options, tables: Vec::new(), namespaces: Vec::new() };
    let held = Held { owner: row.get(2), acl: None };
    let id = Id::global(Kind::Publication, row.get(1));
    let body = Body::Publication(publication);
    draft.add(Address::of(class::PUBLICATION, row.get(0)), id, held, body);
    Ok(())
}

fn read_table(draft: &mut Draft, row: &Row) -> Read {
    if let Some(publication) = publication(draft, row.get(0)) {
        let columns = sorted(row, 2);
        publication.tables.push(PublishedTable { table: row.get(1), columns, filter: row.get(3) });
    }
    Ok(())
}

fn read_namespace(draft: &mut Draft, row: &Row) -> Read {
    if let Some(publication) = publication(draft, row.get(0)) {
        publication.namespaces.push(row.get(1));
    }
    Ok(())
}

fn publication(draft: &mut Draft, oid: u32) -> Option<&mut Publication> {
    match draft.object(Address::of(class::PUBLICATION, oid)) {
        Some(Object { body: Body::Publication(publication), .. }) => Some(publication),
        Some(_) | None => None,
    }
}
