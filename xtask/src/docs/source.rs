//! Where things stand in the files: statements and sections of init.sql,
//! classes of the models.
//!
//! A section is a title between two lines of `=`: whoever wrote the file has
//! put together what belongs together, and a list of names in a configuration
//! would be a second one that grows stale.
//!
//! Must never: understand a statement further than what it makes.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use pg_diff::scan::{Cursor, Lexer, Token, starts};

use super::model::{Model, Place};
use crate::context::Ctx;
use crate::init_file::InitFile;

const MODELS: &str = "shared/python/models";

/// The statements of a file by what they make, and its sections.
pub struct Source {
    /// Kind and name, both in small letters as the file has them.
    made: BTreeMap<(String, String), Vec<Made>>,
    /// First byte and title, in order.
    sections: Vec<(usize, String)>,
}

#[derive(Clone)]
pub struct Made {
    pub place: Option<Place>,
    pub section: String,
    pub text: String,
}

impl Source {
    pub fn of(init: &InitFile) -> Source {
        let mut source = Source { made: BTreeMap::new(), sections: sections(&init.text) };
        let begins = starts(&init.text);
        for (index, at) in begins.iter().enumerate() {
            let end = begins.get(index + 1).copied().unwrap_or(init.text.len());
            let statement = &init.text[*at..end];
            let tokens: Vec<Token> = Lexer::new(statement).filter(|it| !it.is_comment()).collect();
            let Some(key) = made(statement, &tokens) else { continue };
            let length = tokens.last().map_or(0, |token| token.end);
            let span = init.span(*at);
            let one = Made {
                place: span.map(|it| Place { file: it.file.to_string(), line: it.line }),
                section: source.section(*at),
                text: statement[..length].to_owned(),
            };
            source.made.entry(key).or_default().push(one);
        }
        source
    }

    /// The one statement that makes it; None where there are none or several.
    pub fn find(&self, kind: &str, name: &str) -> Option<&Made> {
        match self.made.get(&(kind.to_owned(), name.to_owned()))?.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Titles, in the order of the file.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|(_, title)| title.as_str())
    }

    fn section(&self, at: usize) -> String {
        let before = self.sections.iter().rfind(|(begins, _)| *begins < at);
        before.map_or_else(String::new, |(_, title)| title.clone())
    }
}

/// `-- 1. Core` between two lines of `-- =====`.
fn sections(text: &str) -> Vec<(usize, String)> {
    let is_rule = |line: &str| line.strip_prefix("-- ").is_some_and(is_double_line);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut at = 0;
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let near = |other: Option<usize>| {
            other.and_then(|it| lines.get(it)).is_some_and(|line| is_rule(line))
        };
        let title = line.strip_prefix("-- ").map(str::trim).and_then(|it| it.split_once(". "));
        if let Some((number, title)) = title
            && number.chars().all(|c| c.is_ascii_digit())
            && near(index.checked_sub(1))
            && near(Some(index + 1))
        {
            found.push((at, title.to_owned()));
        }
        at += line.len();
    }
    found
}

fn is_double_line(text: &str) -> bool {
    let text = text.trim_end();
    text.len() > 8 && text.chars().all(|c| c == '=')
}

/// What a CREATE statement makes.
fn made(text: &str, tokens: &[Token]) -> Option<(String, String)> {
    const KINDS: [&[&str]; 9] = [
        &["table"],
        &["foreign", "table"],
        &["view"],
        &["materialized", "view"],
        &["function"],
        &["procedure"],
        &["trigger"],
        &["type"],
        &["domain"],
    ];
    let mut cursor = Cursor::new(text, tokens);
    cursor.accept(&["create"]).then_some(())?;
    let _ = cursor.accept(&["or", "replace"]);
    let _ = cursor.accept(&["unlogged"]);
    let words = KINDS.iter().find(|words| cursor.sees(words))?;
    let _ = cursor.accept(words);
    let _ = cursor.accept(&["if", "not", "exists"]);
    let (namespace, name) = cursor.qualified()?;
    Some((words.join(" "), shown(namespace.as_deref().unwrap_or("public"), &name)))
}

/// Without the namespace that everything is in.
pub fn shown(namespace: &str, name: &str) -> String {
    if namespace == "public" { name.to_owned() } else { format!("{namespace}.{name}") }
}

/// The classes of the models by their tables. A project without models has
/// none.
pub fn models(ctx: &Ctx) -> Result<BTreeMap<String, Model>> {
    let mut all = BTreeMap::new();
    let Ok(entries) = fs::read_dir(ctx.root.join(MODELS)) else { return Ok(all) };
    for entry in entries {
        let path = entry.with_context(|| format!("reading `{MODELS}`"))?.path();
        if path.extension().is_none_or(|it| it != "py") {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = format!("{MODELS}/{name}");
        let text = fs::read_to_string(&path).with_context(|| format!("reading `{file}`"))?;
        all.extend(classes(&file, &text));
    }
    Ok(all)
}

fn classes(file: &str, text: &str) -> Vec<(String, Model)> {
    let mut class = None;
    let mut found = Vec::new();
    for (line, words) in (1..).zip(text.lines()) {
        if let Some(rest) = words.strip_prefix("class ") {
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            class = Some((name, line));
        }
        let table = words.trim_start().strip_prefix("__tablename__ = \"");
        if let (Some(table), Some((class, line))) =
            (table.and_then(|it| it.split_once('"')), &class)
        {
            let place = Place { file: file.to_owned(), line: *line };
            found.push((table.0.to_owned(), Model { class: class.clone(), place }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    //! Titles and classes, and what only looks like one.

    use super::*;

    #[test]
    fn a_title_stands_between_two_rules() {
        let rule = "-- =========\n";
        let text =
            format!("{rule}-- 1. Core\n{rule}SELECT 1;\n-- 2. No title\n{rule}-- 3. Media\n{rule}");
        let titles: Vec<String> = sections(&text).into_iter().map(|it| it.1).collect();
        assert_eq!(titles, ["Core", "Media"]);
    }

    #[test]
    fn a_class_is_found_by_its_table() {
        let text = "class A(Base):\n    x = 1\n\nclass B(Base):\n    __tablename__ = \"b_s\"\n";
        let found = classes("m.py", text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.as_str(), found[0].1.class.as_str()), ("b_s", "B"));
        assert_eq!(found[0].1.place.line, 4);
    }

    #[test]
    fn what_a_statement_makes_is_read() {
        let read = |text: &str| {
            let tokens: Vec<Token> = Lexer::new(text).filter(|it| !it.is_comment()).collect();
            made(text, &tokens)
        };
        let pair = |kind: &str, name: &str| Some((kind.to_owned(), name.to_owned()));
        assert_eq!(read("CREATE TABLE IF NOT EXISTS a.\"B c\" (x int)"), pair("table", "a.B c"));
        assert_eq!(read("create or replace function F(x int) ..."), pair("function", "f"));
        assert_eq!(
            read("CREATE MATERIALIZED VIEW public.v AS SELECT 1"),
            pair("materialized view", "v")
        );
        assert_eq!(read("CREATE INDEX i ON t (a)"), None);
        assert_eq!(read("INSERT INTO t VALUES (1)"), None);
    }
}
