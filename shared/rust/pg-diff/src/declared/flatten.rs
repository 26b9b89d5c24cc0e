//! Files that include each other, made one text to run.
//!
//! Must never: include a circle, or grow without bound.

use std::collections::BTreeMap;
use std::ops::Range;

use super::annotation::{Annotation, AnnotationKind, Word};
use super::bind::{Binder, Unbound};
use super::command::Command;
use super::error::{DeclaredError, DeclaredErrorKind, Note, NoteKind};
use super::file::{self, Mistake, Parts};
use super::parse::{self, Found, Line};
use super::search_path::SearchPath;
use super::source::{SourceFile, SourceMap};
use super::subject::SubjectKind;
use super::verbs;
use super::verdict::Verdict;
use super::{Declared, path};
use crate::scan::TokenKind;

/// Files within files within files.
const MAX_DEPTH: usize = 32;

/// What one declaration may come to, in bytes and in includes: far more than
/// anybody writes, and less than a file that includes another twice, and so
/// on, would take.
const MAX_TEXT: usize = 64 << 20;
const MAX_INCLUDES: usize = 10_000;

/// Nobody reads more at once.
const MAX_ERRORS: usize = 100;

pub type Load<'a> = &'a mut dyn FnMut(&str) -> Result<String, String>;

pub struct Flattener<'a> {
    load: Load<'a>,
    text: String,
    map: SourceMap,
    known: BTreeMap<String, usize>,
    /// Files that are open, outermost first.
    open: Vec<usize>,
    includes: usize,
    search_path: SearchPath,
    annotations: Vec<Annotation>,
    notes: Vec<Note>,
    errors: Vec<DeclaredError>,
}

