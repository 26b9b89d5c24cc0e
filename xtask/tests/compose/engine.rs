//! The engine as the tests see it: what is there, and what only a hand from
//! outside does to it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::stage::Checkout;
use crate::tool::wait_until;

/// The image `docker-compose.yml` names without a `.env`.
pub const IMAGE: &str = "postgres:17";

/// `docker ARGUMENTS`, whatever it ends with.
pub fn try_docker(arguments: &[&str]) -> Output {
    Command::new("docker")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("docker: {error}"))
}

/// What `docker ARGUMENTS` prints; a failure is the test's.
#[track_caller]
pub fn docker(arguments: &[&str]) -> String {
    let output = try_docker(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {}: {stderr}", arguments.join(" "));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Why no stack can be had here; None when one can.
pub fn why_not() -> Option<String> {
    let answers = |arguments: &[&str]| {
        let asked = Command::new("docker").args(arguments).stdin(Stdio::null()).output();
        asked.is_ok_and(|output| output.status.success())
    };
    if !answers(&["info", "--format", "{{.ServerVersion}}"]) {
        return Some("no Docker engine answers".to_owned());
    }
    let is_there = answers(&["image", "inspect", IMAGE]);
    (!is_there).then(|| format!("the engine has no image {IMAGE} (`cargo xtask images`)"))
}

/// Everything that must be the same after a command that was to change
/// nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub containers: Vec<String>,
    pub started: String,
    pub volume: Option<String>,
    /// The cluster's own number: a new initdb makes a new one. (The engine's
    /// CreatedAt of a volume changes with every start of the server.)
    pub cluster: String,
    pub users: String,
}

impl Checkout {
    /// The ids of the service's containers, running or not.
    pub fn containers(&self) -> Vec<String> {
        let project = format!("label=com.docker.compose.project={}", self.project());
        let service = "label=com.docker.compose.service=postgres";
        let found = docker(&["ps", "-aq", "--no-trunc", "--filter", &project, "--filter", service]);
        found.lines().map(str::to_owned).collect()
    }

    /// The one container, which must be there.
    #[track_caller]
    pub fn container(&self) -> String {
        let mut found = self.containers();
        assert_eq!(found.len(), 1, "containers of {}: {found:?}", self.project());
        found.remove(0)
    }

    /// One field of the container, as a Go template.
    #[track_caller]
    pub fn inspect(&self, template: &str) -> String {
        docker(&["inspect", "--format", template, &self.container()])
    }

    pub fn volume(&self) -> Option<String> {
        let name = format!("{}_postgres_data", self.project());
        try_docker(&["volume", "inspect", &name]).status.success().then_some(name)
    }

    /// Runs a shell line as root with the volume at /v, the server stopped.
    #[track_caller]
    pub fn in_volume(&self, line: &str) -> String {
        let mount = format!("{}:/v", self.volume().expect("a volume"));
        let name = format!("{}-hand", self.project());
        docker(&[
            "run",
            "--rm",
            "--name",
            &name,
            "--volume",
            &mount,
            "--network",
            "none",
            "--entrypoint",
            "sh",
            IMAGE,
            "-c",
            line,
        ])
    }

    /// Asks the server over TCP inside its container; None when it does not
    /// answer.
    pub fn try_sql(&self, sql: &str) -> Option<String> {
        let containers = self.containers();
        let [container] = containers.as_slice() else { return None };
        let output = try_docker(&[
            "exec",
            container,
            "psql",
            "-h",
            "127.0.0.1",
            "-U",
            "osint_user",
            "-d",
            "osint_platform",
            "-v",
            "ON_ERROR_STOP=1",
            "-XAtqc",
            sql,
        ]);
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(answer)
    }

    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap_or_else(|| panic!("{} does not answer: {sql}", self.project()))
    }

    /// A row that init.sql does not bring back.
    #[track_caller]
    pub fn add_user(&self, name: &str) {
        self.sql(&format!(
            "INSERT INTO users (username, email, hashed_password) VALUES ('{name}', '{name}@example', 'x')"
        ));
    }

    /// The names of the rows [`Checkout::add_user`] made.
    #[track_caller]
    pub fn users(&self) -> String {
        self.sql("SELECT string_agg(username, ' ' ORDER BY username) FROM users")
    }

    #[track_caller]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            containers: self.containers(),
            started: self.inspect("{{.State.StartedAt}}"),
            volume: self.volume(),
            cluster: self.sql("SELECT system_identifier FROM pg_control_system()"),
            users: self.users(),
        }
    }

    /// Waits until the compose file's own health check is content.
    pub fn becomes_healthy(&self) {
        wait_until("a healthy container", || {
            (self.inspect("{{.State.Health.Status}}") == "healthy").then_some(())
        });
    }

    /// Nothing but the database's one container, its volume and its network
    /// bears the project's name.
    #[track_caller]
    pub fn is_tidy(&self) {
        let names = docker(&[
            "ps",
            "-a",
            "--filter",
            &format!("name=^/?{}", self.project()),
            "--format",
            "{{.Names}}",
        ]);
        assert_eq!(names.lines().count(), 1, "containers: {names}");
        let left = self.root.join(".xtask/run.json");
        assert!(!left.exists(), "a note of an unfinished run: {}", left.display());
    }

    /// What `pg_restore`, the server's own, reads out of a dump.
    #[track_caller]
    pub fn read_dump(&self, dump: &Path) -> String {
        let container = self.container();
        let file = std::fs::File::open(dump).expect("a dump");
        let output = Command::new("docker")
            .args(["exec", "-i", &container, "pg_restore", "--file=-"])
            .stdin(file)
            .output()
            .expect("docker");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
