//! Two descriptions of a database in, their differences out.
//!
//! Stages, in the order data flows: [`dump`] (text of `pg_dump` → entries),
//! [`change`] (two sets of entries → what differs).
//!
//! Must never: do I/O, wait, read a clock or an environment. Same input, same
//! bytes out; nothing here can fail.

pub mod catalog;
pub mod ddl;
pub mod dump;

pub mod change;
pub mod plan;

pub use change::{Change, diff};
pub use dump::{Dump, Entry, Key};
