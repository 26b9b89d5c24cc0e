//! Who may do what.

use super::draft::{Draft, Relation, RelationKind};

/// Run before either schema.
pub const ROLES: &str = "CREATE ROLE ring_r1; CREATE ROLE ring_r2; CREATE ROLE ring_r3;";

const GRANTEES: [&str; 4] = ["ring_r1", "ring_r2", "ring_r3", "PUBLIC"];

/// Before everything else they reach all that is made; behind it, nothing.
pub fn write_defaults(draft: &mut Draft, is_before: bool) {
    for (slot, objects, privileges) in [
        ("dp1", "TABLES", ["SELECT", "INSERT, UPDATE"]),
        ("dp2", "FUNCTIONS", ["EXECUTE", "ALL"]),
        ("dp3", "SEQUENCES", ["USAGE", "SELECT"]),
    ] {
        if draft.dice.chance(&format!("{slot} comes first"), 40) != is_before
            || !draft.dice.exists(slot, 12)
        {
            continue;
        }
        let role = draft.dice.pick(&format!("{slot} role"), &GRANTEES);
        let privilege = draft.dice.pick(&format!("{slot} privilege"), &privileges);
        let namespace = draft.dice.choose(&format!("{slot} in"), &draft.namespaces, String::as_str);
        let place = namespace.filter(|_| draft.dice.chance(&format!("{slot} is local"), 60));
        let place = place.map_or(String::new(), |it| format!(" IN SCHEMA {it}"));
        let sql =
            format!("ALTER DEFAULT PRIVILEGES{place} GRANT {privilege} ON {objects} TO {role}");
        draft.push(sql);
    }
}

pub fn write(draft: &mut Draft) {
    for relation in draft.relations.clone() {
        on_relation(draft, &relation);
    }
    for namespace in draft.namespaces.clone().iter().skip(1) {
        one(
            draft,
            &format!("{namespace} grant"),
            &["USAGE", "CREATE"],
            &format!("SCHEMA {namespace}"),
        );
    }
    for it in draft.sequences.clone() {
        one(draft, &it.slot, &["USAGE", "SELECT, UPDATE"], &format!("SEQUENCE {}", it.name));
    }
    for it in draft.enums.iter().chain(&draft.composites).cloned().collect::<Vec<_>>() {
        withdraw(draft, &it.slot, &format!("TYPE {}", it.name));
        one(draft, &it.slot, &["USAGE"], &format!("TYPE {}", it.name));
    }
    for (it, _) in draft.domains.clone() {
        one(draft, &it.slot, &["USAGE"], &format!("DOMAIN {}", it.name));
    }
    for it in draft.routines.clone() {
        withdraw(draft, &it.slot, &it.name);
        one(draft, &it.slot, &["EXECUTE"], &it.name);
    }
}

fn one(draft: &mut Draft, slot: &str, privileges: &[&str], what: &str) {
    if !draft.dice.chance(&format!("{slot} is granted"), 15) {
        return;
    }
    let role = draft.dice.pick(&format!("{slot} grantee"), &GRANTEES);
    let privilege = draft.dice.pick(&format!("{slot} privilege"), privileges);
    let option = role != "PUBLIC" && draft.dice.chance(&format!("{slot} grant option"), 20);
    let option = if option { " WITH GRANT OPTION" } else { "" };
    draft.push(format!("GRANT {privilege} ON {what} TO {role}{option}"));
}

fn withdraw(draft: &mut Draft, slot: &str, what: &str) {
    if draft.dice.chance(&format!("{slot} is withdrawn"), 10) {
        draft.push(format!("REVOKE ALL ON {what} FROM PUBLIC"));
    }
}

fn on_relation(draft: &mut Draft, relation: &Relation) {
    let (slot, name) = (relation.slot.clone(), &relation.name);
    for number in ["gr1", "gr2"] {
        let key = format!("{slot}.{number}");
        let privileges = ["SELECT", "SELECT, INSERT", "UPDATE", "ALL", "REFERENCES, TRIGGER"];
        one(draft, &key, &privileges, &format!("TABLE {name}"));
    }
    let can_update = relation.kind != RelationKind::MaterializedView;
    let column =
        draft.dice.choose(&format!("{slot} granted column"), &relation.columns, |it| &it.slot);
    if let Some(column) = column.filter(|_| can_update) {
        let column = column.name.clone();
        let all = [format!("SELECT ({column})"), format!("UPDATE ({column})")];
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        one(draft, &format!("{slot}.column"), &all, &format!("TABLE {name}"));
    }
}
