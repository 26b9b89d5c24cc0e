//! The SQLAlchemy type that makes a type of PostgreSQL, and what Python calls
//! its values.
//!
//! Must never: guess. A type that is not known here has no spelling, and what
//! needs one is left to people.

use pg_diff::Catalog;
use pg_diff::catalog::{Body, Id, Kind};

const CORE: &str = "sqlalchemy";
const DIALECT: &str = "sqlalchemy.dialects.postgresql";

/// `String(50)`, `str`, and what they need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonType {
    pub sql: String,
    pub python: String,
    pub imports: Vec<(&'static str, String)>,
}

impl PythonType {
    /// For a type as `format_type` spells it in this catalog.
    pub fn of(catalog: &Catalog, name: &str) -> Option<PythonType> {
        if let Some(element) = name.strip_suffix("[]") {
            let inside = PythonType::of(catalog, element)?;
            let mut imports = inside.imports;
            imports.push((CORE, "ARRAY".to_owned()));
            let sql = format!("ARRAY({})", inside.sql);
            return Some(PythonType { sql, python: format!("list[{}]", inside.python), imports });
        }
        plain(name).or_else(|| enumeration(catalog, name))
    }
}

fn plain(name: &str) -> Option<PythonType> {
    let (base, arguments) = match name.split_once('(') {
        Some((base, rest)) => {
            let (arguments, end) = rest.split_once(')')?;
            (format!("{base}{end}"), Some(arguments))
        }
        None => (name.to_owned(), None),
    };
    let (module, class, python, value) = match base.as_str() {
        "smallint" => (CORE, "SmallInteger", "int", None),
        "integer" => (CORE, "Integer", "int", None),
        "bigint" => (CORE, "BigInteger", "int", None),
        "numeric" => (CORE, "Numeric", "Decimal", Some("decimal")),
        "real" => (CORE, "REAL", "float", None),
        "double precision" => (CORE, "Double", "float", None),
        "text" => (CORE, "Text", "str", None),
        "character varying" => (CORE, "String", "str", None),
        "character" => (CORE, "CHAR", "str", None),
        "boolean" => (CORE, "Boolean", "bool", None),
        "date" => (CORE, "Date", "date", Some("datetime")),
        "interval" => (CORE, "Interval", "timedelta", Some("datetime")),
        "uuid" => (CORE, "Uuid", "UUID", Some("uuid")),
        "bytea" => (CORE, "LargeBinary", "bytes", None),
        "jsonb" => (DIALECT, "JSONB", "dict[str, Any]", Some("typing")),
        "json" => (DIALECT, "JSON", "dict[str, Any]", Some("typing")),
        "tsvector" => (DIALECT, "TSVECTOR", "str", None),
        "inet" => (DIALECT, "INET", "str", None),
        "cidr" => (DIALECT, "CIDR", "str", None),
        "timestamp with time zone" | "timestamp without time zone" => {
            return Some(moment(&base, arguments));
        }
        _ => return None,
    };
    let sql = match arguments {
        Some(arguments) => format!("{class}({})", arguments.replace(',', ", ")),
        None => class.to_owned(),
    };
    let mut imports = vec![(module, class.to_owned())];
    if let Some(from) = value {
        let name = if from == "typing" { "Any" } else { python };
        imports.push((from, name.to_owned()));
    }
    Some(PythonType { sql, python: python.to_owned(), imports })
}

fn moment(base: &str, precision: Option<&str>) -> PythonType {
    let has_zone = base == "timestamp with time zone";
    let (module, class, sql) = match (has_zone, precision) {
        (_, Some(precision)) => {
            let zone = if has_zone { "timezone=True, " } else { "" };
            (DIALECT, "TIMESTAMP", format!("TIMESTAMP({zone}precision={precision})"))
        }
        (true, None) => (CORE, "DateTime", "DateTime(timezone=True)".to_owned()),
        (false, None) => (CORE, "DateTime", "DateTime".to_owned()),
    };
    let imports = vec![(module, class.to_owned()), ("datetime", "datetime".to_owned())];
    PythonType { sql, python: "datetime".to_owned(), imports }
}

fn enumeration(catalog: &Catalog, name: &str) -> Option<PythonType> {
    let (namespace, bare) = name.split_once('.')?;
    let (namespace, bare) = (namespace.trim_matches('"'), bare.trim_matches('"'));
    let id = Id::new(Kind::Enum, namespace, bare);
    let labels = &catalog.body(&id).and_then(Body::enumeration)?.labels;
    let labels: Vec<String> = labels.iter().map(|it| quoted(it)).collect();
    let schema = if namespace == "public" {
        String::new()
    } else {
        format!(", schema={}", quoted(namespace))
    };
    let sql = format!("Enum({}, name={}{schema})", labels.join(", "), quoted(bare));
    Some(PythonType { sql, python: "str".to_owned(), imports: vec![(CORE, "Enum".to_owned())] })
}

/// A string of Python.
pub fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    //! Types and their arguments.

    use super::*;

    #[test]
    fn types_keep_their_arguments() {
        let sql = |name: &str| PythonType::of(&Catalog::default(), name).map(|it| it.sql);
        assert_eq!(sql("character varying(50)").as_deref(), Some("String(50)"));
        assert_eq!(sql("numeric(10,2)").as_deref(), Some("Numeric(10, 2)"));
        assert_eq!(
            sql("timestamp(0) with time zone").as_deref(),
            Some("TIMESTAMP(timezone=True, precision=0)")
        );
        assert_eq!(sql("text[]").as_deref(), Some("ARRAY(Text)"));
        assert_eq!(sql("public.nothing"), None);
    }
}
