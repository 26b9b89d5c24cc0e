//! Functions, triggers, rules, event triggers.
//!
//! Must never: change a body's text that is quoted.

use super::{Statement, ident, literal, table_head};
use crate::catalog::{EventTrigger, Fires, Id, Kind, Routine, Trigger};

/// `pg_get_functiondef` says CREATE OR REPLACE already.
pub fn replace_routine(routine: &Routine) -> Statement {
    Statement::whole(routine.definition.trim_end())
}

/// `CREATE TRIGGER ...` → `CREATE OR REPLACE TRIGGER ...`.
pub fn or_replace(definition: &str) -> String {
    definition.replacen("CREATE ", "CREATE OR REPLACE ", 1)
}

/// Of a trigger or rule of a table, when it does not fire as usual.
pub fn set_fires(id: &Id, fires: Fires) -> Statement {
    let how = match fires {
        Fires::Origin => "ENABLE",
        Fires::Disabled => "DISABLE",
        Fires::Replica => "ENABLE REPLICA",
        Fires::Always => "ENABLE ALWAYS",
    };
    let what = if id.kind == Kind::Rule { "RULE" } else { "TRIGGER" };
    // On a partitioned table it goes down to the clones of the partitions.
    Statement::action(table_head(id, false), format!("{how} {what} {}", ident(&id.part)))
}

/// On a partition it goes down as well.
pub fn set_exceptions(id: &Id, trigger: &Trigger) -> impl Iterator<Item = Statement> {
    let exceptions = trigger.exceptions.iter();
    exceptions.map(|(table, fires)| set_fires(&table.with(Kind::Trigger, &id.part), *fires))
}

pub fn create_event_trigger(id: &Id, trigger: &EventTrigger) -> Statement {
    let tags = if trigger.tags.is_empty() {
        String::new()
    } else {
        let tags: Vec<String> = trigger.tags.iter().map(|it| literal(it)).collect();
        format!(" WHEN TAG IN ({})", tags.join(", "))
    };
    Statement::whole(format!(
        "CREATE EVENT TRIGGER {} ON {}{tags} EXECUTE FUNCTION {}()",
        ident(&id.name),
        trigger.event,
        trigger.function
    ))
}

pub fn alter_event_trigger(id: &Id, fires: Fires) -> Statement {
    let how = match fires {
        Fires::Origin => "ENABLE",
        Fires::Disabled => "DISABLE",
        Fires::Replica => "ENABLE REPLICA",
        Fires::Always => "ENABLE ALWAYS",
    };
    Statement::whole(format!("ALTER EVENT TRIGGER {} {how}", ident(&id.name)))
}
