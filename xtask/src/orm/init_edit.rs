//! init.sql changed minimally, as text: one column, constraint or statement.
//!
//! Must never: touch what it does not recognise. The answer is then nothing.

mod parse;

use pg_diff::scan::TokenKind;

use parse::{CreateTable, statements};

/// One change of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlEdit {
    /// The type of a column.
    Type {
        column: String,
        to: String,
    },
    NotNull {
        column: String,
        to: bool,
    },
    Default {
        column: String,
        to: Option<String>,
    },
    /// `REFERENCES t (id) ON DELETE CASCADE` of a column.
    References {
        column: String,
        to: Option<String>,
    },
    /// `name text NOT NULL`, behind the last column.
    AddColumn {
        line: String,
    },
    DropColumn {
        column: String,
    },
    /// `CONSTRAINT name CHECK (...)`, behind the last item.
    AddConstraint {
        line: String,
    },
    /// One that stands in the table by its name.
    SetConstraint {
        name: String,
        to: Option<String>,
    },
    /// A statement behind those of the table.
    AddStatement {
        sql: String,
    },
    /// The CREATE INDEX of this name.
    SetIndex {
        name: String,
        to: Option<String>,
    },
    /// The labels of an enum of the table's namespace.
    Labels {
        name: String,
        labels: Vec<String>,
    },
    /// A whole table, behind all others.
    AddTable {
        sql: String,
    },
}

/// The text with the change, if what it is about is found. `table`: namespace
/// and name.
pub fn applied(text: &str, table: (&str, &str), edit: &SqlEdit) -> Option<String> {
    let replaced = |start: usize, end: usize, by: &str| {
        Some(format!("{}{by}{}", &text[..start], &text[end..]))
    };
    match edit {
        SqlEdit::AddTable { sql } => {
            let last = statements(text).filter(|it| it.creates(&["TABLE", "INDEX"])).last()?;
            replaced(last.end, last.end, &format!("\n\n{sql}"))
        }
        SqlEdit::SetIndex { name, to } => {
            let index = statements(text).find(|it| it.creates(&["INDEX"]) && it.names(name))?;
            match to {
                Some(sql) => replaced(index.start, index.end, sql),
                None => replaced(index.start, line_end(text, index.end), ""),
            }
        }
        SqlEdit::Labels { name, labels } => {
            let made = statements(text).find(|it| it.creates(&["TYPE"]) && it.names(name))?;
            let open = made.tokens.iter().find(|it| it.kind == TokenKind::OpenParenthesis)?;
            let close = made.tokens.iter().rfind(|it| it.kind == TokenKind::CloseParenthesis)?;
            let labels: Vec<String> = labels.iter().map(|it| pg_live::quote_literal(it)).collect();
            replaced(open.end, close.start, &labels.join(", "))
        }
        SqlEdit::AddStatement { sql } => {
            let own = statements(text)
                .filter(|it| it.is_of(table) || (it.creates(&["INDEX"]) && it.names(table.1)));
            let last = own.last()?;
            replaced(last.end, last.end, &format!("\n{sql}"))
        }
        SqlEdit::DropColumn { column } => {
            let made = of_table(text, &CreateTable::find(text, table)?, edit)?;
            Some(without_comment(&made, table, column))
        }
        SqlEdit::Type { .. }
        | SqlEdit::NotNull { .. }
        | SqlEdit::Default { .. }
        | SqlEdit::References { .. }
        | SqlEdit::AddColumn { .. }
        | SqlEdit::AddConstraint { .. }
        | SqlEdit::SetConstraint { .. } => of_table(text, &CreateTable::find(text, table)?, edit),
    }
}

/// Where a column stands, else its table.
pub fn offset_of(text: &str, table: (&str, &str), column: &str) -> Option<usize> {
    let made = statements(text).find(|it| it.is_of(table))?;
    let columns = CreateTable::of(&made, table)?;
    let first = columns.column(text, column).and_then(|it| it.tokens.first());
    Some(first.map_or(made.start, |it| it.start))
}

