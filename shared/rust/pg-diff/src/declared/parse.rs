//! Annotations, read out of comments.
//!
//! An annotation begins a comment, or a line of a block comment, and ends with
//! the line. Only an expression that is not complete goes on in the next line.
//!
//! Must never: touch a comment that begins with something else.

use std::ops::Range;

use super::annotation::{AnnotationKind, BATCH, Word, WrittenName};
use super::date::Date;
use super::expression::{self, Fault};
use super::nearest::distance;
use crate::scan::{Cursor, Lexer, Token, TokenKind};

/// Tags of documentation that are near to a word of ours.
const FOREIGN: [&str; 3] = ["see", "sees", "seen"];

const MAX_BATCH: u32 = 1_000_000;

/// A comment's text line by line: where each begins, without the marks.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub at: usize,
    pub text: &'a str,
}

/// An annotation, or what is wrong with it.
#[derive(Clone, Debug)]
pub struct Found {
    /// From the `@` on.
    pub range: Range<usize>,
    pub kind: Result<AnnotationKind, Wrong>,
}

#[derive(Clone, Debug)]
pub struct Wrong {
    pub message: String,
    pub hint: String,
}

/// The lines of one comment.
pub fn lines<'a>(text: &'a str, comment: &Token) -> Vec<Line<'a>> {
    let whole = comment.text(text);
    let is_line = comment.kind == TokenKind::LineComment;
    let inner = if is_line { whole } else { whole.strip_suffix("*/").unwrap_or(whole) };
    let mut at = comment.start;
    let mut lines = Vec::new();
    for line in inner.split_inclusive('\n') {
        let is_first = at == comment.start;
        let marks: &[char] = if is_line { &['-', ' ', '\t'] } else { &['*', ' ', '\t'] };
        let unmarked = if is_first && !is_line { line.get(2..).unwrap_or_default() } else { line };
        let trimmed = unmarked.trim_start_matches(marks);
        lines.push(Line { at: at + line.len() - trimmed.len(), text: trimmed.trim_end() });
        at += line.len();
    }
    lines
}

