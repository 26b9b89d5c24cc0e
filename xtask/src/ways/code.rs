//! The code that belongs to a state of the database: the commit that init.sql
//! and the models were at, and going back to it.
//!
//! Must never: take a change away that is in no commit.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::Records;
use crate::backup::manifest::Manifest;
use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::schema::known::Known;
use crate::schema::reading::init_of_commit;
use crate::schema::rules::Rules;
use crate::target::Target;
use crate::tools::git;

const MODELS: &str = "shared/python/models";

/// Where the code was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    pub commit: String,
    /// init.sql or the models were not as in that commit.
    pub dirty: bool,
    pub init_sha256: String,
}

/// What somebody wants of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// As it was with that state.
    Recorded,
    /// As in a commit that they named.
    Named(String),
    /// As it is.
    Leave,
}

/// What becomes of the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing, and why.
    Leave(String),
    Restore {
        commit: String,
        paths: Vec<String>,
        /// What is not as in that commit.
        files: Vec<String>,
    },
}

impl Change {
    pub fn story(&self) -> String {
        match self {
            Change::Leave(why) => format!("the code stays: {why}"),
            Change::Restore { commit, files, .. } => {
                format!("the code as in {}: {}", short(commit), files.join(", "))
            }
        }
    }

    /// The command that does it.
    pub fn command(&self) -> Option<String> {
        match self {
            Change::Leave(_) => None,
            Change::Restore { commit, paths, .. } => Some(git::restore_run(commit, paths).shown()),
        }
    }
}

pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// What a state of the database is described by.
fn paths(ctx: &Ctx) -> Vec<String> {
    vec![ctx.config.metadata.init.display().to_string(), MODELS.to_owned()]
}

/// Empty when there is no file.
pub fn init_sha256(ctx: &Ctx) -> String {
    fs::read(ctx.root.join(&ctx.config.metadata.init))
        .map(|bytes| hex(&Sha256::digest(bytes)))
        .unwrap_or_default()
}

/// Where it is now, for the database that is served.
pub fn of_served(ctx: &Ctx, target: &Target) -> Option<Code> {
    present(ctx, Records::of(ctx, target).served().as_ref())
}

/// Where it was when a backup was made.
pub fn of_backup(manifest: &Manifest) -> Option<Code> {
    let git = manifest.git.as_ref()?;
    let (commit, init_sha256) = (git.commit.clone(), manifest.init_sha256.clone());
    Some(Code { commit, dirty: git.dirty, init_sha256 })
}

/// Where the code is now; None outside git. Files that a rollback put back
/// are not committed, and yet they are those of the commit they came from:
/// `served`.
pub fn present(ctx: &Ctx, served: Option<&Code>) -> Option<Code> {
    let (commit, paths) = (git::head(ctx)?, paths(ctx));
    let init_sha256 = init_sha256(ctx);
    let unknown = git::unknown(ctx, &paths);
    let is_of = |commit: &str| {
        unknown.is_empty() && git::differing(ctx, commit, &paths).is_some_and(|it| it.is_empty())
    };
    if is_of(&commit) {
        return Some(Code { commit, dirty: false, init_sha256 });
    }
    match served.filter(|code| !code.dirty && is_of(&code.commit)) {
        Some(code) => Some(Code { init_sha256, ..code.clone() }),
        None => Some(Code { commit, dirty: true, init_sha256 }),
    }
}

/// What nobody could bring back: in no commit, and not what a rollback put
/// there.
fn only_here(
    ctx: &Ctx,
    commit: &str,
    served: Option<&Code>,
    paths: &[String],
) -> Result<Vec<String>> {
    let known = ["HEAD", commit].into_iter().chain(served.map(|it| it.commit.as_str()));
    let mut files: Option<BTreeSet<String>> = None;
    for commit in known {
        // A commit that is gone vouches for nothing.
        let Some(differing) = git::differing(ctx, commit, paths) else { continue };
        let differing: BTreeSet<String> = differing.into_iter().collect();
        files = Some(match files {
            Some(files) => files.intersection(&differing).cloned().collect(),
            None => differing,
        });
    }
    let Some(mut files) = files else {
        return Err(Fault::failed("git does not tell what has changed").into());
    };
    files.extend(git::unknown(ctx, paths));
    Ok(files.into_iter().collect())
}

