//! The stage of a test: copies of the project under names of their own, and
//! the promise that nothing of them outlives the test.
//!
//! A janitor process waits at a pipe and cleans up also when the test process
//! is killed. Two stages are open at a time: a database that is being built
//! keeps a core busy.

use std::fs;
use std::net::TcpListener;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use tempfile::TempDir;

use crate::engine;
use crate::tool::{BINARY, Ended, Tool, skip};

/// What the tool and compose read of a project.
const COPIED: [&str; 4] = ["Cargo.toml", "docker-compose.yml", ".env.example", "infrastructure"];

pub const INIT: &str = "infrastructure/postgres/init.sql";
pub const PASSWORD: &str = "first-password";

pub struct Stage {
    main: Checkout,
    prefix: String,
    temp: TempDir,
    janitor: Child,
    _permit: Permit,
}

/// One copy of the project.
pub struct Checkout {
    pub root: PathBuf,
}

impl Deref for Stage {
    type Target = Checkout;

    fn deref(&self) -> &Checkout {
        &self.main
    }
}

/// The right to keep the machine busy.
struct Permit;

static OPEN: Mutex<usize> = Mutex::new(0);
static CLOSED: Condvar = Condvar::new();
const AT_ONCE: usize = 2;

impl Permit {
    fn wait() -> Permit {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        while *open >= AT_ONCE {
            open = CLOSED.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        *open += 1;
        Permit
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *OPEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        CLOSED.notify_one();
    }
}

/// A port nobody listens on, below those the kernel gives to outgoing
/// connections, and given to one test only.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 120).expect("small") * 100;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Stage {
    /// A copy of the project with a `.env`, without a database; None, told in
    /// one line, where no engine or image is.
    pub fn new() -> Option<Stage> {
        let stage = Stage::fresh()?;
        stage.main.write(
            ".env",
            format!(
                "COMPOSE_PROJECT_NAME={}\nPOSTGRES_PORT={}\nPOSTGRES_USER=osint_user\n\
                 POSTGRES_DB=osint_platform\nPOSTGRES_PASSWORD={PASSWORD}\n",
                stage.prefix,
                free_port()
            ),
        );
        Some(stage)
    }

    /// A copy of the project as a clone has it: no `.env`, nothing built. Its
    /// project has a name that only this test uses.
    pub fn fresh() -> Option<Stage> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        if let Some(why) = engine::why_not() {
            skip(&why);
            return None;
        }
        let permit = Permit::wait();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("xtest{}n{count:02}", std::process::id());
        let temp = tempfile::Builder::new().prefix("xtask-compose-").tempdir().expect("a folder");
        let janitor = janitor(&prefix, temp.path());
        let main = Checkout::copy(temp.path().join("project"), &prefix);
        Some(Stage { main, prefix, temp, janitor, _permit: permit })
    }

    /// A stack whose database is built and serves.
    pub fn with_database() -> Option<Stage> {
        let stage = Stage::new()?;
        stage.run(["db-rebuild"]).exits(0);
        Some(stage)
    }

    /// A second clone of the same project, without `.env`.
    pub fn second_checkout(&self) -> Checkout {
        Checkout::copy(self.temp.path().join("second"), &self.prefix)
    }

    /// A name for something foreign, which the janitor takes away too.
    pub fn foreign(&self, word: &str) -> String {
        format!("{}-{word}", self.prefix)
    }
}

impl Checkout {
    fn copy(root: PathBuf, project: &str) -> Checkout {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = manifest.parent().expect("xtask/ lies in the workspace");
        fs::create_dir(&root).expect("a folder");
        for name in COPIED {
            let copied = Command::new("cp").arg("-R").arg(source.join(name)).arg(&root).status();
            assert!(copied.is_ok_and(|status| status.success()), "copying {name}");
        }
        let checkout = Checkout { root };
        checkout.mode(INIT, 0o644);
        let was = "project = \"osint-intelligence-platform\"";
        checkout.replace("Cargo.toml", was, &format!("project = \"{project}\""));
        checkout
    }

