//! The marked blocks of a page, and edits as a diff shows them.
//!
//! Must never: leave out a block whose mark it does not understand.

#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// The exit codes that its commands end with; 0 where none is said.
    Run(Vec<i32>),
    Edit(String),
    File(String),
}

#[derive(Debug)]
pub struct Block {
    pub kind: Kind,
    /// Of the page, from 1: where the block begins.
    pub line: usize,
    /// The byte of the page at which its text begins.
    pub at: usize,
    /// What stands between the fences.
    pub text: String,
}

impl Block {
    /// Commands, each with the lines that are shown below it. A line that ends
    /// with a backslash goes on in the next.
    pub fn commands(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = Vec::new();
        let mut goes_on = false;
        for line in self.text.lines() {
            match line.strip_prefix("$ ") {
                Some(command) => all.push((command.to_owned(), String::new())),
                None => {
                    let last = all.last_mut().expect("a block begins with a command");
                    let part = if goes_on { &mut last.0 } else { &mut last.1 };
                    part.push_str(if goes_on { "\n" } else { "" });
                    part.push_str(line);
                    part.push_str(if goes_on { "" } else { "\n" });
                }
            }
            goes_on = line.ends_with('\\') && (goes_on || line.starts_with("$ "));
        }
        all
    }
}

pub fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut lines = (1..).zip(page.split_inclusive('\n').map(|line| {
        at += line.len();
        (at, line.trim_end_matches('\n'))
    }));
    while let Some((number, (_, line))) = lines.next() {
        let Some(mark) = line.strip_prefix("<!-- ").and_then(|it| it.strip_suffix(" -->")) else {
            continue;
        };
        let Some(kind) = kind(mark) else { continue };
        let (_, (at, fence)) =
            lines.next().unwrap_or_else(|| panic!("line {number}: nothing follows"));
        assert!(fence.starts_with("```"), "line {number}: no block follows the mark");
        let mut text = String::new();
        for (_, (_, line)) in lines.by_ref().take_while(|(_, (_, line))| *line != "```") {
            text.push_str(line);
            text.push('\n');
        }
        found.push(Block { kind, line: number + 1, at, text });
    }
    found
}

fn kind(mark: &str) -> Option<Kind> {
    let (word, rest) = mark.split_once(": ").unwrap_or((mark, ""));
    let codes = || rest.split_whitespace().map(|it| it.parse().expect("an exit code")).collect();
    match word {
        "run" => Some(Kind::Run(codes())),
        "edit" => Some(Kind::Edit(rest.to_owned())),
        "file" => Some(Kind::File(rest.to_owned())),
        _ if mark.starts_with("xtask:") => None,
        _ => panic!("nobody knows the mark `{mark}`"),
    }
}

/// The text with a diff's lines put in place of those they stand beside.
pub fn edited(text: &str, diff: &str) -> Result<String, String> {
    let mut text = text.to_owned();
    for hunk in diff.split("@@\n") {
        let (mut from, mut to) = (String::new(), String::new());
        for line in hunk.lines() {
            let (mark, rest) = line.split_at(line.len().min(1));
            let line = format!("{rest}\n");
            match mark {
                "-" => from.push_str(&line),
                "+" => to.push_str(&line),
                _ => {
                    from.push_str(&line);
                    to.push_str(&line);
                }
            }
        }
        match text.matches(&from).count() {
            1 => text = text.replacen(&from, &to, 1),
            count => return Err(format!("these lines are there {count} times:\n{from}")),
        }
    }
    Ok(text)
}

#[test]
fn marks_commands_and_edits_are_read() {
    let page = "a\n<!-- run: 2 -->\n```console\n$ one \\\n  two\nout\n...\n$ three\n```\n\
                ```sh\nnot run\n```\n<!-- edit: f.sql -->\n```diff\n a\n+b\n```\n";
    let found = blocks(page);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].kind, Kind::Run(vec![2]));
    assert!(page[found[0].at..].starts_with(&found[0].text));
    let commands = found[0].commands();
    assert_eq!(commands[0], ("one \\\n  two".to_owned(), "out\n...\n".to_owned()));
    assert_eq!(commands[1], ("three".to_owned(), String::new()));
    assert_eq!(found[1].kind, Kind::Edit("f.sql".to_owned()));
    assert_eq!(edited("x\na\ny\n", &found[1].text), Ok("x\na\nb\ny\n".to_owned()));
    assert!(edited("a\na\n", &found[1].text).is_err());
}
