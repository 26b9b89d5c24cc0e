//! Expressions that PostgreSQL would not read back as it wrote them.
//!
//! `status IN ('a', 'b')` over a `varchar` is deparsed as
//! `(status)::text = ANY ((ARRAY['a'::character varying, ...])::text[])`. Read
//! again, the cast goes into the array, and the next deparse is another text:
//! a plan would find the same difference for ever. Without the two casts the
//! server adds them again where they were.
//!
//! Must never: touch what stands in quotes.

/// An expression or definition, so that it is read back as it was written.
pub fn spell(text: &str) -> String {
    const ANY: &str = ")::text ";
    if !text.contains("])::text[]") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    // Where each open parenthesis begins in `out`.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '\'' || c == '"' {
            let end = quoted_end(rest, c);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        if c == ')'
            && let Some(start) = open.pop()
        {
            if rest.starts_with(ANY)
                && let Some((operator, elements, len)) = cast_array(&rest[ANY.len()..])
            {
                let inner = out.split_off(start + 1);
                out.truncate(start);
                out.push_str(&format!("{inner} {operator} (ARRAY[{elements}]"));
                rest = &rest[ANY.len() + len..];
                // Its closing parenthesis is still to come.
                open.push(out.len());
                continue;
            }
            out.push(')');
            rest = &rest[1..];
            continue;
        }
        if c == '(' {
            open.push(out.len());
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The length of the quoted piece that `text` begins with.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// `= ANY ((ARRAY['a'::character varying])::text[]` as operator with ANY,
/// elements, and length.
fn cast_array(text: &str) -> Option<(&str, &str, usize)> {
    const TYPE: &str = "::character varying";
    let head = text.find(" ((ARRAY[")?;
    let operator = &text[..head];
    let (symbol, word) = operator.rsplit_once(' ')?;
    let is_symbol = !symbol.is_empty() && symbol.chars().all(|c| "=<>~!*".contains(c));
    if !is_symbol || !matches!(word, "ANY" | "ALL") {
        return None;
    }
    let from = head + " ((ARRAY[".len();
    let mut at = from;
    loop {
        if !text[at..].starts_with('\'') {
            return None;
        }
        at += quoted_end(&text[at..], '\'');
        at += text[at..].strip_prefix(TYPE).map(|_| TYPE.len())?;
        if text[at..].starts_with(", ") {
            at += 2;
        } else {
            break;
        }
    }
    const TAIL: &str = "])::text[]";
    text[at..].starts_with(TAIL).then(|| (operator, &text[from..at], at + TAIL.len()))
}

#[cfg(test)]
mod tests {
    //! Only the one form is changed, and only outside of quotes.

    use super::spell;

    #[test]
    fn a_list_over_varchar_loses_its_casts() {
        assert_eq!(
            spell(
                "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b''s'::character varying])::text[])))"
            ),
            "CHECK ((s = ANY (ARRAY['a'::character varying, 'b''s'::character varying])))"
        );
        assert_eq!(
            spell(
                "(((lower(s))::text <> ALL ((ARRAY['a'::character varying])::text[])) AND (x > 1))"
            ),
            "((lower(s) <> ALL (ARRAY['a'::character varying])) AND (x > 1))"
        );
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "((s)::text = ANY (ARRAY[('a'::character varying)::text]))",
            "(x = '(s)::text = ANY ((ARRAY[''a''::character varying])::text[])'::text)",
            "((s)::text = ANY ((ARRAY[y])::text[]))",
            "'unterminated])::text[]",
        ] {
            assert_eq!(spell(text), text);
        }
    }
}
