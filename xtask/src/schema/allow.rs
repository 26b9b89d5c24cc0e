//! Which hazards of a plan are allowed, and by whom.
//!
//! Must never: allow what was not named. `all` is for scratch databases.

use std::collections::BTreeSet;

use anyhow::Result;
use pg_diff::catalog::Kind;
use pg_diff::plan::{Hazard, HazardKind, Plan};
use pg_diff::rename;
use pg_live::Address;

use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::Fault;
use crate::schema::outlook::Outlook;
use crate::target::Target;

pub const FLAG: (&str, &str) = (
    "--allow HAZARD",
    "accept this hazard of the plan (`data-loss,long-lock`); may be repeated; `all` on scratch databases",
);

/// What may happen without asking further.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    kinds: BTreeSet<HazardKind>,
    /// `--allow all`.
    pub all: bool,
}

impl Allowed {
    /// Of the configuration, of the target, and of this run.
    pub fn of(ctx: &Ctx, rest: &mut Rest, target: &Target) -> Result<Allowed> {
        let mut allowed = Allowed::default();
        for words in rest.values("--allow")? {
            allowed.add(&words, "--allow", true)?;
        }
        for word in &ctx.config.metadata.allow {
            allowed.add(word, "`allow` in Cargo.toml", false)?;
        }
        if let Target::Url(url) = target {
            for word in &url.allow {
                allowed.add(word, "`allow` of the target in Cargo.toml", false)?;
            }
        }
        Ok(allowed)
    }

    fn add(&mut self, words: &str, origin: &str, may_be_all: bool) -> Result<()> {
        for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match HazardKind::from_word(word) {
                Some(kind) => {
                    self.kinds.insert(kind);
                }
                None if word == "all" && may_be_all => self.all = true,
                None => {
                    let known: Vec<&str> = HazardKind::ALL.iter().map(|kind| kind.word()).collect();
                    return Err(Fault::usage(format!("{origin}: there is no hazard `{word}`"))
                        .hint(format!("hazards: {}", known.join(", ")))
                        .into());
                }
            }
        }
        Ok(())
    }

    /// One kind more.
    #[must_use]
    pub fn and(mut self, kind: HazardKind) -> Allowed {
        self.kinds.insert(kind);
        self
    }

    pub fn permits(&self, kind: HazardKind) -> bool {
        kind.is_harmless() || self.all || self.kinds.contains(&kind)
    }

    /// Kinds that somebody still has to allow, each once.
    pub fn missing<'p>(&self, plan: &'p Plan) -> Vec<&'p Hazard> {
        plan.hazards().into_iter().filter(|hazard| !self.permits(hazard.kind)).collect()
    }
}

/// `all` gives up every question, so it is for databases nobody misses: on
/// this machine and with a name that says so, or with the name said again.
pub fn require_scratch(ctx: &Ctx, live: &Address) -> Result<()> {
    let is_named = ctx.globals.confirm_db.as_deref() == Some(live.database.as_str());
    let is_scratch = live.is_loopback() && ctx.globals.db_url.is_some();
    if is_named || is_scratch {
        return Ok(());
    }
    Err(Fault::refused(format!(
        "`--allow all` is for scratch databases on this machine, `{}` is none",
        live.database
    ))
    .hint(format!("name the hazards, or add `--confirm-db {}`", live.database))
    .into())
}

/// The flag that would allow these.
pub fn flag_for(missing: &[&Hazard]) -> String {
    let kinds: BTreeSet<HazardKind> = missing.iter().map(|hazard| hazard.kind).collect();
    let words: Vec<&str> = kinds.into_iter().map(HazardKind::word).collect();
    format!("--allow {}", words.join(","))
}

/// What can be lost is in rows: tables without one lose nothing.
pub fn forget_empty(found: &mut Outlook) {
    let Outlook { plan, renamed, empty, .. } = found;
    for step in &mut plan.steps {
        step.hazards.retain(|hazard| {
            let table = rename::old_name(renamed, &hazard.about.of(Kind::Table));
            hazard.kind != HazardKind::DataLoss || !empty.contains(&table)
        });
    }
}
