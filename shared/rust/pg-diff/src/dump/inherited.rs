//! What a table has from its parents by INHERITS.
//!
//! A column that a table declared itself and one that it only inherits are the
//! same to everybody but `pg_dump`, and nothing but making the table anew
//! turns the one into the other. So is the order of parents.
//!
//! Must never: take away what no parent has.

use std::collections::BTreeMap;

use super::Key;
use crate::scan::{Lexer, split_list, until_closed};

/// By the name that stands in CREATE TABLE: the lines of its list, and its
/// parents.
type Tables = BTreeMap<String, (Vec<String>, Vec<String>)>;

/// Tables without the lines that a parent has too, as `pg_dump` writes what is
/// only inherited; the parents sorted.
pub fn leave_out(entries: &mut BTreeMap<Key, String>) {
    let is_table = |key: &Key| key.kind.ends_with("TABLE");
    let tables = entries.iter().filter(|(key, _)| is_table(key));
    let known: Tables = tables
        .filter_map(|(_, sql)| read(sql))
        .map(|it| (it.name, (it.lines, it.parents)))
        .collect();
    let mut defaults = Vec::new();
    for (key, sql) in entries.iter_mut().filter(|(key, _)| is_table(key)) {
        let Some(table) = read(sql).filter(|it| !it.parents.is_empty()) else { continue };
        let above = lines_of(&known, &table.parents, known.len());
        let (mut own, mut more) = (Vec::new(), String::new());
        for line in &table.lines {
            let declared = column(line);
            let inherited = declared.as_ref().and_then(|it| {
                let mut lines = above.iter().filter_map(|other| any_column(other));
                lines.find(|other| other.name == it.name)
            });
            let (Some(column), Some(inherited)) = (declared, inherited) else {
                // Since 18, of a column that is only inherited.
                if not_null_of(line).is_some_and(|it| says_not_null(&above, it)) {
                    continue;
                }
                if let Some(name) = line.strip_prefix("NOT NULL ") {
                    let place = &table.name;
                    more.push_str(&format!(
                        "\nALTER TABLE ONLY {place} ALTER COLUMN {name} SET NOT NULL;"
                    ));
                    continue;
                }
                if !above.contains(line) {
                    own.push(format!("    {line}"));
                }
                continue;
            };
            let head = format!("ALTER TABLE ONLY {} ALTER COLUMN {}", table.name, column.name);
            if column.default.is_some() || inherited.default.is_some() {
                let value = column.default.unwrap_or("NULL");
                let name = format!("{} {}", key.name, unquoted(column.name));
                let key =
                    Key { kind: "DEFAULT".to_owned(), namespace: key.namespace.clone(), name };
                defaults.push((key, format!("{head} SET DEFAULT {value};")));
            }
            if column.not_null && !inherited.not_null {
                more.push_str(&format!("\n{head} SET NOT NULL;"));
            }
        }
        let mut parents = table.parents.clone();
        parents.sort_unstable();
        let list = if own.is_empty() { String::new() } else { format!("{}\n", own.join(",\n")) };
        let Read { head, tail, .. } = table;
        *sql = format!("{head}\n{list})\nINHERITS ({}{tail}{more}", parents.join(", "));
    }
    entries.extend(defaults);
    forget_names(entries);
}

/// The NOT NULL of a partition's column is that of the table above, whatever
/// name it has here: since 18.
fn forget_names(entries: &mut BTreeMap<Key, String>) {
    let attached = entries.iter().filter(|(key, _)| key.kind == "TABLE ATTACH");
    let attached: Vec<Key> =
        attached.map(|(key, _)| Key { kind: "TABLE".to_owned(), ..key.clone() }).collect();
    for key in attached {
        if let Some(sql) = entries.get_mut(&key) {
            let lines: Vec<String> = sql.lines().map(without_not_null_name).collect();
            *sql = lines.join("\n");
        }
    }
}

/// `id integer CONSTRAINT name NOT NULL` without the name.
fn without_not_null_name(line: &str) -> String {
    let tokens: Vec<_> = Lexer::new(line).filter(|it| !it.is_comment()).collect();
    let named = tokens.windows(4).skip(1).find(|it| {
        it[0].is(line, "constraint")
            && it[1].is_name()
            && it[2].is(line, "not")
            && it[3].is(line, "null")
    });
    match named {
        Some(it) => format!("{}{}", &line[..it[0].start], &line[it[2].start..]),
        None => line.to_owned(),
    }
}

struct Read {
    name: String,
    /// `CREATE TABLE public.c (`
    head: String,
    /// Without commas between them.
    lines: Vec<String>,
    parents: Vec<String>,
    /// From the parenthesis that closes the parents.
    tail: String,
}

fn read(sql: &str) -> Option<Read> {
    let (head, rest) = sql.split_once('\n')?;
    let name = head.strip_prefix("CREATE ")?.strip_suffix(" (")?;
    let name = name.rsplit_once("TABLE ")?.1.to_owned();
    let (list, rest) =
        rest.strip_prefix(')').map(|it| ("", it)).or_else(|| rest.split_once("\n)"))?;
    let (parents, tail) = match rest.strip_prefix("\nINHERITS (") {
        Some(rest) => {
            let (parents, _) = until_closed(rest)?;
            let names = split_list(parents).into_iter().map(str::to_owned).collect();
            (names, rest[parents.len()..].to_owned())
        }
        None => (Vec::new(), String::new()),
    };
    let lines = split_list(list).into_iter().map(str::to_owned).collect();
    Some(Read { name, head: head.to_owned(), lines, parents, tail })
}

