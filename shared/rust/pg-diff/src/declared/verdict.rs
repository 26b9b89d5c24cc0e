//! What becomes of each command of psql.
//!
//! Must never: let one through that nobody thought of: unknown is refused.

use super::command::Argument;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The file of this name takes its place.
    Include {
        path: String,
        from_here: bool,
    },
    /// Left out: it changes nothing that is made.
    Drop,
    Refuse {
        message: String,
        hint: &'static str,
    },
}

/// Only what is printed, or how, or how psql behaves at a terminal.
const HARMLESS: [&str; 38] = [
    "?",
    "C",
    "H",
    "T",
    "a",
    "conninfo",
    "copyright",
    "echo",
    "errverbose",
    "f",
    "h",
    "help",
    "html",
    "l",
    "l+",
    "list",
    "list+",
    "o",
    "out",
    "p",
    "print",
    "pset",
    "qecho",
    "restrict",
    "s",
    "sf",
    "sf+",
    "sv",
    "sv+",
    "t",
    "timing",
    "title",
    "unrestrict",
    "unset",
    "w",
    "warn",
    "write",
    "x",
];

/// Variables that steer psql itself, and say nothing to the server.
const OWN_VARIABLES: [&str; 20] = [
    "COMP_KEYWORD_CASE",
    "ECHO",
    "ECHO_HIDDEN",
    "FETCH_COUNT",
    "HIDE_TABLEAM",
    "HIDE_TOAST_COMPRESSION",
    "HISTCONTROL",
    "HISTFILE",
    "HISTSIZE",
    "IGNOREEOF",
    "ON_ERROR_ROLLBACK",
    "ON_ERROR_STOP",
    "PROMPT1",
    "PROMPT2",
    "PROMPT3",
    "QUIET",
    "SHOW_ALL_RESULTS",
    "SHOW_CONTEXT",
    "VERBOSITY",
    "WATCH_INTERVAL",
];

/// Commands whose one argument is the rest of the line, backslashes too.
pub fn takes_the_line(name: &str) -> bool {
    matches!(name, "!" | "copy" | "ef" | "ev" | "h" | "help" | "sf" | "sf+" | "sv" | "sv+")
        || name.starts_with('!')
}

pub fn of(name: &str, arguments: &[Argument]) -> Verdict {
    match name {
        "i" | "include" => include(name, arguments, false),
        "ir" | "include_relative" => include(name, arguments, true),
        "set" => set(arguments),
        "encoding" => encoding(arguments),
        _ if HARMLESS.contains(&name) => Verdict::Drop,
        // Describing, `\dt+` and the like, and `\z` and `\du` with them.
        _ if is_description(name) => Verdict::Drop,
        _ => Verdict::Refuse {
            message: format!("`\\{name}` is a command of psql: the file is run without psql"),
            hint: instead_of(name),
        },
    }
}

fn is_description(name: &str) -> bool {
    name == "z"
        || name == "zS"
        || name.starts_with('d')
            && name.trim_end_matches(['+', 'S', 'x']).chars().all(|c| c.is_ascii_alphabetic())
            && name.len() <= 8
}

fn instead_of(name: &str) -> &'static str {
    match name {
        "c" | "connect" | "cd" => {
            "take it away: one file describes one database, and the target says which"
        }
        "copy" => {
            "write the rows as INSERT, or load them with `cargo xtask data-migrate`: \
                   init.sql holds seed rows only"
        }
        "if" | "elif" | "else" | "endif" => {
            "take the condition away: one file describes one schema; a DO block may ask the server"
        }
        "g" | "gx" | "gdesc" | "gset" | "crosstabview" | "watch" | "bind" | "parse"
        | "bind_named" | "close" | "startpipeline" | "endpipeline" => "end the statement with `;`",
        "gexec" => "write the statements themselves, or a DO block with EXECUTE",
        ";" => "write `;`",
        ":" => "write `:`",
        "." => "take it away, with the rows before it: write rows as INSERT",
        "q" | "quit" => "take it away, with what follows it: that would never run",
        "prompt" | "getenv" | "setenv" => "write the value itself where it is used",
        "r" | "reset" => "take it away, with the unfinished statement before it",
        "password" => "take it away: passwords do not belong into a schema",
        _ if name.starts_with('!') => "take it away: the file runs no programs",
        _ => "take it away",
    }
}

fn include(name: &str, arguments: &[Argument], from_here: bool) -> Verdict {
    let refuse = |message: String, hint| Verdict::Refuse { message, hint };
    // psql takes the semicolon that people put behind.
    let path = arguments.first().map(|argument| argument.text.trim_end_matches(';'));
    let is_computed = arguments.first().is_some_and(|argument| argument.is_computed);
    match (path, arguments.get(1)) {
        (Some("-"), _) => refuse(
            format!("`\\{name} -` reads what is typed: nobody types here"),
            "write the path of a file",
        ),
        (Some(_), _) if is_computed => refuse(
            format!("the path of `\\{name}` is made of a variable or a program"),
            "write the path itself",
        ),
        (None | Some(""), _) => {
            refuse(format!("`\\{name}` names no file"), "write the path behind it")
        }
        (Some(path), _) if path.starts_with('~') => refuse(
            format!("`{path}` is in somebody's home"),
            "keep the file in the project, and write its path from there",
        ),
        (Some(_), Some(second)) if !second.text.starts_with("--") && second.text != ";" => refuse(
            format!("`\\{name}` takes one path, and `{}` is a second", second.text),
            "quote a path with blanks: `\\ir 'my file.sql'`",
        ),
        (Some(path), _) => Verdict::Include { path: path.to_owned(), from_here },
    }
}

fn set(arguments: &[Argument]) -> Verdict {
    let Some(name) = arguments.first().map(|argument| argument.text.as_str()) else {
        return Verdict::Drop;
    };
    let is_on = arguments.get(1).is_none_or(|value| {
        ["on", "true", "yes", "1"].iter().any(|on| value.text.eq_ignore_ascii_case(on))
    });
    if OWN_VARIABLES.contains(&name) || (name == "AUTOCOMMIT" && is_on) {
        return Verdict::Drop;
    }
    if name == "AUTOCOMMIT" {
        return Verdict::Refuse {
            message: "`\\set AUTOCOMMIT` off is psql's: the file is run without psql".to_owned(),
            hint: "write BEGIN and COMMIT",
        };
    }
    Verdict::Refuse {
        message: format!("`\\set {name}` makes a variable of psql: the file is run without psql"),
        hint: "write the value itself where the variable is used",
    }
}

fn encoding(arguments: &[Argument]) -> Verdict {
    let is_utf8 = arguments.first().is_none_or(|argument| {
        ["utf8", "utf-8", "unicode"].iter().any(|it| argument.text.eq_ignore_ascii_case(it))
    });
    if is_utf8 {
        return Verdict::Drop;
    }
    Verdict::Refuse {
        message: "the file is read as UTF-8".to_owned(),
        hint: "convert it with `iconv`, and take `\\encoding` away",
    }
}
