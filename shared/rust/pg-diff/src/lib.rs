//! Two catalogs in, one plan out.
//!
//! In the order data flows: [`catalog`] (everything one database holds),
//! [`diff`] (what differs, object by object), [`plan`] (the steps that make
//! one equal the other, in order), [`ddl`] (their SQL). Beside them [`filter`]
//! (what is left alone) and [`dump`]: the text of `pg_dump`, taken apart, as a
//! second opinion.
//!
//! Must never: do I/O, wait, read a clock or an environment. Same input, same
//! bytes out.

pub mod catalog;
pub mod ddl;
pub mod declared;
mod diff;
pub mod dump;
pub mod filter;
pub mod plan;
pub mod quarantine;
pub mod rename;
pub mod scan;
pub mod wording;

pub use catalog::Catalog;
pub use diff::{Change, Difference, Property, Way, diff};
pub use dump::{Dump, Entry, Key};
pub use plan::{Options, Plan, plan};
