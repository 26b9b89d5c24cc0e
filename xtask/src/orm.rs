//! The SQLAlchemy models, held against what init.sql declares and what the
//! live database is: what `orm-verify` and the end of `db-migrate` share.
//!
//! In the order data flows: [`python`] (which interpreter), [`extraction`]
//! (what the models say), [`ground`] and [`made`] (PostgreSQL makes their
//! tables and is read by the same queries as everything else), [`rules`] (one
//! family of findings a file), [`verdict`] (who is behind), [`card`].
//!
//! Must never: compare types or expressions by a table of its own where the
//! server can be asked, or change anything but scratch databases.

mod argument;
pub mod card;
pub mod emit;
pub mod equality;
pub mod exceptions;
pub mod extraction;
pub mod finding;
pub mod fix;
pub mod ground;
pub mod init_edit;
pub mod known;
pub mod made;
pub mod patch;
pub mod python;
mod python_type;
mod remedy;
pub mod rules;
mod spelling;
pub mod statements;
pub mod uses;
pub mod verdict;
pub mod verify;
