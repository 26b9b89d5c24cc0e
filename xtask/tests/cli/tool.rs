//! Running the binary: with a clean environment, a deadline, and everything
//! it printed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

pub const BINARY: &str = env!("CARGO_BIN_EXE_xtask");

/// Copies the binary to `to`. Another program does it: a file that is open
/// for writing here is open in whatever another test starts at that moment,
/// and nobody can run it.
pub fn copy_binary(to: &Path) {
    let copied = Command::new("cp").arg(BINARY).arg(to).status().expect("cp");
    assert!(copied.success(), "cp {BINARY} {}", to.display());
}

/// Far beyond what any command takes here, also on a busy machine.
const DEADLINE: Duration = Duration::from_secs(400);
/// How long a finished program's output may stay open.
const DRAIN: Duration = Duration::from_secs(30);
/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(120);

/// What says where programs are, where the engine is and which compose
/// plugins there are.
const OF_THE_MACHINE: [&str; 5] =
    ["PATH", "DOCKER_HOST", "DOCKER_CONTEXT", "XDG_RUNTIME_DIR", "LLVM_PROFILE_FILE"];

/// One call of a program, to be run or started.
pub struct Tool {
    command: Command,
    shown: String,
}

/// What a finished program left.
#[derive(Debug)]
pub struct Ended {
    /// 128 + the signal's number when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    shown: String,
}

/// A program that is running.
pub struct Running {
    child: Child,
    shown: String,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    /// The lines of stderr that were looked at.
    heard: Vec<String>,
}

/// Polls until `done` gives something; panics after two minutes.
#[track_caller]
pub fn wait_until<T>(what: &str, done: impl FnMut() -> Option<T>) -> T {
    wait_at_most(PATIENCE, what, done)
}

/// Polls until `done` gives something; panics at the deadline.
#[track_caller]
pub fn wait_at_most<T>(deadline: Duration, what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = done() {
            return value;
        }
        assert!(started.elapsed() < deadline, "waited {deadline:?} for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Says in one line why a test could not run; a failure in CI.
pub fn skip(why: &str) {
    static SKIPPED: AtomicUsize = AtomicUsize::new(0);
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("?");
    say(&format!("skipped ({count}): {name}: {why}"));
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    assert!(!is_ci, "under CI nothing may be skipped: {why}");
}

/// A line past libtest's capture, which would hide it.
pub fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

impl Tool {
    /// A program in `dir` that knows of this machine only where programs and
    /// the engine are.
    pub fn new(program: impl AsRef<OsStr>, dir: &Path) -> Tool {
        let shown = program.as_ref().to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.current_dir(dir).env_clear().stdin(Stdio::null());
        for name in OF_THE_MACHINE {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", dir).env("LANG", "C.UTF-8");
        Tool { command, shown }
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Tool {
        self.shown.push_str(&format!(" {}", argument.as_ref().to_string_lossy()));
        self.command.arg(argument);
        self
    }

    pub fn args<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Tool {
        arguments.into_iter().fold(self, |tool, argument| tool.arg(argument))
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Tool {
        self.command.env(name, value);
        self
    }

    pub fn without(mut self, name: &str) -> Tool {
        self.command.env_remove(name);
        self
    }

    pub fn dir(mut self, dir: &Path) -> Tool {
        self.command.current_dir(dir);
        self
    }

    /// As another account; only root can.
    pub fn by(mut self, uid: u32, gid: u32) -> Tool {
        self.command.uid(uid).gid(gid);
        self
    }

    pub fn start(mut self) -> Running {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect(&self.shown);
        let stdout = lines_of(child.stdout.take().expect("piped"));
        let stderr = lines_of(child.stderr.take().expect("piped"));
        Running { child, shown: self.shown, stdout, stderr, heard: Vec::new() }
    }

    #[track_caller]
    pub fn run(self) -> Ended {
        self.start().finish()
    }
}

/// The lines a program prints, as they come; closed with its last holder.
fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            if sender.send(String::from_utf8_lossy(&bytes).into_owned()).is_err() {
                return;
            }
            bytes.clear();
        }
    });
    receiver
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the tool, run with `-v`, says that a step begins.
    #[track_caller]
    pub fn reaches(&mut self, step: &str) {
        let line = format!("  ..   {step}\n");
        assert!(
            self.hears(&line),
            "`{}` never reached `{step}`:\n{}",
            self.shown,
            self.heard.concat()
        );
    }

    /// Waits until a line of stderr holds `words`. False when the program
    /// ended without.
    pub fn hears(&mut self, words: &str) -> bool {
        loop {
            match self.stderr.recv_timeout(DEADLINE) {
                Ok(line) => {
                    let found = line.contains(words);
                    self.heard.push(line);
                    if found {
                        return true;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("`{}` never said `{words}`:\n{}", self.shown, self.heard.concat())
                }
            }
        }
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid().cast_signed()), signal).expect("the program runs");
    }

    /// `kill -9`; what it started lives on.
    pub fn kill(mut self) {
        self.child.kill().expect("was running");
        self.child.wait().expect("was ours");
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("is ours").is_none()
    }

    #[track_caller]
    pub fn finish(mut self) -> Ended {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("is ours") {
                break status;
            }
            if started.elapsed() > DEADLINE {
                let _ = self.child.kill();
                panic!("`{}` did not end:\n{}", self.shown, self.heard.concat());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        let stderr = self.heard.concat() + &self.rest(&self.stderr);
        Ended { code, stdout: self.rest(&self.stdout), stderr, shown: self.shown }
    }

    /// What is left in a pipe. A pipe that stays open is held by a server
    /// that must not have it: `cargo xtask up | cat` would never end.
    fn rest(&self, pipe: &Receiver<String>) -> String {
        let mut text = String::new();
        loop {
            match pipe.recv_timeout(DRAIN) {
                Ok(line) => text.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => return text,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("`{}` ended, and something holds its output open", self.shown)
                }
            }
        }
    }
}

