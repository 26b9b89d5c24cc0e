//! `--online --to`: a database goes to another server while everybody writes;
//! nothing that was told as done is lost, and what stops it is told before.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{staying_writers, told, writers};
use crate::server::{self, DATABASE, USER};
use crate::stage::{INIT, Project, is_root};
use crate::tool::{Tool, skip, wait_until};

/// Also for majors whose programs have no contrib modules.
pub const PLAIN: &str = include_str!("between.sql");
const PASSWORD: &str = "canary-of-the-other-server";

/// Another server, below the folder of a project.
pub struct There {
    bin: PathBuf,
    pub home: PathBuf,
    port: u16,
}

impl There {
    pub fn start(project: &Project, bin: &Path) -> There {
        let home = project.temp().join("there");
        fs::create_dir(&home).expect("a folder");
        fs::write(home.join("password"), PASSWORD).expect("is ours");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let there = There { bin: bin.to_owned(), home, port: port.expect("a free port").port() };
        if let Some((user, group)) = account() {
            for path in [there.home.clone(), there.home.join("password")] {
                chown(path, Some(user), Some(group)).expect("root may");
            }
        }
        let made = there.program("initdb").args(["--pgdata=data", "--no-sync", "--locale=C.UTF-8"]);
        made.args([&format!("--username={USER}"), "--pwfile=password", "--auth=scram-sha-256"])
            .args(["--encoding=UTF8"])
            .run()
            .exits(0);
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n\
             log_statement = 'all'\n",
            port = there.port
        );
        let conf = there.home.join("data/postgresql.conf");
        let text = fs::read_to_string(&conf).expect("made by initdb");
        fs::write(conf, text + &settings).expect("is ours");
        there.program("pg_ctl").args(["-D", "data", "-l", "log", "-w", "start"]).run().exits(0);
        there
    }

    pub fn program(&self, name: &str) -> Tool {
        let tool = Tool::new(self.bin.join(name), &self.home);
        match account() {
            Some((user, group)) => tool.by(user, group),
            None => tool,
        }
    }

    pub fn url(&self) -> String {
        format!("postgresql://{USER}:{PASSWORD}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    #[track_caller]
    pub fn sql_on(&self, database: &str, sql: &str) -> String {
        let url = self.url().replace(&format!("/{DATABASE}"), &format!("/{database}"));
        let psql = Tool::new(server::program("psql"), &self.home);
        let ended = psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, &url]).run().exits(0);
        ended.stdout.trim_end().to_owned()
    }

    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.sql_on(DATABASE, sql)
    }

    /// Databases of ours, and what follows others.
    pub fn left(&self) -> String {
        let all = "SELECT datname FROM pg_database WHERE datname LIKE 'osint%' \
                   UNION ALL SELECT subname FROM pg_subscription";
        self.sql_on("postgres", all)
    }
}

impl Drop for There {
    fn drop(&mut self) {
        let stop = self.bin.join("pg_ctl");
        let mut command = Command::new(stop);
        command.current_dir(&self.home).args(["-D", "data", "-m", "immediate", "-w", "stop"]);
        if let Some((user, group)) = account() {
            use std::os::unix::process::CommandExt;
            command.gid(group).uid(user);
        }
        let _ = command.output();
    }
}

/// The server refuses root.
fn account() -> Option<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|it| it.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    };
    if is_root() { find("postgres").or_else(|| find("nobody")) } else { None }
}

/// A platform whose server can be followed.
pub fn project() -> Option<Project> {
    let project = Project::with_stopped_database()?;
    follow(&project);
    project.run(["up"]).exits(0);
    Some(project)
}

fn follow(project: &Project) {
    let conf = "infrastructure/postgres/postgresql.conf";
    let text = project.read(conf);
    project.write(conf, text + "\nwal_level = logical\n");
}

pub fn moving(project: &Project, there: &There) -> Tool {
    let words = ["db-rebuild", "--keep-data", "--online", "--yes", "--to"];
    project.tool(words).arg(there.url()).env("PATH", path(there))
}

