//! The models against init.sql and live: read, made, compared.
//!
//! Must never: change anything but scratch databases.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Context, Result};
use pg_diff::Catalog;
use pg_diff::catalog::Kind;
use pg_diff::quarantine;
use pg_live::{Address, Session};

use super::equality::Equal;
use super::extraction::{Asked, Extraction, Importing};
use super::finding::Finding;
use super::ground::{self, Ground, Served, served};
use super::made::{Made, make, without_tables};
use super::python::Interpreter;
use super::rules;
use super::statements::{self, Texts};
use super::verdict::{Sides, Statements, Verdict};
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::schema::reading::{self, Reading};
use crate::schema::side::Side;
use crate::schema::workshop::Workshop;
use crate::target::Target;
use crate::tools::pg_dump::{self, Roles};

/// What is asked for.
pub struct Request {
    /// `MODULE[:ATTR]` of others; None for the project's own models.
    pub models: Option<String>,
    /// The file that declares; None for none.
    pub init: Option<PathBuf>,
    pub live: Live,
    pub python: Option<PathBuf>,
    /// Folders and files whose SQL is PREPAREd.
    pub statements: Vec<String>,
}

/// Whether the live database is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    Never,
    /// While its server is up.
    IfUp,
    /// Beside init.sql an empty database says nothing.
    UnlessEmpty,
    Always,
}

impl Request {
    /// The folder that places of the models are seen from.
    pub fn dir(&self, ctx: &Ctx) -> Result<PathBuf> {
        match self.models {
            Some(_) => std::env::current_dir().context("looking for the current folder"),
            None => Ok(ctx.root.clone()),
        }
    }
}

/// What was compared, and what was found.
pub struct Compared {
    pub verdict: Verdict,
    pub said: Extraction,
    pub interpreter: Interpreter,
    /// What the models make.
    pub made: Catalog,
    pub init: Option<Catalog>,
    pub live: Option<Catalog>,
    pub file: Option<InitFile>,
}

/// Everything that is found, before anything is left out.
pub fn verify(ctx: &Ctx, request: &Request) -> Result<Compared> {
    let served = served(ctx)?;
    // Python works while a server starts and init.sql is read.
    let known = ground::known_major(ctx, request.live, served.as_ref())?;
    let target = served.as_ref().map(|it| &*it.0);
    let ask = |major| ask(ctx, request, target, major);
    let ahead = RefCell::new(known.map(ask).transpose()?);
    compare(ctx, request, served.as_ref(), &|major| {
        ahead.take().filter(|it| it.major == major).map_or_else(|| ask(major), Ok)
    })
}

/// Reads the databases, asks the models for the tables they make on a server
/// of that major, and compares.
pub fn compare(
    ctx: &Ctx,
    request: &Request,
    served: Option<&Served>,
    ask: &dyn Fn(u32) -> Result<Importing>,
) -> Result<Compared> {
    let ground = ground(ctx, request, served)?;
    let workshop = &ground.workshop;
    let progress = ctx.term.progress("read the schema");
    let init = request.init.as_ref().map(|path| InitFile::at(ctx, path)).transpose()?;
    let declared = match &init {
        Some(init) => Some(reading::declared(ctx, workshop, init.clone())?),
        None => None,
    };
    let live = match &ground.live {
        Some(_) => {
            let mut live = Reading::of(ctx, workshop, &Side::Live)?;
            let kept = quarantine::kept(&live.catalog).into_keys().collect();
            live.catalog = quarantine::without(&live.catalog, &kept);
            Some(live)
        }
        None => None,
    };
    let is_left = |it: &Reading| {
        let is_empty = !it.catalog.objects.keys().any(|id| id.kind == Kind::Table);
        is_empty && init.is_some() && request.live == Live::UnlessEmpty
    };
    if let Some(it) = live.as_ref().filter(|it| is_left(it)) {
        ctx.term.status(&format!("{} is empty and not compared", it.shown));
    }
    let live = live.filter(|it| !is_left(it));
    let Some(there) = declared.as_ref().or(live.as_ref()) else {
        return Err(Fault::usage("neither init.sql nor a live database to compare with").into());
    };
    drop(progress);
    let progress = ctx.term.progress("ask the models");
    let importing = ask(there.catalog.major)?;
    let reading = match request.statements.as_slice() {
        [] => None,
        paths => Some(statements::begin(ctx, &importing.interpreter, paths)?),
    };
    let room = room(ctx, workshop, init.as_ref(), &there.catalog)?;
    let mut broken = Vec::new();
    let statements = match reading {
        Some(reading) => {
            let texts = statements::finish(ctx, reading, &request.dir(ctx)?)?;
            Some(prepared(ctx, workshop, (&texts, init.as_ref()), &mut broken)?)
        }
        None => None,
    };
    let Asked { models, interpreter, said } = importing.finish(ctx)?;
    drop(progress);
    let progress = ctx.term.progress("compare the models");
    let name = |it: &Option<Reading>| it.as_ref().map(|it| it.shown.clone());
    let sides = Sides { models, init: name(&declared), live: name(&live) };
    let (verdict, made) = if said.is_broken() {
        let own = rules::of_models(&said, None);
        (Verdict::new(sides, 0, own, [None, None]), Catalog::default())
    } else {
        let made = make(ctx, &room, &there.catalog, &said)?;
        let against = |side: &Option<Reading>| -> Result<Option<Vec<Finding>>> {
            side.as_ref().map(|it| findings(ctx, &said, &made, &it.catalog)).transpose()
        };
        let found = [against(&declared)?, against(&live)?];
        let mut own = rules::of_models(&said, Some(&made));
        own.append(&mut broken);
        let mut verdict = Verdict::new(sides, said.tables.len(), own, found);
        verdict.statements = statements;
        (verdict, made.catalog)
    };
    drop(progress);
    let (init_catalog, live) = (declared.map(|it| it.catalog), live.map(|it| it.catalog));
    Ok(Compared { verdict, said, interpreter, made, init: init_catalog, live, file: init })
}