    /// The binary in this checkout, with nothing of the caller's environment.
    /// Where docker-compose 1.29 is, it is the one: what both versions do is
    /// then held to the older one's rules, and `flavors` looks at the newer.
    pub fn tool<S: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Tool {
        Tool::new(BINARY, &self.root)
            .env("XTASK_TARGET", "compose")
            .env("XTASK_SERVICES", "db")
            .env("XTASK_COMPOSE", "docker-compose")
            .env("DOCKER_CONFIG", docker_config())
            .args(words)
    }

    #[track_caller]
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Ended {
        self.tool(words).run()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.root.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn mode(&self, name: &str, mode: u32) {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.root.join(name), permissions).expect("is ours");
    }

    /// A file with one piece replaced, which must be there.
    #[track_caller]
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} without `{from}`");
        self.write(name, text.replacen(from, to, 1));
    }

    /// What the services are made of, too.
    pub fn copy_platform(&self) {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = manifest.parent().expect("xtask/ lies in the workspace");
        fs::create_dir(self.root.join("shared")).expect("a folder");
        for (name, to) in [
            ("pyproject.toml", ""),
            (".dockerignore", ""),
            ("scripts", ""),
            ("services", ""),
            ("shared/__init__.py", "shared"),
            ("shared/python", "shared"),
        ] {
            let to = self.root.join(to);
            let copied = Command::new("cp").arg("-R").arg(source.join(name)).arg(to).status();
            assert!(copied.is_ok_and(|status| status.success()), "copying {name}");
        }
    }

    pub fn add_setting(&self, name: &str, value: &str) {
        self.write(".env", format!("{}{name}={value}\n", self.read(".env")));
    }

    #[track_caller]
    pub fn edit_init(&self, from: &str, to: &str) {
        self.replace(INIT, from, to);
    }

    /// A value of `.env`; None when there is no such line or file.
    pub fn setting(&self, name: &str) -> Option<String> {
        let text = fs::read_to_string(self.root.join(".env")).ok()?;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.map(str::to_owned)
    }

    #[track_caller]
    pub fn set(&self, name: &str, value: &str) {
        let was = self.setting(name).unwrap_or_else(|| panic!("no {name} in .env"));
        self.replace(".env", &format!("{name}={was}\n"), &format!("{name}={value}\n"));
    }

    pub fn project(&self) -> String {
        self.setting("COMPOSE_PROJECT_NAME").expect("a project in .env")
    }

    /// The complete safety dumps, oldest first.
    pub fn dumps(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.root.join(".xtask/backups"));
        let mut found: Vec<PathBuf> =
            entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        found.sort();
        found
    }
}

/// Where the caller's own plugins are: the tool's HOME is the test's folder.
pub fn docker_config() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".docker");
    std::env::var_os("DOCKER_CONFIG").map_or_else(home, PathBuf::from)
}

/// Waits for the end of its input, then removes everything that bears the
/// prefix. A container may still be on its way: hence more than one round.
fn janitor(prefix: &str, dir: &Path) -> Child {
    let script = "trap '' INT TERM HUP; read -r _; \
        for round in 1 2 3; do \
          ids=$(docker ps -aq --filter \"name=^/?$1\"); [ -z \"$ids\" ] || docker rm -fv $ids; \
          ids=$(docker volume ls -q --filter \"name=^$1\"); [ -z \"$ids\" ] || docker volume rm $ids; \
          ids=$(docker network ls -q --filter \"name=^$1\"); [ -z \"$ids\" ] || docker network rm $ids; \
        done; \
        ids=$(docker images -q \"$1*_services\"); [ -z \"$ids\" ] || docker rmi -f $ids; rm -rf \"$2\"";
    Command::new("sh")
        .args(["-c", script, "janitor", prefix])
        .arg(dir)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}
