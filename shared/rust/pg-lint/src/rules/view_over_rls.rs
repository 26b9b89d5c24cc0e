//! A view over a table with row level security keeps it.
//!
//! Must never: speak of a materialized view: it has its own rows.

use crate::finding::{Finding, Severity};
use crate::outline::{ActionKind, Name};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "view-over-rls",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a view over a table with row level security is WITH (security_invoker = true)",
    why: "A view reads with its owner's rights: row level security of its tables does not \
              see the reader, and every row comes through. PostgreSQL 15 and newer know \
              security_invoker.",
    bad: case!("view-over-rls/a_view_lets_every_row_through", "bad"),
    good: case!("view-over-rls/a_view_lets_every_row_through", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let secured: Vec<&Name> = outline
        .alters
        .iter()
        .filter(|it| {
            it.actions.iter().any(|action| matches!(action.kind, ActionKind::EnableRowSecurity))
        })
        .map(|it| &it.table)
        .collect();
    let views = outline.views.iter().filter(|view| !view.is_materialized && !view.is_invoker);
    for view in views {
        if let Some(table) = secured.iter().find(|table| view.mentions.contains(&table.name)) {
            let (name, table) = (view.name.shown(), table.shown());
            let message = format!("{name} shows every row of {table}, whatever its policies say");
            let mut finding = RULE.at(outline.head(view.at), message);
            finding.help = Some("add WITH (security_invoker = true) before AS".to_owned());
            found.push(finding);
        }
    }
}