impl<'a> Flattener<'a> {
    pub fn new(load: Load<'a>) -> Flattener<'a> {
        Flattener {
            load,
            text: String::new(),
            map: SourceMap::default(),
            known: BTreeMap::new(),
            open: Vec::new(),
            includes: 0,
            search_path: SearchPath::default(),
            annotations: Vec::new(),
            notes: Vec::new(),
            errors: Vec::new(),
        }
    }

    pub fn read(mut self, root: &str) -> Result<Declared, Vec<DeclaredError>> {
        match self.find(&path::plain(root)) {
            Ok(index) => self.file(index),
            Err(why) => {
                let span = SourceFile::new(root, "").span(0..0);
                self.error(DeclaredErrorKind::File, span, (why, None));
            }
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        Ok(Declared {
            text: self.text,
            files: self.map.names(),
            map: self.map,
            annotations: self.annotations.into(),
            notes: self.notes,
        })
    }

    /// The file of this name, read once.
    fn find(&mut self, name: &str) -> Result<usize, String> {
        if let Some(index) = self.known.get(name) {
            return Ok(*index);
        }
        let file = SourceFile::new(name, &(self.load)(name)?);
        let index = self.map.add_file(file);
        self.known.insert(name.to_owned(), index);
        Ok(index)
    }

    fn file(&mut self, index: usize) {
        let Some(file) = self.map.file(index).cloned() else { return };
        let parts = file::parts(&file.text);
        self.open.push(index);
        for mistake in &parts.mistakes {
            self.mistake(&file, mistake);
        }
        if let Some(at) = file.text.find('\0') {
            let message = "a NUL byte cannot be sent to PostgreSQL";
            let mistake = Mistake::new(DeclaredErrorKind::File, at..at + 1, message);
            self.mistake(&file, &mistake.hint("take it away"));
        }
        let mut found = self.found(&file, &parts).into_iter().peekable();
        let mut commands = parts.commands.iter().peekable();
        let mut copied = 0;
        for (place, statement) in parts.statements.iter().enumerate() {
            while let Some(command) =
                commands.next_if(|command| command.range.start < statement.range.start)
            {
                self.copy(index, copied..command.range.start);
                copied = command.range.end;
                self.command(&file, command);
            }
            let tokens = parts.tokens.get(statement.tokens.clone()).unwrap_or_default();
            if let Some((kind, message)) = verbs::note(&file.text, tokens) {
                self.note(kind, &file, statement.range.clone(), message);
            }
            while let Some(ready) = found.next_if(|ready| ready.statement <= place) {
                self.annotations.push(Annotation {
                    kind: ready.kind,
                    subject: ready.head.subject(self.search_path.current()),
                    span: file.span(ready.range),
                });
            }
            self.search_path.see(&file.text, tokens);
        }
        for command in commands {
            self.copy(index, copied..command.range.start);
            copied = command.range.end;
            self.command(&file, command);
        }
        self.copy(index, copied..file.text.len());
        self.open.pop();
        let is_open = parts.statements.last().is_some_and(|last| !last.is_closed);
        if !self.open.is_empty() {
            // psql ends the last line, and the last statement, of a file.
            self.text.push_str(if is_open { "\n;\n" } else { "\n" });
        }
    }

    fn copy(&mut self, file: usize, range: Range<usize>) {
        let run = self.map.file(file).and_then(|file| file.text.get(range.clone()));
        let Some(run) = run.filter(|run| !run.is_empty()) else { return };
        let flat = self.text.len();
        self.text.push_str(run);
        self.map.add_piece(flat, file, range);
    }

    fn command(&mut self, file: &SourceFile, command: &Command) {
        let range = command.range.clone();
        match command.verdict() {
            Verdict::Drop => {
                let message = format!("`\\{}` is a command of psql: left out", command.name);
                self.note(NoteKind::DroppedCommand, file, range, message);
            }
            Verdict::Refuse { message, hint } => {
                let mistake = Mistake::new(DeclaredErrorKind::Command, range, message);
                self.mistake(file, &mistake.hint(hint));
            }
            Verdict::Include { .. } if command.is_inside => {
                let message = "a file is included in the middle of a statement";
                let mistake = Mistake::new(DeclaredErrorKind::Include, range, message);
                self.mistake(file, &mistake.hint("end the statement before it with `;`"));
            }
            Verdict::Include { path, from_here } => {
                if let Err(message) = self.include(file, &path, from_here) {
                    let mistake = Mistake::new(DeclaredErrorKind::Include, range, message);
                    self.mistake(file, &mistake);
                }
            }
        }
    }

    fn include(&mut self, from: &SourceFile, path: &str, from_here: bool) -> Result<(), String> {
        self.includes += 1;
        if self.includes > MAX_INCLUDES || self.text.len() > MAX_TEXT {
            self.includes = MAX_INCLUDES;
            return Err("the files include too much: do they include each other twice?".to_owned());
        }
        let beside = path::beside(&from.name, path);
        let whole = path::plain(path);
        let index = if from_here || whole == beside {
            self.find(&beside)?
        } else {
            self.find(&whole).or_else(|first| {
                self.find(&beside).map_err(|second| format!("{first}; {second}"))
            })?
        };
        if self.open.contains(&index) {
            let names = self.open.iter().chain([&index]).filter_map(|at| self.map.file(*at));
            let names: Vec<&str> = names.map(|file| &*file.name).collect();
            return Err(format!("the files include each other: {}", names.join(" → ")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} files are included in each other"));
        }
        self.file(index);
        Ok(())
    }

    /// The annotations of a file, in the order of what they are about.
    fn found(&mut self, file: &SourceFile, parts: &Parts) -> Vec<Ready> {
        let text = &file.text;
        let mut found: Vec<Ready> = Vec::new();
        let mut binder = Binder::new(text, parts);
        for (place, comment) in parts.comments.iter().enumerate() {
            if !comment.text(text).contains('@') {
                continue;
            }
            let own = parse::lines(text, comment);
            for from in 0..own.len() {
                let mut lines = own.get(from..).unwrap_or_default().to_vec();
                if !lines.first().is_some_and(|line| line.text.starts_with('@')) {
                    continue;
                }
                following(text, parts, place, &mut lines);
                let Some(Found { range, kind }) = parse::annotation(&lines) else { continue };
                let bound = kind.map_err(|wrong| (wrong.message, Some(wrong.hint)));
                let ready = bound.and_then(|kind| {
                    let bound = binder.bind(comment).map_err(|why| unbound(kind.word(), why))?;
                    suits(&kind, bound.head.kind)?;
                    let (statement, head) = (bound.statement, bound.head);
                    Ok(Ready { statement, head, kind, range: range.clone() })
                });
                match ready {
                    Ok(ready) => found.push(ready),
                    Err(why) => self.error(DeclaredErrorKind::Annotation, file.span(range), why),
                }
            }
        }
        found.sort_by_key(|ready| ready.statement);
        found
    }

    fn note(&mut self, kind: NoteKind, file: &SourceFile, range: Range<usize>, message: String) {
        self.notes.push(Note { kind, span: file.span(range), message });
    }

    fn mistake(&mut self, file: &SourceFile, mistake: &Mistake) {
        let span = file.span(mistake.range.clone());
        let hint = mistake.hint.map(str::to_owned);
        self.error(mistake.kind, span, (mistake.message.clone(), hint));
    }

    fn error(&mut self, kind: DeclaredErrorKind, span: super::Span, why: Why) {
        let (message, hint) = why;
        let error = DeclaredError { kind, span, message, hint };
        // A file that is included twice is wrong once.
        if self.errors.len() < MAX_ERRORS && !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

/// Message and hint.
type Why = (String, Option<String>);

/// An annotation that knows what it is about.
struct Ready {
    statement: usize,
    head: super::layout::Head,
    kind: AnnotationKind,
    range: Range<usize>,
}

/// Adds the line comments that stand directly under a comment.
fn following<'a>(text: &'a str, parts: &Parts, place: usize, lines: &mut Vec<Line<'a>>) {
    let comments = parts.comments.get(place..).unwrap_or_default();
    for pair in comments.windows(2) {
        let [above, below] = pair else { return };
        let between = text.get(above.end..below.start).unwrap_or_default();
        let touches = between.trim().is_empty() && between.matches('\n').count() == 1;
        let are_lines = [above, below].iter().all(|comment| comment.kind == TokenKind::LineComment);
        if !touches || !are_lines {
            return;
        }
        lines.extend(parse::lines(text, below));
        // Enough for any expression.
        if lines.len() > 100 {
            return;
        }
    }
}

fn unbound(word: Word, why: Unbound) -> Why {
    let message = match why {
        Unbound::Nothing => format!("`{word}` is followed by nothing that it could be about"),
        Unbound::Nameless => format!("`{word}` is about something without a name"),
        Unbound::Several => format!("`{word}` stands before a statement that does several things"),
        Unbound::Inside => {
            format!("`{word}` stands where nothing has a name of its own")
        }
    };
    let hint = match why {
        Unbound::Nothing | Unbound::Inside => {
            "put it in a line of its own before the statement, or behind the column in its line"
        }
        Unbound::Nameless => "give it a name (`CONSTRAINT name ...`), or move the annotation",
        Unbound::Several => "put it beside the action that it is about",
    };
    (message, Some(hint.to_owned()))
}

/// Each annotation can be about some things only.
fn suits(kind: &AnnotationKind, about: SubjectKind) -> Result<(), Why> {
    let word = kind.word();
    let (suits, wanted) = match word {
        Word::Renamed => {
            (!matches!(about, SubjectKind::Rows | SubjectKind::Extension), "what can be renamed")
        }
        Word::Using | Word::Backfill => (about == SubjectKind::Column, "a column"),
        Word::Deprecated => (
            !matches!(about, SubjectKind::Rows | SubjectKind::Label | SubjectKind::Field),
            "an object or a column",
        ),
        Word::Seed => {
            (matches!(about, SubjectKind::Rows | SubjectKind::Table), "the rows of an INSERT")
        }
    };
    if !suits {
        let message = format!("`{word}` is about {wanted}, and this is a {}", about.word());
        return Err((message, None));
    }
    if let AnnotationKind::Renamed { from } = kind
        && (about.is_part() || about.is_global())
        && from.iter().any(|name| name.namespace.is_some())
    {
        let message = format!("the old name of a {} has no dot", about.word());
        return Err((message, Some("write its own name only".to_owned())));
    }
    Ok(())
}
