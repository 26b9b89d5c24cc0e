//! SQL that services, scripts and documentation hold as text, PREPAREd
//! against a schema.
//!
//! Must never: run one, or claim that one is broken because of what it is
//! given at run time.

use std::path::Path;

use anyhow::{Context, Result};
use pg_diff::scan::{Lexer, TokenKind, starts};
use pg_live::{Address, Session};
use serde::Deserialize;
use serde_json::json;

use super::extraction::Place;
use super::finding::{Finding, Rule};
use super::python::Interpreter;
use crate::context::Ctx;
use crate::proc::Started;

const SCRIPT: &str = include_str!("sql_strings.py");
/// Where the project's own SQL is.
pub const SQL_FOLDERS: [&str; 3] = ["services", "scripts", "shared/python"];
/// What PREPARE takes.
const PREPARABLE: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE"];

/// One statement, and where it is written.
#[derive(Clone, Debug, Deserialize)]
pub struct Text {
    file: String,
    line: usize,
    column: usize,
    /// Characters before the statement's first: its quotes.
    opening: usize,
    /// Its lines are those of the file.
    is_plain: bool,
    pub sql: String,
    /// Tables that its file makes by itself.
    made: Vec<String>,
}

/// Everything that was read, and how much was not to be read.
#[derive(Debug, Default, Deserialize)]
pub struct Texts {
    pub statements: Vec<Text>,
    /// Put together at run time.
    pub built: usize,
}

/// One that the server refuses.
#[derive(Clone, Debug)]
pub struct Broken {
    pub text: Text,
    pub place: Place,
    /// The server's words.
    pub why: String,
}

#[derive(Debug, Default)]
pub struct Prepared {
    pub fine: usize,
    /// What depends on values or on tables made at run time.
    pub unknown: usize,
    pub broken: Vec<Broken>,
}

/// Begins to read the plain strings of Python files below `paths`.
pub fn begin(ctx: &Ctx, interpreter: &Interpreter, paths: &[String]) -> Result<Started> {
    let request = json!({ "paths": paths }).to_string();
    interpreter.ask(ctx, "sql_strings.py", SCRIPT, &request)
}

/// What [`begin`] finds, and the fenced SQL of Markdown files below
/// `dir/docs`.
pub fn finish(ctx: &Ctx, reading: Started, dir: &Path) -> Result<Texts> {
    let said = ctx.proc.finish(reading).context("reading the SQL in Python files")?;
    let mut texts: Texts =
        serde_json::from_str(&said).context("reading the SQL in Python files")?;
    let mut files = Vec::new();
    markdown(&dir.join("docs"), &mut files);
    files.sort();
    for file in files {
        let shown = file.strip_prefix(dir).unwrap_or(&file).display().to_string();
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading `{shown}`"))?;
        fenced(&shown, &text, &mut texts);
    }
    Ok(texts)
}

fn markdown(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|it| it == "md") {
            found.push(path);
        }
    }
}

/// The statements of ```` ```sql ```` blocks. What is elided is no statement.
fn fenced(file: &str, text: &str, texts: &mut Texts) {
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(indent) = line.find("```sql") else { continue };
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.trim_start().starts_with("```"))
            .map(|line| line.get(indent..).unwrap_or_default())
            .collect();
        let body = body.join("\n");
        let begins = starts(&body);
        for (at, start) in begins.iter().enumerate() {
            let end = begins.get(at + 1).copied().unwrap_or(body.len());
            let sql = body[*start..end].trim_end().trim_end_matches(';').to_owned();
            let word: String = sql.chars().take_while(char::is_ascii_alphabetic).collect();
            let is_statement = PREPARABLE.contains(&word.to_ascii_uppercase().as_str());
            let is_elided = sql.contains("...") || sql.contains('<') && sql.contains(">'");
            if !is_statement || is_elided {
                texts.built += 1;
                continue;
            }
            let before = &body[..*start];
            texts.statements.push(Text {
                file: file.to_owned(),
                line: number + 2 + before.matches('\n').count(),
                column: indent + start - before.rfind('\n').map_or(0, |it| it + 1) + 1,
                opening: 0,
                is_plain: true,
                sql,
                made: Vec::new(),
            });
        }
    }
}

/// PREPAREs each in a database that nobody minds.
pub fn prepare(ctx: &Ctx, database: &Address, texts: &[Text]) -> Result<Prepared> {
    let prepared = ctx.wait(async {
        let session = Session::connect(database, "statements").await?;
        session.execute("SET search_path = DEFAULT").await?;
        let mut all = Prepared::default();
        for text in texts {
            let (sql, parameters) = numbered(&text.sql);
            let head = "PREPARE one AS ";
            let error = match session.execute(&format!("{head}{sql}")).await {
                Ok(()) => {
                    let planned = plan(&session, &sql, parameters).await;
                    session.execute("DEALLOCATE one").await?;
                    planned
                }
                Err(error) => Some(error),
            };
            let Some(error) = error else {
                all.fine += 1;
                continue;
            };
            let Some(state) = error.sqlstate.clone() else { return Err(error) };
            let is_made = text.made.iter().any(|name| pg_diff::scan::mentions(&text.sql, name));
            if is_made || !is_claimed(&state, parameters > 0) {
                all.unknown += 1;
                continue;
            }
            let at = error.position.and_then(|it| it.checked_sub(head.len()));
            let place = text.place(at.unwrap_or(0));
            all.broken.push(Broken { text: text.clone(), place, why: error.to_string() });
        }
        pg_live::Result::Ok(all)
    })?;
    Ok(prepared)
}

