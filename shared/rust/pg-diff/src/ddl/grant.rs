//! Grants, default privileges and comments.
//!
//! Must never: revoke what stays, or grant twice.

use std::collections::BTreeMap;

use super::address::routine_word;
use super::{Statement, address, ident, literal, qualified, relation};
use crate::catalog::{Grant, GrantList, Grantee, Id, Kind, Object};

pub fn comment(id: &Id, object: &Object) -> Statement {
    let text = object.comment.as_ref().map_or_else(|| "NULL".to_owned(), |it| literal(it));
    Statement::whole(format!("COMMENT ON {} IS {text}", address(id, object)))
}

/// On the index of a constraint.
pub fn comment_on_index(constraint: &Id, text: Option<&str>) -> Statement {
    let index = relation(&constraint.namespace, &constraint.part);
    let text = text.map_or_else(|| "NULL".to_owned(), literal);
    Statement::whole(format!("COMMENT ON INDEX {index} IS {text}"))
}

/// From one list of grants to another, on one object.
pub fn change_grants(
    id: &Id,
    object: &Object,
    from: &[Grant],
    to: &[Grant],
    owner: &str,
) -> Vec<Statement> {
    let place = grant_place(id, object);
    changes(from, to)
        .into_iter()
        .map(|change| {
            let privileges = if id.kind == Kind::Column {
                let column = ident(&id.part);
                let with = |it: &String| format!("{it} ({column})");
                change.privileges.iter().map(with).collect::<Vec<_>>().join(", ")
            } else {
                change.privileges.join(", ")
            };
            let who = grantee(&change.grantee, owner);
            Statement::whole(change.spell(&privileges, &format!("ON {place} "), &who))
        })
        .collect()
}

/// `ALTER DEFAULT PRIVILEGES` from one list to another.
pub fn default_privileges(id: &Id, from: &[Grant], to: &[Grant]) -> Vec<Statement> {
    let role = ident(&id.name);
    let place = if id.namespace.is_empty() {
        String::new()
    } else {
        format!(" IN SCHEMA {}", ident(&id.namespace))
    };
    let kind = id.part.to_uppercase();
    let spell = |change: GrantChange| {
        let who = grantee(&change.grantee, &id.name);
        let text = change.spell(&change.privileges.join(", "), &format!("ON {kind} "), &who);
        Statement::whole(format!("ALTER DEFAULT PRIVILEGES FOR ROLE {role}{place} {text}"))
    };
    changes(from, to).into_iter().map(spell).collect()
}

fn grantee(grantee: &Grantee, owner: &str) -> String {
    match grantee {
        Grantee::Owner => ident(owner),
        Grantee::Public => "PUBLIC".to_owned(),
        Grantee::Role(name) => ident(name),
    }
}

/// What GRANT calls the object: views and foreign tables are tables to it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is called as everywhere")]
fn grant_place(id: &Id, object: &Object) -> String {
    match id.kind {
        Kind::Column | Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView => {
            format!("TABLE {}", qualified(id))
        }
        Kind::Domain | Kind::Enum | Kind::Composite | Kind::Range => {
            format!("TYPE {}", qualified(id))
        }
        Kind::Routine | Kind::Aggregate => {
            format!("{} {}({})", routine_word(object), qualified(id), id.part)
        }
        Kind::ForeignDataWrapper => format!("FOREIGN DATA WRAPPER {}", ident(&id.name)),
        Kind::Server => format!("FOREIGN SERVER {}", ident(&id.name)),
        _ => address(id, object),
    }
}

struct GrantChange {
    grantee: Grantee,
    privileges: Vec<String>,
    kind: ChangeKind,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ChangeKind {
    Revoke,
    RevokeOption,
    Grant,
    GrantWithOption,
}

impl GrantChange {
    fn spell(&self, privileges: &str, place: &str, who: &str) -> String {
        match self.kind {
            ChangeKind::Revoke => format!("REVOKE {privileges} {place}FROM {who}"),
            ChangeKind::RevokeOption => {
                format!("REVOKE GRANT OPTION FOR {privileges} {place}FROM {who}")
            }
            ChangeKind::Grant => format!("GRANT {privileges} {place}TO {who}"),
            ChangeKind::GrantWithOption => {
                format!("GRANT {privileges} {place}TO {who} WITH GRANT OPTION")
            }
        }
    }
}

/// Revokes first, so that a grant is never undone by a later revoke.
fn changes(from: &[Grant], to: &[Grant]) -> Vec<GrantChange> {
    let index = |list: &[Grant]| -> BTreeMap<(Grantee, String), bool> {
        list.iter().map(|it| ((it.grantee.clone(), it.privilege.clone()), it.grantable)).collect()
    };
    let (from, to) = (index(from), index(to));
    let mut found: BTreeMap<(ChangeKind, Grantee), Vec<String>> = BTreeMap::new();
    let mut note = |kind: ChangeKind, key: &(Grantee, String)| {
        found.entry((kind, key.0.clone())).or_default().push(key.1.clone());
    };
    for (key, option) in &from {
        match to.get(key) {
            None => note(ChangeKind::Revoke, key),
            Some(false) if *option => note(ChangeKind::RevokeOption, key),
            Some(_) => {}
        }
    }
    for (key, option) in &to {
        match (from.get(key), option) {
            (Some(had), now) if had == now || (*had && !now) => {}
            (_, true) => note(ChangeKind::GrantWithOption, key),
            (_, false) => note(ChangeKind::Grant, key),
        }
    }
    found
        .into_iter()
        .map(|((kind, grantee), privileges)| GrantChange { grantee, privileges, kind })
        .collect()
}

/// True when the second list lets anybody but the owner do more.
pub fn widens(from: &GrantList, to: &GrantList) -> bool {
    to.iter().any(|grant| {
        grant.grantee != Grantee::Owner
            && !from.iter().any(|it| {
                it.grantee == grant.grantee
                    && it.privilege == grant.privilege
                    && it.grantable >= grant.grantable
            })
    })
}
