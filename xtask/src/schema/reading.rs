//! The catalog of one side, and where it was read.
//!
//! Must never: compare catalogs of which one was not read by the same queries.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result};
use pg_diff::Catalog;
use pg_diff::catalog::{Body, Kind};
use pg_live::facts::facts;
use pg_live::seeds::{self, DeclaredSeeds, SeedReport};
use pg_live::{Address, Introspection, Session, footprint, introspect, quote_ident};

use super::known::{DeclaredSide, Equal, Known};
use super::seeding;
use super::side::Side;
use super::workshop::Workshop;
use crate::context::Ctx;
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::services;
use crate::target::Target;

/// One side, read.
pub struct Reading {
    /// What people call it.
    pub shown: String,
    pub catalog: Catalog,
    /// Of the catalog as it was read, before any rule.
    pub fingerprint: String,
    pub place: Place,
    /// The file that declares it.
    pub init: Option<InitFile>,
    pub seeds: Option<DeclaredSeeds>,
    /// Owners and privileges are part of it.
    pub has_roles: bool,
    /// Only tables and what they are made of: the models say no more.
    pub is_partial: bool,
}

/// Where a schema lies.
#[derive(Clone)]
pub enum Place {
    /// A database that is served; the target's programs reach it.
    Served(Address, Rc<Target>),
    /// The shadow of the reading's file. It may have to be built first.
    Shadow,
    /// A scratch database of this run.
    Scratch(Address),
}

/// What a look at the live database brought.
pub enum Looked {
    /// It is what the file declares, and was found so before; and its seed
    /// rows.
    Equal(SeedReport),
    Read(Box<Reading>),
}

/// Reads the live database. Where its rows are those of an earlier reading,
/// and what was read then is known to equal the file, nothing is read.
pub fn look(
    ctx: &Ctx,
    target: &Rc<Target>,
    live: &Address,
    known: Option<Equal>,
) -> Result<Looked> {
    let earlier = Known::of(ctx);
    let equals = |seen: &(u32, String)| known.as_ref().filter(|it| it.is_of(seen.0, &seen.1));
    let looked = ctx.wait(async {
        let session = Session::connect(live, "schema").await?;
        let mut equal = None;
        let is_known = |footprint: &str| {
            equal = earlier.read_at(footprint).as_ref().and_then(equals);
            equal.is_some()
        };
        let footprint = footprint(&session, is_known).await?;
        if let Some(equal) = equal {
            return pg_live::Result::Ok(Err(seeds::compare(&equal.seeds, &session).await?));
        }
        let reading = Introspection::begin(&session).await?;
        let seen = (reading.catalog().major, reading.catalog().fingerprint());
        let equal = equals(&seen);
        let catalog = match equal {
            Some(_) => reading.without_dependencies().await?,
            None => reading.with_dependencies().await?,
        };
        if footprint.held(&session).await? {
            note_read(ctx, &earlier, &footprint.text, &seen);
        }
        match equal {
            Some(equal) => Ok(Err(seeds::compare(&equal.seeds, &session).await?)),
            None => Ok(Ok((catalog, seen.1))),
        }
    })?;
    Ok(match looked {
        Err(seeds) => Looked::Equal(seeds),
        Ok((catalog, fingerprint)) => Looked::Read(Box::new(Reading {
            shown: live.database.clone(),
            catalog,
            fingerprint,
            place: Place::Served(live.clone(), target.clone()),
            init: None,
            seeds: None,
            has_roles: true,
            is_partial: false,
        })),
    })
}

/// The next run need not read what is as it was.
fn note_read(ctx: &Ctx, known: &Known, footprint: &str, seen: &(u32, String)) {
    // Only the next run's time is lost.
    if let Err(error) = known.note_read(footprint, seen) {
        ctx.term.warn(&format!("this reading is not remembered: {error:#}"));
    }
}

impl Reading {
    pub fn of(ctx: &Ctx, workshop: &Workshop<'_>, side: &Side) -> Result<Reading> {
        match side {
            Side::Live => read_live(ctx, &workshop.target, &workshop.live),
            Side::Database(target) => {
                let mut reading = read_live(ctx, target, &target.require_answering(ctx)?)?;
                reading.shown = format!("{} of target `{}`", reading.shown, target.name());
                // Another server has other roles.
                reading.has_roles = false;
                Ok(reading)
            }
            Side::Init(path) => declared(ctx, workshop, InitFile::at(ctx, path)?),
            Side::Git(reference) => declared(ctx, workshop, init_of_commit(ctx, reference)?),
            Side::Models => models(ctx, workshop),
            Side::Dump(file) => dump(ctx, workshop, file),
        }
    }
}

fn read_live(ctx: &Ctx, target: &Rc<Target>, live: &Address) -> Result<Reading> {
    match look(ctx, target, live, None)? {
        Looked::Read(reading) => Ok(*reading),
        Looked::Equal(_) => Err(Fault::failed("nothing was said to be known").into()),
    }
}

