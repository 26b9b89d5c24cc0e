//! A statement begins with a word that PostgreSQL knows.
//!
//! Must never: read further than that word: the server does.

use pg_diff::declared::nearest;
use pg_diff::scan::TokenKind;

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "unknown-statement",
    severity: Severity::Error,
    about: About::Any,
    summary: "a statement begins with a command of PostgreSQL",
    why: "The server stops here with a syntax error, and of one transaction nothing is \
              left.",
    bad: case!("unknown-statement/a_command_is_misspelled", "bad"),
    good: case!("unknown-statement/a_command_is_misspelled", "good"),
    fixes: false,
    check: Some(check),
};

const COMMANDS: [&str; 55] = [
    "abort",
    "alter",
    "analyse",
    "analyze",
    "begin",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "commit",
    "copy",
    "create",
    "deallocate",
    "declare",
    "delete",
    "discard",
    "do",
    "drop",
    "end",
    "execute",
    "explain",
    "fetch",
    "grant",
    "import",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "move",
    "notify",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "repack",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "select",
    "set",
    "show",
    "start",
    "table",
    "truncate",
    "unlisten",
    "update",
    "vacuum",
    "values",
    "wait",
    "with",
];

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (at, statement) in script.outline.statements.iter().enumerate() {
        let Some(first) = statement.reader.peek() else { continue };
        if first.kind == TokenKind::OpenParenthesis {
            continue;
        }
        let said = statement.reader.text_of(first);
        let word = said.to_lowercase();
        if first.kind == TokenKind::Word && COMMANDS.contains(&word.as_str()) {
            continue;
        }
        // A text that is never closed is told as that.
        if matches!(first.kind, TokenKind::Unclosed(_)) {
            continue;
        }
        let shown: String = said.chars().take(40).collect();
        let message = format!("`{shown}` begins no statement of PostgreSQL");
        let mut finding = RULE.at(script.outline.head(at), message);
        let near = nearest(&word, COMMANDS);
        finding.help = near.map(|near| format!("did you mean {}?", near.to_uppercase()));
        found.push(finding);
    }
}
