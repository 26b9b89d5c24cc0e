//! Expressions in annotations: whole, and nothing but an expression.
//!
//! What passes can stand between parentheses in a statement without changing
//! what is around it.
//!
//! Must never: let a semicolon, a comment or an unbalanced quote through.

use crate::scan::{Lexer, Splitter, Token, TokenKind};

/// What is still missing, or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something is open: it may go on in the next line.
    Incomplete,
    Wrong(&'static str),
}

/// The tokens of an expression without comments, if it is one.
pub fn check(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Vec<TokenKind> = Vec::new();
    let mut cases = 0_usize;
    let mut splitter = Splitter::default();
    for token in Lexer::new(text) {
        let kind = token.kind;
        if matches!(kind, TokenKind::Unclosed(_)) {
            return Err(Fault::Incomplete);
        } else if token.is_comment() {
            continue;
        } else if kind == TokenKind::Semicolon {
            return Err(Fault::Wrong("a semicolon ends a statement, not an expression"));
        } else if kind == TokenKind::Backslash {
            return Err(Fault::Wrong("a backslash is no part of an expression"));
        } else if kind == TokenKind::Comma && open.is_empty() {
            return Err(Fault::Wrong("a comma ends the expression"));
        } else if matches!(kind, TokenKind::OpenParenthesis | TokenKind::OpenBracket) {
            open.push(kind);
        } else if open.is_empty() && ends_expression(text, token, tokens.last()) {
            return Err(Fault::Wrong("a clause of a statement begins in it"));
        } else if let Some(opener) = opener(kind) {
            if open.pop() != Some(opener) {
                return Err(Fault::Wrong("it closes a parenthesis that it does not open"));
            }
        } else if token.is(text, "case") {
            cases += 1;
        } else if token.is(text, "end") {
            cases = cases.saturating_sub(1);
        }
        if is_variable(text, &splitter, tokens.last(), token) {
            return Err(Fault::Wrong("a variable of psql is no part of an expression"));
        }
        splitter.see(text, token);
        tokens.push(token);
    }
    let goes_on = tokens.last().is_some_and(|last| {
        matches!(last.kind, TokenKind::Operator | TokenKind::Dot | TokenKind::Colon)
            || ["and", "or", "not"].iter().any(|word| last.is(text, word))
    });
    if goes_on || !open.is_empty() || cases > 0 {
        return Err(Fault::Incomplete);
    }
    Ok(tokens)
}

/// Words that begin what follows an expression. FROM is one of an operator
/// behind DISTINCT.
fn ends_expression(text: &str, token: Token, last: Option<&Token>) -> bool {
    let is_distinct = || last.is_some_and(|last| last.is(text, "distinct"));
    ["where", "returning", "using", "set", "union", "order", "group", "limit"]
        .iter()
        .any(|word| token.is(text, word))
        || (token.is(text, "from") && !is_distinct())
}

fn opener(kind: TokenKind) -> Option<TokenKind> {
    if kind == TokenKind::CloseParenthesis {
        Some(TokenKind::OpenParenthesis)
    } else if kind == TokenKind::CloseBracket {
        Some(TokenKind::OpenBracket)
    } else {
        None
    }
}

/// A colon that touches what is behind it, where it is no operator.
pub fn is_variable(text: &str, splitter: &Splitter, last: Option<&Token>, token: Token) -> bool {
    let is_name = matches!(
        token.kind,
        TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::QuotedName
    ) || token.text(text) == "{";
    let touches = |last: &Token| last.kind == TokenKind::Colon && last.end == token.start;
    is_name && last.is_some_and(touches) && !splitter.has_colons()
}

/// The text of tokens as it was written, comments left out.
pub fn spelled(text: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut end = tokens.first().map_or(0, |first| first.start);
    for token in tokens {
        let between = text.get(end..token.start).unwrap_or_default();
        if between.trim().is_empty() {
            out.push_str(between);
        } else {
            // A comment was there, or the end of a line.
            out.push(if between.contains('\n') { '\n' } else { ' ' });
        }
        out.push_str(token.text(text));
        end = token.end;
    }
    out
}
