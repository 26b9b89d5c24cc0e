//! Constraints and indexes in the words of either side: an element of
//! `__table_args__`, a line or a statement of init.sql.
//!
//! Must never: change a definition on the way.

use pg_diff::catalog::{Body, Constraint, ConstraintKind, Id, Index, Kind};
use pg_diff::scan::{Lexer, TokenKind, split_list, until_closed};
use serde_json::{Value, json};

use super::finding::Rule;
use super::init_edit::SqlEdit;
use super::python_type::quoted;
use super::remedy::{Case, imports, with};

/// What a side has of a finding's constraint or index.
fn part<'a>(case: &Case<'a>, of_models: bool) -> Option<(Id, &'a Body)> {
    let catalog = if of_models { case.made } else { case.other };
    let object = &case.told.finding.object;
    let (own, said) = match of_models {
        true => (catalog.body(object), &case.told.finding.model),
        false => {
            (catalog.body(object), case.told.init.as_ref().unwrap_or(&case.told.finding.database))
        }
    };
    if said.is_empty() {
        return None;
    }
    if let Some(body) = own {
        return Some((object.clone(), body));
    }
    // Under another name: by what it says.
    let mut others = catalog.objects.iter().filter(|(id, _)| id.kind == object.kind);
    let found = others.find(|(id, it)| {
        let constraint = it.body.constraint();
        let is_key = constraint.is_some_and(|it| id.name == object.name && it.definition == *said);
        is_key || it.body.index().is_some_and(|it| said.ends_with(it.definition.as_str()))
    });
    found.map(|(id, it)| (id.clone(), &it.body))
}

/// `ForeignKey(...)` at the column that has it.
fn key_of_column(case: &Case<'_>, model: Option<&Body>, other: Option<&Body>) -> Option<Value> {
    let key = |body: Option<&Body>| body.and_then(Body::constraint).cloned();
    let (model, other) = (key(model), key(other));
    let own = model.as_ref().or(other.as_ref())?;
    let [column] = own.columns.as_slice() else { return None };
    let said = case.table?.columns.iter().find(|it| it.name == *column)?;
    let to = match &other {
        Some(it) => {
            let (remote, options) = target(it)?;
            let [remote] = remote.as_slice() else { return None };
            Some(format!("ForeignKey({remote}{options})"))
        }
        None => None,
    };
    case.set_call(&said.attribute, "ForeignKey", to)
}

/// The change of the models: add, replace or take away.
pub fn of_model(case: &Case<'_>) -> Option<Value> {
    let (model, other) = (part(case, true), part(case, false));
    if case.told.finding.rule == Rule::ForeignKey
        && let Some(edit) =
            key_of_column(case, model.as_ref().map(|it| it.1), other.as_ref().map(|it| it.1))
    {
        return Some(edit);
    }
    let said = match &other {
        Some((id, body)) => Some(argument(id, body)?),
        None => None,
    };
    match (model, said) {
        (None, Some(argument)) => Some(told(case.edit("add_argument", None)?, &argument)),
        (Some((id, _)), Some(argument)) => {
            let edit = case.edit("set_argument", None)?;
            Some(told(with(edit, &[("name", json!(id.own_name()))]), &argument))
        }
        (Some((id, body)), None) => {
            let name = id.own_name();
            let table = case.table?;
            let parts = table.constraints.iter().chain(&table.indexes);
            let is_said =
                parts.into_iter().any(|it| it.name.as_deref() == Some(name) && it.place.is_some());
            if is_said {
                let edit = case.edit("remove_argument", None)?;
                return Some(with(edit, &[("name", json!(name))]));
            }
            // Said at the column: unique=True, index=True.
            let (keyword, column) = match (body.constraint(), body.index()) {
                (Some(it), _) if it.kind == ConstraintKind::Unique => {
                    ("unique", it.columns.first()?.clone())
                }
                (_, Some(it)) => {
                    ("index", Columns::of(it).list.first()?.trim_matches('"').to_owned())
                }
                _ => return None,
            };
            let attribute = &table.columns.iter().find(|it| it.name == column)?.attribute;
            let edit = case.edit("drop_keyword", Some(attribute))?;
            Some(with(edit, &[("keyword", json!(keyword))]))
        }
        (None, None) => None,
    }
}

