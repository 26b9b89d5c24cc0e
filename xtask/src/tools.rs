//! One file per external program: its flags, its output, its exit codes.
//!
//! Must never: decide what a command does. These rooms only know how to ask.

pub mod compose;
pub mod docker;
pub mod git;
pub mod packages;
pub mod pg_dump;
pub mod pgbackrest;
pub mod postgres;
pub mod python;
