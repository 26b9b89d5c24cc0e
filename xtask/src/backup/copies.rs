//! Copies of backups in an S3-compatible store: `PREFIX/TARGET/DATABASE/LABEL/`,
//! the same files as here, the manifest last.
//!
//! Must never: call a copy one that has no manifest, or touch a name in the
//! store that is not a label of ours.

#[cfg(feature = "offsite")]
mod bucket;
pub mod fetch;
#[cfg(not(feature = "offsite"))]
mod not_built;
mod place;
mod upload;

pub use upload::Copied;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;

#[cfg(feature = "offsite")]
use bucket::Bucket;
#[cfg(not(feature = "offsite"))]
use not_built::Bucket;
use place::Place;

use super::encryption::is_left_clear;
use super::label::Label;
use super::manifest::{MANIFEST, PROOF};
use super::retention::{Candidate, Reason, judge};
use super::store::{Backup, PIN, file_name};
use crate::context::Ctx;
use crate::outcome::{Exit, Fault, exit_of};

/// So long somebody else may be at work on a copy that is half there.
const A_DAY: i64 = 24 * 3600;
/// A network's mood is asked so often.
const ATTEMPTS: u32 = 3;

pub struct Copies {
    bucket: Bucket,
    /// Ends in a slash.
    prefix: String,
    /// For people.
    pub shown: String,
}

/// The objects of one label, by file name.
#[derive(Clone, Debug)]
pub struct Copy {
    pub label: Label,
    pub files: BTreeMap<String, u64>,
}

impl Copy {
    /// Its manifest is written last.
    pub fn is_complete(&self) -> bool {
        self.files.contains_key(MANIFEST)
    }

    pub fn is_proven(&self) -> bool {
        self.files.contains_key(PROOF)
    }

    pub fn age_seconds(&self) -> i64 {
        Timestamp::now().as_second() - self.label.time.as_second()
    }

    pub fn bytes(&self) -> u64 {
        self.files.values().sum()
    }

    /// What is known here of the same backup counts, too.
    fn candidate(&self, here: Option<&Backup>) -> Candidate {
        Candidate {
            label: self.label.to_string(),
            time: self.label.time,
            is_proven: self.is_proven() || here.is_some_and(|it| it.proof.is_some()),
            is_pinned: here.map_or(self.files.contains_key(PIN), |it| it.is_pinned),
        }
    }
}

impl Copies {
    /// None where nobody asked for copies. Whoever did gets them, or an error.
    pub fn wanted(ctx: &Ctx, target: &str, database: &str) -> Result<Option<Copies>> {
        let Some(place) = Place::wanted(&ctx.config)? else { return Ok(None) };
        let slash = if place.prefix.is_empty() { "" } else { "/" };
        let prefix =
            format!("{}{slash}{}/{}/", place.prefix, file_name(target), file_name(database));
        Ok(Some(Copies { bucket: Bucket::open(&place)?, prefix, shown: place.shown() }))
    }

    /// Like [`Copies::wanted`], for those who ask for nothing else.
    pub fn required(ctx: &Ctx, target: &str, database: &str) -> Result<Copies> {
        Copies::wanted(ctx, target, database)?.ok_or_else(|| {
            Fault::failed("there is no store to copy backups to")
                .hint("`bucket` in `[workspace.metadata.xtask.backup.copy]` of `Cargo.toml` names one")
                .into()
        })
    }

    /// Everything under our labels, newest first; also what is half there.
    pub fn list(&self, ctx: &Ctx) -> Result<Vec<Copy>> {
        let mut all: BTreeMap<Label, BTreeMap<String, u64>> = BTreeMap::new();
        for object in retrying(ctx, || self.bucket.list(&self.prefix))? {
            let rest = object.key.strip_prefix(&self.prefix);
            let Some((label, name)) = rest.and_then(|it| it.split_once('/')) else { continue };
            let Some(label) = Label::parse(label) else { continue };
            all.entry(label).or_default().insert(name.to_owned(), object.bytes);
        }
        Ok(all.into_iter().rev().map(|(label, files)| Copy { label, files }).collect())
    }

