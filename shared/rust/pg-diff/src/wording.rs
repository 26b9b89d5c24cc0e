//! Expressions in words that PostgreSQL keeps when it reads them again.
//!
//! `status IN ('a', 'b')` over a `varchar` is written as
//! `(status)::text = ANY ((ARRAY['a'::character varying, ...])::text[])`. Read
//! again (a dump that is restored, a column that gets another type) the cast
//! goes into the array: `ARRAY[('a'::character varying)::text, ...]`, and there
//! it stays. Both mean the same; the second is the one that is compared.
//! Source: `transformArrayExpr` of parse_expr.c.
//!
//! Must never: touch what stands in quotes.

const HEAD: &str = "(ARRAY[";
const TAIL: &str = "])::text[]";
const TYPE: &str = "::character varying";

/// The same expression or definition, as it is written once it was read again.
pub fn settled(text: String) -> String {
    if !text.contains(TAIL) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let piece = if c == '\'' || c == '"' {
            quoted_end(rest, c)
        } else if let Some(end) = dollar_quoted_end(rest) {
            end
        } else if let Some((elements, end)) = cast_array(rest) {
            let casts: Vec<String> = elements.iter().map(|it| format!("({it})::text")).collect();
            out.push_str(&format!("ARRAY[{}]", casts.join(", ")));
            rest = &rest[end..];
            continue;
        } else {
            c.len_utf8()
        };
        out.push_str(&rest[..piece]);
        rest = &rest[piece..];
    }
    out
}

/// The elements of `(ARRAY['a'::character varying, ...])::text[]`, and its
/// length, where `text` begins with one.
fn cast_array(text: &str) -> Option<(Vec<&str>, usize)> {
    let mut elements = Vec::new();
    let mut at = text.starts_with(HEAD).then_some(HEAD.len())?;
    loop {
        let from = at;
        if !text[at..].starts_with('\'') {
            return None;
        }
        at += quoted_end(&text[at..], '\'');
        at += text[at..].strip_prefix(TYPE).map(|_| TYPE.len())?;
        elements.push(&text[from..at]);
        match text[at..].strip_prefix(", ") {
            Some(_) => at += 2,
            None => break,
        }
    }
    text[at..].starts_with(TAIL).then_some((elements, at + TAIL.len()))
}

/// The length of `$tag$...$tag$`, where `text` begins with one.
fn dollar_quoted_end(text: &str) -> Option<usize> {
    let tag = text.strip_prefix('$')?.find('$').map(|at| &text[..at + 2])?;
    let is_tag = tag[1..tag.len() - 1].chars().all(|c| c == '_' || c.is_alphanumeric());
    let body = text.get(tag.len()..).filter(|_| is_tag)?;
    body.find(tag).map(|at| at + 2 * tag.len())
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

#[cfg(test)]
mod tests {
    //! Only the one form is changed, and only outside of quotes.

    use super::settled;

    #[test]
    fn the_cast_goes_into_a_list_over_varchar() {
        let first = "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, \
                     'b''s'::character varying])::text[])))";
        let second = "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, \
                      ('b''s'::character varying)::text])))";
        assert_eq!(settled(first.to_owned()), second);
        assert_eq!(settled(second.to_owned()), second);
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "(x = '(s)::text = ANY ((ARRAY[''a''::character varying])::text[])'::text)",
            "((s)::text = ANY ((ARRAY[y])::text[]))",
            "'unterminated])::text[]",
            "$1 + $2 ])::text[]",
            "AS $f$ ((s)::text = ANY ((ARRAY['a'::character varying])::text[])) $f$",
        ] {
            assert_eq!(settled(text.to_owned()), text);
        }
    }
}
