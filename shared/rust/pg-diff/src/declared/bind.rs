//! What an annotation is about: what follows it, or what stands before it on
//! its line.
//!
//! Must never: choose where two things could be meant.

use std::rc::Rc;

use super::command::Command;
use super::file::{Parts, Statement};
use super::layout::{self, Head, Layout};
use super::subject;
use crate::scan::{Token, TokenKind, deeper};

/// A statement by its number, and what of it is meant.
#[derive(Clone, Debug)]
pub struct Bound {
    pub statement: usize,
    pub head: Head,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbound {
    /// The file, the list or the statement ends, or another file comes in.
    Nothing,
    /// It has no name, or nothing that this could be said about.
    Nameless,
    /// One statement does several things.
    Several,
    /// Where nothing has a name of its own.
    Inside,
}

/// Binds the annotations of one file. Keeps what it read of a statement for
/// the next annotation in it.
pub struct Binder<'a> {
    text: &'a str,
    parts: &'a Parts,
    last: Option<(usize, Opened<'a>)>,
}

/// A statement, looked into.
#[derive(Clone)]
struct Opened<'a> {
    tokens: &'a [Token],
    inside: Option<Rc<(Head, Layout)>>,
}

impl<'a> Binder<'a> {
    pub fn new(text: &'a str, parts: &'a Parts) -> Binder<'a> {
        Binder { text, parts, last: None }
    }

    /// Finds what a comment is about.
    pub fn bind(&mut self, comment: &Token) -> Result<Bound, Unbound> {
        let statements = &self.parts.statements;
        let behind = statements.partition_point(|it| it.range.start < comment.start);
        let before = behind.checked_sub(1).and_then(|place| Some((place, statements.get(place)?)));
        if let Some((place, statement)) = before {
            // The last statement may have no semicolon and no end.
            if comment.start < statement.range.end {
                return self.inside(place, comment);
            }
            if is_trailing(self.text, self.parts, statement, comment) {
                return self.whole(place, true);
            }
        }
        let next = statements.get(behind).ok_or(Unbound::Nothing)?;
        let between = |it: &Command| {
            it.range.start >= comment.end
                && it.range.start < next.range.start
                && is_include(&it.name)
        };
        if self.parts.commands.iter().any(between) {
            return Err(Unbound::Nothing);
        }
        self.whole(behind, false)
    }

    /// The statement, or the one thing it does.
    fn whole(&mut self, place: usize, is_behind: bool) -> Result<Bound, Unbound> {
        let Opened { tokens, inside } = self.open(place)?;
        let (head, layout) = &*inside.ok_or(Unbound::Nameless)?;
        if head.body != layout::Body::Actions {
            return Ok(Bound { statement: place, head: head.clone() });
        }
        let action = match layout.elements.as_slice() {
            [action] => action,
            // Behind the semicolon it is beside the last.
            [.., last] if is_behind => last,
            _ => return Err(Unbound::Several),
        };
        let own = tokens.get(action.clone()).unwrap_or_default();
        let head = layout::element(self.text, own, head).ok_or(Unbound::Nameless)?;
        Ok(Bound { statement: place, head })
    }

    fn open(&mut self, place: usize) -> Result<Opened<'a>, Unbound> {
        if let Some((_, opened)) = self.last.as_ref().filter(|(last, _)| *last == place) {
            return Ok(opened.clone());
        }
        let statement = self.parts.statements.get(place).ok_or(Unbound::Nothing)?;
        let tokens = self.parts.tokens.get(statement.tokens.clone()).unwrap_or_default();
        let head = subject::head(self.text, tokens);
        let inside = head.map(|head| {
            let layout = Layout::of(self.text, tokens, &head);
            Rc::new((head, layout))
        });
        let opened = Opened { tokens, inside };
        self.last = Some((place, opened.clone()));
        Ok(opened)
    }

    fn inside(&mut self, place: usize, comment: &Token) -> Result<Bound, Unbound> {
        let Opened { tokens, inside } = self.open(place)?;
        let (head, layout) = &*inside.ok_or(Unbound::Nameless)?;
        let element = match place_of(self.text, self.parts, tokens, layout, comment) {
            Place::Element(element) => element,
            Place::Nothing => return Err(Unbound::Nothing),
            Place::Statement => return self.whole(place, false),
            Place::Outside => {
                let next = tokens.partition_point(|token| token.start < comment.start);
                let before = tokens.get(..next).unwrap_or_default();
                let depth = before.iter().fold(0, |depth, token| deeper(depth, token.kind));
                if depth > 0 || next > layout.until {
                    return Err(Unbound::Inside);
                }
                return self.whole(place, false);
            }
        };
        let own = layout.elements.get(element).and_then(|element| tokens.get(element.clone()));
        let head = layout::element(self.text, own.unwrap_or_default(), head);
        Ok(Bound { statement: place, head: head.ok_or(Unbound::Nameless)? })
    }
}

fn is_include(name: &str) -> bool {
    matches!(name, "i" | "ir" | "include" | "include_relative")
}

/// True for a comment behind a statement in the same line, with no other
/// statement behind it.
fn is_trailing(text: &str, parts: &Parts, statement: &Statement, comment: &Token) -> bool {
    same_line(text, statement.range.end, comment.start) && ends_line(text, parts, comment)
}

fn same_line(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|between| !between.contains(['\n', '\r']))
}

/// True when no token follows in the line.
fn ends_line(text: &str, parts: &Parts, comment: &Token) -> bool {
    let next = parts.tokens.partition_point(|token| token.start < comment.end);
    comment.kind == TokenKind::LineComment
        || parts.tokens.get(next).is_none_or(|next| !same_line(text, comment.end, next.start))
}

/// Where a comment stands within a statement.
enum Place {
    Element(usize),
    /// Behind what opens the list.
    Statement,
    /// Not in the list of elements.
    Outside,
    /// In the list, with nothing behind it.
    Nothing,
}

fn place_of(
    text: &str,
    parts: &Parts,
    tokens: &[Token],
    layout: &Layout,
    comment: &Token,
) -> Place {
    let next = tokens.partition_point(|token| token.start < comment.start);
    if layout.elements.is_empty() || next < layout.inside.start || next > layout.inside.end {
        return Place::Outside;
    }
    let Some(before) = next.checked_sub(1) else { return Place::Outside };
    let Some(last) = tokens.get(before) else { return Place::Outside };
    let (of_last, of_next) = (layout.element_of(before), layout.element_of(next));
    let is_beside = same_line(text, last.end, comment.start);
    let is_last = ends_line(text, parts, comment);
    if let (Some(element), true) = (of_last, of_last == of_next) {
        return Place::Element(element);
    }
    if is_beside && is_last {
        if before < layout.inside.start {
            return Place::Statement;
        }
        // A comma that begins its line belongs to what follows.
        let line = text.get(..last.start).and_then(|text| text.rsplit('\n').next());
        let is_leading = line.is_some_and(|line| line.trim().is_empty());
        let beside = if of_last.is_some() {
            of_last
        } else if is_leading {
            of_next
        } else {
            before.checked_sub(1).and_then(|token| layout.element_of(token))
        };
        return beside.map_or(Place::Nothing, Place::Element);
    }
    if let (Some(element), true) = (of_last, is_beside) {
        // `name text /* here */, other`
        return Place::Element(element);
    }
    let following = of_next.or_else(|| layout.element_of(next + 1));
    match following {
        Some(element) if next < layout.inside.end => Place::Element(element),
        _ => Place::Nothing,
    }
}
