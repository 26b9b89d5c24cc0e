//! What the body of a routine reads and writes, by its words.
//!
//! PostgreSQL knows that of views, not of bodies that are text: there a name
//! counts where a relation can stand, behind FROM, JOIN, INTO, UPDATE.
//!
//! Must never: name what is no relation of the catalog.

use std::collections::BTreeSet;

use pg_diff::scan::{Cursor, Lexer, Token, TokenKind};

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Uses {
    pub reads: BTreeSet<String>,
    pub writes: BTreeSet<String>,
    /// Columns of the row that a trigger fires for: `NEW.x := ...`.
    pub sets: BTreeSet<String>,
}

/// `is_relation` says whether a name, without `public`, is one.
pub fn uses(definition: &str, is_relation: &dyn Fn(&str) -> bool) -> Uses {
    let mut found = Uses::default();
    look(definition, is_relation, &mut found);
    found
}

fn look(text: &str, is_relation: &dyn Fn(&str) -> bool, found: &mut Uses) {
    let tokens: Vec<Token> = Lexer::new(text).filter(|it| !it.is_comment()).collect();
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Text {
            if let Some(inside) = dollar_body(token.text(text)) {
                look(inside, is_relation, found);
            }
            continue;
        }
        let rest = Cursor::new(text, tokens.get(index..).unwrap_or_default());
        statement(rest, index > 0 && tokens[index - 1].is(text, "delete"), is_relation, found);
        assignment(rest, found);
    }
}

fn statement(
    mut cursor: Cursor<'_>,
    is_delete: bool,
    is_relation: &dyn Fn(&str) -> bool,
    found: &mut Uses,
) {
    let writes = cursor.accept(&["insert", "into"])
        || cursor.accept(&["merge", "into"])
        || cursor.accept(&["update"]);
    let reads = !writes && (cursor.accept(&["from"]) || cursor.accept(&["join"]));
    if !writes && !reads {
        return;
    }
    loop {
        let _ = cursor.accept(&["only"]) || cursor.accept(&["lateral"]);
        let Some((namespace, name)) = cursor.qualified() else { return };
        let name = super::source::shown(namespace.as_deref().unwrap_or("public"), &name);
        if is_relation(&name) {
            let set = if writes || is_delete { &mut found.writes } else { &mut found.reads };
            set.insert(name);
        }
        // `FROM a, b x, c AS y`
        let _ = cursor.accept(&["as"]);
        if !cursor.sees_kind(TokenKind::Comma) {
            let _ = cursor.name();
        }
        if !cursor.accept_kind(TokenKind::Comma) {
            return;
        }
    }
}

fn assignment(mut cursor: Cursor<'_>, found: &mut Uses) {
    if !cursor.accept(&["new"]) || !cursor.accept_kind(TokenKind::Dot) {
        return;
    }
    let Some(column) = cursor.name() else { return };
    let text = cursor.text();
    // `=` may also compare.
    if cursor.next_token().is_some_and(|it| it.text(text) == ":=") {
        found.sets.insert(column);
    }
}

/// What is between `$tag$` and `$tag$`.
fn dollar_body(text: &str) -> Option<&str> {
    let tag = text.get(..text.get(1..)?.find('$')? + 2).filter(|it| it.starts_with('$'))?;
    text.strip_prefix(tag)?.strip_suffix(tag)
}

#[cfg(test)]
mod tests {
    //! What counts as a use.

    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn relations_count_where_they_can_stand() {
        let text = include_str!("body/uses.sql");
        let known = ["a", "b", "c", "d", "e", "f", "g", "s.h", "commented", "text"];
        let found = uses(text, &|name| known.contains(&name));
        assert_eq!(found.reads, set(&["a", "b", "c"]));
        assert_eq!(found.writes, set(&["d", "g", "s.h"]));
        assert_eq!(found.sets, set(&["total"]));
    }
}
