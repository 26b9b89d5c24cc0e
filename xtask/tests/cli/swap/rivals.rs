//! Two at once, from one checkout and from two: the second is told who works,
//! and what the first builds is not swept away.

use nix::sys::signal::Signal;

use crate::moment::Still;
use crate::server::DATABASE;
use crate::stage::{Project, copy};
use crate::tool::Running;
use crate::writers::{databases, keys_anywhere};

const UNDO: [&str; 3] = ["rollback", "--discard-newer", "--yes"];
const BACK: [&str; 5] = ["rollback", "--to", "latest", "--discard-newer", "--yes"];
const RESTORE: [&str; 3] = ["restore", "latest", "--yes"];
const SWAP: [&str; 3] = ["db-rebuild", "--swap", "--yes"];
const CLONE: [&str; 5] = ["db-rebuild", "--keep-data", "--way", "clone", "--yes"];
const COPY: [&str; 5] = ["db-rebuild", "--keep-data", "--way", "copy", "--yes"];

/// Two checkouts that work on one database, which can be gone back to before a
/// swap and to a backup, and differs from init.sql.
struct Two {
    project: Project,
    second: std::path::PathBuf,
}

impl Two {
    fn new() -> Option<Two> {
        let project = Project::with_database()?;
        project.insert_row("mine");
        project.run(["backup"]).exits(0);
        project.run(SWAP).exits(0);
        project.insert_row("newer");
        let table = "CREATE TABLE IF NOT EXISTS event_config (";
        project.edit_init(table, &format!("{table}\n    rank integer,"));
        let second = project.temp().join("second");
        copy(&project.root, &second);
        // To this one the server is a URL.
        copy(&second.join("backups/local"), &second.join("backups/url"));
        Some(Two { project, second })
    }

    /// Each is refused, and says that `first` works.
    #[track_caller]
    fn are_told(&self, first: &str, others: &[&[&str]]) {
        let served = self.project.identity();
        let url = self.project.url();
        for words in others {
            let beside = self.project.tool(*words).dir(&self.second).args(["--db-url", &url]);
            let ended = beside.run().exits(4).answers_nothing();
            ended.says(&["another run works on `osint_platform @", first, "hint: wait for it"]);
        }
        let same = self.project.run(others[0]).exits(4).answers_nothing();
        same.says(&["work", "hint: wait for it to end"]);
        assert_eq!(self.project.identity(), served);
    }
}

/// Goes on with one that was held still. On a busy machine that was longer than
/// it waits for a connection: then it says so, and is begun again.
#[track_caller]
fn go_on(project: &Project, first: Running, (words, code): (&[&str], i32)) {
    first.signal(Signal::SIGCONT);
    let ended = first.finish();
    let ended = if ended.code == 4 { project.run(words) } else { ended };
    ended.exits(code);
}

#[test]
fn the_second_of_two_ways_back_is_told_who_works() {
    let Some(two) = Two::new() else { return };
    let project = &two.project;
    let still = Still::hold(project, DATABASE);
    let first = project.tool(UNDO).start();
    still.is_met();
    first.signal(Signal::SIGSTOP);
    two.are_told("a run that sweeps", &[&UNDO, &RESTORE]);
    still.let_go();
    first.signal(Signal::SIGCONT);
    first.finish().exits(2).answers(&["undo `db-rebuild --swap`"]);
    assert!(project.has_row("mine") && keys_anywhere(project).contains("newer"));

    // What is being filled looks like left behind.
    let mut first = project.tool(BACK).arg("-v").start();
    assert!(first.hears("  ..   restore"), "it never restored");
    first.signal(Signal::SIGSTOP);
    two.are_told("`cargo xtask rollback`", &[&BACK, &SWAP]);
    go_on(project, first, (&BACK, 2));
    assert!(project.has_row("mine") && keys_anywhere(project).contains("newer"));
    assert!(!databases(project).iter().any(|it| it.contains("__new_")));
}

#[test]
fn the_second_of_two_that_keep_rows_is_told_who_works() {
    let Some(two) = Two::new() else { return };
    let project = &two.project;
    for words in [CLONE, COPY] {
        let mut first = project.tool(words).arg("-v").start();
        assert!(first.hears("  ok   sweep"), "no step `sweep`");
        first.signal(Signal::SIGSTOP);
        two.are_told("`cargo xtask db-rebuild --keep-data`", &[&words, &RESTORE]);
        go_on(project, first, (&words, 0));
        assert!(project.has_row("newer"));
        assert!(!databases(project).iter().any(|it| it.contains("__new_")));
    }
    project.run(["db-verify"]).exits(0);
}
