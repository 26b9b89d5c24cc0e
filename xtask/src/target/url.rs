//! A PostgreSQL that is already running somewhere.
//!
//! Must never: be started, stopped or made by us, or lose data on the word of
//! a URL alone.

use std::path::PathBuf;

use anyhow::{Context, Result};
use pg_live::{Address, ErrorKind, Session};

use crate::config::ShadowPlace;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::tools::postgres;
use crate::verify::maintenance;

#[derive(Debug)]
pub struct Url {
    pub name: String,
    pub address: Address,
    pub protected: bool,
    pub shadow: ShadowPlace,
    /// Hazards that the configuration allows there.
    pub allow: Vec<String>,
}

impl Url {
    /// `--db-url`: protected, unless it stays on this machine.
    pub fn ad_hoc(text: &str) -> Result<Url> {
        Url::parsed(text, "--db-url")
    }

    /// One that was typed at `origin`.
    pub fn parsed(text: &str, origin: &str) -> Result<Url> {
        let address = Address::parse(text).with_context(|| format!("reading `{origin}`"))?;
        let (protected, shadow) = (!address.is_loopback(), ShadowPlace::Target);
        Ok(Url { name: "url".to_owned(), address, protected, shadow, allow: Vec::new() })
    }

    /// A name from the configuration; `url` itself means `DATABASE_URL`.
    pub fn named(ctx: &Ctx, name: &str) -> Result<Url> {
        let named = ctx.config.metadata.targets.get(name);
        let variable = match named {
            Some(named) => named.url_env.as_str(),
            None if name == "url" => "DATABASE_URL",
            None => return Err(unknown(ctx, name).into()),
        };
        let Some(text) = ctx.config.value(variable) else {
            return Err(Fault::unavailable(format!(
                "target `{name}`: the variable `{variable}` is not set"
            ))
            .hint(format!("put `{variable}=postgresql://user:password@host/database` into `.env`"))
            .into());
        };
        let address = Address::parse(&text).with_context(|| format!("reading `{variable}`"))?;
        let (protected, shadow) = match named {
            Some(named) => (named.protected, named.shadow),
            None => (!address.is_loopback(), ShadowPlace::Target),
        };
        let allow = named.map(|named| named.allow.clone()).unwrap_or_default();
        Ok(Url { name: name.to_owned(), address, protected, shadow, allow })
    }

    /// A client program that is not older than the server.
    pub fn client(&self, ctx: &Ctx, program: &str) -> Result<PathBuf> {
        let version = ctx.wait(async {
            let session = match Session::connect(&self.address, "version").await {
                // One that is yet to be made.
                Err(error) if error.kind == ErrorKind::NoDatabase => {
                    maintenance(&self.address).await?
                }
                session => session?,
            };
            session.server_version().await
        })?;
        postgres::client(ctx, program, (version / 10_000).unsigned_abs())
    }
}

fn unknown(ctx: &Ctx, name: &str) -> Fault {
    let mut names = vec!["local", "compose", "url"];
    names.extend(ctx.config.metadata.targets.keys().map(String::as_str));
    Fault::usage(format!("there is no target `{name}`"))
        .hint(format!("targets here: {}", names.join(", ")))
}
