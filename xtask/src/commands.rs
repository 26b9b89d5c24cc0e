//! The table of commands: it drives dispatch, `--help`, completions and the
//! docs.
//!
//! Must never: hold a command's work. One command, one file below.

pub mod backup;
pub mod ci;
pub mod completions;
pub mod data_migrate;
pub mod db_diff;
pub mod db_migrate;
pub mod db_rebuild;
pub mod db_verify;
pub mod docs;
pub mod doctor;
pub mod down;
pub mod explain;
pub mod hooks;
pub mod images;
pub mod lint;
pub mod logs;
pub mod orm_verify;
pub mod psql;
pub mod python;
pub mod quarantine;
pub mod restore;
pub mod rollback;
pub mod schedule;
pub mod status;
pub mod target;
pub mod test;
pub mod up;

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::context::Ctx;
use crate::flags::{GLOBAL_FLAGS, Rest};
use crate::outcome::{Answer, Fault, exit_of};
use crate::services;
use crate::term::Term;

pub struct Command {
    pub name: &'static str,
    pub summary: &'static str,
    /// What stands behind the name.
    pub usage: &'static str,
    pub flags: &'static [(&'static str, &'static str)],
    pub examples: &'static [&'static str],
    pub run: fn(&Ctx, Rest) -> Result<Answer>,
}

pub const COMMANDS: &[Command] = &[
    db_rebuild::COMMAND,
    db_diff::COMMAND,
    db_migrate::COMMAND,
    db_verify::COMMAND,
    orm_verify::COMMAND,
    backup::COMMAND,
    restore::COMMAND,
    rollback::COMMAND,
    quarantine::COMMAND,
    schedule::COMMAND,
    lint::COMMAND,
    data_migrate::COMMAND,
    test::COMMAND,
    docs::COMMAND,
    up::COMMAND,
    down::COMMAND,
    logs::COMMAND,
    psql::COMMAND,
    python::COMMAND,
    status::COMMAND,
    doctor::COMMAND,
    target::COMMAND,
    images::COMMAND,
    hooks::COMMAND,
    explain::COMMAND,
    ci::COMMAND,
    completions::COMMAND,
];

/// Started by this program itself, never typed: not in `--help`.
const SUPERVISE: Command = Command {
    name: "supervise",
    summary: "Keep the services of `local` up",
    usage: "",
    flags: &[],
    examples: &[],
    run: |ctx, rest| {
        rest.no_words("supervise")?;
        services::supervise(ctx)
    },
};

pub const EXIT_CODES: &str = "\
exit codes:
  0 done or clean     1 failed, nothing left half-done     2 differences or findings
  3 refused           4 unavailable, retry makes sense     5 stopped midway
  64 usage            130 interrupted before any change";

pub fn find(name: &str) -> Result<&'static Command, Fault> {
    match COMMANDS.iter().chain([&SUPERVISE]).find(|command| command.name == name) {
        Some(command) => Ok(command),
        None => {
            let fault = Fault::usage(format!("there is no command `{name}`"));
            Err(match nearest(name, COMMANDS.iter().map(|it| it.name)) {
                Some(near) => fault.hint(format!("did you mean `cargo xtask {near}`?")),
                None => fault.hint("cargo xtask --help"),
            })
        }
    }
}

