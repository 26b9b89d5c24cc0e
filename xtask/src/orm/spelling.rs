//! Conditions that PostgreSQL deparses unlike and that mean the same: the
//! casts between its text types that it adds to comparisons of strings.
//!
//! Must never: be what is shown. It only tells equal from different.

mod lists;

use pg_diff::scan::Lexer;

/// Whether two conditions are the same but for such casts.
pub fn is_alike(one: &str, other: &str) -> bool {
    one == other || bare(one) == bare(other)
}

/// The words of a condition without casts to text types and without
/// parentheses around a single word or list.
fn bare(text: &str) -> Vec<String> {
    let mut words: Vec<String> =
        Lexer::new(text).map(|token| token.text(text).to_owned()).collect();
    while strip_cast(&mut words) || strip_parentheses(&mut words) {}
    lists::spell_alike(&mut words);
    words
}

/// The values of `column = ANY (ARRAY['a', 'b'])`, where a condition says that
/// and nothing else.
pub fn listed(definition: &str, column: &str) -> Option<Vec<String>> {
    let words = bare(definition);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let inside = words.strip_prefix(&["CHECK"]).unwrap_or(&words);
    let inside: Vec<&str> = inside.iter().copied().filter(|it| *it != "(" && *it != ")").collect();
    let quoted = pg_diff::ddl::ident(column);
    let name = if inside.first() == Some(&column) { column } else { quoted.as_str() };
    let rest = inside.strip_prefix(&[name, "=", "ANY", "ARRAY", "["])?.strip_suffix(&["]"])?;
    let values = rest.split(|it| *it == ",").map(|value| match value {
        [one] => {
            let text = one.strip_prefix('\'')?.strip_suffix('\'')?;
            Some(text.replace("''", "'"))
        }
        _ => None,
    });
    values.collect()
}

fn strip_cast(words: &mut Vec<String>) -> bool {
    for at in 0..words.len() {
        if words[at] != "::" {
            continue;
        }
        let rest: Vec<&str> = words[at + 1..].iter().take(2).map(String::as_str).collect();
        let length = match rest.as_slice() {
            ["character", "varying"] => 2,
            ["text" | "bpchar" | "varchar", ..] => 1,
            _ => continue,
        };
        let mut end = at + 1 + length;
        if words.get(end).is_some_and(|it| it == "[")
            && words.get(end + 1).is_some_and(|it| it == "]")
        {
            end += 2;
        }
        // A length cuts off: that cast is not only a spelling.
        if words.get(end).is_some_and(|it| it == "(") {
            continue;
        }
        words.drain(at..end);
        return true;
    }
    false
}

/// `(a)` and `(ARRAY[...])` where no function is called.
fn strip_parentheses(words: &mut Vec<String>) -> bool {
    for open in 0..words.len() {
        if words[open] != "(" || open.checked_sub(1).is_some_and(|it| is_called(&words[it])) {
            continue;
        }
        let Some(close) = closing(words, open) else { continue };
        let inside = &words[open + 1..close];
        let is_double = inside.first().is_some_and(|it| it == "(")
            && closing(words, open + 1) == Some(close - 1);
        let is_list = inside.first().is_some_and(|it| it == "ARRAY") && is_one_list(inside);
        if inside.len() == 1 || is_double || is_list {
            words.remove(close);
            words.remove(open);
            return true;
        }
    }
    false
}

/// What stands before an opening parenthesis and calls with it.
fn is_called(word: &str) -> bool {
    let is_name = word.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
    is_name && !matches!(word, "AND" | "OR" | "NOT" | "IS" | "ANY" | "ALL" | "CHECK")
}

fn is_one_list(inside: &[String]) -> bool {
    let mut depth = 0;
    for (at, word) in inside.iter().enumerate().skip(1) {
        match word.as_str() {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at == inside.len() - 1;
        }
    }
    false
}

fn closing(words: &[String], open: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().skip(open) {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    //! Casts that PostgreSQL adds, and differences that stay.

    use super::{is_alike, listed};

    #[test]
    fn casts_between_text_types_are_a_spelling() {
        let one = "CHECK (((type)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))";
        let other = "CHECK (((type)::text = ANY (ARRAY['a'::text, 'b'::text])))";
        assert!(is_alike(one, other));
        assert!(is_alike("(status = 'a'::text)", "((status)::text = 'a'::text)"));
    }

    #[test]
    fn a_list_is_one_however_it_is_written() {
        for (one, other) in [
            ("(a = ANY (ARRAY[1, 2]))", "(a = ANY ('{1,2}'::integer[]))"),
            ("(a = ANY (ARRAY[(1)::bigint, (2)::bigint]))", "(a = ANY ('{1,2}'::bigint[]))"),
            ("(a = ANY (ARRAY['-1'::integer, 2]))", "(a = ANY ('{-1,2}'::integer[]))"),
            (
                "((a)::text = ANY (ARRAY['x'::text, 'y z'::text]))",
                "(a = ANY ('{x,\"y z\"}'::text[]))",
            ),
            ("(a <> ALL (ARRAY[1, 2]))", "(a <> ALL ('{1,2}'::smallint[]))"),
        ] {
            assert!(is_alike(one, other), "{one} / {other}");
        }
        assert!(!is_alike("(a = ANY (ARRAY[1, 2]))", "(a = ANY ('{1,3}'::integer[]))"));
        assert!(!is_alike("(a = ANY (ARRAY[1, 2]))", "(a = ANY ('{1,2}'::text[]))"));
    }

    #[test]
    fn the_values_of_a_list_are_read() {
        let check = "CHECK (((a)::text = ANY (ARRAY['x'::text, 'it''s'::text])))";
        assert_eq!(listed(check, "a"), Some(vec!["x".to_owned(), "it's".to_owned()]));
        assert_eq!(
            listed("CHECK (((a)::text = ANY ('{x,y}'::text[])))", "a").map(|it| it.len()),
            Some(2)
        );
        assert_eq!(listed("CHECK ((a > 0))", "a"), None);
        assert_eq!(listed("CHECK (((b)::text = ANY (ARRAY['x'::text])))", "a"), None);
    }

    #[test]
    fn other_conditions_stay_different() {
        for (one, other) in [
            ("CHECK ((a > 0))", "CHECK ((a >= 0))"),
            ("CHECK ((type = 'a'::text))", "CHECK ((type = 'b'::text))"),
            ("CHECK (((a OR b) AND c))", "CHECK ((a OR (b AND c)))"),
            ("((x)::character varying(3) = 'a')", "(x = 'a')"),
            ("(lower(a) = 'x')", "(a = 'x')"),
        ] {
            assert!(!is_alike(one, other), "{one} / {other}");
        }
    }
}
