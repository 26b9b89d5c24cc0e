//! Foreign keys: their targets, actions, match, timing, validity.
//!
//! Must never: compare names before definitions.

use pg_diff::catalog::{Constraint, ConstraintKind, Id};

use super::super::finding::{Finding, Rule};
use super::matching::matched;
use super::{Both, keys};

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    let pairs = matched(
        both.constraints(ConstraintKind::Foreign),
        |a, b| a.definition == b.definition,
        |a, b| a.columns == b.columns,
    );
    let place = |id: &Id, columns: &[String]| {
        let column = columns.first().and_then(|it| both.column_place(it));
        column.or_else(|| both.part_place(&both.table.constraints, &id.part, columns))
    };
    for [(id, model), (other, database)] in &pairs.same {
        keys::names(both, id, other, &model.columns, found);
        validity(both, id, model, database, found);
    }
    for [(id, model), (_, database)] in &pairs.different {
        let (one, other) = (Parts::of(model), Parts::of(database));
        let finding = match consequence(&one, &other) {
            Err(breaks) => Finding::error(Rule::ForeignKey, id).because(breaks),
            Ok(later) => Finding::warning(Rule::ForeignKey, id).because(later),
        };
        found.push(
            finding.at(place(id, &model.columns)).values(&model.definition, &database.definition),
        );
        validity(both, id, model, database, found);
    }
    for (id, model) in &pairs.only_models {
        found.push(
            Finding::warning(Rule::ForeignKey, id)
                .at(place(id, &model.columns))
                .values(&model.definition, "")
                .because(
                    "rows may refer to rows that are not there, and deletes cascade to nobody",
                ),
        );
    }
    for (id, database) in &pairs.only_database {
        found.push(
            Finding::warning(Rule::ForeignKey, id)
                .at(place(id, &database.columns))
                .values("", &database.definition)
                .because("inserts and deletes that the model takes for fine are refused, or in the wrong order"),
        );
    }
}

/// What `pg_get_constraintdef` says, in parts.
struct Parts<'a> {
    target: &'a str,
    delete: &'a str,
    update: &'a str,
    is_full: bool,
    timing: &'a str,
}

impl<'a> Parts<'a> {
    fn of(constraint: &'a Constraint) -> Parts<'a> {
        let text = constraint.definition.as_str();
        let (_, rest) = text.split_once(" REFERENCES ").unwrap_or(("", text));
        let target_end = rest.find(')').map_or(rest.len(), |at| at + 1);
        let (target, tail) = rest.split_at(target_end);
        let timing = tail.find("DEFERRABLE").map_or("", |at| &tail[at..]);
        let actions = tail.strip_suffix(timing).unwrap_or(tail);
        let action = |word: &str| -> &'a str {
            let Some(at) = actions.find(word) else { return "NO ACTION" };
            let rest = &actions[at + word.len()..];
            rest.find(" ON ").map_or(rest, |end| &rest[..end]).trim()
        };
        Parts {
            target,
            delete: action("ON DELETE "),
            update: action("ON UPDATE "),
            is_full: actions.contains("MATCH FULL"),
            timing,
        }
    }
}

/// What comes of it; `Err` breaks at once.
fn consequence(model: &Parts<'_>, database: &Parts<'_>) -> Result<String, String> {
    if model.target != database.target {
        return Err(format!(
            "inserts that are right by the model are refused: the key refers to {}",
            database.target
        ));
    }
    if model.delete != database.delete {
        return Ok(format!(
            "deleting the row that is referred to does {} where the model says {}",
            database.delete, model.delete
        ));
    }
    if model.update != database.update {
        return Ok(format!(
            "changing the key that is referred to does {} where the model says {}",
            database.update, model.update
        ));
    }
    if model.is_full != database.is_full {
        return Ok("keys that are NULL in part are checked otherwise".to_owned());
    }
    if model.timing != database.timing {
        return Ok(
            "it is checked at another time: the order of writes matters otherwise".to_owned()
        );
    }
    Ok("rows are checked otherwise than the model says".to_owned())
}

/// `NOT VALID` on one side only.
pub fn validity(
    both: &Both<'_>,
    id: &Id,
    model: &Constraint,
    database: &Constraint,
    found: &mut Vec<Finding>,
) {
    if model.is_validated == database.is_validated {
        return;
    }
    let word = |it: &Constraint| if it.is_validated { "valid" } else { "NOT VALID" };
    found.push(
        Finding::warning(Rule::NotValid, id)
            .at(both.part_place(&both.table.constraints, &id.part, &model.columns))
            .values(word(model), word(database))
            .because("old rows may break the rule, and any update of one then fails"),
    );
}
