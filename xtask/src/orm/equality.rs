//! Expressions that are spelled unlike and come to the same, told by the
//! server: `'{}'` and `ARRAY[]::text[]`, `now()` and `CURRENT_TIMESTAMP`.
//!
//! Must never: believe two expressions equal because they look alike.

use std::collections::BTreeSet;

use anyhow::Result;
use pg_diff::Catalog;
use pg_diff::catalog::{Id, Kind};
use pg_live::Session;

use crate::context::Ctx;

/// Pairs of defaults, of the models and of a database, that put the same into
/// a column.
#[derive(Default)]
pub struct Equal(BTreeSet<(String, String)>);

impl Equal {
    pub fn is(&self, model: &str, database: &str) -> bool {
        model == database || self.0.contains(&(model.to_owned(), database.to_owned()))
    }

    /// Asks about the defaults that differ, in the transaction of `session`.
    pub fn ask(ctx: &Ctx, session: &Session, models: &Catalog, other: &Catalog) -> Result<Equal> {
        let questions: BTreeSet<(String, String, String)> = models
            .objects
            .iter()
            .filter(|(id, _)| id.kind == Kind::Default)
            .filter_map(|(id, _)| {
                let (model, database) = (default_of(models, id)?, default_of(other, id)?);
                let column = other.body(&id.with(Kind::Column, &id.part))?.column()?;
                let differ = model != database && !calls_nextval(&[model, database]);
                differ.then(|| (model.to_owned(), database.to_owned(), column.type_name.clone()))
            })
            .collect();
        if questions.is_empty() {
            return Ok(Equal::default());
        }
        let equal = ctx.wait(async {
            // In a zone of its own, so that UTC is not taken for local time; a
            // moment after the beginning: what is the same now and then is
            // not what only begins the same, as clock_timestamp() does.
            let begin = "SAVEPOINT questions; SET LOCAL TimeZone = 'Asia/Kathmandu'; \
                 SET LOCAL search_path = ''; SELECT pg_sleep(0.002)";
            session.execute(begin).await?;
            let mut equal = BTreeSet::new();
            for (model, database, kind) in questions {
                session.execute("SAVEPOINT question").await?;
                let cast = |it: &str| format!("CAST(CAST(({it}) AS {kind}) AS text)");
                let sql =
                    format!("SELECT {} IS NOT DISTINCT FROM {}", cast(&model), cast(&database));
                match session.query_one(&sql, &[]).await {
                    Ok(row) if row.get(0) => {
                        equal.insert((model, database));
                    }
                    Ok(_) => {}
                    Err(error) if error.sqlstate.is_none() => return Err(error),
                    // What cannot be asked is not known to be equal.
                    Err(_) => session.execute("ROLLBACK TO SAVEPOINT question").await?,
                }
            }
            session.execute("ROLLBACK TO SAVEPOINT questions").await?;
            pg_live::Result::Ok(equal)
        })?;
        Ok(Equal(equal))
    }
}

fn default_of<'a>(catalog: &'a Catalog, id: &Id) -> Option<&'a str> {
    Some(catalog.body(id)?.default()?.expression.as_str())
}

/// What takes a number from a sequence is not to be asked.
fn calls_nextval(expressions: &[&str]) -> bool {
    expressions.iter().any(|it| it.contains("nextval("))
}