/// What the first of these lines says; the others may go on with it.
pub fn annotation(lines: &[Line<'_>]) -> Option<Found> {
    let first = lines.first()?;
    let after = first.text.strip_prefix('@')?;
    let length = after
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .unwrap_or(after.len());
    let (name, rest) = after.split_at(length);
    let mut range = first.at..first.at + first.text.len();
    if !rest.starts_with([' ', '\t', ':', '=', '(']) && !rest.is_empty() {
        return None;
    }
    let Some(word) = Word::ALL.into_iter().find(|word| word.text() == name) else {
        return near(name).map(|word| {
            let message = format!("`@{name}` is no annotation: did you mean `{word}`?");
            Found { range, kind: Err(Wrong { message, hint: word.usage().to_owned() }) }
        });
    };
    if rest.starts_with([':', '=', '(']) {
        let message = format!("`{word}` has a blank behind it");
        return Some(Found { range, kind: Err(wrong(word, message)) });
    }
    let kind = match word {
        Word::Renamed => renamed(rest),
        Word::Deprecated => deprecated(rest),
        Word::Seed => seed(rest),
        Word::Using | Word::Backfill => {
            let (text, used) = gathered(rest, lines.get(1..).unwrap_or_default());
            if let Some(last) = lines.get(used) {
                range.end = last.at + last.text.len();
            }
            valued(word, &text)
        }
    };
    Some(Found { range, kind: kind.map_err(|message| wrong(word, message)) })
}

fn wrong(word: Word, message: String) -> Wrong {
    Wrong { message, hint: word.usage().to_owned() }
}

/// A word of ours that is a slip of the pen away.
fn near(name: &str) -> Option<Word> {
    let small = name.to_ascii_lowercase();
    if small.len() > 16 || FOREIGN.contains(&small.as_str()) {
        return None;
    }
    let limit = |word: Word| if word == Word::Seed { 1 } else { 2 };
    let measured = Word::ALL.into_iter().map(|word| (distance(&small, word.text()), word));
    measured.filter(|(far, word)| *far <= limit(*word)).min().map(|(_, word)| word)
}

fn tokens(text: &str) -> Vec<Token> {
    Lexer::new(text).filter(|token| !token.is_comment()).collect()
}

/// `from=a, "B", c.d`
fn renamed(rest: &str) -> Result<AnnotationKind, String> {
    let tokens = tokens(rest);
    let mut cursor = Cursor::new(rest, &tokens);
    if !cursor.accept(&["from"]) || !accept(&mut cursor, "=") {
        return Err("`@renamed` says no `from=`".to_owned());
    }
    let mut from = Vec::new();
    loop {
        let name = cursor.qualified().filter(|(_, name)| !name.is_empty());
        let (namespace, name) = name.ok_or("`from=` is followed by no name")?;
        from.push(WrittenName { namespace, name });
        if !cursor.accept_kind(TokenKind::Comma) {
            break;
        }
    }
    ended(rest, cursor)?;
    Ok(AnnotationKind::Renamed { from })
}

/// `key=(a, b) update=(c)`, in any order; one name needs no parentheses.
fn seed(rest: &str) -> Result<AnnotationKind, String> {
    let tokens = tokens(rest);
    let mut cursor = Cursor::new(rest, &tokens);
    let (mut key, mut update) = (None, None);
    while !cursor.is_at_end() {
        let (list, name) = if cursor.accept(&["key"]) {
            (&mut key, "key")
        } else if cursor.accept(&["update"]) {
            (&mut update, "update")
        } else {
            return ended(rest, cursor)
                .map(|()| AnnotationKind::Seed { key: Vec::new(), update: Vec::new() });
        };
        if !accept(&mut cursor, "=") {
            return Err(format!("`{name}` is followed by no `=`"));
        }
        if list.is_some() {
            return Err(format!("`{name}=` is said twice"));
        }
        *list = Some(columns(&mut cursor, name)?);
    }
    if key.is_none() && update.is_none() {
        return Err("`@seed` says neither `key=` nor `update=`".to_owned());
    }
    Ok(AnnotationKind::Seed { key: key.unwrap_or_default(), update: update.unwrap_or_default() })
}

fn columns(cursor: &mut Cursor<'_>, of: &str) -> Result<Vec<String>, String> {
    let missing = || format!("`{of}=` is followed by no column");
    if !cursor.accept_kind(TokenKind::OpenParenthesis) {
        return Ok(vec![cursor.name().ok_or_else(missing)?]);
    }
    let mut columns: Vec<String> = Vec::new();
    loop {
        let name = cursor.name().filter(|name| !name.is_empty()).ok_or_else(missing)?;
        if columns.contains(&name) {
            return Err(format!("`{of}=` names `{name}` twice"));
        }
        columns.push(name);
        if cursor.accept_kind(TokenKind::CloseParenthesis) {
            return Ok(columns);
        }
        if !cursor.accept_kind(TokenKind::Comma) {
            return Err(format!("the list of `{of}=` is not closed"));
        }
    }
}

fn accept(cursor: &mut Cursor<'_>, operator: &str) -> bool {
    let sees = cursor.peek().is_some_and(|token| token.text(cursor.text()) == operator);
    if sees {
        cursor.next_token();
    }
    sees
}

/// Nothing is left.
fn ended(rest: &str, mut cursor: Cursor<'_>) -> Result<(), String> {
    match cursor.next_token() {
        None => Ok(()),
        Some(token) => {
            let left: String =
                rest.get(token.start..).unwrap_or_default().chars().take(40).collect();
            Err(format!("`{left}` is not understood: a remark stands in a comment of its own"))
        }
    }
}

/// `since=2026-01-01 remove-after=2026-03-01`
fn deprecated(rest: &str) -> Result<AnnotationKind, String> {
    let rest = rest.split(" --").next().unwrap_or_default();
    let (mut since, mut remove_after) = (None, None);
    for part in rest.split_whitespace() {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let place = match name {
            "since" => &mut since,
            "remove-after" => &mut remove_after,
            _ => return Err(format!("`{part}` is not understood")),
        };
        let date = Date::parse(value)
            .ok_or_else(|| format!("`{value}` is no date: write year-month-day, `2026-03-01`"))?;
        if place.replace(date).is_some() {
            return Err(format!("`{name}=` is said twice"));
        }
    }
    let since = since.ok_or("`@deprecated` says no `since=`")?;
    let remove_after = remove_after.ok_or("`@deprecated` says no `remove-after=`")?;
    if remove_after < since {
        return Err(format!("`remove-after={remove_after}` is before `since={since}`"));
    }
    Ok(AnnotationKind::Deprecated { since, remove_after })
}

/// The expression with the lines it goes on in, and how many they are.
fn gathered(rest: &str, more: &[Line<'_>]) -> (String, usize) {
    let mut text = rest.trim().to_owned();
    for (used, line) in more.iter().enumerate() {
        let goes_on = expression::check(&text) == Err(Fault::Incomplete);
        let is_batch = line.text.starts_with("batch=");
        if line.text.starts_with('@') || !(goes_on || is_batch) {
            return (text, used);
        }
        text.push('\n');
        text.push_str(line.text);
    }
    (text, more.len())
}

fn valued(word: Word, text: &str) -> Result<AnnotationKind, String> {
    let tokens = expression::check(text).map_err(|fault| match fault {
        Fault::Incomplete => format!("the expression of `{word}` is not complete"),
        Fault::Wrong(why) => format!("the expression of `{word}` is none: {why}"),
    })?;
    let (own, batch) = match (word, batch(text, &tokens)?) {
        (Word::Backfill, Some(rows)) => (&tokens[..tokens.len() - 3], rows),
        _ => (&tokens[..], BATCH),
    };
    let expression = expression::spelled(text, own);
    if own.is_empty() {
        return Err(format!("`{word}` says no expression"));
    }
    Ok(match word {
        Word::Backfill => AnnotationKind::Backfill { expression, batch },
        Word::Using | Word::Renamed | Word::Deprecated | Word::Seed => {
            AnnotationKind::Using { expression }
        }
    })
}

/// `batch=5000` at the end.
fn batch(text: &str, tokens: &[Token]) -> Result<Option<u32>, String> {
    let [.., name, equals, value] = tokens else { return Ok(None) };
    if !name.is(text, "batch") || equals.text(text) != "=" {
        return Ok(None);
    }
    let rows = value.text(text).replace('_', "").parse::<u32>().ok();
    let rows = rows.filter(|rows| (1..=MAX_BATCH).contains(rows));
    let said = value.text(text);
    rows.map(Some).ok_or_else(|| format!("`batch={said}` is no number from 1 to {MAX_BATCH}"))
}
