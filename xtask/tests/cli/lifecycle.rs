//! `up` and `down`, and what crashes, reboots and other programs do to a
//! server between them.

use std::fs;
use std::net::TcpListener;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::stage::Project;
use crate::tool::wait_until;

#[test]
fn up_and_down_keep_the_data() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let port = project.port();
    project.run(["up"]).exits(0).answers(&["serves"]);
    project.run(["down", "--dry-run"]).exits(0).answers(&["nothing was changed"]);
    assert!(project.has_row("mine"));
    project.run(["down"]).exits(0).answers(&["the data stays"]);
    project.run(["down"]).exits(0).says(&["was not running"]);
    project
        .run(["status"])
        .exits(2)
        .answers(&["stopped; its data is there", "next: cargo xtask up"]);
    for words in
        [&["db-verify"][..], &["psql"], &["target", "--protect"], &["db-rebuild", "--swap"]]
    {
        project.run(words).exits(4).says(&["is stopped", "hint: start it: `cargo xtask up`"]);
    }
    project.run(["up", "--dry-run"]).exits(0).answers(&["nothing was changed"]);
    project.run(["db-verify"]).exits(4);
    project.run(["up"]).exits(0);
    assert_eq!(project.port(), port, "the port is kept while it is free");
    assert!(project.has_row("mine"));
    project.is_tidy();
}

#[test]
fn a_rebuild_starts_the_stopped_server_to_look_what_is_there() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    project.run(["down"]).exits(0);
    project.run(["db-rebuild"]).exits(3).says(&["1 row"]);
    project.run(["up"]).exits(0);
    assert!(project.has_row("mine"));
}

#[test]
fn the_server_was_killed() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    for _ in 0..2 {
        let postmaster = project.postmaster();
        kill(Pid::from_raw(postmaster), Signal::SIGKILL).expect("runs");
        project.run(["up"]).exits(0);
        assert_ne!(project.postmaster(), postmaster);
        assert!(project.has_row("mine"));
        project.is_tidy();
    }
}

#[test]
fn a_pid_file_that_names_somebody_else() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    project.run(["down"]).exits(0);
    let file = project.home().join("data/postmaster.pid");
    let data = project.home().join("data");
    // After a reboot the number belongs to another process: init, or any.
    for foreign in [1, std::process::id()] {
        let text = format!(
            "{foreign}\n{}\n1763000000\n23456\n{}\n127.0.0.1\n",
            data.display(),
            data.display()
        );
        fs::write(&file, text).expect("root, or ours");
        project.run(["status"]).exits(2).answers(&["stopped; its data is there"]);
        project.run(["db-verify"]).exits(4).says(&["is stopped"]);
        project.run(["up"]).exits(0);
        assert!(project.has_row("mine"));
        project.run(["down"]).exits(0);
    }
    fs::write(&file, "nonsense").expect("root, or ours");
    project.run(["up"]).exits(0);
    project.is_tidy();
}

#[test]
fn the_noted_port_was_taken_meanwhile() {
    let Some(project) = Project::with_database() else { return };
    let port = project.port();
    project.run(["down"]).exits(0);
    let taken = wait_until("the port is free", || TcpListener::bind(("127.0.0.1", port)).ok());
    project.run(["up"]).exits(0);
    let other = project.port();
    assert_ne!(other, port);
    project.run(["db-verify"]).exits(0);
    // The new one is noted: it does not jump back.
    drop(taken);
    project.run(["down"]).exits(0);
    project.run(["up"]).exits(0);
    assert_eq!(project.port(), other);
}

#[test]
fn ambient_variables_do_not_redirect() {
    let Some(project) = Project::with_database() else { return };
    let mut tool = project.tool(["db-verify"]);
    for (name, value) in [
        ("PGHOST", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGDATABASE", "elsewhere"),
        ("PGUSER", "nobody"),
        ("PGSERVICE", "nowhere"),
        ("PGOPTIONS", "-c default_transaction_read_only=on"),
        ("PGPASSFILE", "/dev/null"),
        ("PGSSLMODE", "verify-full"),
        ("PGDATA", "/nowhere"),
        ("DATABASE_URL", "postgresql://nobody@192.0.2.1/elsewhere"),
    ] {
        tool = tool.env(name, value);
    }
    tool.run().exits(0);
    let words = ["psql", "--", "-XAtc", "SELECT current_database()"];
    project.tool(words).env("PGDATABASE", "elsewhere").run().exits(0).answers(&["osint_platform"]);
}

#[test]
fn the_data_of_another_major_is_left_alone() {
    let Some(project) = Project::with_stopped_database() else { return };
    let version = project.home().join("data/PG_VERSION");
    let real = fs::read_to_string(&version).expect("is there");
    let other = if real.trim() == "14" { "16" } else { "14" };
    fs::write(&version, format!("{other}\n")).expect("root, or ours");
    let why = format!("the data directory was made by PostgreSQL {other}");
    for words in [&["up"][..], &["db-rebuild"], &["db-rebuild", "--yes"]] {
        let ended = project.run(words).exits(1).answers_nothing();
        ended.says(&[
            &why,
            "installed here: ",
            &format!("hint: install PostgreSQL {other}"),
            "db-rebuild --no-backup",
        ]);
        assert!(project.home().join("data/base").is_dir(), "the data is gone");
    }
    project.run(["status"]).exits(2);
    // Given up on purpose it is replaced, and asked for first.
    project.run(["db-rebuild", "--no-backup"]).exits(3).says(&["cannot be read", "NO dump"]);
    assert!(project.home().join("data/base").is_dir(), "the data is gone");
    fs::write(&version, &real).expect("root, or ours");
    project.run(["up"]).exits(0);
    project.run(["db-verify"]).exits(0);
    project.run(["down"]).exits(0);
    fs::write(&version, format!("{other}\n")).expect("root, or ours");
    project.run(["db-rebuild", "--no-backup", "--yes"]).exits(0);
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let Some(project) = Project::with_stopped_database() else { return };
    let conf = "infrastructure/postgres/postgresql.conf";
    let text = project.read(conf);
    project.write(conf, format!("{text}\nno_such_setting = 1\n"));
    project.run(["up"]).exits(1).says(&[
        "does not start",
        "no_such_setting",
        "hint: read the whole log",
    ]);
    assert!(project.home().join("data/base").is_dir());
    project.write(conf, text);
    project.run(["up"]).exits(0);
}
