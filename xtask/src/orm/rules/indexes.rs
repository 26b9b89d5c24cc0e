//! Indexes: method, operator classes, direction, predicate, INCLUDE.
//!
//! Must never: take an index for missing because it has another name.

use pg_diff::catalog::{Id, Index};
use pg_diff::scan::{split_list, until_closed};

use super::super::finding::{Finding, Rule};
use super::super::spelling::is_alike;
use super::Both;
use super::matching::matched;

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    // What a constraint keeps unique already is told there.
    let [mut models, mut database] = both.indexes();
    let keys = both.constraints(pg_diff::catalog::ConstraintKind::Unique);
    let is_kept = |keys: &[(Id, &pg_diff::catalog::Constraint)], index: &Index| {
        keys.iter().any(|(_, key)| keeps_unique(index, &key.columns))
    };
    let (said, real) = (&keys[0], &keys[1]);
    let stands_alone =
        |index: &Index, others: &[(Id, &Index)]| !others.iter().any(|(_, it)| is_same(it, index));
    let all = [models.clone(), database.clone()];
    models.retain(|(_, it)| !(is_kept(real, it) && stands_alone(it, &all[1])));
    database.retain(|(_, it)| !(is_kept(said, it) && stands_alone(it, &all[0])));

    let pairs = matched([models, database], is_same, is_meant);
    for [(id, _), (other, index)] in &pairs.same {
        names(both, id, other, found);
        validity(both, id, index, found);
    }
    for [(id, model), (_, real)] in &pairs.different {
        let (one, other) = (Parts::of(model), Parts::of(real));
        let (finding, consequence) = match consequence(&one, &other) {
            Ok(text) => (Finding::warning(Rule::Index, id), text),
            Err(text) => (Finding::info(Rule::Storage, id), text),
        };
        found.push(
            finding
                .at(place(both, id, &one))
                .values(shown(model), shown(real))
                .because(consequence),
        );
        validity(both, id, real, found);
    }
    for (id, model) in &pairs.only_models {
        let why = match model.is_unique {
            true => "nothing keeps doubles out, and ON CONFLICT on it fails",
            false => "queries that count on it read the whole table",
        };
        found.push(
            Finding::warning(Rule::Index, id)
                .at(place(both, id, &Parts::of(model)))
                .values(shown(model), "")
                .because(why),
        );
    }
    for (id, real) in &pairs.only_database {
        let why = match real.is_unique {
            true => "inserts that the model allows are refused as doubles",
            false => "a database made from the models is slower, and nobody sees what it is for",
        };
        found.push(
            Finding::warning(Rule::Index, id).at(both.place()).values("", shown(real)).because(why),
        );
    }
}

/// A plain unique index over exactly these columns.
pub fn keeps_unique(index: &Index, columns: &[String]) -> bool {
    let parts = Parts::of(index);
    let names: Vec<String> =
        parts.columns.iter().map(|it| it.trim_matches('"').to_owned()).collect();
    index.is_unique && parts.predicate.is_empty() && parts.include.is_empty() && names == columns
}

fn is_same(one: &Index, other: &Index) -> bool {
    one.is_unique == other.is_unique && is_alike(&one.definition, &other.definition)
}

/// About the same columns, whatever else is said of them.
fn is_meant(one: &Index, other: &Index) -> bool {
    let names = |it: &Index| -> Vec<String> {
        let parts = Parts::of(it);
        parts.columns.iter().map(|it| it.split(' ').next().unwrap_or(it).to_owned()).collect()
    };
    names(one) == names(other)
}

fn shown(index: &Index) -> String {
    let unique = if index.is_unique { "UNIQUE " } else { "" };
    format!("{unique}{}", index.definition)
}

fn place<'a>(
    both: &Both<'a>,
    id: &Id,
    parts: &Parts<'_>,
) -> Option<&'a super::super::extraction::Place> {
    let columns: Vec<String> =
        parts.columns.iter().map(|it| it.trim_matches('"').to_owned()).collect();
    both.part_place(&both.table.indexes, id.own_name(), &columns)
}

/// `USING btree (a DESC) INCLUDE (b) WITH (fillfactor='70') WHERE (c > 0)`
struct Parts<'a> {
    is_unique: bool,
    method: &'a str,
    columns: Vec<&'a str>,
    /// INCLUDE, and NULLS NOT DISTINCT.
    include: &'a str,
    predicate: &'a str,
}

impl<'a> Parts<'a> {
    fn of(index: &'a Index) -> Parts<'a> {
        let text = index.definition.strip_prefix("USING ").unwrap_or(&index.definition);
        let (method, rest) = text.split_once(" (").unwrap_or((text, ""));
        let (list, tail) = until_closed(rest).unwrap_or((rest, ""));
        let (tail, predicate) = tail.split_once(" WHERE ").unwrap_or((tail, ""));
        let include = tail.split_once(" WITH ").map_or(tail, |(include, _)| include);
        let columns = split_list(list);
        let is_unique = index.is_unique;
        Parts { is_unique, method, columns, include: include.trim(), predicate }
    }
}

/// What comes of it; `Err` where only space and speed differ.
fn consequence(model: &Parts<'_>, database: &Parts<'_>) -> Result<String, String> {
    if model.is_unique != database.is_unique {
        return Ok("doubles are refused on one side only".to_owned());
    }
    if model.method != database.method {
        return Ok(format!(
            "{} serves other operators than {}: queries read the whole table",
            database.method, model.method
        ));
    }
    if model.columns != database.columns {
        return Ok("it serves other conditions or another order than the model says".to_owned());
    }
    if !is_alike(model.predicate, database.predicate) {
        let what = if model.is_unique { "doubles are refused among" } else { "it serves" };
        return Ok(format!("{what} other rows than the model says"));
    }
    if model.include != database.include {
        return Ok("queries that it should answer alone read the table as well".to_owned());
    }
    Err("only space and speed differ".to_owned())
}

fn names(both: &Both<'_>, model: &Id, database: &Id, found: &mut Vec<Finding>) {
    if model.name != database.name {
        found.push(
            Finding::info(Rule::Name, model)
                .at(both.part_place(&both.table.indexes, &model.name, &[]))
                .values(&*model.name, &*database.name)
                .because("only who names it would notice"),
        );
    }
}

/// What a failed CREATE INDEX CONCURRENTLY left.
fn validity(both: &Both<'_>, id: &Id, database: &Index, found: &mut Vec<Finding>) {
    if !database.is_valid {
        found.push(
            Finding::warning(Rule::NotValid, id)
                .at(both.part_place(&both.table.indexes, &id.name, &[]))
                .values("valid", "invalid")
                .because("no query uses it, and every write pays for it"),
        );
    }
}
