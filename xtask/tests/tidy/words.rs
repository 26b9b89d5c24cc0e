//! Rules about what stands in string literals: SQL and messages.

use crate::lexer::{Kind, pieces};
use crate::source::{Finding, Source};

/// What a SQL statement begins with.
const SQL_WORDS: [&str; 14] = [
    "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "GRANT", "REVOKE",
    "BEGIN", "DO", "COMMENT", "MERGE",
];

/// Lines of SQL that a literal may have.
const SQL_LINES: usize = 3;

/// Names that are written with a capital, also at the beginning.
const NAMES: [&str; 3] = ["PostgreSQL", "Docker", "POSTGRES_"];

const CONSTRUCTORS: [&str; 5] = ["failed", "refused", "unavailable", "usage", "partial"];

/// SQL over three lines lives in a `.sql` file beside its `.rs`.
pub fn long_sql_lives_in_its_own_file(file: &Source) -> Vec<Finding> {
    let literals = pieces(&file.text).into_iter().filter(|piece| piece.kind == Kind::Literal);
    let is_sql = |text: &str| {
        let word: String = text.trim_start().chars().take_while(char::is_ascii_uppercase).collect();
        SQL_WORDS.contains(&word.as_str())
    };
    literals
        .filter(|piece| is_sql(piece.text) && piece.text.matches('\n').count() >= SQL_LINES)
        .map(|piece| {
            let lines = piece.text.matches('\n').count() + 1;
            file.finding(
                file.line_of(piece.at),
                format!("{lines} lines of SQL in a literal; over {SQL_LINES} live in a .sql file"),
            )
        })
        .collect()
}

/// A fault's message stands behind `error: ` and before a hint: it begins
/// small or with a name, and has no full stop.
pub fn faults_read_like_ours(file: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before = String::new();
    for piece in pieces(&file.text) {
        match piece.kind {
            Kind::Comment => {}
            Kind::Code => before.extend(piece.text.chars().filter(|c| !c.is_whitespace())),
            Kind::Literal => {
                if is_message(&before)
                    && let Some(why) = misspelled(piece.text)
                {
                    findings.push(file.finding(file.line_of(piece.at), why));
                }
                before.clear();
            }
        }
    }
    findings
}

/// True when code without its blanks ends where a fault's message begins.
fn is_message(code: &str) -> bool {
    let call = code.strip_suffix("format!(").unwrap_or(code);
    let is_plain = CONSTRUCTORS.iter().any(|name| call.ends_with(&format!("Fault::{name}(")));
    // `Fault::new(` takes the exit first.
    let is_new = call.rsplit_once("Fault::new(").is_some_and(|(_, exit)| {
        exit.strip_suffix(',').is_some_and(|exit| !exit.is_empty() && !exit.contains(['(', ',']))
    });
    is_plain || is_new
}

fn misspelled(message: &str) -> Option<String> {
    let shown: String = message.chars().take(40).collect();
    let is_name = NAMES.iter().any(|name| message.starts_with(name));
    if message.starts_with(char::is_uppercase) && !is_name {
        return Some(format!("the message `{shown}...` begins with a capital"));
    }
    // A literal may go on behind a backslash: its end is what counts.
    let ends_with_stop = message.ends_with('.') && !message.ends_with("...");
    ends_with_stop.then(|| format!("the message `{shown}...` ends with a full stop"))
}

#[test]
fn long_sql_is_found() {
    let found = |text: &str| long_sql_lives_in_its_own_file(&Source::new("a.rs", text)).len();
    assert_eq!(found("let a = \"SELECT 1,\n2,\n3\";"), 0);
    assert_eq!(found("let a = \"SELECT 1,\n2,\n3,\n4\";"), 1);
    assert_eq!(found("let a = \"CREATE TABLE a ( \\\n b int, \\\n c int, \\\n d int)\";"), 1);
    assert_eq!(found("let a = r#\"\n  WITH a AS (\n SELECT 1\n )\n SELECT 2\"#;"), 1);
    assert_eq!(found("let a = \"Select one,\ntwo,\nthree,\nfour\";"), 0);
    assert_eq!(found("// \"SELECT 1,\n// 2\n// 3\n// 4\""), 0);
}

#[test]
fn a_message_in_another_tone_is_found() {
    let found = |text: &str| faults_read_like_ours(&Source::new("a.rs", text)).len();
    assert_eq!(found("Fault::failed(\"the file is gone\")"), 0);
    assert_eq!(found("Fault::failed(\"The file is gone\")"), 1);
    assert_eq!(found("Fault::refused(format!(\n    \"The file `{a}` is gone\"\n))"), 1);
    assert_eq!(found("Fault::usage(\"the file is gone.\")"), 1);
    assert_eq!(found("Fault::new(Exit::Failed, \"Gone\")"), 1);
    assert_eq!(found("Fault::new(Exit::Failed, format!(\"Gone\"))"), 1);
    assert_eq!(found("Fault::unavailable(\"POSTGRES_PORT is no number\")"), 0);
    assert_eq!(found("Fault::unavailable(format!(\"PostgreSQL {} is old\", 9))"), 0);
    assert_eq!(found("Fault::partial(\"`{name}` stopped\").hint(\"Do this.\")"), 0);
    assert_eq!(found("Answer::done(\"All is well.\")"), 0);
}
