//! A private PostgreSQL cluster of this checkout, from the server programs of
//! this machine.
//!
//! ```text
//! HOME/              ~/.local/share/xtask/<project>-<id>, for root /var/lib/xtask/...
//!   checkout         the checkout it belongs to
//!   password         0600, random
//!   port             loopback port, kept while it is free
//!   data/            the cluster that is served
//!   data.new/        being built; swept by the next run
//!   data.old/        set aside during the change of places
//!   log              the server's log
//!   run/             its private socket
//! ```
//!
//! Must never: be shared between two checkouts, listen beyond loopback, or
//! run as root.

use std::cell::OnceCell;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use pg_live::{Address, Tls};

use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::proc::{Account, Run};
use crate::run_state::write_private;
use crate::target::ServerState;
use crate::target::env_file::{checkout_id, is_free};
use crate::tools::postgres::{self, Installation};

/// A start after a crash replays WAL; this is far beyond that.
const START_TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub struct Local {
    pub home: PathBuf,
    /// Who runs the server when we are root.
    account: Option<Account>,
    /// Found once: looking through the machine takes 50 ms.
    serving: OnceCell<Installation>,
}

/// The three places a cluster can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Live,
    New,
    Old,
}

impl Local {
    pub fn open(ctx: &Ctx) -> Result<Local> {
        let account = if nix::unistd::geteuid().is_root() { Some(unprivileged()?) } else { None };
        let name = format!("{}-{}", ctx.config.metadata.project, checkout_id(ctx));
        Ok(Local {
            home: base_dir(ctx, account.is_some())?.join(name),
            account,
            serving: OnceCell::new(),
        })
    }

    pub fn dir(&self, slot: Slot) -> PathBuf {
        self.home.join(match slot {
            Slot::Live => "data",
            Slot::New => "data.new",
            Slot::Old => "data.old",
        })
    }

    pub fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    pub fn exists(&self, slot: Slot) -> bool {
        self.dir(slot).join("PG_VERSION").is_file()
    }

