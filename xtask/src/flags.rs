//! What was typed: global flags, the command, and the command's own rest.
//!
//! pico-args takes flags out of the list one by one; whatever is left over is
//! told with its name, never ignored.
//!
//! Must never: look at the machine. What the flags mean is decided later.

use std::ffi::OsString;
use std::path::PathBuf;

use pico_args::{Arguments, Keys};

use crate::outcome::Fault;
use crate::proc::quote;

/// Flags every command takes.
#[derive(Clone, Debug, Default)]
pub struct Globals {
    pub target: Option<String>,
    pub db_url: Option<String>,
    pub env_files: Vec<PathBuf>,
    pub dry_run: bool,
    pub yes: bool,
    pub confirm_db: Option<String>,
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub explain: bool,
    pub help: bool,
    pub version: bool,
    /// The line once more, for who goes on with it; see [`again`].
    pub again: String,
}

/// Name and meaning, for `--help` and completions.
pub const GLOBAL_FLAGS: &[(&str, &str)] = &[
    ("-t, --target NAME", "work on this target, this once (see `target`)"),
    ("--db-url URL", "work on this database, this once (prefer a variable: URLs hold passwords)"),
    ("--env-file FILE", "read settings from FILE, before `.env`; may be repeated"),
    ("-n, --dry-run", "run every check, change nothing, print what would be done"),
    ("-y, --yes", "answer yes; never implied without a terminal"),
    ("--confirm-db NAME", "name the database whose loss is meant; needed on protected targets"),
    ("--json", "print one JSON document on stdout and nothing else there"),
    ("--explain", "print the programs and the SQL before they run"),
    ("-q, --quiet", "only the answer and failures"),
    ("-v, --verbose", "every program that is run, with its time"),
    ("-h, --help", "this text"),
    ("-V, --version", "the version"),
];

/// The command line, taken apart.
#[derive(Debug)]
pub struct Typed {
    pub globals: Globals,
    pub command: Option<String>,
    pub rest: Rest,
}

/// A command's own flags and words; `trailing` stood behind `--`.
#[derive(Debug)]
pub struct Rest {
    arguments: Arguments,
    pub trailing: Vec<OsString>,
}

pub fn parse(mut words: Vec<OsString>) -> Result<Typed, Fault> {
    let json = wants_document(&words);
    let trailing = match words.iter().position(|word| word == "--") {
        Some(at) => words.split_off(at).split_off(1),
        None => Vec::new(),
    };
    let mut arguments = Arguments::from_vec(words);
    while arguments.contains("--json") {}
    let mut globals = Globals {
        target: option(&mut arguments, ["-t", "--target"])?,
        db_url: option(&mut arguments, "--db-url")?,
        confirm_db: option(&mut arguments, "--confirm-db")?,
        dry_run: arguments.contains(["-n", "--dry-run"]),
        yes: arguments.contains(["-y", "--yes"]),
        json,
        quiet: arguments.contains(["-q", "--quiet"]),
        verbose: arguments.contains(["-v", "--verbose"]),
        explain: arguments.contains("--explain"),
        help: arguments.contains(["-h", "--help"]),
        version: arguments.contains(["-V", "--version"]),
        ..Globals::default()
    };
    while let Some(file) = option(&mut arguments, "--env-file")? {
        globals.env_files.push(PathBuf::from(file));
    }
    globals.again = again(&globals, arguments.clone().finish(), &trailing);
    let command = arguments.subcommand().map_err(|error| Fault::usage(error.to_string()))?;
    Ok(Typed { globals, command, rest: Rest { arguments, trailing } })
}

/// What was typed, to be typed again: without what agreed to it, and how it was
/// shown. A URL may hold a password, and is only named.
fn again(globals: &Globals, mut words: Vec<OsString>, trailing: &[OsString]) -> String {
    words.extend(globals.target.iter().flat_map(|name| ["--target".into(), name.into()]));
    words.extend(globals.db_url.iter().flat_map(|_| ["--db-url".into(), "URL".into()]));
    words.extend(globals.env_files.iter().flat_map(|file| ["--env-file".into(), file.into()]));
    if !trailing.is_empty() {
        words.push("--".into());
        words.extend_from_slice(trailing);
    }
    let words: Vec<String> =
        words.iter().map(|word| quote(&without_secret(&word.to_string_lossy()))).collect();
    words.join(" ")
}

/// Where a database is may be said by any word; so may its password.
fn without_secret(word: &str) -> String {
    let (flag, value) = match word.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => (format!("{flag}="), value),
        _ => (String::new(), word),
    };
    let is_url = value.contains("://") || value.to_lowercase().contains("password");
    if is_url { format!("{flag}URL") } else { word.to_owned() }
}

