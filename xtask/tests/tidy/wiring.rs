//! Rules about what may know what: crates, the catalog, messages, commands.

use crate::lexer::{Kind, pieces};
use crate::source::{Finding, Source, Tree};

/// Crates a manifest must not name.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    ("shared/rust/pg-diff/Cargo.toml", &["tokio", "tokio-postgres", "pg-live", "xtask"]),
    ("shared/rust/pg-live/Cargo.toml", &["xtask", "anyhow", "duct", "xshell"]),
    ("shared/rust/pg-lint/Cargo.toml", &["tokio", "tokio-postgres", "pg-live", "xtask"]),
];

/// Questions asked of a message; blanks do not count.
const MESSAGE_QUESTIONS: [&str; 8] = [
    ".to_string().contains(",
    ".to_string().starts_with(",
    "message.contains(",
    "message.starts_with(",
    ".message().contains(",
    "stderr.contains(",
    "stdout.contains(",
    "last_words().contains(",
];

/// File, question, and why there is no better one.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "xtask/src/schedule/crontab.rs",
    "stderr.contains(",
    "`crontab -l` ends with 1 for none and for not allowed: took one the other's place, lines of others would go",
)];

/// Relations of the catalog are named in `introspect/*.sql` only.
pub fn catalog_relations_stay_out(file: &Source) -> Vec<Finding> {
    if !file.path.starts_with("xtask/") || file.path.starts_with("xtask/tests/tidy") {
        return Vec::new();
    }
    let places = file.text.match_indices("pg_catalog.");
    places
        .map(|(at, _)| {
            file.finding(
                file.line_of(at),
                "names a catalog relation, which is for introspect/*.sql",
            )
        })
        .collect()
}

/// Decisions are made on SQLSTATE and exit status, never on message text.
pub fn decides_on_no_message(file: &Source) -> Vec<Finding> {
    if !file.is_src() {
        return Vec::new();
    }
    let is_excepted = |question: &str| {
        EXCEPTIONS.iter().any(|(path, it, _)| *path == file.path && *it == question)
    };
    questions(file.without_tests())
        .into_iter()
        .filter(|(_, question)| !is_excepted(question))
        .map(|(at, question)| {
            file.finding(file.line_of(at), format!("decides on a message: `{question}`"))
        })
        .collect()
}

/// Where code asks a message, by byte and question.
fn questions(text: &str) -> Vec<(usize, &'static str)> {
    // Offsets of the characters that are left when blanks and comments go.
    let mut dense = String::new();
    let mut places = Vec::new();
    for piece in pieces(text).into_iter().filter(|piece| piece.kind == Kind::Code) {
        for (at, c) in piece.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            dense.push(c);
            places.extend(std::iter::repeat_n(piece.at + at, c.len_utf8()));
        }
    }
    MESSAGE_QUESTIONS
        .iter()
        .flat_map(|question| dense.match_indices(question).map(|(at, _)| (at, *question)))
        .map(|(at, question)| (places[at], question))
        .collect()
}

/// An exception that nothing needs any more goes.
pub fn exceptions_are_needed(tree: &Tree) -> Vec<Finding> {
    let needed = |path: &str, question: &str| {
        let found = tree.find(path).map(|file| questions(file.without_tests()));
        found.is_some_and(|found| found.iter().any(|(_, it)| *it == question))
    };
    EXCEPTIONS
        .iter()
        .filter(|(path, question, reason)| reason.is_empty() || !needed(path, question))
        .map(|(path, question, _)| {
            Source::new(*path, "")
                .finding(0, format!("the exception for `{question}` is not needed"))
        })
        .collect()
}

/// xtask, pg-live, pg-diff: each knows those behind it, none before it.
pub fn dependencies_run_one_way(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, forbidden) in FORBIDDEN {
        let file = match tree.require(path) {
            Ok(file) => file,
            Err(finding) => {
                findings.push(finding);
                continue;
            }
        };
        let found = dependencies(&file.text);
        findings.extend(
            forbidden
                .iter()
                .filter(|name| found.iter().any(|it| it == *name))
                .map(|name| file.finding(0, format!("must not depend on `{name}`"))),
        );
    }
    findings
}

/// Every crate a manifest names, in any of its tables, by its real name.
fn dependencies(manifest: &str) -> Vec<String> {
    fn collect(table: &toml::Table, found: &mut Vec<String>) {
        for (key, value) in table {
            let Some(inner) = value.as_table() else { continue };
            if key.ends_with("dependencies") {
                for (name, entry) in inner {
                    let renamed = entry.get("package").and_then(toml::Value::as_str);
                    found.push(renamed.unwrap_or(name).to_owned());
                }
            } else {
                collect(inner, found);
            }
        }
    }
    let mut found = Vec::new();
    match manifest.parse::<toml::Table>() {
        Ok(table) => collect(&table, &mut found),
        Err(_) => found.push("a manifest that can be read".to_owned()),
    }
    found
}

