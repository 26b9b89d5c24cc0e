//! `orm-verify`: what it finds, what it does not find, and how it ends.
//!
//! All cases of `orm/drift.txt` are one project of many tables: Python and
//! the server are asked once.

mod changed;

mod found;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::stage::{Project, checkout};
use crate::tool::{Ended, Tool};

const DRIFT: &str = include_str!("orm/drift.txt");
/// What every model of a case may use.
const BASE: &str = include_str!("orm/base.py");
const SHARED_SQL: &str = "CREATE TABLE shared_parent (id serial PRIMARY KEY);\nCREATE TABLE other_parent (id serial PRIMARY KEY);\n";

/// One case of the file.
struct Case<'a> {
    name: &'a str,
    /// `severity rule`, sorted.
    expected: Vec<&'a str>,
    model: String,
    sql: String,
}

fn cases() -> Vec<Case<'static>> {
    DRIFT
        .split("\n### ")
        .skip(1)
        .map(|text| {
            let (head, body) = text.split_once('\n').expect("a body");
            let (name, expected) = head.split_once(": ").expect("what is expected");
            let (model, sql) = body.split_once("---\n").expect("a model and its SQL");
            let mut expected: Vec<&str> = match expected {
                "none" => Vec::new(),
                list => list.split(", ").collect(),
            };
            expected.sort_unstable();
            let fill = |text: &str| text.replace("{t}", name);
            Case { name, expected, model: fill(model), sql: fill(sql) }
        })
        .collect()
}

/// A folder in a project with models and an init.sql of its own.
struct Stage {
    project: Arc<Project>,
    dir: PathBuf,
}

impl Stage {
    /// In a project whose server is up, which all tests share.
    fn new() -> Option<Stage> {
        static SERVED: OnceLock<Option<Arc<Project>>> = OnceLock::new();
        let served = SERVED.get_or_init(|| Project::with_database().map(Arc::new));
        Some(Stage::of(served.clone()?))
    }

    /// In a project of its own, without a server.
    fn alone() -> Option<Stage> {
        Some(Stage::of(Arc::new(Project::with_server_programs()?)))
    }

    fn of(project: Arc<Project>) -> Stage {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        for name in ["requirements.txt", "requirements-dev.txt"] {
            let to = project.root.join("shared/python").join(name);
            fs::create_dir_all(to.parent().expect("has one")).expect("a folder");
            fs::copy(checkout().join("shared/python").join(name), to).expect("is there");
        }
        let dir = project.root.join(format!("other-{}", COUNT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&dir).expect("a folder");
        Stage { project, dir }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.join(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("a folder");
        fs::write(path, text).expect("is ours");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// In the folder of the other project, with one Python for all tests.
    fn tool(&self, words: &[&str]) -> Tool {
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("services-venv");
        let tool = self.project.tool(["orm-verify"]).args(words).env("XTASK_VENV", venv);
        let tool = tool.dir(&self.dir);
        let pip = std::env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            name.starts_with("PIP_") || name.starts_with("SSL_") || name.ends_with("_proxy")
        });
        // How this machine reaches the package index.
        pip.fold(tool, |tool, (name, value)| tool.env(&name.to_string_lossy(), value))
    }

    #[track_caller]
    fn run(&self, words: &[&str]) -> Ended {
        self.tool(words).run()
    }

    fn write_suite(&self, cases: &[Case<'_>]) {
        let (mut init, mut sql) = (String::from("\"\"\"All cases.\"\"\"\n"), SHARED_SQL.to_owned());
        self.write("suite/base.py", BASE);
        for case in cases {
            init.push_str(&format!("from suite import {}  # noqa\n", case.name));
            self.write(
                &format!("suite/{}.py", case.name),
                &format!("from suite.base import *\n\n\n{}", case.model),
            );
            sql.push_str(&case.sql);
        }
        self.write("suite/__init__.py", &init);
        self.write("init.sql", &sql);
    }

    /// A project of one model and one init.sql.
    fn with(self, model: &str, sql: &str) -> Stage {
        self.write("base.py", BASE);
        self.write("models.py", &format!("from base import *\n\n\n{model}"));
        self.write("init.sql", &format!("{SHARED_SQL}{sql}"));
        self
    }
}

fn findings(document: &Value) -> &Vec<Value> {
    document["data"]["findings"].as_array().unwrap_or_else(|| panic!("no findings: {document}"))
}

/// `table public.name.column` to `name`, parents and types of a case to it.
fn case_of<'a>(object: &str, names: &[&'a str]) -> Option<&'a str> {
    let (_, rest) = object.split_once("public.")?;
    let table = rest.split('.').next()?;
    let exact = names.iter().find(|it| **it == table);
    let begins = || names.iter().filter(|it| table.contains(**it)).max_by_key(|it| it.len());
    exact.or_else(begins).copied()
}

/// All cases as one project: the package `suite` and its init.sql.
fn suite() -> Option<(Stage, Vec<Case<'static>>)> {
    let (stage, cases) = (Stage::new()?, cases());
    stage.write_suite(&cases);
    Some((stage, cases))
}

const OF_SUITE: [&str; 5] = ["--models", "suite", "--init", "init.sql", "--json"];
