//! A plan of fifty steps, stopped after every one of them: the next run ends
//! where the first would have, with every row and with nothing left over.
//!
//! The database itself halts the run ([`stop.sql`](stopped/stop.sql)), before
//! and after each statement and each batch, so that every stop hits its moment.
//! The gate kills once in each transaction, as what others see of one is all or
//! nothing. `XTASK_TEST_STOPS=killed`, `torn` or `lost` stops in that way after
//! each statement and each batch, `all` at every moment in every way, a number
//! at that moment in every way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use crate::stage::Project;
use crate::tool::{Ended, Tool, say, wait_until};

const OLD: &str = include_str!("stopped/old.sql");
const NEW: &str = include_str!("stopped/new.sql");
const ROWS: &str = include_str!("stopped/rows.sql");
const STOP: &str = include_str!("stopped/stop.sql");
const KEPT: &str = include_str!("stopped/kept.sql");
const LEFTOVERS: &str = include_str!("stopped/leftovers.sql");
const HALTED: &str = include_str!("stopped/halted.sql");

/// Every copy is made of it.
const PREPARED: &str = "prepared";
/// What halts the runs is no part of the schema.
const LEFT_ALONE: [&str; 3] = ["stop.*", "event-trigger:stop_*", "trigger:*.stop_*"];
const WORKERS: usize = 3;
/// A killed run's session may be at work a little longer: then the next run
/// says so, and is started again.
const TRIES: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// `kill -9` of the tool; its session does what it has been sent.
    Killed,
    /// `kill -9`, and its session ends with it.
    Torn,
    /// Its session ends; the tool lives, and goes on by itself.
    Lost,
}

const WAYS: [Way; 3] = [Way::Killed, Way::Torn, Way::Lost];

#[derive(Clone, Debug)]
struct Moment {
    number: u32,
    /// What it comes after, unless it comes before something.
    after: Option<String>,
    transaction: String,
}

/// Where the tool is run, and the server.
struct Place<'a> {
    project: &'a Project,
    dir: PathBuf,
}

/// A folder to run the tool in.
fn folder(project: &Project, name: &str) -> PathBuf {
    let dir = project.temp().join(name);
    fs::create_dir(&dir).expect("a folder");
    fs::copy(project.root.join("Cargo.toml"), dir.join("Cargo.toml")).expect("is there");
    fs::write(dir.join("new.sql"), NEW).expect("is ours");
    dir
}

impl Place<'_> {
    fn tool(&self, database: &str, words: &[&str]) -> Tool {
        let url = self.project.url().replace(crate::server::DATABASE, database);
        let tool = self.project.tool(words).dir(&self.dir);
        let tool = tool.args(["--db-url", &url, "--init", "new.sql"]);
        LEFT_ALONE.iter().fold(tool, |tool, rule| tool.args(["--exclude", rule]))
    }

    fn migrate(&self, database: &str, more: &[&str]) -> Tool {
        self.tool(database, &[&["db-migrate", "--yes", "--allow", "all"], more].concat())
    }

    fn copy(&self, database: &str) {
        self.project.sql_on("postgres", &format!("CREATE DATABASE {database} TEMPLATE {PREPARED}"));
    }

    /// Stops a run at a moment, lets the next one end it, and looks at what is
    /// there. Answers how the story went.
    fn stop(&self, database: &str, moment: &Moment, way: Way) -> Result<String, String> {
        let sql = |words: &str| self.project.sql_on(database, words);
        self.copy(database);
        let kept = sql(KEPT);
        let number = moment.number;
        sql(&format!("SELECT setval('stop.wanted', {number}), setval('stop.shut', 1)"));
        let mut running = self.migrate(database, &[]).start();
        let session = wait_until("the run is halted", || {
            assert!(running.is_running(), "{database}: it ended before {moment:?}");
            Some(sql(HALTED)).filter(|pid| !pid.is_empty())
        });
        let end = || sql(&format!("SELECT pg_terminate_backend({session})"));
        let open = || sql("SELECT setval('stop.shut', 0)");
        let mut story = Vec::new();
        let mut last: Option<Ended> = None;
        match way {
            Way::Killed => {
                running.kill();
                open();
            }
            Way::Torn => {
                running.kill();
                end();
                open();
            }
            Way::Lost => {
                end();
                open();
                let ended = running.finish();
                if ended.code != 0 {
                    return Err(format!("{way:?} at {moment:?}: it gave up\n{}", ended.stderr));
                }
                story.push("went on".to_owned());
                last = Some(ended);
            }
        }
        for _ in 0..TRIES {
            // Refused, busy and partial go away by themselves; else it is over.
            if last.as_ref().is_some_and(|it| ![3, 4, 5].contains(&it.code)) {
                break;
            }
            let ended = self.migrate(database, &["--resume"]).run();
            story.push(format!("resumed: {}", ended.code));
            last = Some(ended);
        }
        let last = last.expect("ran");
        let told = |wrong: &str| format!("{way:?} at {moment:?}: {wrong}\n{}", last.stderr);
        if last.code != 0 {
            return Err(told("it never ended well"));
        }
        let diff = self.tool(database, &["db-diff"]).run();
        if diff.code != 0 {
            return Err(told(&diff.whole()));
        }
        let (left, now) = (sql(LEFTOVERS), sql(KEPT));
        if left != "none" {
            return Err(told(&left));
        }
        if now != kept {
            return Err(told(&format!("rows were `{kept}`, and are `{now}`")));
        }
        self.project.sql_on("postgres", &format!("DROP DATABASE {database} WITH (FORCE)"));
        Ok(format!("{way:?}, {}", story.join(", ")))
    }
}

