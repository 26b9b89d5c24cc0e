//! Which Python imports the models: the one that was named, the project's own
//! environment, the one that is active, the one on `PATH`.
//!
//! Must never: install anything where an interpreter with SQLAlchemy is there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::{Run, Started};
use crate::services;
use crate::target::Target;
use crate::tools::python::{Environment, find_python};

/// Folders that people keep a project's environment in.
const USUAL: [&str; 3] = [".venv", "venv", "env"];

/// Runs what stdin brings. It is over before there is much to collect.
const LOADER: &str = "import gc, json, sys; gc.disable(); it = json.load(sys.stdin); sys.argv[1:] = [it['request']]; \
    exec(compile(it['script'], it['name'], 'exec'), {'__name__': '__main__'})";

/// Importing it takes ten times as long.
const HAS_SQLALCHEMY: &str =
    "import sys; from importlib.util import find_spec; sys.exit(find_spec('sqlalchemy') is None)";

#[derive(Clone)]
pub struct Interpreter {
    pub run: Run,
    pub shown: String,
    /// What comes first in its module path.
    pub paths: Vec<String>,
}

impl Interpreter {
    /// The one the services run on, which may be in the api's container.
    pub fn of_services(ctx: &Ctx, target: Option<&Target>) -> Result<Interpreter> {
        let paths = vec![".".to_owned()];
        if let Some(Target::Compose(compose)) = target {
            let run = services::piped_python(ctx, compose)?;
            let shown = "python in the container of the api".to_owned();
            return Ok(Interpreter { run, shown, paths });
        }
        let environment = ensured(ctx)?;
        Ok(Interpreter::at(&environment.python(), &ctx.root, paths))
    }

    /// The one for models that are not the project's.
    pub fn of_others(ctx: &Ctx, here: &Path, named: Option<&Path>) -> Result<Interpreter> {
        let paths = vec![here.display().to_string(), ctx.root.display().to_string()];
        if let Some(python) = named {
            return Ok(Interpreter::at(&here.join(python), here, paths));
        }
        let own = USUAL.iter().map(|name| here.join(name).join("bin/python"));
        let active =
            ctx.config.ambient("VIRTUAL_ENV").map(|dir| PathBuf::from(dir).join("bin/python"));
        let services = Environment::services(ctx).ok().filter(|it| it.is_ready().unwrap_or(false));
        let candidates = own
            .filter(|python| python.is_file())
            .chain(active)
            .chain(find_python(ctx))
            .chain(services.map(|it| it.python()));
        for python in candidates {
            let interpreter = Interpreter::at(&python, here, paths.clone());
            let asked = interpreter.run.clone().args(["-c", HAS_SQLALCHEMY]);
            if ctx.proc.capture(&asked).is_ok_and(|it| it.is_success()) {
                return Ok(interpreter);
            }
            ctx.term.detail(&format!("no SQLAlchemy in `{}`", python.display()));
        }
        ctx.term.status("no SQLAlchemy here: the environment of the services is used");
        let environment = ensured(ctx).context(
            "no Python with SQLAlchemy was found (name one with `--python PATH`), and making one",
        )?;
        Ok(Interpreter::at(&environment.python(), here, paths))
    }

    fn at(python: &Path, dir: &Path, paths: Vec<String>) -> Interpreter {
        // Nothing of theirs is to be changed, not even a cache.
        let run = Run::new(python).dir(dir).env("PYTHONDONTWRITEBYTECODE", "1");
        Interpreter { run, shown: python.display().to_string(), paths }
    }

    /// Runs a script of ours with a request, which it finds in `sys.argv[1]`.
    /// Both go in by stdin: no command line holds whole files.
    pub fn ask(&self, ctx: &Ctx, name: &str, script: &str, request: &str) -> Result<Started> {
        let run = self.run.clone().args(["-c", LOADER]);
        let input = json!({ "name": name, "script": script, "request": request });
        ctx.proc.start_told(run, &input.to_string())
    }

    /// What [`Interpreter::ask`] comes to; a status that is not 0 is a failure.
    pub fn answer(&self, ctx: &Ctx, name: &str, script: &str, request: &str) -> Result<String> {
        let finished = ctx.proc.wait(self.ask(ctx, name, script, request)?)?;
        if finished.is_success() {
            return Ok(finished.stdout);
        }
        let (status, words) = (finished.status, finished.last_words());
        let said = format!("{name} in {} ended with {status}: {words}", self.shown);
        Err(Fault::failed(said).into())
    }

    pub fn without_sqlalchemy(&self, words: &str) -> Fault {
        Fault::unavailable(format!("importing SQLAlchemy 2 with `{}`: {words}", self.shown)).hint(
            "name an interpreter that has it: `--python PATH`, or install it there: \
             `python -m pip install 'sqlalchemy>=2'`",
        )
    }
}

/// True where the services' own one can be asked without making it first.
pub fn is_at_hand(ctx: &Ctx, target: &Target) -> bool {
    match target {
        Target::Compose(compose) => services::piped_python(ctx, compose).is_ok(),
        Target::Local(_) | Target::Url(_) => {
            Environment::services(ctx).and_then(|it| it.is_ready()).unwrap_or(false)
        }
    }
}

fn ensured(ctx: &Ctx) -> Result<Environment> {
    let environment = Environment::services(ctx)?;
    if !environment.is_ready()? {
        ctx.term.status("making the Python environment from requirements.txt, once");
        environment.ensure(ctx)?;
    }
    Ok(environment)
}