    /// The major the cluster was made by.
    pub fn major(&self, slot: Slot) -> Option<u32> {
        fs::read_to_string(self.dir(slot).join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// The installation that can serve what is there, or the best one.
    pub fn installation(&self, ctx: &Ctx) -> Result<Installation> {
        if let Some(found) = self.serving.get() {
            return Ok(found.clone());
        }
        // While the first cluster is being built, it is the one.
        let major = self.major(Slot::Live).or(self.major(Slot::New));
        let found = postgres::require(ctx, major)?;
        Ok(self.serving.get_or_init(|| found).clone())
    }

    pub fn state(&self, ctx: &Ctx) -> Result<ServerState> {
        if !self.exists(Slot::Live) {
            return Ok(ServerState::Absent);
        }
        match self.serving_port(Slot::Live) {
            Some(port) => Ok(ServerState::Running(self.address(ctx, port)?)),
            None => Ok(ServerState::Stopped),
        }
    }

    pub fn address(&self, ctx: &Ctx, port: u16) -> Result<Address> {
        let path = self.home.join("password");
        let password =
            fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
        Ok(Address {
            host: "127.0.0.1".to_owned(),
            port,
            user: ctx.config.user(),
            password: Some(password.trim().to_owned()),
            database: ctx.config.database(),
            tls: Tls::Disable,
        })
    }

    /// The port of the server that serves a slot; None when the pid file is
    /// absent or stale.
    pub fn serving_port(&self, slot: Slot) -> Option<u16> {
        let data = self.dir(slot);
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid: i32 = lines.next()?.trim().parse().ok()?;
        let served = lines.next()?;
        let port = lines.nth(1)?.trim().parse().ok()?;
        (is_postmaster(pid, &data) && same_dir(Path::new(served), &data)).then_some(port)
    }

    /// Makes the folder with password and socket place, once.
    pub fn ensure_home(&self, ctx: &Ctx) -> Result<()> {
        let parent = self.home.parent().unwrap_or(&self.home);
        // The account must be able to walk through.
        let mode = if self.account.is_some() { 0o711 } else { 0o700 };
        for dir in [parent, &self.home] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(dir)
                .with_context(|| format!("making `{}`", dir.display()))?;
        }
        self.ensure_owned_dir(&self.socket_dir())?;
        write_private(&self.home.join("checkout"), ctx.root.as_os_str().as_encoded_bytes())?;
        let password = self.home.join("password");
        if !password.exists() {
            let mut random = [0_u8; 18];
            getrandom::fill(&mut random)
                .map_err(|error| Fault::failed(format!("no random numbers to be had: {error}")))?;
            write_private(&password, hex(&random).as_bytes())?;
        }
        Ok(())
    }

    /// `initdb` into a slot that is not there.
    pub fn init(&self, ctx: &Ctx, installation: &Installation, slot: Slot) -> Result<()> {
        let data = self.dir(slot);
        self.ensure_owned_dir(&data)?;
        // The account must read the password once; initdb takes it by file.
        let password = self.home.join("initdb-password");
        write_private(&password, fs::read(self.home.join("password"))?.as_slice())?;
        self.hand_over(&password)?;
        let run = self
            .server_program(installation, "initdb")
            .arg("--pgdata")
            .arg(&data)
            .arg("--username")
            .arg(ctx.config.user())
            .arg("--pwfile")
            .arg(&password)
            .args(["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"])
            .arg(format!("--locale={}", locale(ctx)));
        let finished = ctx.proc.capture(&run);
        let _ = fs::remove_file(&password);
        let finished = finished?;
        if !finished.is_success() {
            return Err(Fault::failed(format!(
                "making a cluster in `{}`: {}",
                data.display(),
                finished.last_words()
            ))
            .into());
        }
        let conf = data.join("postgresql.conf");
        let mut text = fs::read_to_string(&conf)?;
        text.push_str("\ninclude_if_exists = 'platform.conf'\ninclude_if_exists = 'place.conf'\n");
        fs::write(&conf, text).with_context(|| format!("writing `{}`", conf.display()))
    }

    /// Starts the server of a slot if nobody serves it, and says on which
    /// port.
    pub fn start(&self, ctx: &Ctx, installation: &Installation, slot: Slot) -> Result<u16> {
        if let Some(port) = self.serving_port(slot) {
            return Ok(port);
        }
        let data = self.dir(slot);
        self.remove_stale_pid(ctx, &data)?;
        let port = self.pick_port(slot)?;
        self.write_settings(ctx, &data, port)?;
        self.touch_log()?;
        let run = self
            .server_program(installation, "pg_ctl")
            .arg("--pgdata")
            .arg(&data)
            .arg("--log")
            .arg(self.log())
            .arg("--wait")
            .arg(format!("--timeout={}", START_TIMEOUT.as_secs()))
            .arg("start")
            .timeout(START_TIMEOUT + Duration::from_secs(10));
        let finished = ctx.proc.capture(&run)?;
        match self.serving_port(slot) {
            Some(port) if finished.is_success() => Ok(port),
            _ => Err(self.start_fault(&data).into()),
        }
    }

    /// Stops the server of a slot if one serves it.
    pub fn stop(&self, ctx: &Ctx, installation: &Installation, slot: Slot) -> Result<bool> {
        if self.serving_port(slot).is_none() {
            return Ok(false);
        }
        let run = self
            .server_program(installation, "pg_ctl")
            .arg("--pgdata")
            .arg(self.dir(slot))
            .args(["--mode=fast", "--wait", "--timeout=60", "stop"]);
        ctx.proc.read(&run)?;
        Ok(true)
    }

    /// Ends and removes what a killed run left, and puts the served cluster
    /// back in its place. True when something was to be done.
    pub fn settle(&self, ctx: &Ctx) -> Result<bool> {
        let mut settled = false;
        if self.dir(Slot::New).exists() {
            self.discard(ctx, Slot::New)?;
            settled = true;
        }
        if self.dir(Slot::Old).exists() {
            if self.exists(Slot::Live) {
                // The new one had been verified before it took the place.
                self.discard(ctx, Slot::Old)?;
            } else {
                self.rename(Slot::Old, Slot::Live)?;
            }
            settled = true;
        }
        Ok(settled)
    }

    /// Stops and deletes a slot that is not the served one.
    pub fn discard(&self, ctx: &Ctx, slot: Slot) -> Result<()> {
        if self.serving_port(slot).is_some() {
            let installation = postgres::require(ctx, self.major(slot))?;
            self.stop(ctx, &installation, slot)?;
        }
        let dir = self.dir(slot);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("removing `{}`", dir.display()))
            }
            _ => Ok(()),
        }
    }

    pub fn rename(&self, from: Slot, to: Slot) -> Result<()> {
        let (from, to) = (self.dir(from), self.dir(to));
        fs::rename(&from, &to)
            .with_context(|| format!("renaming `{}` to `{}`", from.display(), to.display()))?;
        // The rename itself must survive a power cut.
        fs::File::open(&self.home)?.sync_all()?;
        Ok(())
    }

    fn server_program(&self, installation: &Installation, name: &str) -> Run {
        Run::new(installation.program(name)).account(self.account.clone()).dir(&self.home)
    }

    /// Settings of the platform (a copy: the account may not be able to read
    /// the checkout) and of this place.
    fn write_settings(&self, ctx: &Ctx, data: &Path, port: u16) -> Result<()> {
        let shared = ctx.root.join(&ctx.config.metadata.postgresql_conf);
        let text = fs::read(&shared).with_context(|| format!("reading `{}`", shared.display()))?;
        let socket = self.socket_dir().display().to_string().replace('\'', "''");
        let place = format!(
            "# Written by every start.\nlisten_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{socket}'\n"
        );
        for (name, text) in [("platform.conf", text), ("place.conf", place.into_bytes())] {
            let path = data.join(name);
            write_private(&path, &text)?;
            self.hand_over(&path)?;
        }
        Ok(())
    }

    /// The noted port while it is free, else a new one. A cluster being built
    /// gets one of its own.
    fn pick_port(&self, slot: Slot) -> Result<u16> {
        let noted = self.home.join("port");
        let kept = fs::read_to_string(&noted).ok().and_then(|text| text.trim().parse().ok());
        if let Some(port) = kept.filter(|port| slot == Slot::Live && is_free(*port)) {
            return Ok(port);
        }
        for _ in 0..100 {
            let mut random = [0_u8; 2];
            getrandom::fill(&mut random)
                .map_err(|error| Fault::failed(format!("no random numbers to be had: {error}")))?;
            // Below the range from which systems hand out ports by themselves.
            let port = 20_000 + u16::from_le_bytes(random) % 12_000;
            if is_free(port) && Some(port) != kept {
                if slot == Slot::Live {
                    write_private(&noted, port.to_string().as_bytes())?;
                }
                return Ok(port);
            }
        }
        Err(Fault::unavailable("no free port between 20000 and 32000").into())
    }

    /// A pid file whose process is gone, or is somebody else's by now, keeps
    /// the server from starting after a crash or a reboot.
    fn remove_stale_pid(&self, ctx: &Ctx, data: &Path) -> Result<()> {
        let path = data.join("postmaster.pid");
        if !path.exists() {
            return Ok(());
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        if pid.is_none_or(|pid| !is_postmaster(pid, data)) {
            ctx.term.detail("removing a stale postmaster.pid");
            fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
        }
        Ok(())
    }

    fn start_fault(&self, data: &Path) -> Fault {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(6)..].join("\n  ");
        Fault::failed(format!(
            "the server of `{}` does not start; its log ends with\n  {last}",
            data.display()
        ))
        .hint(format!("read the whole log: `less {}`", self.log().display()))
    }

    /// Socket paths end at 107 bytes; a long home gets a short stand-in.
    fn socket_dir(&self) -> PathBuf {
        let inside = self.home.join("run");
        if inside.as_os_str().len() <= 80 {
            return inside;
        }
        let name = self.home.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let tail = name.rsplit('-').next().unwrap_or("x");
        PathBuf::from(format!("/tmp/.xtask-{tail}"))
    }

    fn touch_log(&self) -> Result<()> {
        let path = self.log();
        if !path.exists() {
            write_private(&path, b"")?;
        }
        self.hand_over(&path)
    }

    fn ensure_owned_dir(&self, dir: &Path) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_context(|| format!("making `{}`", dir.display()))?;
        self.hand_over(dir)
    }

    /// Gives a file to the account that runs the server.
    fn hand_over(&self, path: &Path) -> Result<()> {
        match &self.account {
            Some(account) => chown(path, Some(account.uid), Some(account.gid))
                .with_context(|| format!("giving `{}` to {}", path.display(), account.name)),
            None => Ok(()),
        }
    }
}

