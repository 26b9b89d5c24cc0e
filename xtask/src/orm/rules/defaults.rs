//! What is put into a column that an insert leaves out: by the server, by
//! Python, by a sequence, by nobody.
//!
//! Must never: take two defaults for different that the server finds equal.

use pg_diff::catalog::{Body, ConstraintKind, Id, Kind};

use super::super::extraction::PythonDefaultKind;
use super::super::finding::{Finding, Rule};
use super::{Both, BothColumns, constraints_of};

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    for it in both.columns() {
        // Those are compared as what they are.
        if it.model.generated.is_some() || it.database.generated.is_some() {
            continue;
        }
        if let Some(finding) = absent_sequence(both, &it) {
            found.push(finding);
            continue;
        }
        let (model, database) = both.defaults(&it.id.part);
        if it.model.identity.is_some() || it.database.identity.is_some() {
            found.extend(identity(both, &it, model, database));
            continue;
        }
        found.extend(server_default(both, &it, model, database));
        found.extend(python_default(both, &it, database));
    }
}

/// The ORM draws its numbers from a sequence by name.
fn absent_sequence(both: &Both<'_>, it: &BothColumns<'_>) -> Option<Finding> {
    let default = it.said.python_default.as_ref()?;
    let is_there = |id: &Id| id.kind == Kind::Sequence && *id.name == *default.text;
    let asks = default.kind == PythonDefaultKind::Sequence;
    if !asks || both.sides.other.objects.keys().any(is_there) {
        return None;
    }
    let (class, attribute) = (both.name(), &it.said.attribute);
    let why = format!("an insert of {class} without {attribute} fails: there is no such sequence");
    Some(
        Finding::error(Rule::Sequence, &it.id)
            .at(it.said.place.as_ref())
            .values(format!("nextval of the sequence {}", default.text), "no sequence of that name")
            .because(why),
    )
}

/// A default of the server on one side, or on both.
fn server_default(
    both: &Both<'_>,
    it: &BothColumns<'_>,
    model: Option<&str>,
    database: Option<&str>,
) -> Option<Finding> {
    let (class, attribute) = (both.name(), &it.said.attribute);
    let is_required = it.database.not_null.is_some();
    let finding = match (model, database) {
        (None, None) => return None,
        (Some(one), Some(other)) => return two_defaults(both, it, one, other),
        (Some(_), None) if is_required => {
            let fails = format!("an insert of {class} without {attribute} fails");
            Finding::error(Rule::Default, &it.id)
                .because(format!("{fails}: the ORM leaves the column to a default that is not there"))
        }
        (Some(_), None) => Finding::warning(Rule::Default, &it.id)
            .because(format!("rows of {class} without {attribute} get NULL instead")),
        // The model says that the server fills it in.
        (None, Some(_)) if it.said.fetched => return None,
        (None, Some(_)) if it.said.python_default.is_some() => {
            Finding::info(Rule::Default, &it.id)
                .because("the ORM sends its own value; the server's is for everybody else")
        }
        (None, Some(_)) if is_required => Finding::warning(Rule::Default, &it.id).because(format!(
            "an insert of {class} without {attribute} sends NULL, which is refused, instead of the default"
        )),
        (None, Some(_)) => Finding::warning(Rule::Default, &it.id).because(format!(
            "an insert of {class} without {attribute} sends NULL instead of the default"
        )),
    };
    let shown = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Some(finding.at(it.said.place.as_ref()).values(shown(model), shown(database)))
}

fn two_defaults(both: &Both<'_>, it: &BothColumns<'_>, one: &str, other: &str) -> Option<Finding> {
    if both.sides.equal.is(one, other) {
        return owned(both, it, one);
    }
    let are_sequences = [one, other].iter().all(|it| it.starts_with("nextval("));
    let finding = if are_sequences {
        Finding::info(Rule::Sequence, &it.id).because("another sequence gives the numbers")
    } else {
        Finding::warning(Rule::Default, &it.id)
            .because("who leaves the column out gets another value than the model says")
    };
    Some(finding.at(it.said.place.as_ref()).values(one, other))
}

/// A serial column whose sequence does not go with it.
fn owned(both: &Both<'_>, it: &BothColumns<'_>, default: &str) -> Option<Finding> {
    if !default.starts_with("nextval(") {
        return None;
    }
    let is_owned = |catalog: &pg_diff::Catalog| {
        catalog.objects.iter().any(|(id, object)| {
            id.kind == Kind::SequenceOwner
                && matches!(&object.body, Body::SequenceOwner(owner) if owner.column == it.id)
        })
    };
    let (model, database) = (is_owned(&both.sides.made.catalog), is_owned(both.sides.other));
    let word = |is: bool| if is { "owned by the column" } else { "on its own" };
    // A model that only names the sequence says nothing of whom it belongs to.
    (model && !database).then(|| {
        Finding::warning(Rule::Sequence, &it.id)
            .at(it.said.place.as_ref())
            .values(word(model), word(database))
            .because("TRUNCATE RESTART IDENTITY and DROP TABLE leave the sequence as it is")
    })
}