struct Column<'a> {
    /// As it is written, quoted where it must be.
    name: &'a str,
    default: Option<&'a str>,
    not_null: bool,
}

/// A line that declares a column, and nothing that only it can say.
fn column(line: &str) -> Option<Column<'_>> {
    let is_generated = Lexer::new(line).any(|it| it.is(line, "generated"));
    any_column(line).filter(|_| !is_generated)
}

fn any_column(line: &str) -> Option<Column<'_>> {
    let tokens: Vec<_> = Lexer::new(line).filter(|it| !it.is_comment()).collect();
    let name = tokens.first().filter(|it| it.is_name())?;
    let says = |word: &str| tokens.iter().skip(1).find(|it| it.is(line, word));
    if name.is(line, "constraint") || name.is(line, "like") {
        return None;
    }
    let (mut end, mut not_null) = (tokens.len(), false);
    loop {
        let ends = |words: &[&str]| {
            let at = end.checked_sub(words.len()).filter(|it| *it > 0)?;
            let all = tokens[at..end].iter().zip(words);
            all.into_iter()
                .all(|(it, word)| word.is_empty() || it.text(line).eq_ignore_ascii_case(word))
                .then_some(at)
        };
        if let Some(at) = ends(&["not", "null"]) {
            (end, not_null) = (at, true);
        } else if let Some(at) = ends(&["constraint", ""]).filter(|_| not_null) {
            end = at;
        } else if let Some(at) = ends(&["collate", "", ".", ""]).or_else(|| ends(&["collate", ""]))
        {
            // An expression of a default has its own in parentheses.
            end = at;
        } else {
            break;
        }
    }
    let rest = &line[..tokens[end - 1].end];
    let default =
        says("default").filter(|_| says("generated").is_none()).map(|it| rest[it.end..].trim());
    Some(Column { name: name.text(line), default, not_null })
}

/// The column of `CONSTRAINT c NOT NULL id` or `NOT NULL id`.
fn not_null_of(line: &str) -> Option<&str> {
    let rest = match line.strip_prefix("CONSTRAINT ") {
        Some(named) => {
            let name = Lexer::new(named).next()?;
            named.get(name.end..)?.trim_start()
        }
        None => line,
    };
    rest.strip_prefix("NOT NULL ")
}

/// A parent says NOT NULL for its children too.
fn says_not_null(above: &[String], column: &str) -> bool {
    above.iter().filter_map(|it| any_column(it)).any(|it| it.name == column && it.not_null)
}

fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// What these tables have, and their parents; no deeper than there are tables.
fn lines_of(known: &Tables, names: &[String], depth: usize) -> Vec<String> {
    let mut all = Vec::new();
    for (lines, parents) in names.iter().filter_map(|name| known.get(name)) {
        all.extend(lines.iter().cloned());
        if depth > 0 {
            all.extend(lines_of(known, parents, depth - 1));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::dump::Dump;

    const PARENT: &str = "-- Name: p; Type: TABLE; Schema: public; Owner: -\n--\n\n\
        CREATE TABLE public.p (\n    id integer,\n    a text DEFAULT 'x, y'::text\n);\n\n--\n";

    fn child(list: &str, more: &str) -> Dump {
        let text = format!(
            "{PARENT}-- Name: c; Type: TABLE; Schema: public; Owner: -\n--\n\n\
             CREATE TABLE public.c ({list}\n)\nINHERITS (public.p);\n{more}"
        );
        Dump::parse(&text).without_inherited()
    }

    #[test]
    fn what_is_declared_again_is_the_same_as_what_is_inherited() {
        let declared =
            child("\n    id integer DEFAULT 2 NOT NULL,\n    a text DEFAULT 'x, y'::text", "");
        let default = |name: &str, value: &str| {
            format!(
                "\n--\n-- Name: c {name}; Type: DEFAULT; Schema: public; Owner: -\n--\n\n\
                 ALTER TABLE ONLY public.c ALTER COLUMN {name} SET DEFAULT {value};\n"
            )
        };
        let more = format!(
            "ALTER TABLE ONLY public.c ALTER COLUMN id SET NOT NULL;\n{}{}",
            default("id", "2"),
            default("a", "'x, y'::text")
        );
        let inherited = child("", &more);
        assert_eq!(declared.entries(), inherited.entries());
    }

    #[test]
    fn a_default_ends_where_the_next_clause_begins() {
        let line =
            r#"a text DEFAULT ('x'::text COLLATE "C") CONSTRAINT "n n" NOT NULL COLLATE s."c d""#;
        let column = super::any_column(line).expect("a column");
        assert_eq!(column.default, Some(r#"('x'::text COLLATE "C")"#));
        assert!(column.not_null);
        let column = super::any_column("a text DEFAULT 'x'::text COLLATE s.c NOT NULL");
        assert_eq!(column.expect("a column").default, Some("'x'::text"));
        assert!(super::any_column("a text").is_some_and(|it| !it.not_null));
    }

    #[test]
    fn what_no_parent_has_stays() {
        assert_ne!(child("\n    b text", "").entries(), child("", "").entries());
    }
}
