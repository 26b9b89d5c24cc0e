//! git: which commit the checkout is at, what differs from one, and putting
//! files back as they were in one.
//!
//! Must never: change a file that it was not asked to, or decide on words:
//! exit status and what is listed decide.

use std::path::PathBuf;

use anyhow::Result;

use crate::context::Ctx;
use crate::proc::{Finished, Run};

/// How many commits are looked through for a file's content.
const SEARCHED: &str = "100";

/// What git answers; None when it is not there, is no repository, or refuses.
fn ask(ctx: &Ctx, words: &[&str], paths: &[String]) -> Option<String> {
    let run = Run::new("git").args(words.iter().copied()).arg("--").args(paths.iter().cloned());
    let finished = ctx.proc.capture(&run).ok()?;
    finished.is_success().then_some(finished.stdout)
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The commit the checkout is at; None outside git.
pub fn head(ctx: &Ctx) -> Option<String> {
    resolve(ctx, "HEAD")
}

/// The commit that a word names.
pub fn resolve(ctx: &Ctx, word: &str) -> Option<String> {
    let named = format!("{word}^{{commit}}");
    let run =
        Run::new("git").args(["rev-parse", "--verify", "--quiet", "--end-of-options", &named]);
    let finished = ctx.proc.capture(&run).ok()?;
    finished.is_success().then(|| finished.stdout.trim().to_owned())
}

/// Files that git does not know and was not told to ignore.
pub fn unknown(ctx: &Ctx, paths: &[String]) -> Vec<String> {
    let words = ["ls-files", "--others", "--exclude-standard"];
    ask(ctx, &words, paths).map_or_else(Vec::new, |text| lines(&text))
}

/// Files that are not as in a commit. New ones that git does not know are not
/// among them.
pub fn differing(ctx: &Ctx, commit: &str, paths: &[String]) -> Option<Vec<String>> {
    Some(lines(&ask(ctx, &["diff", "--name-only", "--relative", commit], paths)?))
}

/// Whether a path has anything in a commit or in the index.
pub fn knows(ctx: &Ctx, commit: &str, path: &str) -> bool {
    let with_tree = format!("--with-tree={commit}");
    ask(ctx, &["ls-files", &with_tree], &[path.to_owned()]).is_some_and(|it| !it.is_empty())
}

/// Commits that changed a file, newest first, of all branches.
pub fn history(ctx: &Ctx, path: &str) -> Vec<String> {
    let words = ["log", "--all", "--format=%H", "-n", SEARCHED];
    ask(ctx, &words, &[path.to_owned()]).map_or_else(Vec::new, |text| lines(&text))
}

/// A file as a commit has it.
pub fn show(ctx: &Ctx, commit: &str, path: &str) -> Option<String> {
    let run = Run::new("git").args(["show", &format!("{commit}:./{path}")]);
    let finished = ctx.proc.capture(&run).ok()?;
    finished.is_success().then_some(finished.stdout)
}

/// What [`restore`] runs.
pub fn restore_run(commit: &str, paths: &[String]) -> Run {
    Run::new("git").args(["restore", &format!("--source={commit}"), "--"]).args(paths.to_vec())
}

/// Makes files what they were in a commit. The index stays as it is.
pub fn restore(ctx: &Ctx, commit: &str, paths: &[String]) -> Result<()> {
    ctx.proc.read(&restore_run(commit, paths)).map(|_| ())
}

/// Where hooks are looked for: `core.hooksPath`, else the repository's own,
/// which all its worktrees share.
pub fn hooks_dir(ctx: &Ctx) -> Option<PathBuf> {
    let run = Run::new("git").args(["rev-parse", "--git-path", "hooks"]);
    let finished = ctx.proc.capture(&run).ok().filter(Finished::is_success)?;
    let folder = ctx.root.join(finished.stdout.trim_end());
    Some(folder.canonicalize().unwrap_or(folder))
}

/// The project as seen from the top of the repository: empty, or `a/b/`.
pub fn prefix(ctx: &Ctx) -> Option<String> {
    let finished = ctx.proc.capture(&Run::new("git").args(["rev-parse", "--show-prefix"])).ok()?;
    finished.is_success().then(|| finished.stdout.trim_end().to_owned())
}
