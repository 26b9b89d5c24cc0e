//! The page of commands, from the table that drives them.
//!
//! Must never: know a command by name.

use std::fmt::Write as _;

use super::markdown::{code, escaped};
use crate::commands::{COMMANDS, EXIT_CODES};
use crate::flags::GLOBAL_FLAGS;

/// Around the markers of a page that is not there yet.
pub const PROSE: &str = "\
# Command reference

What `cargo xtask` can do. `cargo xtask COMMAND --help` prints the same in a
terminal. Between the markers `cargo xtask docs` writes, and what is written
there by hand is lost; the words around them stay.

<!-- xtask:begin -->
<!-- xtask:end -->
";

pub fn commands() -> String {
    let mut text = "| command | |\n|---|---|\n".to_owned();
    for it in COMMANDS {
        let _ = writeln!(text, "| [{0}](#{0}) | {1} |", it.name, escaped(it.summary));
    }
    text.push('\n');
    for it in COMMANDS {
        let usage = format!("cargo xtask {} {}", it.name, it.usage);
        let _ = writeln!(
            text,
            "## {}\n\n{}.\n\n```sh\n{}\n```\n",
            it.name,
            escaped(it.summary),
            usage.trim_end()
        );
        flags(it.flags, &mut text);
        let _ = writeln!(text, "Examples:\n\n```sh\n{}\n```\n", it.examples.join("\n"));
    }
    text.push_str("## Flags of every command\n\n");
    flags(GLOBAL_FLAGS, &mut text);
    let _ = writeln!(text, "## Exit codes\n\n```\n{EXIT_CODES}\n```");
    text
}

fn flags(flags: &[(&str, &str)], text: &mut String) {
    if flags.is_empty() {
        return;
    }
    text.push_str("| flag | |\n|---|---|\n");
    for (flag, meaning) in flags {
        let _ = writeln!(text, "| {} | {} |", code(flag), escaped(meaning));
    }
    text.push('\n');
}