/// The change of init.sql.
pub fn of_init(case: &Case<'_>) -> Option<SqlEdit> {
    let (model, other) = (part(case, true), part(case, false));
    let is_index = case.told.finding.object.kind == Kind::Index;
    let name = other.as_ref().map(|(id, _)| id.own_name().to_owned());
    let said = match &model {
        Some((id, body)) => Some(spelled(id, body)?),
        None => None,
    };
    // A key of one column stands at the column, as a rule.
    let key = other.as_ref().and_then(|(_, body)| body.constraint());
    if let Some(key) = key.filter(|it| it.kind == ConstraintKind::Foreign)
        && let [column] = key.columns.as_slice()
    {
        let to = model.as_ref().and_then(|(_, body)| body.constraint()).and_then(|it| {
            let (_, rest) = it.definition.split_once(" REFERENCES ")?;
            Some(format!("REFERENCES {}", bare(rest)))
        });
        return Some(SqlEdit::References { column: column.clone(), to });
    }
    match (name, said, is_index) {
        (None, Some(sql), true) => Some(SqlEdit::AddStatement { sql }),
        (Some(name), to, true) => Some(SqlEdit::SetIndex { name, to }),
        (None, Some(line), false) => Some(SqlEdit::AddConstraint { line }),
        (Some(name), to, false) => Some(SqlEdit::SetConstraint { name, to }),
        (None, None, _) => None,
    }
}

/// As init.sql says it.
fn spelled(id: &Id, body: &Body) -> Option<String> {
    if let Some(it) = body.constraint() {
        let definition = match condition(&it.definition) {
            Some(inside) => format!("CHECK ({})", bare(inside)),
            None => bare(&it.definition),
        };
        return Some(format!("CONSTRAINT {} {definition}", identifier(id.own_name())));
    }
    let it = body.index()?;
    let unique = if it.is_unique { "UNIQUE " } else { "" };
    let plain = it.definition.strip_prefix("USING btree ").unwrap_or(&it.definition);
    let (name, table) = (identifier(&id.name), identifier(&it.table.name));
    Some(format!("CREATE {unique}INDEX {name} ON {table} {};", bare(plain)))
}

