//! The system's package manager: what would be installed, and installing it.
//!
//! Must never: install without consent, or install anything that is not told
//! word by word first.

use anyhow::Result;

use crate::consent;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;

/// What can be missing on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A PostgreSQL server with its contrib extensions.
    Server,
    /// Python with pip and the part that makes environments.
    Python,
}

/// Program, arguments before the names, the packages of each need.
struct Manager {
    program: &'static str,
    install: &'static [&'static str],
    server: &'static [&'static str],
    python: &'static [&'static str],
}

const MANAGERS: [Manager; 6] = [
    Manager {
        program: "apt-get",
        install: &["install", "--yes", "--no-install-recommends"],
        server: &["postgresql", "postgresql-contrib"],
        python: &["python3", "python3-venv"],
    },
    Manager {
        program: "dnf",
        install: &["install", "--assumeyes"],
        server: &["postgresql-server", "postgresql-contrib"],
        python: &["python3", "python3-pip"],
    },
    Manager {
        program: "zypper",
        install: &["--non-interactive", "install"],
        server: &["postgresql-server", "postgresql-contrib"],
        python: &["python311", "python311-pip"],
    },
    Manager {
        program: "pacman",
        install: &["-S", "--noconfirm"],
        server: &["postgresql"],
        python: &["python"],
    },
    Manager {
        program: "apk",
        install: &["add"],
        server: &["postgresql", "postgresql-contrib"],
        python: &["python3", "py3-pip"],
    },
    Manager {
        program: "brew",
        install: &["install"],
        server: &["postgresql@17"],
        python: &["python@3.13"],
    },
];

impl Need {
    /// What is missing, as a sentence begins.
    fn missing(self) -> &'static str {
        match self {
            Need::Server => {
                "There is neither a Docker engine with the image nor a PostgreSQL server (14 to 18) here."
            }
            Need::Python => {
                "The services need Python 3.11 or newer with pip and venv, and it is not here."
            }
        }
    }

    fn by_hand(self) -> &'static str {
        match self {
            Need::Server => {
                "install PostgreSQL 14 to 18 with its contrib extensions, then run this again"
            }
            Need::Python => {
                "install Python 3.11 or newer with pip and venv, or work without the services: `--services db`"
            }
        }
    }
}

/// Installs what is needed after telling exactly what and asking.
pub fn ensure(ctx: &Ctx, need: Need) -> Result<()> {
    let Some(run) = command(ctx, need) else {
        return Err(Fault::unavailable(format!(
            "{} No package manager known here could install it",
            need.missing()
        ))
        .hint(need.by_hand())
        .into());
    };
    let command = run.shown();
    ctx.term.status(need.missing());
    consent::agree(ctx, &format!("Install it? This runs `{command}`"))?;
    ctx.term.status(&format!("running `{command}`"));
    let finished = ctx.proc.streamed(&run)?;
    if finished.is_success() {
        return Ok(());
    }
    Err(Fault::unavailable(format!("`{command}` ended with {}", finished.status))
        .hint(format!("{} (on Debian `apt-get update` may come first)", need.by_hand()))
        .into())
}

/// The command that would be run, as it would be typed.
pub fn would_run(ctx: &Ctx, need: Need) -> Option<String> {
    command(ctx, need).map(|run| run.shown())
}

fn command(ctx: &Ctx, need: Need) -> Option<Run> {
    let manager = MANAGERS.iter().find(|it| ctx.proc.has(it.program))?;
    let packages = match need {
        Need::Server => manager.server,
        Need::Python => manager.python,
    };
    let needs_root = manager.program != "brew" && !nix::unistd::geteuid().is_root();
    let run =
        if needs_root { Run::new("sudo").arg(manager.program) } else { Run::new(manager.program) };
    Some(
        run.args(manager.install.iter().copied())
            .args(packages.iter().copied())
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
