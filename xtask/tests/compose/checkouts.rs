//! Two checkouts of the project on one machine.

use std::fs::{self, File};

use crate::stage::{Checkout, Stage};

/// Held while a clone without `.env` is built: it takes the first free port,
/// and two at the same moment would take the same. A file, because another
/// process may be running these tests too.
pub fn cloning() -> File {
    let path = std::env::temp_dir().join("xtask-compose-cloning.lock");
    let file = fs::OpenOptions::new().create(true).append(true).open(path).expect("a lock file");
    file.lock().expect("the lock");
    file
}

#[test]
fn a_second_checkout_gets_a_stack_of_its_own() {
    let Some(first) = Stage::fresh() else { return };
    let second = first.second_checkout();
    let cloning = cloning();
    first.run(["db-rebuild"]).exits(0);
    let name = first.project();
    second.run(["db-rebuild"]).exits(0).says(&[
        &format!("project {name} exists already"),
        &format!("COMPOSE_PROJECT_NAME={name}"),
    ]);
    drop(cloning);
    for key in ["COMPOSE_PROJECT_NAME", "POSTGRES_PORT", "POSTGRES_PASSWORD"] {
        assert_ne!(first.setting(key), second.setting(key), "{key}");
    }
    assert_ne!(first.volume(), second.volume());
    first.add_user("first");
    second.add_user("second");
    neither_touches_the_other(&first, &second);
    a_borrowed_name_is_refused(&first, &second);
}

fn neither_touches_the_other(first: &Checkout, second: &Checkout) {
    let (mine, theirs) = (first.snapshot(), second.snapshot());
    first.run(["db-rebuild", "--yes"]).exits(0);
    assert_ne!(first.snapshot().cluster, mine.cluster);
    assert_eq!(second.snapshot(), theirs);
    first.add_user("again");
    let mine = first.snapshot();
    second.run(["db-rebuild", "--yes", "--no-backup"]).exits(0);
    second.run(["down"]).exits(0);
    assert_eq!(first.snapshot(), mine);
    second.run(["up"]).exits(0);
}

/// `.env` of one checkout carried to the other: same name, same password.
fn a_borrowed_name_is_refused(first: &Checkout, second: &Checkout) {
    let mine = first.snapshot();
    let own = second.read(".env");
    second.write(".env", first.read(".env"));
    let folder = first.root.canonicalize().expect("is there").display().to_string();
    let commands: [&[&str]; 4] = [&["db-rebuild", "--yes"], &["db-verify"], &["up"], &["down"]];
    for words in commands {
        let ended = second.run(words).exits(3).answers_nothing();
        ended.says(&["belongs to the checkout in", &folder, "hint:", "COMPOSE_PROJECT_NAME="]);
        assert_eq!(first.snapshot(), mine, "after {words:?}");
    }
    second.write(".env", own);
    second.run(["status"]).exits(0);
}
