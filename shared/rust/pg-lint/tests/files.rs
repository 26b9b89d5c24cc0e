//! Whole files: the platform's own is clean, no file makes it panic, and every
//! file is looked at in time.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pg_diff::declared::Date;
use pg_lint::{Around, Placed, Sheet, apply};

const INIT: &str = include_str!("../../../../infrastructure/postgres/init.sql");

/// Far more than a file of this size takes, in a debug build on a busy machine.
const LIMIT: Duration = Duration::from_secs(5);

fn declaration(text: &str) -> Vec<Placed> {
    let around = Around { today: Date::new(2026, 6, 1).expect("a day"), before: None };
    let sheet = Sheet::declaration("init.sql", &mut |_| Ok(text.to_owned()), around);
    sheet.judged(&BTreeMap::new(), &|_| true)
}

/// A line past libtest's capture, which would hide it.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[test]
fn the_platforms_own_file_has_only_integer_keys_that_are_meant() {
    let found = declaration(INIT);
    let others: Vec<String> = found
        .iter()
        .filter(|it| it.finding.rule != "integer-key")
        .map(|it| format!("{}: {}", it.finding.rule, it.finding.message))
        .collect();
    assert_eq!(others, [""; 0]);
}

/// Schemas of other tools' tests, and whatever `XTASK_CORPUS` names.
fn corpus() -> Option<Vec<PathBuf>> {
    #[expect(clippy::disallowed_methods, reason = "a test finds its files")]
    let named = std::env::var_os("XTASK_CORPUS");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pg-diff/tests/cases");
    let mut files = Vec::new();
    let mut open = vec![own];
    let is_whole = named.is_some();
    open.extend(named.map(PathBuf::from));
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "sql") {
                files.push(path);
            }
        }
    }
    files.sort();
    if !is_whole {
        say("skipped (1): the larger corpus: XTASK_CORPUS names no folder");
    }
    (!files.is_empty()).then_some(files)
}

#[test]
fn no_file_of_the_corpus_takes_it_down() {
    let files = corpus().expect("the cases of pg-diff are there");
    let mut slowest = Duration::ZERO;
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &files {
        let text = fs::read_to_string(path).expect("readable");
        let started = Instant::now();
        for placed in declaration(&text) {
            let range = placed.finding.range.clone();
            assert!(text.get(range.clone()).is_some(), "{}: {range:?}", path.display());
            *by_rule.entry(placed.finding.rule).or_default() += 1;
        }
        for placed in Sheet::plan("plan.sql", &text).judged(&BTreeMap::new(), &|_| true) {
            assert!(text.get(placed.finding.range.clone()).is_some(), "{}", path.display());
        }
        slowest = slowest.max(started.elapsed());
        assert!(started.elapsed() < LIMIT, "{}: {:?}", path.display(), started.elapsed());
    }
    say(&format!("{} files, the slowest in {slowest:?}: {by_rule:?}", files.len()));
    assert!(files.len() > 100, "only {} files", files.len());
}

#[test]
fn cuts_of_a_file_take_nothing_down() {
    let mut dice = Dice(1);
    for _ in 0..200 {
        let (one, two) = (dice.below(INIT.len()), dice.below(INIT.len()));
        let (start, end) = (boundary(INIT, one.min(two)), boundary(INIT, one.max(two)));
        let end = boundary(INIT, end.min(start + 20_000));
        let text = &INIT[start..end];
        for placed in declaration(text) {
            assert!(text.get(placed.finding.range.clone()).is_some(), "{start}..{end}");
        }
    }
}

#[test]
fn a_statement_without_some_of_its_words_takes_nothing_down() {
    let mut dice = Dice(2);
    let statements: Vec<&str> = INIT.split_inclusive(";\n").collect();
    for _ in 0..3_000 {
        let statement = statements[dice.below(statements.len())];
        let mut words: Vec<&str> = statement.split_inclusive([' ', '(', ')', ',']).collect();
        for _ in 0..=dice.below(4) {
            let (from, to) = (dice.below(words.len()), dice.below(words.len()));
            match dice.below(3) {
                0 => drop(words.remove(from)),
                1 => words.swap(from, to),
                _ => words.insert(to, words[from]),
            }
            if words.is_empty() {
                break;
            }
        }
        let text = words.concat();
        for placed in declaration(&text) {
            let fix = placed.finding.fix.into_iter().flat_map(|fix| fix.edits).collect();
            let _ = apply(&text, fix);
        }
    }
}

#[test]
fn thousands_of_tables_are_looked_through_once() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for n in 0..3_000 {
        let parent = if n == 0 { 0 } else { n - 1 };
        let _ = write!(text, include_str!("table.sql"), n = n, parent = parent);
    }
    let started = Instant::now();
    assert!(declaration(&text).is_empty());
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

#[test]
fn findings_of_an_included_file_are_in_that_file() {
    let around = Around { today: Date::new(2026, 6, 1).expect("a day"), before: None };
    let root = "SELECT 1;\n\\ir more.sql\nCREATE TABLE t (a money);\n";
    let more = "-- é\nCREATE TABLE u (\n    a bigserial PRIMARY KEY\n);\n";
    let mut load = |name: &str| Ok(if name == "db/init.sql" { root } else { more }.to_owned());
    let sheet = Sheet::declaration("db/init.sql", &mut load, around);
    let judged = sheet.judged(&BTreeMap::new(), &|_| true);
    let found: Vec<(&str, &str, &str)> = judged
        .iter()
        .map(|it| {
            let text = if &*it.file == "db/init.sql" { root } else { more };
            (&*it.file, it.finding.rule, &text[it.finding.range.clone()])
        })
        .collect();
    assert_eq!(
        found,
        [
            ("db/init.sql", "create-without-if-not-exists", "CREATE TABLE t (a money);"),
            ("db/init.sql", "table-without-primary-key", "CREATE TABLE t (a money);"),
            ("db/init.sql", "money-column", "money"),
            ("db/more.sql", "create-without-if-not-exists", "CREATE TABLE u ("),
            ("db/more.sql", "serial-column", "bigserial"),
            ("db/more.sql", "unnamed-constraint", "PRIMARY KEY"),
        ]
    );
}

#[test]
fn carriage_returns_stay_when_something_is_mended() {
    let text = "CREATE TABLE t (\r\n    id bigint CONSTRAINT pk_t PRIMARY KEY\r\n);\r\n";
    let found = declaration(text);
    let edits = found.into_iter().filter_map(|it| it.finding.fix).flat_map(|it| it.edits).collect();
    let mended = apply(text, edits);
    assert_eq!(mended, text.replace("TABLE t", "TABLE IF NOT EXISTS t"));
    let left: Vec<&str> = declaration(&mended).iter().map(|it| it.finding.rule).collect();
    assert_eq!(left, ["does-not-read"]);
}
