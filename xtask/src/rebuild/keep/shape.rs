//! What init.sql makes, in the three parts of `pg_dump`: tables that take rows
//! in without looking at them, then keys and indexes, then the rest.
//!
//! Must never: make a key, an index or a trigger before the rows are there.

use anyhow::{Context, Result};
use pg_diff::scan::{Cursor, Lexer, Token, starts};
use pg_live::Address;

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::target::Target;

/// What makes one index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Of the index.
    pub name: String,
    pub sql: String,
    /// A key: nobody else can build on the table meanwhile.
    pub is_key: bool,
}

/// What comes after the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// One does not need the other.
    pub builds: Vec<Build>,
    /// In this order.
    pub rest: Vec<String>,
}

impl Post {
    pub fn of(dump: &str) -> Post {
        let mut post = Post::default();
        let dump = without_guard(dump);
        let places = starts(&dump);
        let ends = places.iter().skip(1).copied().chain([dump.len()]);
        for (start, end) in places.iter().zip(ends) {
            let Some(sql) = dump.get(*start..end) else { continue };
            match build(sql) {
                Some(build) => post.builds.push(build),
                None => post.rest.push(sql.to_owned()),
            }
        }
        post
    }
}

/// An index or a key. That of a view that is only made later is none: it
/// waits for its turn.
fn build(sql: &str) -> Option<Build> {
    let tokens: Vec<Token> = Lexer::new(sql).filter(|it| !it.is_comment()).collect();
    let mut cursor = Cursor::new(sql, &tokens);
    if cursor.accept(&["alter", "table"]) {
        cursor.accept(&["only"]);
        cursor.qualified()?;
        let name = cursor.accept(&["add", "constraint"]).then(|| cursor.name()).flatten()?;
        let is_key = ["primary", "unique", "exclude"].iter().any(|it| cursor.sees(&[it]));
        return is_key.then(|| Build { name, sql: sql.to_owned(), is_key });
    }
    cursor.accept(&["create"]).then_some(())?;
    cursor.accept(&["unique"]);
    let name = cursor.accept(&["index"]).then(|| cursor.name()).flatten()?;
    Some(Build { name, sql: sql.to_owned(), is_key: false })
}

/// The table and the name of a foreign key that a statement makes.
pub fn foreign_key(sql: &str) -> Option<((String, String), String)> {
    let tokens: Vec<Token> = Lexer::new(sql).filter(|it| !it.is_comment()).collect();
    let mut cursor = Cursor::new(sql, &tokens);
    cursor.accept(&["alter", "table"]).then_some(())?;
    cursor.accept(&["only"]);
    let (namespace, table) = cursor.qualified()?;
    let name = cursor.accept(&["add", "constraint"]).then(|| cursor.name()).flatten()?;
    cursor.sees(&["foreign"]).then_some(((namespace?, table), name))
}

/// `pg_dump` guards its text with two commands for psql.
fn without_guard(dump: &str) -> String {
    let guard = |line: &&str| line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
    let token = dump.lines().find(guard).and_then(|line| line.split(' ').nth(1));
    let Some(token) = token else { return dump.to_owned() };
    let is_guard = |line: &str| {
        line == format!("\\restrict {token}") || line == format!("\\unrestrict {token}")
    };
    dump.split('\n').filter(|line| !is_guard(line)).collect::<Vec<_>>().join("\n")
}

/// Runs a dump as it is: statement by statement, so that it needs no lock for
/// each of thousands of objects at once.
pub fn load(ctx: &Ctx, target: &Target, new: &Address, dump: &str) -> Result<()> {
    let quiet = "SET synchronous_commit = off; SET client_min_messages = error;";
    let words = ["--no-psqlrc", "--no-password", "--quiet", "--set=ON_ERROR_STOP=1"];
    let run = target.program(ctx, "psql", new)?.args(words).args(["--command", quiet, "--file=-"]);
    let fed = ctx.proc.feed(&run, |stdin| Ok(stdin.write_all(dump.as_bytes())?))?;
    if fed.is_success() {
        return Ok(());
    }
    Err(Fault::failed(format!("psql: {}", fed.last_words())))
        .context("making the tables of init.sql in a new database")
}

#[cfg(test)]
mod tests {
    //! What `pg_dump` writes, and names that look like it.

    use super::*;

    #[test]
    fn keys_and_indexes_are_told_from_the_rest() {
        let dump = "\\restrict abc\nSET lock_timeout = 0;\n\
            ALTER TABLE ONLY public.\"odd ADD CONSTRAINT x PRIMARY KEY\"\n    ADD CONSTRAINT \"a\nb\" PRIMARY KEY (id);\n\
            -- Name: i; Type: INDEX\nCREATE UNIQUE INDEX i ON public.t USING btree (a);\n\
            ALTER TABLE ONLY public.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.u(id);\n\
            CREATE TRIGGER t BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();\n\
            \\unrestrict abc\n";
        let post = Post::of(dump);
        let names: Vec<(&str, bool)> =
            post.builds.iter().map(|it| (it.name.as_str(), it.is_key)).collect();
        assert_eq!(names, [("a\nb", true), ("i", false)]);
        assert_eq!(post.rest.len(), 3, "{:?}", post.rest);
        assert!(post.rest.iter().all(|it| !it.contains("restrict")));
    }
}
