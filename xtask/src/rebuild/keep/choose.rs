//! Which of the two ways is gone: the one that was asked for, else the faster
//! one that fits.
//!
//! Must never: choose without saying why.

use std::collections::BTreeSet;

use anyhow::Result;
use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::HazardKind;
use pg_diff::rename::old_name;

use super::matching::{Matched, matched};
use crate::context::Ctx;
use crate::outcome::{Answer, Exit, exit_of};
use crate::schema::migrate::{self, Ready, Request, Work};
use crate::verify::counted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The database with its files, changed by the plan.
    Clone,
    /// A new database, the rows copied into it.
    Copy,
}

impl Way {
    pub const NAMES: [(&'static str, Way); 2] = [("clone", Way::Clone), ("copy", Way::Copy)];

    pub fn name(self) -> &'static str {
        match self {
            Way::Clone => "clone",
            Way::Copy => "copy",
        }
    }
}

pub enum Choice<'a> {
    Nothing(Box<Answer>),
    Chosen(Chosen<'a>),
}

pub struct Chosen<'a> {
    pub way: Way,
    pub why: String,
    pub work: Box<Work<'a>>,
    /// Which rows go where, on the copy way.
    pub matched: Matched,
}

pub fn choose<'a>(ctx: &'a Ctx, request: &'a Request, asked: Option<Way>) -> Result<Choice<'a>> {
    if asked == Some(Way::Copy) {
        return copying(ctx, request, "it was asked for".to_owned());
    }
    let mut work = match migrate::ready(ctx, request) {
        Ok(Ready::Nothing(answer)) => return Ok(Choice::Nothing(answer)),
        Ok(Ready::Work(work)) => work,
        // Whatever is wrong with init.sql itself, the copy will find too.
        Err(error) if asked.is_none() && exit_of(&error) == Exit::Failed => {
            return copying(ctx, request, format!("no plan fits: {error:#}"));
        }
        Err(error) => return Err(error),
    };
    let matched = matches(&work);
    let (way, why) = match asked {
        Some(way) => (way, "it was asked for".to_owned()),
        None => faster(&mut work, &matched),
    };
    Ok(Choice::Chosen(Chosen { way, why, work, matched }))
}

/// The clone, unless it would lose rows or be refused by them, and the copy
/// not.
fn faster(work: &mut Work<'_>, matched: &Matched) -> (Way, String) {
    let torn = torn(work, matched);
    if !torn.is_empty() {
        let names: Vec<String> = torn.iter().map(ToString::to_string).collect();
        work.rows_move_freely();
        return (Way::Copy, format!("the plan would drop the rows of {}", names.join(", ")));
    }
    if work.rows_move_freely() {
        return (Way::Copy, "no plan moves rows to other partitions".to_owned());
    }
    (Way::Clone, "the plan is proved, and files are copied faster than rows".to_owned())
}

fn copying<'a>(ctx: &'a Ctx, request: &'a Request, why: String) -> Result<Choice<'a>> {
    let mut work = Box::new(migrate::unproved(ctx, request)?);
    work.rows_move_freely();
    let matched = matches(&work);
    Ok(Choice::Chosen(Chosen { way: Way::Copy, why, work, matched }))
}

fn matches(work: &Work<'_>) -> Matched {
    let found = &work.found;
    matched(&found.from.catalog, &found.to.catalog, &found.renamed, &found.intents)
}

/// Tables that the plan drops, though init.sql has a place for their rows.
fn torn(work: &Work<'_>, matched: &Matched) -> Vec<Id> {
    let hazards = work.found.plan.hazards().into_iter();
    let lost = hazards.filter(|it| it.kind == HazardKind::DataLoss && it.about.kind == Kind::Table);
    let ids: BTreeSet<Id> = lost.map(|it| old_name(&work.found.renamed, &it.about)).collect();
    ids.into_iter().filter(|id| matched.moves.iter().any(|it| it.from == *id)).collect()
}

impl Chosen<'_> {
    /// True for a table whose rows this way keeps, whatever the plan does.
    pub fn keeps(&self, id: &Id) -> bool {
        let moves = &self.matched.moves;
        self.way == Way::Copy
            && id.kind == Kind::Table
            && !self.matched.left.contains(id)
            && moves.iter().any(|it| it.from == *id)
    }

    /// What nobody described, and what a new database will not have.
    pub fn unmanaged(&self) -> Vec<String> {
        let found = &self.work.found;
        let declared = &found.to.catalog.unmanaged;
        let all = found.from.catalog.unmanaged.iter().filter(|it| !declared.contains(it));
        match self.way {
            Way::Clone => Vec::new(),
            Way::Copy => all.cloned().chain(self.in_quarantine()).collect(),
        }
    }

    /// A new database has only what init.sql makes.
    fn in_quarantine(&self) -> impl Iterator<Item = String> {
        let kept = &self.work.found.filtered.kept;
        let holds = |id: &&Id| match id.kind == Kind::Column {
            true => !kept.contains(&id.of(Kind::Table)),
            false => id.kind == Kind::Table,
        };
        kept.iter().filter(holds).map(|id| format!("{id}, which is kept in quarantine"))
    }

    /// Which way, and why.
    pub fn story(&self) -> String {
        format!("way: {}, because {}\n", self.way.name(), self.why)
    }

    /// What it means for those who use the database meanwhile.
    pub fn burden(&self, online: bool) -> String {
        match self.way {
            Way::Clone => {
                let steps = counted(self.work.found.plan.steps.len(), "step");
                format!("{steps} on a copy; meanwhile nobody can connect to it")
            }
            Way::Copy => {
                let tables = counted(self.matched.moves.len(), "table");
                let wait = if online {
                    "writers go on until the last changes are compared"
                } else {
                    "meanwhile nobody can write to it"
                };
                format!("{tables} copied into a new one; {wait}")
            }
        }
    }

    pub fn would(&self, (live, kept): (&str, &str), online: bool) -> Vec<String> {
        let rename = format!("rename `{live}` to `{kept}` and the new one to `{live}`");
        let all = match self.way {
            Way::Clone => vec![
                format!("copy `{live}`, and let nobody into it from then on"),
                format!(
                    "run the plan on the copy, {}",
                    counted(self.work.found.plan.steps.len(), "step")
                ),
                "compare the copy with init.sql, and its rows with those before".to_owned(),
            ],
            Way::Copy if online => vec![
                "make the tables of init.sql in a new database".to_owned(),
                format!("publish what is written to `{live}`, and keep it in a slot"),
                format!("copy the rows of {}", counted(self.matched.moves.len(), "table")),
                "build keys and indexes, compare every row, then everything else".to_owned(),
                "subscribe, and wait until everything is there".to_owned(),
                "let nobody write, take the last changes, compare every row again".to_owned(),
            ],
            Way::Copy => vec![
                "make the tables of init.sql in a new database".to_owned(),
                format!("let nobody write to `{live}` from then on"),
                format!("copy the rows of {}", counted(self.matched.moves.len(), "table")),
                "build keys and indexes, compare every row, then everything else".to_owned(),
                "compare the new database with init.sql".to_owned(),
            ],
        };
        all.into_iter().chain([rename]).collect()
    }
}