impl Ended {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ended {
        assert_eq!(self.code, code, "{}", self.whole());
        self
    }

    /// Every word stands on stderr.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Ended {
        for word in words {
            assert!(self.stderr.contains(word), "stderr without `{word}`: {}", self.whole());
        }
        self
    }

    /// Every word stands on stdout.
    #[track_caller]
    pub fn answers(self, words: &[&str]) -> Ended {
        for word in words {
            assert!(self.stdout.contains(word), "stdout without `{word}`: {}", self.whole());
        }
        self
    }

    /// Not a byte on stdout.
    #[track_caller]
    pub fn answers_nothing(self) -> Ended {
        assert!(self.stdout.is_empty(), "stdout is not empty: {}", self.whole());
        self
    }

    /// None of the words stands on either stream.
    #[track_caller]
    pub fn never_says(self, words: &[&str]) -> Ended {
        for word in words {
            let said = self.stdout.contains(word) || self.stderr.contains(word);
            assert!(!said, "`{word}` was said: {}", self.whole());
        }
        self
    }

    /// The document of `--json`: one, whole, with the fields every one has.
    #[track_caller]
    pub fn document(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not one document ({error}): {}", self.whole()));
        assert_eq!(document["schema_version"], 1, "{}", self.whole());
        assert_eq!(document["exit_code"], self.code, "{}", self.whole());
        assert_eq!(document["ok"], self.code == 0, "{}", self.whole());
        assert!(document["command"].is_string(), "{}", self.whole());
        assert!(document["duration_ms"].is_u64(), "{}", self.whole());
        let (data, error) = (document.get("data"), document.get("error"));
        assert!(data.is_some() != error.is_some(), "data or error: {}", self.whole());
        document
    }

    pub fn whole(&self) -> String {
        let Ended { code, stdout, stderr, shown } = self;
        format!("`{shown}` exit {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}
