//! The inside of a statement: its list of columns, labels or actions, and how
//! far an annotation in it can be about the statement.
//!
//! Must never: read an expression.

use std::ops::Range;

use super::arguments::Argument;
use super::search_path::Path;
use super::subject::{Subject, SubjectKind};
use crate::scan::{Cursor, Token, TokenKind, deeper};

/// How a statement goes on behind its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing in it has a name of its own.
    Open,
    /// A query or a program behind AS, BEGIN or RETURN.
    UntilAs,
    /// Commands behind DO or EXECUTE.
    UntilDo,
    /// Columns and constraints.
    Table,
    /// Labels or fields.
    Type,
    /// Constraints with a name.
    Domain,
    /// What ALTER does.
    Actions,
    /// Rows or a query.
    Rows,
}

/// The beginning of a statement that makes something.
#[derive(Clone, Debug)]
pub struct Head {
    pub kind: SubjectKind,
    pub namespace: Option<String>,
    pub name: String,
    pub part: Option<String>,
    pub arguments: Option<Vec<Argument>>,
    pub body: Body,
    /// How many tokens it has.
    pub length: usize,
}

impl Head {
    pub fn new(kind: SubjectKind, namespace: Option<String>, name: String) -> Head {
        let (part, arguments) = (None, None);
        Head { kind, namespace, name, part, arguments, body: Body::Open, length: 0 }
    }

    pub fn part(mut self, part: String) -> Head {
        self.part = Some(part);
        self
    }

    pub fn at(mut self, cursor: Cursor<'_>, body: Body) -> Head {
        self.length = cursor.at();
        self.body = body;
        self
    }

    pub fn subject(self, search_path: Path) -> Subject {
        Subject {
            kind: self.kind,
            namespace: self.namespace,
            name: self.name,
            part: self.part,
            arguments: self.arguments,
            search_path,
        }
    }
}

/// Elements of a statement, by numbers of its tokens.
#[derive(Clone, Debug)]
pub struct Layout {
    pub elements: Vec<Range<usize>>,
    /// From the first token that is inside to the first behind.
    pub inside: Range<usize>,
    /// From here on, and inside of other parentheses, nothing is about the
    /// statement.
    pub until: usize,
}

impl Layout {
    pub fn of(text: &str, tokens: &[Token], head: &Head) -> Layout {
        let none = tokens.len()..tokens.len();
        let ends = |words: &[&str]| first_of(text, tokens, head.length, words);
        let inside = match head.body {
            Body::Table => table_list(text, tokens, head.length),
            Body::Type => type_list(text, tokens, head.length),
            Body::Domain => ends(&["constraint"])..tokens.len(),
            Body::Actions => head.length..tokens.len(),
            Body::Open | Body::UntilAs | Body::UntilDo | Body::Rows => none,
        };
        let until = match head.body {
            Body::Open | Body::Type | Body::Domain | Body::Actions => tokens.len(),
            Body::UntilAs | Body::Table => ends(&["as", "begin", "return"]),
            Body::UntilDo => ends(&["do", "execute"]),
            Body::Rows => ends(&["values", "select", "default", "overriding", "with", "table"]),
        };
        let elements = if head.body == Body::Domain {
            beginning_with(text, tokens, inside.clone(), "constraint")
        } else {
            split(tokens, inside.clone())
        };
        Layout { elements, inside, until }
    }

    /// The element that a token is part of.
    pub fn element_of(&self, token: usize) -> Option<usize> {
        let place = self.elements.partition_point(|element| element.end <= token);
        self.elements.get(place)?.contains(&token).then_some(place)
    }
}

/// What an element of a statement is; None where it has no name.
pub fn element(text: &str, tokens: &[Token], head: &Head) -> Option<Head> {
    let cursor = Cursor::new(text, tokens);
    let (kind, part) = match head.body {
        Body::Table => column_or_constraint(cursor)?,
        Body::Type => label_or_field(cursor)?,
        Body::Domain | Body::Actions => action(cursor, head.kind)?,
        Body::Open | Body::UntilAs | Body::UntilDo | Body::Rows => return None,
    };
    Some(Head::new(kind, head.namespace.clone(), head.name.clone()).part(part))
}

