//! A comparison for a review: a comment in Markdown, or annotations that
//! GitHub shows beside the change.
//!
//! Must never: let a name or a text end a fence or a command.

use std::fmt::Write as _;

use super::{Show, headline, steps, text};
use crate::github::{message, property};
use crate::schema::outlook::Outlook;

pub fn markdown(outlook: &Outlook, show: Show<'_>) -> String {
    let mut page = format!("### Schema: {}\n\n", escaped(&headline(outlook)));
    if outlook.is_equal() {
        page.push_str("Nothing to do.\n");
        return page;
    }
    let hazards = outlook.plan.hazards();
    if !hazards.is_empty() {
        page.push_str("| hazard | about | why | allowed |\n|---|---|---|---|\n");
        for hazard in hazards {
            let is_missing = show.missing.iter().any(|it| it.kind == hazard.kind);
            let allowed = if is_missing { "no" } else { "yes" };
            let _ = writeln!(
                page,
                "| {} | {} | {} | {allowed} |",
                hazard.kind,
                escaped(&hazard.about.to_string()),
                escaped(&hazard.why)
            );
        }
        page.push('\n');
    }
    let all = text(outlook, Show { sql: true, ..show });
    let fence = fence(&all);
    let _ = writeln!(
        page,
        "<details><summary>Plan</summary>\n\n{fence}diff\n{}\n{fence}\n</details>",
        all.trim_end()
    );
    page
}

/// One more backtick than the longest run inside.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn escaped(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    let special = |c: char| matches!(c, '|' | '<' | '>' | '*' | '_' | '`' | '[' | '\\');
    line.chars().fold(String::new(), |mut out, c| {
        if special(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// Workflow commands: one notice for the whole, one warning for each hazard.
pub fn github(outlook: &Outlook, show: Show<'_>) -> String {
    let file = outlook
        .to
        .init
        .as_ref()
        .map_or_else(String::new, |init| format!("file={},", property(&init.shown)));
    let mut lines = format!("::notice {file}title=schema::{}\n", message(&headline(outlook)));
    for (number, step) in (1..).zip(&outlook.plan.steps) {
        for hazard in &step.hazards {
            let is_missing = show.missing.iter().any(|it| it.kind == hazard.kind);
            let level = if is_missing { "error" } else { "warning" };
            let words =
                format!("step {number}: {}: {}\n{}", hazard.about, hazard.why, step.shown());
            let _ = writeln!(lines, "::{level} {file}title={}::{}", hazard.kind, message(&words));
        }
    }
    let plan = steps::steps(outlook, true);
    let _ = writeln!(lines, "::group::plan\n{}\n::endgroup::", unprefixed(&plan));
    lines
}

/// A line that begins with `::` would be a command.
fn unprefixed(text: &str) -> String {
    let line = |line: &str| {
        if line.trim_start().starts_with("::") { format!("|{line}") } else { line.to_owned() }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    //! What would end a fence, a cell or a command.

    use super::*;

    #[test]
    fn nothing_ends_its_frame() {
        assert_eq!(fence("a ``` b"), "````");
        assert_eq!(fence("plain"), "```");
        assert_eq!(escaped("a|b\n<c>"), "a\\|b \\<c\\>");
        assert_eq!(message("50%\n::error::x"), "50%25%0A::error::x");
        assert_eq!(unprefixed("a\n  ::set x"), "a\n|  ::set x");
    }
}
