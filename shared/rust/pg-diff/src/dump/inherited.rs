//! What a table has from its parents by INHERITS.
//!
//! A column that a table declared itself and one that it only inherits are the
//! same to everybody but `pg_dump`, and nothing but making the table anew
//! turns the one into the other. So is the order of parents.
//!
//! Must never: take away what no parent has.

use std::collections::BTreeMap;

use crate::scan::split_list;

/// By the name that stands in CREATE TABLE: the lines of its list, and its
/// parents.
type Tables = BTreeMap<String, (Vec<String>, Vec<String>)>;

/// The texts of tables without the lines that a parent has too, the parents
/// sorted.
pub fn leave_out<'a>(tables: impl Iterator<Item = &'a mut String>) {
    let mut texts: Vec<&mut String> = tables.collect();
    let known: Tables = texts
        .iter()
        .filter_map(|sql| read(sql))
        .map(|it| (it.name, (it.lines, it.parents)))
        .collect();
    for sql in &mut texts {
        let Some(table) = read(sql).filter(|it| !it.parents.is_empty()) else { continue };
        let inherited = lines_of(&known, &table.parents, known.len());
        let own: Vec<String> =
            table.lines.into_iter().filter(|line| !inherited.contains(line)).collect();
        let own: Vec<String> = own.iter().map(|line| format!("    {line}")).collect();
        let mut parents = table.parents.clone();
        parents.sort_unstable();
        let list = if own.is_empty() { String::new() } else { format!("{}\n", own.join(",\n")) };
        **sql = format!(
            "{}\n{list}){}INHERITS ({}{}",
            table.head,
            '\n',
            parents.join(", "),
            table.tail
        );
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
            let (parents, _) = crate::scan::until_closed(rest)?;
            let names = split_list(parents).into_iter().map(str::to_owned).collect();
            (names, rest[parents.len()..].to_owned())
        }
        None => (Vec::new(), String::new()),
    };
    let lines = split_list(list).into_iter().map(str::to_owned).collect();
    Some(Read { name, head: head.to_owned(), lines, parents, tail })
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
    use super::leave_out;

    #[test]
    fn what_a_parent_has_is_left_out() {
        let mut all = [
            "CREATE TABLE public.p (\n    id integer,\n    a text DEFAULT 'x, y'::text\n);"
                .to_owned(),
            "CREATE TABLE public.q (\n    b text\n);".to_owned(),
            "CREATE TABLE public.c (\n    a text DEFAULT 'x, y'::text,\n    n integer\n)\n\
             INHERITS (public.q, public.p);"
                .to_owned(),
            "CREATE TABLE public.d (\n    id integer\n)\nINHERITS (public.c);".to_owned(),
        ];
        leave_out(all.iter_mut());
        assert_eq!(
            all[2],
            "CREATE TABLE public.c (\n    n integer\n)\nINHERITS (public.p, public.q);"
        );
        assert_eq!(all[3], "CREATE TABLE public.d (\n)\nINHERITS (public.c);");
    }

    #[test]
    fn a_table_without_parents_stays() {
        let mut all = ["CREATE TABLE public.p (\n    id integer\n);".to_owned()];
        let before = all.clone();
        leave_out(all.iter_mut());
        assert_eq!(all, before);
    }
}
