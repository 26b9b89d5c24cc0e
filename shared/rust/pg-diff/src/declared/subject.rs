//! What a statement makes: its kind and its name, as written.
//!
//! Must never: know a catalog. Which object is meant is found out by
//! [`super::resolve`].

use std::fmt;

use super::arguments::Argument;
use super::layout::{Body, Head};
use super::search_path::Path;
use crate::catalog::Kind;
use crate::scan::{Cursor, Token};

/// What can be annotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    Namespace,
    Extension,
    Language,
    ForeignDataWrapper,
    Server,
    Collation,
    /// Enum, composite, range.
    Type,
    /// A label of an enum.
    Label,
    /// A field of a composite type.
    Field,
    Domain,
    DomainConstraint,
    OperatorFamily,
    OperatorClass,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    Sequence,
    /// Function or procedure.
    Routine,
    Aggregate,
    Table,
    ForeignTable,
    Column,
    Constraint,
    Index,
    View,
    MaterializedView,
    Rule,
    Trigger,
    EventTrigger,
    Policy,
    Statistics,
    Publication,
    /// The rows of an INSERT.
    Rows,
}

impl SubjectKind {
    /// What the catalog may call it.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            SubjectKind::Namespace => &[Kind::Namespace],
            SubjectKind::Extension => &[Kind::Extension],
            SubjectKind::Language => &[Kind::Language],
            SubjectKind::ForeignDataWrapper => &[Kind::ForeignDataWrapper],
            SubjectKind::Server => &[Kind::Server],
            SubjectKind::Collation => &[Kind::Collation],
            SubjectKind::Type => &[Kind::Enum, Kind::Composite, Kind::Range],
            SubjectKind::Label => &[Kind::Enum],
            SubjectKind::Field => &[Kind::Composite],
            SubjectKind::Domain => &[Kind::Domain],
            SubjectKind::DomainConstraint => &[Kind::DomainConstraint],
            SubjectKind::OperatorFamily => &[Kind::OperatorFamily],
            SubjectKind::OperatorClass => &[Kind::OperatorClass],
            SubjectKind::TextSearchParser => &[Kind::TextSearchParser],
            SubjectKind::TextSearchTemplate => &[Kind::TextSearchTemplate],
            SubjectKind::TextSearchDictionary => &[Kind::TextSearchDictionary],
            SubjectKind::TextSearchConfiguration => &[Kind::TextSearchConfiguration],
            SubjectKind::Sequence => &[Kind::Sequence],
            SubjectKind::Routine => &[Kind::Routine],
            SubjectKind::Aggregate => &[Kind::Aggregate],
            SubjectKind::Table | SubjectKind::Rows => &[Kind::Table, Kind::ForeignTable],
            SubjectKind::ForeignTable => &[Kind::ForeignTable],
            SubjectKind::Column => &[Kind::Column],
            SubjectKind::Constraint => &[Kind::Constraint],
            SubjectKind::Index => &[Kind::Index],
            SubjectKind::View => &[Kind::View],
            SubjectKind::MaterializedView => &[Kind::MaterializedView],
            SubjectKind::Rule => &[Kind::Rule],
            SubjectKind::Trigger => &[Kind::Trigger],
            SubjectKind::EventTrigger => &[Kind::EventTrigger],
            SubjectKind::Policy => &[Kind::Policy],
            SubjectKind::Statistics => &[Kind::Statistics],
            SubjectKind::Publication => &[Kind::Publication],
        }
    }

    /// What SQL calls it, in small letters.
    pub fn word(self) -> &'static str {
        if self == SubjectKind::Label {
            "label"
        } else if self == SubjectKind::Field {
            "field"
        } else if self == SubjectKind::Rows {
            "rows of table"
        } else {
            self.kinds().first().map_or("object", |kind| kind.word())
        }
    }

    /// True for what is named within a relation, a domain or a type.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            SubjectKind::Label
                | SubjectKind::Field
                | SubjectKind::DomainConstraint
                | SubjectKind::Column
                | SubjectKind::Constraint
                | SubjectKind::Rule
                | SubjectKind::Trigger
                | SubjectKind::Policy
        )
    }

    /// True for what the catalog has no id of: it is within its type.
    pub fn is_in_type(self) -> bool {
        matches!(self, SubjectKind::Label | SubjectKind::Field)
    }

    /// True for what is in no namespace.
    pub fn is_global(self) -> bool {
        matches!(
            self,
            SubjectKind::Namespace
                | SubjectKind::Extension
                | SubjectKind::Language
                | SubjectKind::ForeignDataWrapper
                | SubjectKind::Server
                | SubjectKind::EventTrigger
                | SubjectKind::Publication
        )
    }
}

