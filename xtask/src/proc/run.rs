//! One command: the program, its arguments, and what it is given otherwise.
//!
//! Must never: show a secret, also not in the program's own words.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::Account;

/// One program with its arguments, to be run through [`Proc`].
#[derive(Clone, Debug)]
pub struct Run {
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(String, String)>,
    pub(super) secrets: Vec<(String, String)>,
    hidden: Vec<String>,
    pub(super) removed: Vec<String>,
    pub(super) dir: Option<PathBuf>,
    pub(super) account: Option<Account>,
    pub(super) timeout: Duration,
}

impl Run {
    pub fn new(program: impl Into<OsString>) -> Run {
        Run {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            secrets: Vec::new(),
            hidden: Vec::new(),
            removed: [
                "PGHOST",
                "PGHOSTADDR",
                "PGPORT",
                "PGUSER",
                "PGDATABASE",
                "PGPASSWORD",
                "PGSERVICE",
                "PGOPTIONS",
                "PGTZ",
                "PGDATESTYLE",
                "PGCLIENTENCODING",
            ]
            .map(str::to_owned)
            .to_vec(),
            dir: None,
            account: None,
            timeout: Duration::from_secs(600),
        }
    }

    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Run {
        self.arguments.push(argument.into());
        self
    }

    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<OsString>>(mut self, arguments: I) -> Run {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Run {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Like [`Run::env`]; the value is never shown.
    #[must_use]
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Run {
        self.secrets.push((name.into(), value.into()));
        self
    }

    /// Takes an ambient variable away from the program.
    #[must_use]
    pub fn without(mut self, name: impl Into<String>) -> Run {
        self.removed.push(name.into());
        self
    }

    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Run {
        self.dir = Some(dir.into());
        self
    }

    #[must_use]
    pub fn account(mut self, account: Option<Account>) -> Run {
        self.account = account;
        self
    }

    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Run {
        self.timeout = timeout;
        self
    }

    /// A program may cite what it was given, initdb its whole statement.
    pub(super) fn redacted(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(|(_, value)| value).chain(&self.hidden);
        secrets
            .filter(|value| !value.is_empty())
            .fold(text.to_owned(), |text, value| text.replace(value, "***"))
    }

    /// A secret the program gets by another way; its words are searched for it.
    #[must_use]
    pub fn hide(mut self, value: impl Into<String>) -> Run {
        self.hidden.push(value.into());
        self
    }

    /// The command as a person would type it; secrets by name only.
    pub fn shown(&self) -> String {
        let secrets = self.secrets.iter().map(|(name, _)| format!("{name}=*** "));
        let plain =
            self.environment.iter().map(|(name, value)| format!("{name}={} ", quote(value)));
        let words = std::iter::once(&self.program).chain(&self.arguments);
        let words: Vec<String> = words.map(|word| quote(&word.to_string_lossy())).collect();
        format!("{}{}{}", secrets.collect::<String>(), plain.collect::<String>(), words.join(" "))
    }
}

/// A word as a shell reads it.
pub fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+{}".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
