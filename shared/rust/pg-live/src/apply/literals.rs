//! Other people's statements, shown without what is in their quotes.
//!
//! Must never: let a literal through. One whose end was cut off goes whole.

/// Characters that are shown.
const SHOWN: usize = 80;

/// `SELECT * FROM t WHERE name = 'x' AND n = 5` → `... name = ? AND n = ?`
pub(super) fn without_literals(sql: &str) -> String {
    let mut shown = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let (width, written) = match c {
            '\'' => {
                // `E'...'`, `B'...'`, `X'...'` and `N'...'` lose their letter.
                let letter = prefix(&shown);
                shown.truncate(shown.len() - letter.map_or(0, char::len_utf8));
                (string(rest, matches!(letter, Some('e' | 'E'))), Some('?'))
            }
            '"' => {
                let width = quoted(rest, '"');
                shown.push_str(&rest[..width]);
                (width, None)
            }
            _ => match literal(rest, shown.chars().last().is_some_and(is_word)) {
                Some(width) => (width, Some('?')),
                None => match comment(rest) {
                    Some(width) => (width, Some(' ')),
                    None if c.is_whitespace() => (c.len_utf8(), Some(' ')),
                    None => (c.len_utf8(), Some(c)),
                },
            },
        };
        match written {
            Some(' ') if shown.is_empty() || shown.ends_with(' ') => {}
            Some(c) => shown.push(c),
            None => {}
        }
        rest = &rest[width..];
        if shown.chars().count() > SHOWN {
            break;
        }
    }
    let shown = shown.trim_end();
    if shown.chars().count() <= SHOWN {
        return shown.to_owned();
    }
    let cut: String = shown.chars().take(SHOWN - 3).collect();
    format!("{cut}...")
}

/// The one letter that stands before a string, as in `E'...'`.
fn prefix(shown: &str) -> Option<char> {
    let mut back = shown.chars().rev();
    let letter = back.next().filter(|c| "eEbBxXnN".contains(*c))?;
    (!back.next().is_some_and(is_word)).then_some(letter)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The length in bytes of the number or dollar-quoted string that `rest`
/// begins with.
fn literal(rest: &str, after_word: bool) -> Option<usize> {
    let first = rest.as_bytes()[0];
    if after_word {
        return None;
    }
    if first.is_ascii_digit() {
        return Some(rest.find(|c: char| !is_word(c) && c != '.').unwrap_or(rest.len()));
    }
    // `$1` is a parameter, `$tag$` opens a string.
    let name = rest.strip_prefix('$')?;
    let name = &name[..name.find('$')?];
    if !name.chars().all(is_word) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let tag = &rest[..name.len() + 2];
    Some(rest[tag.len()..].find(tag).map_or(rest.len(), |at| tag.len() + at + tag.len()))
}

/// A string with doubled quotes. Whether a backslash hides the quote behind it
/// depends on a setting of that session: when in doubt, everything goes.
fn string(rest: &str, has_escapes: bool) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if has_escapes => at += 2,
            b'\\' if bytes.get(at + 1) == Some(&b'\'') => return rest.len(),
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    rest[1..].find(quote).map_or(rest.len(), |at| at + 2)
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| rest.find("*/").map_or(rest.len(), |at| at + 2))
}

#[cfg(test)]
mod tests {
    //! Statements as clients send them.

    use super::*;

    #[test]
    fn literals_go() {
        for (sql, shown) in [
            ("SELECT 1", "SELECT ?"),
            (
                "UPDATE t SET a='it''s',\n  b = E'x\\'y' WHERE id=12.5",
                "UPDATE t SET a=?, b = ? WHERE id=?",
            ),
            ("SELECT $$secret$$, $a$ s $$ $a$ FROM t1", "SELECT ?, ? FROM t1"),
            ("SELECT \"a'b\" FROM t WHERE x = $1", "SELECT \"a'b\" FROM t WHERE x = $1"),
            ("SELECT 'cut off at the end", "SELECT ?"),
            ("/* a 'b */ SELECT x -- y 'z\n, 'w'", "SELECT x , ?"),
            ("SELECT 'a\\', 'secret' FROM t", "SELECT ?"),
            ("SELECT E'a\\'b', name'x'", "SELECT ?, name?"),
            ("", ""),
        ] {
            assert_eq!(without_literals(sql), shown);
        }
    }

    #[test]
    fn long_statements_are_cut() {
        let shown = without_literals(&format!("SELECT {} FROM t", "column, ".repeat(40)));
        assert_eq!(shown.chars().count(), SHOWN);
        assert!(shown.ends_with("..."));
        assert_eq!(without_literals(&"ü".repeat(200)).chars().count(), SHOWN);
    }
}
