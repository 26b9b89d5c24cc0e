//! What is wrong with the models before any database is asked.
//!
//! Must never: repeat what a comparison tells.

use pg_diff::catalog::{Id, Kind};

use super::super::extraction::{BrokenKind, Extraction};
use super::super::finding::{Finding, Rule};
use super::super::made::Made;
use super::{id_of, id_of_key};

pub fn check(said: &Extraction, made: Option<&Made>) -> Vec<Finding> {
    let mut found = Vec::new();
    for it in &said.faults {
        let object = it.table.as_deref().and_then(|key| id_of_key(said, key));
        let is_whole = object.is_none();
        let object = object.unwrap_or_else(|| Id::global(Kind::Namespace, "models"));
        let (rule, consequence) = match it.kind {
            BrokenKind::Absent | BrokenKind::Import => {
                (Rule::Import, "nothing that uses the models starts")
            }
            BrokenKind::Mapping => (Rule::Mapping, "the first query of any mapped class fails"),
            BrokenKind::Ddl => (Rule::Invalid, "statements that need it fail"),
        };
        let about = it.about.as_deref().unwrap_or_default();
        let finding = Finding::error(rule, &object)
            .at(it.place.as_ref())
            .values(format!("{about} {}", it.message).trim(), "")
            .because(consequence);
        found.push(if is_whole { finding.called("models") } else { finding });
    }
    let refused = made.into_iter().flat_map(|made| made.refused.iter().map(move |it| (made, it)));
    for (made, it) in refused {
        let statement = &it.statement;
        let Some(table) = said.table(&statement.table) else { continue };
        let is_whole = statement.about == "table";
        let is_follow_up = !is_whole && !made.catalog.contains(&id_of(table));
        if is_follow_up {
            continue;
        }
        found.push(
            Finding::error(Rule::Invalid, &id_of(table))
                .at(statement.place.as_ref())
                .values(format!("{}: {}", statement.about, it.why), "")
                .because("PostgreSQL refuses what the model describes"),
        );
    }
    for it in &said.unimported {
        found.push(
            Finding::warning(Rule::Unimported, &Id::new(Kind::Table, "public", &it.table))
                .at(Some(&it.place))
                .values(format!("`{}` describes it", it.module), "")
                .because(
                    "nobody imports the module: relationships to it fail and it is not compared",
                ),
        );
    }
    found
}
