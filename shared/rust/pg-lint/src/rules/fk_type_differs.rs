//! A foreign key column has the type of the key it refers to.
//!
//! Must never: compare types it does not know: a domain may be anything.

use crate::finding::{Finding, Severity};
use crate::outline::{ConstraintKind, Type};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "fk-type-differs",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a foreign key column has the type of the key that it refers to",
    why: "An integer that refers to a bigint works until the parent passes 2147483647; \
              then no child can be inserted. Other pairs cost a cast in every join.",
    bad: case!("fk-type-differs/an_integer_cannot_hold_every_bigint", "bad"),
    good: case!("fk-type-differs/an_integer_cannot_hold_every_bigint", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for (name, constraint) in outline.constraints() {
        let Some(key) = constraint.foreign() else { continue };
        let (Some(from), Some(to)) = (outline.table(name), outline.table(&key.table)) else {
            continue;
        };
        let own = outline.constraints_of(&to.name);
        let primary = own.filter(|it| matches!(it.kind, ConstraintKind::Primary));
        let columns = match key.columns.is_empty() {
            true => primary.map(|it| it.columns.clone()).next().unwrap_or_default(),
            false => key.columns.clone(),
        };
        for (child, parent) in constraint.columns.iter().zip(&columns) {
            let types = from.column(child).zip(to.column(parent));
            let Some((one, other)) =
                types.and_then(|(a, b)| Some((a.type_.as_ref()?, b.type_.as_ref()?)))
            else {
                continue;
            };
            if family(&one.word) == family(&other.word) && one.is_array == other.is_array {
                continue;
            }
            let message = format!(
                "{}.{child} is {}, and {}.{parent} is {}",
                name.shown(),
                shown(one),
                to.name.shown(),
                shown(other)
            );
            found.push(RULE.at(one.range.clone(), message));
        }
    }
}

/// Types that are compared without a cast, or that hold the same values.
fn family(word: &str) -> &str {
    match word {
        "serial" => "integer",
        "bigserial" => "bigint",
        "smallserial" => "smallint",
        "character varying" => "text",
        other => other,
    }
}

fn shown(one: &Type) -> String {
    one.word.replace(" . ", ".")
}
