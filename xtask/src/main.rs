//! `cargo xtask`: parse, context, dispatch, exit code. Nothing else.
//!
//! Must never: know what a command does.

mod outcome;

mod flags;

mod config;

mod term;

mod interrupt;
mod orm;

mod proc;

mod context;

mod commands;

mod private_file;

mod run_state;

mod services;

mod span;
mod stamp;

mod disk;

mod steps;

mod consent;

mod init_file;

#[cfg(test)]
mod lines;
mod lint;

mod target;

mod tools;

mod verify;

mod doctor;

mod backup;

mod physical;

mod rebuild;

mod schema;

mod quarantine;

mod github;

mod ways;

mod schedule;

mod docs;

use std::process::ExitCode;
use std::time::Instant;

use crate::commands::Command;
use crate::config::Config;
use crate::context::Ctx;
use crate::flags::{Globals, Typed};
use crate::interrupt::Interrupt;
use crate::outcome::{Answer, Exit, Fault};
use crate::term::{Look, Term};

fn main() -> ExitCode {
    let started = Instant::now();
    #[expect(clippy::disallowed_methods, reason = "the one door to the arguments")]
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let json = flags::wants_document(&words);
    let typed = match flags::parse(words) {
        Ok(typed) => typed,
        Err(fault) => {
            let term = Term::new(look(&Globals { json, ..Globals::default() }));
            return commands::report(&term, "", Err(fault.into()), started);
        }
    };
    let term = Term::new(look(&typed.globals));
    let name = typed.command.clone().unwrap_or_default();
    let ended = dispatch(typed, &term);
    commands::report(&term, &name, ended, started)
}

fn dispatch(typed: Typed, term: &Term) -> anyhow::Result<Answer> {
    let Typed { globals, command, rest } = typed;
    if globals.version {
        return Ok(Answer::done(
            concat!("xtask ", env!("CARGO_PKG_VERSION")),
            env!("CARGO_PKG_VERSION").into(),
        ));
    }
    let command = command.as_deref().filter(|name| *name != "help");
    let command = command.map(commands::find).transpose()?;
    let Some(command) = command.filter(|_| !globals.help) else {
        return Ok(commands::help(command));
    };
    run(globals, command, rest, term)
}

fn run(
    globals: Globals,
    command: &Command,
    rest: flags::Rest,
    term: &Term,
) -> anyhow::Result<Answer> {
    let environment = config::environment();
    let manifest_dir = environment.get("CARGO_MANIFEST_DIR").cloned();
    let start = std::env::current_dir().map_err(|error| {
        Fault::unavailable(format!("the current folder cannot be read: {error}"))
    })?;
    let root = config::find_root(&start, manifest_dir.as_deref())?;
    let config = Config::load(&root, environment, &globals.env_files)?;
    let interrupt = Interrupt::install()?;
    let ctx = Ctx::new(globals, config, term.clone(), interrupt);
    (command.run)(&ctx, rest)
}

/// What is shown, from the flags and the terminal. `NO_COLOR` wins.
fn look(globals: &Globals) -> Look {
    let environment = config::environment();
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    let is_terminal = Term::stderr_is_terminal();
    let is_dumb = environment.get("TERM").is_some_and(|term| term == "dumb");
    Look {
        json: globals.json,
        quiet: globals.quiet,
        verbose: globals.verbose,
        explain: globals.explain,
        interactive: Term::has_person() && !is_set("CI"),
        live: is_terminal && !is_dumb,
        color: is_terminal && !is_dumb && !is_set("NO_COLOR"),
    }
}

/// Keeps the table of exit codes and this file honest: every code fits.
const _: () = assert!(Exit::Interrupted as u8 == 130);