/// What an annotation is about. Names without quotes are in small letters,
/// names in quotes as they are; both are cut to what the server keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub kind: SubjectKind,
    /// As written; None where none is.
    pub namespace: Option<String>,
    /// Of the object, or of what it is a part of.
    pub name: String,
    /// A column, constraint, trigger, label, ...
    pub part: Option<String>,
    /// Of a routine.
    pub(super) arguments: Option<Vec<Argument>>,
    /// The namespaces to look in, when none is written.
    pub search_path: Path,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind.word())?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}.")?;
        }
        f.write_str(&self.name)?;
        self.part.as_ref().map_or(Ok(()), |part| write!(f, ".{part}"))
    }
}

/// Reads the beginning of a statement; None where it makes nothing with a
/// name.
pub fn head(text: &str, tokens: &[Token]) -> Option<Head> {
    let mut cursor = Cursor::new(text, tokens);
    if cursor.accept(&["create"]) {
        let _ = cursor.accept(&["or", "replace"]);
        while ["global", "local", "temp", "temporary", "unlogged", "recursive", "trusted"]
            .iter()
            .any(|word| cursor.accept(&[word]))
        {}
        let _ = cursor.accept(&["procedural"]) && !cursor.sees(&["language"]);
        return created(cursor);
    }
    if cursor.accept(&["alter"]) {
        return altered(cursor);
    }
    if cursor.accept(&["with"]) {
        cursor.seek("insert").then_some(())?;
    } else {
        cursor.accept(&["insert"]).then_some(())?;
    }
    cursor.accept(&["into"]).then_some(())?;
    named(SubjectKind::Rows, cursor, Body::Rows)
}

fn created(mut cursor: Cursor<'_>) -> Option<Head> {
    use SubjectKind as Kind;
    const PLAIN: [(&[&str], SubjectKind, Body); 19] = [
        (&["table"], Kind::Table, Body::Table),
        (&["foreign", "table"], Kind::ForeignTable, Body::Table),
        (&["foreign", "data", "wrapper"], Kind::ForeignDataWrapper, Body::Open),
        (&["view"], Kind::View, Body::UntilAs),
        (&["materialized", "view"], Kind::MaterializedView, Body::UntilAs),
        (&["sequence"], Kind::Sequence, Body::Open),
        (&["type"], Kind::Type, Body::Type),
        (&["domain"], Kind::Domain, Body::Domain),
        (&["extension"], Kind::Extension, Body::Open),
        (&["collation"], Kind::Collation, Body::Open),
        (&["statistics"], Kind::Statistics, Body::Open),
        (&["publication"], Kind::Publication, Body::Open),
        (&["server"], Kind::Server, Body::Open),
        (&["language"], Kind::Language, Body::Open),
        (&["event", "trigger"], Kind::EventTrigger, Body::Open),
        (&["text", "search", "configuration"], Kind::TextSearchConfiguration, Body::Open),
        (&["text", "search", "dictionary"], Kind::TextSearchDictionary, Body::Open),
        (&["text", "search", "parser"], Kind::TextSearchParser, Body::Open),
        (&["text", "search", "template"], Kind::TextSearchTemplate, Body::Open),
    ];
    for (words, kind, body) in PLAIN {
        if cursor.accept(words) {
            return named(kind, cursor, body);
        }
    }
    if cursor.accept(&["function"]) || cursor.accept(&["procedure"]) {
        return routine(SubjectKind::Routine, cursor);
    }
    if cursor.accept(&["aggregate"]) {
        return routine(SubjectKind::Aggregate, cursor);
    }
    if cursor.accept(&["schema"]) {
        return namespace(cursor);
    }
    if cursor.accept(&["index"]) || cursor.accept(&["unique", "index"]) {
        return index(cursor);
    }
    if cursor.accept(&["trigger"]) || cursor.accept(&["constraint", "trigger"]) {
        return part(SubjectKind::Trigger, cursor, "on");
    }
    if cursor.accept(&["policy"]) {
        return part(SubjectKind::Policy, cursor, "on");
    }
    if cursor.accept(&["rule"]) {
        return part(SubjectKind::Rule, cursor, "to");
    }
    for (words, kind) in [
        (["operator", "class"], SubjectKind::OperatorClass),
        (["operator", "family"], SubjectKind::OperatorFamily),
    ] {
        if cursor.accept(&words) {
            let (namespace, name) = cursor.qualified()?;
            let method = cursor.seek("using").then(|| cursor.name()).flatten()?;
            return Some(Head::new(kind, namespace, name).part(method).at(cursor, Body::Open));
        }
    }
    None
}

