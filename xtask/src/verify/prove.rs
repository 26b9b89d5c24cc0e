//! Running init.sql where nobody is harmed, and reading what it declares.
//!
//! Must never: run it in a database that is served.

use anyhow::Result;
use pg_diff::dump::Dump;
use pg_live::facts::{Facts, facts};
use pg_live::seeds::{self, DeclaredSeeds};
use pg_live::shadow::{Declared, Shadow, ShadowFailure, ensure};
use pg_live::{Address, Session, database, load, quote_ident};

use crate::config::ShadowPlace;
use crate::context::{Ctx, Waited};
use crate::init_file::InitFile;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::target::{ServerState, Target};
use crate::tools::pg_dump::{self, Roles, SchemaDump};

/// What init.sql declares, read from a shadow it was proved on. It outlives
/// the shadow and its server.
pub struct Proven {
    pub dump: Dump,
    pub facts: Facts,
    pub seeds: DeclaredSeeds,
    pub roles: Roles,
}

/// Runs init.sql on a scratch database: it works, or we know where not.
pub fn prove(ctx: &Ctx, target: &Target, live: &Address, init: &InitFile) -> Result<Proven> {
    Proving::begin(ctx, target, live, init)?.end(ctx)
}

/// How the shadow's schema is read.
pub struct Reader<'a> {
    /// `pg_dump` of the server's own version, set up to reach an address.
    pub program: &'a dyn Fn(&Address) -> Result<Run>,
    pub roles: Roles,
}

/// Like [`prove`], on a server that is no target's.
pub fn prove_on(
    ctx: &Ctx,
    server: &Address,
    live: &Address,
    init: &InitFile,
    reader: Reader<'_>,
) -> Result<Proven> {
    Proving::begin_on(ctx, server, live, init, reader)?.end(ctx)
}

/// A proof on its way: the shadow is there, and is being dumped.
pub struct Proving {
    shadow: Shadow,
    dumping: SchemaDump,
    pub roles: Roles,
}

impl Proving {
    pub fn begin(ctx: &Ctx, target: &Target, live: &Address, init: &InitFile) -> Result<Proving> {
        let (server, elsewhere, roles) = shadow_server(ctx, target, live)?;
        let shadow_target = elsewhere.as_ref().unwrap_or(target);
        let program = |address: &Address| shadow_target.program(ctx, "pg_dump", address);
        Proving::begin_on(ctx, &server, live, init, Reader { program: &program, roles })
    }

    fn begin_on(
        ctx: &Ctx,
        server: &Address,
        live: &Address,
        init: &InitFile,
        Reader { program, roles }: Reader<'_>,
    ) -> Result<Proving> {
        let shadow = build_shadow(ctx, server, live, init)?;
        let dumping = pg_dump::start_schema(ctx, program(&shadow.address)?, roles)?;
        Ok(Proving { shadow, dumping, roles })
    }

    pub fn end(self, ctx: &Ctx) -> Result<Proven> {
        let (facts, seeds) = ctx.wait(async {
            let session = Session::connect(&self.shadow.address, "shadow").await?;
            let facts = facts(&session).await?;
            let seeds = seeds::declared(&session, &facts).await?;
            pg_live::Result::Ok((facts, seeds))
        })?;
        Ok(Proven { dump: self.dumping.finish(ctx)?, facts, seeds, roles: self.roles })
    }
}

/// The shadow of `init` on `server`, with the locale of `live` where that is
/// known there.
fn build_shadow(ctx: &Ctx, server: &Address, live: &Address, init: &InitFile) -> Result<Shadow> {
    ctx.term
        .equivalent("sql>", "CREATE DATABASE xtask_shadow_<hash of init.sql> TEMPLATE template0;");
    ctx.term.equivalent(
        "$",
        &format!("psql -1 -f {} # there, unless it was proved before", init.shown),
    );
    let made = ctx.wait(async {
        let session = maintenance(server).await?;
        let locale = locale_like(&session, live).await?;
        ensure(
            &session,
            Declared { hash: &init.shadow_hash(&server.user), sql: &init.text, after: "" },
            &locale,
        )
        .await
    });
    made.map_err(|why| no_shadow(init, why))
}