/// The target of ON CONFLICT is looked for when a statement is planned.
async fn plan(session: &Session, sql: &str, parameters: usize) -> Option<pg_live::Error> {
    if !sql.to_ascii_uppercase().contains("ON CONFLICT") {
        return None;
    }
    let nulls = vec!["NULL"; parameters].join(", ");
    let list = if nulls.is_empty() { nulls } else { format!("({nulls})") };
    let error = session.execute(&format!("EXPLAIN EXECUTE one{list}")).await.err()?;
    // Anything else may come of the NULLs.
    (error.sqlstate.as_deref() == Some("42P10")).then_some(error)
}

/// Whether the schema is to blame, whatever values there will be.
fn is_claimed(state: &str, has_parameters: bool) -> bool {
    // Undefined column, table, schema, type; no unique key for ON CONFLICT.
    let of_names = ["42703", "42P01", "3F000", "42704", "42P10"];
    // Without a type a parameter may make these up.
    let of_types = ["42883", "42804", "42601", "42846", "42P02", "428C9", "42803"];
    of_names.contains(&state) || (!has_parameters && of_types.contains(&state))
}

/// `:name`, `%s` and `%(name)s` as `$1`, as wide as they were; and how many
/// parameters there are.
fn numbered(sql: &str) -> (String, usize) {
    let tokens: Vec<_> = Lexer::new(sql).collect();
    let mut names: Vec<&str> = Vec::new();
    let (mut out, mut from, mut highest) = (String::new(), 0, 0);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).filter(|it| it.start == token.end);
        let text = token.text(sql);
        if token.kind == TokenKind::Parameter {
            highest = text[1..].parse().unwrap_or(0).max(highest);
        }
        let (end, name) = match (token.kind, next) {
            (TokenKind::Colon, Some(it)) if it.kind == TokenKind::Word => {
                (it.end, Some(it.text(sql)))
            }
            (TokenKind::Operator, Some(it)) if text == "%" && it.text(sql) == "s" => {
                (it.end, Some(""))
            }
            (TokenKind::Operator, Some(it))
                if text == "%" && it.kind == TokenKind::OpenParenthesis =>
            {
                match tokens.get(at + 2..at + 5) {
                    Some([name, _, s]) if s.text(sql) == "s" => (s.end, Some(name.text(sql))),
                    _ => (token.end, None),
                }
            }
            _ => (token.end, None),
        };
        if let Some(name) = name {
            let known = names.iter().position(|it| !name.is_empty() && *it == name);
            let number = known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            out.push_str(&sql[from..token.start]);
            let width = end - token.start;
            out.push_str(&format!("{:<width$}", format!("${}", number + 1)));
            from = end;
        }
        while tokens.get(at).is_some_and(|it| it.start < end) {
            at += 1;
        }
    }
    out.push_str(&sql[from..]);
    (out, names.len().max(highest))
}

impl Text {
    /// Where a character of the statement is in its file.
    fn place(&self, at: usize) -> Place {
        let before: String = self.sql.chars().take(at).collect();
        let lines = before.matches('\n').count();
        let (line, column) = match before.rfind('\n') {
            Some(end) if self.is_plain => {
                (self.line + lines, before[end + 1..].chars().count() + 1)
            }
            None if self.is_plain => {
                (self.line, self.column + self.opening + before.chars().count())
            }
            _ => (self.line, self.column),
        };
        Place { file: self.file.clone(), line, column }
    }

    /// What people see of it: the line that is meant, shortened.
    fn gist(&self) -> String {
        self.sql.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Broken {
    pub fn finding(&self) -> Finding {
        let object = pg_diff::catalog::Id::global(pg_diff::catalog::Kind::Routine, "statement");
        Finding::error(Rule::Statement, &object)
            .called("statement")
            .at(Some(&self.place))
            .values(self.text.gist(), "")
            .because(format!("the statement fails: {}", self.why))
    }
}

#[cfg(test)]
mod tests {
    //! Placeholders become numbers, and places stay.

    use super::*;

    #[test]
    fn placeholders_are_numbered() {
        assert_eq!(
            numbered("a = :name AND b = :name::int AND c = :x"),
            ("a = $1    AND b = $1   ::int AND c = $2".to_owned(), 2)
        );
        assert_eq!(numbered("a = %s AND b = %s"), ("a = $1 AND b = $2".to_owned(), 2));
        assert_eq!(numbered("a = %(one)s"), ("a = $1     ".to_owned(), 1));
        assert_eq!(
            numbered("a = $2 AND b = 'x:y' || c::text"),
            ("a = $2 AND b = 'x:y' || c::text".to_owned(), 2)
        );
    }

    #[test]
    fn fenced_statements_have_their_lines() {
        let mut texts = Texts::default();
        fenced(
            "a.md",
            "# A\n\n```sql\n-- one\nSELECT a\n  FROM t;\nALTER TABLE t;\nSELECT ...;\n```\n",
            &mut texts,
        );
        assert_eq!(texts.built, 2);
        let [one] = texts.statements.as_slice() else { panic!("{texts:?}") };
        assert_eq!((one.line, one.sql.as_str()), (5, "SELECT a\n  FROM t"));
        assert_eq!(one.place(16), Place { file: "a.md".into(), line: 6, column: 8 });
    }
}
