//! The services around restore and rollback: they stop before the names
//! change, they run on what serves then, and also after a swap that failed.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::moment::Still;
use crate::platform::Platform;
use crate::server::DATABASE;
use crate::tool::{Ended, wait_until};

const RESTORE: [&str; 3] = ["restore", "latest", "--yes"];
const BACK: [&str; 3] = ["rollback", "--discard-newer", "--yes"];

/// Services that run on a database with a backup, and a row that is newer.
fn backed_up() -> Option<Platform> {
    let platform = Platform::running()?;
    platform.run(["backup"]).exits(0);
    platform.project.insert_row("newer");
    Some(platform)
}

/// Each of these steps, in this order.
#[track_caller]
fn went(ended: &Ended, steps: &[&str]) {
    let mut rest = ended.stderr.as_str();
    for step in steps {
        let line = format!("  ok   {step} ");
        let at = rest.find(&line).unwrap_or_else(|| panic!("no `{step}` there: {}", ended.whole()));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn services_stop_before_a_swap_and_run_on_what_serves_then() {
    let Some(platform) = backed_up() else { return };
    let steps = ["prepare services", "stop services", "swap", "start services", "check services"];
    for (words, has_newer) in [(RESTORE, false), (BACK, true)] {
        let (served, pid) = (platform.project.identity(), platform.pid("api"));
        let ended = platform.run(words).exits(0);
        went(&ended, &steps);
        assert_ne!(platform.project.identity(), served);
        assert_eq!(platform.project.has_row("newer"), has_newer);
        assert_ne!(platform.pid("api"), pid, "{}", ended.whole());
        assert!(platform.is_healthy(), "{}", ended.whole());
        assert_eq!(platform.get("/health").expect("answers").status, 200);
    }
}

#[test]
fn services_run_again_after_a_swap_that_failed() {
    let Some(platform) = backed_up() else { return };
    let project = &platform.project;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE query LIKE '%RENAME TO%' AND wait_event_type = 'Lock'";
    platform.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    for (words, is_stopped) in [(RESTORE, false), (BACK, true)] {
        let served = project.identity();
        let pid = Pid::from_raw(platform.pid("api").expect("runs"));
        let still = Still::hold(project, DATABASE);
        let running = platform.tool(words).start();
        still.is_met();
        assert!(kill(pid, None).is_err(), "the api still runs");
        if is_stopped {
            running.signal(Signal::SIGINT);
            running.finish().exits(130).answers_nothing();
        } else {
            project.sql_on("postgres", end);
            let ended = running.finish().answers_nothing();
            assert!([1, 4].contains(&ended.code), "{}", ended.whole());
        }
        still.let_go();
        assert_eq!(project.identity(), served, "{words:?}");
        wait_until("the services run again", || platform.is_healthy().then_some(()));
    }
    project.is_tidy();
}