pub fn no_shadow(init: &InitFile, why: Waited<ShadowFailure>) -> anyhow::Error {
    match why {
        Waited::Failed(ShadowFailure::Declared(failure)) => init.fault(&failure),
        Waited::Failed(ShadowFailure::Server(error)) => {
            let denied = error.kind == pg_live::ErrorKind::Permission;
            let error = anyhow::Error::from(error)
                .context("making a scratch database on the target's server");
            if denied {
                let exit = crate::outcome::Exit::Failed;
                return Fault::new(exit, format!("{error:#}"))
                    .hint("let the role make databases (ALTER ROLE ... CREATEDB), or set shadow = \"local\" for the target in Cargo.toml")
                    .into();
            }
            error
        }
        Waited::Interrupted => Fault::interrupted().into(),
        Waited::Runtime(error) => error.into(),
    }
}

/// A connection that is on neither the live database nor a shadow.
pub async fn maintenance(server: &Address) -> pg_live::Result<Session> {
    match Session::connect(&server.with_database("postgres"), "maintenance").await {
        Err(error) if error.kind == pg_live::ErrorKind::NoDatabase => {
            Session::connect(&server.with_database("template1"), "maintenance").await
        }
        other => other,
    }
}

/// The locale of `like` if it is on this server, else what new databases get.
pub async fn locale_like(session: &Session, like: &Address) -> pg_live::Result<database::Locale> {
    for name in [like.database.as_str(), "template1", "postgres"] {
        if let Some(locale) = database::locale(session, name).await? {
            return Ok(locale);
        }
    }
    Ok(database::Locale::default())
}

/// Where scratch databases of a target are made, the target whose programs
/// reach that server when it is another, and whether its roles are the same.
pub fn shadow_server(
    ctx: &Ctx,
    target: &Target,
    address: &Address,
) -> Result<(Address, Option<Target>, Roles)> {
    match target {
        Target::Url(url) if url.shadow == ShadowPlace::Local => {
            let local = Target::named(ctx, "local")?;
            let server = match local.state(ctx)? {
                ServerState::Running(server) => server,
                ServerState::Stopped | ServerState::Absent => {
                    return Err(Fault::unavailable(
                        "the shadow of this target is made on `local`, which is not running",
                    )
                    .hint("start it: `cargo xtask up --target local`")
                    .into());
                }
            };
            Ok((server, Some(local), Roles::Different))
        }
        Target::Local(_) | Target::Compose(_) => Ok((address.clone(), None, Roles::Same)),
        Target::Url(_) => {
            let owns = ctx.wait(async {
                database::is_owner(&Session::connect(address, "db-verify").await?).await
            })?;
            Ok((address.clone(), None, if owns { Roles::Same } else { Roles::Different }))
        }
    }
}

/// Makes `new` with the locale of `like`, or of this server's new databases,
/// and runs init.sql in it.
pub fn create_and_load(ctx: &Ctx, like: &Address, new: &Address, init: &InitFile) -> Result<()> {
    let create = format!("CREATE DATABASE {} TEMPLATE template0;", quote_ident(&new.database));
    ctx.term.equivalent("sql>", &create);
    ctx.term.equivalent("$", &format!("psql -1 -d {} -f {}", new.database, init.shown));
    let loaded = ctx.wait(async {
        let session = maintenance(new).await.map_err(Building::Server)?;
        let locale = locale_like(&session, like).await.map_err(Building::Server)?;
        database::create(&session, &new.database, &locale).await.map_err(Building::Server)?;
        let inside = Session::connect(new, "db-rebuild").await.map_err(Building::Server)?;
        load(&inside, &init.text).await.map_err(Building::Declared)
    });
    match loaded {
        Ok(()) => Ok(()),
        Err(Waited::Failed(Building::Declared(failure))) => Err(init.fault(&failure)),
        Err(Waited::Failed(Building::Server(error))) => Err(error.into()),
        Err(Waited::Interrupted) => Err(Fault::interrupted().into()),
        Err(Waited::Runtime(error)) => Err(error.into()),
    }
}

enum Building {
    Server(pg_live::Error),
    Declared(pg_live::LoadFailure),
}
