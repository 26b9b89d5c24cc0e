//! The real docker-compose workflow: the real binary, a real engine, a stack
//! of its own for every test.
//!
//! Every test works in a copy of the project under a project name that no
//! other has, and a janitor removes containers, volumes and networks of that
//! name whatever happens. Without an engine or without the image each test
//! says in one line that it was skipped; under `CI=true` it fails.
#![allow(
    clippy::disallowed_methods,
    reason = "tests start programs and read the environment themselves, not through the doors they test"
)]

mod stage;

#[path = "../cli/tool.rs"]
#[allow(dead_code, reason = "the other ring uses the rest")]
mod tool;

mod engine;

mod story;

mod rows;

mod taken;

mod init_file;

mod volume;

mod half_made;

mod killed;

mod interrupted;

mod checkouts;

mod secrets;

mod disk_full;

mod flavors;

mod backup;

mod services;

mod patterns;
