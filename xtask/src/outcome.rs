//! How a run ends: its answer, its failure, and the number both become.
//!
//! Must never: let a refusal, an interruption or a half-done change look like
//! success.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The exit codes, one meaning each, the same for every command. 101 belongs
/// to cargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// Done, or clean.
    Done = 0,
    /// Failed; nothing is left half-done.
    Failed = 1,
    /// Differences, findings or warnings; nothing failed.
    Attention = 2,
    /// Consent is missing or was declined.
    Refused = 3,
    /// An engine, server, tool or lock is not to be had; a retry makes sense.
    Unavailable = 4,
    /// Stopped midway; the resume command is printed.
    Partial = 5,
    /// The command line cannot be understood.
    Usage = 64,
    /// Interrupted before anything was changed.
    Interrupted = 130,
}

impl Exit {
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// What a command has to say when it did its work.
#[derive(Debug)]
pub struct Answer {
    pub exit: Exit,
    /// For people, on stdout.
    pub text: String,
    /// For programs, with `--json`.
    pub data: Value,
}

impl Answer {
    pub fn done(text: impl Into<String>, data: Value) -> Answer {
        Answer { exit: Exit::Done, text: text.into(), data }
    }
}

/// A failure with everything a person needs to go on.
#[derive(Debug)]
pub struct Fault {
    pub exit: Exit,
    message: String,
    /// Lines of the file it is about, with a caret.
    pub excerpt: Option<Excerpt>,
    /// The one command or deed that helps.
    pub hint: Option<String>,
}

/// A place in a file: `path:line:column` and the lines around it.
#[derive(Clone, Debug, Serialize)]
pub struct Excerpt {
    pub file: String,
    pub line: usize,
    pub column: usize,
    #[serde(skip)]
    pub lines: String,
}

impl Fault {
    pub fn new(exit: Exit, message: impl Into<String>) -> Fault {
        Fault { exit, message: message.into(), excerpt: None, hint: None }
    }

    pub fn failed(message: impl Into<String>) -> Fault {
        Fault::new(Exit::Failed, message)
    }

    pub fn refused(message: impl Into<String>) -> Fault {
        Fault::new(Exit::Refused, message)
    }

    pub fn unavailable(message: impl Into<String>) -> Fault {
        Fault::new(Exit::Unavailable, message)
    }

    pub fn partial(message: impl Into<String>) -> Fault {
        Fault::new(Exit::Partial, message)
    }

    pub fn usage(message: impl Into<String>) -> Fault {
        Fault::new(Exit::Usage, message)
    }

    pub fn interrupted() -> Fault {
        Fault::new(Exit::Interrupted, "interrupted")
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn excerpt(mut self, excerpt: Excerpt) -> Fault {
        self.excerpt = Some(excerpt);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// The exit a failure stands for, through any number of contexts.
pub fn exit_of(error: &anyhow::Error) -> Exit {
    if let Some(fault) = error.downcast_ref::<Fault>() {
        return fault.exit;
    }
    match error.downcast_ref::<pg_live::Error>() {
        Some(error) => exit_of_server(error.kind),
        None => Exit::Failed,
    }
}

fn exit_of_server(kind: pg_live::ErrorKind) -> Exit {
    use pg_live::ErrorKind as Kind;
    match kind {
        Kind::Unreachable | Kind::NotReady | Kind::InUse | Kind::Deadline => Exit::Unavailable,
        Kind::Cancelled => Exit::Interrupted,
        Kind::Address => Exit::Usage,
        Kind::Authentication
        | Kind::NoDatabase
        | Kind::Permission
        | Kind::Incomplete
        | Kind::OutOfResources
        | Kind::Statement => Exit::Failed,
    }
}

#[cfg(test)]
mod tests {
    //! The number survives the contexts put around a failure.

    use anyhow::Context;

    use super::*;

    #[test]
    fn a_fault_keeps_its_exit_through_contexts() {
        let failed: anyhow::Result<()> = Err(Fault::refused("no").into());
        let error = failed.context("rebuilding").context("again").expect_err("is an error");
        assert_eq!(exit_of(&error), Exit::Refused);
    }

    #[test]
    fn an_unknown_error_is_a_failure() {
        assert_eq!(exit_of(&anyhow::anyhow!("what")), Exit::Failed);
    }
}