fn base_dir(ctx: &Ctx, is_root: bool) -> Result<PathBuf> {
    if let Some(dir) = ctx.config.value("XTASK_LOCAL_DIR") {
        return Ok(PathBuf::from(dir));
    }
    if is_root {
        return Ok(PathBuf::from("/var/lib/xtask"));
    }
    if let Some(dir) = ctx.config.ambient("XDG_DATA_HOME") {
        return Ok(PathBuf::from(dir).join("xtask"));
    }
    match ctx.config.ambient("HOME") {
        Some(home) => Ok(PathBuf::from(home).join(".local/share/xtask")),
        None => {
            Err(Fault::unavailable("`HOME` is not set, so there is no place for the local cluster")
                .hint("set XTASK_LOCAL_DIR to a folder of yours")
                .into())
        }
    }
}

/// PostgreSQL does not run as root: the packages' own account, else nobody.
fn unprivileged() -> Result<Account> {
    for name in ["postgres", "nobody"] {
        if let Some(user) = nix::unistd::User::from_name(name)? {
            return Ok(Account {
                name: name.to_owned(),
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            });
        }
    }
    Err(Fault::unavailable(
        "the server must not run as root, and there is neither `postgres` nor `nobody`",
    )
    .into())
}

/// A postmaster works in its data directory. Where that cannot be asked, a
/// living process is believed.
fn is_postmaster(pid: i32, data: &Path) -> bool {
    let process = nix::unistd::Pid::from_raw(pid);
    match nix::sys::signal::kill(process, None) {
        Ok(()) | Err(nix::errno::Errno::EPERM) => {}
        Err(_) => return false,
    }
    match fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(cwd) => same_dir(&cwd, data),
        Err(_) => !Path::new("/proc/self").exists(),
    }
}

fn same_dir(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

/// The image's own locale where this machine has it: text sorts and folds
/// alike on both targets. `C` alone would not lowercase Cyrillic.
fn locale(ctx: &Ctx) -> String {
    let list = ctx
        .proc
        .capture(&Run::new("locale").arg("-a"))
        .map(|finished| finished.stdout)
        .unwrap_or_default();
    let known = |wanted: &&str| {
        let plain = |name: &str| name.to_lowercase().replace('-', "");
        list.lines().any(|line| plain(line) == plain(wanted))
    };
    (*["en_US.UTF-8", "C.UTF-8"].iter().find(|name| known(name)).unwrap_or(&"C.UTF-8")).to_owned()
}
