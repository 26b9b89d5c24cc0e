//! The real binary, run as people run it: flags, streams, exit codes, and
//! what is left behind.
//!
//! Every test works in a copy of the project of its own, with a server of its
//! own. Without PostgreSQL on the machine the tests that need one say so in
//! one line; under `CI=true` they fail.
#![allow(
    clippy::disallowed_methods,
    reason = "tests start programs and read the environment themselves, not through the doors they test"
)]

mod stage;

#[allow(dead_code, reason = "the other ring uses the rest")]
mod tool;

mod server;

mod moment;

mod writers;

mod wiring;

mod settings;

mod init_file;

mod init_sql;

mod broken_init;

mod rebuild;

mod consent;

mod verify;

mod diff;

mod patterns;

mod migrate;

mod seed_rows;

mod table;

mod swap;

mod keep;
mod kept;

mod killed;

mod stopped;

mod interrupted;

mod lifecycle;

mod disk_full;

mod checkouts;

mod schedule;

mod secrets;

mod psql;

mod url;

mod bare_machine;

mod backup;

mod pgbackrest;

mod rollback;

mod quarantine;

mod doctor;

mod lint;

mod hooks;

mod orm;

mod docs;
