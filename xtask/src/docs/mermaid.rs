//! Diagrams in Mermaid's words, one a domain.
//!
//! Must never: write a name that Mermaid cannot read.

use std::fmt::Write as _;

use super::model::{Domain, Reference, Relation};

/// The tables of a domain with their keys, and what they refer to; None
/// where there is no table.
pub fn diagram(reference: &Reference, domain: &Domain) -> Option<String> {
    let tables: Vec<&Relation> = reference
        .relations
        .iter()
        .filter(|it| it.domain == domain.title && it.kind.ends_with("table"))
        .collect();
    if tables.is_empty() {
        return None;
    }
    let mut text = "```mermaid\nerDiagram\n".to_owned();
    for table in &tables {
        let _ = writeln!(text, "    {} {{", entity(&table.name));
        let keys = table.columns.iter().filter(|it| it.is_primary || it.refers_to.is_some());
        for column in keys {
            let mut marks = Vec::new();
            if column.is_primary {
                marks.push("PK");
            }
            if column.refers_to.is_some() {
                marks.push("FK");
            }
            let (type_name, name) = (plain(&column.type_name), plain(&column.name));
            let _ = writeln!(text, "        {type_name} {name} {}", marks.join(", "));
        }
        text.push_str("    }\n");
    }
    for table in &tables {
        for key in &table.constraints {
            let Some(to) = &key.to else { continue };
            let may_be_null =
                table.columns.iter().any(|it| key.columns.contains(&it.name) && it.is_null);
            let one = if may_be_null { "|o" } else { "||" };
            let words = key.columns.join(", ");
            let _ = writeln!(
                text,
                "    {} {one}--o{{ {} : \"{}\"",
                entity(to),
                entity(&table.name),
                words.replace('"', "'")
            );
        }
    }
    text.push_str("```\n");
    Some(text)
}

/// In quotes an entity may have almost any name.
fn entity(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace(['"', '\n'], "'")) }
}

/// Types and attributes are words: `character varying(20)` is none.
fn plain(text: &str) -> String {
    let text = match text {
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "double precision" => "float8",
        other => other,
    };
    let text = text.replace("character varying", "varchar");
    let keep = |c: char| if c.is_ascii_alphanumeric() || "_-()[]".contains(c) { c } else { '_' };
    let word: String = text.chars().map(keep).collect();
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { word } else { format!("x{word}") }
}

#[cfg(test)]
mod tests {
    //! Names that Mermaid would choke on.

    use super::*;

    #[test]
    fn types_and_names_become_words() {
        assert_eq!(plain("character varying(20)"), "varchar(20)");
        assert_eq!(plain("numeric(5,2)"), "numeric(5_2)");
        assert_eq!(plain("real[]"), "real[]");
        assert_eq!(plain("\"Ünï\""), "x__n__");
        assert_eq!(entity("a.b \"c\""), "\"a.b 'c'\"");
        assert_eq!(entity("messages"), "messages");
    }
}
