//! Extensions, publications, text search configurations, casts.
//!
//! Must never: name a version that was not asked for.

use super::{Statement, ident, literal, qualified};
use crate::catalog::{Cast, Extension, Id, Publication, PublishedTable, TextSearchConfiguration};
use crate::diff::{Difference, Property};

pub fn create_extension(id: &Id, extension: &Extension) -> Statement {
    Statement::whole(format!(
        "CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {} VERSION {}",
        ident(&id.name),
        ident(&extension.namespace),
        literal(&extension.version)
    ))
}

pub fn alter_extension(id: &Id, old: &Extension, new: &Extension) -> Vec<Statement> {
    let name = ident(&id.name);
    let mut all = Vec::new();
    if old.version != new.version {
        let version = literal(&new.version);
        all.push(Statement::whole(format!("ALTER EXTENSION {name} UPDATE TO {version}")));
    }
    if old.namespace != new.namespace {
        let namespace = ident(&new.namespace);
        all.push(Statement::whole(format!("ALTER EXTENSION {name} SET SCHEMA {namespace}")));
    }
    all
}

pub fn create_publication(id: &Id, publication: &Publication) -> Statement {
    let with = format!(" WITH ({})", publication.options.join(", "));
    let with = if publication.options.is_empty() { String::new() } else { with };
    let what = if publication.all_tables {
        " FOR ALL TABLES".to_owned()
    } else {
        match objects(publication) {
            list if list.is_empty() => String::new(),
            list => format!(" FOR {list}"),
        }
    };
    Statement::whole(format!("CREATE PUBLICATION {}{what}{with}", ident(&id.name)))
}

fn objects(publication: &Publication) -> String {
    let tables = publication.tables.iter().map(|it| format!("TABLE {}", published(it)));
    let namespaces =
        publication.namespaces.iter().map(|it| format!("TABLES IN SCHEMA {}", ident(it)));
    tables.chain(namespaces).collect::<Vec<_>>().join(", ")
}

fn published(table: &PublishedTable) -> String {
    let columns = if table.columns.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = table.columns.iter().map(|it| ident(it)).collect();
        format!(" ({})", names.join(", "))
    };
    let filter = table.filter.as_ref().map(|it| format!(" WHERE ({it})")).unwrap_or_default();
    format!("{}{columns}{filter}", table.table)
}

pub fn alter_publication(
    id: &Id,
    (old, new): (&Publication, &Publication),
    differences: &[Difference],
) -> Vec<Statement> {
    let name = ident(&id.name);
    let has = |property: Property| differences.iter().any(|it| it.property == property);
    let mut all = Vec::new();
    if has(Property::Options) {
        let options = new.options.join(", ");
        all.push(Statement::whole(format!("ALTER PUBLICATION {name} SET ({options})")));
    }
    if has(Property::Tables) || has(Property::Namespace) {
        let list = objects(new);
        if list.is_empty() {
            let old = objects(&Publication {
                tables: old
                    .tables
                    .iter()
                    .map(|it| PublishedTable { columns: vec![], filter: None, ..it.clone() })
                    .collect(),
                ..old.clone()
            });
            all.push(Statement::whole(format!("ALTER PUBLICATION {name} DROP {old}")));
        } else {
            all.push(Statement::whole(format!("ALTER PUBLICATION {name} SET {list}")));
        }
    }
    all
}

pub fn create_configuration(id: &Id, new: &TextSearchConfiguration) -> Vec<Statement> {
    let place = qualified(id);
    let parser = &new.parser;
    let create = format!("CREATE TEXT SEARCH CONFIGURATION {place} (PARSER = {parser})");
    let mut all = vec![Statement::whole(create)];
    let empty = TextSearchConfiguration { parser: parser.clone(), mappings: Vec::new() };
    all.extend(alter_configuration(id, &empty, new));
    all
}

pub fn alter_configuration(
    id: &Id,
    old: &TextSearchConfiguration,
    new: &TextSearchConfiguration,
) -> Vec<Statement> {
    let place = qualified(id);
    let find = |list: &TextSearchConfiguration, token: &str| {
        list.mappings.iter().find(|it| it.0 == token).cloned()
    };
    let alter =
        |what: String| Statement::whole(format!("ALTER TEXT SEARCH CONFIGURATION {place} {what}"));
    let gone = old.mappings.iter().filter(|it| find(new, &it.0).is_none());
    let mut all: Vec<Statement> =
        gone.map(|it| alter(format!("DROP MAPPING FOR {}", ident(&it.0)))).collect();
    for (token, dictionaries) in new.mappings.iter().filter(|it| !old.mappings.contains(it)) {
        let verb = if find(old, token).is_some() { "ALTER" } else { "ADD" };
        let list = dictionaries.join(", ");
        all.push(alter(format!("{verb} MAPPING FOR {} WITH {list}", ident(token))));
    }
    all
}

pub fn create_cast(cast: &Cast) -> Statement {
    Statement::whole(format!(
        "CREATE CAST ({} AS {}) {}",
        cast.source, cast.target, cast.definition
    ))
}
