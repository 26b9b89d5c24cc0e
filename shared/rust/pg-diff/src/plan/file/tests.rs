//! Plans in files: whole, told apart when they are not, and never a panic.

use super::*;
use crate::catalog::{Id, Kind};
use crate::plan::{Action, Backfill, Hazard, HazardKind, Mode, Phase, Probe, Step, Work};
use crate::scan::starts;

fn step(object: Id, action: Action, mode: Mode, sql: &str) -> Step {
    let (hazards, tables) = (Vec::new(), Vec::new());
    let work = Work::Statement(sql.to_owned());
    Step { object, action, phase: Phase::Expand, mode, work, hazards, tables }
}

fn fill(key: &[&str]) -> Step {
    let table = Id::new(Kind::Table, "public", "t");
    let backfill = Backfill {
        table: table.clone(),
        set: "body = lower('$xtask$; -- ' || title)".to_owned(),
        condition: "body IS NULL".to_owned(),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        batch: 500,
    };
    let mut step = step(table.with(Kind::Column, "body"), Action::Backfill, Mode::Outside, "");
    step.work = Work::Backfill(backfill);
    step
}

fn file(steps: Vec<Step>) -> PlanFile {
    let end =
        |what: &str, digit: &str| End { what: what.to_owned(), fingerprint: digit.repeat(64) };
    PlanFile {
        format: FORMAT,
        tool: "xtask 0.1.0".to_owned(),
        major: 15,
        from: end("live", "a"),
        to: end("init", "b"),
        plan: Plan { steps, probes: Vec::new() },
        after: Vec::new(),
        reverse: None,
    }
}

/// One of each way to run a step.
fn sample() -> PlanFile {
    let table = Id::new(Kind::Table, "public", "t");
    let mut add = step(
        table.with(Kind::Column, "body"),
        Action::Create,
        Mode::Together,
        "ALTER TABLE public.t ADD COLUMN body text",
    );
    add.hazards.push(Hazard {
        kind: HazardKind::LongLock,
        about: table.clone(),
        why: "nobody\nDROP TABLE public.t;".to_owned(),
    });
    let view = step(
        Id::new(Kind::View, "public", "v\nDROP TABLE public.t; --"),
        Action::Create,
        Mode::Together,
        "CREATE VIEW public.v AS SELECT a[1:\"PORT\"], ':x' FROM public.t -- end",
    );
    let index = step(
        Id::new(Kind::Index, "public", "i"),
        Action::Create,
        Mode::Outside,
        "CREATE INDEX CONCURRENTLY i ON public.t (body)",
    );
    let valid = step(
        table.with(Kind::Constraint, "c"),
        Action::Validate,
        Mode::Alone,
        "ALTER TABLE public.t VALIDATE CONSTRAINT c",
    );
    let mut file = file(vec![add, view, fill(&["id", "Part \"2\""]), fill(&[]), index, valid]);
    file.plan.probes.push(Probe {
        about: table.with(Kind::Column, "body"),
        table,
        sql: "SELECT id::text FROM public.t WHERE body IS NULL".to_owned(),
        breaks: "would break NOT NULL of public.t.body".to_owned(),
        hint: None,
    });
    file.after = vec!["c".repeat(64); 5];
    file.after.push("b".repeat(64));
    file.reverse = Some(Plan { steps: file.plan.steps[..2].to_vec(), probes: Vec::new() });
    file
}

fn reread(file: &PlanFile) -> Result<PlanFile, PlanFileError> {
    read(&file.json().expect("writes"), &file.sql())
}

#[test]
fn what_was_written_is_read() {
    let file = sample();
    assert_eq!(reread(&file), Ok(file.clone()));
    assert_eq!(file.sql(), sample().sql());
}

#[test]
fn the_sql_is_for_people() {
    let sql = sample().sql();
    assert_eq!(sql, include_str!("tests/sample.sql"), "\n{sql}");
}

#[test]
fn a_name_ends_no_comment_and_a_text_no_quote() {
    let sql = sample().sql();
    let begins = |word: &str| {
        let found = starts(&sql).into_iter().filter(|at| sql[*at..].starts_with(word));
        found.count()
    };
    assert_eq!(begins("DROP"), 0);
    // The guard and two backfills.
    assert_eq!(begins("DO "), 3);
    assert_eq!(begins("CREATE"), 2);
}

#[test]
fn blanks_and_comments_are_free() {
    let file = sample();
    let json = file.json().expect("writes");
    let sql = file.sql();
    let remarked = sql.replace(";\n", "; -- seen by me\n\n").replace("(body)", "( body )");
    assert_ne!(remarked, sql);
    // A comment inside of a dollar quote is none of the file's.
    let at = sql.find("-- group 1").expect("there");
    let remarked = format!("{}{}", &sql[..at], sql[at..].replacen("BEGIN;", "/* so */ BEGIN ;", 1));
    assert_eq!(read(&json, &remarked), Ok(file.clone()));
    assert_eq!(read(&json, &format!("\u{feff}{sql}\n-- end")), Ok(file));
}

