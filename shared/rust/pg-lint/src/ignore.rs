//! `-- lint: ignore rule-id reason`: on the line before, or at the end of the
//! line.
//!
//! Must never: take a finding out without a reason, or stay when it takes
//! nothing out.

use std::collections::BTreeMap;
use std::ops::Range;

use pg_diff::scan::{Token, TokenKind};

use crate::finding::{Finding, Fix};
use crate::rules::{self, ignore_unknown, ignore_unused, ignore_without_reason};

/// One comment that asks for it.
#[derive(Clone, Debug)]
struct Ignore {
    rules: Vec<String>,
    has_reason: bool,
    /// The line it speaks of, from 0.
    line: usize,
    range: Range<usize>,
    /// What goes when the comment goes.
    removal: Range<usize>,
}

/// Takes out what is ignored with a reason, and what is `off` (by rule); adds
/// what is wrong with the comments that ask for it. `is_run` tells whether a
/// rule has had its say.
pub fn apply(
    text: &str,
    comments: &[Token],
    findings: Vec<Finding>,
    off: &BTreeMap<String, String>,
    is_run: &dyn Fn(&str) -> bool,
) -> Vec<Finding> {
    let lines = Lines::of(text);
    let ignores: Vec<Ignore> =
        comments.iter().filter_map(|comment| read(text, &lines, comment)).collect();
    let mut used = vec![false; ignores.len()];
    let mut left: Vec<Finding> = Vec::new();
    for finding in findings.into_iter().filter(|it| !off.contains_key(it.rule)) {
        let line = lines.number(finding.range.start);
        let speaks = |it: &Ignore| it.line == line && it.rules.iter().any(|id| id == finding.rule);
        match ignores.iter().position(speaks) {
            Some(place) => {
                used[place] = true;
                if !ignores[place].has_reason {
                    left.push(finding);
                }
            }
            None => left.push(finding),
        }
    }
    for (ignore, used) in ignores.iter().zip(used) {
        left.extend(complaint(ignore, used, is_run).filter(|it| !off.contains_key(it.rule)));
    }
    left.sort_by_key(|finding| (finding.range.start, finding.rule));
    left
}

fn complaint(ignore: &Ignore, used: bool, is_run: &dyn Fn(&str) -> bool) -> Option<Finding> {
    let range = ignore.range.clone();
    if let Some(unknown) = ignore.rules.iter().find(|id| rules::find(id).is_none()) {
        let mut finding = ignore_unknown::RULE.at(range, format!("there is no rule `{unknown}`"));
        let near = rules::nearest(unknown);
        finding.help = near.map(|near| format!("did you mean `{near}`?"));
        return Some(finding);
    }
    if !ignore.has_reason {
        let rule = ignore.rules.join(",");
        let message = match rule.is_empty() {
            true => "this ignores no rule, for no reason".to_owned(),
            false => format!("`{rule}` is ignored, and nobody says why"),
        };
        return Some(ignore_without_reason::RULE.at(range, message));
    }
    if used || !ignore.rules.iter().all(|id| is_run(id)) {
        return None;
    }
    let rule = ignore.rules.join("` and `");
    let mut finding =
        ignore_unused::RULE.at(range, format!("`{rule}` finds nothing here: this can go"));
    finding.fix = Some(Fix::remove("remove the comment", ignore.removal.clone()));
    Some(finding)
}

fn read(text: &str, lines: &Lines<'_>, comment: &Token) -> Option<Ignore> {
    if comment.kind != TokenKind::LineComment {
        return None;
    }
    let said = comment.text(text).trim_start_matches('-').trim();
    let said = said.strip_prefix("lint:")?.trim_start();
    let said = said.strip_prefix("ignore").filter(|it| it.is_empty() || it.starts_with(' '))?;
    let (rules, reason) = said.trim().split_once(' ').unwrap_or((said.trim(), ""));
    let rules = rules.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let own = lines.number(comment.start);
    let begin = lines.start(own);
    let before = text.get(begin..comment.start).unwrap_or_default();
    let is_alone = before.trim().is_empty();
    let line = if is_alone { lines.code_behind(own) } else { own };
    let removal = match is_alone {
        true => begin..lines.start(own + 1),
        false => begin + before.trim_end().len()..comment.end,
    };
    Some(Ignore {
        rules,
        has_reason: !reason.trim().is_empty(),
        line,
        range: comment.start..comment.end,
        removal,
    })
}

struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Lines<'a> {
        let behind = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(behind).collect() }
    }

    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The next line with more than a comment.
    fn code_behind(&self, line: usize) -> usize {
        let mut line = line + 1;
        while line < self.starts.len() {
            let text = self.text.get(self.start(line)..self.start(line + 1)).unwrap_or_default();
            if !text.trim().is_empty() && !text.trim_start().starts_with("--") {
                break;
            }
            line += 1;
        }
        line
    }
}

#[cfg(test)]
mod tests {
    //! Which line a comment speaks of, and what it takes.

    use pg_diff::declared::parts;

    use super::*;

    /// Rules and places left of findings of `money-column` at every `!`.
    fn left(text: &str) -> Vec<(&'static str, usize)> {
        let rule = &rules::money_column::RULE;
        let places = text.match_indices('!').map(|(at, _)| rule.at(at..at + 1, "here"));
        let comments = parts(text).comments;
        let left = apply(text, &comments, places.collect(), &BTreeMap::new(), &|_| true);
        left.iter().map(|it| (it.rule, it.range.start)).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next_with_code() {
        assert_eq!(left("a ! -- lint: ignore money-column cheap\nb"), []);
        assert_eq!(left("-- lint: ignore money-column cheap\n\n-- why\na !\n"), []);
        assert_eq!(left("-- lint: ignore money-column cheap\na\n!\n").len(), 2);
        assert_eq!(left("a -- lint: ignore money-column cheap\n!\n").len(), 2);
        assert_eq!(left("! ! -- lint: ignore serial-column,money-column cheap\n"), []);
        assert_eq!(left("-- lint: ignored\n!"), [("money-column", 17)]);
    }

    #[test]
    fn without_a_reason_nothing_is_taken_out() {
        let told = left("! -- lint: ignore money-column\n");
        assert_eq!(told, [("money-column", 0), ("ignore-without-reason", 2)]);
        assert_eq!(left("-- lint: ignore\n!").len(), 2);
    }

    #[test]
    fn a_comment_in_a_text_asks_for_nothing() {
        assert_eq!(left("'-- lint: ignore money-column cheap' !").len(), 1);
    }
}
