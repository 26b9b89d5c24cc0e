//! Whether a plan file can be trusted to be what somebody reviewed.
//!
//! Must never: decide on blanks or comments.

use super::{PlanFile, PlanFileError};
use crate::plan::{Backfill, Mode, Plan, Probe, Step, Work};
use crate::scan::{Lexer, Splitter, Token, TokenKind, deeper};

/// Rows of one batch at most: more is no batch.
const MAX_BATCH: u32 = 1_000_000;

/// What can be said of a plan without any server.
pub fn consistent(file: &PlanFile) -> Result<(), PlanFileError> {
    let broken = |why: String| Err(PlanFileError::Broken { why });
    let prints = [&file.from.fingerprint, &file.to.fingerprint].into_iter().chain(&file.after);
    for print in prints {
        if print.len() != 64 || !print.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let said: String = print.chars().take(70).collect();
            return broken(format!("`{said}` is no fingerprint"));
        }
    }
    let steps = file.plan.steps.len();
    if !file.after.is_empty() && file.after.len() != steps {
        let prints = file.after.len();
        return broken(format!("{prints} fingerprints are after {steps} steps"));
    }
    if file.after.last().is_some_and(|last| *last != file.to.fingerprint) {
        return broken("it does not end where it says".to_owned());
    }
    if file.plan.is_empty() && file.from.fingerprint != file.to.fingerprint {
        return broken("nothing is to be done, and the ends differ".to_owned());
    }
    runnable(&file.plan, false)?;
    file.reverse.as_ref().map_or(Ok(()), |reverse| runnable(reverse, true))
}

fn runnable(plan: &Plan, of_reverse: bool) -> Result<(), PlanFileError> {
    for (index, step) in plan.steps.iter().enumerate() {
        if let Some(why) = fault(step) {
            return Err(PlanFileError::Step { step: index + 1, of_reverse, why });
        }
    }
    match plan.probes.iter().find_map(probe_fault) {
        Some(why) => Err(PlanFileError::Broken { why: format!("a probe {why}") }),
        None => Ok(()),
    }
}

fn fault(step: &Step) -> Option<&'static str> {
    match &step.work {
        Work::Statement(sql) => statement_fault(sql),
        Work::Backfill(_) if step.mode == Mode::Together => {
            Some("is a backfill that shares a transaction")
        }
        Work::Backfill(backfill) => backfill_fault(backfill),
    }
}

/// Exactly one statement, without a semicolon behind it.
fn statement_fault(sql: &str) -> Option<&'static str> {
    let mut splitter = Splitter::default();
    let mut is_empty = true;
    for token in Lexer::new(sql) {
        if let Some(why) = token_fault(token, sql) {
            return Some(why);
        }
        if token.is_comment() {
            continue;
        }
        is_empty = false;
        if splitter.see(sql, token) {
            return Some("is more than one statement");
        }
    }
    if is_empty {
        Some("says nothing")
    } else if !splitter.is_outermost() {
        Some("opens a parenthesis that it does not close")
    } else {
        None
    }
}

fn token_fault(token: Token, sql: &str) -> Option<&'static str> {
    if matches!(token.kind, TokenKind::Unclosed(_)) {
        Some("opens a quote or a comment that it does not close")
    } else if token.kind == TokenKind::Backslash {
        Some("holds a command of psql")
    } else if token.text(sql).contains('\0') {
        Some("holds a NUL byte")
    } else {
        None
    }
}

/// A probe reads, whatever it says: it is run read-only. It must be one
/// statement all the same.
fn probe_fault(probe: &Probe) -> Option<&'static str> {
    statement_fault(&probe.sql)
}

fn backfill_fault(backfill: &Backfill) -> Option<&'static str> {
    let Backfill { set, condition, batch, key, .. } = backfill;
    if !(1..=MAX_BATCH).contains(batch) {
        return Some("has no batch of 1 to 1000000 rows");
    }
    if key.iter().any(|name| name.is_empty() || name.contains('\0')) {
        return Some("walks a key without a name");
    }
    part_fault(set).or_else(|| part_fault(condition))
}