/// Without what a comment says of a column that is gone.
fn without_comment(text: &str, table: (&str, &str), column: &str) -> String {
    let comment = statements(text).find(|it| {
        let words: Vec<&str> = it.tokens.iter().take(3).map(|token| token.text(text)).collect();
        let is_comment =
            words.iter().map(|it| it.to_ascii_uppercase()).eq(["COMMENT", "ON", "COLUMN"]);
        is_comment && it.names(table.1) && it.names(column)
    });
    match comment {
        Some(it) => format!("{}{}", &text[..it.start], &text[line_end(text, it.end)..]),
        None => text.to_owned(),
    }
}

/// Changes inside of CREATE TABLE.
fn of_table(text: &str, table: &CreateTable, edit: &SqlEdit) -> Option<String> {
    let replaced = |start: usize, end: usize, by: &str| {
        Some(format!("{}{by}{}", &text[..start], &text[end..]))
    };
    match edit {
        SqlEdit::Type { column, to } => {
            let item = table.column(text, column)?;
            let (start, end) = item.kind(text)?;
            let serial = match (text[start..end].to_ascii_lowercase().as_str(), to.as_str()) {
                ("serial" | "bigserial" | "smallserial", "bigint") => Some("bigserial"),
                ("serial" | "bigserial" | "smallserial", "integer") => Some("serial"),
                _ => None,
            };
            replaced(start, end, serial.unwrap_or(to))
        }
        SqlEdit::NotNull { column, to } => {
            let item = table.column(text, column)?;
            match (item.clause(text, "NOT"), to) {
                (None, true) => replaced(item.end(), item.end(), " NOT NULL"),
                (Some((start, _)), false) => {
                    let end =
                        item.tokens.iter().find(|it| it.start > start && it.is(text, "NULL"))?;
                    replaced(blank_before(text, start), end.end, "")
                }
                (Some(_), true) | (None, false) => None,
            }
        }
        SqlEdit::Default { column, to } => {
            let item = table.column(text, column)?;
            match (item.clause(text, "DEFAULT"), to) {
                (None, Some(to)) => replaced(item.end(), item.end(), &format!(" DEFAULT {to}")),
                (Some((start, end)), Some(to)) => replaced(start, end, &format!("DEFAULT {to}")),
                (Some((start, end)), None) => replaced(blank_before(text, start), end, ""),
                (None, None) => None,
            }
        }
        SqlEdit::References { column, to } => {
            let (start, end) = table.column(text, column)?.references(text)?;
            match to {
                Some(to) => replaced(start, end, to),
                None => replaced(blank_before(text, start), end, ""),
            }
        }
        SqlEdit::AddColumn { line } => {
            let last = table.items.iter().rfind(|it| !it.is_constraint(text))?;
            replaced(last.end(), last.end(), &format!(",\n    {line}"))
        }
        SqlEdit::AddConstraint { line } => {
            let last = table.items.last()?;
            replaced(last.end(), last.end(), &format!(",\n    {line}"))
        }
        SqlEdit::DropColumn { column } => {
            let at = table.items.iter().position(|it| it.is_column(text, column))?;
            let (start, end) = table.gap(text, at)?;
            replaced(start, end, "")
        }
        SqlEdit::SetConstraint { name, to } => {
            let at = table.items.iter().position(|it| it.is_constraint_of(text, name))?;
            match to {
                Some(to) => replaced(table.items[at].start(), table.items[at].end(), to),
                None => {
                    let (start, end) = table.gap(text, at)?;
                    replaced(start, end, "")
                }
            }
        }
        SqlEdit::AddTable { .. }
        | SqlEdit::AddStatement { .. }
        | SqlEdit::SetIndex { .. }
        | SqlEdit::Labels { .. } => None,
    }
}

/// Where the blanks before a place begin.
fn blank_before(text: &str, at: usize) -> usize {
    text[..at].trim_end().len()
}

/// Behind the end of the line, if nothing else is on it.
fn line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let line = rest.find('\n').map_or(rest.len(), |it| it + 1);
    if rest[..line].trim().is_empty() { at + line } else { at }
}

#[cfg(test)]
mod tests;