/// The moments of a run that nobody stops, and how many steps it had.
fn moments(place: &Place<'_>) -> (Vec<Moment>, u64) {
    place.copy("stopped_never");
    let ended = place.migrate("stopped_never", &["--json"]).run().exits(0);
    let steps = ended.document()["data"]["applied"].as_u64().expect("a number");
    let left = place.project.sql_on("stopped_never", LEFTOVERS);
    assert_eq!(left, "none");
    let sql = "SELECT n, m.what, m.transaction FROM stop.seen s, generate_series(1, s.last_value) n \
               LEFT JOIN stop.moment m ON m.number = n ORDER BY n";
    let text = place.project.sql_on("stopped_never", sql);
    let moments = text.lines().map(|line| {
        let mut fields = line.split('|');
        let mut field = || fields.next().expect("three fields").to_owned();
        let number = field().parse().expect("a number");
        let after = Some(field()).filter(|what| !what.is_empty());
        Moment { number, after, transaction: field() }
    });
    (moments.collect(), steps)
}

/// Which moments are stopped at, and how.
fn wanted(moments: &[Moment]) -> Vec<(Moment, Way)> {
    let asked = asked();
    let number = asked.parse::<u32>().ok();
    if asked == "all" || number.is_some() {
        let these = moments.iter().filter(|it| number.is_none_or(|number| number == it.number));
        return these.flat_map(|it| WAYS.map(|way| (it.clone(), way))).collect();
    }
    let mut after: Vec<Moment> = moments.iter().filter(|it| it.after.is_some()).cloned().collect();
    if let Some(way) = WAYS.into_iter().find(|it| format!("{it:?}").to_lowercase() == asked) {
        return after.into_iter().map(|it| (it, way)).collect();
    }
    assert_eq!(asked, "", "killed, torn, lost, all, or a number");
    after.dedup_by(|it, before| it.transaction == before.transaction);
    after.into_iter().zip([Way::Killed, Way::Torn].into_iter().cycle()).collect()
}

fn prepare(project: &Project) {
    project.sql_on("postgres", &format!("CREATE DATABASE {PREPARED}"));
    for part in [OLD, ROWS, STOP] {
        project.sql_on(PREPARED, part);
    }
}

#[test]
fn a_run_stopped_after_any_step_is_ended_by_the_next() {
    let Some(project) = Project::with_database() else { return };
    let started = Instant::now();
    prepare(&project);
    let first = Place { project: &project, dir: folder(&project, "first") };
    let (moments, steps) = moments(&first);
    assert!(steps >= 30, "only {steps} steps");
    let stops = wanted(&moments);
    let queue = Mutex::new(stops.iter().enumerate());
    let done: Mutex<(BTreeMap<String, usize>, Vec<String>)> = Mutex::default();
    let work = |dir: &Path| {
        let place = Place { project: &project, dir: dir.to_owned() };
        loop {
            let next = queue.lock().expect("no panic").next();
            let Some((index, (moment, way))) = next else { return };
            let told = place.stop(&format!("stopped_{index}"), moment, *way);
            let mut done = done.lock().expect("no panic");
            match told {
                Ok(story) => *done.0.entry(story).or_default() += 1,
                Err(wrong) => done.1.push(wrong),
            }
        }
    };
    let dirs: Vec<PathBuf> =
        (0..WORKERS).map(|it| folder(&project, &format!("worker-{it}"))).collect();
    std::thread::scope(|scope| {
        for dir in &dirs {
            scope.spawn(|| work(dir));
        }
    });
    let (stories, wrong) = done.into_inner().expect("no panic");
    let (all, seconds) = (moments.len(), started.elapsed().as_secs());
    say(&format!("{steps} steps, {all} moments, stopped {} times, {seconds} s", stops.len()));
    for (story, count) in stories {
        say(&format!("  {count:>4} {story}"));
    }
    assert!(wrong.is_empty(), "{} went wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Which stops are asked for; empty is what the gate runs.
fn asked() -> String {
    std::env::var("XTASK_TEST_STOPS").unwrap_or_default()
}
