//! Views and materialized views.
//!
//! Must never: touch a query's text.

use super::column::{options, spell_option};
use super::{Statement, ident, qualified};
use crate::catalog::{Id, MaterializedView, View};
use crate::diff::Property;

pub fn create_view(id: &Id, view: &View, replace: bool) -> Statement {
    let replace = if replace { "OR REPLACE " } else { "" };
    let with = with_clause(&view.options);
    let body = view.definition.trim();
    Statement::whole(format!("CREATE {replace}VIEW {}{with} AS\n{body}", qualified(id)))
}

fn with_clause(options: &[String]) -> String {
    if options.is_empty() {
        return String::new();
    }
    let options: Vec<String> = options.iter().map(|it| spell_option(it)).collect();
    format!(" WITH ({})", options.join(", "))
}

pub fn create_materialized_view(id: &Id, view: &MaterializedView) -> Statement {
    let using = view.access_method.as_ref().map(|it| format!(" USING {}", ident(it)));
    let data = if view.is_populated { "" } else { "\nWITH NO DATA" };
    Statement::whole(format!(
        "CREATE MATERIALIZED VIEW {}{}{} AS\n{}{data}",
        qualified(id),
        using.unwrap_or_default(),
        with_clause(&view.options),
        view.definition.trim()
    ))
}

pub fn refresh(id: &Id) -> Statement {
    Statement::whole(format!("REFRESH MATERIALIZED VIEW {}", qualified(id)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other properties are no such view's")]
pub fn alter_materialized_view(
    property: Property,
    id: &Id,
    (old, new): (&MaterializedView, &MaterializedView),
) -> Vec<Statement> {
    let place = qualified(id);
    let alter = |what: String| Statement::whole(format!("ALTER MATERIALIZED VIEW {place} {what}"));
    match property {
        Property::Options => options(&old.options, &new.options).into_iter().map(alter).collect(),
        Property::AccessMethod => {
            let method = new.access_method.as_deref().unwrap_or("heap");
            vec![alter(format!("SET ACCESS METHOD {}", ident(method)))]
        }
        Property::ClusterOn => vec![match &new.cluster_on {
            Some(index) => alter(format!("CLUSTER ON {}", ident(index))),
            None => alter("SET WITHOUT CLUSTER".to_owned()),
        }],
        Property::Populated => vec![refresh(id)],
        _ => Vec::new(),
    }
}
