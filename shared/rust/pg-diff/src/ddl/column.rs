//! Columns: in a CREATE TABLE, added, altered.
//!
//! Must never: rewrite a column's text; types and expressions come spelled by
//! PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Statement, ident, literal, qualified, relation, sequence, table_head, usual_not_null_name,
};
use crate::catalog::{
    Catalog, Column, Generated, GeneratedKind, Id, Identity, Kind, NotNull, Sequence,
};
use crate::diff::Property;

/// What goes into the definitions of columns.
#[derive(Debug, Default)]
pub struct Inline {
    /// Expressions of defaults.
    pub defaults: BTreeMap<Id, String>,
    /// Columns whose NOT NULL is named, because the server would give it
    /// another name than the usual one.
    pub named: BTreeSet<Id>,
}

impl Inline {
    fn default_of(&self, column: &Id) -> Option<&str> {
        self.defaults.get(&column.with(Kind::Default, &column.part)).map(String::as_str)
    }
}

/// `name type COLLATE c DEFAULT e NOT NULL`.
pub fn definition(catalog: &Catalog, id: &Id, column: &Column, inline: &Inline) -> String {
    let mut text = format!("{} {}", ident(&id.part), column.type_name);
    if !column.foreign_options.is_empty() {
        text.push_str(&format!(" OPTIONS ({})", column.foreign_options.join(", ")));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = inline.default_of(id) {
        text.push_str(&format!(" DEFAULT {default}"));
    }
    if let Some(generated) = &column.generated {
        text.push_str(&generated_clause(generated));
    }
    if let Some(identity) = &column.identity
        && own_sequence(catalog, id, identity).is_some()
    {
        text.push(' ');
        text.push_str(&identity_clause(catalog, identity));
    }
    if let Some(not_null) = &column.not_null {
        text.push(' ');
        text.push_str(&not_null_clause(id, not_null, inline.named.contains(id)));
    }
    text
}

fn generated_clause(generated: &Generated) -> String {
    let kind = match generated.kind {
        GeneratedKind::Stored => "STORED",
        GeneratedKind::Virtual => "VIRTUAL",
    };
    format!(" GENERATED ALWAYS AS ({}) {kind}", generated.expression)
}

fn not_null_clause(id: &Id, not_null: &NotNull, named: bool) -> String {
    let inherit = if not_null.no_inherit { " NO INHERIT" } else { "" };
    if named || not_null.name.is_some() {
        format!("CONSTRAINT {} NOT NULL{inherit}", ident(&not_null_name(id, not_null)))
    } else {
        format!("NOT NULL{inherit}")
    }
}

/// The sequence of an identity column, unless it is the parent table's: a
/// partition has its parent's identity.
fn own_sequence<'a>(catalog: &'a Catalog, id: &Id, identity: &Identity) -> Option<&'a Sequence> {
    if catalog.body(&id.of(Kind::Table))?.partition().is_some() {
        return None;
    }
    catalog.body(&identity.sequence)?.sequence()
}

fn identity_clause(catalog: &Catalog, identity: &Identity) -> String {
    let always = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let mut options = format!("SEQUENCE NAME {}", qualified(&identity.sequence));
    if let Some(sequence) = catalog.body(&identity.sequence).and_then(|it| it.sequence()) {
        options.push(' ');
        options.push_str(&sequence::options(sequence));
    }
    format!("GENERATED {always} AS IDENTITY ({options})")
}

/// A new type takes storage and compression back to the type's own.
/// Source: `ATExecAlterColumnType` of tablecmds.c.
pub fn settings_after_type(id: &Id, column: &Column) -> Option<Statement> {
    let name = ident(&id.part);
    let mut actions = Vec::new();
    if let Some(storage) = &column.storage {
        actions.push(format!("ALTER COLUMN {name} SET STORAGE {storage}"));
    }
    if let Some(method) = &column.compression {
        actions.push(format!("ALTER COLUMN {name} SET COMPRESSION {method}"));
    }
    let text = format!("{} {}", table_head(id, true), actions.join(", "));
    (!actions.is_empty()).then(|| Statement::whole(text))
}