    pub fn complete(&self, ctx: &Ctx) -> Result<Vec<Copy>> {
        Ok(self.list(ctx)?.into_iter().filter(Copy::is_complete).collect())
    }

    /// Of the backups that are here, what has no copy and would stay there:
    /// the others were let go of. What is older than every copy was made
    /// before there were any.
    pub fn missing(&self, ctx: &Ctx, here: &[Backup]) -> Result<Vec<Backup>> {
        let there = self.complete(ctx)?;
        let Some(first) = there.iter().map(|it| it.label.time).min() else { return Ok(Vec::new()) };
        let is_there = |it: &Backup| there.iter().any(|copy| copy.label == it.label);
        let mut missing: Vec<Backup> = here.to_vec();
        missing.retain(|it| it.label.time > first && !is_there(it));
        let twin = |copy: &Copy| here.iter().find(|it| it.label == copy.label);
        let copies = there.iter().map(|it| it.candidate(twin(it)));
        let all = copies.chain(missing.iter().map(Backup::candidate)).collect();
        let judged = judge(all, &ctx.config.metadata.retention, Timestamp::now());
        let stays = |label: &str| {
            judged.iter().any(|(by, reasons)| by.label == label && !reasons.is_empty())
        };
        missing.retain(|it| stays(&it.label.to_string()));
        // Nobody asked for what is in clear text to leave the machine.
        let is_clear = |it: &Backup| is_left_clear(ctx, &it.manifest);
        missing
            .into_iter()
            .filter_map(|it| match is_clear(&it) {
                Ok(false) => Some(Ok(it)),
                Ok(true) => None,
                Err(error) => Some(Err(error)),
            })
            .collect()
    }

    fn key(&self, label: &Label, name: &str) -> String {
        format!("{}{label}/{name}", self.prefix)
    }

    /// Each copy with what becomes of it. What a killed upload left goes when
    /// nobody can go on with it any more.
    pub fn judged(&self, ctx: &Ctx, here: &[Backup]) -> Result<Vec<(Copy, Option<Vec<Reason>>)>> {
        let all = self.list(ctx)?;
        let twin = |label: &Label| here.iter().find(|it| it.label == *label);
        let complete = all.iter().filter(|it| it.is_complete());
        let candidates = complete.map(|it| it.candidate(twin(&it.label))).collect();
        let judged = judge(candidates, &ctx.config.metadata.retention, Timestamp::now());
        let fate = |it: &Copy| match judged.iter().find(|(by, _)| by.label == it.label.to_string())
        {
            Some((_, reasons)) => Some(reasons.iter().copied().collect()),
            None if twin(&it.label).is_some() || it.age_seconds() < A_DAY => None,
            None => Some(Vec::new()),
        };
        Ok(all.iter().map(|it| (it.clone(), fate(it))).collect())
    }

    /// Removes a copy: its manifest first, so that half of it is none.
    pub fn remove(&self, ctx: &Ctx, copy: &Copy) -> Result<()> {
        let manifest = copy.files.keys().filter(|name| *name == MANIFEST);
        let others = copy.files.keys().filter(|name| *name != MANIFEST);
        for name in manifest.chain(others) {
            ctx.interrupt.check()?;
            retrying(ctx, || self.bucket.delete(&self.key(&copy.label, name)))?;
        }
        Ok(())
    }
}

/// Tries again what the network or the store could not do just now.
fn retrying<T>(ctx: &Ctx, mut work: impl FnMut() -> Result<T>) -> Result<T> {
    let mut attempt = 1;
    loop {
        ctx.interrupt.check()?;
        match work() {
            Err(error) if exit_of(&error) == Exit::Unavailable && attempt < ATTEMPTS => {
                ctx.interrupt.check()?;
                ctx.term.detail(&format!("{error:#}; again"));
                std::thread::sleep(Duration::from_secs(attempt.into()));
                attempt += 1;
            }
            done => return done,
        }
    }
}
