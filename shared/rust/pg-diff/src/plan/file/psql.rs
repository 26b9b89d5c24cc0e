//! Text that psql hands to the server as it was meant.
//!
//! Must never: change what a statement says.

use crate::scan::{Lexer, TokenKind};

/// A statement with its semicolon. psql would put the value of a variable for
/// `:name`, also in `a[1:name]`, and takes a semicolon in a comment for none.
pub fn statement(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 2);
    let mut end = 0;
    let mut last = None;
    for token in Lexer::new(sql) {
        out.push_str(sql.get(end..token.start).unwrap_or_default());
        if last == Some((TokenKind::Colon, token.start)) {
            out.push(' ');
        }
        out.push_str(token.text(sql));
        end = token.end;
        last = Some((token.kind, token.end));
    }
    let is_comment = last.is_some_and(|(kind, _)| kind == TokenKind::LineComment);
    out.push_str(if is_comment { "\n;" } else { ";" });
    out
}

/// One line of a comment, whatever is in the text.
pub fn remark(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("-- {}", line.trim())
}

/// A tag for dollar quotes that is not in the text.
pub fn tag(text: &str) -> String {
    let tags = (0..).map(|number| match number {
        0 => "$xtask$".to_owned(),
        _ => format!("$xtask{number}$"),
    });
    // A text of n bytes does not hold n different tags.
    tags.take(text.len() + 2).find(|tag| !text.contains(&**tag)).unwrap_or_default()
}
