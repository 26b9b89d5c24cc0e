//! Labels of enums and domains, which types of columns name and do not say.
//!
//! Must never: tell of a type that is not there; its columns do.

use std::collections::BTreeSet;

use pg_diff::catalog::{Body, Id, Kind};

use super::super::extraction::ModelEnum;
use super::super::finding::{Finding, Rule};
use super::Sides;

pub fn check(sides: Sides<'_>, found: &mut Vec<Finding>) {
    let mut told: BTreeSet<Id> = BTreeSet::new();
    for table in &sides.said.tables {
        for column in &table.columns {
            let Some(said) = column.enumeration.as_ref().filter(|it| it.native) else { continue };
            let id = Id::new(Kind::Enum, said.schema.as_deref().unwrap_or("public"), &said.name);
            let Some(real) = sides.other.body(&id).and_then(Body::enumeration) else { continue };
            if said.labels != real.labels && told.insert(id.clone()) {
                let finding = judged(&id, said, &real.labels);
                found.push(
                    finding
                        .at(column.place.as_ref())
                        .values(said.labels.join(", "), real.labels.join(", ")),
                );
            }
        }
    }
    domains(sides, found);
}

fn judged(id: &Id, said: &ModelEnum, real: &[String]) -> Finding {
    let only = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|it| !other.contains(it)).map(|it| format!("`{it}`")).collect()
    };
    let (unknown, unread) = (only(&said.labels, real), only(real, &said.labels));
    if !unknown.is_empty() {
        return Finding::error(Rule::Enum, id)
            .because(format!("writing or comparing {} fails", unknown.join(", ")));
    }
    if !unread.is_empty() {
        return Finding::warning(Rule::Enum, id)
            .because(format!("reading a row with {} fails with LookupError", unread.join(", ")));
    }
    Finding::warning(Rule::Enum, id).because("rows sort and compare in another order")
}

/// Domains that the models make.
fn domains(sides: Sides<'_>, found: &mut Vec<Finding>) {
    for it in &sides.said.types {
        let name = it.name.as_deref().unwrap_or_default();
        let id = Id::new(Kind::Domain, it.schema.as_deref().unwrap_or("public"), name);
        let of = |catalog: &pg_diff::Catalog| -> Option<String> {
            let domain = catalog.body(&id)?.domain()?;
            let null = if domain.not_null { " NOT NULL" } else { "" };
            let default = domain.default.as_ref().map(|it| format!(" DEFAULT {it}"));
            let checks = super::parts_of(catalog, &id, Kind::DomainConstraint);
            let mut checks: Vec<String> = checks
                .filter_map(|(_, body)| Some(format!(" {}", body.domain_constraint()?.definition)))
                .collect();
            checks.sort_unstable();
            let default = default.unwrap_or_default();
            Some(format!("{}{default}{null}{}", domain.base_type, checks.concat()))
        };
        let (Some(model), Some(database)) = (of(&sides.made.catalog), of(sides.other)) else {
            continue;
        };
        if model != database {
            found.push(
                Finding::warning(Rule::Domain, &id)
                    .at(it.place.as_ref())
                    .values(model, database)
                    .because("values are refused, or let in, otherwise than the model says"),
            );
        }
    }
}
