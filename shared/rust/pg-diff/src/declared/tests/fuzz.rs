//! Whatever the bytes: no panic, and places that are in the file.

use super::*;

/// A small generator, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).unwrap_or(0)
    }
}

const PIECES: [&str; 76] = [
    "CREATE TABLE ",
    "t",
    " (",
    ")",
    ", ",
    ";",
    "\n",
    "\r\n",
    " int ",
    "'",
    "''",
    "E'",
    "\\'",
    "\\",
    "\"",
    "U&\"",
    "\\0061",
    "$$",
    "$a$",
    "$",
    "--",
    "-- @",
    "/*",
    "*/",
    "@renamed",
    " from=",
    "=",
    "old",
    "@using ",
    "@backfill ",
    "batch=",
    "5",
    "@deprecated ",
    "since=2026-01-01",
    " remove-after=2026-02-30",
    "@seed ",
    "key=(",
    "update=",
    "CONSTRAINT ",
    "c",
    " CHECK ",
    "CREATE TYPE m AS ENUM (",
    "CREATE DOMAIN d AS text ",
    "ALTER TABLE t ",
    "ADD COLUMN ",
    "CREATE FUNCTION f(",
    "BEGIN ATOMIC ",
    "END",
    "CASE ",
    "INSERT INTO ",
    " VALUES ",
    "COPY t FROM stdin;\n",
    "\\.\n",
    "\\i a.sql\n",
    "\\ir 'b c.sql'",
    "\\echo `x`",
    "\\set x 'y\\",
    ":x",
    ":'x'",
    "::",
    "[",
    "]",
    "é",
    "😀",
    "\u{feff}",
    "\u{a0}",
    "\0",
    "\t",
    ".",
    "JSON_OBJECT(",
    "SET search_path = ",
    "SELECT set_config('search_path', ",
    "CREATE INDEX ",
    " ON ",
    "WITH ",
    "CREATE TRIGGER ",
];

fn text(dice: &mut Dice) -> String {
    let length = dice.roll(60);
    (0..length).map(|_| PIECES[dice.roll(PIECES.len())]).collect()
}

/// Everything that reads is read, and everything that is told is told of a
/// place that is there.
fn check(root: &str, other: &str) {
    let mut load = |path: &str| match path {
        "init.sql" => Ok(root.to_owned()),
        "a.sql" | "b c.sql" => Ok(other.to_owned()),
        _ => Err("it is missing".to_owned()),
    };
    let in_file = |span: &Span| {
        let file = if &*span.file == "init.sql" { root } else { other };
        let file = file.strip_prefix('\u{feff}').unwrap_or(file);
        let lines = file.matches('\n').count() + 1;
        assert!(span.start <= span.end && span.end <= file.len(), "{span:?} of {file:?}");
        assert!(file.is_char_boundary(span.start) && file.is_char_boundary(span.end));
        assert!((1..=lines).contains(&span.line) && span.column >= 1, "{span:?} of {file:?}");
    };
    match read("init.sql", &mut load) {
        Ok(declared) => {
            for at in 0..=declared.text.len() {
                declared.map.locate(at).iter().for_each(&in_file);
            }
            declared.annotations.iter().for_each(|it| in_file(&it.span));
            declared.notes.iter().for_each(|it| in_file(&it.span));
            let _ = declared.annotations.resolve(&crate::catalog::Catalog::default());
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.iter().for_each(|it| in_file(&it.span));
        }
    }
}

#[test]
fn pieces_of_sql_in_any_order_are_read() {
    let mut dice = Dice(0x5eed_1234_abcd_0001);
    for _ in 0..3_000 {
        check(&text(&mut dice), &text(&mut dice));
    }
}

#[test]
fn random_bytes_are_read() {
    let mut dice = Dice(0x5eed_1234_abcd_0002);
    for _ in 0..1_500 {
        let bytes: Vec<u8> = (0..dice.roll(80)).map(|_| dice.roll(256) as u8).collect();
        check(&String::from_utf8_lossy(&bytes), "A;");
    }
}

#[test]
fn real_files_with_holes_are_read() {
    let whole = include_str!("../../../../../../infrastructure/postgres/init.sql");
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let mut dice = Dice(0x5eed_1234_abcd_0003);
    for _ in 0..300 {
        let from = dice.roll(lines.len());
        let mut part: Vec<char> =
            lines[from..(from + 40).min(lines.len())].concat().chars().collect();
        for _ in 0..dice.roll(8) {
            let at = dice.roll(part.len());
            match dice.roll(3) {
                0 if at < part.len() => drop(part.remove(at)),
                1 => part.insert(at, ['\'', '"', '$', '(', ')', '\\', '@', ';'][dice.roll(8)]),
                _ => part.truncate(at),
            }
        }
        check(&part.into_iter().collect::<String>(), "");
    }
}

#[test]
fn an_expression_that_passes_is_one_expression() {
    let mut dice = Dice(0x5eed_1234_abcd_0004);
    let mut passed = 0;
    for _ in 0..3_000 {
        let said = text(&mut dice).replace(['\n', '\r'], " ");
        let file = format!("CREATE TABLE t (\n-- @using {said}\na int);");
        let Ok(declared) = read_all(&[("init.sql", &file)]) else { continue };
        for annotation in declared.annotations.iter() {
            let AnnotationKind::Using { expression } = &annotation.kind else { continue };
            passed += 1;
            // In parentheses it neither ends the statement nor hides its end.
            let statement = format!("ALTER TABLE t ALTER a TYPE int USING ({expression}); NEXT");
            let starts = crate::scan::starts(&statement);
            assert_eq!(starts.len(), 2, "{statement}");
            assert_eq!(&statement[starts[1]..], "NEXT");
        }
    }
    assert!(passed > 20, "{passed} passed");
}