/// Programs of both majors.
pub fn path(there: &There) -> String {
    format!("{}:{}", there.bin.display(), std::env::var("PATH").unwrap_or_default())
}

fn slots(project: &Project) -> String {
    project.sql(
        "SELECT slot_name FROM pg_replication_slots UNION ALL SELECT pubname FROM pg_publication",
    )
}

/// Moves while four clients write; every write that they were told of is there.
fn move_under_writers(project: &Project, there: &There) {
    let mut clients = writers(project, 2);
    clients.extend(staying_writers(project, 2));
    wait_until("the writers were told", || (told(project).len() > 100).then_some(()));
    let ended = moving(project, there).arg("--json").run().exits(0);
    let ended = ended.never_says(&[PASSWORD, &project.password()]);
    let data = &ended.document()["data"];
    assert!(data["held_ms"].as_u64().is_some_and(|it| it < 60_000), "{data}");
    let then = told(project).len();
    project.write("stop", "");
    for client in clients {
        client.finish();
    }
    assert_eq!(told(project).len(), then, "the source took a write after it was closed");
    let there_now: BTreeSet<String> =
        there.sql("SELECT key FROM event_config").lines().map(str::to_owned).collect();
    let all = told(project);
    let lost: Vec<&String> = all.difference(&there_now).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {:?}", lost.len(), all.len(), lost.first());
    assert_eq!((slots(project), there.left()), (String::new(), DATABASE.to_owned()));
    let refused = project.psql_on(DATABASE).args(["-c", "DELETE FROM event_config"]).run();
    refused.exits(1).says(&["read-only transaction"]);
    there.sql("DELETE FROM event_config WHERE key LIKE 'w0%'");
    let log = fs::read_to_string(there.home.join("log")).expect("is written");
    assert!(log.contains("ALTER SUBSCRIPTION") && !log.contains(&project.password()));
    let verify = project.tool(["db-verify", "--db-url", &there.url()]).env("PATH", path(there));
    verify.run().exits(0);
}

#[test]
fn another_server_takes_over_while_everybody_writes() {
    let Some(project) = project() else { return };
    let there = There::start(&project, &server::programs().expect("asked before"));
    project.sql(&format!("COMMENT ON DATABASE {DATABASE} IS 'a comment'"));
    move_under_writers(&project, &there);
    let status = project.run(["status"]).exits(2);
    status.answers(&["moved", &format!("127.0.0.1:{}", there.port), "--reopen"]);
    // As a kill right behind the moment that decides leaves it.
    let comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database \
                   WHERE datname = current_database()";
    assert_eq!(there.sql(comment), "a comment");
    let mark = project.sql(comment).replace("xtask.moved", "xtask.incoming");
    let (mark, _) = mark.split_once(" to ").expect("says where");
    there.sql(&format!("COMMENT ON DATABASE {DATABASE} IS E'{mark}\\na comment'"));
    moving(&project, &there).run().exits(0).answers(&["was moved to", "before"]);
    assert_eq!(there.sql(comment), "a comment");
    project.run(["db-rebuild", "--reopen", "--yes"]).exits(0).answers(&["takes writes again"]);
    assert!(project.sql(comment).ends_with("\na comment"));
    project.insert_row("given_up");
    moving(&project, &there).run().exits(3).says(&["is not empty: it has "]);
    // It was served, whatever mark a kill had left on it.
    there.sql(&format!("COMMENT ON DATABASE {DATABASE} IS E'{mark}\\na comment'"));
    moving(&project, &there).run().exits(3).says(&["is whole: the move into it was given up"]);
    assert_eq!(there.left(), DATABASE);
}

