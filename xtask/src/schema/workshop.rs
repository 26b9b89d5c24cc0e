//! Where scratch databases of this run are made, and dropped when it is over.
//!
//! Must never: leave one behind, whatever the run ended with. One of a run
//! that was killed is dropped by the next.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::Result;
use pg_live::Address;
use pg_live::scratch::{Origin, Scratch};
use pg_live::shadow::{self, Declared};
use sha2::{Digest, Sha256};

use crate::context::Ctx;
use crate::init_file::{InitFile, hex};
use crate::outcome::Fault;
use crate::proc::Run;
use crate::target::Target;
use crate::tools::pg_dump::Roles;
use crate::verify;

pub struct Workshop<'a> {
    ctx: &'a Ctx,
    /// The target of this run and its database.
    pub target: Rc<Target>,
    pub live: Address,
    /// The server that scratch databases are on, by its maintenance database
    /// or any other.
    server: Address,
    /// Whose programs reach that server.
    programs: Rc<Target>,
    /// Whether its roles are those of the live server.
    pub roles: Roles,
    made: RefCell<Vec<Scratch>>,
}

impl<'a> Workshop<'a> {
    pub fn open(ctx: &'a Ctx, target: Rc<Target>, live: Address) -> Result<Workshop<'a>> {
        let (server, elsewhere, roles) = verify::shadow_server(ctx, &target, &live)?;
        let programs = elsewhere.map_or_else(|| target.clone(), Rc::new);
        Ok(Workshop { ctx, target, live, server, programs, roles, made: RefCell::default() })
    }

    /// The role that owns what is made here.
    pub fn role(&self) -> &str {
        &self.server.user
    }

    /// One of PostgreSQL's programs, set up to reach a scratch database.
    pub fn program(&self, name: &str, address: &Address) -> Result<Run> {
        self.programs.program(self.ctx, name, address)
    }

    /// The shadow of some files: found, or built now.
    pub fn shadow(&self, init: &InitFile) -> Result<Address> {
        self.ctx.term.equivalent(
            "$",
            &format!(
                "psql -1 -f {} # in a scratch database, unless it ran there before",
                init.shown
            ),
        );
        self.shadow_after(init, "")
    }

    /// The shadow of some files and of statements that run after them: found,
    /// or built now.
    pub fn shadow_after(&self, init: &InitFile, after: &str) -> Result<Address> {
        let mut hash = init.shadow_hash(self.role());
        if !after.is_empty() {
            hash = hex(&Sha256::digest(format!("{hash}\n{after}").as_bytes()));
        }
        let declared = Declared { hash: &hash, sql: &init.text, after };
        let made = self.ctx.wait(async {
            let session = verify::maintenance(&self.server).await?;
            let locale = verify::locale_like(&session, &self.live).await?;
            shadow::ensure(&session, declared, &locale).await
        });
        Ok(made.map_err(|why| verify::no_shadow(init, why))?.address)
    }

    /// What the shadow of some files is called here, and what shapes it besides.
    pub fn shadow_key(&self, init: &InitFile) -> Result<(Address, String)> {
        let hash = init.shadow_hash(self.role());
        let (name, locale) = self.ctx.wait(async {
            let session = verify::maintenance(&self.server).await?;
            let locale = verify::locale_like(&session, &self.live).await?;
            pg_live::Result::Ok((shadow::name(&session, &hash).await?, locale))
        })?;
        let key = format!("{name} {locale:?}");
        Ok((self.server.with_database(&name), key))
    }

    /// An empty scratch database with the locale of the live one.
    pub fn empty(&self) -> Result<Address> {
        self.make(None)
    }

    /// A writable copy of a scratch database that nobody is in.
    pub fn copy_of(&self, template: &Address) -> Result<Address> {
        self.make(Some(&template.database))
    }

    fn make(&self, template: Option<&str>) -> Result<Address> {
        let shown = template.map_or("template0", |name| name);
        self.ctx
            .term
            .equivalent("sql>", &format!("CREATE DATABASE xtask_clone_<random> TEMPLATE {shown};"));
        let random = getrandom::u64()
            .map_err(|error| Fault::failed(format!("no random numbers to be had: {error}")))?;
        let scratch = self.ctx.wait(async {
            let session = verify::maintenance(&self.server).await?;
            let locale = verify::locale_like(&session, &self.live).await?;
            let origin = template.map_or(Origin::Empty(&locale), Origin::CopyOf);
            Scratch::create(session, random, origin).await
        })?;
        let address = scratch.address.clone();
        self.made.borrow_mut().push(scratch);
        Ok(address)
    }
}

impl Drop for Workshop<'_> {
    fn drop(&mut self) {
        let made = std::mem::take(&mut *self.made.borrow_mut());
        if made.is_empty() {
            return;
        }
        let dropped = self.ctx.interrupt.shield(|| {
            self.ctx.wait(async {
                for scratch in made {
                    scratch.drop().await?;
                }
                pg_live::Result::Ok(())
            })
        });
        if let Err(error) = dropped {
            let error = anyhow::Error::from(error);
            self.ctx.term.warn(&format!("a scratch database is left for the next run: {error:#}"));
        }
    }
}
