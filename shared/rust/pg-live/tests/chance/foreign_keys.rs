//! Foreign keys, each over columns of its own.

use super::draft::{Draft, Relation, RelationKind, names};

/// After all tables: they point in circles too.
pub fn write(draft: &mut Draft) {
    let all: Vec<Relation> = draft.tables().cloned().collect();
    let is_target = |it: &&Relation| !it.key.is_empty() && !it.is_unlogged;
    let targets: Vec<Relation> = all.iter().filter(is_target).cloned().collect();
    for table in &all {
        for number in ["r1", "r2"] {
            let slot = format!("{}.{number}", table.slot);
            if !draft.dice.exists(&slot, 30) {
                continue;
            }
            let target = draft.dice.choose(&format!("{slot} to"), &targets, |it| &it.slot);
            if let Some(target) = target {
                foreign_key(draft, &slot, table, target);
            }
        }
    }
}

/// The column is made for it, so that its type is the key's.
fn foreign_key(draft: &mut Draft, slot: &str, table: &Relation, target: &Relation) {
    let dice = draft.dice;
    let mut columns = Vec::new();
    for (place, key) in target.key.iter().enumerate() {
        let name = draft.own_name(&format!("{}_{place}", slot.replace('.', "_")));
        draft.push(format!("ALTER TABLE {} ADD COLUMN {name} {}", table.name, key.type_name));
        columns.push(name);
    }
    let keys = names(&target.key);
    let actions =
        ["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE ON DELETE RESTRICT"];
    let action = dice.pick(&format!("{slot} action"), &actions);
    let matching = if dice.chance(&format!("{slot} full"), 10) { " MATCH FULL" } else { "" };
    let deferrable = ["", "", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"];
    let deferrable = dice.pick(&format!("{slot} deferrable"), &deferrable);
    let may_wait = table.kind == RelationKind::Table && target.kind == RelationKind::Table;
    let valid =
        if may_wait && dice.chance(&format!("{slot} not valid"), 8) { " NOT VALID" } else { "" };
    let name = draft.own_name(&format!("{}_fkey", slot.replace('.', "_")));
    draft.push(format!(
        "ALTER TABLE {} ADD CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {} ({keys}){matching}{action}{deferrable}{valid}",
        table.name,
        columns.join(", "),
        target.name
    ));
    draft.comment(&format!("{slot}.fkey"), &format!("CONSTRAINT {name} ON {}", table.name));
}
