//! A comparison and its plan, for people and for programs.
//!
//! Must never: leave out what is in the plan, or decide what is allowed.

mod document;
mod markdown;
mod steps;
mod tree;
mod words;

use std::fmt::Write as _;

use pg_diff::catalog::Kind;
use pg_diff::plan::{Hazard, HazardKind};

use super::outlook::Outlook;
use crate::outcome::Fault;
use crate::verify::counted;

pub use document::document;
pub use markdown::{github, markdown};
pub use tree::whole;
pub use words::{difference, time};

/// Up to so many steps are shown with their SQL without being asked.
const FEW_STEPS: usize = 20;

/// How a comparison is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    People,
    Markdown,
    Github,
}

impl Format {
    pub const FLAG: (&str, &str) =
        ("--format HOW", "markdown (a comment on a change), github (annotations), or json");

    pub fn parse(value: Option<&str>) -> Result<Format, Fault> {
        match value {
            // `flags` saw that a document is wanted.
            None | Some("json" | "text") => Ok(Format::People),
            Some("markdown") => Ok(Format::Markdown),
            Some("github") => Ok(Format::Github),
            Some(other) => {
                Err(Fault::usage(format!("--format is markdown, github or json, not `{other}`")))
            }
        }
    }
}

/// What is shown beside the plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Show<'a> {
    /// SQL also of long plans.
    pub sql: bool,
    /// Hazards that nobody allowed yet.
    pub missing: &'a [&'a Hazard],
}

/// `osint_platform -> infrastructure/postgres/init.sql: +2 ~1 -1`
pub fn headline(outlook: &Outlook) -> String {
    let tree = tree::tree(outlook);
    let renamed = outlook.renamed.iter().filter(|it| !it.steps.is_empty());
    let renamed = match renamed.count() {
        0 => String::new(),
        count => format!(" >{count}"),
    };
    format!(
        "{} -> {}:{renamed} +{} ~{} -{}",
        outlook.from.shown, outlook.to.shown, tree.added, tree.altered, tree.dropped
    )
}

/// The tree, the steps, and what is to be known besides.
pub fn text(outlook: &Outlook, show: Show<'_>) -> String {
    let mut text = format!("{}\n", headline(outlook));
    text.push_str(&tree::tree(outlook).text);
    if !outlook.plan.is_empty() {
        let expected = outlook.proof.as_ref().map(|proof| proof.estimate.expected_ms());
        let expected = expected.map_or_else(String::new, |ms| format!(", expected {}", time(ms)));
        let _ = writeln!(text, "\nplan: {}{expected}", counted(outlook.plan.steps.len(), "step"));
        let with_sql = show.sql || outlook.plan.steps.len() < FEW_STEPS;
        text.push_str(&steps::steps(outlook, with_sql));
    }
    text.push_str(&besides(outlook));
    text
}

/// What is no change, and worth knowing.
pub fn besides(outlook: &Outlook) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        let _ = writeln!(text, "{words}");
    };
    if !outlook.order_only.is_empty() {
        let names: Vec<String> =
            outlook.order_only.iter().map(|id| format!("{}.{}", id.namespace, id.name)).collect();
        line(format!("columns in another order, which is no difference: {}", names.join(", ")));
    }
    for (who, what) in &outlook.filtered.starved {
        line(format!("warning: {who} needs {what}, which is left alone and not there"));
    }
    for (what, why) in &outlook.left {
        line(format!("not kept: {what}: {why}"));
    }
    for (what, _) in outlook.taken_back().filter(|(id, _)| id.kind == Kind::Column) {
        line(format!("rows written since then have NULL in {what}"));
    }
    if outlook.kept().next().is_some() {
        let loses = outlook.plan.hazards().iter().any(|it| it.kind == HazardKind::DataLoss);
        let what = if loses { "what is kept is not" } else { "nothing is" };
        line(format!("{what} lost before that date: `cargo xtask quarantine`"));
    }
    if !outlook.filtered.ignored.is_empty() {
        line(format!(
            "left alone by rule: {}",
            counted(outlook.filtered.ignored.len(), "difference")
        ));
    }
    for thing in &outlook.from.catalog.unmanaged {
        line(format!("unmanaged: {thing}"));
    }
    if let Some(proof) = &outlook.proof {
        for change in &proof.unseen {
            let key = change.object();
            line(format!(
                "only pg_dump sees: {} {} {}, as before the plan",
                change.mark(),
                key.kind.to_lowercase(),
                key.name
            ));
        }
        line(words::way_back(proof));
    }
    text
}