/// Settings that a column definition cannot say.
pub fn settings(id: &Id, column: &Column) -> Vec<Statement> {
    let head = table_head(id, true);
    let name = ident(&id.part);
    let alter = |what: String| Statement::action(&head, format!("ALTER COLUMN {name} {what}"));
    let mut all = Vec::new();
    if let Some(storage) = &column.storage {
        all.push(alter(format!("SET STORAGE {storage}")));
    }
    if let Some(method) = &column.compression {
        all.push(alter(format!("SET COMPRESSION {method}")));
    }
    if let Some(target) = column.statistics {
        all.push(alter(format!("SET STATISTICS {target}")));
    }
    if !column.options.is_empty() {
        all.push(alter(format!("SET ({})", column.options.join(", "))));
    }
    all
}

pub fn add_column(catalog: &Catalog, id: &Id, column: &Column, inline: &Inline) -> Vec<Statement> {
    let add = Statement::action(
        table_head(id, false),
        format!("ADD COLUMN {}", definition(catalog, id, column, inline)),
    );
    // A generated column reads others of the same ALTER TABLE too early.
    let mut all = vec![if column.generated.is_some() { add.alone() } else { add }];
    all.extend(settings(id, column));
    all
}

pub fn set_default(id: &Id, expression: &str) -> Statement {
    let action = format!("ALTER COLUMN {} SET DEFAULT {expression}", ident(&id.part));
    Statement::action(table_head(id, true), action)
}

/// `ALTER COLUMN ... TYPE ... USING ...`.
pub fn type_change(id: &Id, column: &Column, using: &str) -> Statement {
    let name = ident(&id.part);
    let collation = column.collation.as_ref().map(|it| format!(" COLLATE {it}"));
    let action = format!(
        "ALTER COLUMN {name} TYPE {}{} USING {using}",
        column.type_name,
        collation.unwrap_or_default()
    );
    Statement::action(table_head(id, false), action)
}

/// One property of a column that is neither its type nor its default.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other properties are no column's")]
pub fn alter_column(
    property: Property,
    catalog: &Catalog,
    id: &Id,
    (old, new): (&Column, &Column),
) -> Vec<Statement> {
    let name = ident(&id.part);
    let on = |only: bool, what: String| {
        Statement::action(table_head(id, only), format!("ALTER COLUMN {name} {what}"))
    };
    match property {
        Property::NotNull => not_null(id, old, new),
        Property::NotNullName => rename_not_null(id, old, new),
        Property::Identity => identity(catalog, id, old, new),
        Property::Storage => {
            let storage = new.storage.as_deref().unwrap_or_else(|| usual_storage(&new.type_name));
            vec![on(true, format!("SET STORAGE {storage}"))]
        }
        Property::Compression => {
            let method = new.compression.as_deref().unwrap_or("default");
            vec![on(true, format!("SET COMPRESSION {method}"))]
        }
        Property::Statistics => {
            vec![on(true, format!("SET STATISTICS {}", new.statistics.unwrap_or(-1)))]
        }
        Property::Options => {
            options(&old.options, &new.options).into_iter().map(|what| on(true, what)).collect()
        }
        Property::ForeignOptions => {
            let changed = foreign_options(&old.foreign_options, &new.foreign_options);
            vec![on(false, format!("OPTIONS ({changed})"))]
        }
        _ => Vec::new(),
    }
}

/// What a type that is stored outside of its row is given; DEFAULT says it
/// since 16 only. Source: `pg_type.typstorage`.
fn usual_storage(type_name: &str) -> &'static str {
    match type_name.split('(').next().unwrap_or(type_name) {
        "numeric" | "inet" | "cidr" => "MAIN",
        _ => "EXTENDED",
    }
}

fn not_null(id: &Id, old: &Column, new: &Column) -> Vec<Statement> {
    let name = ident(&id.part);
    let head = table_head(id, false);
    let drop = || Statement::action(&head, format!("ALTER COLUMN {name} DROP NOT NULL"));
    match (&old.not_null, &new.not_null) {
        (Some(_), None) => vec![drop()],
        (None, Some(new)) => {
            vec![if new.name.is_some() || new.no_inherit || !new.is_validated {
                let own = new.name.as_ref().map(|it| format!("CONSTRAINT {} ", ident(it)));
                let inherit = if new.no_inherit { " NO INHERIT" } else { "" };
                let valid = if new.is_validated { "" } else { " NOT VALID" };
                let own = own.unwrap_or_default();
                Statement::action(&head, format!("ADD {own}NOT NULL {name}{inherit}{valid}"))
            } else {
                Statement::action(&head, format!("ALTER COLUMN {name} SET NOT NULL"))
            }]
        }
        (Some(old), Some(new)) => {
            let constraint = ident(&not_null_name(id, old));
            let mut all = Vec::new();
            if old.no_inherit != new.no_inherit {
                let how = if new.no_inherit { "NO INHERIT" } else { "INHERIT" };
                all.push(Statement::action(&head, format!("ALTER CONSTRAINT {constraint} {how}")));
            }
            if new.is_validated && !old.is_validated {
                all.push(Statement::action(&head, format!("VALIDATE CONSTRAINT {constraint}")));
            } else if old.is_validated && !new.is_validated {
                let own = new.name.as_ref().map(|it| format!("CONSTRAINT {} ", ident(it)));
                all.push(drop().alone());
                let text = format!("ADD {}NOT NULL {name} NOT VALID", own.unwrap_or_default());
                all.push(Statement::action(&head, text));
            }
            all
        }
        (None, None) => Vec::new(),
    }
}

