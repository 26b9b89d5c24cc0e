//! What is done by itself: `[workspace.metadata.xtask.schedule]`.
//!
//! Must never: name a job that is not one command of ours.

use std::collections::BTreeMap;

use super::when::When;
use crate::commands::nearest;
use crate::outcome::Fault;

/// A job's name in the configuration, what it runs, what it is for.
const KNOWN: [(&str, &[&str], &str); 8] = [
    ("backup", &["backup"], "make a backup, and let retention remove old ones"),
    ("physical", &["backup", "--engine", "pgbackrest"], "make a physical backup"),
    ("prove", &["backup", "verify", "latest"], "restore the newest backup and compare it"),
    // The one proof that needs no identity on the machine.
    ("prove-new", &["backup", "--prove"], "make a backup, restore it and compare it"),
    ("prune", &["backup", "prune"], "let retention remove old backups"),
    ("purge", &["quarantine", "purge", "--yes"], "drop what was kept and is overdue"),
    (
        "forget",
        &["db-rebuild", "--forget", "--overdue", "--yes"],
        "drop databases that were replaced and are overdue",
    ),
    ("doctor", &["doctor"], "look for what is wrong or soon will be"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub name: &'static str,
    pub words: &'static [&'static str],
    pub purpose: &'static str,
    pub when: When,
}

impl Job {
    /// What was written before it is in a backup then.
    pub fn makes_a_backup(&self) -> bool {
        ["backup", "physical", "prove-new"].contains(&self.name)
    }
}

/// The jobs of the configuration, in the order of the list above.
pub fn configured(schedule: &BTreeMap<String, String>) -> Result<Vec<Job>, Fault> {
    let is_known = |name: &String| KNOWN.iter().any(|(known, _, _)| known == name);
    if let Some(name) = schedule.keys().find(|name| !is_known(name)) {
        let names = KNOWN.map(|(name, _, _)| name);
        let why = format!("`[workspace.metadata.xtask.schedule]` has no job `{name}`");
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", names.join(", ")),
        };
        return Err(Fault::failed(why).hint(hint));
    }
    let mut jobs = Vec::new();
    for (name, words, purpose) in KNOWN {
        if let Some(text) = schedule.get(name) {
            jobs.push(Job { name, words, purpose, when: When::parse(text)? });
        }
    }
    Ok(jobs)
}

pub fn find<'a>(jobs: &'a [Job], name: &str) -> Result<&'a Job, Fault> {
    jobs.iter().find(|it| it.name == name).ok_or_else(|| {
        let names: Vec<&str> = jobs.iter().map(|it| it.name).collect();
        Fault::usage(format!("no job is called `{name}`"))
            .hint(format!("one of: {}", names.join(", ")))
    })
}
