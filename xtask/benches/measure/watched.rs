//! A command of ours with what it took: time, and memory at most.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The time, and the most memory that the process itself had, in KB.
pub fn watched(command: &mut Command) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).spawn().expect("starting a program");
    let mut most = 0;
    let status = loop {
        let now = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let peak = now.unwrap_or_default().lines().find_map(kilobytes);
        most = most.max(peak.unwrap_or(0));
        match child.try_wait().expect("the program") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    assert!(status.success(), "{command:?} failed");
    (started.elapsed(), most)
}

/// Of the line with the most memory that a process had.
fn kilobytes(line: &str) -> Option<u64> {
    line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok()
}