/// What a NOT NULL is called.
pub fn not_null_name(id: &Id, not_null: &NotNull) -> String {
    not_null.name.clone().unwrap_or_else(|| usual_not_null_name(&id.name, &id.part))
}

fn rename_not_null(id: &Id, old: &Column, new: &Column) -> Vec<Statement> {
    let (Some(old), Some(new)) = (&old.not_null, &new.not_null) else { return Vec::new() };
    let (from, to) = (ident(&not_null_name(id, old)), ident(&not_null_name(id, new)));
    let table = qualified(id);
    vec![Statement::whole(format!("ALTER TABLE {table} RENAME CONSTRAINT {from} TO {to}"))]
}

fn identity(catalog: &Catalog, id: &Id, old: &Column, new: &Column) -> Vec<Statement> {
    let name = ident(&id.part);
    let on = |what: String| {
        Statement::action(table_head(id, false), format!("ALTER COLUMN {name} {what}"))
    };
    match (&old.identity, &new.identity) {
        (Some(_), None) => vec![on("DROP IDENTITY".to_owned())],
        (None, Some(identity)) => {
            // The next value must not be one that is there.
            let sequence = literal(&qualified(&identity.sequence));
            let table = relation(&id.namespace, &id.name);
            let top = format!(
                "SELECT pg_catalog.setval({sequence}, max({name})) FROM {table} HAVING max({name}) IS NOT NULL"
            );
            let add = on(format!("ADD {}", identity_clause(catalog, identity)));
            vec![add.alone(), Statement::whole(top)]
        }
        (Some(before), Some(after)) => {
            let mut all = Vec::new();
            if before.always != after.always {
                let how = if after.always { "ALWAYS" } else { "BY DEFAULT" };
                all.push(on(format!("SET GENERATED {how}")));
            }
            if before.sequence != after.sequence {
                all.push(super::sequence::rename(&before.sequence, &after.sequence));
            }
            all
        }
        (None, None) => Vec::new(),
    }
}

/// `SET (...)` and `RESET (...)` from one list of options to another.
pub fn options(old: &[String], new: &[String]) -> Vec<String> {
    let key = |option: &String| option.split('=').next().unwrap_or_default().to_owned();
    let set: Vec<&String> = new.iter().filter(|it| !old.contains(it)).collect();
    let keys: Vec<String> = new.iter().map(key).collect();
    let reset: Vec<String> = old.iter().map(key).filter(|it| !keys.contains(it)).collect();
    let mut all = Vec::new();
    if !reset.is_empty() {
        all.push(format!("RESET ({})", reset.join(", ")));
    }
    if !set.is_empty() {
        let spelled: Vec<String> = set.into_iter().map(|it| spell_option(it)).collect();
        all.push(format!("SET ({})", spelled.join(", ")));
    }
    all
}

/// `fillfactor=70` → `fillfactor='70'`: any value is safe as a literal.
pub fn spell_option(option: &str) -> String {
    match option.split_once('=') {
        Some((key, value)) => format!("{key}={}", literal(value)),
        None => option.to_owned(),
    }
}

/// `ADD a '1', SET b '2', DROP c` from one list of `name 'value'` to another.
pub fn foreign_options(old: &[String], new: &[String]) -> String {
    let key = |option: &String| option.split(" '").next().unwrap_or_default().to_owned();
    let mut parts = Vec::new();
    for option in old {
        if !new.iter().any(|it| key(it) == key(option)) {
            parts.push(format!("DROP {}", key(option)));
        }
    }
    for option in new.iter().filter(|it| !old.contains(it)) {
        let verb = if old.iter().any(|it| key(it) == key(option)) { "SET" } else { "ADD" };
        parts.push(format!("{verb} {option}"));
    }
    parts.join(", ")
}
