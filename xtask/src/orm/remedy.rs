//! What would make each side say what the other says, as data.
//!
//! Must never: read or write a file, or know how an edit is made.

use pg_diff::Catalog;
use pg_diff::catalog::{
    Body, Column, ConstraintKind, Generated, GeneratedKind, Id, Identity, Kind,
};
use serde_json::{Value, json};

use super::argument;
use super::extraction::{ModelColumn, ModelTable, PythonDefaultKind};
use super::finding::Rule;
use super::init_edit::SqlEdit;
use super::python_type::{PythonType, quoted};
use super::rules;
use super::verdict::Told;
use super::verify::Compared;

/// Two ways; none where people have to think.
#[derive(Clone, Debug, Default)]
pub struct Remedy {
    /// For `edit.py`.
    pub model: Option<Value>,
    /// The table, as namespace and name, and the change of init.sql.
    pub init: Option<((String, String), SqlEdit)>,
}

/// A finding with everything that is known about it.
pub struct Case<'a> {
    pub told: &'a Told,
    pub table: Option<&'a ModelTable>,
    pub made: &'a Catalog,
    /// What the models are to follow: init.sql, else the live database.
    pub other: &'a Catalog,
    pub compared: &'a Compared,
}

pub fn of(told: &Told, compared: &Compared) -> Remedy {
    let object = &told.finding.object;
    // Where the models and init.sql agree, neither is to change.
    let is_agreed = told.init.as_ref().is_some_and(|it| *it == told.finding.model);
    let Some(other) = compared.init.as_ref().or(compared.live.as_ref()) else {
        return Remedy::default();
    };
    if is_agreed {
        return Remedy::default();
    }
    let is_index = object.kind == Kind::Index;
    let table =
        if is_index { owner(object, compared, other) } else { Some(object.of(Kind::Table)) };
    let model = compared.said.tables.iter().find(|it| {
        table.as_ref().is_some_and(|id| {
            *id.name == it.name && *id.namespace == *it.schema.as_deref().unwrap_or("public")
        })
    });
    let case = Case { told, table: model, made: &compared.made, other, compared };
    let init = case.init().filter(|_| told.init.is_some());
    let init =
        init.zip(table).map(|(edit, id)| ((id.namespace.to_string(), id.name.to_string()), edit));
    Remedy { model: case.model(), init }
}

fn owner(index: &Id, compared: &Compared, other: &Catalog) -> Option<Id> {
    let of = |catalog: &Catalog| Some(catalog.body(index)?.index()?.table.clone());
    of(&compared.made).or_else(|| of(other))
}

