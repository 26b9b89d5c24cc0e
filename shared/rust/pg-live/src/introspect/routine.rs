//! Functions and procedures.
//!
//! Must never: look into a body.

use pg_diff::catalog::{Body, Kind, Routine, RoutineKind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Read, Section};

pub(super) const ROUTINES: Section = Section { sql: include_str!("routine.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let Some(id) = draft.id(Kind::Routine, row.get(1), row.get(2)) else { return Ok(()) };
    let id = id.with(Kind::Routine, row.get::<_, Option<&str>>(3).unwrap_or_default());
    let kind: &str = row.get(6);
    let mut signature = text(row, 8)?;
    if let Some(result) = row.get::<_, Option<&str>>(9) {
        signature = format!("({signature}) RETURNS {result}");
    }
    let mut definition = text(row, 7)?;
    definition.truncate(definition.trim_end_matches('\n').len());
    let routine = Routine {
        kind: if kind == "p" { RoutineKind::Procedure } else { RoutineKind::Function },
        definition,
        signature,
        argument_defaults: row.get(10),
        is_window: kind == "w",
        has_atomic_body: row.get(11),
    };
    let acl: Option<Vec<String>> = row.get(5);
    let held = Held { owner: row.get(4), acl: acl.as_deref() };
    draft.add(Address::of(class::ROUTINE, row.get(0)), id, held, Body::Routine(routine));
    Ok(())
}
