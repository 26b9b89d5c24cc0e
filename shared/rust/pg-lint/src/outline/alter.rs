//! ALTER TABLE, action by action; ALTER of anything else as one action.
//!
//! Must never: apply an action to the table it is about.

use std::ops::Range;

use super::column;
use super::constraint;
use super::{Column, Constraint, Name, Reader};

#[derive(Clone, Debug)]
pub struct Alter {
    pub at: usize,
    /// `table`, `index`, `domain`, `type`, ...
    pub what: String,
    pub table: Name,
    pub actions: Vec<Action>,
}

#[derive(Clone, Debug)]
pub struct Action {
    pub kind: ActionKind,
    pub range: Range<usize>,
}

#[derive(Clone, Debug)]
pub enum ActionKind {
    AddColumn {
        column: Column,
        constraints: Vec<Constraint>,
    },
    AddConstraint(Constraint),
    ValidateConstraint {
        name: Name,
    },
    DropColumn {
        name: Name,
    },
    DropConstraint,
    SetNotNull {
        column: Name,
    },
    SetType {
        column: Name,
    },
    SetDefault,
    RenameColumn,
    Rename,
    EnableRowSecurity,
    /// Without CONCURRENTLY.
    Detach,
    /// What says how something is, and cannot be said in a CREATE: owner,
    /// storage, statistics, partitions, replica identity.
    Other,
}

impl Action {
    /// What it adds: a constraint, or those of a column.
    pub fn constraints(&self) -> &[Constraint] {
        if let ActionKind::AddConstraint(constraint) = &self.kind {
            std::slice::from_ref(constraint)
        } else if let ActionKind::AddColumn { constraints, .. } = &self.kind {
            constraints
        } else {
            &[]
        }
    }

    /// The column it adds.
    pub fn column(&self) -> Option<&Column> {
        if let ActionKind::AddColumn { column, .. } = &self.kind { Some(column) } else { None }
    }
}

pub fn read(at: usize, mut reader: Reader<'_>) -> Option<Alter> {
    let first = reader.advance()?;
    let what = Reader::new(reader.source(), &[first]).spelled();
    if what == "foreign" || what == "materialized" {
        reader.advance()?;
    }
    let _ = reader.accept("if exists");
    let _ = reader.accept("only");
    let table = reader.qualified()?;
    let _ = reader.tokens().first().filter(|token| token.text(reader.source()) == "*").is_some()
        && reader.advance().is_some();
    let has_columns = ["table", "foreign", "view", "materialized", "type"].contains(&what.as_str());
    let actions = reader.items().into_iter().map(|item| {
        let range = item.range();
        let kind = if has_columns { action(item) } else { ActionKind::Other };
        Action { kind, range }
    });
    Some(Alter { at, what, table, actions: actions.collect() })
}

fn action(mut reader: Reader<'_>) -> ActionKind {
    if reader.accept("add") {
        if constraint::begins(&reader) {
            return constraint::of_table(reader)
                .map_or(ActionKind::Other, ActionKind::AddConstraint);
        }
        let _ = reader.accept("column");
        let _ = reader.accept("if not exists");
        return match column::read(reader) {
            Some((column, constraints)) => ActionKind::AddColumn { column, constraints },
            None => ActionKind::Other,
        };
    }
    if reader.accept("validate constraint") {
        let name = reader.name();
        return name.map_or(ActionKind::Other, |name| ActionKind::ValidateConstraint { name });
    }
    if reader.accept("drop constraint") {
        return ActionKind::DropConstraint;
    }
    if reader.accept("drop") {
        let _ = reader.accept_any(&["column", "attribute"]);
        let _ = reader.accept("if exists");
        return reader.name().map_or(ActionKind::Other, |name| ActionKind::DropColumn { name });
    }
    if reader.accept("rename to") {
        return ActionKind::Rename;
    }
    if reader.accept_any(&["rename constraint", "rename value"]) {
        return ActionKind::Other;
    }
    if reader.accept("rename") {
        return ActionKind::RenameColumn;
    }
    if reader.accept("enable row level security") {
        return ActionKind::EnableRowSecurity;
    }
    if reader.accept("detach partition") {
        let _ = reader.qualified();
        let is_online = reader.accept("concurrently") || reader.accept("finalize");
        return if is_online { ActionKind::Other } else { ActionKind::Detach };
    }
    if reader.accept("alter") {
        let _ = reader.accept_any(&["column", "attribute"]);
        let Some(column) = reader.name() else { return ActionKind::Other };
        if reader.accept("set not null") {
            return ActionKind::SetNotNull { column };
        }
        if reader.accept_any(&["type", "set data type"]) {
            return ActionKind::SetType { column };
        }
        if reader.accept_any(&["set default", "drop default"]) {
            return ActionKind::SetDefault;
        }
    }
    ActionKind::Other
}