/// The most similar of some names, if one is similar.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let measured = names.into_iter().map(|it| (edit_distance(name, it), it));
    let (distance, best) = measured.min_by_key(|(distance, _)| *distance)?;
    (distance <= 1 + best.len() / 3).then_some(best)
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The page of one command, or the list of all.
pub fn help(command: Option<&Command>) -> Answer {
    let mut text = String::new();
    let flag_list = |text: &mut String, flags: &[(&str, &str)]| {
        for (flag, meaning) in flags {
            let _ = writeln!(text, "  {flag:<20} {meaning}");
        }
    };
    match command {
        Some(command) => {
            let _ = writeln!(text, "{}\n\nexamples:", command.summary);
            for example in command.examples {
                let _ = writeln!(text, "  {example}");
            }
            let usage = format!("cargo xtask {} {}", command.name, command.usage);
            let _ = writeln!(text, "\nusage: {}", usage.trim_end());
            if !command.flags.is_empty() {
                let _ = writeln!(text, "\nflags:");
                flag_list(&mut text, command.flags);
            }
        }
        None => {
            let _ = writeln!(
                text,
                "One init.sql, no lost row, no surprise lock.\n\nusage: cargo xtask COMMAND [FLAGS]\n\ncommands:"
            );
            for command in COMMANDS {
                let _ = writeln!(text, "  {:<14} {}", command.name, command.summary);
            }
            let _ = writeln!(text, "\n`cargo xtask COMMAND --help` tells more.");
        }
    }
    let _ = writeln!(text, "\nglobal flags:");
    flag_list(&mut text, GLOBAL_FLAGS);
    let _ = write!(text, "\n{EXIT_CODES}");
    let names: Vec<Value> = COMMANDS
        .iter()
        .map(|command| json!({ "name": command.name, "summary": command.summary }))
        .collect();
    Answer::done(text, json!({ "commands": names }))
}

/// Prints what a run ended with, once, and gives its number.
pub fn report(term: &Term, name: &str, ended: Result<Answer>, started: Instant) -> ExitCode {
    let exit = match &ended {
        Ok(answer) => answer.exit,
        Err(error) => exit_of(error),
    };
    if let Err(error) = &ended {
        tell(term, error);
    }
    let text = if term.look.json {
        document(name, &ended, exit.code(), started)
    } else {
        ended.map(|answer| answer.text).unwrap_or_default()
    };
    match term.answer(&text) {
        Ok(()) => ExitCode::from(exit.code()),
        Err(error) => {
            term.error(&format!("writing the answer: {error}"));
            ExitCode::from(1)
        }
    }
}

fn tell(term: &Term, error: &anyhow::Error) {
    term.error(&format!("{error:#}"));
    let Some(fault) = error.downcast_ref::<Fault>() else { return };
    if let Some(excerpt) = &fault.excerpt {
        term.plain(&format!(
            "  --> {}:{}:{}\n{}",
            excerpt.file, excerpt.line, excerpt.column, excerpt.lines
        ));
    }
    if let Some(hint) = &fault.hint {
        term.hint(hint);
    }
}

/// The one versioned document of `--json`.
fn document(name: &str, ended: &Result<Answer>, code: u8, started: Instant) -> String {
    let mut document = json!({
        "schema_version": 1,
        "command": name,
        "ok": code == 0,
        "exit_code": code,
        "duration_ms": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    match ended {
        Ok(answer) => document["data"] = answer.data.clone(),
        Err(error) => {
            let fault = error.downcast_ref::<Fault>();
            document["error"] = json!({
                "exit": exit_of(error),
                "message": format!("{error:#}"),
                "place": fault.and_then(|fault| fault.excerpt.as_ref()),
                "hint": fault.and_then(|fault| fault.hint.as_ref()),
            });
        }
    }
    document.to_string()
}

#[cfg(test)]
mod tests {
    //! The table is complete and typos are understood.

    use super::*;

    #[test]
    fn every_command_has_examples_that_name_it() {
        for command in COMMANDS {
            assert!(!command.examples.is_empty(), "{}", command.name);
            let named = |example: &&str| example.contains(&format!("cargo xtask {}", command.name));
            assert!(command.examples.iter().all(named), "{}", command.name);
        }
    }

    #[test]
    fn a_typo_is_answered_with_the_nearest_command() {
        let near = |name| nearest(name, COMMANDS.iter().map(|it| it.name));
        assert_eq!(near("db-rebiuld"), Some("db-rebuild"));
        assert_eq!(near("stauts"), Some("status"));
        assert_eq!(near("xyzzy"), None);
    }
}
