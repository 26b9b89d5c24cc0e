//! Columns that the server computes.
//!
//! Must never: take a default for a computation.

use pg_diff::catalog::{Generated, GeneratedKind};

use super::super::finding::{Finding, Rule};
use super::super::spelling::is_alike;
use super::Both;

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    for it in both.columns() {
        let (class, attribute) = (both.name(), &it.said.attribute);
        let finding = match (&it.model.generated, &it.database.generated) {
            (None, None) => continue,
            (Some(one), Some(other)) if is_same(one, other) => continue,
            // The ORM neither writes it nor says how it is computed.
            (None, Some(_)) if it.said.fetched => continue,
            (Some(_), Some(_)) => Finding::warning(Rule::Generated, &it.id)
                .because("the value is computed otherwise than the model says"),
            (None, Some(_)) => Finding::error(Rule::Generated, &it.id).because(format!(
                "every insert of {class} fails: it writes {attribute}, which the server computes"
            )),
            (Some(_), None) if it.database.not_null.is_some() => {
                Finding::error(Rule::Generated, &it.id).because(format!(
                    "every insert of {class} fails: nobody gives {attribute} a value"
                ))
            }
            (Some(_), None) => Finding::warning(Rule::Generated, &it.id).because(format!(
                "{attribute} stays NULL: the ORM does not write it and the server does not compute it"
            )),
        };
        let shown =
            |it: &Option<Generated>| it.as_ref().map_or(String::new(), |it| it.expression.clone());
        found.push(
            finding
                .at(it.said.place.as_ref())
                .values(shown(&it.model.generated), shown(&it.database.generated)),
        );
    }
}

fn is_same(one: &Generated, other: &Generated) -> bool {
    let is_virtual = |it: &Generated| it.kind == GeneratedKind::Virtual;
    is_virtual(one) == is_virtual(other) && is_alike(&one.expression, &other.expression)
}
