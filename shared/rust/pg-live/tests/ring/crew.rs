//! Who does the work: a few workers, each with a server of its own, and what
//! is printed of it.
//!
//! One line per case that does not converge; everything about a case when it
//! is named by `XTASK_CASE`; the same in files for all that failed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Write as _, stdout};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::case::Case;
use super::engine::Told;
use super::law::{Court, Failure, Unasked, Verdict};
use super::servers::{Installation, installations};

/// Parts of the names of the cases to run, `rename/,enum/a_value`: then
/// everything about them is told.
const CASE: &str = "XTASK_CASE";
/// Major versions to run on, `15,18`; all there are without it.
const MAJORS: &str = "XTASK_TEST_MAJORS";
/// How many servers at once; as many as there are cores without it.
const WORKERS: &str = "XTASK_TEST_WORKERS";
/// What every plan is told: `online`, `offline` or `empty`; what the case says
/// without it.
const TOLD: &str = "XTASK_TEST_TOLD";

/// The oldest PostgreSQL there are cases for.
const OLDEST: u32 = 14;

thread_local! {
    /// What a worker's panic said, and where.
    static LAST_WORDS: Cell<String> = const { Cell::new(String::new()) };
}

/// A line is to be read in a list.
const LINE: usize = 260;

/// What a schema that does not load means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The case is wrong.
    Fails,
    /// It was made by chance, and is counted.
    IsCounted,
}

struct Wanted {
    filter: Option<String>,
    is_list: bool,
    workers: usize,
    told: Option<Told>,
}

impl Wanted {
    fn of(&self, mut cases: Vec<Case>) -> Vec<Case> {
        let is_named =
            |name: &str, parts: &String| parts.split(',').any(|part| name.contains(part));
        cases.retain(|it| self.filter.as_ref().is_none_or(|parts| is_named(&it.name, parts)));
        if let Some(told) = self.told {
            cases.iter_mut().for_each(|it| it.told = told);
        }
        cases
    }
}

/// What an environment variable says, if it says anything.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn wanted() -> Wanted {
    let mut filter = environment(CASE);
    let mut is_list = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => is_list = true,
            // What else `cargo test` may hand on, with its value.
            "--skip" | "--test-threads" | "--format" | "--color" | "-Z" => drop(arguments.next()),
            flag if flag.starts_with('-') => {}
            name => filter = filter.or_else(|| Some(name.to_owned())),
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = environment(WORKERS).and_then(|it| it.parse().ok()).unwrap_or(cores);
    let told = environment(TOLD).map(|it| match it.as_str() {
        "offline" => Told::Offline,
        "empty" => Told::Empty,
        _ => Told::Online,
    });
    Wanted { filter, is_list, workers, told }
}

