//! A copy of the project with everything the services need, and questions to
//! its api.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::server;
use crate::stage::{Project, checkout, copy};
use crate::tool::skip;
use crate::tool::{BINARY, Ended, Tool};

const COPIED: [&str; 7] = [
    "pyproject.toml",
    "scripts",
    "services",
    "shared/__init__.py",
    "shared/python",
    "infrastructure/docker/services",
    "infrastructure/postgres/init.sql",
];

pub struct Platform {
    pub project: Project,
    /// Of api, processor and enrichment: two that start at once would take the
    /// same free ones.
    ports: [u16; 3],
}

const PORTS: [&str; 3] = ["API_PORT", "PROCESSOR_PORT", "ENRICHMENT_PORT"];

/// Three that nobody listens at; never the same twice in this process.
fn ports() -> [u16; 3] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Below those that systems and servers of tests take by themselves.
    let begin = 9000 + u16::try_from(std::process::id() % 200).expect("is small") * 50;
    let mut free = std::iter::repeat_with(|| begin + NEXT.fetch_add(1, Ordering::Relaxed))
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    std::array::from_fn(|_| free.next().expect("there are more"))
}

/// What the api answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

impl Platform {
    /// Database and services run.
    pub fn running() -> Option<Platform> {
        let platform = Platform::stopped()?;
        platform.run(["up"]).exits(0);
        Some(platform)
    }

    /// The database is built; nothing runs.
    pub fn stopped() -> Option<Platform> {
        if server::programs().is_none() {
            skip("no PostgreSQL server programs");
            return None;
        }
        let project = Project::with_stopped_database()?;
        for name in COPIED {
            let to = project.root.join(name);
            if !to.exists() {
                copy(&checkout().join(name), &to);
            }
        }
        Some(Platform { project, ports: ports() })
    }

    /// The binary, with the services and one Python environment for all tests.
    pub fn tool<S: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Tool {
        self.program(BINARY).args(words)
    }

    /// Another program, with what the binary would find in its environment.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Tool {
        let tool = self.project.program(program);
        let tool = tool.env("XTASK_SERVICES", "all").env("XTASK_VENV", venv());
        let ports = PORTS.iter().zip(self.ports);
        let tool = ports.fold(tool, |tool, (name, port)| tool.env(name, port.to_string()));
        let pip = std::env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            name.starts_with("PIP_") || name.starts_with("SSL_") || name.ends_with("_proxy")
        });
        // How this machine reaches the package index.
        pip.fold(tool, |tool, (name, value)| tool.env(&name.to_string_lossy(), value))
    }

    #[track_caller]
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Ended {
        self.tool(words).run()
    }

    /// The Python of the services, with the database in its environment.
    pub fn python<S: AsRef<std::ffi::OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Tool {
        Tool::new(venv().join("bin/python"), &self.project.root)
            .env("DATABASE_URL", self.project.url())
            .args(words)
    }

    /// `services` of `status --json`: name, state, port, restarts.
    #[track_caller]
    pub fn services(&self) -> Vec<Value> {
        let document = self.run(["status", "--json"]).document();
        document["data"]["services"].as_array().expect("are told").clone()
    }

    #[track_caller]
    pub fn is_healthy(&self) -> bool {
        self.services().iter().all(|it| it["state"] == "healthy")
    }

    /// The process of a service, as the supervisor notes it.
    pub fn pid(&self, service: &str) -> Option<i32> {
        let state = self.state()?;
        i32::try_from(state["services"][service]["process"]["pid"].as_i64()?).ok()
    }

    pub fn supervisor(&self) -> Option<i32> {
        let lock = fs::read(self.project.root.join(".xtask/services/lock")).ok()?;
        let process: Value = serde_json::from_slice(&lock).ok()?;
        i32::try_from(process["pid"].as_i64()?).ok()
    }

    pub fn port(&self, service: &str) -> u16 {
        let state = self.state().expect("services were started");
        u16::try_from(state["services"][service]["port"].as_u64().expect("a port")).expect("small")
    }

    fn state(&self) -> Option<Value> {
        let bytes = fs::read(self.project.root.join(".xtask/services/state.json")).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub fn get(&self, path: &str) -> Option<Reply> {
        get(self.port("api"), path)
    }
}

/// One request by hand; None when nobody answers to the end.
pub fn get(port: u16, path: &str) -> Option<Reply> {
    let address = ([127, 0, 0, 1], port).into();
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    Some(Reply { status, body: body.to_owned() })
}

/// Made by the first test that needs it, kept for the next run.
fn venv() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("services-venv")
}
