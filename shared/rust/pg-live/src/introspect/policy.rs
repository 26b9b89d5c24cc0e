//! Policies and rules: what is done to a statement on its way.
//!
//! Must never: read the rule that makes a view a view.

use pg_diff::catalog::{Body, Kind, Policy, PolicyCommand, Rule};
use pg_diff::wording::settled;
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, sorted, text};
use super::trigger::fires;
use super::{Read, Section};

pub(super) const POLICIES: Section =
    Section { sql: include_str!("policy.sql"), since: 14, read: read_policy };

pub(super) const RULES: Section =
    Section { sql: include_str!("rule.sql"), since: 14, read: read_rule };

fn read_policy(draft: &mut Draft, row: &Row) -> Read {
    let Some(relation) = draft.relation(row.get(1)) else { return Ok(()) };
    let id = relation.with(Kind::Policy, row.get(2));
    let policy = Policy {
        command: match row.get(3) {
            "r" => PolicyCommand::Select,
            "a" => PolicyCommand::Insert,
            "w" => PolicyCommand::Update,
            "d" => PolicyCommand::Delete,
            _ => PolicyCommand::All,
        },
        permissive: row.get(4),
        roles: sorted(row, 5),
        using: row.get::<_, Option<String>>(6).map(settled),
        check: row.get::<_, Option<String>>(7).map(settled),
    };
    draft.add(Address::of(class::POLICY, row.get(0)), id, Held::default(), Body::Policy(policy));
    Ok(())
}

fn read_rule(draft: &mut Draft, row: &Row) -> Read {
    let Some(relation) = draft.relation(row.get(1)) else { return Ok(()) };
    let id = relation.with(Kind::Rule, row.get(2));
    let rule = Rule { definition: text(row, 3)?, fires: fires(row.get(4)) };
    draft.add(Address::of(class::RULE, row.get(0)), id, Held::default(), Body::Rule(rule));
    Ok(())
}
