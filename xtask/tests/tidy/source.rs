//! The files under the rules, and what a rule has to say about them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One breach of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// From 1; 0 when the whole file is meant.
    pub line: usize,
    pub says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.says),
            line => write!(f, "{}:{line}: {}", self.path, self.says),
        }
    }
}

/// A text file of the repository.
#[derive(Clone, Debug)]
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    pub fn finding(&self, line: usize, says: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, says: says.into() }
    }

    /// The line of a byte, from 1.
    pub fn line_of(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// Code of a product, not of a test or benchmark.
    pub fn is_src(&self) -> bool {
        self.path.contains("/src/")
            && !self.path.ends_with("/tests.rs")
            && !self.path.contains("/tests/")
    }

    /// The text without its unit tests: they close a file.
    pub fn without_tests(&self) -> &str {
        let at = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        &self.text[..at]
    }
}

/// Everything that is tracked, or would be with the next `git add`.
#[derive(Debug, Default)]
pub struct Tree {
    pub files: Vec<Source>,
}

pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask/ lies in the workspace").to_owned()
}

impl Tree {
    pub fn read() -> Tree {
        let root = root();
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(&root)
            .output();
        let names: Vec<String> = match listed {
            Ok(output) if output.status.success() => {
                let names = String::from_utf8(output.stdout).expect("names are UTF-8");
                names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
            }
            // An export without git: what lies there is what there is.
            _ => walk(&root, &root),
        };
        let read = |name: String| {
            let text = std::fs::read_to_string(root.join(&name)).ok()?;
            Some(Source::new(name, text))
        };
        Tree { files: names.into_iter().filter_map(read).collect() }
    }

    pub fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    pub fn find(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A file that must be there, or the finding that it is not.
    pub fn require(&self, path: &str) -> Result<&Source, Finding> {
        let absent = || Source::new(path, "").finding(0, "is missing");
        self.find(path).ok_or_else(absent)
    }
}

fn walk(root: &Path, dir: &Path) -> Vec<String> {
    let skipped = [".git", "target", ".xtask", ".env", "__pycache__", ".venv"];
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).expect("readable").flatten() {
        let path = entry.path();
        if skipped.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if path.is_dir() {
            names.extend(walk(root, &path));
        } else if let Ok(name) = path.strip_prefix(root) {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names
}

#[test]
fn findings_are_shown_as_editors_jump() {
    let source = Source::new("a/b.rs", "one\ntwo\n");
    assert_eq!(source.finding(2, "no").to_string(), "a/b.rs:2: no");
    assert_eq!(source.finding(0, "no").to_string(), "a/b.rs: no");
    assert_eq!((source.line_of(0), source.line_of(4)), (1, 2));
}

#[test]
fn unit_tests_are_not_the_product() {
    let source = Source::new("a/src/b.rs", "code\n#[cfg(test)]\nmod tests {\n}\n");
    assert_eq!(source.without_tests(), "code\n");
    assert!(source.is_src());
    for path in ["xtask/tests/cli/a.rs", "xtask/benches/a.rs", "a/src/dump/tests.rs"] {
        assert!(!Source::new(path, "").is_src(), "{path}");
    }
}

#[test]
fn an_export_without_git_is_walked() {
    let names = walk(&root(), &root().join("xtask"));
    assert!(names.iter().any(|name| name == "xtask/tests/tidy.rs"));
}
