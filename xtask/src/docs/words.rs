//! Indexes, constraints and triggers in plain words.
//!
//! Must never: hide a definition that has no plain words: it is quoted.

use pg_diff::catalog::{Constraint, ConstraintKind, Index};
use pg_diff::scan::{Cursor, Lexer, Token, split_list, until_closed};

/// `not spam only; finds messages by channel_id, then telegram_date, newest first`.
pub fn index(index: &Index) -> String {
    let Some((method, keys, rest)) = index_parts(&index.definition) else {
        return index.definition.clone();
    };
    let list = split_list(keys);
    let mut text = match method {
        "btree" => {
            let keys: Vec<String> = list.iter().map(|key| ordered(key)).collect();
            format!("finds and sorts by {}", keys.join(", then "))
        }
        "hash" => format!("finds equal {}", list.join(", ")),
        "gin" if keys.contains("gin_trgm_ops") => {
            format!("finds parts of words and similar words in {}", without_class(&list))
        }
        "gin" => format!("finds what is inside {}", without_class(&list)),
        "gist" => format!("finds what overlaps or is near, in {}", without_class(&list)),
        "brin" => format!("skips blocks by ranges of {}", without_class(&list)),
        other => format!("{other} index on {}", list.join(", ")),
    };
    if index.is_unique {
        text = format!("no two rows share {}; {text}", list.join(", "));
    }
    if let Some((_, included)) = rest.split_once("INCLUDE (")
        && let Some((included, _)) = until_closed(included)
    {
        text.push_str(&format!("; also holds {included}"));
    }
    if let Some((_, filter)) = rest.split_once("WHERE ") {
        text.push_str(&format!("; only rows where {}", bare(filter)));
    }
    text
}

/// Method, keys, and what follows them.
fn index_parts(definition: &str) -> Option<(&str, &str, &str)> {
    let (method, rest) = definition.strip_prefix("USING ")?.split_once(" (")?;
    let (keys, rest) = until_closed(rest)?;
    Some((method, keys, rest))
}

fn ordered(key: &str) -> String {
    let plain = key.strip_suffix(" NULLS LAST").unwrap_or(key);
    match plain.strip_suffix(" DESC") {
        Some(name) => format!("{name} (highest first)"),
        None => plain.to_owned(),
    }
}

/// Keys without the operator class that the index is for.
fn without_class(keys: &[&str]) -> String {
    let plain = keys.iter().map(|key| match key.rsplit_once(' ') {
        Some((name, class)) if class.ends_with("_ops") => name,
        _ => key,
    });
    plain.collect::<Vec<_>>().join(", ")
}

pub fn constraint(it: &Constraint) -> String {
    let columns = it.columns.join(", ");
    match it.kind {
        ConstraintKind::Primary => format!("identifies a row: {columns}"),
        ConstraintKind::Unique => format!("no two rows share {columns}"),
        ConstraintKind::Exclude => format!("no two rows clash: {}", it.definition),
        ConstraintKind::Check => check(&it.definition),
        ConstraintKind::Foreign => {
            let to = it.definition.split_once(" REFERENCES ").map_or("", |(_, to)| to);
            let to = to.split(" ON ").next().unwrap_or_default();
            let to = to.strip_prefix("public.").unwrap_or(to);
            format!("{columns} is in {to}; when that row goes, {}", on_delete(&it.definition))
        }
    }
}

/// What happens to the rows of a foreign key.
pub fn on_delete(definition: &str) -> &'static str {
    let says = |words: &str| definition.contains(&format!(" ON DELETE {words}"));
    if says("CASCADE") {
        "this one goes too"
    } else if says("SET NULL") {
        "it becomes NULL"
    } else if says("SET DEFAULT") {
        "it becomes the default"
    } else {
        "the delete is refused"
    }
}

fn check(definition: &str) -> String {
    let inside = bare(definition.strip_prefix("CHECK ").unwrap_or(definition));
    one_of(inside).unwrap_or_else(|| inside.to_owned())
}

