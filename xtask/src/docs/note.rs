//! The release note: what changed in the schema, as short Markdown.
//!
//! Must never: let a name or a comment become markup.

use std::fmt::Write as _;

use super::changes::{Changed, Changes, Fate, Line, Told};
use super::markdown::{code, escaped};
use crate::verify::counted;

/// Longer texts are in init.sql.
const LONG: usize = 400;

pub fn note(changes: &Changes) -> String {
    let mut text = format!("## Schema changes since {}\n\n", escaped(&changes.since));
    if changes.objects.is_empty() {
        text.push_str("Nothing changed in the schema.\n");
        return text;
    }
    let _ = writeln!(text, "{}.\n", totals(changes));
    warnings("Clients must change", &changes.breaks, false, &mut text);
    warnings("The migration", &changes.hazards, true, &mut text);
    let mut title = "";
    for it in &changes.objects {
        let own = chapter(it.kind);
        if own != title {
            let _ = writeln!(text, "### {own}\n");
            title = own;
        }
        object(it, &mut text);
    }
    format!("{}\n", text.trim_end())
}

/// `1 table new, 2 changed; 1 function removed`
pub fn totals(changes: &Changes) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut kinds: Vec<&str> = Vec::new();
    for it in &changes.objects {
        if !kinds.contains(&it.kind) {
            kinds.push(it.kind);
        }
    }
    for kind in kinds {
        let of_kind = |fate: Fate| {
            let same = |it: &&Changed| it.kind == kind && it.fate == fate;
            changes.objects.iter().filter(same).count()
        };
        let fates = [Fate::New, Fate::Renamed, Fate::Changed, Fate::Removed];
        let counts: Vec<(usize, Fate)> =
            fates.into_iter().map(|it| (of_kind(it), it)).filter(|it| it.0 > 0).collect();
        let words = counts.iter().enumerate().map(|(at, (count, fate))| match at {
            0 => format!("{} {}", counted(*count, kind), fate.word()),
            _ => format!("{count} {}", fate.word()),
        });
        parts.push(words.collect::<Vec<_>>().join(", "));
    }
    parts.join("; ")
}

fn chapter(kind: &str) -> &'static str {
    match kind {
        "table" | "foreign table" => "Tables",
        "view" | "materialized view" => "Views",
        "function" => "Functions",
        "type" | "domain" => "Types",
        _ => "Others",
    }
}

fn warnings(title: &str, all: &[Told], with_kind: bool, text: &mut String) {
    if all.is_empty() {
        return;
    }
    let _ = writeln!(text, "### {title}\n");
    for it in all {
        let kind = if with_kind { format!("**{}**, ", it.kind) } else { String::new() };
        let _ = writeln!(text, "- {kind}{}: {}", code(&it.about), escaped(&it.why));
    }
    text.push('\n');
}

fn object(it: &Changed, text: &mut String) {
    let was = it.was.as_ref().map_or_else(String::new, |was| format!(", was {}", code(was)));
    let comment = match (&it.comment, it.fate) {
        (Some(comment), Fate::New) => format!(": {}", short(comment)),
        _ => String::new(),
    };
    // The title says already that a table is one, and a function.
    let kind = match chapter(it.kind) {
        "Tables" | "Functions" => String::new(),
        _ => format!("{} ", it.kind),
    };
    let _ = writeln!(text, "- **{}** {kind}{}{was}{comment}", it.fate.word(), code(&it.name));
    for one in &it.lines {
        let _ = writeln!(text, "  - {}", line(one));
    }
    if let Some(model) = &it.model {
        let place = format!("{}:{}", model.place.file, model.place.line);
        let services = match it.services.as_slice() {
            [] => String::new(),
            some => format!(", used by {}", escaped(&some.join(", "))),
        };
        let _ = writeln!(text, "  - model {} in {}{services}", code(&model.class), code(&place));
    }
    text.push('\n');
}

fn line(it: &Line) -> String {
    let about = match (it.kind, it.name.as_str()) {
        ("", _) => String::new(),
        ("columns", count) => format!("{count} columns"),
        (kind, name) => format!("{kind} {}", code(name)),
    };
    let fate = match it.fate {
        Fate::New | Fate::Removed if it.kind != "columns" => format!("{} ", it.fate.word()),
        Fate::New | Fate::Removed | Fate::Renamed | Fate::Changed => String::new(),
    };
    // What is said of it follows as a sentence, what it is as a list.
    let joint = match (it.fate, about.is_empty() || it.words.is_empty()) {
        (_, true) => "",
        (Fate::New | Fate::Removed, _) => ": ",
        (Fate::Changed | Fate::Renamed, _) => " ",
    };
    format!("{fate}{about}{joint}{}", short(&it.words))
}

fn short(text: &str) -> String {
    let cut: String = text.chars().take(LONG).collect();
    if cut.len() < text.len() { format!("{} …", escaped(&cut)) } else { escaped(text) }
}
