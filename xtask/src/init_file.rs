//! init.sql as it lies on disk: read, checked, and cited by line.
//!
//! Must never: change the file, or guess what a broken one means.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use pg_diff::declared::{self, Annotations, DeclaredError, SourceMap, Span};
use pg_live::{ErrorKind, LoadFailure};
use sha2::{Digest, Sha256};

use crate::context::Ctx;
use crate::outcome::{Excerpt, Fault};

#[derive(Clone, Debug)]
pub struct InitFile {
    /// As people write it: relative to the project.
    pub shown: String,
    pub path: PathBuf,
    /// With the files it includes in their places.
    pub text: String,
    /// SHA-256 of the text, 64 hex digits.
    pub hash: String,
    /// What its comments ask for.
    pub annotations: Annotations,
    map: SourceMap,
}

impl InitFile {
    pub fn read(ctx: &Ctx) -> Result<InitFile> {
        InitFile::at(ctx, &ctx.config.metadata.init)
    }

    /// Another file than the project's, and what it includes.
    pub fn at(ctx: &Ctx, path: &Path) -> Result<InitFile> {
        let shown = path.display().to_string();
        InitFile::through(&shown, ctx.root.join(path), &mut |name| {
            read_bytes(&ctx.root.join(name), name)
        })
    }

    /// Reads files by name through `load`. What a file of ours is not told by
    /// its include, but by itself, is wrong with it.
    pub fn through(
        shown: &str,
        path: PathBuf,
        load: &mut dyn FnMut(&str) -> Result<Vec<u8>>,
    ) -> Result<InitFile> {
        let fault: RefCell<Option<anyhow::Error>> = RefCell::new(None);
        let read = declared::read(shown, &mut |name| {
            let text = load(name).and_then(|bytes| check_text(bytes, name, name == shown));
            text.map_err(|error| {
                let why = error.to_string();
                fault.borrow_mut().get_or_insert(error);
                why
            })
        });
        match read {
            Ok(declared) => {
                let hash = hex(&Sha256::digest(declared.text.as_bytes()));
                let (text, map) = (declared.text, declared.map);
                let annotations = declared.annotations;
                Ok(InitFile { shown: shown.to_owned(), path, text, hash, annotations, map })
            }
            Err(errors) => Err(match fault.into_inner() {
                // The file itself, or one that is there and no text.
                Some(error) if errors.len() == 1 => error,
                Some(_) | None => told(&errors, &mut |name| load(name).ok()),
            }),
        }
    }

    /// Names a shadow: the file, and the role that owns what it makes.
    pub fn shadow_hash(&self, user: &str) -> String {
        hex(&Sha256::digest(format!("{}\n{user}", self.hash).as_bytes()))
    }

    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// True when every account of this machine may read it: the container's
    /// user is none of ours.
    pub fn is_world_readable(&self) -> bool {
        self.path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0)
    }

    /// The file, line and column of a byte of the text, with the lines around
    /// it and a caret.
    pub fn excerpt(&self, offset: usize) -> Excerpt {
        match self.map.origin(offset) {
            Some((file, offset)) => excerpt(&file.name, &file.text, offset),
            None => excerpt(&self.shown, &self.text, offset),
        }
    }

    /// The same as a span of the file it comes from; None of an empty text.
    pub fn span(&self, offset: usize) -> Option<Span> {
        self.map.locate(offset)
    }

    /// A place that an annotation or a mistake names.
    pub fn excerpt_of(&self, span: &Span) -> Excerpt {
        let text = self.map.text_of(&span.file).unwrap_or_default();
        excerpt(&span.file, text, span.start)
    }

    /// A load that failed, told with its place.
    pub fn fault(&self, failure: &LoadFailure) -> anyhow::Error {
        let error = &failure.error;
        if error.sqlstate.is_none() {
            return anyhow::Error::from(error.clone()).context(format!("running `{}`", self.shown));
        }
        if error.kind == ErrorKind::OutOfResources {
            // No line of the file is to blame.
            return Fault::failed(format!(
                "running `{}`: the server is out of disk space or memory: {error}",
                self.shown
            ))
            .hint("make room, then run the command again")
            .into();
        }
        let mut message = format!("`{}` does not run: {error}", self.shown);
        if let Some(context) = error.context.as_deref().and_then(|context| context.lines().next()) {
            let _ = write!(message, " [{context}]");
        }
        let mut fault = Fault::failed(message);
        if let Some(offset) = failure.offset {
            fault = fault.excerpt(self.excerpt(offset));
        }
        if let (None, Some(hint)) = (&fault.hint, &error.hint) {
            fault = fault.hint(hint.clone());
        }
        fault.into()
    }
}

