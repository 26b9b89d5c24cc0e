//! The moment of a swap, held still: before its transaction has committed, and
//! when it has and nobody was told.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::stage::Project;
use crate::tool::{Running, wait_until};

const RENAMES_WAIT: &str = include_str!("moment/renames_wait.sql");
const COMMITS_WAIT: &str = include_str!("moment/commits_wait.sql");

/// Whoever changes the name of a database waits for us.
pub struct Still<'a> {
    project: &'a Project,
    holder: Running,
}

impl<'a> Still<'a> {
    /// `database` keeps its name until this is let go.
    pub fn hold(project: &'a Project, database: &str) -> Still<'a> {
        let sql = format!("BEGIN; COMMENT ON DATABASE {database} IS 'held'; SELECT pg_sleep(600)");
        let holder = project.psql_on("postgres").args(["-c", &sql]).start();
        let held = "SELECT count(*) FROM pg_locks WHERE classid = 'pg_database'::regclass \
                    AND mode = 'ShareUpdateExclusiveLock' AND granted";
        wait_until("the name is held", || (project.sql_on("postgres", held) == "1").then_some(()));
        Still { project, holder }
    }

    /// Waits until somebody is about to change names.
    pub fn is_met(&self) {
        wait_until("a rename waits", || {
            (self.project.sql_on("postgres", RENAMES_WAIT) != "0").then_some(())
        });
    }

    pub fn let_go(self) {
        end_sleepers(self.project);
        self.holder.finish();
    }

    /// The names change, and the server keeps that to itself.
    pub fn let_go_hushed(self) -> Hushed<'a> {
        let project = self.project;
        let on = |sql: &str| project.sql_on("postgres", sql);
        on("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        on("SELECT pg_reload_conf()");
        // All hear of it when one of them does.
        let first = "SELECT pg_logical_emit_message(true, 'hush', '')";
        let first = project.psql_on("postgres").args(["-c", first]).start();
        let hushed = Hushed { project };
        hushed.is_committed();
        on(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_logical_emit_message%' AND pid <> pg_backend_pid()",
        );
        first.finish();
        self.let_go();
        hushed.is_committed();
        hushed
    }
}

fn end_sleepers(project: &Project) {
    project.sql_on("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()");
}

/// What is committed is told to nobody while this lives.
pub struct Hushed<'a> {
    project: &'a Project,
}

impl Hushed<'_> {
    fn is_committed(&self) {
        wait_until("a commit is told to nobody", || {
            (self.project.sql_on("postgres", COMMITS_WAIT) != "0").then_some(())
        });
    }

    /// Those who wait for an answer lose their connection.
    pub fn hang_up(&self) {
        self.project.sql_on(
            "postgres",
            &format!(
                "SELECT pg_terminate_backend(pid) FROM ({}) AS waiting",
                COMMITS_WAIT.replace("count(*)", "pid")
            ),
        );
    }

    /// Everybody hears of it who is still there.
    pub fn tell(self) {
        self.project.sql_on("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
        self.project.sql_on("postgres", "SELECT pg_reload_conf()");
        wait_until("nobody waits for an answer", || {
            (self.project.sql_on("postgres", COMMITS_WAIT) == "0").then_some(())
        });
    }

    /// The server dies before it tells anybody.
    pub fn crash(self) {
        crash(self.project);
        let conf = self.project.home().join("data/postgresql.auto.conf");
        fs::write(conf, "").expect("root, or ours");
    }
}

/// The server dies as by a power cut, and is gone when this comes back.
pub fn crash(project: &Project) {
    let postmaster = Pid::from_raw(project.postmaster());
    kill(postmaster, Signal::SIGQUIT).expect("runs");
    wait_until("the server is gone", || kill(postmaster, None).is_err().then_some(()));
}