#[test]
fn another_statement_is_found_where_it_stands() {
    let file = sample();
    let json = file.json().expect("writes");
    let sql = file.sql();
    let place = |changed: &str| match read(&json, changed) {
        Err(PlanFileError::Differs { line, column }) => {
            let text = changed.lines().nth(line - 1).unwrap_or_default();
            text.chars().skip(column - 1).collect::<String>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(place(&sql.replace("(body)", "(title)")), "title);");
    assert_eq!(place(&sql.replace("ADD COLUMN body text", "ADD COLUMN body text NULL")), "NULL;");
    assert_eq!(place(&sql.replace("BEGIN;", "BEGIN; DROP TABLE x;")), "DROP TABLE x;");
    assert_eq!(
        place(&sql.replace("ON_ERROR_STOP on\n", "ON_ERROR_STOP on ")),
        "\\set ON_ERROR_STOP on \\set AUTOCOMMIT on"
    );
    assert_eq!(place(&sql.replace("\\set ON_ERROR_STOP on", "")), "\\set AUTOCOMMIT on");
    assert!(!place(&sql.replace("<> 15", "< > 15")).is_empty());
    let at = sql.find("SELECT pg_catalog.pg_advisory_unlock").expect("there");
    assert_eq!(place(&sql[..at]), "");
    assert_eq!(place(&format!("{sql}\nDROP TABLE x;")), "DROP TABLE x;");
    assert_eq!(place(&format!("{sql}/*")), "/*");
    assert_eq!(place(""), "");
}

#[test]
fn blanks_are_not_free_where_they_change_what_is_said() {
    let one = |sql: &str| {
        file(vec![step(Id::new(Kind::View, "a", "v"), Action::Create, Mode::Alone, sql)])
    };
    for (written, changed) in [
        ("SELECT a <= b", "SELECT a < = b"),
        ("SELECT 1.5", "SELECT 1 .5"),
        ("SELECT 'a'\n'b'", "SELECT 'a' 'b'"),
    ] {
        let file = one(written);
        let sql = file.sql().replace(written, changed);
        let found = read(&file.json().expect("writes"), &sql);
        assert!(matches!(found, Err(PlanFileError::Differs { .. })), "{changed}");
    }
}

#[test]
fn a_step_is_one_statement() {
    let fault = |sql: &str| {
        let id = Id::new(Kind::Table, "public", "t");
        reread(&file(vec![step(id, Action::Alter, Mode::Together, sql)]))
    };
    let why = |why| Err(PlanFileError::Step { step: 1, of_reverse: false, why });
    assert_eq!(fault("SELECT 1; SELECT 2"), why("is more than one statement"));
    assert_eq!(fault("SELECT 1;"), why("is more than one statement"));
    assert_eq!(fault(" -- nothing"), why("says nothing"));
    assert_eq!(fault("SELECT ("), why("opens a parenthesis that it does not close"));
    assert_eq!(fault("SELECT 'a"), why("opens a quote or a comment that it does not close"));
    assert_eq!(fault("SELECT 1 /*"), why("opens a quote or a comment that it does not close"));
    assert_eq!(fault("SELECT 1 \\g"), why("holds a command of psql"));
    assert_eq!(fault("SELECT '\0'"), why("holds a NUL byte"));
    assert!(fault("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END").is_ok());
    assert!(fault("CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2)").is_ok());
}

#[test]
fn a_backfill_is_one_update() {
    let fault = |change: &dyn Fn(&mut Backfill)| {
        let mut step = fill(&["id"]);
        let Work::Backfill(backfill) = &mut step.work else { panic!("is one") };
        change(backfill);
        match reread(&file(vec![step])) {
            Err(PlanFileError::Step { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    };
    let part = "holds a comment or a semicolon where a part of a statement is wanted";
    assert_eq!(fault(&|it| it.set = "a = 1; DROP TABLE t".to_owned()), part);
    assert_eq!(fault(&|it| it.set = "a = 1 -- all".to_owned()), part);
    assert_eq!(
        fault(&|it| it.condition = "true) OR (true".to_owned()),
        "closes a parenthesis that it does not open"
    );
    assert_eq!(fault(&|it| it.condition = String::new()), "says nothing");
    assert_eq!(fault(&|it| it.batch = 0), "has no batch of 1 to 1000000 rows");
    assert_eq!(fault(&|it| it.key = vec![String::new()]), "walks a key without a name");
    let mut together = fill(&["id"]);
    together.mode = Mode::Together;
    let why = "is a backfill that shares a transaction";
    assert_eq!(
        reread(&file(vec![together])),
        Err(PlanFileError::Step { step: 1, of_reverse: false, why })
    );
}

#[test]
fn a_file_that_contradicts_itself_is_told() {
    let broken = |change: &dyn Fn(&mut PlanFile)| {
        let mut file = sample();
        change(&mut file);
        reread(&file).expect_err("is broken").to_string()
    };
    assert_eq!(
        broken(&|it| it.from.fingerprint = "g".repeat(64)),
        format!("the plan contradicts itself: `{}` is no fingerprint", "g".repeat(64))
    );
    assert_eq!(
        broken(&|it| it.after.truncate(2)),
        "the plan contradicts itself: 2 fingerprints are after 6 steps"
    );
    assert_eq!(
        broken(&|it| it.after[5] = "d".repeat(64)),
        "the plan contradicts itself: it does not end where it says"
    );
    assert_eq!(
        broken(&|it| (it.plan, it.after) = (Plan::default(), Vec::new())),
        "the plan contradicts itself: nothing is to be done, and the ends differ"
    );
    assert_eq!(
        broken(&|it| it.plan.probes[0].sql.push(';')),
        "the plan contradicts itself: a probe is more than one statement"
    );
    let reverse = |it: &mut PlanFile| {
        let steps = it.reverse.as_mut().map(|plan| &mut plan.steps);
        steps.expect("there")[1].work = Work::Statement(String::new());
    };
    assert_eq!(broken(&reverse), "step 2 of the way back says nothing");
}

#[test]
fn what_is_no_plan_is_told() {
    let told = |json: &str| read(json, "").expect_err("is none").to_string();
    for json in ["", "{", "[]", "{}", "{\"format\":1}", "null", "{\"format\":-1}", "\u{feff}{}"] {
        assert!(told(json).starts_with("the JSON is not that of a plan: "), "{json}");
    }
    assert_eq!(told("{\"format\":2,\"new\":[]}"), "the plan has format 2; this tool reads up to 1");
    let json = sample().json().expect("writes");
    let more = json.replacen("\"tool\"", "\"other\": 1, \"tool\"", 1);
    assert!(told(&more).contains("unknown field `other`"));
}

#[test]
fn whatever_the_bytes_nothing_panics() {
    let mut dice = 0x5eed_1234_abcd_0005_u64;
    let mut roll = |below: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % below.max(1) as u64).unwrap_or(0)
    };
    let (json, sql) = (sample().json().expect("writes"), sample().sql());
    let pieces = [
        "'", "\"", "$$", "--", "/*", "\\", ";", "(", "]", "\n", "é", "\0", "9", "{", ",", ":x", " ",
    ];
    let mut read_anyway = 0;
    for _ in 0..400 {
        let (mut one, mut other) = (json.clone(), sql.clone());
        for text in [&mut one, &mut other] {
            for _ in 0..roll(3) {
                let mut at = roll(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                match roll(4) {
                    0 => text.truncate(at),
                    1 => drop(text.remove(at)),
                    _ => text.insert_str(at, pieces[roll(pieces.len())]),
                }
                if text.is_empty() {
                    break;
                }
            }
        }
        if let Ok(file) = read(&one, &other) {
            read_anyway += 1;
            assert!(reread(&file).is_ok());
        }
    }
    assert!((20..300).contains(&read_anyway), "{read_anyway} were read");
}

#[test]
fn names_of_any_kind_come_back() {
    for name in
        ["a\nb", "$xtask$", "\"", "'; DROP TABLE t; --", "*/", "\\", "é😀", "%", "{x}", "$1", "a:b"]
    {
        let mut step = fill(&[name]);
        step.object = Id::part(Kind::Column, name, name, name);
        let Work::Backfill(backfill) = &mut step.work else { panic!("is one") };
        backfill.table = Id::new(Kind::Table, name, name);
        backfill.set = format!("{} = 1", crate::ddl::ident(name));
        let mut paged = step.clone();
        let Work::Backfill(backfill) = &mut paged.work else { panic!("is one") };
        backfill.key.clear();
        let file = file(vec![step, paged]);
        assert_eq!(reread(&file), Ok(file.clone()), "{name}");
        let sql = file.sql();
        let heads: Vec<&str> = starts(&sql)
            .into_iter()
            .map(|at| sql[at..].split([' ', ';']).next().unwrap_or_default())
            .filter(|word| *word != "SET" && !word.starts_with('\\'))
            .collect();
        assert_eq!(heads, ["DO", "DO", "DO", "SELECT"], "{sql}");
    }
}