impl Case<'_> {
    fn object(&self) -> &Id {
        &self.told.finding.object
    }

    fn said(&self) -> Option<&ModelColumn> {
        let name = &self.object().part;
        self.table?.columns.iter().find(|it| *it.name == **name)
    }

    fn column<'b>(&self, catalog: &'b Catalog) -> Option<&'b Column> {
        catalog.body(&self.object().with(Kind::Column, &self.object().part)).and_then(Body::column)
    }

    fn default_in(&self, catalog: &Catalog) -> Option<String> {
        let id = self.object().with(Kind::Default, &self.object().part);
        Some(catalog.body(&id)?.default()?.expression.clone())
    }

    /// An edit of the class, with what all edits say.
    pub fn edit(&self, action: &str, attribute: Option<&str>) -> Option<Value> {
        let table = self.table?;
        let file = &table.place.as_ref()?.file;
        let class = table.class.as_ref()?;
        Some(json!({ "file": file, "class": class, "attribute": attribute, "action": action }))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for people to decide")]
    fn model(&self) -> Option<Value> {
        let attribute = self.said().map(|it| it.attribute.as_str());
        match self.told.finding.rule {
            Rule::ColumnMissing => self.edit("remove_attribute", attribute),
            Rule::ColumnRequired | Rule::ColumnUnmapped => self.new_attribute(),
            Rule::Type => {
                let made = PythonType::of(self.other, &self.column(self.other)?.type_name)?;
                let edit = self.edit("set_type", attribute)?;
                Some(with(edit, &[("type", json!(made.sql)), ("imports", imports(&made.imports))]))
            }
            // A primary key is NOT NULL whatever the annotation says.
            Rule::Nullable if self.is_key(self.made) => None,
            Rule::Nullable => {
                let nullable = self.column(self.other)?.not_null.is_none();
                Some(with(self.edit("set_nullable", attribute)?, &[("nullable", json!(nullable))]))
            }
            Rule::Default => self.set_default(self.default_in(self.other)),
            Rule::Collation => {
                let column = self.column(self.other)?;
                let made = PythonType::of(self.other, &column.type_name)?;
                let sql = match &column.collation {
                    Some(collation) => collated(&made.sql, collation)?,
                    None => made.sql,
                };
                let edit = self.edit("set_type", attribute)?;
                Some(with(edit, &[("type", json!(sql)), ("imports", imports(&made.imports))]))
            }
            Rule::Generated => {
                let to = self.column(self.other)?.generated.as_ref().map(computed);
                self.set_call(attribute?, "Computed", to)
            }
            Rule::Identity => self.identity(attribute?),
            Rule::Enum => self.enumeration(),
            Rule::Unique | Rule::Check | Rule::ForeignKey | Rule::Index => argument::of_model(self),
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is for people to decide")]
    fn init(&self) -> Option<SqlEdit> {
        let column = self.object().part.to_string();
        match self.told.finding.rule {
            Rule::ColumnMissing => Some(SqlEdit::AddColumn { line: self.line()? }),
            Rule::ColumnRequired | Rule::ColumnUnmapped => Some(SqlEdit::DropColumn { column }),
            Rule::Type => {
                let name = &self.column(self.made)?.type_name;
                // A type that init.sql does not make has to be made first.
                let is_known = !name.contains('.') || self.knows(name);
                is_known.then(|| SqlEdit::Type { column, to: argument::short_type(name) })
            }
            Rule::Nullable if self.is_key(self.other) => None,
            Rule::Nullable => {
                let to = self.column(self.made)?.not_null.is_some();
                Some(SqlEdit::NotNull { column, to })
            }
            Rule::Default if self.is_serial() => {
                let small = self.column(self.made)?.type_name != "bigint";
                let to = if small { "serial" } else { "bigserial" }.to_owned();
                Some(SqlEdit::Type { column, to })
            }
            Rule::Default => {
                let to = self.default_in(self.made).map(|it| argument::bare(&it));
                Some(SqlEdit::Default { column, to })
            }
            Rule::PythonDefault => Some(SqlEdit::Default { column, to: Some(self.literal()?) }),
            Rule::Enum => {
                let said = self.enum_column()?.1.enumeration.as_ref()?;
                Some(SqlEdit::Labels { name: said.name.clone(), labels: said.labels.clone() })
            }
            Rule::TableMissing => Some(SqlEdit::AddTable { sql: self.ddl()? }),
            Rule::Unique | Rule::Check | Rule::ForeignKey | Rule::Index => argument::of_init(self),
            _ => None,
        }
    }

    fn is_key(&self, catalog: &Catalog) -> bool {
        let column = &self.object().part;
        let table = self.object().of(Kind::Table);
        rules::constraints_of(catalog, &table).iter().any(|(_, it)| {
            it.kind == ConstraintKind::Primary && it.columns.iter().any(|name| **name == **column)
        })
    }

    fn is_serial(&self) -> bool {
        self.default_in(self.made).is_some_and(|it| it.starts_with("nextval("))
    }

    /// Whether the database has an enum or a domain of this name.
    fn knows(&self, name: &str) -> bool {
        let name = name.trim_end_matches("[]");
        let Some((namespace, name)) = name.split_once('.') else { return false };
        [Kind::Enum, Kind::Domain]
            .iter()
            .any(|kind| self.other.contains(&Id::new(*kind, namespace, name.trim_matches('"'))))
    }

    /// `name text NOT NULL` as the models would have it.
    fn line(&self) -> Option<String> {
        let column = self.column(self.made)?;
        let name = argument::identifier(&self.object().part);
        let default = self.default_in(self.made).filter(|it| !it.starts_with("nextval("));
        let default = default.map(|it| format!(" DEFAULT {}", argument::bare(&it)));
        let null = if column.not_null.is_some() { " NOT NULL" } else { "" };
        let generated = column.generated.as_ref();
        let generated =
            generated.map(|it| format!(" GENERATED ALWAYS AS ({}) STORED", it.expression));
        Some(format!(
            "{name} {}{}{}{null}",
            argument::short_type(&column.type_name),
            default.unwrap_or_default(),
            generated.unwrap_or_default(),
        ))
    }

    /// An attribute for a column that only the database has.
    fn new_attribute(&self) -> Option<Value> {
        let column = self.column(self.other)?;
        let attribute = attribute_of(
            self.other,
            &self.object().part,
            column,
            self.default_in(self.other).as_deref(),
        )?;
        let edit = self.edit("add_attribute", None)?;
        let said = [("line", json!(attribute.line)), ("imports", imports(&attribute.imports))];
        Some(with(edit, &said))
    }

    /// Another `name(...)` of a column's arguments, or none.
    pub fn set_call(&self, attribute: &str, name: &str, to: Option<String>) -> Option<Value> {
        let needed: Vec<_> = to.iter().map(|_| ("sqlalchemy", name.to_owned())).collect();
        let edit = self.edit("set_call", Some(attribute))?;
        let said = [("name", json!(name)), ("call", json!(to)), ("imports", imports(&needed))];
        Some(with(edit, &said))
    }

    /// Where both sides count, in another way.
    fn identity(&self, attribute: &str) -> Option<Value> {
        let model = self.column(self.made)?;
        let counts = |default: Option<String>| default.is_some_and(|it| it.starts_with("nextval("));
        match &self.column(self.other)?.identity {
            Some(it) if model.identity.is_some() || self.is_serial() => {
                self.set_call(attribute, "Identity", Some(identity(it)))
            }
            // SQLAlchemy makes it serial by itself.
            None if counts(self.default_in(self.other)) => {
                self.set_call(attribute, "Identity", None)
            }
            Some(_) | None => None,
        }
    }

    fn set_default(&self, to: Option<String>) -> Option<Value> {
        let attribute = self.said()?.attribute.as_str();
        let value = to.map(|it| format!("text({})", quoted(&it)));
        let needed = [("sqlalchemy", "text".to_owned())];
        let imports = if value.is_some() { imports(&needed) } else { json!([]) };
        let edit = self.edit("set_default", Some(attribute))?;
        Some(with(edit, &[("default", json!(value)), ("imports", imports)]))
    }

    /// What Python puts into the column, as SQL.
    fn literal(&self) -> Option<String> {
        let default = self.said()?.python_default.as_ref()?;
        let text = default.text.as_str();
        if default.kind != PythonDefaultKind::Scalar {
            return None;
        }
        match text {
            "True" | "False" => Some(text.to_lowercase()),
            _ if text.parse::<f64>().is_ok() => Some(text.to_owned()),
            _ => {
                let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
                (!inside.contains('\\')).then(|| pg_live::quote_literal(inside))
            }
        }
    }

    /// The column whose place the finding of an enum has.
    fn enum_column(&self) -> Option<(&ModelTable, &ModelColumn)> {
        let name = &self.object().name;
        let tables = self.compared.said.tables.iter();
        let mut columns = tables.flat_map(|table| table.columns.iter().map(move |it| (table, it)));
        columns.find(|(_, it)| it.enumeration.as_ref().is_some_and(|it| it.name == **name))
    }

    fn enumeration(&self) -> Option<Value> {
        let (table, column) = self.enum_column()?;
        let spelled = format!("{}.{}", self.object().namespace, self.object().name);
        let made = PythonType::of(self.other, &spelled)?;
        let (file, class) = (&table.place.as_ref()?.file, table.class.as_ref()?);
        Some(json!({
            "file": file, "class": class, "attribute": column.attribute, "action": "set_type",
            "type": made.sql, "imports": imports(&made.imports),
        }))
    }

    /// The statements that make a whole table.
    fn ddl(&self) -> Option<String> {
        let key = &self.table?.key;
        let statements = self.compared.said.statements.iter().filter(|it| it.table == *key);
        let all: Vec<String> = statements
            .map(|it| format!("{};", it.sql.replace('\t', "    ").replace(", \n", ",\n")))
            .collect();
        (!all.is_empty()).then(|| all.join("\n"))
    }
}

/// One line of a class, and what it needs.
pub struct Attribute {
    pub line: String,
    pub imports: Vec<(&'static str, String)>,
}

/// A column as the project writes it: `a: Mapped[str | None] = mapped_column(Text)`.
pub fn attribute_of(
    catalog: &Catalog,
    name: &str,
    column: &Column,
    default: Option<&str>,
) -> Option<Attribute> {
    let made = PythonType::of(catalog, &column.type_name)?;
    let attribute = argument::attribute_name(name);
    let mut arguments = Vec::new();
    let mut imports = made.imports.clone();
    if attribute != name {
        arguments.push(quoted(name));
    }
    arguments.push(match &column.collation {
        Some(collation) => collated(&made.sql, collation)?,
        None => made.sql.clone(),
    });
    let mut need = |name: &str| imports.push(("sqlalchemy", name.to_owned()));
    if let Some(it) = &column.identity {
        arguments.push(identity(it));
        need("Identity");
    }
    if let Some(it) = &column.generated {
        arguments.push(computed(it));
        need("Computed");
    }
    if let Some(default) = default.filter(|it| !it.starts_with("nextval(")) {
        arguments.push(format!("server_default=text({})", quoted(default)));
        need("text");
    }
    let none = if column.not_null.is_some() { "" } else { " | None" };
    let line = format!(
        "{attribute}: Mapped[{}{none}] = mapped_column({})",
        made.python,
        arguments.join(", ")
    );
    imports.push(("sqlalchemy.orm", "Mapped".to_owned()));
    imports.push(("sqlalchemy.orm", "mapped_column".to_owned()));
    Some(Attribute { line, imports })
}

fn identity(it: &Identity) -> String {
    format!("Identity({})", if it.always { "always=True" } else { "" })
}

fn computed(it: &Generated) -> String {
    let persisted = if it.kind == GeneratedKind::Stored { "True" } else { "False" };
    format!("Computed({}, persisted={persisted})", quoted(&it.expression))
}

/// `String(50, collation="C")`
fn collated(sql: &str, collation: &str) -> Option<String> {
    let name = quoted(collation.rsplit('.').next()?.trim_matches('"'));
    match sql.strip_suffix(')') {
        _ if sql.starts_with("ARRAY(") => None,
        Some(head) => Some(format!("{head}, collation={name})")),
        None => Some(format!("{sql}(collation={name})")),
    }
}

pub fn with(mut edit: Value, said: &[(&str, Value)]) -> Value {
    for (name, value) in said {
        edit[*name] = value.clone();
    }
    edit
}

pub fn imports(needed: &[(&'static str, String)]) -> Value {
    json!(needed)
}
