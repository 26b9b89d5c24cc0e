//! Pieces of deparsed SQL: lists, parentheses, words.
//!
//! Must never: take what stands in quotes for more than text.

use super::{Lexer, Token, TokenKind, deeper};

fn tokens(text: &str) -> Vec<Token> {
    Lexer::new(text).filter(|it| !it.is_comment()).collect()
}

/// The elements of a list, cut at commas outside of parentheses and quotes.
pub fn split_list(text: &str) -> Vec<&str> {
    let (mut all, mut from, mut depth) = (Vec::new(), 0, 0);
    for token in tokens(text) {
        depth = deeper(depth, token.kind);
        if token.kind == TokenKind::Comma && depth == 0 {
            all.push(text[from..token.start].trim());
            from = token.end;
        }
    }
    let last = text[from..].trim();
    if !last.is_empty() {
        all.push(last);
    }
    all
}

/// What stands before the parenthesis that closes one opened before `text`,
/// and what follows it.
pub fn until_closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for token in tokens(text) {
        depth = deeper(depth, token.kind);
        if depth == 0 {
            return Some((&text[..token.start], &text[token.end..]));
        }
    }
    None
}

/// True where `name`, as [`ident`](crate::ddl::ident) spells it, is a word of
/// its own.
pub fn mentions(text: &str, name: &str) -> bool {
    tokens(text).iter().any(|it| it.is_name() && it.text(text) == name)
}

/// With every word that is this keyword, in any case, replaced.
pub fn replace_word(text: &str, word: &str, by: &str) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for token in tokens(text).iter().filter(|it| it.is(text, word)) {
        out.push_str(&text[from..token.start]);
        out.push_str(by);
        from = token.end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_outside_of_parentheses_and_quotes() {
        assert_eq!(
            split_list("a, f(b, c), 'x, y', \"d, e\""),
            ["a", "f(b, c)", "'x, y'", "\"d, e\""]
        );
        assert_eq!(split_list(""), Vec::<&str>::new());
    }

    #[test]
    fn a_parenthesis_in_a_text_closes_nothing() {
        assert_eq!(until_closed("a, ')', (b)) TO (c)"), Some(("a, ')', (b)", " TO (c)")));
        assert_eq!(until_closed("a, (b)"), None);
    }

    #[test]
    fn words_are_whole() {
        assert!(mentions("lower(name) > 'x'", "name"));
        assert!(!mentions("lower(names) > 'name'", "name"));
        assert_eq!(replace_word("(VALUE > 'value')", "value", "x.y"), "(x.y > 'value')");
    }
}
