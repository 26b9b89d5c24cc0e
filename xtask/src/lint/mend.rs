//! `--fix`: the edits of findings that can be mended without changing what the
//! file makes.
//!
//! Must never: write a file that reads worse than before, or over a change
//! that somebody made meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use pg_diff::declared::{SourceFile, parts};
use pg_lint::{Edit, Placed, Sheet, apply};

use crate::context::Ctx;
use crate::outcome::Fault;

/// Mends what can be; one line for each finding that is gone, or would be.
pub fn mend(ctx: &Ctx, sheet: &Sheet, left: &[Placed]) -> Result<Vec<String>> {
    let mut edits: BTreeMap<&Arc<str>, Vec<Edit>> = BTreeMap::new();
    let mut lines = Vec::new();
    for placed in left {
        let (Some(fix), Some(text)) = (&placed.finding.fix, sheet.files.get(&placed.file)) else {
            continue;
        };
        let place = SourceFile::new(&placed.file, text).span(placed.finding.range.clone());
        lines.push(format!("{place}: {} ({})", fix.title, placed.finding.rule));
        edits.entry(&placed.file).or_default().extend(fix.edits.iter().cloned());
    }
    if ctx.globals.dry_run {
        return Ok(lines);
    }
    for (name, edits) in edits {
        let Some(text) = sheet.files.get(name) else { continue };
        let mended = apply(text, edits);
        let mistakes = |text: &str| parts(text).mistakes.len();
        if mistakes(&mended) > mistakes(text) {
            return Err(Fault::failed(format!("mending `{name}` would break it"))
                .hint("mend it by hand; the file is as it was")
                .into());
        }
        replace(&ctx.root.join(&**name), text, &mended)
            .with_context(|| format!("mending `{name}`"))?;
    }
    Ok(lines)
}

/// Puts the new text in the place of the old one as a whole, with its mode.
fn replace(path: &Path, old: &str, new: &str) -> Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path)?;
    let now = fs::read_to_string(&path)?;
    let mark = if now.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    if now.strip_prefix('\u{feff}').unwrap_or(&now) != old {
        return Err(Fault::failed("somebody changed it meanwhile")
            .hint("run it again: `cargo xtask lint --fix`")
            .into());
    }
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let write = || {
        let mut file = fs::File::create(&partial)?;
        file.write_all(mark.as_bytes())?;
        file.write_all(new.as_bytes())?;
        file.set_permissions(fs::metadata(&path)?.permissions())?;
        file.sync_all()?;
        fs::rename(&partial, &path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&partial);
    })?;
    Ok(())
}
