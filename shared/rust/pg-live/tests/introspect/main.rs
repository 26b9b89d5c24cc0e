//! Introspection held against real servers: what is read, that it is of one
//! moment, and what it costs.
//!
//! The server is `XTASK_TEST_POSTGRES`, the URL of a superuser. Each test makes
//! databases of its own and drops them.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails and speaks where it stands"
)]

mod cost;
mod everything;
mod footprint;
mod horizon;
mod majors;
mod moment;
mod names;
mod plain;
mod server;
mod spelling;