/// One file per command, one line in the table per file.
pub fn each_command_has_its_file(tree: &Tree) -> Vec<Finding> {
    let table = match tree.require("xtask/src/commands.rs") {
        Ok(file) => file,
        Err(finding) => return vec![finding],
    };
    let listed: Vec<&str> = table
        .text
        .lines()
        .filter_map(|line| line.trim().strip_suffix("::COMMAND,"))
        .filter(|name| !name.contains(' '))
        .collect();
    let folder = "xtask/src/commands/";
    let files: Vec<&str> = tree
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix(folder)?.strip_suffix(".rs"))
        .filter(|name| !name.contains('/'))
        .collect();
    let mut findings = Vec::new();
    for name in listed.iter().filter(|name| !files.contains(name)) {
        findings.push(table.finding(0, format!("`{name}` is in the table and has no file")));
    }
    for name in &files {
        let path = format!("{folder}{name}.rs");
        let Some(file) = tree.find(&path) else { continue };
        if !listed.contains(name) {
            findings.push(file.finding(0, "is in no line of the table of commands"));
        }
        let named = format!("name: \"{}\"", name.replace('_', "-"));
        if !file.text.contains(&named) {
            findings.push(file.finding(0, format!("its command is not called as it is: {named}")));
        }
    }
    findings
}

#[test]
fn a_catalog_relation_in_code_is_found() {
    let found = |path: &str| {
        catalog_relations_stay_out(&Source::new(path, "a\n\"SELECT 1 FROM pg_catalog.pg_class\""))
            .len()
    };
    assert_eq!(found("xtask/src/a.rs"), 1);
    assert_eq!(found("xtask/tests/cli/a.rs"), 1);
    assert_eq!(found("shared/rust/pg-live/src/a.rs"), 0);
}

#[test]
fn a_decision_on_a_message_is_found() {
    let found = |path: &str, text: &str| decides_on_no_message(&Source::new(path, text)).len();
    let bad = "if error\n    .to_string()\n    .contains(\"exist\") {}";
    assert_eq!(found("xtask/src/a.rs", bad), 1);
    assert_eq!(found("xtask/src/a.rs", "if error.message.contains(\"a\") {}"), 1);
    assert_eq!(found("xtask/src/a.rs", "if finished.stderr.contains(\"a\") {}"), 1);
    assert_eq!(
        found("xtask/src/a.rs", "// error.to_string().contains(it)\nf(\"message.contains(\")"),
        0
    );
    assert_eq!(found("xtask/tests/a.rs", bad), 0);
    let tested = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{bad}\n}}\n");
    assert_eq!(found("xtask/src/a.rs", &tested), 0);
    let place = questions("a();\nb.to_string()\n.contains(c)");
    assert_eq!(place.len(), 1);
    assert_eq!(Source::new("a", "a();\nb.to_string()\n.contains(c)").line_of(place[0].0), 2);
}

#[test]
fn an_arrow_backwards_is_found() {
    let tree = |diff: &str, live: &str| Tree {
        files: vec![
            Source::new(FORBIDDEN[0].0, diff),
            Source::new(FORBIDDEN[1].0, live),
            Source::new(FORBIDDEN[2].0, "[dependencies]\n"),
        ],
    };
    let fine = "[dependencies]\nserde.workspace = true\n";
    assert_eq!(dependencies_run_one_way(&tree(fine, fine)), []);
    for bad in [
        "[dependencies]\ntokio.workspace = true\n",
        "[dev-dependencies.tokio]\nversion = \"1\"\n",
        "[target.'cfg(unix)'.dependencies]\nrt = { package = \"tokio-postgres\", version = \"1\" }\n",
        "[build-dependencies]\npg-live = { path = \"../pg-live\" }\n",
    ] {
        assert_eq!(dependencies_run_one_way(&tree(bad, fine)).len(), 1, "{bad}");
    }
    let xtask = "[dependencies]\nxtask = { path = \"../../../xtask\" }\n";
    assert_eq!(dependencies_run_one_way(&tree(fine, xtask)).len(), 1);
    assert_eq!(dependencies_run_one_way(&Tree::default()).len(), 3);
}

#[test]
fn a_command_without_its_file_is_found() {
    let tree = |table: &str, files: &[(&str, &str)]| {
        let mut tree = Tree { files: vec![Source::new("xtask/src/commands.rs", table)] };
        for (name, text) in files {
            tree.files.push(Source::new(format!("xtask/src/commands/{name}.rs"), *text));
        }
        each_command_has_its_file(&tree).len()
    };
    let table = "const COMMANDS: &[Command] = &[\n    db_verify::COMMAND,\n];\n";
    let fine = ("db_verify", "const COMMAND: Command = Command { name: \"db-verify\" };");
    assert_eq!(tree(table, &[fine]), 0);
    assert_eq!(tree(table, &[]), 1);
    assert_eq!(tree(table, &[fine, ("up", "name: \"up\"")]), 1);
    assert_eq!(tree(table, &[("db_verify", "name: \"db-check\"")]), 1);
    assert_eq!(tree(table, &[fine, ("db_verify/report", "")]), 0);
}