#[test]
fn a_newer_major_takes_over_while_everybody_writes() {
    let more = std::env::var_os("XTASK_TEST_SERVERS").unwrap_or_default();
    let newer = std::env::split_paths(&more).find(|bin| {
        bin.join("initdb").is_file() && server::programs().is_some_and(|it| it != *bin)
    });
    let Some(newer) = newer else { return skip("XTASK_TEST_SERVERS names no newer server") };
    let Some(project) = Project::with_server_programs() else { return };
    follow(&project);
    project.write(INIT, PLAIN);
    project.run(["db-rebuild"]).exits(0);
    project.sql("INSERT INTO moved_part SELECT it, 'x', it FROM generate_series(1, 300) AS it");
    project.sql("INSERT INTO moved_note (state) VALUES ('open'), ('done'); DELETE FROM moved_note");
    let there = There::start(&project, &newer);
    // One that is there and empty is taken.
    there.sql_on("postgres", &format!("CREATE DATABASE {DATABASE}"));
    move_under_writers(&project, &there);
    assert_eq!(there.sql("SELECT count(*), sum(twice) FROM moved_part"), "300|90300");
    assert_eq!(there.sql("SELECT parts FROM moved_count"), "300");
    assert_eq!(there.sql("INSERT INTO moved_note (state) VALUES ('open') RETURNING id"), "3");
    assert_ne!(there.sql("SHOW server_version_num"), project.sql("SHOW server_version_num"));
}

#[test]
fn a_move_that_is_killed_is_swept_by_the_next() {
    let Some(project) = project() else { return };
    let there = There::start(&project, &server::programs().expect("asked before"));
    for step in ["feed", "catch up", "cut over"] {
        let key = step.replace(' ', "_");
        let mut running = moving(&project, &there).arg("-v").start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.kill();
        if step != "cut over" {
            project.insert_row(&key);
            project
                .run(["status"])
                .exits(2)
                .answers(&["`cargo xtask db-rebuild --keep-data --online --to URL` of"]);
            let would = moving(&project, &there).arg("--dry-run").run().exits(0);
            let would = would.answers(&["cleaned first: `osint_platform @", "is half-filled"]);
            if step == "catch up" {
                would.answers(&["left by a run that was stopped, and cleaned first: the feed to"]);
                assert_eq!(slots(&project).lines().count(), 2);
            }
        }
    }
    // Whichever moment the last kill met: the next run ends what is left.
    moving(&project, &there).run().exits(0);
    assert_eq!((slots(&project), there.left()), (String::new(), DATABASE.to_owned()));
    let kept = "SELECT string_agg(key, ' ' ORDER BY key) FROM event_config WHERE key IN ('feed', 'catch_up')";
    assert_eq!(there.sql(kept), "catch_up feed");
    there.sql("DELETE FROM event_config");
    let refused = project.psql_on(DATABASE).args(["-c", "DELETE FROM event_config"]).run();
    refused.exits(1).says(&["read-only transaction"]);
}

#[test]
fn what_stands_in_the_way_of_a_move_is_told_at_once() {
    let Some(project) = Project::with_database() else { return };
    let there = There::start(&project, &server::programs().expect("asked before"));
    let words = ["db-rebuild", "--keep-data", "--to", "local"];
    project.run(words).exits(64).says(&["--to goes with --online"]);
    there.sql_on("postgres", &format!("CREATE DATABASE {DATABASE}"));
    there.sql("CREATE TABLE mine (i integer)");
    project.sql("SELECT lo_from_bytea(0, 'large')");
    let elsewhere = format!("postgresql://{USER}:canary-wrong@127.0.0.1:1/{DATABASE}");
    let ended = moving(&project, &there).args(["--source-url", &elsewhere]).run().exits(3);
    ended.never_says(&["canary-wrong", PASSWORD]).says(&[
        "wal_level = replica, and needs logical",
        "1 large object would stay behind: replication does not bring them",
        "is not empty: it has public.mine",
        "does not reach the source as osint_user on 127.0.0.1:1",
        "--source-url postgresql://USER@HOST:PORT/DATABASE",
    ]);
    assert_eq!((slots(&project), there.left()), (String::new(), DATABASE.to_owned()));
    assert_eq!(there.sql("SELECT count(*) FROM mine"), "0");
    project.insert_row("mine");
}
