//! The Database Tables Reference in Markdown.
//!
//! Must never: let a name or a comment end a cell, a row or a link.

use std::fmt::Write as _;

use super::mermaid;
use super::model::{Place, Reference, Relation, Routine};

/// Around the markers of a page that is not there yet.
pub const PROSE: &str = "\
# Database Tables Reference

Every table of the platform, as `infrastructure/postgres/init.sql` declares it.
Between the markers `cargo xtask docs` writes, and what is written there by
hand is lost; the words around them stay. [commands.md](commands.md) tells what
the tool can do.

<!-- xtask:begin -->
<!-- xtask:end -->
";

/// From `docs/reference/` to the root of the project.
const UP: &str = "../../";

/// A page of its own, elsewhere.
pub fn whole(it: &Reference, up: &str) -> String {
    let page = PROSE.lines().next().unwrap_or_default();
    format!("{page}\n\n{}\n", seen_from(it, up).trim())
}

pub fn reference(reference: &Reference) -> String {
    seen_from(reference, UP)
}

fn seen_from(reference: &Reference, up: &str) -> String {
    let mut text = String::new();
    contents(reference, &mut text);
    for domain in &reference.domains {
        let _ = writeln!(text, "## {}\n", escaped(&domain.title));
        if let Some(diagram) = mermaid::diagram(reference, domain) {
            let _ = writeln!(text, "{diagram}");
        }
        for name in &domain.relations {
            let relation = reference.relations.iter().find(|it| it.name == *name);
            if let Some(relation) = relation {
                table(relation, up, &mut text);
            }
        }
        let routines: Vec<&Routine> =
            reference.routines.iter().filter(|it| it.domain == domain.title).collect();
        functions(&routines, up, &mut text);
    }
    text
}

fn contents(reference: &Reference, text: &mut String) {
    let coverage = &reference.coverage;
    let part = |(with, all): (usize, usize)| {
        let percent = (with * 100).checked_div(all).unwrap_or(100);
        format!("{with} of {all} ({percent} %)")
    };
    let _ = writeln!(
        text,
        "With a comment: tables and views {}, columns {}, functions {}.\n",
        part(coverage.relations),
        part(coverage.columns),
        part(coverage.routines)
    );
    if let Some(stats) = &reference.stats {
        let about = if stats.is_estimated { "about " } else { "" };
        let (database, size) = (code(&stats.database), &stats.size);
        let _ = writeln!(text, "Live, in {database}: {about}{} rows, {size}.\n", stats.rows);
    }
    let _ = writeln!(text, "| domain | tables, views |\n|---|---|");
    for domain in reference.domains.iter().filter(|it| !it.relations.is_empty()) {
        let names: Vec<String> = domain.relations.iter().map(|it| link(it)).collect();
        let _ = writeln!(text, "| {} | {} |", escaped(&domain.title), names.join(", "));
    }
    text.push('\n');
}

