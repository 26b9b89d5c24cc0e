//! Statements as they may be shown: without the passwords in them.
//!
//! Must never: make a statement that is run.

use crate::catalog::{Id, Kind};
use crate::scan::{Lexer, TokenKind};

/// `sql` about `id`. The options of a user mapping are how to log in somewhere
/// else: none of their values is shown.
pub fn redacted(id: &Id, sql: &str) -> String {
    if id.kind != Kind::UserMapping {
        return sql.to_owned();
    }
    let (mut shown, mut done) = (String::with_capacity(sql.len()), 0);
    let secret = |kind| matches!(kind, TokenKind::Text | TokenKind::Unclosed(_));
    for token in Lexer::new(sql).filter(|it| secret(it.kind)) {
        shown.push_str(sql.get(done..token.start).unwrap_or_default());
        shown.push_str("'***'");
        done = token.end;
    }
    shown + sql.get(done..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_of_a_user_mapping_is_shown() {
        let id = Id::part(Kind::UserMapping, "", "there", "me");
        let sql = "CREATE USER MAPPING FOR me SERVER there \
                   OPTIONS (password 'it''s', passfile E'a\\'b', \"user\" 'me')";
        let shown = "CREATE USER MAPPING FOR me SERVER there \
                     OPTIONS (password '***', passfile '***', \"user\" '***')";
        assert_eq!(redacted(&id, sql), shown);
    }

    #[test]
    fn other_statements_are_shown_as_they_are() {
        let id = Id::global(Kind::Server, "there");
        let sql = "CREATE SERVER there FOREIGN DATA WRAPPER w OPTIONS (host 'x')";
        assert_eq!(redacted(&id, sql), sql);
    }
}
