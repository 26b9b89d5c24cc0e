//! Triggers of tables and views, and event triggers.
//!
//! Must never: read the triggers by which the server keeps constraints.

use pg_diff::catalog::{Body, EventTrigger, Fires, Id, Kind, Trigger};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Read, Section};

pub(super) const TRIGGERS: Section = Section { sql: include_str!("trigger.sql"), since: 14, read };

/// After the triggers.
pub(super) const EXCEPTIONS: Section =
    Section { sql: include_str!("trigger_exception.sql"), since: 14, read: read_exception };

pub(super) const EVENT_TRIGGERS: Section =
    Section { sql: include_str!("event_trigger.sql"), since: 14, read: read_event };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let Some(relation) = draft.relation(row.get(1)) else { return Ok(()) };
    let id = relation.with(Kind::Trigger, row.get(2));
    let constraint: u32 = row.get(5);
    let trigger = Trigger {
        definition: text(row, 3)?,
        fires: fires(row.get(4)),
        exceptions: Vec::new(),
        is_constraint: constraint != 0,
    };
    let address = Address::of(class::TRIGGER, row.get(0));
    let place = draft.add(address, id, Held::default(), Body::Trigger(trigger));
    if constraint != 0 {
        draft.add_part(Address::of(class::CONSTRAINT, constraint), place);
    }
    Ok(())
}

fn read_exception(draft: &mut Draft, row: &Row) -> Read {
    let Some(partition) = draft.relation(row.get(1)).cloned() else { return Ok(()) };
    let object = draft.object(Address::of(class::TRIGGER, row.get(0)));
    if let Some(Body::Trigger(trigger)) = object.map(|it| &mut it.body) {
        trigger.exceptions.push((partition, fires(row.get(2))));
    }
    Ok(())
}

fn read_event(draft: &mut Draft, row: &Row) -> Read {
    let trigger = EventTrigger {
        event: row.get(3),
        tags: row.get::<_, Option<Vec<String>>>(4).unwrap_or_default(),
        function: row.get(5),
        fires: fires(row.get(6)),
    };
    let held = Held { owner: row.get(2), acl: None };
    let id = Id::global(Kind::EventTrigger, row.get(1));
    let body = Body::EventTrigger(trigger);
    draft.add(Address::of(class::EVENT_TRIGGER, row.get(0)), id, held, body);
    Ok(())
}

/// `tgenabled`, `ev_enabled`, `evtenabled`.
pub(super) fn fires(letter: &str) -> Fires {
    match letter {
        "D" => Fires::Disabled,
        "R" => Fires::Replica,
        "A" => Fires::Always,
        _ => Fires::Origin,
    }
}