/// An element of `__table_args__`, and what it needs.
type Argument = (String, Vec<&'static str>);

fn told(edit: Value, (said, needed): &Argument) -> Value {
    let needed: Vec<(&'static str, String)> =
        needed.iter().map(|it| ("sqlalchemy", (*it).to_owned())).collect();
    with(edit, &[("argument", json!(said)), ("imports", imports(&needed))])
}

pub fn argument(id: &Id, body: &Body) -> Option<Argument> {
    let name = quoted(id.own_name());
    match (body.index(), body.constraint()) {
        (Some(it), _) => Some(index(&name, it)),
        (_, Some(it)) => constraint(&name, it),
        (None, None) => None,
    }
}

fn constraint(name: &str, it: &Constraint) -> Option<Argument> {
    let columns: Vec<String> = it.columns.iter().map(|it| quoted(it)).collect();
    match it.kind {
        ConstraintKind::Unique => {
            let mut said = format!("UniqueConstraint({}, name={name}", columns.join(", "));
            if it.definition.contains("NULLS NOT DISTINCT") {
                said.push_str(", postgresql_nulls_not_distinct=True");
            }
            said.push_str(timing(it));
            Some((format!("{said})"), vec!["UniqueConstraint"]))
        }
        ConstraintKind::Check => {
            let inside = condition(&it.definition)?;
            Some((
                format!("CheckConstraint({}, name={name})", quoted(inside)),
                vec!["CheckConstraint"],
            ))
        }
        ConstraintKind::Foreign => {
            let (remote, options) = target(it)?;
            let said = format!(
                "ForeignKeyConstraint([{}], [{}], name={name}{options})",
                columns.join(", "),
                remote.join(", ")
            );
            Some((said, vec!["ForeignKeyConstraint"]))
        }
        ConstraintKind::Primary | ConstraintKind::Exclude => None,
    }
}

/// The columns a foreign key refers to, in quotes, and its other arguments.
fn target(it: &Constraint) -> Option<(Vec<String>, String)> {
    let target = it.references.as_ref()?;
    let (_, rest) = it.definition.split_once(" REFERENCES ")?;
    let (_, list) = rest.split_once('(')?;
    let (list, tail) = until_closed(list)?;
    let schema = match &*target.namespace {
        "public" => String::new(),
        other => format!("{other}."),
    };
    let remote = split_list(list)
        .into_iter()
        .map(|it| quoted(&format!("{schema}{}.{}", target.name, it.trim_matches('"'))))
        .collect();
    let mut said = String::new();
    for (word, argument) in [("ON DELETE ", "ondelete"), ("ON UPDATE ", "onupdate")] {
        let Some(at) = tail.find(word) else { continue };
        let rest = &tail[at + word.len()..];
        let ends = [" ON ", " DEFERRABLE", " NOT VALID"].iter().filter_map(|it| rest.find(it));
        let action = &rest[..ends.min().unwrap_or(rest.len())];
        said.push_str(&format!(", {argument}={}", quoted(action.trim())));
    }
    if tail.contains("MATCH FULL") {
        said.push_str(", match=\"FULL\"");
    }
    said.push_str(timing(it));
    Some((remote, said))
}

/// What stands in `CHECK ((...))`.
fn condition(definition: &str) -> Option<&str> {
    let (inside, _) = until_closed(definition.strip_prefix("CHECK (")?)?;
    let inner = inside.strip_prefix('(').and_then(until_closed);
    Some(inner.filter(|(_, rest)| rest.is_empty()).map_or(inside, |(text, _)| text))
}

fn timing(it: &Constraint) -> &'static str {
    match (it.is_deferrable, it.is_deferred) {
        (_, true) => ", deferrable=True, initially=\"DEFERRED\"",
        (true, false) => ", deferrable=True",
        (false, false) => "",
    }
}

fn index(name: &str, it: &Index) -> Argument {
    let columns = Columns::of(it);
    let mut needed = vec!["Index"];
    let is_name = |word: &str| {
        let word = word.trim_matches('"');
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let parts: Vec<String> = columns
        .list
        .iter()
        .map(|it| match is_name(it) {
            true => quoted(it.trim_matches('"')),
            false => format!("text({})", quoted(it)),
        })
        .collect();
    let mut said = format!("Index({name}, {}", parts.join(", "));
    if it.is_unique {
        said.push_str(", unique=True");
    }
    if columns.method != "btree" {
        said.push_str(&format!(", postgresql_using={}", quoted(columns.method)));
    }
    let include: Vec<String> =
        columns.include.iter().map(|it| quoted(it.trim_matches('"'))).collect();
    if !include.is_empty() {
        said.push_str(&format!(", postgresql_include=[{}]", include.join(", ")));
    }
    if let Some(predicate) = columns.predicate {
        said.push_str(&format!(", postgresql_where=text({})", quoted(predicate)));
    }
    if said.contains("text(") {
        needed.push("text");
    }
    (format!("{said})"), needed)
}

/// `USING gin (a, lower(b)) INCLUDE (c) WHERE (d)` taken apart.
struct Columns<'a> {
    method: &'a str,
    list: Vec<&'a str>,
    include: Vec<&'a str>,
    predicate: Option<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(index: &'a Index) -> Columns<'a> {
        let text = index.definition.strip_prefix("USING ").unwrap_or(&index.definition);
        let (method, rest) = text.split_once(" (").unwrap_or((text, ""));
        let (list, tail) = until_closed(rest).unwrap_or((rest, ""));
        let (head, predicate) = match tail.split_once(" WHERE ") {
            Some((head, predicate)) => (head, Some(predicate)),
            None => (tail, None),
        };
        let include = head.split_once("INCLUDE (").and_then(|(_, rest)| until_closed(rest));
        let include = include.map(|(list, _)| split_list(list)).unwrap_or_default();
        Columns { method, list: split_list(list), include, predicate }
    }
}

/// A type as people write it in init.sql.
pub fn short_type(name: &str) -> String {
    let name = bare(name).replace("character varying", "varchar");
    let (head, zone) = match name.split_once(" with time zone") {
        Some((head, rest)) => (head.replacen("timestamp", "timestamptz", 1), rest.to_owned()),
        None => (name, String::new()),
    };
    format!("{head}{zone}").replace(" without time zone", "")
}

/// Without the namespace that everybody is in.
pub fn bare(text: &str) -> String {
    let tokens: Vec<_> = Lexer::new(text).collect();
    let (mut out, mut from) = (String::new(), 0);
    for (at, token) in tokens.iter().enumerate() {
        let is_dotted = tokens.get(at + 1).is_some_and(|it| it.kind == TokenKind::Dot);
        if token.is(text, "public") && is_dotted {
            out.push_str(&text[from..token.start]);
            from = tokens[at + 1].end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Quoted where it has to be.
pub fn identifier(name: &str) -> String {
    pg_diff::ddl::ident(name)
}

/// What a class can call a column.
pub fn attribute_name(column: &str) -> String {
    const TAKEN: [&str; 12] = [
        "metadata",
        "registry",
        "class",
        "from",
        "import",
        "global",
        "pass",
        "return",
        "in",
        "is",
        "type_annotation_map",
        "async",
    ];
    let plain: String = column.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let begins = plain.starts_with(|c: char| c.is_ascii_digit());
    let name = if begins { format!("_{plain}") } else { plain };
    if TAKEN.contains(&name.as_str()) { format!("{name}_") } else { name }
}
