//! Sequences that the models name: where their numbers begin and by how much
//! they grow.
//!
//! Must never: compare what the models leave to the server.

use pg_diff::catalog::{Body, Id, Kind, Sequence};

use super::super::extraction::Statement;
use super::super::finding::{Finding, Rule};
use super::Sides;

pub fn check(sides: Sides<'_>, found: &mut Vec<Finding>) {
    for it in &sides.said.sequences {
        let name = it.name.as_deref().unwrap_or_default();
        let id = Id::new(Kind::Sequence, it.schema.as_deref().unwrap_or("public"), name);
        let of = |catalog: &pg_diff::Catalog| catalog.body(&id).and_then(Body::sequence).cloned();
        // One that is not there is told with the column that draws from it.
        let (Some(model), Some(database)) = (of(&sides.made.catalog), of(sides.other)) else {
            continue;
        };
        let differences = differences(it, &model, &database);
        if differences.is_empty() {
            continue;
        }
        let shown = |side: fn(&Difference) -> i64| -> String {
            let each = differences.iter().map(|it| format!("{} {}", it.word, side(it)));
            each.collect::<Vec<_>>().join(", ")
        };
        let is_step = differences.iter().any(|it| it.word == "INCREMENT BY");
        let why = if is_step {
            "the numbers grow by other steps than the model says: who counts on them to give ids \
             in blocks gives some twice"
        } else {
            "a new sequence gives other numbers than the model says"
        };
        found.push(
            Finding::warning(Rule::Sequence, &id)
                .at(it.place.as_ref())
                .values(shown(|it| it.model), shown(|it| it.database))
                .because(why),
        );
    }
}

struct Difference {
    word: &'static str,
    model: i64,
    database: i64,
}

/// What the model's own words say and the database has otherwise.
fn differences(said: &Statement, model: &Sequence, database: &Sequence) -> Vec<Difference> {
    let all = [
        ("START WITH", model.start, database.start),
        ("INCREMENT BY", model.increment, database.increment),
        ("MINVALUE", model.min, database.min),
        ("MAXVALUE", model.max, database.max),
        ("CACHE", model.cache, database.cache),
    ];
    // A name could hold such words: what follows it counts.
    let (_, clauses) = said.sql.rsplit_once('"').unwrap_or(("", &said.sql));
    let differing = all.into_iter().filter(|(word, model, database)| {
        model != database && clauses.contains(&format!(" {word} "))
    });
    differing.map(|(word, model, database)| Difference { word, model, database }).collect()
}
