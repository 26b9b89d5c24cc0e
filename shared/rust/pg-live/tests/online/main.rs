//! Plans on real servers: what is observed of them, and how they are applied
//! while others are at work.
//!
//! `XTASK_TEST_POSTGRES` names the servers: URLs of superusers, separated by
//! blanks. Every test makes databases of its own and runs on each of them.

mod backfills;
mod certificate;
mod concurrent;
mod connection;
mod load;
mod place;
mod plan_file;
mod probes;
mod proxy;
mod runs;
mod throughput;
mod transactions;
