//! Room on the disks, and who can read what is on them.
//!
//! Must never: call a disk full that it cannot look at.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Result;
use pg_live::Session;
use pg_live::facts::bytes;

use super::Section;
use super::fixes::Mend;
use crate::context::Ctx;
use crate::disk;
use crate::target::{ServerState, Target};
use crate::tools::docker;
use crate::verify::size;

const LITTLE: i64 = 10 << 30;
const NEARLY_NONE: i64 = 1 << 30;

pub fn examine(ctx: &Ctx, target: Option<&Target>, section: &mut Section<'_>) -> Result<()> {
    let bytes = target.and_then(|target| database_size(ctx, target));
    let mut places = vec![("disk of this checkout", ctx.root.clone())];
    match target {
        Some(Target::Local(local)) => places.push(("disk of the cluster", local.home.clone())),
        Some(Target::Compose(_)) => {
            if let Some(root) = docker::root_dir(ctx) {
                places.push(("disk of Docker", root));
            }
        }
        Some(Target::Url(_)) | None => {}
    }
    for (name, place) in places {
        disk(section, name, &place, bytes);
    }
    let state = ctx.config.state_dir();
    if state.exists() {
        let mode = state.metadata()?.permissions().mode() & 0o777;
        let wrong =
            (mode & 0o077 != 0).then(|| format!("its mode is {mode:o}: dumps and logs are in it"));
        section.fail_if(".xtask mode", wrong, "chmod 700 .xtask");
        section.mend(Mend::Mode { path: state, mode: 0o700 });
    }
    Ok(())
}

fn database_size(ctx: &Ctx, target: &Target) -> Option<i64> {
    let ServerState::Running(address) = target.state(ctx).ok()? else { return None };
    ctx.wait(async { bytes(&Session::connect(&address, "doctor").await?).await }).ok()
}

fn disk(section: &mut Section<'_>, name: &str, place: &Path, database: Option<i64>) {
    let Ok(free) = disk::free(place) else {
        section.skipped(name, format!("`{}` cannot be looked at", place.display()));
        return;
    };
    let free = i64::try_from(free).unwrap_or(i64::MAX);
    let fix = format!("make room: `df -h {}`", place.display());
    if free < NEARLY_NONE {
        section.failure(name, format!("{} are free", size(free)), fix);
    } else if free < LITTLE {
        section.warning(name, format!("{} are free", size(free)), fix);
    } else if database.is_some_and(|bytes| free < 2 * bytes) {
        // A dump and its proof, or the new cluster beside the old one.
        let bytes = size(database.unwrap_or_default());
        section.warning(name, format!("{} are free, the database has {bytes}", size(free)), fix);
    } else {
        section.pass(name, format!("{} are free", size(free)));
    }
}
