//! The docker-compose stack of this checkout.
//!
//! Must never: touch a container or a volume that another checkout made, or
//! more of this one's than the database.

use std::cell::OnceCell;

use anyhow::Result;
use pg_live::{Address, Tls};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::proc::Run;
use crate::run_state::is_copied;
use crate::target::{ServerState, application_name};
use crate::tools::compose::{ComposeCli, project_name};
use crate::tools::docker::{self, Container};

#[derive(Debug)]
pub struct Compose {
    pub project: String,
    pub service: String,
    pub volume_key: String,
    cli: OnceCell<ComposeCli>,
}

/// The image `docker-compose.yml` names.
pub fn image(ctx: &Ctx) -> String {
    ctx.config.value("POSTGRES_IMAGE").unwrap_or_else(|| ctx.config.metadata.image.clone())
}

impl Compose {
    pub fn open(ctx: &Ctx) -> Result<Compose> {
        docker::require_engine(ctx)?;
        if is_copied(ctx) {
            return Err(Fault::refused("this checkout is a copy of another one, with the same project name and volume")
                .hint("give it a COMPOSE_PROJECT_NAME and POSTGRES_PORT of its own in .env, then `rm .xtask/folder`")
                .into());
        }
        Ok(Compose {
            project: project_name(ctx),
            service: ctx.config.metadata.service.clone(),
            volume_key: ctx.config.metadata.volume.clone(),
            cli: OnceCell::new(),
        })
    }

    pub fn cli(&self, ctx: &Ctx) -> Result<&ComposeCli> {
        if let Some(cli) = self.cli.get() {
            return Ok(cli);
        }
        let found = ComposeCli::find(ctx, &self.project)?;
        Ok(self.cli.get_or_init(|| found))
    }

    /// The service's container; one that another checkout made is refused.
    pub fn container(&self, ctx: &Ctx) -> Result<Option<Container>> {
        let found = docker::service_containers(ctx, &self.project, &self.service)?;
        let Some(container) = found.into_iter().next() else { return Ok(None) };
        let ours = ctx.root.canonicalize().unwrap_or_else(|_| ctx.root.clone());
        match &container.working_dir {
            Some(dir) if std::path::Path::new(dir).canonicalize().is_ok_and(|dir| dir != ours) => {
                Err(Fault::refused(format!(
                    "compose project `{}` belongs to the checkout in `{dir}`",
                    self.project
                ))
                .hint("give this checkout a name of its own: COMPOSE_PROJECT_NAME=... in .env")
                .into())
            }
            _ => Ok(Some(container)),
        }
    }

    pub fn require_container(&self, ctx: &Ctx) -> Result<Container> {
        match self.container(ctx)? {
            Some(container) if container.running => Ok(container),
            _ => Err(Fault::unavailable(format!("service `{}` is not running", self.service))
                .hint("start it: `cargo xtask up`")
                .into()),
        }
    }

    /// The volume that holds the database, if it is there.
    pub fn volume(&self, ctx: &Ctx) -> Result<Option<String>> {
        if let Some(volume) = docker::compose_volume(ctx, &self.project, &self.volume_key)? {
            return Ok(Some(volume));
        }
        let plain = format!("{}_{}", self.project, self.volume_key);
        Ok(docker::has_volume(ctx, &plain)?.then_some(plain))
    }

    pub fn state(&self, ctx: &Ctx) -> Result<ServerState> {
        match self.container(ctx)? {
            Some(container) if container.running => {
                Ok(ServerState::Running(self.address(ctx, &container)?))
            }
            _ if self.volume(ctx)?.is_some() => Ok(ServerState::Stopped),
            _ => Ok(ServerState::Absent),
        }
    }

    pub fn address(&self, ctx: &Ctx, container: &Container) -> Result<Address> {
        let Some(port) = container.port else {
            return Err(Fault::unavailable(format!(
                "container `{}` publishes no port for PostgreSQL",
                container.name
            ))
            .hint("publish one in docker-compose.yml: `127.0.0.1:${POSTGRES_PORT:-5432}:5432`")
            .into());
        };
        Ok(self.address_at(ctx, port))
    }

    pub fn address_at(&self, ctx: &Ctx, port: u16) -> Address {
        Address {
            host: "127.0.0.1".to_owned(),
            port,
            user: ctx.config.user(),
            password: ctx.config.value("POSTGRES_PASSWORD"),
            database: ctx.config.database(),
            tls: Tls::Disable,
        }
    }

