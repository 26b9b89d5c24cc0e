//! Types a user makes, and collations.
//!
//! Must never: name a type otherwise than `format_type` does with an empty
//! `search_path`.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enum {
    /// In sort order.
    pub labels: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    pub base_type: String,
    /// Qualified and quoted, when it is not the base type's own.
    pub collation: Option<String>,
    pub default: Option<String>,
    pub not_null: bool,
}

/// A CHECK of a domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DomainConstraint {
    /// `pg_get_constraintdef` without its ` NOT VALID`.
    pub definition: String,
    pub is_validated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Composite {
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub type_name: String,
    /// Qualified and quoted, when it is not the type's own.
    pub collation: Option<String>,
    pub comment: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// What stands in the parentheses of `CREATE TYPE ... AS RANGE (...)`,
    /// one `key = value` each, in a fixed order; the default multirange name
    /// is left out.
    pub definition: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collation {
    /// What stands in the parentheses of `CREATE COLLATION (...)`, one
    /// `key = value` each, in a fixed order.
    pub definition: Vec<String>,
}
