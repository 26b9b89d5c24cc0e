//! Constraints of tables. The index of a PRIMARY KEY, UNIQUE or EXCLUDE is
//! part of its constraint.
//!
//! Must never: read what the server makes by itself for partitions.

use pg_diff::catalog::{Body, Constraint, ConstraintKind, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Read, Section};

pub(super) const CONSTRAINTS: Section =
    Section { sql: include_str!("constraint.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let (oid, table): (u32, u32) = (row.get(0), row.get(1));
    let Some(relation) = draft.relation(table) else { return Ok(()) };
    let id = relation.with(Kind::Constraint, row.get(2));
    let kind = match row.get(3) {
        "p" => ConstraintKind::Primary,
        "u" => ConstraintKind::Unique,
        "x" => ConstraintKind::Exclude,
        "f" => ConstraintKind::Foreign,
        _ => ConstraintKind::Check,
    };
    let (is_validated, is_enforced): (bool, bool) = (row.get(5), row.get(6));
    let (is_deferrable, is_deferred): (bool, bool) = (row.get(7), row.get(8));
    let mut definition = text(row, 4)?;
    // Source: pg_get_constraintdef_worker, whose last word this is.
    if !is_validated && is_enforced {
        shorten(&mut definition, " NOT VALID");
    }
    if matches!(kind, ConstraintKind::Primary | ConstraintKind::Unique) {
        add_options(&mut definition, row.get(15), is_deferrable, is_deferred);
    }
    let numbers: Vec<i16> = row.get::<_, Option<Vec<i16>>>(9).unwrap_or_default();
    let mut columns: Vec<String> = numbers
        .iter()
        .filter_map(|number| draft.get(Address::column(table, (*number).into())))
        .map(|column| column.part.to_string())
        .collect();
    if kind == ConstraintKind::Check {
        // Theirs is the order in the table, which is not compared.
        columns.sort_unstable();
    }
    let constraint = Constraint {
        kind,
        definition,
        is_validated,
        is_enforced,
        is_deferrable,
        is_deferred,
        columns,
        references: draft.any_relation(row.get(10)).cloned(),
        is_local: row.get(11),
        parent: None,
        has_period: row.get(16),
        index_comment: None,
    };
    let place = draft.add(
        Address::of(class::CONSTRAINT, oid),
        id,
        Held::default(),
        Body::Constraint(constraint),
    );
    let (parent, index, index_parent): (u32, u32, Option<u32>) =
        (row.get(12), row.get(13), row.get(14));
    if parent != 0 {
        draft.attached.push((place, Address::of(class::CONSTRAINT, parent)));
    } else if let Some(parent) = index_parent {
        draft.attached.push((place, Address::of(class::RELATION, parent)));
    }
    if !matches!(kind, ConstraintKind::Foreign | ConstraintKind::Check) {
        draft.add_part(Address::of(class::RELATION, index), place);
    }
    Ok(())
}

fn shorten(text: &mut String, end: &str) {
    if text.ends_with(end) {
        text.truncate(text.len() - end.len());
    }
}

/// `pg_get_constraintdef` leaves out the storage parameters of the index of a
/// PRIMARY KEY or UNIQUE. They stand before DEFERRABLE.
fn add_options(
    definition: &mut String,
    options: Option<Vec<String>>,
    is_deferrable: bool,
    is_deferred: bool,
) {
    let Some(mut options) = options else { return };
    options.sort_unstable();
    let tail = match (is_deferrable, is_deferred) {
        (_, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        (false, false) => "",
    };
    shorten(definition, tail);
    let options = options.iter().map(|option| match option.split_once('=') {
        Some((name, value)) => format!("{name}={}", crate::session::quote_literal(value)),
        None => option.clone(),
    });
    let options: Vec<String> = options.collect();
    *definition = format!("{definition} WITH ({}){tail}", options.join(", "));
}

#[cfg(test)]
mod tests {
    use super::add_options;

    #[test]
    fn options_stand_before_deferrable() {
        let said = |definition: &str, deferrable: bool, deferred: bool| {
            let mut text = definition.to_owned();
            add_options(&mut text, Some(vec!["fillfactor=70".to_owned()]), deferrable, deferred);
            text
        };
        assert_eq!(said("UNIQUE (a)", false, false), "UNIQUE (a) WITH (fillfactor='70')");
        assert_eq!(
            said("UNIQUE (a) DEFERRABLE INITIALLY DEFERRED", true, true),
            "UNIQUE (a) WITH (fillfactor='70') DEFERRABLE INITIALLY DEFERRED"
        );
        assert_eq!(
            said("UNIQUE (a) DEFERRABLE", true, false),
            "UNIQUE (a) WITH (fillfactor='70') DEFERRABLE"
        );
    }
}
