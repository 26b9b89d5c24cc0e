//! Lines that people read and type: every `cargo xtask ...` in the README and
//! in `docs/` names a command, flags and words that there are.
//!
//! Must never: run what it reads.

use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::{COMMANDS, Command};
use crate::flags::GLOBAL_FLAGS;

/// Written from the table itself: usages, and no lines to type.
const GENERATED: &str = "reference/commands.md";

/// Why a line could not be typed; None where it could.
fn wrong(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "--").collect();
    let mut words = words.into_iter().peekable();
    while let Some(flag) = words.next_if(|word| word.starts_with('-')) {
        let it = flags(GLOBAL_FLAGS).into_iter().find(|it| it.names(flag));
        let Some(it) = it else { return Some(format!("no flag `{flag}`")) };
        if it.takes && !flag.contains('=') {
            words.next();
        }
    }
    let name = words.next()?;
    // A placeholder, or the name of a command in words: `cargo xtask NAME`.
    if name.chars().all(|c| c.is_ascii_uppercase() || c == '.') {
        return None;
    }
    let Some(command) = COMMANDS.iter().find(|it| it.name == name) else {
        return Some(format!("no command `{name}`"));
    };
    let known: Vec<Flag> = flags(GLOBAL_FLAGS).into_iter().chain(flags(command.flags)).collect();
    let mut own: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if !word.starts_with('-') || word == "-" {
            own.push(word);
            continue;
        }
        let Some(flag) = known.iter().find(|it| it.names(word)) else {
            return Some(format!("`{name}` has no flag `{word}`"));
        };
        if flag.takes && !word.contains('=') && words.next().is_none() {
            return Some(format!("`{word}` without its value"));
        }
    }
    own.first().filter(|word| !takes(command, word)).map(|it| format!("`{name}` takes no `{it}`"))
}

struct Flag {
    spelled: Vec<&'static str>,
    takes: bool,
}

impl Flag {
    fn names(&self, word: &str) -> bool {
        let word = word.split('=').next().unwrap_or(word);
        self.spelled.contains(&word)
    }
}

/// `-t, --target NAME`: two names, and a value.
fn flags(table: &'static [(&'static str, &'static str)]) -> Vec<Flag> {
    let one = |(text, _): &(&'static str, &'static str)| {
        let words: Vec<&'static str> = text.split([' ', ',']).filter(|it| !it.is_empty()).collect();
        let (spelled, values): (Vec<_>, Vec<_>) =
            words.into_iter().partition(|it| it.starts_with('-'));
        Flag { spelled, takes: !values.is_empty() }
    };
    table.iter().map(one).collect()
}

/// A word that the usage has, or any where the usage has a placeholder.
fn takes(command: &Command, word: &str) -> bool {
    let mut is_free = true;
    command.usage.split([' ', '|', '[', ']']).filter(|it| !it.is_empty()).any(|it| {
        let it = it.trim_end_matches('.');
        let is_placeholder = it.chars().all(|c| c.is_ascii_uppercase());
        let fits = it == word || (is_placeholder && is_free);
        // Behind `show` or a flag a placeholder is that one's.
        is_free = is_placeholder;
        fits
    })
}

/// Every line of a page that begins with `cargo xtask`, in a block or between
/// backticks.
fn lines(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(page.lines()) {
        for (at, _) in line.match_indices("cargo xtask ") {
            let rest = &line[at + "cargo xtask ".len()..];
            let is_quoted = line[..at].ends_with('`');
            let ends: &[char] =
                if is_quoted { &['`'] } else { &['`', '#', '|', ';', '&', '<', '>', '"'] };
            let end = rest.find(ends).unwrap_or(rest.len());
            let is_block = line[..at].trim_start_matches(['$', ' ']).is_empty();
            if is_quoted || is_block {
                found.push((number, rest[..end].trim_end_matches('\\').trim().to_owned()));
            }
        }
    }
    found
}

fn pages(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|it| it == "md") && !path.ends_with(GENERATED) {
            found.push(path);
        }
    }
}

#[test]
fn every_line_of_the_docs_could_be_typed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut all = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    pages(&root.join("docs"), &mut all);
    let (mut seen, mut broken) = (0, Vec::new());
    for page in all {
        let text = fs::read_to_string(&page).expect("is text");
        for (number, line) in lines(&text) {
            seen += 1;
            if let Some(why) = wrong(&line) {
                let page = page.strip_prefix(root).unwrap_or(&page).display();
                broken.push(format!("{page}:{number}: cargo xtask {line}: {why}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(seen > 100, "only {seen} lines were found");
}

#[test]
fn what_could_not_be_typed_is_told() {
    for fine in
        ["db-diff git:HEAD init", "backup list", "-t local up", "psql -- --nothing", "status"]
    {
        assert_eq!(wrong(fine), None, "{fine}");
    }
    for (line, why) in [
        ("db-dif", "no command `db-dif`"),
        ("backup lst", "`backup` takes no `lst`"),
        ("docs --sinse HEAD", "`docs` has no flag `--sinse`"),
        ("docs --since", "`--since` without its value"),
        ("docs all", "`docs` takes no `all`"),
    ] {
        assert_eq!(wrong(line).as_deref(), Some(why), "{line}");
    }
}
