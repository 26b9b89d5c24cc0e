//! Who may do what with an object.
//!
//! Must never: hold a grantor. It follows from who runs the GRANT.

use serde::{Deserialize, Serialize};

use super::Kind;

/// Sorted, each grantee and privilege once.
pub type GrantList = Vec<Grant>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    pub grantee: Grantee,
    /// `SELECT`, `USAGE`, ... as `aclexplode` spells them.
    pub privilege: String,
    pub grantable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// Whoever owns the object: two databases may differ in the name.
    Owner,
    Public,
    Role(String),
}

/// What PostgreSQL gives on a new object of a kind before anybody said
/// anything. Source: chapter "Privileges" of the manual, table "Summary of
/// Access Privileges"; MAINTAIN since 17.
pub fn built_in_grants(kind: Kind, major: u32) -> GrantList {
    let table: &[&str] = if major >= 17 {
        &["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
    } else {
        &["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"]
    };
    let (owner, public): (&[&str], &[&str]) = match kind {
        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView => (table, &[]),
        Kind::Sequence => (&["SELECT", "UPDATE", "USAGE"], &[]),
        Kind::Routine | Kind::Aggregate => (&["EXECUTE"], &["EXECUTE"]),
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Language => {
            (&["USAGE"], &["USAGE"])
        }
        Kind::Namespace => (&["CREATE", "USAGE"], &[]),
        Kind::ForeignDataWrapper | Kind::Server => (&["USAGE"], &[]),
        Kind::Extension
        | Kind::UserMapping
        | Kind::Collation
        | Kind::DomainConstraint
        | Kind::Cast
        | Kind::Operator
        | Kind::OperatorFamily
        | Kind::OperatorClass
        | Kind::TextSearchParser
        | Kind::TextSearchTemplate
        | Kind::TextSearchDictionary
        | Kind::TextSearchConfiguration
        | Kind::Column
        | Kind::Default
        | Kind::SequenceOwner
        | Kind::Constraint
        | Kind::Index
        | Kind::Rule
        | Kind::Trigger
        | Kind::Policy
        | Kind::Statistics
        | Kind::Publication
        | Kind::EventTrigger
        | Kind::DefaultPrivilege => (&[], &[]),
    };
    let grant = |grantee: Grantee, privilege: &&str| Grant {
        grantee,
        privilege: (*privilege).to_owned(),
        grantable: false,
    };
    let owner = owner.iter().map(|privilege| grant(Grantee::Owner, privilege));
    owner.chain(public.iter().map(|privilege| grant(Grantee::Public, privilege))).collect()
}
