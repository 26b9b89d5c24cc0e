//! One thing the models and a database say differently, and what comes of it.
//!
//! Must never: rank by how it looks. Severity is what happens when the code
//! runs.

use pg_diff::catalog::Id;
use serde::Serialize;

use super::extraction::Place;

/// What happens at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A query or an insert breaks.
    Error,
    /// It goes wrong sooner or later.
    Warning,
    /// Nothing breaks.
    Info,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

macro_rules! rules {
    ($($variant:ident: $id:literal, $says:literal;)*) => {
        /// What is checked. The id is what ignores and baselines name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $($variant),* }

        impl Rule {
            pub fn id(self) -> &'static str {
                match self { $(Rule::$variant => $id),* }
            }

            /// What it is about, for people.
            pub fn says(self) -> &'static str {
                match self { $(Rule::$variant => $says),* }
            }
        }
    };
}

rules! {
    Import: "orm.import", "the models can be imported";
    Mapping: "orm.mapping", "SQLAlchemy accepts the mappings and relationships";
    Unimported: "orm.unimported", "every module that describes a table is imported";
    Invalid: "orm.invalid", "PostgreSQL accepts what the models describe";
    TableMissing: "orm.table-missing", "mapped tables are there";
    TableUnmapped: "orm.table-unmapped", "tables have a model";
    Table: "orm.table", "partitioning and durability of tables";
    RowSecurity: "orm.row-security", "row security";
    Storage: "orm.storage", "storage parameters";
    Comment: "orm.comment", "comments";
    ColumnOrder: "orm.column-order", "the order of columns";
    ColumnMissing: "orm.column-missing", "mapped columns are there";
    ColumnRequired: "orm.column-required", "what an insert must give is mapped";
    ColumnUnmapped: "orm.column-unmapped", "columns are mapped";
    Type: "orm.type", "types with length, precision, time zone and dimension";
    Collation: "orm.collation", "collations";
    Nullable: "orm.nullable", "NULL is allowed on both sides or on none";
    Default: "orm.default", "server defaults";
    PythonDefault: "orm.python-default", "required columns whose default only Python knows";
    Sequence: "orm.sequence", "sequences and whom they belong to";
    Identity: "orm.identity", "identity columns";
    Generated: "orm.generated", "generated columns";
    PrimaryKey: "orm.primary-key", "primary keys, their columns and order";
    Unique: "orm.unique", "unique constraints";
    ForeignKey: "orm.foreign-key", "foreign keys, their actions and timing";
    Check: "orm.check", "check constraints";
    Exclude: "orm.exclude", "exclusion constraints";
    NotValid: "orm.not-valid", "constraints that hold for old rows too";
    Index: "orm.index", "indexes: method, operator class, predicate, INCLUDE, direction";
    Name: "orm.name", "names of constraints and indexes";
    Enum: "orm.enum", "labels of enums and their order";
    Domain: "orm.domain", "domains";
    Relationship: "orm.relationship", "cascades of relationships against ON DELETE";
    Statement: "orm.statement", "SQL in Python files and documentation";
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    /// What it is about in the database.
    pub object: Id,
    /// What people call that, where it is no object.
    title: Option<&'static str>,
    pub place: Option<Place>,
    /// What each side says; empty for nothing.
    pub model: String,
    pub database: String,
    /// One sentence: what happens.
    pub consequence: String,
}

impl Finding {
    pub fn error(rule: Rule, object: &Id) -> Finding {
        Finding::new(Severity::Error, rule, object)
    }

    pub fn warning(rule: Rule, object: &Id) -> Finding {
        Finding::new(Severity::Warning, rule, object)
    }

    pub fn info(rule: Rule, object: &Id) -> Finding {
        Finding::new(Severity::Info, rule, object)
    }

    pub fn new(severity: Severity, rule: Rule, object: &Id) -> Finding {
        Finding {
            rule,
            severity,
            object: object.clone(),
            title: None,
            place: None,
            model: String::new(),
            database: String::new(),
            consequence: String::new(),
        }
    }

    /// What somebody may have forgotten; the rest is told by one side only.
    pub fn is_drift(&self) -> bool {
        !matches!(self.rule, Rule::Comment | Rule::ColumnOrder | Rule::Storage | Rule::Name)
    }

    /// Whoever uses it fails. What may be None breaks only inserts that leave
    /// it out.
    pub fn breaks_every_use(&self) -> bool {
        self.severity == Severity::Error && self.rule != Rule::Nullable
    }

    #[must_use]
    pub fn called(mut self, title: &'static str) -> Finding {
        self.title = Some(title);
        self
    }

    pub fn title(&self) -> String {
        self.title.map_or_else(|| self.object.to_string(), str::to_owned)
    }

    #[must_use]
    pub fn at(mut self, place: Option<&Place>) -> Finding {
        self.place = place.cloned();
        self
    }

    #[must_use]
    pub fn values(mut self, model: impl Into<String>, database: impl Into<String>) -> Finding {
        (self.model, self.database) = (model.into(), database.into());
        self
    }

    #[must_use]
    pub fn because(mut self, consequence: impl Into<String>) -> Finding {
        self.consequence = consequence.into();
        self
    }
}
