//! Two schemas compared, and one made the other: what `db-diff`, `db-migrate`
//! and `db-verify` share.
//!
//! In the order data flows: [`side`] (what was named), [`workshop`] (where
//! scratch databases are made), [`reading`] (a catalog of each side),
//! [`known`] (what an earlier run found out), [`outlook`] (what differs, the
//! plan, its proof), [`card`] (all of it for people and programs).
//!
//! Must never: change a database that is served. `apply` alone does that.

pub mod allow;
pub mod asking;
pub mod card;
mod clone;
pub mod known;
pub mod lens;
pub mod migrate;
pub mod opinion;
pub mod outlook;
pub mod plan_file;
mod prove;
pub mod reading;
mod renames;
pub mod rules;
pub mod seeding;
pub mod side;
pub mod workshop;
