//! Which index a CONCURRENTLY statement is about.
//!
//! A plan may come from a file that somebody edited: the statement itself is
//! asked, not the step. What is not understood is run as it is, once.
//!
//! Must never: guess. A name that is read wrong is an index that is dropped.

/// A name with its namespace, as the catalog has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) namespace: String,
    pub(super) name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// `CREATE INDEX CONCURRENTLY`
    Build(Name),
    /// `DROP INDEX CONCURRENTLY`
    Drop(Name),
    /// `REINDEX INDEX CONCURRENTLY`
    Reindex(Name),
    /// `ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY`
    Detach {
        parent: Name,
        part: Name,
    },
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A bare word, in small letters.
    Word(String),
    Quoted(String),
    Sign(char),
}

impl Statement {
    pub(super) fn read(sql: &str) -> Statement {
        let tokens = tokens(sql);
        let mut reader = Reader { rest: &tokens };
        reader.statement().unwrap_or(Statement::Other)
    }
}

struct Reader<'a> {
    rest: &'a [Token],
}

impl Reader<'_> {
    fn statement(&mut self) -> Option<Statement> {
        if self.take("create") {
            self.take("unique");
            self.require("index")?;
            self.require("concurrently")?;
            if self.take("if") {
                self.require("not")?;
                self.require("exists")?;
            }
            let name = self.ident()?;
            self.require("on")?;
            self.take("only");
            // An index lives where its table does.
            let namespace = self.name()?.namespace;
            return Some(Statement::Build(Name { namespace, name }));
        }
        if self.take("drop") {
            self.require("index")?;
            self.require("concurrently")?;
            if self.take("if") {
                self.require("exists")?;
            }
            return self.last().map(Statement::Drop);
        }
        if self.take("reindex") {
            if self.sign('(') {
                while !self.sign(')') {
                    self.rest = self.rest.get(1..)?;
                }
            }
            self.require("index")?;
            self.require("concurrently")?;
            return self.last().map(Statement::Reindex);
        }
        self.require("alter")?;
        self.require("table")?;
        if self.take("if") {
            self.require("exists")?;
        }
        self.take("only");
        let parent = self.name()?;
        self.require("detach")?;
        self.require("partition")?;
        let part = self.name()?;
        self.require("concurrently")?;
        self.is_over().then_some(Statement::Detach { parent, part })
    }

    fn take(&mut self, word: &str) -> bool {
        let is_it = matches!(self.rest.first(), Some(Token::Word(it)) if it == word);
        if is_it {
            self.rest = &self.rest[1..];
        }
        is_it
    }

    fn require(&mut self, word: &str) -> Option<()> {
        self.take(word).then_some(())
    }

    fn sign(&mut self, sign: char) -> bool {
        let is_it = self.rest.first() == Some(&Token::Sign(sign));
        if is_it {
            self.rest = &self.rest[1..];
        }
        is_it
    }

    fn is_over(&mut self) -> bool {
        self.sign(';');
        self.rest.is_empty()
    }

    fn ident(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        let name = match first {
            Token::Word(name) | Token::Quoted(name) => name.clone(),
            Token::Sign(_) => return None,
        };
        self.rest = rest;
        Some(name)
    }

    /// Only with a namespace: our sessions have no `search_path`.
    fn name(&mut self) -> Option<Name> {
        let namespace = self.ident()?;
        self.sign('.').then_some(())?;
        Some(Name { namespace, name: self.ident()? })
    }

    /// One name and nothing behind it.
    fn last(&mut self) -> Option<Name> {
        let name = self.name()?;
        self.is_over().then_some(name)
    }
}

/// Enough of the lexical structure for a statement's head. What a head does
/// not have becomes a sign, and the reader stops there.
fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(c) = rest.chars().next() {
        let end_of_word = |text: &str| {
            text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(text.len())
        };
        let width = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' {
            let (name, width) = quoted(rest);
            tokens.push(Token::Quoted(name));
            width
        } else if c.is_alphabetic() || c == '_' {
            let width = end_of_word(rest);
            // The server folds ASCII; what else it folds depends on its locale.
            tokens.push(Token::Word(rest[..width].to_ascii_lowercase()));
            width
        } else {
            tokens.push(Token::Sign(c));
            c.len_utf8()
        };
        rest = rest[width..].trim_start();
    }
    tokens
}

/// A quoted name and its length with its quotes.
fn quoted(rest: &str) -> (String, usize) {
    let mut name = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '"' {
            name.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == '"') {
            name.push('"');
            chars.next();
        } else {
            return (name, at + 1);
        }
    }
    (name, rest.len())
}

#[cfg(test)]
mod tests {
    //! Statements as plans have them, and as people write them.

    use super::*;

    fn name(namespace: &str, name: &str) -> Name {
        Name { namespace: namespace.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn names_are_read() {
        for (sql, expected) in [
            (
                "CREATE UNIQUE INDEX CONCURRENTLY \"a\"\"b\" ON ONLY app.\"T\" (x)",
                Statement::Build(name("app", "a\"b")),
            ),
            (
                "create index\n concurrently -- fast\n if not exists A on public.t using gin (x)",
                Statement::Build(name("public", "a")),
            ),
            ("DROP INDEX CONCURRENTLY IF EXISTS public.a;", Statement::Drop(name("public", "a"))),
            (
                "REINDEX (VERBOSE, TABLESPACE x) INDEX CONCURRENTLY public.a",
                Statement::Reindex(name("public", "a")),
            ),
            (
                "ALTER TABLE public.p DETACH PARTITION public.c CONCURRENTLY",
                Statement::Detach { parent: name("public", "p"), part: name("public", "c") },
            ),
        ] {
            assert_eq!(Statement::read(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for sql in [
            "",
            "VACUUM public.t",
            "CREATE INDEX a ON public.t (x)",
            "CREATE INDEX CONCURRENTLY ON public.t (x)",
            "CREATE INDEX CONCURRENTLY a ON t (x)",
            "DROP INDEX CONCURRENTLY public.a, public.b",
            "DROP INDEX CONCURRENTLY U&\"a\"",
            "REINDEX TABLE CONCURRENTLY public.t",
            "ALTER TABLE public.p DETACH PARTITION public.c",
        ] {
            assert_eq!(Statement::read(sql), Statement::Other, "{sql}");
        }
    }
}
