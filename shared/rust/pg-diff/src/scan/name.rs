//! Names as the server reads them: folded, unquoted, cut to their length.
//!
//! Must never: fold what is not ASCII; a server whose encoding has several
//! bytes a character does not either.

/// Bytes of a name that the server keeps (`NAMEDATALEN - 1`).
pub const MAX_NAME: usize = 63;

/// The name that the token of a word or a quoted name stands for. `escape` is
/// the character of a UESCAPE clause behind `U&"..."`.
pub fn folded(token: &str, escape: char) -> String {
    let prefix = token.get(..3).is_some_and(|prefix| prefix.eq_ignore_ascii_case("u&\""));
    let name = if prefix {
        decoded(&inside(&token[2..]), escape)
    } else if token.starts_with('"') {
        inside(token)
    } else {
        token.to_ascii_lowercase()
    };
    truncated(&name).to_owned()
}

/// The first [`MAX_NAME`] bytes, without cutting a character.
pub fn truncated(name: &str) -> &str {
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

fn inside(quoted: &str) -> String {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"")
}

/// `d\0061t\+000061` → `data`. What is no valid escape stays as it is: the
/// server says so itself.
fn decoded(name: &str, escape: char) -> String {
    let mut out = String::new();
    let mut units: Vec<u16> = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let (unit, left) = if first != escape {
            (None, after)
        } else if let Some(code) = hex(after, 4) {
            (u16::try_from(code).ok(), &after[4..])
        } else if let Some(code) = after.strip_prefix('+').and_then(|digits| hex(digits, 6)) {
            flush(&mut units, &mut out);
            out.extend(char::from_u32(code));
            rest = &after[7..];
            continue;
        } else {
            (None, after.strip_prefix(escape).unwrap_or(after))
        };
        match unit {
            // Surrogates come as two escapes.
            Some(unit) => units.push(unit),
            None => {
                flush(&mut units, &mut out);
                out.push(first);
            }
        }
        rest = left;
    }
    flush(&mut units, &mut out);
    out
}

fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { u32::from_str_radix(digits, 16).ok() } else { None }
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    out.push_str(&String::from_utf16_lossy(units));
    units.clear();
}
