//! Where the statements of a SQL text begin, by psql's own rules.
//!
//! Knows quotes, dollar quotes, nested comments, parentheses and the
//! `BEGIN ATOMIC` bodies of SQL-standard functions. Source: the manual,
//! "Lexical Structure", and the rules psql documents for sending statements.
//!
//! Must never: be used to run a file piece by piece. It finds places.

/// Byte offsets of the first token of each statement.
pub fn starts(sql: &str) -> Vec<usize> {
    let mut scan = Scan { text: sql, at: 0 };
    let mut starts = Vec::new();
    let mut statement = Statement::default();
    while let Some(token) = scan.next_token() {
        if token.text == ";" && statement.parentheses == 0 && statement.bodies == 0 {
            statement = Statement::default();
            continue;
        }
        if statement.words == 0 && statement.is_new {
            starts.push(token.at);
        }
        statement.see(token.text);
    }
    starts
}

struct Statement {
    is_new: bool,
    words: usize,
    parentheses: usize,
    /// Depth of `BEGIN ... END` and `CASE ... END` inside a routine's body.
    bodies: usize,
    is_create: bool,
    is_routine: bool,
}

impl Default for Statement {
    fn default() -> Statement {
        Statement {
            is_new: true,
            words: 0,
            parentheses: 0,
            bodies: 0,
            is_create: false,
            is_routine: false,
        }
    }
}

impl Statement {
    fn see(&mut self, token: &str) {
        self.is_new = false;
        match token {
            "(" => self.parentheses += 1,
            ")" => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        if !token.starts_with(|first: char| first.is_alphabetic() || first == '_') {
            return;
        }
        self.words += 1;
        let is = |word: &str| token.eq_ignore_ascii_case(word);
        match self.words {
            1 => self.is_create = is("create"),
            2..=4 => self.is_routine |= self.is_create && (is("function") || is("procedure")),
            _ => {}
        }
        if self.is_routine && self.parentheses == 0 {
            if is("begin") || (self.bodies > 0 && is("case")) {
                self.bodies += 1;
            } else if is("end") {
                self.bodies = self.bodies.saturating_sub(1);
            }
        }
    }
}

struct Token<'a> {
    at: usize,
    text: &'a str,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// The next word, literal or single character; white space and comments
    /// are passed over.
    fn next_token(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        let length = match first {
            '\'' => quoted(rest, '\'', false),
            '"' => quoted(rest, '"', false),
            'e' | 'E' if rest[1..].starts_with('\'') => 1 + quoted(&rest[1..], '\'', true),
            '$' => dollar_quoted(rest).unwrap_or(1),
            _ if is_word(first) => {
                rest.find(|c: char| !is_word(c) && c != '$').unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let token = Token { at: self.at, text: &rest[..length] };
        self.at += length;
        Some(token)
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("--") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += block_comment(trimmed);
            } else {
                return;
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Length of a quoted piece; a doubled quote stays inside. An unclosed one
/// runs to the end, as it does for the server.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote => {
                    chars.next();
                }
                _ => return at + 1,
            }
        }
    }
    text.len()
}

fn dollar_quoted(text: &str) -> Option<usize> {
    let close = text[1..].find('$')? + 2;
    let tag = &text[..close];
    let inner = &tag[1..tag.len() - 1];
    if inner.starts_with(|c: char| c.is_ascii_digit()) || !inner.chars().all(is_word) {
        return None;
    }
    Some(text[close..].find(tag).map_or(text.len(), |at| close + at + tag.len()))
}

/// PostgreSQL's block comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    //! Texts that fool a splitter on semicolons.

    use super::*;

    fn split(sql: &str) -> Vec<&str> {
        starts(sql)
            .into_iter()
            .map(|at| sql[at..].split_whitespace().next().unwrap_or(""))
            .collect()
    }

    #[test]
    fn quotes_comments_and_dollars_hide_semicolons() {
        let sql = "-- a; b\nSELECT ';' /* ; /* ; */ ; */;\nDO $x$ BEGIN; END $x$;\ninsert into \"a;b\" values (E'\\';');;\nupdate t";
        assert_eq!(split(sql), ["SELECT", "DO", "insert", "update"]);
    }

    #[test]
    fn atomic_bodies_are_one_statement() {
        let sql = "BEGIN; CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; COMMIT;";
        assert_eq!(split(sql), ["BEGIN;", "CREATE", "COMMIT;"]);
    }

    #[test]
    fn an_unclosed_quote_runs_to_the_end() {
        assert_eq!(split("SELECT 1; SELECT 'open; SELECT 2"), ["SELECT", "SELECT"]);
    }

    #[test]
    fn parameters_are_not_dollar_quotes() {
        assert_eq!(split("SELECT $1; SELECT $2"), ["SELECT", "SELECT"]);
    }
}
