//! How far a literal, a comment or a run of characters reaches.
//!
//! Works on bytes: whatever these functions look for is ASCII, so what they
//! return is always the boundary of a character.
//!
//! Must never: read past the end, or step back.

/// Space, tab, line feed, carriage return, form feed and vertical tab (white
/// space since PostgreSQL 16, an error before).
pub fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Everything that is not ASCII is a letter to PostgreSQL.
pub fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

pub fn continues_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || *byte >= 0x80
}

/// The first byte from `at` on that does not belong.
pub fn run(bytes: &[u8], at: usize, belongs: impl Fn(&u8) -> bool) -> usize {
    let mut at = at;
    while bytes.get(at).is_some_and(&belongs) {
        at += 1;
    }
    at.min(bytes.len())
}

/// Behind a number, with the letters that touch it: an exponent, the digits of
/// `0x1f`, or what the server calls trailing junk.
pub fn number(bytes: &[u8], at: usize) -> usize {
    let end = run(bytes, at, |byte| byte.is_ascii_digit() || *byte == b'.');
    match bytes.get(end) {
        Some(byte) if begins_word(*byte) => run(bytes, end, continues_word),
        _ => end,
    }
}

/// The end of a line: a line feed or a carriage return ends a comment.
pub fn line_end(bytes: &[u8], at: usize) -> usize {
    run(bytes, at, |byte| !matches!(byte, b'\n' | b'\r'))
}

/// Behind the closing quote of what opens at `at`; a doubled one stays inside.
pub fn quoted(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = *bytes.get(at)?;
    let mut at = at + 1;
    loop {
        at = run(bytes, at, |byte| *byte != quote) + 1;
        if at > bytes.len() {
            return None;
        }
        if bytes.get(at) != Some(&quote) {
            return Some(at);
        }
        at += 1;
    }
}

/// Behind the closing quote of an `E''` whose quote is at `at`, with the
/// pieces on later lines that continue it: in them a backslash escapes too.
pub fn escaped(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => match continuation(bytes, at + 1) {
                Some(next) => at = next + 1,
                None => return Some(at + 1),
            },
            _ => at += 1,
        }
    }
}

/// The quote that continues a string constant: only blanks and line comments
/// are between, and at least one end of a line.
fn continuation(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    let mut is_next_line = false;
    loop {
        match bytes.get(at)? {
            b'\'' => return is_next_line.then_some(at),
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = line_end(bytes, at),
            byte if is_blank(byte) => {
                is_next_line |= matches!(byte, b'\n' | b'\r');
                at += 1;
            }
            _ => return None,
        }
    }
}

/// Behind the end of a block comment; they nest.
pub fn block_comment(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = at;
    loop {
        at = run(bytes, at, |byte| !matches!(byte, b'/' | b'*'));
        match (bytes.get(at)?, bytes.get(at + 1)?) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth = depth.saturating_sub(1);
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

/// The length of `$tag$` or `$$` at `at`.
pub fn dollar_tag(bytes: &[u8], at: usize) -> Option<usize> {
    let is_tag = |byte: &u8| continues_word(byte) && *byte != b'$';
    let close = run(bytes, at + 1, is_tag);
    let begins_well = close == at + 1 || bytes.get(at + 1).is_some_and(|byte| begins_word(*byte));
    (bytes.get(close) == Some(&b'$') && begins_well).then(|| close + 1 - at)
}

/// Behind the tag that closes the text opened by the one at `at`.
pub fn dollar_end(text: &str, at: usize, length: usize) -> Option<usize> {
    let (tag, body) = (text.get(at..at + length)?, at + length);
    Some(body + text.get(body..)?.find(tag)? + length)
}