fn read_bytes(path: &Path, shown: &str) -> Result<Vec<u8>> {
    if path.is_dir() {
        return Err(Fault::failed(format!("`{shown}` is a directory"))
            .hint(format!(
                "Docker makes one where a mounted file is missing: `rmdir {shown} && git checkout -- {shown}`"
            ))
            .into());
    }
    std::fs::read(path).map_err(|error| {
        let kind = error.kind();
        if kind == io::ErrorKind::NotFound {
            let fault = Fault::failed(format!("`{shown}` is missing"));
            return fault.hint(format!("bring it back: `git checkout -- {shown}`")).into();
        }
        if kind == io::ErrorKind::PermissionDenied {
            let fault = Fault::failed(format!("`{shown}` is not readable"));
            return fault.hint(format!("let it be read: `chmod 644 {shown}`")).into();
        }
        anyhow::Error::from(error).context(format!("reading `{shown}`"))
    })
}

/// Mistakes in the files, the first one with its lines.
fn told(errors: &[DeclaredError], text: &mut dyn FnMut(&str) -> Option<Vec<u8>>) -> anyhow::Error {
    let Some(first) = errors.first() else { return Fault::failed("nothing was read").into() };
    let others: Vec<String> = errors.iter().skip(1).take(9).map(|it| it.span.to_string()).collect();
    let mut message = format!("`{}`: {}", first.span.file, first.message);
    if !others.is_empty() {
        let _ = write!(message, "; more at {}", others.join(", "));
    }
    let mut fault = Fault::failed(message);
    if let Some(text) = text(&first.span.file) {
        let text = String::from_utf8_lossy(&text);
        fault = fault.excerpt(excerpt(&first.span.file, &text, first.span.start));
    }
    match &first.hint {
        Some(hint) => fault.hint(hint.clone()).into(),
        None => fault.into(),
    }
}

fn check_text(bytes: Vec<u8>, shown: &str, is_root: bool) -> Result<String> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(Fault::failed(format!(
            "`{shown}` begins with a byte order mark, which psql reads as a syntax error"
        ))
        .hint(format!("take it away: `sed -i '1s/^\\xEF\\xBB\\xBF//' {shown}`"))
        .into());
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let lossy = String::from_utf8_lossy(&bytes).into_owned();
            return Err(Fault::failed(format!(
                "`{shown}` is not UTF-8 (byte 0x{:02x})",
                bytes[at]
            ))
            .excerpt(excerpt(shown, &lossy, at))
            .hint(format!(
                "convert it: `iconv -f windows-1251 -t utf-8 {shown}` (name its real encoding)"
            ))
            .into());
        }
    };
    for (character, name, hint) in [
        ('\r', "CRLF line ends", "convert it: `sed -i 's/\\r$//'"),
        ('\0', "a NUL byte", "take it away: `tr -d '\\000' <"),
    ] {
        if let Some(at) = text.find(character) {
            return Err(Fault::failed(format!("`{shown}` has {name}"))
                .excerpt(excerpt(shown, &text, at))
                .hint(format!("{hint} {shown}`"))
                .into());
        }
    }
    if is_root && text.trim().is_empty() {
        return Err(Fault::failed(format!("`{shown}` is empty"))
            .hint(format!("bring it back: `git checkout -- {shown}`"))
            .into());
    }
    Ok(text)
}

fn excerpt(file: &str, text: &str, offset: usize) -> Excerpt {
    let offset = offset.min(text.len());
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    let mut lines = String::new();
    for (index, content) in text.lines().enumerate() {
        let number = index + 1;
        if number + 2 < line || number > line + 1 {
            continue;
        }
        let content = content.replace('\t', " ");
        let _ = writeln!(lines, "{number:>6} | {content}");
        if number == line {
            let _ = writeln!(lines, "       | {}^", " ".repeat(column - 1));
        }
    }
    Excerpt { file: file.to_owned(), line, column, lines: lines.trim_end().to_owned() }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    //! Places are counted in characters, as editors count them.

    use super::*;

    #[test]
    fn the_caret_stands_under_the_character() {
        let text = "один\nдва три\nчотири\n";
        let at = text.find("три").expect("there");
        let place = excerpt("f.sql", text, at);
        assert_eq!((place.line, place.column), (2, 5));
        assert!(place.lines.contains("     2 | два три\n       |     ^"), "{}", place.lines);
    }

    #[test]
    fn bad_texts_are_told_apart() {
        let why =
            |bytes: &[u8]| check_text(bytes.to_vec(), "f.sql", true).map_err(|it| it.to_string());
        assert!(why(b"\xef\xbb\xbfSELECT 1").is_err_and(|why| why.contains("byte order mark")));
        assert!(why(b"SELECT 1;\r\n").is_err_and(|why| why.contains("CRLF")));
        assert!(why(b"SELECT '\xff'").is_err_and(|why| why.contains("not UTF-8 (byte 0xff)")));
        assert!(why(b" \n").is_err_and(|why| why.contains("is empty")));
        assert!(why(b"SELECT 1\0").is_err_and(|why| why.contains("NUL")));
    }
}
