//! `--swap` and `--undo`: another database under the same name, while clients
//! keep coming.

mod rivals;
mod unheard;
mod writers;

use std::fs;

use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::{Running, wait_until};

/// What belongs to the database and not to what is in it.
const PROPERTIES: &str = include_str!("swap/properties.sql");

/// Some of everything that can be there, on `osint_platform`.
const BELONGINGS: &str = include_str!("swap/belongings.sql");

/// Clients that connect, ask and leave until the file `stop` is there. What
/// they were told goes to `told`.
fn hammer(project: &Project, clients: usize) -> Vec<Running> {
    // A message in one line and one write, hence unquoted: three clients share
    // the file.
    let script = "set -f; while [ ! -e stop ]; do \
        if psql_says=$(\"$0\" -XAtqc 'SELECT count(*) FROM event_config' 2>&1); \
        then echo rows $psql_says >> told; else echo failed $psql_says >> told; fi; done";
    let start = |_| {
        let psql = crate::server::program("psql");
        project.client("sh").args(["-c", script]).arg(psql).start()
    };
    let running = (0..clients).map(start).collect();
    wait_until("the clients got answers", || {
        fs::read_to_string(project.root.join("told")).ok().filter(|told| told.lines().count() > 10)
    });
    running
}

fn kept(project: &Project, word: &str) -> Vec<String> {
    let sql = format!(
        "SELECT datname FROM pg_database WHERE datname LIKE '{DATABASE}__{word}_%' ORDER BY 1"
    );
    project.sql(&sql).lines().map(str::to_owned).collect()
}

#[test]
fn clients_never_find_the_name_leading_nowhere() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let clients = hammer(&project, 3);
    let server = project.postmaster();
    project
        .run(["db-rebuild", "--swap", "--yes"])
        .exits(0)
        .answers(&["kept as osint_platform__before_"]);
    let seen = fs::read_to_string(project.root.join("told")).expect("was written").lines().count();
    wait_until("the clients got answers from the new one", || {
        let told = fs::read_to_string(project.root.join("told")).ok()?;
        (told.lines().count() > seen + 6).then_some(())
    });
    project.write("stop", "");
    for client in clients {
        client.finish().exits(0);
    }
    let told = fs::read_to_string(project.root.join("told")).expect("was written");
    for line in told.lines() {
        // A session in the old database is ended, which its client sees. One
        // that was just connecting was told the old one by its number: the
        // server looks again and says that it has another name by now.
        let is_ended = line.contains("terminating connection")
            || line.contains("server closed the connection")
            || line.contains("seems to have just been dropped or renamed");
        assert!(line.starts_with("rows ") || is_ended, "{line}");
    }
    // The server may have said something before the count.
    let count = |line: &str| line.strip_prefix("rows ")?.split(' ').next_back().map(str::to_owned);
    let counts: Vec<String> = told.lines().filter_map(count).collect();
    let (first, last) = (&counts[0], &counts[counts.len() - 1]);
    let change = counts.iter().position(|count| count == last).expect("the last");
    assert_ne!(first, last, "the new database has one row less");
    // Three clients write side by side: a few lines around the swap may mix.
    assert!(
        counts[change + 6.min(counts.len() - change - 1)..].iter().all(|count| count == last),
        "{counts:?}"
    );
    assert_eq!(project.postmaster(), server, "the server was not to be restarted");
    project.run(["db-verify"]).exits(0);
}

