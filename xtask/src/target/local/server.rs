//! The server of a local cluster: made, started, stopped, found running.
//!
//! Must never: trust a pid file. A process counts when it works in the very
//! data directory.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use pg_live::{ErrorKind, Session};

use super::archiving::Archiving;
use super::{Local, Slot};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::proc::{Finished, Run};
use crate::target::env_file::is_free;
use crate::tools::postgres::Installation;

/// A start after a crash replays WAL; this is far beyond that.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// Sessions are ended and everything is written down.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// One that archives ends only when its archive command does, which waits for
/// half an hour for a repository that hangs.
const ARCHIVING_STOP_TIMEOUT: Duration = Duration::from_secs(3600);

/// Between two looks at a server that does not answer yet, or any more.
const PAUSE: Duration = Duration::from_millis(50);

/// How often a port may be taken from under a start.
const START_TRIES: u32 = 3;

impl Local {
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
            .arg(format!("--locale={}", locale(ctx)))
            .hide(fs::read_to_string(self.home.join("password"))?.trim());
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
        if let Some(port) = self.answering_port(ctx, slot)? {
            return Ok(port);
        }
        let data = self.dir(slot);
        self.remove_stale_pid(ctx, &data)?;
        self.touch_log()?;
        let mut tries = 0..START_TRIES;
        loop {
            let port = self.pick_port(slot)?;
            self.remove_stale_socket(port)?;
            self.write_settings(ctx, &data, port, self.archiving(slot))?;
            let finished = self.run_start(ctx, installation, &data)?;
            match self.serving_port(slot) {
                Some(port) if finished.is_success() => return Ok(port),
                // Between the look and the start somebody took the port.
                None if !is_free(port) && tries.next().is_some() => {
                    ctx.term.detail(&format!("port {port} was taken meanwhile; trying another"));
                }
                _ => return Err(self.start_fault(&data).into()),
            }
        }
    }

    /// The port of a server that is there to stay. One that is on its way up
    /// or down has a process, too, and is waited for.
    fn answering_port(&self, ctx: &Ctx, slot: Slot) -> Result<Option<u16>> {
        let deadline = Instant::now() + START_TIMEOUT;
        while let Some(port) = self.serving_port(slot) {
            ctx.interrupt.check()?;
            let address = self.address(ctx, port)?.with_database("postgres");
            let is_coming_or_going =
                ctx.wait(async {
                    let connected = Session::connect(&address, "up").await;
                    let error = connected.err().map(|it| it.kind);
                    pg_live::Result::Ok(error.is_some_and(|it| {
                        matches!(it, ErrorKind::Unreachable | ErrorKind::NotReady)
                    }))
                })?;
            if !is_coming_or_going {
                return Ok(Some(port));
            }
            if Instant::now() > deadline {
                if self.is_going_down(slot) {
                    return Err(self.stop_fault(slot).into());
                }
                return Ok(Some(port));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(None)
    }

    fn run_start(&self, ctx: &Ctx, installation: &Installation, data: &Path) -> Result<Finished> {
        let run = self
            .server_program(installation, "pg_ctl")
            .arg("--pgdata")
            .arg(data)
            .arg("--log")
            .arg(self.log())
            .arg("--wait")
            .arg(format!("--timeout={}", START_TIMEOUT.as_secs()))
            .arg("start")
            .timeout(START_TIMEOUT + Duration::from_secs(10));
        // Stopped midway, `pg_ctl` would leave a server nobody knows of.
        ctx.interrupt.shield(|| ctx.proc.capture(&run))
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
            .args(["--mode=fast", "--no-wait", "stop"]);
        ctx.proc.read(&run)?;
        // Its own wait looks ten times a second.
        let (began, mut is_told) = (Instant::now(), false);
        while self.serving_port(slot).is_some() {
            if began.elapsed() > STOP_TIMEOUT {
                if !self.was_started_to_archive(slot) || began.elapsed() > ARCHIVING_STOP_TIMEOUT {
                    return Err(self.stop_fault(slot).into());
                }
                if !is_told {
                    is_told = true;
                    ctx.term.warn(
                        "the server waits for its archive command to end; what that is doing: \
                         `ps -ef | grep archive-push`",
                    );
                }
                ctx.interrupt.check()?;
            }
            std::thread::sleep(PAUSE / 10);
        }
        Ok(true)
    }

    fn stop_fault(&self, slot: Slot) -> Fault {
        let shown = self.dir(slot).display().to_string();
        let why = match self.was_started_to_archive(slot) {
            true => ": it waits for its archive command, and is gone when that ends",
            false => "",
        };
        Fault::failed(format!("the server of `{shown}` does not stop{why}")).hint(format!(
            "read its log: `less {}`; once it is gone: `cargo xtask up`",
            self.log().display()
        ))
    }

    /// As its settings were when it started, whatever was agreed to since.
    fn was_started_to_archive(&self, slot: Slot) -> bool {
        let place = fs::read_to_string(self.dir(slot).join("place.conf")).unwrap_or_default();
        place.lines().any(|line| line == "archive_mode = on")
    }

    /// The eighth line of its pid file says how it is.
    fn is_going_down(&self, slot: Slot) -> bool {
        let text = fs::read_to_string(self.dir(slot).join("postmaster.pid")).unwrap_or_default();
        text.lines().nth(7).is_some_and(|line| line.trim() == "stopping")
    }

    pub(super) fn server_program(&self, installation: &Installation, name: &str) -> Run {
        Run::new(installation.program(name)).account(self.account.clone()).dir(&self.home)
    }

    /// Settings of the platform (a copy: the account may not be able to read
    /// the checkout) and of this place.
    pub(super) fn write_settings(
        &self,
        ctx: &Ctx,
        data: &Path,
        port: u16,
        archiving: Archiving,
    ) -> Result<()> {
        let shared = ctx.root.join(&ctx.config.metadata.postgresql_conf);
        let text = fs::read(&shared).with_context(|| format!("reading `{}`", shared.display()))?;
        let socket = self.socket_dir().display().to_string().replace('\'', "''");
        let scratch = if self.is_scratch { "fsync = off\nfull_page_writes = off\n" } else { "" };
        let archive = self.archive_settings(ctx, archiving);
        let place = format!(
            "# Written by every start.\nlisten_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{socket}'\n{scratch}{archive}"
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
    pub(super) fn pick_port(&self, slot: Slot) -> Result<u16> {
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

    /// The socket of a server that was killed. Its port is free, so nobody
    /// serves there; the number in its lock may be anybody's by now.
    pub(super) fn remove_stale_socket(&self, port: u16) -> Result<()> {
        for suffix in ["", ".lock"] {
            let path = self.socket_dir().join(format!(".s.PGSQL.{port}{suffix}"));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("removing `{}`", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn start_fault(&self, data: &Path) -> Fault {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(6)..].join("\n  ");
        Fault::failed(format!(
            "the server of `{}` does not start; its log ends with\n  {last}",
            data.display()
        ))
        .hint(format!("read the whole log: `less {}`", self.log().display()))
    }

    pub(super) fn touch_log(&self) -> Result<()> {
        let path = self.log();
        if !path.exists() {
            write_private(&path, b"")?;
        }
        self.hand_over(&path)
    }
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
