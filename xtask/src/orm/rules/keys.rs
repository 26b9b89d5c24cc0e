//! Primary keys, unique and exclusion constraints.
//!
//! Must never: tell a unique index from a unique constraint where both keep
//! the same rows out, other than by the way.

use pg_diff::catalog::{Constraint, ConstraintKind, Id};

use super::super::finding::{Finding, Rule};
use super::matching::{Matched, matched};
use super::{Both, indexes};

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    primary(both, found);
    let keys = matched(
        both.constraints(ConstraintKind::Unique),
        |a, b| a.definition == b.definition,
        // The order of columns is not what is meant.
        |a, b| sorted(a) == sorted(b),
    );
    unique(both, &keys, found);
    let rules = matched(
        both.constraints(ConstraintKind::Exclude),
        |a, b| a.definition == b.definition,
        |a, b| a.columns == b.columns,
    );
    exclude(both, &rules, found);
}

fn sorted(constraint: &Constraint) -> Vec<&String> {
    let mut columns: Vec<&String> = constraint.columns.iter().collect();
    columns.sort_unstable();
    columns
}

fn primary(both: &Both<'_>, found: &mut Vec<Finding>) {
    let [models, database] = both.constraints(ConstraintKind::Primary);
    let (model, database) = (models.first(), database.first());
    let shown =
        |it: Option<&(Id, &Constraint)>| it.map_or_else(String::new, |it| it.1.definition.clone());
    let (said, real) = (shown(model), shown(database));
    let name = both.name();
    let consequence = match (model, database) {
        (None, None) => return,
        (Some(one), Some(other)) if said == real => {
            names(both, &one.0, &other.0, &one.1.columns, found);
            return;
        }
        (Some(_), None) => format!("nothing keeps two rows of {name} from having one identity"),
        (None, Some(_)) => format!("{name} does not know what tells its rows apart"),
        (Some((_, one)), Some((_, other))) if sorted(one) == sorted(other) => {
            "the index serves other queries than the model says".to_owned()
        }
        (Some(_), Some(_)) => {
            format!("the ORM takes rows of {name} for one that are two, or the other way round")
        }
    };
    found.push(
        Finding::warning(Rule::PrimaryKey, &both.id)
            .at(both.place())
            .values(said, real)
            .because(consequence),
    );
}

fn unique(both: &Both<'_>, keys: &Matched<'_, Constraint>, found: &mut Vec<Finding>) {
    for [model, database] in &keys.same {
        names(both, &model.0, &database.0, &model.1.columns, found);
    }
    for [(id, model), (_, database)] in &keys.different {
        let is_order = sorted(model) == sorted(database) && model.columns != database.columns;
        let consequence = if is_order {
            "the index behind it serves other queries than the model says"
        } else {
            "rows are refused, or let in, otherwise than the model says"
        };
        found.push(
            Finding::warning(Rule::Unique, id)
                .at(both.part_place(&both.table.constraints, &id.part, &model.columns))
                .values(&model.definition, &database.definition)
                .because(consequence),
        );
    }
    let [of_models, of_database] = both.indexes();
    for (id, model) in &keys.only_models {
        let place = both.part_place(&both.table.constraints, &id.part, &model.columns);
        let finding = match of_database
            .iter()
            .find(|it| indexes::keeps_unique(it.1, &model.columns))
        {
            Some((_, index)) => Finding::info(Rule::Unique, id)
                .values(&model.definition, format!("unique index {}", index.definition))
                .because(
                    "an index keeps the rows unique; ON CONFLICT ON CONSTRAINT does not know it",
                ),
            None => Finding::warning(Rule::Unique, id)
                .values(&model.definition, "")
                .because("nothing keeps doubles out, and ON CONFLICT on these columns fails"),
        };
        found.push(finding.at(place));
    }
    for (id, database) in &keys.only_database {
        let finding =
            match of_models.iter().find(|it| indexes::keeps_unique(it.1, &database.columns)) {
                Some((_, index)) => Finding::info(Rule::Unique, id)
                    .values(format!("unique index {}", index.definition), &database.definition)
                    .because("a constraint keeps the rows unique as the index would"),
                None => Finding::warning(Rule::Unique, id)
                    .values("", &database.definition)
                    .because("inserts that the model allows are refused as doubles"),
            };
        let place = database.columns.first().and_then(|it| both.column_place(it));
        found.push(finding.at(place.or_else(|| both.place())));
    }
}

fn exclude(both: &Both<'_>, rules: &Matched<'_, Constraint>, found: &mut Vec<Finding>) {
    let mut tell = |id: &Id, model: &str, database: &str, consequence: &str| {
        found.push(
            Finding::warning(Rule::Exclude, id)
                .at(both.part_place(&both.table.constraints, &id.part, &[]))
                .values(model, database)
                .because(consequence),
        );
    };
    for [(id, model), (_, database)] in &rules.different {
        let why = "rows are refused, or let in, otherwise than the model says";
        tell(id, &model.definition, &database.definition, why);
    }
    for (id, model) in &rules.only_models {
        tell(id, &model.definition, "", "nothing keeps rows out that exclude each other");
    }
    for (id, database) in &rules.only_database {
        tell(id, "", &database.definition, "inserts that the model allows are refused");
    }
}

/// One constraint under two names: only where the models say one.
pub fn names(
    both: &Both<'_>,
    model: &Id,
    database: &Id,
    columns: &[String],
    found: &mut Vec<Finding>,
) {
    let name = model.own_name();
    let parts = &both.table.constraints;
    let is_said = parts.iter().any(|it| it.name.as_deref() == Some(name));
    if name != database.own_name() && is_said {
        found.push(
            Finding::info(Rule::Name, model)
                .at(both.part_place(parts, name, columns))
                .values(name, database.own_name())
                .because("only who names it would notice"),
        );
    }
}
