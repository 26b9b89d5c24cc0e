//! Functions, procedures, triggers, event triggers, policies.
//!
//! Must never: replace a function whose signature CREATE OR REPLACE refuses.

use super::{Differ, Property, Show, Way};
use crate::catalog::{EventTrigger, Fires, Policy, PolicyCommand, Routine, RoutineKind, Trigger};

/// CREATE OR REPLACE keeps the result type and the names of arguments, and
/// takes no default away. Source: manual, CREATE FUNCTION.
pub fn routine(differ: &mut Differ, old: &Routine, new: &Routine) {
    differ.check(Property::Kind, Way::Recreate, &old.kind, &new.kind);
    differ.check(Property::Signature, Way::Recreate, &old.signature, &new.signature);
    let keeps_defaults = old.argument_defaults <= new.argument_defaults;
    let way =
        if keeps_defaults && old.is_window == new.is_window { Way::Replace } else { Way::Recreate };
    differ.check(Property::Definition, way, &old.definition, &new.definition);
}

pub fn trigger(differ: &mut Differ, old: &Trigger, new: &Trigger) {
    // A replaced one leaves its clones on partitions behind.
    let per_row = |it: &Trigger| it.definition.contains(" FOR EACH ROW ");
    let is_plain = !old.is_constraint && !new.is_constraint && per_row(old) == per_row(new);
    let way = if is_plain { Way::Replace } else { Way::Recreate };
    differ.check(Property::Definition, way, &old.definition, &new.definition);
    differ.check(Property::Fires, Way::Alter, &times(old), &times(new));
}

/// When it fires, on which tables.
fn times(trigger: &Trigger) -> String {
    let exceptions = trigger.exceptions.iter();
    let exceptions = exceptions.map(|(table, fires)| format!(", {} on {table}", fires.show()));
    trigger.fires.show() + &exceptions.collect::<String>()
}

pub fn event_trigger(differ: &mut Differ, old: &EventTrigger, new: &EventTrigger) {
    differ.check(Property::Event, Way::Recreate, &old.event, &new.event);
    differ.check(Property::Options, Way::Recreate, &old.tags, &new.tags);
    differ.check(Property::Definition, Way::Recreate, &old.function, &new.function);
    differ.check(Property::Fires, Way::Alter, &old.fires, &new.fires);
}

/// ALTER POLICY sets roles and expressions; it takes no expression away.
pub fn policy(differ: &mut Differ, old: &Policy, new: &Policy) {
    differ.check(Property::Command, Way::Recreate, &old.command, &new.command);
    differ.check(Property::Kind, Way::Recreate, &old.permissive, &new.permissive);
    differ.check(Property::Roles, Way::Alter, &old.roles, &new.roles);
    let way = |to: &Option<String>| if to.is_some() { Way::Alter } else { Way::Recreate };
    differ.check(Property::Using, way(&new.using), &old.using, &new.using);
    differ.check(Property::Check, way(&new.check), &old.check, &new.check);
}

impl Show for RoutineKind {
    fn show(&self) -> String {
        match self {
            RoutineKind::Function => "function",
            RoutineKind::Procedure => "procedure",
        }
        .to_owned()
    }
}

impl Show for Fires {
    fn show(&self) -> String {
        match self {
            Fires::Origin => "enabled",
            Fires::Disabled => "disabled",
            Fires::Replica => "on replicas",
            Fires::Always => "always",
        }
        .to_owned()
    }
}

impl Show for PolicyCommand {
    fn show(&self) -> String {
        match self {
            PolicyCommand::All => "ALL",
            PolicyCommand::Select => "SELECT",
            PolicyCommand::Insert => "INSERT",
            PolicyCommand::Update => "UPDATE",
            PolicyCommand::Delete => "DELETE",
        }
        .to_owned()
    }
}
