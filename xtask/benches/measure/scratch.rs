//! A platform of the benchmark's own: a checkout, a cluster, its binary.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::measure::{build, run_named};

pub struct Scratch {
    pub project: tempfile::TempDir,
    pub xtask: PathBuf,
}

impl Scratch {
    pub fn new() -> Scratch {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        Scratch { xtask: build(root), project: copy_project(root) }
    }

    pub fn sql(&self, statement: &str) -> String {
        let output = self
            .command(&["psql", "--", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement])
            .output();
        let output = output.expect("psql");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A Python program of the project or of this folder; what it prints.
    pub fn python(&self, words: &[&str]) -> String {
        let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let own = benches.join(words[0]);
        let script = if own.exists() { own } else { PathBuf::from(words[0]) };
        let script = script.display().to_string();
        let words: Vec<&str> =
            ["python", "--", &script].into_iter().chain(words[1..].iter().copied()).collect();
        let output = self.command(&words).output().expect("python");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn xtask(&self, words: &[&str]) -> bool {
        self.command(words).stdin(Stdio::null()).status().expect("xtask").success()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.bare();
        // What stands behind `--` is not for us.
        let at = words.iter().position(|word| *word == "--").unwrap_or(words.len());
        command.args(&words[..at]).args(["--target", "local", "--quiet"]).args(&words[at..]);
        command
    }

    /// The binary, in the project, with nothing to do yet.
    pub fn bare(&self) -> Command {
        let mut command = Command::new(&self.xtask);
        command.current_dir(self.project.path());
        command.env("XTASK_LOCAL_DIR", self.project.path().join("local"));
        command
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.xtask(&["down"]);
    }
}

/// A checkout of its own.
fn copy_project(root: &Path) -> tempfile::TempDir {
    let project = tempfile::Builder::new().prefix("xtask-bench").tempdir().expect("a folder");
    let path = project.path();
    // The server's account must be able to walk through.
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("permissions");
    for name in ["infrastructure", "shared", "local"] {
        std::fs::create_dir_all(path.join(name)).expect("a folder");
    }
    for name in [
        "Cargo.toml",
        "docker-compose.yml",
        "pyproject.toml",
        "scripts",
        "services",
        "infrastructure/postgres",
        "shared/__init__.py",
        "shared/python",
    ] {
        let mut copy = Command::new("cp");
        run_named("copying", copy.arg("-R").arg(root.join(name)).arg(path.join(name)));
    }
    project
}
