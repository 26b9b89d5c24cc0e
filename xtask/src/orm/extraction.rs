//! What the models say, as `dump.py` tells it.
//!
//! Must never: import a model by itself, or believe a type's name: DDL goes
//! to PostgreSQL, which spells it.

use std::fmt;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::python::Interpreter;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::{Finished, Started};

const SCRIPT: &str = include_str!("dump.py");
/// What the script ends with where SQLAlchemy is not to be had.
const NO_SQLALCHEMY: i32 = 3;

/// A place in a file of the project, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Extraction {
    /// The driver that refuses what others convert.
    pub asyncpg: bool,
    /// The class that most of the models inherit from.
    pub base: Option<Base>,
    pub faults: Vec<Broken>,
    pub unimported: Vec<Unimported>,
    pub tables: Vec<ModelTable>,
    pub relationships: Vec<Relationship>,
    /// Enums and domains that the models make.
    pub types: Vec<Statement>,
    pub sequences: Vec<Statement>,
    /// Tables, then what needs other tables.
    pub statements: Vec<Statement>,
}

/// A declarative base.
#[derive(Clone, Debug, Deserialize)]
pub struct Base {
    pub module: String,
    pub name: String,
}

/// What of the models does not work by itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Broken {
    pub kind: BrokenKind,
    pub message: String,
    pub place: Option<Place>,
    pub table: Option<String>,
    pub about: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokenKind {
    /// There is no such module.
    Absent,
    /// Importing it fails.
    Import,
    /// `configure_mappers()` fails, as the first query would.
    Mapping,
    /// It cannot be spelled as DDL.
    Ddl,
}

/// A module that describes a table, which nobody imports.
#[derive(Clone, Debug, Deserialize)]
pub struct Unimported {
    pub module: String,
    pub table: String,
    pub place: Place,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Statement {
    /// The key of the table it is of.
    pub table: String,
    /// `table`, `index ix_a`, `foreign key (a)`, ...
    pub about: String,
    pub sql: String,
    pub place: Option<Place>,
    pub schema: Option<String>,
    pub name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ModelTable {
    /// As SQLAlchemy calls it: with its schema where it has one.
    pub key: String,
    pub schema: Option<String>,
    pub name: String,
    pub class: Option<String>,
    pub place: Option<Place>,
    pub columns: Vec<ModelColumn>,
    pub constraints: Vec<ModelPart>,
    pub indexes: Vec<ModelPart>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ModelColumn {
    pub name: String,
    pub attribute: String,
    pub place: Option<Place>,
    pub python_default: Option<PythonDefault>,
    pub server_default: bool,
    /// `FetchedValue`: the server fills it in, however.
    pub fetched: bool,
    #[serde(rename = "enum")]
    pub enumeration: Option<ModelEnum>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct PythonDefault {
    pub kind: PythonDefaultKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PythonDefaultKind {
    Scalar,
    Callable,
    Expression,
    Sequence,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ModelEnum {
    pub schema: Option<String>,
    pub name: String,
    /// A type of the database; else a string whose values the models name.
    pub native: bool,
    pub labels: Vec<String>,
}

/// A constraint or an index.
#[derive(Clone, Debug, Deserialize)]
pub struct ModelPart {
    /// None where the models leave the name to the server.
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub place: Option<Place>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Relationship {
    pub class: String,
    pub attribute: String,
    pub place: Option<Place>,
    pub direction: Direction,
    pub target: String,
    pub has_secondary: bool,
    pub cascade_delete: bool,
    pub passive_deletes: bool,
    pub pairs: Vec<Pair>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Direction {
    #[serde(rename = "ONETOMANY")]
    OneToMany,
    #[serde(rename = "MANYTOONE")]
    ManyToOne,
    #[serde(rename = "MANYTOMANY")]
    ManyToMany,
}

/// Columns that a relationship joins; tables by their keys.
#[derive(Clone, Debug, Deserialize)]
pub struct Pair {
    pub local_table: String,
    pub remote_table: String,
    pub remote: String,
}

/// Models that are being imported.
pub struct Importing {
    /// `MODULE[:ATTR]`.
    pub models: String,
    pub interpreter: Interpreter,
    /// The server that their DDL is for.
    pub major: u32,
    started: Started,
}

impl Importing {
    /// Begins to import `MODULE[:ATTR]`, which takes a second.
    pub fn begin(
        ctx: &Ctx,
        interpreter: Interpreter,
        models: String,
        major: u32,
    ) -> Result<Importing> {
        let request = json!({ "models": models, "paths": interpreter.paths, "major": major });
        ctx.term.equivalent("$", &format!("{} # imports `{models}`", interpreter.shown));
        let started = interpreter.ask(ctx, "dump.py", SCRIPT, &request.to_string())?;
        Ok(Importing { models, interpreter, major, started })
    }

    /// Everything that they describe.
    pub fn finish(self, ctx: &Ctx) -> Result<Asked> {
        let Importing { models, interpreter, started, .. } = self;
        let said = told(&interpreter, &models, ctx.proc.wait(started)?)?;
        Ok(Asked { models, interpreter, said })
    }
}

/// Models that were asked, and who asked.
pub struct Asked {
    /// `MODULE[:ATTR]`.
    pub models: String,
    pub interpreter: Interpreter,
    pub said: Extraction,
}

fn told(interpreter: &Interpreter, models: &str, finished: Finished) -> Result<Extraction> {
    if finished.status == NO_SQLALCHEMY {
        return Err(interpreter.without_sqlalchemy(&finished.last_words()).into());
    }
    if !finished.is_success() {
        let (status, words) = (finished.status, finished.last_words());
        return Err(Fault::failed(format!(
            "asking the models of `{models}`: {} ended with {status}: {words}",
            interpreter.shown
        ))
        .into());
    }
    let said: Extraction = serde_json::from_str(&finished.stdout)
        .with_context(|| format!("reading what {} says of `{models}`", interpreter.shown))?;
    for fault in &said.faults {
        if fault.kind == BrokenKind::Absent {
            return Err(Fault::usage(format!(
                "there are no models in `{models}`: {}",
                fault.message
            ))
            .hint("`--models MODULE[:ATTR]`, seen from here: a module, a package, a file")
            .into());
        }
    }
    Ok(said)
}

impl Extraction {
    /// They could not be imported: nothing is known of them.
    pub fn is_broken(&self) -> bool {
        self.faults.iter().any(|it| it.kind == BrokenKind::Import)
    }

    pub fn table(&self, key: &str) -> Option<&ModelTable> {
        self.tables.iter().find(|it| it.key == key)
    }
}
