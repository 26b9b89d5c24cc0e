//! `.xtask/schema/journal.jsonl`: how runs went, one JSON object a line.
//!
//! Must never: be read to decide what is done. It tells people.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use pg_live::apply::Entry;
use serde::{Deserialize, Serialize};

use crate::context::Ctx;
use crate::schema::known::Known;
use crate::schema::outlook::Outlook;
use crate::stamp::now;

/// The file begins anew when it is larger.
const LIMIT: u64 = 4 << 20;

pub struct Journal {
    dir: PathBuf,
    target: String,
    database: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    at: String,
    target: String,
    database: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// What a run is about to do.
    Plan {
        fingerprint: String,
        to: String,
        steps: Vec<String>,
    },
    Entry(Entry),
}

impl Journal {
    pub fn of(ctx: &Ctx, target: &str, database: &str) -> Journal {
        let known = Known::of(ctx);
        Journal { dir: known.dir, target: target.to_owned(), database: database.to_owned() }
    }

    fn path(&self) -> PathBuf {
        self.dir.join("journal.jsonl")
    }

    pub fn begin(&mut self, found: &Outlook) {
        let steps =
            found.plan.steps.iter().map(|step| format!("{:?} {}", step.action, step.object));
        self.write(What::Plan {
            fingerprint: found.from.fingerprint.clone(),
            to: found.to.shown.clone(),
            steps: steps.map(|it| it.to_lowercase()).collect(),
        });
    }

    /// What cannot be written stops nothing.
    fn write(&self, what: What) {
        let path = self.path();
        if fs::metadata(&path).is_ok_and(|it| it.len() > LIMIT) {
            let _ = fs::rename(&path, path.with_extension("old"));
        }
        let line =
            Line { at: now(), target: self.target.clone(), database: self.database.clone(), what };
        let opened = crate::private_file::ensure_private_dir(&self.dir).and_then(|_| {
            Ok(OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?)
        });
        if let (Ok(mut file), Ok(mut text)) = (opened, serde_json::to_string(&line)) {
            text.push('\n');
            let _ = file.write_all(text.as_bytes());
        }
    }

    /// The last run on this database, in one sentence or two.
    pub fn story(&self) -> String {
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        let ours = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Line>(line).ok())
            .filter(|line| line.target == self.target && line.database == self.database);
        let mut last: Option<Run> = None;
        for line in ours {
            match line.what {
                What::Plan { steps, .. } => last = Some(Run::new(line.at, steps)),
                What::Entry(entry) => {
                    if let Some(run) = &mut last {
                        run.see(entry);
                    }
                }
            }
        }
        match last {
            Some(run) => run.story(),
            None => "no run on this database is known here; planning from what is there".to_owned(),
        }
    }
}

impl pg_live::apply::Journal for Journal {
    fn note(&mut self, entry: Entry) {
        self.write(What::Entry(entry));
    }
}

/// What is known of one run.
struct Run {
    at: String,
    steps: Vec<String>,
    done: usize,
    under_way: Option<(usize, usize)>,
    ended: Option<String>,
}

impl Run {
    fn new(at: String, steps: Vec<String>) -> Run {
        Run { at, steps, done: 0, under_way: None, ended: None }
    }

    fn see(&mut self, entry: Entry) {
        match entry {
            Entry::GroupBegan { first, last } => self.under_way = Some((first, last)),
            Entry::Committed { last, .. } => {
                self.done = last + 1;
                self.under_way = None;
            }
            Entry::Stopped { why, .. } => self.ended = Some(format!("stopped: {why}")),
            Entry::Ended { .. } => self.ended = Some("ended well".to_owned()),
            Entry::Began { .. }
            | Entry::Committing { .. }
            | Entry::Retried { .. }
            | Entry::LeftoverDropped { .. }
            | Entry::Reconnected { .. } => {}
        }
    }

    fn story(&self) -> String {
        let (done, all) = (self.done, self.steps.len());
        let ended = self.ended.clone().unwrap_or_else(|| "was killed".to_owned());
        let at = match self.under_way {
            Some((first, last)) if self.done < all => {
                let name = self.steps.get(first).map_or("", String::as_str);
                format!(" during step {} ({name}){}", first + 1, more(first, last))
            }
            _ => String::new(),
        };
        format!(
            "the run of {} did {done} of {all} steps and {ended}{at}; planning the rest",
            self.at
        )
    }
}

fn more(first: usize, last: usize) -> String {
    if last > first { format!(" to {}", last + 1) } else { String::new() }
}