/// What a file declares: from an earlier run, else from its shadow.
pub fn declared(ctx: &Ctx, workshop: &Workshop<'_>, init: InitFile) -> Result<Reading> {
    let known = Known::of(ctx);
    let (_, key) = workshop.shadow_key(&init)?;
    let side = match known.declared(&key) {
        Some(side) => side,
        None => {
            let shadow = workshop.shadow(&init)?;
            let side = ctx.wait(async {
                let session = Session::connect(&shadow, "shadow").await?;
                let catalog = introspect(&session).await?;
                let facts = facts(&session).await?;
                let rules = seeding::rules(&init, &catalog);
                let seeds = seeds::declared_by(&session, &facts, &rules).await?;
                pg_live::Result::Ok(DeclaredSide { catalog, seeds })
            })?;
            known.note_declared(&key, &side)?;
            side
        }
    };
    Ok(Reading {
        shown: init.shown.clone(),
        fingerprint: side.catalog.fingerprint(),
        catalog: side.catalog,
        place: Place::Shadow,
        init: Some(init),
        seeds: Some(side.seeds),
        has_roles: true,
        is_partial: false,
    })
}

/// init.sql and what it includes, as a commit has them.
pub fn init_of_commit(ctx: &Ctx, reference: &str) -> Result<InitFile> {
    let init = ctx.config.metadata.init.display().to_string();
    let show = |name: &str| Run::new("git").args(["show", &format!("{reference}:./{name}")]);
    let mut file = InitFile::through(&init, PathBuf::new(), &mut |name| {
        let run = show(name);
        let finished = ctx.proc.capture(&run)?;
        if !finished.is_success() {
            let words = finished.last_words();
            return Err(Fault::failed(format!("git has no `{name}` of `{reference}`: {words}"))
                .hint("commits with the file: `git log --oneline -- infrastructure/postgres`")
                .into());
        }
        Ok(finished.stdout.into_bytes())
    })?;
    file.shown = format!("{init} of {reference}");
    Ok(file)
}

/// What the models would make, in a scratch database.
fn models(ctx: &Ctx, workshop: &Workshop<'_>) -> Result<Reading> {
    services::prepare_python(ctx, &workshop.target)?;
    let script = include_str!("models_ddl.py");
    let run = services::python(ctx, &workshop.target, ["-c", script])?;
    let sql = ctx.proc.read(&run).context("asking the models for their tables")?;
    let extensions = extensions(ctx, workshop)?;
    let scratch = workshop.empty()?;
    let catalog = ctx
        .wait(async {
            let session = Session::connect(&scratch, "models").await.map_err(unplaced)?;
            pg_live::load(&session, &format!("{extensions}{sql}")).await?;
            // `load` leaves another search_path: definitions are read without.
            let session = Session::connect(&scratch, "models").await.map_err(unplaced)?;
            introspect(&session).await.map_err(unplaced)
        })
        .map_err(|why| match why {
            crate::context::Waited::Failed(failure) => anyhow::Error::from(failure.error)
                .context("making the tables of the models in a scratch database"),
            crate::context::Waited::Interrupted => Fault::interrupted().into(),
            crate::context::Waited::Runtime(error) => error.into(),
        })?;
    Ok(scratch_reading("the models".to_owned(), catalog, scratch, true))
}

/// The models say nothing of extensions; those of init.sql are meant.
fn extensions(ctx: &Ctx, workshop: &Workshop<'_>) -> Result<String> {
    let declared = declared(ctx, workshop, InitFile::read(ctx)?)?;
    // Those that every database has are in a namespace that nobody may make.
    let extensions = declared.catalog.objects.iter().filter(|(id, object)| {
        let own = |it: &pg_diff::catalog::Extension| it.namespace.starts_with("pg_");
        id.kind == Kind::Extension && !matches!(&object.body, Body::Extension(it) if own(it))
    });
    let create = extensions.map(|(id, object)| {
        let extension = if let Body::Extension(it) = &object.body { Some(it) } else { None };
        let namespace = extension.map_or("public", |it| it.namespace.as_str());
        format!(
            "CREATE SCHEMA IF NOT EXISTS {namespace}; CREATE EXTENSION IF NOT EXISTS {} SCHEMA {namespace};\n",
            quote_ident(&id.name),
            namespace = quote_ident(namespace)
        )
    });
    Ok(create.collect())
}

fn unplaced(error: pg_live::Error) -> pg_live::LoadFailure {
    pg_live::LoadFailure { error, offset: None, finished: 0 }
}

/// A dump's schema, loaded into a scratch database.
fn dump(ctx: &Ctx, workshop: &Workshop<'_>, file: &Path) -> Result<Reading> {
    let shown = file.strip_prefix(&ctx.root).unwrap_or(file).display().to_string();
    let scratch = workshop.empty()?;
    super::clone::load_dump(ctx, workshop, file, &scratch)
        .with_context(|| format!("loading the schema of `{shown}` into a scratch database"))?;
    let mut catalog =
        ctx.wait(async { introspect(&Session::connect(&scratch, "dump").await?).await })?;
    // A schema says nothing of what is in a view; here it had no rows to hold.
    for object in catalog.objects.values_mut() {
        if let Body::MaterializedView(view) = &mut object.body {
            view.is_populated = true;
        }
    }
    Ok(scratch_reading(shown, catalog, scratch, false))
}

fn scratch_reading(shown: String, catalog: Catalog, scratch: Address, is_partial: bool) -> Reading {
    Reading {
        shown,
        fingerprint: catalog.fingerprint(),
        catalog,
        place: Place::Scratch(scratch),
        init: None,
        seeds: None,
        has_roles: false,
        is_partial,
    }
}
