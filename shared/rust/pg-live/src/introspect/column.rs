//! Columns, their defaults, and how NOT NULL is said of them.
//!
//! Must never: read a system column or a dropped one.

use pg_diff::catalog::{
    Body, Column, Default, Generated, GeneratedKind, Id, Identity, Kind, NotNull, Object,
};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, sorted, text};
use super::{Moved, Read, Section};

pub(super) const COLUMNS: Section =
    Section { sql: include_str!("column.sql"), since: 14, read: read_column };

pub(super) const NOT_NULLS: Section =
    Section { sql: include_str!("not_null.sql"), since: 18, read: read_not_null };

fn read_column(draft: &mut Draft, row: &Row) -> Read {
    let (table, number, name): (u32, i16, &str) = (row.get(0), row.get(1), row.get(2));
    let Some(relation) = draft.relations.get(&table) else { return Ok(()) };
    let id = relation.id.with(Kind::Column, name);
    let owner = relation.owner.clone();
    let address = Address::column(table, number.into());
    let identity = match row.get(6) {
        "" => None,
        how => {
            let sequence = identity(draft, table, name).cloned().ok_or(Moved)?;
            Some(Identity { always: how == "a", sequence })
        }
    };
    let default: Option<u32> = row.get(15);
    let generated = match row.get(7) {
        "s" => Some(GeneratedKind::Stored),
        "v" => Some(GeneratedKind::Virtual),
        _ => None,
    };
    let generated = match generated {
        Some(kind) => Some(Generated { kind, expression: text(row, 16)? }),
        None => None,
    };
    let is_generated = generated.is_some();
    let not_null = row.get::<_, bool>(5).then_some(NotNull {
        name: None,
        is_validated: true,
        no_inherit: false,
        is_local: true,
    });
    let column = Column {
        type_name: row.get(3),
        collation: row.get(4),
        not_null,
        identity,
        generated,
        storage: row.get::<_, Option<&str>>(8).map(|letter| storage(letter).to_owned()),
        compression: compression(row.get(9)).map(str::to_owned),
        statistics: row.get(10),
        options: sorted(row, 11),
        foreign_options: sorted(row, 12),
        is_local: row.get(13),
    };
    draft.columns.entry(table).or_default().push((number, id.part.clone()));
    let default_id = id.with(Kind::Default, name);
    let acl: Option<Vec<String>> = row.get(14);
    // A column has no owner of its own, but its grants name the table's.
    let held = Held { owner: Some(&owner), acl: acl.as_deref() };
    let place = draft.add(address, id, held, Body::Column(column));
    if let Some(object) = draft.object(address) {
        object.owner = None;
    }
    if let Some(oid) = default {
        let address = Address::of(class::DEFAULT, oid);
        if is_generated {
            draft.add_part(address, place);
        } else {
            let body = Body::Default(Default { expression: text(row, 16)? });
            draft.add(address, default_id, Held::default(), body);
        }
    }
    Ok(())
}

/// The sequence of an identity column. Since 17 a partition's is its parent's.
fn identity<'a>(draft: &'a Draft, table: u32, column: &str) -> Option<&'a Id> {
    let mut table = table;
    loop {
        if let Some(sequence) = draft.identities.get(&(table, column.to_owned())) {
            return Some(sequence);
        }
        table = *draft.parents.get(&table)?.first()?;
    }
}

fn read_not_null(draft: &mut Draft, row: &Row) -> Read {
    let (table, number, name): (u32, i16, &str) = (row.get(0), row.get(1), row.get(2));
    let address = Address::column(table, number.into());
    let Some(id) = draft.get(address) else { return Ok(()) };
    let is_given = name == pg_diff::ddl::usual_not_null_name(&id.name, &id.part);
    let not_null = NotNull {
        name: (!is_given).then(|| name.to_owned()),
        is_validated: row.get(3),
        no_inherit: row.get(4),
        is_local: row.get(5),
    };
    if let Some(Object { body: Body::Column(column), .. }) = draft.object(address) {
        column.not_null = Some(not_null);
    }
    Ok(())
}

fn storage(letter: &str) -> &'static str {
    match letter {
        "p" => "PLAIN",
        "e" => "EXTERNAL",
        "m" => "MAIN",
        _ => "EXTENDED",
    }
}

fn compression(letter: &str) -> Option<&'static str> {
    match letter {
        "p" => Some("pglz"),
        "l" => Some("lz4"),
        _ => None,
    }
}
