//! Check constraints.
//!
//! Must never: take a cast that PostgreSQL adds for another condition.

use pg_diff::catalog::{Constraint, ConstraintKind, Id};

use super::super::finding::{Finding, Rule};
use super::super::spelling::{is_alike, listed};
use super::matching::matched;
use super::{Both, foreign_keys, keys};

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    let pairs = matched(
        both.constraints(ConstraintKind::Check),
        |a, b| is_alike(&a.definition, &b.definition),
        // Two lists of values of one column are meant to be one.
        |a, b| {
            let list = |it: &Constraint| matches!(it.columns.as_slice(), [name] if listed(&it.definition, name).is_some());
            a.columns == b.columns && list(a) && list(b)
        },
    );
    let place =
        |name: &str, columns: &[String]| both.part_place(&both.table.constraints, name, columns);
    for [(id, model), (other, database)] in &pairs.same {
        keys::names(both, id, other, &[], found);
        foreign_keys::validity(both, id, model, database, found);
    }
    for [(id, model), (_, database)] in &pairs.different {
        if let Some(judged) = labels(both, id, database) {
            found.extend(judged);
            continue;
        }
        found.push(
            Finding::warning(Rule::Check, id)
                .at(place(&id.part, &model.columns))
                .values(&model.definition, &database.definition)
                .because("rows are refused, or let in, otherwise than the model says"),
        );
        foreign_keys::validity(both, id, model, database, found);
    }
    for (id, model) in &pairs.only_models {
        found.push(
            Finding::warning(Rule::Check, id)
                .at(place(&id.part, &model.columns))
                .values(&model.definition, "")
                .because("nothing keeps values out that the model rules out"),
        );
    }
    for (id, database) in &pairs.only_database {
        if let Some(judged) = labels(both, id, database) {
            found.extend(judged);
            continue;
        }
        found.push(
            Finding::warning(Rule::Check, id)
                .at(place(&id.part, &database.columns))
                .values("", &database.definition)
                .because("inserts that the model allows are refused"),
        );
    }
}

/// A list of values that a column of an `Enum` without a type of its own may
/// have, against its labels. The outer None: it is no such list; the inner
/// one: every label is taken, and no other.
fn labels(both: &Both<'_>, id: &Id, database: &Constraint) -> Option<Option<Finding>> {
    let [name] = database.columns.as_slice() else { return None };
    let column = both.table.columns.iter().find(|it| it.name == *name)?;
    let said = column.enumeration.as_ref().filter(|it| !it.native && !it.labels.is_empty())?;
    let values = listed(&database.definition, name)?;
    let only = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|it| !other.contains(it)).map(|it| format!("`{it}`")).collect()
    };
    let (refused, unread) = (only(&said.labels, &values), only(&values, &said.labels));
    let finding = if !refused.is_empty() {
        let why = format!("an insert or update with {} is refused", refused.join(", "));
        Finding::error(Rule::Check, id).because(why)
    } else if !unread.is_empty() {
        let why = format!("reading a row with {} fails with LookupError", unread.join(", "));
        Finding::warning(Rule::Check, id).because(why)
    } else {
        return Some(None);
    };
    let place = both.part_place(&both.table.constraints, &id.part, &database.columns);
    let shown = said.labels.join(", ");
    Some(Some(finding.at(place).values(shown, &database.definition)))
}
