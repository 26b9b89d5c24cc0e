//! What a guide shows against what is seen: line by line, with everything
//! masked that is otherwise on another machine or at another time.
//!
//! Must never: let a shown line pass that was not seen.

use std::path::Path;

/// Lines that stand for any number of lines.
const ANY: &str = "...";

/// What a terminal would show, without the lines that only tell that a step
/// takes long, and without folders of this machine.
pub fn seen(output: &str, root: &Path) -> String {
    let root = format!("{}/", root.display());
    let lines = output.lines().filter(|line| !line.starts_with("  ..   "));
    lines.map(|line| format!("{}\n", line.replace(&root, "").trim_end())).collect()
}

/// Every shown line, in its place. No line may lie between two that are shown
/// one below the other.
pub fn compare(shown: &str, seen: &str) -> Result<(), String> {
    let shown: Vec<String> = shown.lines().map(masked).collect();
    let seen: Vec<String> = seen.lines().map(masked).collect();
    let mut at = 0;
    let mut may_skip = false;
    for (number, line) in shown.iter().enumerate() {
        if line == ANY {
            may_skip = true;
            continue;
        }
        let rest = seen.get(at..).unwrap_or_default();
        let found = rest.iter().position(|it| it == line);
        match found {
            Some(0) => at += 1,
            Some(skipped) if may_skip => at += skipped + 1,
            Some(_) | None => {
                return Err(format!("line {} is not what is seen: {line}", number + 1));
            }
        }
        may_skip = false;
    }
    if at < seen.len() && !may_skip {
        return Err(format!("the guide does not show: {}", seen[at]));
    }
    Ok(())
}

/// Numbers, times, sizes, names made of them: `#`. Runs of blanks: one.
fn masked(line: &str) -> String {
    let words: Vec<String> = line.split_whitespace().map(word).collect();
    let mut out: Vec<String> = Vec::new();
    for word in words {
        // A number and its unit, and `< 10 ms`, are one.
        let is_unit = matches!(
            word.trim_end_matches([',', ';', ')', ':', '.']),
            "ms" | "s" | "min" | "h" | "bytes" | "kB" | "MB" | "GB" | "row" | "rows"
        );
        let is_after_number = out.last().is_some_and(|it| it.trim_start_matches('(') == "#");
        if is_unit && is_after_number {
            continue;
        }
        if word.starts_with('#') && out.last().is_some_and(|it| it == "<") {
            out.pop();
        }
        out.push(word);
    }
    out.join(" ")
}

/// A word, with `#` for what has digits in it: from the first one to the end
/// of what belongs to it.
fn word(word: &str) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    if DAYS.contains(&word) {
        return "#".to_owned();
    }
    let belongs =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_' | '/' | '+' | '%');
    let is_id = |piece: &str| {
        piece.len() >= 7 && piece.chars().all(|c| c.is_ascii_hexdigit())
            || piece.chars().any(|c| c.is_ascii_digit())
    };
    let mut out = String::new();
    let mut piece = String::new();
    let chars: Vec<char> = word.chars().chain(['\0']).collect();
    for (at, &c) in chars.iter().enumerate() {
        // `1,144`
        let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let is_thousands = c == ',' && at > 0 && is_digit(at - 1) && is_digit(at + 1);
        if belongs(c) || is_thousands {
            piece.push(c);
            continue;
        }
        let end = piece.trim_end_matches(['.', ':', '-']);
        if is_id(end) {
            out.push('#');
            out.push_str(&piece[end.len()..]);
        } else {
            out.push_str(&piece);
        }
        piece.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

#[test]
fn numbers_do_not_matter_and_words_do() {
    let shown = "  ok   backup     2.8 s  20261125T234606.669Z-951d\n...\nin 12 steps\n";
    let seen = "  ok   backup  13 ms  20271125T234606.669Z-aaaa\nx\ny\nin 2 steps\n";
    assert_eq!(compare(shown, seen), Ok(()));
    assert_eq!(compare("in 0:01 (980 messages/s)\n", "in 0:00 (1,144 messages/s)\n"), Ok(()));
    assert!(compare("a\nc\n", "a\nb\nc\n").is_err());
    assert!(compare("a\n...\nd\n", "a\nb\nc\n").is_err());
    assert!(compare("a\n", "a\nb\n").is_err());
    assert!(compare("a b\n", "a c\n").is_err());
}
