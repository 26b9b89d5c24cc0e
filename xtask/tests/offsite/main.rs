//! Encrypted backups, and copies in a store that is a real server: started by
//! the test, speaking S3, asking for signatures.
//!
//! Built with `--features offsite-tests`. Without PostgreSQL on the machine
//! the tests say so in one line; under `CI=true` they fail.
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

mod object_store;

mod encryption;

mod copies;

mod broken_off;