fn option(arguments: &mut Arguments, names: impl Into<Keys>) -> Result<Option<String>, Fault> {
    let value: Option<String> =
        arguments.opt_value_from_str(names).map_err(|error| Fault::usage(error.to_string()))?;
    match value {
        // pico-args would swallow the flag that follows a forgotten value.
        Some(value) if value.starts_with("--") => {
            Err(Fault::usage(format!("a value is missing before `{}`", name_of(&value))))
        }
        value => Ok(value),
    }
}

/// A flag without what was typed behind `=`: that may be a password.
fn name_of(flag: &str) -> &str {
    flag.split('=').next().unwrap_or(flag)
}

/// True when the answer is to be a document, also if the line is not
/// understood otherwise.
pub fn wants_document(words: &[OsString]) -> bool {
    let mut words = words.iter().take_while(|word| *word != "--").peekable();
    while let Some(word) = words.next() {
        let follows = word == "--format" && words.peek().is_some_and(|next| *next == "json");
        if word == "--json" || word == "--format=json" || follows {
            return true;
        }
    }
    false
}

impl Rest {
    pub fn flag(&mut self, name: &'static str) -> bool {
        self.arguments.contains(name)
    }

    /// One flag with a short and a long name.
    pub fn either_flag(&mut self, names: [&'static str; 2]) -> bool {
        self.arguments.contains(names)
    }

    pub fn value(&mut self, name: &'static str) -> Result<Option<String>, Fault> {
        option(&mut self.arguments, name)
    }

    /// A flag that may be repeated.
    pub fn values(&mut self, name: &'static str) -> Result<Vec<String>, Fault> {
        let mut values = Vec::new();
        while let Some(value) = self.value(name)? {
            values.push(value);
        }
        Ok(values)
    }

    /// All words that are not flags. A leftover flag is an error: pico-args
    /// would hand it out as a word.
    pub fn words(self, command: &str, at_most: usize) -> Result<Vec<String>, Fault> {
        let left: Vec<String> = self
            .arguments
            .finish()
            .into_iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        let help = format!("cargo xtask {command} --help");
        if let Some(flag) = left.iter().find(|word| word.starts_with('-') && word.len() > 1) {
            let flag = name_of(flag);
            return Err(Fault::usage(format!("`{command}` has no flag `{flag}`")).hint(help));
        }
        if left.len() > at_most {
            return Err(
                Fault::usage(format!("`{command}` does not take `{}`", left[at_most])).hint(help)
            );
        }
        Ok(left)
    }

    pub fn no_words(self, command: &str) -> Result<(), Fault> {
        self.words(command, 0).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    //! Order does not matter, and nothing is swallowed.

    use super::*;

    fn typed(words: &[&str]) -> Result<Typed, Fault> {
        parse(words.iter().map(OsString::from).collect())
    }

    #[test]
    fn global_flags_may_stand_before_and_behind() {
        for words in
            [["--dry-run", "db-rebuild", "--target=local"], ["db-rebuild", "-n", "--target=local"]]
        {
            let typed = typed(&words).expect("fine");
            assert_eq!(typed.command.as_deref(), Some("db-rebuild"));
            assert!(typed.globals.dry_run);
            assert_eq!(typed.globals.target.as_deref(), Some("local"));
        }
    }

    #[test]
    fn an_unknown_flag_is_an_error() {
        let typed = typed(&["status", "--nope"]).expect("parsed");
        let error = typed.rest.no_words("status").expect_err("unknown");
        assert_eq!(error.to_string(), "`status` has no flag `--nope`");
    }

    #[test]
    fn a_line_is_told_again_without_what_agreed_to_it() {
        let again = |words: &[&str]| typed(words).expect("parsed").globals.again;
        let words = ["-y", "restore", "old one.sql", "--into=it's", "-v", "--confirm-db", "app"];
        assert_eq!(again(&words), "restore 'old one.sql' '--into=it'\\''s'");
        let words = ["-t", "local", "psql", "--db-url", "postgresql://u:secret@h/d", "--", "-c"];
        assert_eq!(again(&words), "psql --target local --db-url URL -- -c");
        let words = [
            "db-rebuild",
            "--to",
            "postgresql://u:secret@h/d",
            "--source-url=host=h password=secret",
        ];
        assert_eq!(again(&words), "db-rebuild --to URL --source-url=URL");
    }

    #[test]
    fn a_forgotten_value_is_not_the_next_flag() {
        let error = typed(&["db-rebuild", "--confirm-db", "--yes"]).expect_err("no value");
        assert_eq!(error.to_string(), "a value is missing before `--yes`");
    }

    #[test]
    fn what_stands_behind_two_dashes_is_left_alone() {
        let typed = typed(&["psql", "--", "-c", "--json"]).expect("parsed");
        assert!(!typed.globals.json);
        assert_eq!(typed.rest.trailing, ["-c", "--json"]);
    }
}
