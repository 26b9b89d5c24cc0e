//! Row level security policies.
//!
//! Must never: leave a role out: no role means everybody.

use super::{Statement, ident, qualified};
use crate::catalog::{Id, Policy, PolicyCommand};

pub fn create_policy(id: &Id, policy: &Policy) -> Statement {
    let kind = if policy.permissive { "" } else { " AS RESTRICTIVE" };
    let command = match policy.command {
        PolicyCommand::All => "",
        PolicyCommand::Select => " FOR SELECT",
        PolicyCommand::Insert => " FOR INSERT",
        PolicyCommand::Update => " FOR UPDATE",
        PolicyCommand::Delete => " FOR DELETE",
    };
    Statement::whole(format!(
        "CREATE POLICY {} ON {}{kind}{command} TO {}{}",
        ident(&id.part),
        qualified(id),
        roles(policy),
        expressions(policy)
    ))
}

pub fn alter_policy(id: &Id, policy: &Policy) -> Statement {
    Statement::whole(format!(
        "ALTER POLICY {} ON {} TO {}{}",
        ident(&id.part),
        qualified(id),
        roles(policy),
        expressions(policy)
    ))
}

fn roles(policy: &Policy) -> String {
    if policy.roles.is_empty() {
        return "PUBLIC".to_owned();
    }
    policy.roles.iter().map(|it| ident(it)).collect::<Vec<_>>().join(", ")
}

fn expressions(policy: &Policy) -> String {
    let clause = |word: &str, text: &Option<String>| {
        text.as_ref().map(|it| format!(" {word} ({})", it)).unwrap_or_default()
    };
    clause("USING", &policy.using) + &clause("WITH CHECK", &policy.check)
}