/// A required column that only the ORM knows how to fill. Keys are made by
/// whoever makes the row.
fn python_default(
    both: &Both<'_>,
    it: &BothColumns<'_>,
    database: Option<&str>,
) -> Option<Finding> {
    let default = it.said.python_default.as_ref()?;
    let is_plain = default.kind != PythonDefaultKind::Sequence;
    let is_only = database.is_none() && !it.said.server_default && !it.said.fetched;
    let is_required = it.database.not_null.is_some() && it.model.not_null.is_some();
    if !is_plain || !is_only || !is_required || is_key(both, &it.id) {
        return None;
    }
    Some(
        Finding::warning(Rule::PythonDefault, &it.id)
            .at(it.said.place.as_ref())
            .values(format!("default={} in Python", default.text), "NOT NULL without a default")
            .because("raw SQL, COPY and other services have no value for it: their inserts fail"),
    )
}

fn is_key(both: &Both<'_>, column: &Id) -> bool {
    constraints_of(both.sides.other, &both.id).iter().any(|(_, it)| {
        it.kind == ConstraintKind::Primary && it.columns.iter().any(|name| **name == *column.part)
    })
}

/// At least one side is an identity column.
fn identity(
    both: &Both<'_>,
    it: &BothColumns<'_>,
    model: Option<&str>,
    database: Option<&str>,
) -> Option<Finding> {
    let (class, attribute) = (both.name(), &it.said.attribute);
    let (said, real) = (&it.model.identity, &it.database.identity);
    let word = |identity: &Option<pg_diff::catalog::Identity>, default: Option<&str>| match (
        identity, default,
    ) {
        (Some(it), _) if it.always => "GENERATED ALWAYS AS IDENTITY".to_owned(),
        (Some(_), _) => "GENERATED BY DEFAULT AS IDENTITY".to_owned(),
        (None, Some(default)) => format!("DEFAULT {default}"),
        (None, None) => String::new(),
    };
    let finding = match (said, real) {
        (Some(one), Some(other)) if one.always == other.always => return options(both, it),
        (Some(_), Some(other)) if other.always => Finding::warning(Rule::Identity, &it.id)
            .because(format!("an insert that gives {attribute} is refused")),
        (Some(_), Some(_)) => Finding::info(Rule::Identity, &it.id)
            .because("others may write numbers that the sequence gives again"),
        (Some(_), None) if database.is_none() => {
            let severity = if it.database.not_null.is_some() { "fails" } else { "writes NULL" };
            Finding::error(Rule::Identity, &it.id).because(format!(
                "an insert of {class} {severity}: nothing in the database gives {attribute} a number"
            ))
        }
        (Some(_), None) => Finding::info(Rule::Identity, &it.id)
            .because("the number comes from a sequence all the same"),
        (None, Some(other)) if model.is_some() && other.always => {
            Finding::warning(Rule::Identity, &it.id)
                .because(format!("an insert that gives {attribute} is refused"))
        }
        (None, Some(_)) if model.is_some() => Finding::info(Rule::Identity, &it.id)
            .because("the number comes from a sequence all the same"),
        (None, Some(other)) if other.always => {
            Finding::error(Rule::Identity, &it.id).because(format!(
                "every insert of {class} fails: it writes {attribute}, which only the server may"
            ))
        }
        (None, Some(_)) => Finding::warning(Rule::Identity, &it.id).because(format!(
            "an insert of {class} without {attribute} sends NULL instead of the next number"
        )),
        (None, None) => return None,
    };
    Some(finding.at(it.said.place.as_ref()).values(word(said, model), word(real, database)))
}

/// Start, increment and bounds of two identity columns.
fn options(both: &Both<'_>, it: &BothColumns<'_>) -> Option<Finding> {
    let of = |catalog: &pg_diff::Catalog, identity: &Option<pg_diff::catalog::Identity>| {
        let sequence = catalog.body(&identity.as_ref()?.sequence)?.sequence()?;
        let cycle = if sequence.cycles { " CYCLE" } else { "" };
        Some((
            format!(
                "START {} INCREMENT {} MINVALUE {} MAXVALUE {} CACHE {}{cycle}",
                sequence.start, sequence.increment, sequence.min, sequence.max, sequence.cache
            ),
            sequence.type_name.clone(),
        ))
    };
    let model = of(&both.sides.made.catalog, &it.model.identity)?;
    let database = of(both.sides.other, &it.database.identity)?;
    // Another type of the column is told, and its bounds with it.
    (model.0 != database.0 && model.1 == database.1).then(|| {
        Finding::info(Rule::Sequence, &it.id)
            .at(it.said.place.as_ref())
            .values(model.0, database.0)
            .because("other numbers are given")
    })
}
