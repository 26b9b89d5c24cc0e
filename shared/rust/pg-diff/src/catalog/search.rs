//! What stands beside tables: extensions, publications, text search, casts,
//! default privileges, and kinds that are made whole.
//!
//! Must never: model the objects an extension brings.

use serde::{Deserialize, Serialize};

use super::GrantList;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    pub namespace: String,
    pub version: String,
    pub is_relocatable: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    pub all_tables: bool,
    /// `publish = 'insert, update'`, `publish_via_partition_root = false`, ...
    pub options: Vec<String>,
    pub tables: Vec<PublishedTable>,
    /// Names of namespaces, unquoted, sorted.
    pub namespaces: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// Qualified and quoted.
    pub table: String,
    /// Unquoted; empty for all.
    pub columns: Vec<String>,
    pub filter: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSearchConfiguration {
    /// Qualified and quoted.
    pub parser: String,
    /// Token type and its dictionaries, qualified and quoted, in order.
    pub mappings: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cast {
    /// What follows `CREATE CAST (...)`: `WITH FUNCTION ... AS IMPLICIT`.
    pub definition: String,
    /// Qualified and quoted, as `DROP CAST (source AS target)` wants them.
    pub source: String,
    pub target: String,
}

/// Rights on objects that the role of the id will make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultPrivilege {
    /// Without a namespace they stand in for what PostgreSQL gives; with one
    /// they are added to it.
    pub grants: GrantList,
}

/// A kind that is made whole and dropped whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The whole `CREATE ...`, without a semicolon.
    pub create: String,
    /// What `DROP` and `COMMENT ON` call it: `OPERATOR public.+ (integer, integer)`.
    pub address: String,
}
