//! `.env`, read by the rules docker-compose reads it by.
//!
//! `KEY=value`, `export KEY=value`, comments, single quotes (literal), double
//! quotes (`\n`, `\"`, `$`), and `${NAME}`, `${NAME:-default}`,
//! `${NAME-default}`, `$NAME`, where the process environment beats earlier
//! lines.
//!
//! Must never: put a value into an error. It may be a password.

use std::collections::BTreeMap;

/// A line that cannot be read, by number from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadLine {
    pub(crate) line: usize,
    pub(crate) why: &'static str,
}

pub(crate) fn parse(
    text: &str,
    environment: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, BadLine> {
    let mut values = BTreeMap::new();
    for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let bad = |why| BadLine { line: index + 1, why };
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, value) = line.split_once('=').ok_or_else(|| bad("no `=`"))?;
        let key = key.trim();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
        if key.is_empty() || !key.chars().all(is_name) {
            return Err(bad("not a variable name before `=`"));
        }
        let lookup = |name: &str| environment.get(name).or_else(|| values.get(name)).cloned();
        let value = read_value(value.trim(), lookup).map_err(bad)?;
        values.insert(key.to_owned(), value);
    }
    Ok(values)
}

fn read_value(text: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String, &'static str> {
    if let Some(rest) = text.strip_prefix('\'') {
        let end = rest.find('\'').ok_or("a single quote is not closed")?;
        return Ok(rest[..end].to_owned());
    }
    if let Some(rest) = text.strip_prefix('"') {
        let end = closing_quote(rest).ok_or("a double quote is not closed")?;
        return expand(&rest[..end], true, lookup);
    }
    // Unquoted: ` #` begins a comment.
    let value = text.find(" #").map_or(text, |at| text[..at].trim_end());
    expand(value, false, lookup)
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some(at),
            _ => escaped = false,
        }
    }
    None
}

fn expand(
    text: &str,
    escapes: bool,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        match first {
            '\\' if escapes => {
                let next = after.chars().next().unwrap_or('\\');
                value.push(if next == 'n' { '\n' } else { next });
                rest = after.get(next.len_utf8()..).unwrap_or("");
            }
            '$' if after.starts_with('$') => {
                value.push('$');
                rest = &after[1..];
            }
            '$' if after.starts_with('{') => {
                let end = after.find('}').ok_or("`${` is not closed")?;
                value.push_str(&substitute(&after[1..end], &lookup)?);
                rest = &after[end + 1..];
            }
            '$' if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                value.push_str(&lookup(&after[..end]).unwrap_or_default());
                rest = &after[end..];
            }
            _ => {
                value.push(first);
                rest = after;
            }
        }
    }
    Ok(value)
}

/// `NAME`, `NAME:-default`, `NAME-default`, `NAME:?message`.
fn substitute(
    inner: &str,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<String, &'static str> {
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (found, operator) = (lookup(&inner[..end]), &inner[end..]);
    let set = found.clone().filter(|value| !value.is_empty());
    if operator.is_empty() {
        Ok(found.unwrap_or_default())
    } else if let Some(default) = operator.strip_prefix(":-") {
        Ok(set.unwrap_or_else(|| default.to_owned()))
    } else if let Some(default) = operator.strip_prefix('-') {
        Ok(found.unwrap_or_else(|| default.to_owned()))
    } else if operator.starts_with(":?") {
        set.ok_or("a required variable is not set")
    } else if operator.starts_with('?') {
        found.ok_or("a required variable is not set")
    } else {
        Err("a `${...}` form that is not understood")
    }
}

#[cfg(test)]
mod tests {
    //! Forms people write, and that a bad line is named by number only.

    use super::*;

    fn read(text: &str) -> BTreeMap<String, String> {
        let environment = BTreeMap::from([("HOME".to_owned(), "/h".to_owned())]);
        parse(text, &environment).expect("readable")
    }

    #[test]
    fn quotes_comments_and_substitutions() {
        let values = read(
            "# c\nexport A=1 # one\nB='$A x'\nC=\"$A \\\"${B}\\\"\"\nD=${NO:-d}${HOME}\nE=a#b\nF=\nG=p$$w\n",
        );
        let value = |key: &str| values[key].as_str();
        assert_eq!(value("A"), "1");
        assert_eq!(value("B"), "$A x");
        assert_eq!(value("C"), "1 \"$A x\"");
        assert_eq!(value("D"), "d/h");
        assert_eq!((value("E"), value("F"), value("G")), ("a#b", "", "p$w"));
    }

    #[test]
    fn a_bad_line_is_named_without_its_value() {
        let bad = parse("A=1\nPASSWORD=\"canary\nB=2", &BTreeMap::new()).expect_err("unclosed");
        assert_eq!(bad, BadLine { line: 2, why: "a double quote is not closed" });
        assert!(!format!("{bad:?}").contains("canary"));
    }
}
