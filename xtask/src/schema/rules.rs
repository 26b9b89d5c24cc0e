//! What is left alone, and what is kept for a time: the rules of the
//! configuration and of this run.
//!
//! Must never: let a rule that cannot be read pass for one that fits nothing.

use anyhow::Result;
use pg_diff::filter::Filter;
use pg_diff::quarantine::Keep;
use sha2::{Digest, Sha256};

use crate::context::Ctx;
use crate::flags::Rest;
use crate::init_file::hex;
use crate::outcome::Fault;

pub const FLAGS: [(&str, &str); 2] = [
    (
        "--only GLOB",
        "leave everything else alone: `messages`, `audit.*`, `table:audit.*`; may be repeated",
    ),
    ("--exclude GLOB", "leave this alone, this once; may be repeated"),
];

/// Rules, and the words they come from.
#[derive(Clone, Debug)]
pub struct Rules {
    pub filter: Filter,
    /// What goes is kept so long instead.
    pub keep: Option<Keep>,
    words: Vec<String>,
}

impl Rules {
    pub fn of(ctx: &Ctx, rest: &mut Rest) -> Result<Rules> {
        Rules::new(ctx, rest.values("--only")?, rest.values("--exclude")?)
    }

    pub fn configured(ctx: &Ctx) -> Result<Rules> {
        Rules::new(ctx, Vec::new(), Vec::new())
    }

    fn new(ctx: &Ctx, only: Vec<String>, exclude: Vec<String>) -> Result<Rules> {
        let ignore = ctx.config.metadata.ignore.clone();
        let filter = Filter::read(&ignore, &only, &exclude).map_err(|bad| {
            Fault::usage(format!("the rule `{}`: {}", bad.rule, bad.why))
                .hint("rules are `glob` or `kind:glob`, `!` in front makes an exception")
        })?;
        let words = [ignore, vec!["only".to_owned()], only, vec!["exclude".to_owned()], exclude];
        Ok(Rules { filter, keep: None, words: words.concat() })
    }

    #[must_use]
    pub fn keeping(self, keep: Option<Keep>) -> Rules {
        Rules { keep, ..self }
    }

    /// Names these rules.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.words.join("\n").as_bytes())[..8])
    }
}
