//! What happens by itself: written for cron and systemd, tried before it is
//! installed, and told when it fails.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use crate::stage::Project;
use crate::tool::{Tool, skip};

const JOBS: &str = "backup = \"daily 02:00\"";
const MACHINE: &str = "/usr/local/bin:/usr/bin:/bin";

/// A timer knows nothing of this test's environment: `.env` does.
fn with_settings(project: &Project) {
    let local = project.local_dir().display().to_string();
    project.write(".env", format!("XTASK_LOCAL_DIR={local}\nXTASK_SERVICES=db\n"));
}

fn crontab(words: &[&str]) -> Option<String> {
    let output = Command::new("crontab").args(words).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn without_an_installation_the_times_are_shown_and_that_nobody_keeps_them() {
    let project = Project::new();
    project.run(["schedule"]).exits(2).answers(&[
        "backup   daily 02:00            next ",
        "prove    weekly sunday 03:00    next ",
        "never run yet",
        "at worst 24 h",
        "nobody starts these jobs: `cargo xtask schedule install`",
    ]);
    let document = project.run(["schedule", "show", "--json"]).exits(2).document();
    assert_eq!(document["data"]["jobs"][0]["next"].as_array().map(Vec::len), Some(3));
    project.run(["schedule", "remove"]).exits(0).answers(&["nothing was installed"]);
    // Whatever makes a backup counts.
    let manifest = project.read("Cargo.toml");
    let more = format!("{JOBS}\nprove-new = \"every 6h\"\nphysical = \"daily 03:00\"");
    project.write("Cargo.toml", manifest.replace(JOBS, &more));
    let told = ["at worst 6 h", "backup check --engine pgbackrest"];
    project.run(["schedule"]).exits(2).answers(&told);
    let none = "forget = \"daily 02:00\"";
    project.write("Cargo.toml", manifest.replace(JOBS, none));
    project.run(["schedule"]).exits(2).never_says(&["at worst"]);
    project.write("Cargo.toml", manifest);
    project.run(["schedule", "run", "nonsense"]).exits(64).says(&["one of: backup, prove, doctor"]);
}

#[test]
fn a_time_that_means_two_things_is_refused() {
    let project = Project::new();
    let manifest = project.read("Cargo.toml");
    for (wrong, says) in [
        ("backup = \"every 5h\"", "`every 5h` is no time a job can run at"),
        ("backup = \"monthly 31 02:00\"", "day 1 to 28"),
        ("backups = \"daily 02:00\"", "did you mean `backup`?"),
    ] {
        project.write("Cargo.toml", manifest.replace(JOBS, wrong));
        let ended = project.run(["schedule", "show"]);
        assert_ne!(ended.code, 0, "{}", ended.whole());
        ended.says(&[says]);
    }
}

#[test]
fn what_would_not_work_from_a_timer_is_not_installed() {
    let Some(project) = Project::with_database() else { return };
    // Only this shell knows where the server is.
    project
        .tool(["schedule", "install", "--into", "units"])
        .run()
        .exits(3)
        .says(&["would not work from a timer", "put them into `.env`"]);
    assert!(!project.root.join("units").exists());
}

#[test]
fn the_units_are_what_systemd_understands() {
    let Some(project) = Project::with_database() else { return };
    with_settings(&project);
    project.run(["schedule", "install", "--into", "units"]).exits(0).answers(&["6 units"]);
    let dir = project.root.join("units");
    let names: Vec<String> = fs::read_dir(&dir)
        .expect("is made")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let timers: Vec<_> = names.iter().filter(|it| it.ends_with(".timer")).collect();
    let text = |what: &str| {
        let name = names.iter().find(|it| it.ends_with(what)).expect("is one of them");
        fs::read_to_string(dir.join(name)).expect("can be read")
    };
    assert!(text("prove.timer").contains("OnCalendar=Sun *-*-* 03:00:00\n"));
    let service = text("backup.service");
    assert!(
        service.contains("\"--target\" \"local\" \"schedule\" \"run\" \"backup\"\n"),
        "{service}"
    );
    // One that is configured no more goes.
    project.write("Cargo.toml", project.read("Cargo.toml").replace("doctor = \"daily 08:00\"", ""));
    project.run(["schedule", "install", "--into", "units"]).exits(0).answers(&["4 units"]);
    assert_eq!(fs::read_dir(&dir).expect("is there").count(), 4);
    let checked = Command::new("systemd-analyze")
        .arg("verify")
        .args(timers.iter().filter(|it| !it.contains("doctor")).map(|it| dir.join(it)))
        .output();
    match checked {
        Ok(output) => {
            let says = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{says}");
        }
        Err(_) => skip("no systemd-analyze"),
    }
}

#[test]
fn the_line_of_the_crontab_makes_a_backup() {
    let Some(before) = crontab(&["-l"]) else { return skip("no crontab") };
    let Some(project) = Project::with_database() else { return };
    with_settings(&project);
    project
        .run(["schedule", "install", "--cron"])
        .exits(0)
        .answers(&["by the crontab, on target local"]);
    let now = crontab(&["-l"]).expect("there is one");
    assert!(now.starts_with(&before), "{now}");
    let own: Vec<&str> = now
        .lines()
        .filter(|line| line.contains(&*project.root.to_string_lossy()) && !line.starts_with('#'))
        .collect();
    assert_eq!(own.len(), 3, "{now}");
    let backup = own[0].strip_prefix("0 2 * * * ").expect("runs at two");
    // As cron runs it: with hardly a variable, from another folder.
    let cron = Tool::new("/usr/bin/env", std::path::Path::new("/"));
    cron.args(["-i", "HOME=/root", &format!("PATH={MACHINE}"), "sh", "-c", backup]).run().exits(0);
    project.run(["backup", "check"]).exits(0);
    project.run(["schedule"]).exits(0).answers(&["well, in "]);
    // Units for another machine take nothing away from this one.
    project.run(["schedule", "install", "--into", "units"]).exits(0);
    assert_eq!(crontab(&["-l"]).as_deref(), Some(now.as_str()));
    // Installing again changes nothing but the time it is noted at.
    project.run(["schedule", "install", "--cron"]).exits(0);
    assert_eq!(crontab(&["-l"]).as_deref(), Some(now.as_str()));
    project
        .write("Cargo.toml", project.read("Cargo.toml").replace(JOBS, "backup = \"daily 02:01\""));
    project.run(["schedule"]).exits(2).answers(&["names other jobs or times than were installed"]);
    project.run(["schedule", "remove"]).exits(0);
    assert_eq!(crontab(&["-l"]).expect("was there"), before);
}

/// Answers one request and hands back what was asked.
fn listen() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("has one").port();
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody calls");
        let mut bytes = [0_u8; 4096];
        let mut text = String::new();
        while !text.contains("\r\n\r\n") || text.ends_with("\r\n\r\n") {
            let read = stream.read(&mut bytes).expect("says something");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
            if read == 0 {
                break;
            }
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        text
    });
    (format!("http://127.0.0.1:{port}/ping/canary-51c0de"), heard)
}