/// `((status)::text = ANY (ARRAY['a'::text, 'b'::text]))`: one of these.
fn one_of(text: &str) -> Option<String> {
    let (left, right) = text.split_once(" = ANY (ARRAY[")?;
    let list = right.strip_suffix("])")?;
    let column = left.strip_prefix('(')?.strip_suffix(")::text")?;
    let is_word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let values: Option<Vec<&str>> =
        split_list(list).into_iter().map(|value| value.strip_suffix("::text")).collect();
    is_word(column).then_some(())?;
    Some(format!("{column} is one of {}", values?.join(", ")))
}

/// Without parentheses around the whole.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(rest) = text.strip_prefix('(') {
        match until_closed(rest) {
            Some((inside, "")) => text = inside,
            _ => break,
        }
    }
    text
}

#[derive(Debug, PartialEq, Eq)]
pub struct Fired {
    pub when: String,
    /// Without `public` and parentheses.
    pub function: String,
}

/// `CREATE TRIGGER t AFTER INSERT OR UPDATE OF a ON public.t ... EXECUTE FUNCTION public.f()`.
pub fn trigger(definition: &str) -> Fired {
    let tokens: Vec<Token> = Lexer::new(definition).collect();
    let mut cursor = Cursor::new(definition, &tokens);
    let here = |cursor: &Cursor<'_>| cursor.peek().map_or(definition.len(), |token| token.start);
    let _ = cursor.accept(&["create"]);
    let _ = cursor.accept(&["constraint"]);
    let _ = cursor.accept(&["trigger"]) && cursor.name().is_some();
    let (begin, mut end) = (here(&cursor), definition.len());
    while let Some(token) = cursor.peek() {
        if token.is(definition, "on") {
            end = token.start;
            break;
        }
        let _ = cursor.next_token();
    }
    let is_row = definition.contains(" FOR EACH ROW ");
    let mut when = definition.get(begin..end).unwrap_or_default().trim().to_owned();
    when.push_str(if is_row { ", for each row" } else { ", once per statement" });
    if let Some((_, condition)) = definition.split_once(" WHEN (")
        && let Some((condition, _)) = until_closed(condition)
    {
        when.push_str(&format!(", when {}", bare(condition)));
    }
    let call = definition.rsplit_once(" EXECUTE FUNCTION ").map_or("", |(_, call)| call);
    let function = call.split('(').next().unwrap_or_default();
    let function = function.strip_prefix("public.").unwrap_or(function).to_owned();
    Fired { when, function }
}

#[cfg(test)]
mod tests {
    //! The plain words of what init.sql has, and quotes of what has none.

    use pg_diff::catalog::{Id, Kind};

    use super::*;

    fn words(definition: &str, is_unique: bool) -> String {
        index(&Index {
            table: Id::new(Kind::Table, "public", "t"),
            definition: definition.to_owned(),
            is_unique,
            is_valid: true,
            parent: None,
            is_partitioned: false,
            statistics: Vec::new(),
        })
    }

    #[test]
    fn an_index_is_told() {
        assert_eq!(
            words("USING btree (a, b DESC) INCLUDE (c) WHERE (NOT d)", true),
            "no two rows share a, b DESC; finds and sorts by a, then b (highest first); \
             also holds c; only rows where NOT d"
        );
        assert_eq!(
            words("USING gin (name public.gin_trgm_ops)", false),
            "finds parts of words and similar words in name"
        );
        assert_eq!(words("strange", false), "strange");
    }

    #[test]
    fn a_list_of_values_is_told() {
        assert_eq!(
            check("CHECK (((s)::text = ANY (ARRAY['a, b'::text, 'c'::text])))"),
            "s is one of 'a, b', 'c'"
        );
        assert_eq!(check("CHECK (((a > 0) AND (b > 0)))"), "(a > 0) AND (b > 0)");
    }

    #[test]
    fn a_trigger_is_told() {
        let fired = trigger(
            "CREATE TRIGGER \"on\" BEFORE INSERT OR UPDATE OF a ON public.t \
             FOR EACH ROW WHEN ((new.a > 3)) EXECUTE FUNCTION public.f('x')",
        );
        assert_eq!(fired.when, "BEFORE INSERT OR UPDATE OF a, for each row, when new.a > 3");
        assert_eq!(fired.function, "f");
    }
}
