//! The platform on its database: services, tests, data migrations, and a run
//! under load while servers and services are killed.
//!
//! One test after the other (`--test-threads 1`): they measure time. What
//! they need from the package index is installed once for all of them.
#![allow(
    clippy::disallowed_methods,
    reason = "tests start programs and read the environment themselves, not through the doors they test"
)]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the other ring uses the rest")]
mod stage;

#[path = "../cli/tool.rs"]
#[allow(dead_code, reason = "the other ring uses the rest")]
mod tool;

#[path = "../cli/server.rs"]
#[allow(dead_code, reason = "the other ring uses the rest")]
mod server;

#[path = "../cli/moment.rs"]
#[allow(dead_code, reason = "the other ring uses the rest")]
mod moment;

mod platform;

mod services;

mod back;

mod data_migrations;

mod pytest;

mod guides;

mod load;

mod models;

#[allow(dead_code, reason = "the benchmark reads the rest")]
mod steady;

mod online;