#[test]
fn the_old_one_is_kept_with_its_rows_and_comes_back() {
    let Some(project) = Project::with_database() else { return };
    project
        .run(["db-rebuild", "--undo", "--yes"])
        .exits(1)
        .says(&["no database from before a swap"]);
    project.insert_row("mine");
    let refused = project.run(["db-rebuild", "--swap"]).exits(3);
    refused.says(&["holds data", "hint: if it is meant, add `--yes`"]);
    assert!(project.has_row("mine"));
    assert_eq!(kept(&project, "new"), Vec::<String>::new(), "a refusal leaves nothing");
    project
        .run(["db-rebuild", "--swap", "--yes"])
        .exits(0)
        .answers(&["cargo xtask db-rebuild --undo"]);
    assert!(!project.has_row("mine"));
    let before = kept(&project, "before");
    let [before] = before.as_slice() else { panic!("one, not {before:?}") };
    assert!(before.len() <= 63);
    assert_eq!(project.sql_on(before, "SELECT count(*) FROM event_config WHERE key = 'mine'"), "1");
    project.run(["status"]).exits(0).answers(&["kept", before]);
    project.insert_row("newer");

    project
        .run(["db-rebuild", "--undo"])
        .exits(3)
        .says(&["hint: add `--yes` to agree"])
        .answers_nothing();
    project
        .run(["db-rebuild", "--undo", "--dry-run"])
        .exits(0)
        .answers(&["would serve", "nothing was changed"]);
    assert!(project.has_row("newer"));
    project.run(["db-rebuild", "--undo", "--yes"]).exits(0);
    assert!(project.has_row("mine") && !project.has_row("newer"));
    let undone = kept(&project, "undone");
    let [undone] = undone.as_slice() else { panic!("one, not {undone:?}") };
    assert_eq!(
        project.sql_on(undone, "SELECT count(*) FROM event_config WHERE key = 'newer'"),
        "1"
    );
    assert_eq!(kept(&project, "new"), Vec::<String>::new());
    project.run(["db-verify"]).exits(0);
}

#[test]
fn what_belongs_to_the_database_goes_over() {
    let Some(project) = Project::with_database() else { return };
    project.sql(BELONGINGS);
    let before = project.sql(PROPERTIES);
    let (ours, row) = (project.identity(), "mine");
    project.sql(&format!("INSERT INTO public.event_config (key, value) VALUES ('{row}', '1')"));
    project.run(["db-rebuild", "--swap", "--yes"]).exits(0);
    assert_ne!(project.identity(), ours);
    assert_eq!(project.sql(PROPERTIES), before);
    assert_eq!(project.sql("SHOW work_mem"), "7MB");
    project.run(["db-rebuild", "--undo", "--yes"]).exits(0);
    assert_eq!(project.identity(), ours);
    assert_eq!(project.sql(PROPERTIES), before);
}

#[test]
fn a_broken_file_swaps_nothing() {
    let Some(project) = Project::with_database() else { return };
    project.insert_row("mine");
    let before = project.identity();
    project.edit_init("\nCOMMIT;", "\nCOMMITT;");
    project.run(["db-rebuild", "--swap", "--yes"]).exits(1).says(&["syntax error", "init.sql:"]);
    assert_eq!(project.identity(), before);
    assert!(project.has_row("mine"));
    for word in ["new", "before"] {
        assert_eq!(kept(&project, word), Vec::<String>::new(), "{word}");
    }
    project.is_tidy();
}

#[test]
fn a_killed_swap_leaves_the_name_where_it_was() {
    let Some(project) = Project::with_database() else { return };
    for (step, word) in ["build", "check", "swap"].into_iter().zip(["one", "two", "three"]) {
        project.insert_row(word);
        let mut running = project.tool(["db-rebuild", "--swap", "--yes", "-v"]).start();
        assert!(running.hears(&format!("  ..   {step}")), "no step `{step}`");
        running.kill();
        let served = project.has_row(word);
        let kept_it = kept(&project, "before").iter().any(|name| {
            let sql = format!("SELECT count(*) FROM event_config WHERE key = '{word}'");
            project.sql_on(name, &sql) == "1"
        });
        assert!(served || kept_it, "`{word}` is lost after a kill at `{step}`");
        project.run(["db-rebuild", "--swap", "--yes"]).exits(0);
        assert_eq!(kept(&project, "new"), Vec::<String>::new(), "left by a kill at `{step}`");
        project.run(["db-verify"]).exits(0);
    }
    project.is_tidy();
}
