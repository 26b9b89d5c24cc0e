//! Rust, taken apart just far enough to tell code, literals and comments.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Code,
    /// The inside of a string literal, as it is written.
    Literal,
    Comment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub kind: Kind,
    /// Byte offset of the text.
    pub at: usize,
    pub text: &'a str,
}

/// The pieces of a file, in order.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut at, mut code) = (0, 0);
    while at < text.len() {
        let Some((kind, inner, end)) = special(text, at) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if kind != Kind::Code {
            found.push(Piece { kind: Kind::Code, at: code, text: &text[code..at] });
            found.push(Piece { kind, at: inner.start, text: &text[inner] });
            code = end;
        }
        at = end;
    }
    found.push(Piece { kind: Kind::Code, at: code, text: &text[code..] });
    found.retain(|piece| !piece.text.is_empty());
    found
}

/// What begins at `at` and is more than a character: its kind, its inside and
/// its end. A character literal or a word is code that is stepped over.
fn special(text: &str, at: usize) -> Option<(Kind, std::ops::Range<usize>, usize)> {
    let rest = &text[at..];
    if rest.starts_with("//") {
        let end = at + rest.find('\n').unwrap_or(rest.len());
        return Some((Kind::Comment, at..end, end));
    }
    if rest.starts_with("/*") {
        let end = at + rest.find("*/").map_or(rest.len(), |found| found + 2);
        return Some((Kind::Comment, at..end, end));
    }
    if let Some(inside) = rest.strip_prefix('"') {
        let end = at + 1 + closing(inside);
        return Some((Kind::Literal, at + 1..end, (end + 1).min(text.len())));
    }
    if let Some(hashes) = raw_hashes(rest) {
        let open = at + rest.find('"')? + 1;
        let close = format!("\"{}", "#".repeat(hashes));
        let end = open + text[open..].find(&close).unwrap_or(text.len() - open);
        return Some((Kind::Literal, open..end, (end + close.len()).min(text.len())));
    }
    if rest.starts_with('\'') {
        let end = at + character(rest);
        return Some((Kind::Code, at..end, end));
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if rest.starts_with(is_word) {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        return Some((Kind::Code, at..at + length, at + length));
    }
    None
}

/// The length of what stands before a string's closing quote.
fn closing(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// `r"`, `r#"`, `br##"` and so on: how many hashes.
fn raw_hashes(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    rest[hashes..].starts_with('"').then_some(hashes)
}

/// The length of a character literal; 1 for a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            chars.next();
            chars.find(|(_, c)| *c == '\'').map_or(text.len(), |(at, _)| at + 1)
        }
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[test]
fn literals_and_comments_are_told_from_code() {
    let text = "a(\"x\\\"y\", r#\"z\"z\"#, b\"w\"); // \"no\"\nlet c = '\"'; fn f<'a>() {} /* \"no\" */ \"v";
    let literals: Vec<&str> = pieces(text)
        .into_iter()
        .filter(|piece| piece.kind == Kind::Literal)
        .map(|piece| piece.text)
        .collect();
    assert_eq!(literals, ["x\\\"y", "z\"z", "w", "v"]);
    let comments = pieces(text).into_iter().filter(|piece| piece.kind == Kind::Comment).count();
    assert_eq!(comments, 2);
}

#[test]
fn words_that_end_like_a_prefix_are_words() {
    let text = "for\"a\" br\"b\" '\\'' '\\u{1b}' \"c\"";
    let literals: Vec<&str> = pieces(text)
        .into_iter()
        .filter(|piece| piece.kind == Kind::Literal)
        .map(|piece| piece.text)
        .collect();
    assert_eq!(literals, ["a", "b", "c"]);
}

#[test]
fn pieces_know_where_they_are() {
    let text = "let a = \"b\"; // c\n\"d\"";
    for piece in pieces(text) {
        assert_eq!(&text[piece.at..piece.at + piece.text.len()], piece.text);
    }
}