fn table(it: &Relation, up: &str, text: &mut String) {
    let _ = writeln!(text, "### {}\n", escaped(&it.name));
    if let Some(comment) = &it.comment {
        let _ = writeln!(text, "{}\n", escaped(comment));
    }
    let mut places = vec![it.kind.to_owned()];
    if let Some(place) = &it.place {
        places.push(place_link(place, up));
    }
    if let Some(model) = &it.model {
        places.push(format!("model `{}` in {}", model.class, place_link(&model.place, up)));
    }
    if let Some(stats) = &it.stats {
        let about = if stats.is_estimated { "about " } else { "" };
        places.push(format!("{about}{} rows, {}", stats.rows, stats.size));
    }
    let _ = writeln!(text, "{}\n", places.join(", "));
    let _ = writeln!(
        text,
        "| column | type | NULL | default | key | comment |\n|---|---|---|---|---|---|"
    );
    for column in &it.columns {
        let mut keys = Vec::new();
        if column.is_primary {
            keys.push("primary".to_owned());
        }
        if column.is_unique {
            keys.push("unique".to_owned());
        }
        if let Some(to) = &column.refers_to {
            keys.push(format!("→ {}", link(to)));
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            code(&column.name),
            code(&column.type_name),
            if column.is_null { "yes" } else { "" },
            column.value.as_deref().map_or_else(String::new, code),
            keys.join(", "),
            column.comment.as_deref().map_or_else(String::new, escaped)
        );
    }
    text.push('\n');
    let constraints = it.constraints.iter().map(|it| (&it.name, escaped(&it.words)));
    list("Constraints", constraints, text);
    list("Indexes", it.indexes.iter().map(|it| (&it.name, escaped(&it.words))), text);
    let triggers = it.triggers.iter().map(|it| {
        let mut words = format!("{}: {}", escaped(&it.when), code(&format!("{}()", it.function)));
        if !it.writes.is_empty() {
            let writes: Vec<String> = it.writes.iter().map(|it| code(it)).collect();
            let _ = write!(words, ", writes {}", writes.join(", "));
        }
        (&it.name, words)
    });
    list("Triggers", triggers, text);
    if !it.grants.is_empty() {
        let grants: Vec<String> = it.grants.iter().map(|it| escaped(it)).collect();
        let _ = writeln!(text, "Beside its owner: {}.\n", grants.join("; "));
    }
    if !it.referenced_by.is_empty() {
        let all: Vec<String> = it
            .referenced_by
            .iter()
            .map(|by| {
                format!(
                    "{} ({}; {})",
                    link(&by.table),
                    escaped(&by.columns.join(", ")),
                    by.on_delete
                )
            })
            .collect();
        let _ = writeln!(text, "Referred to by {}.\n", all.join(", "));
    }
    if !it.used_by.is_empty() {
        let all: Vec<String> = it.used_by.iter().map(|it| escaped(it)).collect();
        let _ = writeln!(text, "Used by {}.\n", all.join(", "));
    }
}

fn list<'a>(title: &str, rows: impl Iterator<Item = (&'a String, String)>, text: &mut String) {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}:\n");
    for (name, words) in rows {
        let _ = writeln!(text, "- {}: {words}", code(name));
    }
    text.push('\n');
}

fn functions(routines: &[&Routine], up: &str, text: &mut String) {
    for it in routines {
        let _ = writeln!(text, "### {}()\n", escaped(&it.name));
        if let Some(comment) = &it.comment {
            let _ = writeln!(text, "{}\n", escaped(comment));
        }
        let place =
            it.place.as_ref().map_or_else(String::new, |it| format!(", {}", place_link(it, up)));
        let _ = writeln!(text, "{}{place}\n", code(&it.signature));
        for (verb, names) in [("Reads", &it.reads), ("Writes", &it.writes)] {
            if !names.is_empty() {
                let names: Vec<String> = names.iter().map(|it| link(it)).collect();
                let _ = writeln!(text, "{verb} {}.\n", names.join(", "));
            }
        }
    }
}

fn place_link(place: &Place, up: &str) -> String {
    format!("[{0}:{1}]({up}{0}#L{1})", place.file, place.line)
}

/// GitHub makes anchors of headings: small letters, no punctuation.
fn link(name: &str) -> String {
    let keep = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
    let anchor: String = name.chars().filter(keep).collect();
    format!("[{}](#{})", escaped(name), anchor.to_lowercase().replace(' ', "-"))
}

/// One cell, one line: no markup of its own. A word like `a_b` needs no
/// backslash: underscores inside of words mean nothing.
pub fn escaped(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    line.chars().fold(String::new(), |mut out, c| {
        if matches!(c, '|' | '<' | '>' | '*' | '`' | '[' | '\\') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// A bar ends a cell also between backticks.
pub fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    //! What would break out of its cell.

    use super::*;

    #[test]
    fn nothing_leaves_its_cell() {
        assert_eq!(escaped("a|b\n<c>"), "a\\|b \\<c\\>");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(link("audit.Log x"), "[audit.Log x](#auditlog-x)");
    }
}
