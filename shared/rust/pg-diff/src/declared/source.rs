//! Where a piece of the declared text comes from: file, line, column.
//!
//! Must never: be asked for a place it has to guess. What we put between two
//! files ourselves belongs to the end of the first.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// Bytes of a file, and where an editor shows them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// As [`super::read`] asked for it.
    pub file: Arc<str>,
    /// First byte, in the file without its byte order mark.
    pub start: usize,
    pub end: usize,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A file as it was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub name: Arc<str>,
    /// Without a byte order mark.
    pub text: Arc<str>,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl SourceFile {
    pub fn new(name: &str, text: &str) -> SourceFile {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        SourceFile { name: name.into(), text: text.into(), lines }
    }

    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.boundary(range.start);
        let line = self.lines.partition_point(|begins| *begins <= start).max(1);
        let begins = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(begins..start).unwrap_or_default().chars().count() + 1;
        let end = self.boundary(range.end).max(start);
        Span { file: self.name.clone(), start, end, line, column }
    }

    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// A run of the flat text that is a run of a file.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// First byte in the flat text.
    flat: usize,
    file: usize,
    /// First byte in the file.
    offset: usize,
    length: usize,
}

/// From bytes of the flat text back to the files.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    pieces: Vec<Piece>,
}

impl SourceMap {
    /// The file, its text, and the byte in it, of a byte of the flat text;
    /// None of an empty text.
    pub fn origin(&self, at: usize) -> Option<(&SourceFile, usize)> {
        let behind = self.pieces.partition_point(|piece| piece.flat <= at);
        let piece = self.pieces.get(behind.saturating_sub(1))?;
        let inside = at.saturating_sub(piece.flat).min(piece.length);
        Some((self.files.get(piece.file)?, piece.offset + inside))
    }

    /// The place of a byte of the flat text.
    pub fn locate(&self, at: usize) -> Option<Span> {
        self.origin(at).map(|(file, offset)| file.span(offset..offset))
    }

    /// The text of one of the files.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|file| *file.name == *name).map(|file| &*file.text)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.files.iter().map(|file| file.name.to_string()).collect()
    }

    pub(super) fn file(&self, index: usize) -> Option<&SourceFile> {
        self.files.get(index)
    }

    pub(super) fn add_file(&mut self, file: SourceFile) -> usize {
        self.files.push(file);
        self.files.len() - 1
    }

    /// `flat` is where the run of `file` begins in the flat text.
    pub(super) fn add_piece(&mut self, flat: usize, file: usize, range: Range<usize>) {
        let piece = Piece { flat, file, offset: range.start, length: range.len() };
        self.pieces.push(piece);
    }
}
