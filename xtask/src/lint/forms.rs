//! Findings for people, for reviews, and for programs.
//!
//! Must never: leave a finding out, or let words of a file end a command or a
//! cell.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pg_diff::declared::{SourceFile, Span};
use pg_lint::{About, Placed, Rule, Severity, rules};
use serde_json::{Value, json};

use super::Report;
use super::frame::framed;
use crate::github::{message, property};
use crate::outcome::{Answer, Fault};
use crate::verify::counted;

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    People,
    Markdown,
    Github,
    Sarif,
}

impl Format {
    pub const FLAG: (&str, &str) = (
        "--format HOW",
        "tty, markdown (a comment on a change), github (annotations), sarif, or json",
    );

    pub fn parse(value: Option<&str>) -> Result<Format, Fault> {
        match value {
            // `flags` saw that a document is wanted.
            None | Some("tty" | "json") => Ok(Format::People),
            Some("markdown") => Ok(Format::Markdown),
            Some("github") => Ok(Format::Github),
            Some("sarif") => Ok(Format::Sarif),
            Some(other) => Err(Fault::usage(format!(
                "--format is tty, json, github, sarif or markdown, not `{other}`"
            ))),
        }
    }
}

/// The files of a report, ready to tell places.
struct Places(BTreeMap<String, SourceFile>);

impl Places {
    fn of(report: &Report) -> Places {
        let files = report.sheet.files.iter();
        Places(files.map(|(name, text)| (name.to_string(), SourceFile::new(name, text))).collect())
    }

    fn file(&self, placed: &Placed) -> SourceFile {
        let known = self.0.get(&*placed.file).cloned();
        known.unwrap_or_else(|| SourceFile::new(&placed.file, ""))
    }

    /// Where it begins, and where it ends.
    fn span(&self, placed: &Placed) -> (Span, Span) {
        let (file, range) = (self.file(placed), placed.finding.range.clone());
        (file.span(range.clone()), file.span(range.end..range.end))
    }
}

impl Report {
    pub fn text(&self, format: Format) -> String {
        let places = Places::of(self);
        match format {
            Format::People => self.people(&places),
            Format::Markdown => self.markdown(&places),
            Format::Github => self.github(&places),
            Format::Sarif => self.sarif(&places),
        }
    }

    fn people(&self, places: &Places) -> String {
        let mut out = String::new();
        for placed in &self.left {
            out.push_str(&framed(&places.file(placed), &placed.finding));
            out.push('\n');
        }
        let verb = if self.dry_run { "would mend" } else { "mended" };
        for line in &self.mended {
            let _ = writeln!(out, "{verb} {line}");
        }
        out + &self.summary()
    }

    fn summary(&self) -> String {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let mut line = format!("{}: ", self.shown);
        if self.left.is_empty() {
            let _ = write!(line, "clean, {}", counted(self.asked, "rule"));
        } else {
            let _ = write!(line, "{}, {}", counted(errors, "error"), counted(warnings, "warning"));
        }
        if self.mendable() > 0 {
            let (mendable, command) = (self.mendable(), &self.command);
            let _ = write!(line, "; {mendable} can be mended: `{command} --fix`");
        }
        if let Some(first) = self.left.first() {
            let _ = write!(line, "\nwhy: `cargo xtask explain {}`", first.finding.rule);
        }
        line
    }

    fn markdown(&self, places: &Places) -> String {
        // The mark lets a later run find its own comment.
        let mut out = format!("<!-- xtask lint -->\n### lint: {}\n\n", self.shown);
        if self.left.is_empty() {
            return out + "clean\n";
        }
        out.push_str("| | where | what | rule |\n|---|---|---|---|\n");
        for placed in &self.left {
            let finding = &placed.finding;
            let (start, _) = places.span(placed);
            let help = finding.help.as_ref().map(|help| format!("<br>{}", cell(help)));
            let _ = writeln!(
                out,
                "| {} | `{}` | {}{} | `{}` |",
                finding.severity.word(),
                cell(&start.to_string()),
                cell(&finding.message),
                help.unwrap_or_default(),
                finding.rule
            );
        }
        out
    }

    fn github(&self, places: &Places) -> String {
        let mut out = String::new();
        for placed in &self.left {
            let (finding, (start, end)) = (&placed.finding, places.span(placed));
            let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}"));
            let words = format!("{}{}", finding.message, help.unwrap_or_default());
            let _ = write!(
                out,
                "::{} file={},line={},endLine={},col={}",
                finding.severity.word(),
                property(&placed.file),
                start.line,
                end.line,
                start.column
            );
            // The end of a range of several lines has no column there.
            if end.line == start.line && end.column > start.column {
                let _ = write!(out, ",endColumn={}", end.column);
            }
            let _ = writeln!(out, ",title={}::{}", finding.rule, message(&words));
        }
        out
    }

    fn sarif(&self, places: &Places) -> String {
        let level = |severity: Severity| severity.word();
        let rules: Vec<Value> = rules::ALL
            .iter()
            .map(|rule| {
                json!({
                    "id": rule.id,
                    "shortDescription": { "text": rule.summary },
                    "fullDescription": { "text": rule.why },
                    "defaultConfiguration": { "level": level(rule.severity) },
                })
            })
            .collect();
        let results: Vec<Value> = self
            .left
            .iter()
            .map(|placed| {
                let (finding, (start, end)) = (&placed.finding, places.span(placed));
                let help = finding.help.as_ref().map(|help| format!(" ({help})"));
                json!({
                    "ruleId": finding.rule,
                    "level": level(finding.severity),
                    "message": { "text": format!("{}{}", finding.message, help.unwrap_or_default()) },
                    "locations": [{ "physicalLocation": {
                        "artifactLocation": { "uri": &*placed.file },
                        "region": {
                            "startLine": start.line, "startColumn": start.column,
                            "endLine": end.line, "endColumn": end.column,
                        },
                    }}],
                })
            })
            .collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "xtask lint",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        })
        .to_string()
    }

    pub fn document(&self) -> Value {
        let places = Places::of(self);
        let findings: Vec<Value> = self
            .left
            .iter()
            .map(|placed| {
                let (finding, (start, end)) = (&placed.finding, places.span(placed));
                json!({
                    "rule": finding.rule,
                    "severity": finding.severity.word(),
                    "file": &*placed.file,
                    "line": start.line,
                    "column": start.column,
                    "end_line": end.line,
                    "end_column": end.column,
                    "message": finding.message,
                    "help": finding.help,
                    "fix": finding.fix.as_ref().map(|fix| &fix.title),
                })
            })
            .collect();
        json!({
            "file": self.shown,
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "findings": findings,
            "mended": self.mended,
        })
    }
}

/// Every rule, for `--list`.
pub fn list() -> Answer {
    let about = |rule: &Rule| match rule.about {
        About::Declaration => "init.sql",
        About::Plan => "plan",
        About::Any => "both",
    };
    let mut text = String::new();
    for rule in rules::ALL {
        let fixes = if rule.fixes { "fix" } else { "" };
        let (id, severity) = (rule.id, rule.severity.word());
        let _ =
            writeln!(text, "{id:<36} {severity:<8} {:<9} {fixes:<4} {}", about(rule), rule.summary);
    }
    let rules: Vec<Value> = rules::ALL
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "severity": rule.severity.word(),
                "about": about(rule),
                "fixes": rule.fixes,
                "summary": rule.summary,
                "why": rule.why,
                "bad": rule.bad,
                "good": rule.good,
            })
        })
        .collect();
    Answer::done(text, json!({ "rules": rules }))
}

fn cell(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|").replace(['\n', '\r'], " ")
}