/// The SQL of the files that were named, against init.sql, else live.
fn prepared(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    (texts, init): (&Texts, Option<&InitFile>),
    found: &mut Vec<Finding>,
) -> Result<Statements> {
    let schema = match init {
        Some(init) => workshop.shadow(init)?,
        None => workshop.live.clone(),
    };
    let prepared = statements::prepare(ctx, &schema, &texts.statements)?;
    found.extend(prepared.broken.iter().map(statements::Broken::finding));
    Ok(Statements {
        prepared: prepared.fine + prepared.broken.len(),
        skipped: prepared.unknown + texts.built,
    })
}

/// The project's models against what a file declares, where a workshop is
/// open already.
pub fn against_declared(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    declared: &Reading,
    init: &InitFile,
) -> Result<Verdict> {
    let interpreter = Interpreter::of_services(ctx, Some(&workshop.target))?;
    let importing = Importing::begin(ctx, interpreter, own_models(ctx)?, declared.catalog.major)?;
    let Asked { models, said, .. } = importing.finish(ctx)?;
    let sides = Sides { models, init: Some(declared.shown.clone()), live: None };
    if said.is_broken() {
        return Ok(Verdict::new(sides, 0, rules::of_models(&said, None), [None, None]));
    }
    let room = room(ctx, workshop, Some(init), &declared.catalog)?;
    let made = make(ctx, &room, &declared.catalog, &said)?;
    let found = findings(ctx, &said, &made, &declared.catalog)?;
    let own = rules::of_models(&said, Some(&made));
    Ok(Verdict::new(sides, said.tables.len(), own, [Some(found), None]))
}

fn findings(ctx: &Ctx, said: &Extraction, made: &Made, other: &Catalog) -> Result<Vec<Finding>> {
    let equal = Equal::ask(ctx, &made.session, &made.catalog, other)?;
    Ok(rules::between(rules::Sides { said, made, other, equal: &equal }))
}

fn ask(ctx: &Ctx, request: &Request, target: Option<&Target>, major: u32) -> Result<Importing> {
    let here = request.dir(ctx)?;
    let Some(models) = &request.models else {
        let own = own_models(ctx)?;
        let interpreter = match &request.python {
            Some(_) => Interpreter::of_others(ctx, &ctx.root, request.python.as_deref())?,
            None => Interpreter::of_services(ctx, target)?,
        };
        return Importing::begin(ctx, interpreter, own, major);
    };
    let interpreter = Interpreter::of_others(ctx, &here, request.python.as_deref())?;
    Importing::begin(ctx, interpreter, models.clone(), major)
}

/// The models that the project's configuration names.
pub fn own_models(ctx: &Ctx) -> Result<String> {
    ctx.config.metadata.models.clone().ok_or_else(|| {
        Fault::usage("the project names no models")
            .hint("name them: `--models MODULE[:ATTR]`, or `models = \"...\"` in Cargo.toml")
            .into()
    })
}

fn ground<'a>(ctx: &'a Ctx, request: &Request, served: Option<&Served>) -> Result<Ground<'a>> {
    match request.live {
        Live::Always | Live::UnlessEmpty => {
            let target = Rc::new(Target::resolve(ctx)?);
            let address = target.require_answering(ctx)?;
            Ground::of_target(ctx, target, address)
        }
        Live::IfUp => match served {
            Some((target, address)) => Ground::of_target(ctx, target.clone(), address.clone()),
            None => {
                ctx.term.status("the live database is not compared: its server is not up");
                Ground::alone(ctx, None)
            }
        },
        Live::Never => Ground::alone(ctx, served),
    }
}

/// A scratch database with all of a schema but its tables and views.
fn room(
    ctx: &Ctx,
    workshop: &Workshop<'_>,
    init: Option<&InitFile>,
    there: &Catalog,
) -> Result<Address> {
    let clearing = without_tables(there);
    if let Some(init) = init {
        return workshop.shadow_after(init, &clearing).context("making room for the models");
    }
    let scratch = copy_of_live(ctx, workshop)?;
    ctx.wait(async { Session::connect(&scratch, "models").await?.execute(&clearing).await })
        .map_err(anyhow::Error::from)
        .context("making room for the models")?;
    Ok(scratch)
}

/// The schema of the live database in a scratch one.
fn copy_of_live(ctx: &Ctx, workshop: &Workshop<'_>) -> Result<Address> {
    let program = workshop.target.program(ctx, "pg_dump", &workshop.live)?;
    let schema = ctx.proc.read(&pg_dump::schema_run(program, Roles::Different))?;
    let scratch = workshop.empty()?;
    let psql = workshop.program("psql", &scratch)?.args([
        "--no-psqlrc",
        "--no-password",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
    ]);
    let fed = ctx.proc.feed(&psql, |stdin| Ok(stdin.write_all(schema.as_bytes())?))?;
    ctx.proc.require_success(&psql, &fed).context("copying the live schema")?;
    Ok(scratch)
}
