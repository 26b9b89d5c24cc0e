//! The stage of a test: a copy of the project with a home for its server, and
//! the promise that nothing of it outlives the test.
//!
//! A database takes seconds to build, so one is built once and copied. A
//! janitor process waits at a pipe and cleans up also when the test process
//! is killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::server;
use crate::tool::{BINARY, Tool, skip, wait_at_most};

/// What the tool reads of a project.
const COPIED: [&str; 6] = [
    "Cargo.toml",
    "docker-compose.yml",
    ".env.example",
    "infrastructure/postgres/init.sql",
    "infrastructure/postgres/postgresql.conf",
    "infrastructure/docker/build.sh",
];

pub const INIT: &str = "infrastructure/postgres/init.sql";

pub struct Project {
    temp: TempDir,
    pub root: PathBuf,
    janitor: Child,
}

/// The checkout under test.
pub fn checkout() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask/ lies in the workspace").to_owned()
}

pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

impl Project {
    /// A copy of the project without a database.
    pub fn new() -> Project {
        let temp = tempfile::Builder::new().prefix("xtask-cli-").tempdir_in(place());
        let temp = temp.expect("a folder");
        // The account that runs the server must be able to walk through.
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).expect("is ours");
        let root = temp.path().join("project");
        for name in COPIED {
            let (from, to) = (checkout().join(name), root.join(name));
            fs::create_dir_all(to.parent().expect("has one")).expect("a folder");
            fs::copy(&from, &to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        }
        // What a test makes need not survive a power cut.
        let conf = root.join("infrastructure/postgres/postgresql.conf");
        let text = fs::read_to_string(&conf).expect("was copied");
        fs::write(&conf, text + "\nfsync = off\n").expect("is ours");
        let janitor = janitor(temp.path());
        let project = Project { temp, root, janitor };
        fs::create_dir(project.local_dir()).expect("a folder");
        project
    }

    /// Like [`Project::new`] where a server can be had; says so where not.
    pub fn with_server_programs() -> Option<Project> {
        if server::programs().is_none() {
            skip("no PostgreSQL server programs");
            return None;
        }
        Some(Project::new())
    }

    /// A copy of the project whose database is built and serves.
    pub fn with_database() -> Option<Project> {
        let project = Project::with_stopped_database()?;
        project.run(["up"]).exits(0);
        Some(project)
    }

    /// A copy of the project whose database is built; its server is stopped.
    pub fn with_stopped_database() -> Option<Project> {
        let project = Project::with_server_programs()?;
        project.install_database();
        Some(project)
    }

    /// Puts a copy of a built cluster into the home, which is not there yet.
    pub fn install_database(&self) {
        static BUILT: OnceLock<Project> = OnceLock::new();
        let built = BUILT.get_or_init(|| {
            let built = Project::new();
            built.run(["db-rebuild"]).exits(0);
            built.run(["down"]).exits(0);
            built
        });
        copy(&built.home(), &self.home());
        // Its port is not this one's.
        fs::remove_file(self.home().join("port")).expect("was noted");
    }

    /// Where `XTASK_LOCAL_DIR` points.
    pub fn local_dir(&self) -> PathBuf {
        self.temp.path().join("local")
    }

    /// Where this project's cluster lives.
    pub fn home(&self) -> PathBuf {
        self.home_of(&self.root)
    }

    /// Where the cluster of a checkout lives.
    pub fn home_of(&self, root: &Path) -> PathBuf {
        let root = root.canonicalize().expect("is there");
        let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
        let id: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        self.local_dir().join(format!("osint-intelligence-platform-{id}"))
    }

    pub fn temp(&self) -> &Path {
        self.temp.path()
    }

    /// The binary in this project, with nothing of the caller's environment.
    pub fn tool<S: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Tool {
        self.program(BINARY).args(words)
    }

    /// Another program, with what the binary would find in its environment.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Tool {
        Tool::new(program, &self.root)
            .env("XTASK_LOCAL_DIR", self.local_dir())
            .env("XTASK_TARGET", "local")
            // The services have tests of their own.
            .env("XTASK_SERVICES", "db")
    }

    #[track_caller]
    pub fn run<S: AsRef<std::ffi::OsStr>>(
        &self,
        words: impl IntoIterator<Item = S>,
    ) -> crate::tool::Ended {
        self.tool(words).run()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.root.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// init.sql with one piece replaced, which must be there.
    #[track_caller]
    pub fn edit_init(&self, from: &str, to: &str) {
        let text = self.read(INIT);
        assert!(text.contains(from), "init.sql without `{from}`");
        self.write(INIT, text.replacen(from, to, 1));
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

/// In memory where there is room for all clusters of a run: tests make dozens.
fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = nix::sys::statvfs::statvfs(memory)
        .map_or(0, |it| it.blocks_available().saturating_mul(it.fragment_size()));
    if room > 3 << 30 { memory.to_owned() } else { std::env::temp_dir() }
}

/// Copies a folder with owners, modes and times.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("has one")).expect("a folder");
    let copied = Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "copying {}", from.display());
}

/// Waits for the end of its input, then ends what works below `dir`, unmounts
/// what is mounted there, and removes it.
fn janitor(dir: &Path) -> Child {
    let script = "trap '' INT TERM HUP; read -r _; \
        end() { found=1; for process in /proc/[0-9]*; do \
          case $(readlink \"$process/cwd\") in \"$2\"/*) kill \"$1\" \"${process#/proc/}\"; found=0 ;; esac; \
        done; return $found; } 2>/dev/null; \
        end -INT \"$1\" && sleep 1; end -KILL \"$1\"; end -KILL \"$1\"; \
        while umount -l \"$1/local\" 2>/dev/null; do :; done; rm -rf \"$1\"";
    Command::new("sh")
        .args(["-c", script, "janitor"])
        .arg(dir)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

impl Drop for Project {
    fn drop(&mut self) {
        // No panic here: it may be a failed test that unwinds.
        let _ = Command::new(BINARY)
            .args(["down", "--target", "local", "--quiet"])
            .current_dir(&self.root)
            .env("XTASK_LOCAL_DIR", self.local_dir())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !std::thread::panicking() {
            let deadline = Duration::from_secs(15);
            wait_at_most(deadline, "nothing works in the project any more", || {
                server::processes_below(self.temp.path()).is_empty().then_some(())
            });
        }
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}