fn column_or_constraint(mut cursor: Cursor<'_>) -> Option<(SubjectKind, String)> {
    if cursor.accept(&["constraint"]) {
        return Some((SubjectKind::Constraint, cursor.name()?));
    }
    let begins = |words: &[&str]| words.iter().any(|word| cursor.sees(&[word]));
    if begins(&["primary", "unique", "check", "foreign", "like", "not"]) {
        return None;
    }
    // EXCLUDE may be a column's name.
    let mut next = cursor;
    if next.accept(&["exclude"])
        && (next.sees(&["using"]) || next.sees_kind(TokenKind::OpenParenthesis))
    {
        return None;
    }
    Some((SubjectKind::Column, cursor.name()?))
}

fn label_or_field(mut cursor: Cursor<'_>) -> Option<(SubjectKind, String)> {
    let first = cursor.peek()?;
    if first.kind == TokenKind::Text {
        let label = first.text(cursor.text()).strip_prefix('\'')?.strip_suffix('\'')?;
        return Some((SubjectKind::Label, label.replace("''", "'")));
    }
    Some((SubjectKind::Field, cursor.name()?))
}

fn action(mut cursor: Cursor<'_>, of: SubjectKind) -> Option<(SubjectKind, String)> {
    if of == SubjectKind::Domain {
        let _ = cursor.accept(&["add"]);
        cursor.accept(&["constraint"]).then_some(())?;
        return Some((SubjectKind::DomainConstraint, cursor.name()?));
    }
    if cursor.accept(&["add"]) {
        let _ = cursor.accept(&["column"]);
        let _ = cursor.accept(&["if", "not", "exists"]);
        return column_or_constraint(cursor);
    }
    cursor.accept(&["alter"]).then_some(())?;
    if cursor.accept(&["constraint"]) {
        return Some((SubjectKind::Constraint, cursor.name()?));
    }
    let _ = cursor.accept(&["column"]);
    Some((SubjectKind::Column, cursor.name()?))
}

/// The columns of CREATE TABLE stand behind its name, `OF type` or
/// `PARTITION OF parent`, if anywhere.
fn table_list(text: &str, tokens: &[Token], from: usize) -> Range<usize> {
    let mut cursor = Cursor::new(text, tokens.get(from..).unwrap_or_default());
    let _ = cursor.accept(&["partition"]);
    if cursor.accept(&["of"]) {
        let _ = cursor.qualified();
    }
    parenthesised(cursor, from, tokens.len())
}

/// The labels of `AS ENUM (...)`, the fields of `AS (...)`.
fn type_list(text: &str, tokens: &[Token], from: usize) -> Range<usize> {
    let mut cursor = Cursor::new(text, tokens.get(from..).unwrap_or_default());
    if !cursor.accept(&["as"]) {
        return tokens.len()..tokens.len();
    }
    let _ = cursor.accept(&["enum"]);
    parenthesised(cursor, from, tokens.len())
}

fn parenthesised(mut cursor: Cursor<'_>, from: usize, end: usize) -> Range<usize> {
    match cursor.parenthesised() {
        Some(inside) => from + inside.start..from + inside.end,
        None => end..end,
    }
}

/// The number of the first of these words outside of parentheses.
fn first_of(text: &str, tokens: &[Token], from: usize, words: &[&str]) -> usize {
    let mut depth = 0;
    for (place, token) in tokens.iter().enumerate().skip(from) {
        if depth == 0 && words.iter().any(|word| token.is(text, word)) {
            return place;
        }
        depth = deeper(depth, token.kind);
    }
    tokens.len()
}

/// Cuts at the commas that are in no parentheses.
fn split(tokens: &[Token], inside: Range<usize>) -> Vec<Range<usize>> {
    let mut elements = Vec::new();
    let (mut depth, mut first) = (0, inside.start);
    for place in inside.clone() {
        let Some(token) = tokens.get(place) else { break };
        if depth == 0 && token.kind == TokenKind::Comma {
            elements.push(first..place);
            first = place + 1;
        }
        depth = deeper(depth, token.kind);
    }
    elements.push(first..inside.end);
    elements.retain(|element| !element.is_empty());
    elements
}

/// Cuts before each of these words that is in no parentheses.
fn beginning_with(
    text: &str,
    tokens: &[Token],
    inside: Range<usize>,
    word: &str,
) -> Vec<Range<usize>> {
    let mut elements = Vec::new();
    let mut first = inside.start;
    while first < inside.end {
        let next = first_of(text, tokens, first + 1, &[word]);
        elements.push(first..next);
        first = next;
    }
    elements
}