/// ALTER TABLE and ALTER DOMAIN, for what they add.
fn altered(mut cursor: Cursor<'_>) -> Option<Head> {
    let is_table = cursor.accept(&["table"]) || cursor.accept(&["foreign", "table"]);
    if !is_table && !cursor.accept(&["domain"]) {
        return None;
    }
    let _ = cursor.accept(&["if", "exists"]);
    let _ = cursor.accept(&["only"]);
    let (namespace, name) = cursor.qualified()?;
    let kind = if is_table { SubjectKind::Table } else { SubjectKind::Domain };
    Some(Head::new(kind, namespace, name).at(cursor, Body::Actions))
}

fn named(kind: SubjectKind, mut cursor: Cursor<'_>, body: Body) -> Option<Head> {
    let _ = cursor.accept(&["if", "not", "exists"]);
    // CREATE STATISTICS ON ... has no name.
    if kind == SubjectKind::Statistics && cursor.sees(&["on"]) {
        return None;
    }
    let (namespace, name) = cursor.qualified()?;
    Some(Head::new(kind, namespace, name).at(cursor, body))
}

fn namespace(mut cursor: Cursor<'_>) -> Option<Head> {
    let _ = cursor.accept(&["if", "not", "exists"]);
    // Without a name it has the role's.
    let _ = cursor.accept(&["authorization"]);
    let name = cursor.name()?;
    Some(Head::new(SubjectKind::Namespace, None, name).at(cursor, Body::Open))
}

fn routine(kind: SubjectKind, mut cursor: Cursor<'_>) -> Option<Head> {
    let (namespace, name) = cursor.qualified()?;
    let inside = cursor.parenthesised()?;
    let arguments = super::arguments::read(cursor.within(inside));
    let mut head = Head::new(kind, namespace, name).at(cursor, Body::UntilAs);
    head.arguments = Some(arguments);
    Some(head)
}

/// An index is in the namespace of its table.
fn index(mut cursor: Cursor<'_>) -> Option<Head> {
    let _ = cursor.accept(&["concurrently"]);
    let _ = cursor.accept(&["if", "not", "exists"]);
    if cursor.accept(&["on"]) {
        return None;
    }
    let name = cursor.name()?;
    cursor.accept(&["on"]).then_some(())?;
    let _ = cursor.accept(&["only"]);
    let (namespace, _) = cursor.qualified()?;
    Some(Head::new(SubjectKind::Index, namespace, name).at(cursor, Body::Open))
}

/// `name ... ON table`, `name ... TO table`.
fn part(kind: SubjectKind, mut cursor: Cursor<'_>, before: &str) -> Option<Head> {
    let part = cursor.name()?;
    cursor.seek(before).then_some(())?;
    let (namespace, name) = cursor.qualified()?;
    Some(Head::new(kind, namespace, name).part(part).at(cursor, Body::UntilDo))
}
