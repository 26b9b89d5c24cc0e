//! The dumps there are, and who can read them.
//!
//! Must never: open a dump, or take its age for its worth.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use anyhow::Result;
use pg_live::Session;
use pg_live::facts::facts;

use super::Section;
use super::fixes::Mend;
use crate::context::Ctx;
use crate::target::{ServerState, Target};

const DAILY: Duration = Duration::from_secs(26 * 3600);
const WEEKLY: Duration = Duration::from_secs(7 * 24 * 3600);
/// What init.sql itself brings is less.
const MORE_THAN_SEEDS: i64 = 1000;

pub fn examine(ctx: &Ctx, target: Option<&Target>, section: &mut Section<'_>) -> Result<()> {
    let entries = std::fs::read_dir(ctx.config.state_dir().join("backups"));
    let dumps: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|it| it == "dump"))
        .collect();
    for dump in &dumps {
        let mode = dump.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let shown = format!(".xtask/backups/{}", dump.file_name().to_string_lossy());
            section.failure(
                "dump mode",
                format!("`{shown}` is {mode:o}"),
                format!("chmod 600 {shown}"),
            );
            section.mend(Mend::Mode { path: dump.path(), mode: 0o600 });
        }
    }
    let times = dumps.iter().filter_map(|dump| dump.metadata().ok()?.modified().ok());
    let age = times.max().and_then(|newest| newest.elapsed().ok());
    let name = "last dump";
    let fix = match target {
        Some(Target::Compose(compose)) => format!(
            "docker-compose exec -T {} pg_dump -U {} -Fc {} > backup.dump",
            compose.service,
            ctx.config.user(),
            ctx.config.database()
        ),
        Some(Target::Local(_) | Target::Url(_)) | None => {
            "pg_dump --format=custom --file=backup.dump DATABASE_URL".to_owned()
        }
    };
    match age {
        None => match holds_rows(ctx, target) {
            Some(true) => section.warning(name, "there is none, and the database holds rows", fix),
            Some(false) => section.pass(name, "there is none, and nothing to lose"),
            None => section.skipped(name, "there is none, and nobody knows what would be lost"),
        },
        Some(age) if age > WEEKLY => {
            section.failure(name, format!("it is {} days old", age.as_secs() / 86_400), fix);
        }
        Some(age) if age > DAILY => {
            section.warning(name, format!("it is {} hours old", age.as_secs() / 3600), fix);
        }
        Some(age) => section.pass(name, format!("{} hours old", age.as_secs() / 3600)),
    }
    Ok(())
}

/// None when the database cannot be asked.
fn holds_rows(ctx: &Ctx, target: Option<&Target>) -> Option<bool> {
    let ServerState::Running(address) = target?.state(ctx).ok()? else { return None };
    let found = ctx.wait(async { facts(&Session::connect(&address, "doctor").await?).await });
    Some(found.ok()?.rows() > MORE_THAN_SEEDS)
}
