//! The commands of psql: read as psql reads them, and judged.
//!
//! A command begins at a backslash outside of quotes and comments and ends
//! with its line, before the next command, or behind `\\`. Source:
//! `src/bin/psql/psqlscanslash.l` and `command.c` of PostgreSQL 18.
//!
//! Must never: run one, or leave one out that could change what is made.

use std::ops::Range;

use super::verdict::{self, Verdict};

/// One command.
#[derive(Clone, Debug)]
pub struct Command {
    /// Without the backslash.
    pub name: String,
    pub arguments: Vec<Argument>,
    /// From the backslash to where SQL goes on.
    pub range: Range<usize>,
    /// True when a statement is not finished before it.
    pub is_inside: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argument {
    /// Without single quotes, with double ones.
    pub text: String,
    /// A variable or a program in backquotes is in it.
    pub is_computed: bool,
}

impl Command {
    pub fn verdict(&self) -> Verdict {
        verdict::of(&self.name, &self.arguments)
    }
}

/// The command whose backslash is at `at`.
pub fn read(text: &str, at: usize, is_inside: bool) -> Command {
    let end = line_end(text, at);
    let line = text.get(at + 1..end).unwrap_or_default();
    // `\;` and `\:` are characters to psql, with no argument behind.
    let length = match line.chars().next() {
        Some(';' | ':') => 1,
        _ => line.find(|c: char| is_space(c) || c == '\\').unwrap_or(line.len()),
    };
    let name = line.get(..length).unwrap_or_default().to_owned();
    let mut reader = Reader { rest: line.get(length..).unwrap_or_default(), arguments: Vec::new() };
    if name == ";" || name == ":" {
        reader.rest = "";
    } else if verdict::takes_the_line(&name) {
        reader.whole_line();
    } else {
        reader.read();
    }
    let stop = if name == ";" || name == ":" { at + 2 } else { end - reader.rest.len() };
    Command { name, arguments: reader.arguments, range: at..stop, is_inside }
}

/// psql reads line by line; a carriage return at its end is a blank.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\x0b' | '\x0c')
}

struct Reader<'a> {
    rest: &'a str,
    arguments: Vec<Argument>,
}

impl Reader<'_> {
    fn whole_line(&mut self) {
        let text = self.rest.trim().to_owned();
        self.rest = "";
        if !text.is_empty() {
            self.arguments.push(Argument { text, is_computed: false });
        }
    }

    fn read(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches(is_space);
            match self.rest.chars().next() {
                None => return,
                Some('\\') => {
                    self.rest = self.rest.strip_prefix("\\\\").unwrap_or(self.rest);
                    return;
                }
                Some(_) => {
                    let argument = self.argument();
                    self.arguments.push(argument);
                }
            }
        }
    }

    /// Quoted and plain parts that touch are one argument.
    fn argument(&mut self) -> Argument {
        let mut argument = Argument::default();
        while let Some(first) = self.rest.chars().next() {
            let after = &self.rest[first.len_utf8()..];
            match first {
                '\'' => {
                    self.rest = after;
                    self.single_quoted(&mut argument.text);
                }
                // Double quotes protect blanks and are part of the argument.
                '"' => {
                    let length = after.find('"').map_or(after.len(), |at| at + 1);
                    argument.text.push('"');
                    argument.text.push_str(&after[..length]);
                    self.rest = &after[length..];
                }
                '`' => {
                    argument.is_computed = true;
                    self.rest = after.split_once('`').map_or("", |(_, rest)| rest);
                }
                '\\' => break,
                c if is_space(c) => break,
                c => {
                    let names = |next: char| next.is_alphanumeric() || "_'\"{".contains(next);
                    argument.is_computed |= c == ':' && after.starts_with(names);
                    argument.text.push(c);
                    self.rest = after;
                }
            }
        }
        argument
    }

    /// C's escapes, and a doubled quote for one.
    fn single_quoted(&mut self, out: &mut String) {
        let mut chars = self.rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => out.push('\''),
                '\'' => {
                    self.rest = &self.rest[at + 1..];
                    return;
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'b')) => out.push('\x08'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, 'f')) => out.push('\x0c'),
                    Some((_, 'x')) => {
                        let next = |chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
                            Some(chars.next_if(|(_, c)| c.is_ascii_hexdigit())?.1)
                        };
                        let digits: String =
                            std::iter::from_fn(|| next(&mut chars)).take(2).collect();
                        out.extend(u8::from_str_radix(&digits, 16).ok().map(char::from));
                    }
                    Some((_, first @ '0'..='7')) => {
                        let mut digits = String::from(first);
                        while let Some((_, digit)) =
                            chars.next_if(|(_, c)| ('0'..='7').contains(c) && digits.len() < 3)
                        {
                            digits.push(digit);
                        }
                        out.extend(u8::from_str_radix(&digits, 8).ok().map(char::from));
                    }
                    Some((_, other)) => out.push(other),
                    None => {}
                },
                other => out.push(other),
            }
        }
        self.rest = "";
    }
}