    /// A client program inside the container: the server's own version. The
    /// password goes by environment, by name.
    pub fn program(&self, ctx: &Ctx, name: &str, address: &Address) -> Result<Run> {
        let container = self.require_container(ctx)?;
        Ok(exec(&container.id, Stdin::Pipe, name, address))
    }

    /// A client program inside the container that is given a file with all of
    /// its input, so many bytes, as its last argument, and runs once with each
    /// of `passes` before it: several processes of it read there at once. None where there is not that much room; ends with
    /// [`INPUT_NOT_KEPT`] where it could not be kept after all.
    pub fn program_on_input(
        &self,
        ctx: &Ctx,
        (name, passes): (&str, &[&str]),
        address: &Address,
        (bytes, room): (u64, u64),
    ) -> Result<Option<Run>> {
        let disk = self.offline_program(ctx, "df")?.args(["-Pk", "/tmp"]);
        let disk = ctx.proc.capture(&disk)?;
        if !disk.is_success() || free(&disk.stdout).unwrap_or(0) <= room {
            return Ok(None);
        }
        let container = self.require_container(ctx)?;
        let run = connected(&container.id, Stdin::Pipe, name, address);
        let script = format!("bytes={bytes} passes='{}'\n{KEEP_INPUT}", passes.join(" "));
        Ok(Some(run.args(["sh", "-c", &script, "sh", name])))
    }

    pub fn offline_program(&self, ctx: &Ctx, name: &str) -> Result<Run> {
        let container = self.require_container(ctx)?;
        Ok(Run::new("docker").args(["exec", "--interactive", &container.id, name]))
    }
}

/// sysexits.h: a temporary failure.
pub const INPUT_NOT_KEPT: i32 = 75;

/// The file has no name: nothing of it stays, however this ends. Whoever
/// writes may die: half of the input is no input.
const KEEP_INPUT: &str = r#"file=$(mktemp /tmp/xtask.XXXXXX) && exec 3<>"$file" && rm -- "$file" &&
cat >&3 && test "$(wc -c </proc/self/fd/3)" -eq "$bytes" || exit 75
for pass in $passes; do
    "$@" "$pass" /proc/self/fd/3 </dev/null || exit
done"#;

/// Bytes that a disk has left, by `df -Pk`. One in memory has none.
fn free(told: &str) -> Option<u64> {
    let mut words = told.lines().last()?.split_whitespace();
    let is_disk = words.next()? != "tmpfs";
    let kilobytes: u64 = words.nth(2)?.parse().ok()?;
    is_disk.then(|| kilobytes.saturating_mul(1024))
}

/// What a program inside the container reads from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    Pipe,
    Terminal,
}

/// `docker exec` with the connection in the environment. Inside, the server
/// is reached through its socket.
pub fn exec(container: &str, stdin: Stdin, name: &str, address: &Address) -> Run {
    connected(container, stdin, name, address).arg(name)
}

/// Up to the words that are run.
fn connected(container: &str, stdin: Stdin, name: &str, address: &Address) -> Run {
    let mut run = Run::new("docker").args(["exec", "--interactive"]);
    if stdin == Stdin::Terminal {
        run = run.arg("--tty");
    }
    for (key, value) in [("PGUSER", &address.user), ("PGDATABASE", &address.database)] {
        run = run.arg("--env").arg(format!("{key}={value}"));
    }
    run = run.arg("--env").arg(format!("PGAPPNAME={}", application_name(name)));
    if let Some(password) = &address.password {
        run = run.args(["--env", "PGPASSWORD"]).secret("PGPASSWORD", password);
    }
    run.arg(container)
}

/// Why a login failed that used to work: the password applies on the first
/// start of a volume only.
pub fn password_fault(ctx: &Ctx, container: &Container) -> Fault {
    let volume = container.volume.clone().unwrap_or_else(|| "the volume".to_owned());
    let (user, database) = (ctx.config.user(), ctx.config.database());
    Fault::failed(format!(
        "the server refuses `{user}` with the POSTGRES_PASSWORD of .env: it applies on the first start of a volume only, \
         and `{volume}` was made with another one"
    ))
    .hint(format!(
        "put the old password back into .env, or set the new one: \
         `docker exec -it {} psql -U {user} -d {database} -c '\\password'`",
        container.name
    ))
}
