//! The system's package manager: what would be installed, and installing it.
//!
//! Must never: install without consent, or install anything that is not told
//! word by word first.

use anyhow::Result;

use crate::consent;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;

/// Program, arguments before the names, packages of the server with contrib.
const MANAGERS: [(&str, &[&str], &[&str]); 6] = [
    (
        "apt-get",
        &["install", "--yes", "--no-install-recommends"],
        &["postgresql", "postgresql-contrib"],
    ),
    ("dnf", &["install", "--assumeyes"], &["postgresql-server", "postgresql-contrib"]),
    ("zypper", &["--non-interactive", "install"], &["postgresql-server", "postgresql-contrib"]),
    ("pacman", &["-S", "--noconfirm"], &["postgresql"]),
    ("apk", &["add"], &["postgresql", "postgresql-contrib"]),
    ("brew", &["install"], &["postgresql@17"]),
];

/// Installs a server after telling exactly what and asking.
pub fn ensure_server(ctx: &Ctx) -> Result<()> {
    let Some(run) = server_command(ctx) else {
        return Err(Fault::unavailable("there is neither a Docker engine nor a PostgreSQL server, and no package manager known here")
            .hint("install PostgreSQL 14 to 18 with its contrib extensions, then run this again")
            .into());
    };
    let command = run.shown();
    ctx.term.status(
        "There is neither a Docker engine with the image nor a PostgreSQL server (14 to 18) here.",
    );
    consent::agree(ctx, &format!("Install one? This runs `{command}`"))?;
    ctx.term.status(&format!("running `{command}`"));
    let finished = ctx.proc.streamed(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::unavailable(format!("`{command}` ended with {}", finished.status))
        .hint("install PostgreSQL 14 to 18 by hand, then run this again (on Debian `apt-get update` may come first)")
        .into())
}

/// The command that would be run, as it would be typed.
pub fn would_run(ctx: &Ctx) -> Option<String> {
    server_command(ctx).map(|run| run.shown())
}

fn server_command(ctx: &Ctx) -> Option<Run> {
    let (program, before, packages) =
        MANAGERS.iter().find(|(program, ..)| ctx.proc.has(program))?;
    let needs_root = *program != "brew" && !nix::unistd::geteuid().is_root();
    let run = if needs_root { Run::new("sudo").arg(*program) } else { Run::new(*program) };
    Some(
        run.args(before.iter().copied())
            .args(packages.iter().copied())
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
