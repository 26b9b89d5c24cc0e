//! Writers through everything that changes names: what they were told is
//! committed is in what is served or in what is kept.

use std::collections::BTreeSet;

use crate::server::DATABASE;
use crate::stage::Project;
use crate::writers::{Writers, databases, keys, keys_anywhere};

/// Some of them.
fn missing(told: &BTreeSet<String>, there: &BTreeSet<String>) -> Vec<String> {
    told.difference(there).take(3).cloned().collect()
}

#[test]
fn no_acknowledged_write_is_lost_by_any_swap() {
    let Some(project) = Project::with_database() else { return };
    project.run(["backup"]).exits(0);
    let writers = Writers::begin(&project);
    // Each gives up what is newer, which is in the database that it keeps.
    let runs: [(&[&str], usize); 5] = [
        (&["restore", "latest", "--yes"], 2),
        (&["rollback", "--discard-newer", "--yes"], 2),
        (&["db-rebuild", "--swap", "--yes"], 3),
        (&["db-rebuild", "--undo", "--yes"], 3),
        (&["rollback", "--to", "latest", "--discard-newer", "--yes"], 4),
    ];
    for (words, count) in runs {
        let served = project.identity();
        project.run(words).exits(0);
        assert_ne!(project.identity(), served, "{words:?} swapped nothing");
        // Nobody goes on in the one that was set aside.
        let before = writers.told();
        writers.go_on();
        let later: BTreeSet<String> = writers.told().difference(&before).cloned().collect();
        let there = keys(&project, DATABASE);
        assert_eq!(missing(&later, &there), Vec::<String>::new(), "after {words:?}");
        let told = writers.told();
        let lost = missing(&told, &keys_anywhere(&project));
        assert_eq!(lost, Vec::<String>::new(), "{words:?} lost some of {}", told.len());
        assert_eq!(databases(&project).len(), count, "after {words:?}");
    }
    let told = writers.end();
    assert_eq!(missing(&told, &keys_anywhere(&project)), Vec::<String>::new());
    project.run(["db-verify"]).exits(0);
    project.is_tidy();
}
