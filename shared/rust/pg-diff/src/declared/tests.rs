//! Files that people write, and files that nobody should.

mod annotations;
mod binding;
mod commands;
mod fuzz;
mod includes;
mod intents;

use super::*;

/// Reads `files`, the first of which is the root.
fn read_all(files: &[(&str, &str)]) -> Result<Declared, Vec<DeclaredError>> {
    let mut load = |path: &str| {
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or(format!("`{path}` is missing"))
    };
    read(files[0].0, &mut load)
}

fn read_one(text: &str) -> Declared {
    read_all(&[("init.sql", text)]).expect("reads")
}

/// What is wrong, one line each: `line:column: message`.
fn errors(text: &str) -> Vec<String> {
    let errors = read_all(&[("init.sql", text)]).expect_err("does not read");
    errors.iter().map(|error| error.to_string().replacen("init.sql:", "", 1)).collect()
}

/// What each annotation is about, and what it says.
fn bound(text: &str) -> Vec<String> {
    let declared = read_one(text);
    let shown = |it: &Annotation| format!("{} {}", it.subject, show(&it.kind));
    declared.annotations.iter().map(shown).collect()
}

fn show(kind: &AnnotationKind) -> String {
    match kind {
        AnnotationKind::Renamed { from } => {
            let names: Vec<String> = from
                .iter()
                .map(|it| match &it.namespace {
                    Some(namespace) => format!("{namespace}.{}", it.name),
                    None => it.name.clone(),
                })
                .collect();
            format!("<- {}", names.join(", "))
        }
        AnnotationKind::Using { expression } => format!("using {expression}"),
        AnnotationKind::Backfill { expression, batch } => format!("fill {expression} x{batch}"),
        AnnotationKind::Deprecated { since, remove_after } => format!("{since}..{remove_after}"),
        AnnotationKind::Seed { key, update } => format!("{key:?} {update:?}"),
    }
}

#[test]
fn the_platforms_own_file_reads() {
    let text = include_str!("../../../../../infrastructure/postgres/init.sql");
    let declared = read_one(text);
    assert_eq!(declared.text, text);
    assert!(declared.annotations.is_empty());
    assert_eq!(declared.notes, []);
    assert_eq!(declared.files, ["init.sql"]);
    let at = text.find("CREATE TABLE IF NOT EXISTS channels").expect("there");
    let line = text[..at].matches('\n').count() + 1;
    let span = declared.map.locate(at).expect("a place");
    assert_eq!((span.line, span.column, span.start), (line, 1, at));
}

#[test]
fn an_empty_file_is_an_empty_schema() {
    for text in ["", " \n\t", "-- nothing\n", "/* nothing */", ";;", "\u{feff}"] {
        let declared = read_one(text);
        assert!(declared.annotations.is_empty());
        assert_eq!(declared.text, text.trim_start_matches('\u{feff}'));
    }
    assert_eq!(read_one("").map.locate(0), None);
}

#[test]
fn what_is_never_closed_is_told_where_it_opens() {
    let cases = [
        ("SELECT\n  'open; --\n", "2:3: this string is never closed"),
        ("é E'\\'", "1:3: this string is never closed"),
        ("SELECT 1;\nDO $x$ BEGIN $y$", "2:4: this dollar-quoted string is never closed"),
        ("CREATE TABLE \"a (b int);", "1:14: this quoted name is never closed"),
        ("A;\n/* /* */\nB;", "2:1: this comment is never closed"),
        ("CREATE TABLE a (\n\tb text CHECK (b > ''\n);", "1:16: this parenthesis is never closed"),
        ("SELECT '\0'", "1:9: a NUL byte cannot be sent to PostgreSQL"),
    ];
    for (text, message) in cases {
        assert_eq!(errors(text), [message], "{text}");
    }
}

#[test]
fn carriage_returns_and_a_byte_order_mark_move_no_place() {
    let text = "\u{feff}CREATE TABLE a (\r\n\tb int, -- @renamed from=c\r\n\td int\r\n);\r\n";
    let declared = read_one(text);
    let [annotation] = declared.annotations.iter().collect::<Vec<_>>()[..] else { panic!() };
    let span = &annotation.span;
    assert_eq!((span.line, span.column), (2, 12));
    assert_eq!(&declared.text[span.start..span.end], "@renamed from=c");
    assert!(declared.text.ends_with("\r\n);\r\n"));
}

#[test]
fn effects_at_the_top_are_told() {
    let declared = read_one(include_str!("tests/effects.sql"));
    let told: Vec<(usize, NoteKind)> =
        declared.notes.iter().map(|note| (note.span.line, note.kind)).collect();
    use NoteKind::{ChangesRows, MayHaveEffects};
    assert_eq!(
        told,
        [
            (2, ChangesRows),
            (4, MayHaveEffects),
            (7, ChangesRows),
            (8, ChangesRows),
            (10, MayHaveEffects)
        ]
    );
}

#[test]
fn a_megabyte_is_read_at_once() {
    let mut text = String::from("CREATE TABLE t (\n");
    while text.len() < 500_000 {
        text.push_str("  column_of_some_length text DEFAULT 'it''s' NOT NULL, -- @backfill '' \n");
    }
    text.push_str("  z int);\n");
    while text.len() < 1_000_000 {
        text.push_str("CREATE INDEX ON t (column_of_some_length) WHERE a = $$b$$; -- why\n");
    }

    let declared = read_one(&text);

    assert!(declared.annotations.iter().count() > 6_000);
    let last = declared.annotations.iter().last().expect("one");
    assert_eq!(last.span.column, 59);
}