#[test]
fn success_and_failure_are_told() {
    let Some(project) = Project::with_database() else { return };
    let (url, heard) = listen();
    project
        .tool(["schedule", "run", "backup", "-v"])
        .env("XTASK_SUCCESS_URL", &url)
        .run()
        .exits(0)
        .never_says(&["canary-51c0de"]);
    let request = heard.join().expect("was asked");
    assert!(request.starts_with("POST /ping/canary-51c0de"), "{request}");
    assert!(request.contains("backup on local: 0"), "{request}");
    project.run(["down"]).exits(0);
    let (url, heard) = listen();
    project
        .tool(["schedule", "run", "backup", "-v"])
        .env("XTASK_FAILURE_URL", &url)
        .env("XTASK_FAILURE_COMMAND", "echo \"$XTASK_JOB $XTASK_EXIT\" > told")
        .run()
        .exits(4)
        .says(&["the job backup ended with 4", "its log: `.xtask/schedule/backup.log`"])
        .never_says(&["canary-51c0de"]);
    assert!(heard.join().expect("was asked").contains("backup on local: 4"));
    assert_eq!(project.read("told"), "backup 4\n");
    // A good run before does not hide the bad one after it.
    project.run(["schedule"]).exits(2).answers(&["ended with 4"]);
    // Nobody listens: the job is what it is.
    project.run(["up"]).exits(0);
    project
        .tool(["schedule", "run", "backup"])
        .env("XTASK_SUCCESS_URL", "http://127.0.0.1:1/ping/canary-51c0de")
        .run()
        .exits(0)
        .says(&["nobody was told at `XTASK_SUCCESS_URL`"])
        .never_says(&["canary-51c0de"]);
}