/// Part of a statement, and no more of it than it says.
fn part_fault(sql: &str) -> Option<&'static str> {
    let mut depth = 0_usize;
    let mut is_empty = true;
    for token in Lexer::new(sql) {
        if let Some(why) = token_fault(token, sql) {
            return Some(why);
        }
        if token.kind == TokenKind::LineComment || token.kind == TokenKind::Semicolon {
            return Some("holds a comment or a semicolon where a part of a statement is wanted");
        }
        let closes = matches!(token.kind, TokenKind::CloseParenthesis | TokenKind::CloseBracket);
        if closes && depth == 0 {
            return Some("closes a parenthesis that it does not open");
        }
        depth = deeper(depth, token.kind);
        is_empty &= token.is_comment();
    }
    if is_empty {
        Some("says nothing")
    } else {
        (depth > 0).then_some("opens a parenthesis that it does not close")
    }
}

/// Holds one text against the other, token by token.
pub fn says_the_same(wanted: &str, found: &str) -> Result<(), PlanFileError> {
    let found = found.strip_prefix('\u{feff}').unwrap_or(found);
    let (mut left, mut right) = (Said::new(wanted), Said::new(found));
    loop {
        let at = match (left.next(), right.next()) {
            (None, None) => return Ok(()),
            (Some(one), Some(other)) if one == other => continue,
            (_, Some(_)) => right.at,
            (Some(_), None) => found.len(),
        };
        let before = found.get(..at).unwrap_or(found);
        let line = before.matches('\n').count() + 1;
        let begins = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(begins..).unwrap_or_default().chars().count() + 1;
        return Err(PlanFileError::Differs { line, column });
    }
}

/// What a text says, without what is free.
struct Said<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    last: Option<Token>,
    /// Where the piece begins that was given last.
    at: usize,
}

/// A token; of a command of psql, its line.
#[derive(PartialEq)]
struct Piece<'a> {
    text: &'a str,
    gap: Gap,
}

/// What is between two tokens, where that can change what they say: operators
/// that touch are one, strings on two lines are one.
#[derive(PartialEq)]
enum Gap {
    Free,
    Touching,
    Blank,
    NextLine,
}

impl<'a> Said<'a> {
    fn new(text: &'a str) -> Said<'a> {
        Said { text, lexer: Lexer::new(text), last: None, at: 0 }
    }

    fn gap(&self, token: Token) -> Gap {
        let Some(last) = self.last.filter(|last| is_touchy(*last) && is_touchy(token)) else {
            return Gap::Free;
        };
        let between = self.text.get(last.end..token.start).unwrap_or_default();
        match between {
            "" => Gap::Touching,
            _ if between.contains(['\n', '\r']) && token.kind == TokenKind::Text => Gap::NextLine,
            _ => Gap::Blank,
        }
    }
}

fn is_touchy(token: Token) -> bool {
    use TokenKind::{Colon, Dot, Number, Operator, Parameter, Text};
    matches!(token.kind, Colon | Dot | Number | Operator | Parameter | Text)
}

impl<'a> Iterator for Said<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        // A comment that is closed says nothing to a server.
        let is_free =
            |it: &Token| matches!(it.kind, TokenKind::LineComment | TokenKind::BlockComment);
        let token = self.lexer.by_ref().find(|token| !is_free(token))?;
        self.at = token.start;
        if token.kind == TokenKind::Backslash {
            let rest = self.text.get(token.start..).unwrap_or_default();
            let line = rest.split('\n').next().unwrap_or_default();
            self.lexer.jump(token.start + line.len());
            self.last = None;
            return Some(Piece { text: line.trim_end(), gap: Gap::Free });
        }
        let piece = Piece { text: token.text(self.text), gap: self.gap(token) };
        self.last = Some(token);
        Some(piece)
    }
}
