//! Findings that are known: a comment beside the model with a reason and, if
//! need be, a last day; and a baseline, so that only new drift is told.
//!
//! ```text
//! # xtask: ignore[orm.nullable] filled by the importer
//! # xtask: ignore[orm.type, orm.index until=2027-01-31] widened in January
//! ```
//!
//! Must never: leave out an error that nobody gave a reason for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::extraction::Place;
use super::verdict::{LeftOut, Told, Verdict};
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::verify::counted;

const MARK: &str = "# xtask: ignore[";

/// What a comment asks for.
struct Ignore {
    rules: Vec<String>,
    /// `2027-01-31`: the last day it holds.
    until: Option<String>,
    reason: String,
}

/// Takes out what the comments in the models' files ignore. `root`: where the
/// files of the places are seen from.
pub fn apply_comments(verdict: &mut Verdict, root: &Path) {
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let told = std::mem::take(&mut verdict.told);
    for mut it in told {
        let ignore = it.finding.place.as_ref().and_then(|place| {
            let lines = files.entry(place.file.clone()).or_insert_with(|| lines(root, place));
            ignores_at(lines, place.line).find(|ignore| ignore.names(it.finding.rule.id()))
        });
        match ignore {
            None => verdict.told.push(it),
            Some(ignore) if ignore.reason.is_empty() => {
                it.finding.consequence.push_str("; its ignore gives no reason and does not hold");
                verdict.told.push(it);
            }
            Some(Ignore { until: Some(day), .. }) if day < today => {
                it.finding.consequence.push_str(&format!("; its ignore ended on {day}"));
                verdict.told.push(it);
            }
            Some(ignore) => {
                verdict.left_out.push(LeftOut {
                    told: it,
                    why: ignore.reason,
                    until: ignore.until,
                });
            }
        }
    }
}

fn lines(root: &Path, place: &Place) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(&place.file)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Those on a line, and on the comment lines right above it.
fn ignores_at(lines: &[String], line: usize) -> impl Iterator<Item = Ignore> {
    let own = lines.get(line.wrapping_sub(1)).cloned();
    let above = lines.iter().take(line.saturating_sub(1)).rev();
    let above = above.take_while(|it| it.trim_start().starts_with(['#', '@'])).cloned();
    let all: Vec<String> = own.into_iter().chain(above).collect();
    all.into_iter().filter_map(|line| parse(&line))
}

fn parse(line: &str) -> Option<Ignore> {
    let (_, rest) = line.split_once(MARK)?;
    let (inside, reason) = rest.split_once(']')?;
    let (rules, until) = match inside.split_once("until=") {
        Some((rules, day)) => (rules, Some(day.trim().to_owned())),
        None => (inside, None),
    };
    let rules = rules.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned);
    Some(Ignore { rules: rules.collect(), until, reason: reason.trim().to_owned() })
}

impl Ignore {
    fn names(&self, rule: &str) -> bool {
        self.rules.iter().any(|it| it == rule)
    }
}

/// One known finding: what it is about, and what each side said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    rule: String,
    object: String,
    model: String,
    init: Option<String>,
    live: Option<String>,
}

impl Known {
    fn of(told: &Told) -> Known {
        Known {
            rule: told.finding.rule.id().to_owned(),
            object: told.finding.title(),
            model: told.finding.model.clone(),
            init: told.init.clone(),
            live: told.live.clone(),
        }
    }

    /// The same drift, also where another side was not compared then.
    fn is(&self, other: &Known) -> bool {
        let agrees = |one: &Option<String>, other: &Option<String>| {
            one.is_none() || other.is_none() || one == other
        };
        self.rule == other.rule
            && self.object == other.object
            && self.model == other.model
            && agrees(&self.init, &other.init)
            && agrees(&self.live, &other.live)
    }
}

/// Takes out what a baseline knows, and says how many of its entries are gone.
pub fn apply_baseline(ctx: &Ctx, verdict: &mut Verdict, file: &Path) -> Result<()> {
    let shown = file.display().to_string();
    let text = std::fs::read(file).map_err(|error| {
        Fault::failed(format!("reading the baseline `{shown}`: {error}"))
            .hint(format!("make one: `cargo xtask orm-verify --write-baseline {shown}`"))
    })?;
    let known: Vec<Known> =
        serde_json::from_slice(&text).with_context(|| format!("reading the baseline `{shown}`"))?;
    let mut met = BTreeSet::new();
    let told = std::mem::take(&mut verdict.told);
    for it in told {
        let own = Known::of(&it);
        match known.iter().find(|entry| entry.is(&own)) {
            None => verdict.told.push(it),
            Some(entry) => {
                met.insert(entry.clone());
                let why = format!("known to {shown}");
                verdict.left_out.push(LeftOut { told: it, why, until: None });
            }
        }
    }
    let gone = known.iter().filter(|entry| !met.contains(*entry)).count();
    if gone > 0 {
        ctx.term.status(&format!(
            "no more there: {} of the baseline; write it again with `--write-baseline {shown}`",
            counted(gone, "finding")
        ));
    }
    Ok(())
}

/// Writes down what is found now, errors and warnings.
pub fn write_baseline(verdict: &Verdict, file: &PathBuf) -> Result<usize> {
    let mut known: Vec<Known> = verdict.drift().map(Known::of).collect();
    known.sort();
    let text = serde_json::to_string_pretty(&known)? + "\n";
    std::fs::write(file, text).with_context(|| format!("writing `{}`", file.display()))?;
    Ok(known.len())
}

#[cfg(test)]
mod tests {
    //! What a comment says.

    use super::*;

    #[test]
    fn rules_reason_and_last_day_are_read() {
        let one =
            parse("    a: int  # xtask: ignore[orm.type, orm.index until=2027-01-31] widened")
                .expect("an ignore");
        assert_eq!(one.rules, ["orm.type", "orm.index"]);
        assert_eq!(one.until.as_deref(), Some("2027-01-31"));
        assert_eq!(one.reason, "widened");
        assert!(one.names("orm.type") && !one.names("orm.name"));
        assert!(parse("# xtask: ignore").is_none());
        let lines = ["# xtask: ignore[orm.type] why".to_owned(), "a: int".to_owned()];
        assert_eq!(ignores_at(&lines, 2).count(), 1);
        assert_eq!(ignores_at(&lines, 3).count(), 0);
    }
}
