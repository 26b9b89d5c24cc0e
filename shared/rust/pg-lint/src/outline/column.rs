//! A column: its name, its type, and what stands behind them.
//!
//! Must never: resolve a type. Aliases of PostgreSQL's own types are told.

use std::ops::Range;

use pg_diff::scan::{TokenKind, deeper};

use super::constraint::{self, Constraint};
use super::{Name, Reader};

#[derive(Clone, Debug)]
pub struct Column {
    pub name: Name,
    /// None where a table of a type says only what is its own.
    pub type_: Option<Type>,
    pub not_null: bool,
    /// The expression, spelled.
    pub default: Option<String>,
    pub is_identity: bool,
    /// GENERATED ALWAYS AS (...).
    pub is_generated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// `bigint`, `character varying`, `public . mood`: PostgreSQL's own word,
    /// without modifiers.
    pub word: String,
    /// `255` of `varchar(255)`.
    pub modifiers: String,
    pub is_array: bool,
    pub range: Range<usize>,
}

/// Words that end a type: what follows is about the column.
const ENDS: [&str; 16] = [
    "constraint",
    "not",
    "null",
    "default",
    "generated",
    "primary",
    "unique",
    "check",
    "references",
    "collate",
    "storage",
    "compression",
    "deferrable",
    "initially",
    "using",
    "options",
];

pub fn read(mut reader: Reader<'_>) -> Option<(Column, Vec<Constraint>)> {
    let name = reader.name()?;
    let _ = reader.accept("with options");
    let type_ = type_of(&mut reader);
    let mut column = Column {
        name,
        type_,
        not_null: false,
        default: None,
        is_identity: false,
        is_generated: false,
    };
    let constraints = constraint::of_column(&mut column, reader);
    Some((column, constraints))
}

/// The type that comes next.
pub fn type_of(reader: &mut Reader<'_>) -> Option<Type> {
    let (mut words, mut modifiers): (Vec<String>, String) = (Vec::new(), String::new());
    let mut is_array = false;
    let start = reader.here();
    let mut end = start;
    while let Some(token) = reader.peek() {
        if ENDS.iter().any(|word| token.is(reader.source(), word)) {
            break;
        }
        if let Some(list) = reader.list() {
            modifiers = list.spelled();
            end = reader.behind();
            continue;
        }
        if token.kind == TokenKind::OpenBracket {
            is_array = true;
            let mut depth = 0;
            while let Some(token) = reader.advance() {
                depth = deeper(depth, token.kind);
                if depth == 0 {
                    break;
                }
            }
            end = reader.behind();
            continue;
        }
        if token.is(reader.source(), "array") {
            is_array = true;
        } else {
            words.push(Reader::new(reader.source(), &[token]).spelled());
        }
        reader.advance();
        end = token.end;
    }
    let word = own_word(&words.join(" "));
    (!word.is_empty()).then_some(Type { word, modifiers, is_array, range: start..end })
}

/// One word for the names that PostgreSQL has for one type.
fn own_word(word: &str) -> String {
    let plain = word.strip_prefix("pg_catalog . ").unwrap_or(word);
    match plain {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "float8" | "float" => "double precision",
        "float4" => "real",
        "bool" => "boolean",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" | "nchar" | "national character" | "national char" => "character",
        "decimal" | "dec" => "numeric",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "timetz" => "time with time zone",
        "time" => "time without time zone",
        "serial4" => "serial",
        "serial8" => "bigserial",
        "serial2" => "smallserial",
        other => other,
    }
    .to_owned()
}