/// The commit whose init.sql was found equal to a schema before.
pub fn known(ctx: &Ctx, role: &str, rules: &Rules, (major, print): (u32, &str)) -> Option<Code> {
    let path = ctx.config.metadata.init.display().to_string();
    let known = Known::of(ctx);
    git::history(ctx, &path).into_iter().take(20).find_map(|commit| {
        let init = init_of_commit(ctx, &commit).ok()?;
        known.equal(&init, role, rules).filter(|equal| equal.is_of(major, print))?;
        let init_sha256 = hex(&Sha256::digest(git::show(ctx, &commit, &path)?.as_bytes()));
        Some(Code { commit, dirty: false, init_sha256 })
    })
}

/// The commit that has the code of a state, or why there is none.
fn commit_of(ctx: &Ctx, code: Option<&Code>) -> Result<String, String> {
    let Some(code) = code else {
        return Err("which commit belongs to that state is not known".to_owned());
    };
    if !code.dirty && git::resolve(ctx, &code.commit).is_some() {
        return Ok(code.commit.clone());
    }
    // It may have been committed afterwards.
    let path = ctx.config.metadata.init.display().to_string();
    let has_it = |commit: &String| {
        git::show(ctx, commit, &path)
            .is_some_and(|text| hex(&Sha256::digest(text.as_bytes())) == code.init_sha256)
    };
    git::history(ctx, &path)
        .into_iter()
        .find(has_it)
        .ok_or_else(|| "no commit has init.sql as it was with that state".to_owned())
}

/// What is to be done, and what is in its way.
pub fn change(
    ctx: &Ctx,
    wanted: Option<&Code>,
    wish: &Wish,
    served: Option<&Code>,
) -> Result<(Change, Option<Fault>)> {
    if *wish == Wish::Leave {
        return Ok((Change::Leave("--db-only".to_owned()), None));
    }
    if git::head(ctx).is_none() {
        return Ok((Change::Leave("this is no git repository with a commit".to_owned()), None));
    }
    let commit = match wish {
        Wish::Named(word) => match git::resolve(ctx, word) {
            Some(commit) => commit,
            None => return Err(Fault::usage(format!("git knows no commit `{word}`")).into()),
        },
        Wish::Recorded | Wish::Leave => match commit_of(ctx, wanted) {
            Ok(commit) => commit,
            Err(why) => {
                let why = format!("{why}; name one: `--with-code HEAD~1`");
                return Ok((Change::Leave(why), None));
            }
        },
    };
    let paths: Vec<String> =
        paths(ctx).into_iter().filter(|path| git::knows(ctx, &commit, path)).collect();
    if paths.is_empty() {
        let why = format!("{} has none of it", short(&commit));
        return Ok((Change::Leave(why), None));
    }
    let Some(files) = git::differing(ctx, &commit, &paths) else {
        return Err(Fault::failed(format!("git cannot compare with {}", short(&commit))).into());
    };
    if files.is_empty() {
        let why = format!("it is that of {} already", short(&commit));
        return Ok((Change::Leave(why), None));
    }
    let only_here = only_here(ctx, &commit, served, &paths)?;
    let obstacle = (!only_here.is_empty()).then(|| in_the_way(&only_here, &paths));
    Ok((Change::Restore { commit, paths, files }, obstacle))
}

fn in_the_way(files: &[String], paths: &[String]) -> Fault {
    Fault::refused(format!(
        "changes that are in no commit would be lost: {}; nothing was changed",
        files.join(", ")
    ))
    .hint(format!(
        "commit them, or put them aside: `git stash push --include-untracked -- {}`; or leave the code alone: `--db-only`",
        paths.join(" ")
    ))
}

/// Does it.
pub fn carry_out(ctx: &Ctx, change: &Change) -> Result<String> {
    if let Change::Restore { commit, paths, .. } = change {
        git::restore(ctx, commit, paths)?;
    }
    Ok(change.story())
}