/// Runs every case on every version; the exit code says whether all converge.
/// `make` gives the cases for a major version.
pub fn run(ring: &str, make: impl Fn(u32) -> Vec<Case>, broken: Broken) -> ExitCode {
    let wanted = wanted();
    if wanted.is_list {
        wanted.of(make(OLDEST)).iter().for_each(|case| say(&format!("{}: test", case.name)));
        return ExitCode::SUCCESS;
    }
    let servers = servers();
    if servers.is_empty() {
        say(&format!("{ring}: skipped, no PostgreSQL server programs on this machine"));
        let is_failure = environment("CI").as_deref() == Some("true");
        return if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let mut is_fine = true;
    for server in &servers {
        let cases = wanted.of(make(server.major));
        if cases.is_empty() {
            say(&format!("{ring}: no case to run"));
            continue;
        }
        let report = Report::new(ring, server.major, wanted.filter.is_some());
        is_fine &= run_on(server, &cases, &wanted, broken, report);
    }
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The servers that are wanted, oldest first.
pub fn servers() -> Vec<Installation> {
    std::panic::set_hook(Box::new(|panic| LAST_WORDS.set(panic.to_string())));
    let wanted: Option<Vec<u32>> = environment(MAJORS)
        .map(|list| list.split(',').filter_map(|it| it.trim().parse().ok()).collect());
    let is_wanted = |it: &Installation| wanted.as_ref().is_none_or(|all| all.contains(&it.major));
    installations().into_iter().filter(is_wanted).collect()
}

fn run_on(
    server: &Installation,
    cases: &[Case],
    wanted: &Wanted,
    broken: Broken,
    report: Report,
) -> bool {
    let started = Instant::now();
    let all_roles: Vec<String> =
        cases.iter().map(|case| case.roles.clone()).filter(|it| !it.is_empty()).collect();
    let next = AtomicUsize::new(0);
    let report = Mutex::new(report);
    std::thread::scope(|scope| {
        for _ in 0..wanted.workers.clamp(1, cases.len()) {
            scope.spawn(|| {
                let court = open(server);
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = hear(&court, case, &all_roles);
                    report.lock().expect("no worker panics in it").take(case, result, broken);
                }
            });
        }
    });
    let report = report.into_inner().expect("no worker panics in it");
    report.close(started.elapsed().as_secs_f64())
}

/// Without a server there is nothing to tell but why.
pub fn open(server: &Installation) -> Court {
    catch_unwind(|| Court::open(server)).unwrap_or_else(|panic| {
        say(&LAST_WORDS.take());
        resume_unwind(panic)
    })
}

/// A panic of the engine is a failure of the case.
pub fn hear(court: &Court, case: &Case, all_roles: &[String]) -> Result<Verdict, Unasked> {
    if case.since > court.major() {
        return Err(Unasked::Newer);
    }
    catch_unwind(AssertUnwindSafe(|| court.judge(case, all_roles))).unwrap_or_else(|_| {
        court.sweep();
        Ok(Verdict::panicked(LAST_WORDS.take()))
    })
}

/// Cases that do not converge yet, one a line, with why behind `#`. A case
/// that is not named here must converge.
const OPEN: &str = include_str!("../open.txt");

fn is_open(case: &Case) -> bool {
    OPEN.lines().any(|line| line.split('#').next().unwrap_or_default().trim() == case.name)
}

struct Report {
    ring: String,
    major: u32,
    /// Everything is told of every case.
    is_told: bool,
    folder: PathBuf,
    converge: usize,
    fail: usize,
    /// Failed, and known to.
    open: usize,
    rows: usize,
    /// Why, and how often.
    unasked: BTreeMap<&'static str, usize>,
}

impl Report {
    fn new(ring: &str, major: u32, is_told: bool) -> Report {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(ring).join(major.to_string());
        if !is_told {
            let _ = fs::remove_dir_all(&folder);
        }
        Report {
            ring: ring.to_owned(),
            major,
            is_told,
            folder,
            converge: 0,
            fail: 0,
            open: 0,
            rows: 0,
            unasked: BTreeMap::new(),
        }
    }

    fn take(&mut self, case: &Case, result: Result<Verdict, Unasked>, broken: Broken) {
        match result {
            Ok(verdict) => {
                self.rows += verdict.rows;
                let text = tell(case, &verdict);
                if self.is_told {
                    say(&text);
                }
                match verdict.failures.first() {
                    Some(first) => {
                        let more = verdict.failures.len() - 1;
                        self.failed(case, first.law, &first.says, more);
                        self.write(case, &text);
                    }
                    None => {
                        self.converge += 1;
                        if is_open(case) {
                            say(&format!(
                                "converges on {}, is in open.txt: {}",
                                self.major, case.name
                            ));
                        }
                    }
                }
            }
            Err(Unasked::Newer) => self.unasked("want a newer one", case, ""),
            Err(Unasked::Absent(says)) => self.unasked("lack an extension", case, &says),
            Err(Unasked::Broken(says)) if broken == Broken::IsCounted => {
                self.unasked("do not load", case, &says);
            }
            Err(Unasked::Broken(says)) => self.failed(case, "load", &says, 0),
        }
    }

    fn failed(&mut self, case: &Case, law: &str, says: &str, more: usize) {
        let word = if is_open(case) {
            self.open += 1;
            "OPEN"
        } else {
            self.fail += 1;
            "FAIL"
        };
        let more = if more == 0 { String::new() } else { format!(" (+{more})") };
        let says: String = says.replace('\n', " ").chars().take(LINE).collect();
        say(&format!("{word} {} {}: {law}{more}: {says}", self.major, case.name));
    }

    fn unasked(&mut self, why: &'static str, case: &Case, says: &str) {
        *self.unasked.entry(why).or_default() += 1;
        if self.is_told {
            say(&format!("SKIP {} {}: {says}", self.major, case.name));
        }
    }

    fn write(&self, case: &Case, text: &str) {
        let path = self.folder.join(format!("{}.txt", case.name.replace('/', "__")));
        fs::create_dir_all(&self.folder).expect("ours");
        fs::write(path, text).expect("ours");
    }

    fn close(self, seconds: f64) -> bool {
        let (converge, asked) = (self.converge, self.converge + self.fail + self.open);
        let mut line = format!(
            "{} on PostgreSQL {}: {converge} of {asked} converge, {} known to fail, {} rows, {seconds:.1} s",
            self.ring, self.major, self.open, self.rows
        );
        for (why, count) in &self.unasked {
            let _ = write!(line, "; {count} {why}");
        }
        say(&line);
        if self.fail > 0 {
            say(&format!("details: {}", self.folder.display()));
        }
        self.fail == 0
    }
}

/// Everything about a case.
pub fn tell(case: &Case, verdict: &Verdict) -> String {
    let mut text = format!("==== {}\n", case.name);
    for (file, sql) in [("roles", &case.roles), ("old", &case.old), ("new", &case.new)] {
        if !sql.is_empty() {
            let _ = writeln!(text, "== {file}.sql\n{}", sql.trim());
        }
    }
    text.push_str(&verdict.plans);
    for note in &verdict.notes {
        let _ = writeln!(text, "note: {note}");
    }
    let _ = writeln!(text, "{} rows", verdict.rows);
    for Failure { law, says, detail, .. } in &verdict.failures {
        let _ = writeln!(text, "== FAILED {law}: {says}\n{detail}");
    }
    if verdict.failures.is_empty() {
        text.push_str("== converges\n");
    }
    text
}

/// Whole lines, also with several workers.
pub fn say(text: &str) {
    let _ = writeln!(stdout().lock(), "{text}");
}
